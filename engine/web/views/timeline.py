"""What was done with a record, what was said about it, what hangs on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select

from engine.access import readable_fields
from engine.fieldtypes import InvalidValue, field_type, mask
from engine.metadata import Entity
from engine.records import Workspace, is_allowed
from engine.storage.audit import changes_in
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user, wy_audit, wy_file
from engine.storage.work_tables import wy_attachment, wy_comment
from engine.web.i18n import label as text_of
from engine.web.urls import file_url, record_url

View = dict[str, Any]
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
        | {"changes": [] if row.event == "create" else changes_of(work, entity, different(row))}
        for row in work.connection.execute(query)
    ]


def _different(row: Any) -> Mapping[str, Any]:
    return changes_in(row.event, row.snapshot, row.changes)


def different(row: Any) -> Mapping[str, Any]:
    """Return {field: [old, new]} of a line of the trail."""
    return changes_in(row.event, row.snapshot, row.changes)


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
    found = []
    for name, pair in changes.items():
        field = entity.fields.get(name)
        if field is None or name not in readable:
            continue
        if field.type == "lines":
            found.append({"label": text_of(field.label), "old": "", "new": work.message("changed")})
            continue
        old, new = (said(work, field, value, is_hidden=bool(field.mask)) for value in pair)
        found.append({"label": text_of(field.label), "old": old, "new": new})
    return found


def said(work: Workspace, field: Any, wire: Any, *, is_hidden: bool = False) -> str:
    """Return a value in its wire form as people read it; covered when it is not for all."""
    if wire in (None, ""):
        return ""
    if is_hidden:
        return mask(field.mask, str(wire))
    try:
        kind = field_type(field.type)
        return str(kind.text(field, kind.parse(field, wire, work.style), work.style))
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
