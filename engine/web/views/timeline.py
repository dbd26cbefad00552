"""What was done with a record, what was said about it, what hangs on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import redirect, request
from markupsafe import Markup, escape
from sqlalchemy import func, select

from engine.access import load_actor, masked_fields, readable_fields
from engine.extension import Invalid, NotFound, Refused
from engine.fieldtypes import InvalidValue, field_type, mask
from engine.messages import notify
from engine.metadata import Entity
from engine.records import RecordService, Workspace, is_allowed
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user, wy_audit, wy_file
from engine.storage.work_tables import wy_attachment, wy_comment
from engine.web.desk import render, wants_fragment
from engine.web.i18n import label as text_of
from engine.web.urls import file_url, record_url

View = dict[str, Any]
Answer = Any
SHOWN = 20
_VERBS = {"create": "created this", "change": "changed this", "delete": "deleted this",
          "comment": "commented", "attach": "attached files"}  # fmt: skip


def timeline_of(work: Workspace, entity: Entity, record_id: int) -> View:
    """Return the newest events of a record that the reader may see."""
    events = []
    if is_allowed(work, entity.name, "history"):
        events += _changes(work, entity, record_id)
    if entity.comments:
        events += _comments(work, entity, record_id)
    events.sort(key=lambda e: e["at"], reverse=True)
    here = record_url(entity.name, record_id)
    comments = entity.comments and is_allowed(work, entity.name, "comment")
    return {
        "events": events[:SHOWN],
        "comment_url": f"{here}/comments" if comments else "",
        "mention_url": f"{here}/mentions" if comments else "",
        "more_url": f"{here}/history" if len(events) > SHOWN else "",
    }


def _changes(work: Workspace, entity: Entity, record_id: int) -> list[View]:
    table = wy_audit
    query = (
        select(table, person_name(ab_user).label("who"))
        .select_from(table.outerjoin(ab_user, ab_user.c.id == table.c.actor_id))
        .where(table.c.entity == entity.name, table.c.record_id == record_id)
        .order_by(table.c.id.desc())
        .limit(SHOWN + 1)
    )
    return [
        event(work, row.event, row.who, row.at)
        | {"changes": [] if row.event == "create" else changes_of(work, entity, row.changes)}
        for row in work.connection.execute(query)
    ]


def event(work: Workspace, kind: str, who: str | None, at: Any) -> View:
    """Return the common part of an event."""
    name = (who or "").strip() or work.message("System")
    local = at.astimezone(work.style.zone)
    return {
        "kind": kind,
        "who": name,
        "initial": name[:1],
        "at": local.isoformat(timespec="seconds"),
        "at_text": local.strftime("%Y-%m-%d %H:%M"),
        "verb": work.message(_VERBS.get(kind, "changed this")),
    }


def changes_of(work: Workspace, entity: Entity, changes: Mapping[str, Any]) -> list[View]:
    """Return what was changed from what to what, leaving out what the reader may not see."""
    readable = readable_fields(work.catalog, work.actor, entity.name)
    hidden = masked_fields(work.catalog, work.actor, entity.name)
    found = []
    for name, pair in changes.items():
        field = entity.fields.get(name)
        if field is None or name not in readable:
            continue
        if field.type == "lines":
            found.append({"label": text_of(field.label), "old": "", "new": work.message("changed")})
            continue
        old, new = (_said(work, field, value, name in hidden) for value in pair)
        found.append({"label": text_of(field.label), "old": old, "new": new})
    return found


def _said(work: Workspace, field: Any, wire: Any, is_hidden: bool) -> str:
    if wire in (None, ""):
        return ""
    if is_hidden:
        return mask(field.mask, str(wire))
    try:
        kind = field_type(field.type)
        return kind.text(field, kind.parse(field, wire), work.style)
    except InvalidValue:
        return str(wire)


def _comments(work: Workspace, entity: Entity, record_id: int) -> list[View]:
    table = wy_comment
    query = (
        select(table, person_name(ab_user).label("who"))
        .select_from(table.outerjoin(ab_user, ab_user.c.id == table.c.created_by))
        .where(
            table.c.entity == entity.name,
            table.c.record_id == record_id,
            table.c.deleted_at.is_(None),
        )
        .order_by(table.c.id.desc())
        .limit(SHOWN + 1)
    )
    return [
        event(work, "comment", row.who, row.created_at) | {"text": _marked(row.text)}
        for row in work.connection.execute(query)
    ]


def _marked(text: str) -> Markup:
    safe = str(escape(text)).replace("\n", "<br>")
    marked = re.sub(r"(^|[\s>])@([\w.\-]{2,64})", r'\1<b class="mention">@\2</b>', safe)
    return Markup(marked)


def comment_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Keep a comment; whoever is mentioned and may read the record is told."""
    _may_talk(work, entity, record_id, "comment")
    text = request.form.get("text", "").strip()
    if not text:
        raise Invalid("Write something first.")
    if len(text) > 4_000:
        raise Invalid("A comment has at most 4,000 characters.")
    names = re.findall(r"(?:^|\s)@([\w.\-]{2,64})", text)
    people = ab_user.c
    mentioned = list(work.connection.scalars(select(people.id).where(people.username.in_(names))))
    work.connection.execute(
        wy_comment.insert().values(
            entity=entity.name,
            record_id=record_id,
            created_by=work.actor.user_id,
            text=text,
            mentions=mentioned,
            created_at=work.now,
        )
    )
    _tell(work, entity, record_id, mentioned)
    return _again(work, entity, record_id)


def _tell(work: Workspace, entity: Entity, record_id: int, people: list[int]) -> None:
    """Tell those who were mentioned and may see the record; nobody else learns of it."""
    told = []
    for user_id in people:
        actor = load_actor(work.connection, user_id, work.catalog)
        if actor is None:
            continue
        theirs = RecordService(replace(work, actor=actor, memo={}))
        try:
            title = theirs.view(entity.name, record_id, (entity.title,)).rows[0][2]
        except (NotFound, Refused, Invalid):
            continue
        told.append((user_id, title))
    for user_id, title in told:
        subject = work.message("%(who)s mentioned you: %(what)s", who=work.actor.name, what=title)
        about = {"entity": entity.name, "record_id": record_id}
        notify(work, [user_id], subject, link=record_url(entity.name, record_id), **about)


def _may_talk(work: Workspace, entity: Entity, record_id: int, action: str) -> None:
    if not is_allowed(work, entity.name, action):
        raise Refused("You have no right to do this here.")
    RecordService(work).get(entity.name, record_id)  # must be visible


def _again(work: Workspace, entity: Entity, record_id: int) -> Answer:
    if wants_fragment():
        return render("ui/_timeline.html", timeline=timeline_of(work, entity, record_id))
    return redirect(record_url(entity.name, record_id))


def attachments_of(work: Workspace, entity: Entity, record_id: int) -> View | None:
    """Return the files that hang on a record."""
    if not entity.attachments:
        return None
    query = (
        select(wy_file, person_name(ab_user).label("who"))
        .select_from(
            wy_attachment.join(wy_file, wy_file.c.id == wy_attachment.c.file_id).outerjoin(
                ab_user, ab_user.c.id == wy_attachment.c.created_by
            )
        )
        .where(
            wy_attachment.c.entity == entity.name,
            wy_attachment.c.record_id == record_id,
            wy_attachment.c.deleted_at.is_(None),
        )
        .order_by(wy_attachment.c.id)
    )
    files = [
        {
            "name": row.name,
            "url": file_url(row.id),
            "size_text": size_text(row.size_bytes),
            "who": row.who or "",
            "at_text": row.created_at.astimezone(work.style.zone).strftime("%Y-%m-%d"),
        }
        for row in work.connection.execute(query)
    ]
    may = is_allowed(work, entity.name, "attach")
    here = record_url(entity.name, record_id)
    return {"files": files, "upload_url": f"{here}/files" if may else ""}


def size_text(size_bytes: int) -> str:
    """Return a size as people read it."""
    if size_bytes < 1024 * 1024:
        return f"{max(1, round(size_bytes / 1024))} KB"
    return f"{size_bytes / 1024 / 1024:.1f} MB"


def attach_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Keep files and hang them on a record."""
    from engine.web.views.files import keep_file

    _may_talk(work, entity, record_id, "attach")
    given = [f for f in request.files.getlist("files") if f.filename]
    if not given:
        raise Invalid("Choose a file first.")
    for upload in given:
        file_id = keep_file(work, upload, entity.name, record_id, "attachment")
        work.connection.execute(
            wy_attachment.insert().values(
                entity=entity.name,
                record_id=record_id,
                created_by=work.actor.user_id,
                file_id=file_id,
                created_at=work.now,
            )
        )
    return redirect(record_url(entity.name, record_id))


def mention_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Offer people to mention by name or login."""
    words = request.args.get("q", "").strip()[:60]
    name = person_name(ab_user)
    query = select(ab_user.c.username, name.label("name")).where(ab_user.c.active)
    if words:
        query = query.where(
            func.concat(ab_user.c.username, " ", name).icontains(words, autoescape=True)
        )
    rows = work.connection.execute(query.order_by(name).limit(10))
    return {"items": [{"value": r.username, "text": r.name} for r in rows]}
