"""Comments, mentions and files on a record."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import redirect, request
from sqlalchemy import func, select

from engine.access import Actor, load_actor
from engine.extension import Invalid, NotFound, Refused
from engine.fieldtypes import InvalidValue
from engine.fieldtypes.reading import read_text
from engine.messages import notify
from engine.metadata import Entity
from engine.records import RecordService, Workspace, is_allowed
from engine.records.linking import may_look_up_people
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user
from engine.storage.work_tables import wy_attachment, wy_comment
from engine.web.desk import render, wants_fragment
from engine.web.once import answered_before, remember
from engine.web.urls import record_url
from engine.web.views.files import keep_file
from engine.web.views.timeline import timeline_of
from engine.wording import translator

Answer = Any


def comment_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Keep a comment; whoever is mentioned and may read the record is told."""
    _may_talk(work, entity, record_id, "comment")
    if answered_before(work):
        return _again(work, entity, record_id)
    add_comment(work, entity, record_id, request.form.get("text", ""))
    remember(work, record_url(entity.name, record_id))
    return _again(work, entity, record_id)


def add_comment(work: Workspace, entity: Entity, record_id: int, raw: Any) -> None:
    """Keep a comment on a record its writer may see, and tell those it names.

    Raises:
        Invalid: nothing is said, or too much.
        Refused, NotFound: he may not.
    """
    _may_talk(work, entity, record_id, "comment")
    text = _comment_text(raw)
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


def _comment_text(raw: Any) -> str:
    try:
        return read_text(raw) or ""
    except InvalidValue as wrong:
        raise Invalid(wrong.message, **wrong.params) from wrong


def _tell(work: Workspace, entity: Entity, record_id: int, people: list[int]) -> None:
    """Tell those who were mentioned and may see the record; nobody else learns of it."""
    for user_id in people:
        actor = load_actor(work.connection, user_id, work.catalog)
        if actor is None:
            continue
        theirs = _work_of(work, actor)
        try:
            page = RecordService(theirs).view(entity.name, record_id, (entity.title,))
        except (NotFound, Refused, Invalid):
            continue
        column = page.columns[0]
        title = page.rows[0][column.value if column.title is None else column.title]
        who = work.actor.name
        subject = theirs.message("%(who)s mentioned you: %(what)s", who=who, what=title)
        about = {"entity": entity.name, "record_id": record_id}
        notify(work, [user_id], subject, link=record_url(entity.name, record_id), **about)


def _work_of(work: Workspace, actor: Actor) -> Workspace:
    """Return the same work as another person would do it, in the language of his choice."""
    product = work.catalog.product
    language = actor.language if actor.language in product.languages else product.default_language
    return replace(work, actor=actor, memo={}, language=language, translate=translator(language))


def _may_talk(work: Workspace, entity: Entity, record_id: int, action: str) -> None:
    offered = entity.comments if action == "comment" else entity.attachments
    if not offered or not is_allowed(work, entity.name, action):
        raise Refused("You have no right to do this here.")
    RecordService(work).get(entity.name, record_id)  # must be visible


def _again(work: Workspace, entity: Entity, record_id: int) -> Answer:
    if wants_fragment():
        return render("ui/_timeline.html", timeline=timeline_of(work, entity, record_id))
    return redirect(record_url(entity.name, record_id))


def attach_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Keep files and hang them on a record."""
    _may_talk(work, entity, record_id, "attach")
    if answered_before(work):
        return redirect(record_url(entity.name, record_id))
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
    remember(work, record_url(entity.name, record_id))
    return redirect(record_url(entity.name, record_id))


def mention_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Offer people to mention by name or login."""
    _may_talk(work, entity, record_id, "comment")
    if not may_look_up_people(work):
        raise Refused("You have no right to do this here.")
    words = request.args.get("q", "").replace("\0", "").strip()[:60]
    name = person_name(ab_user)
    query = select(ab_user.c.username, name.label("name")).where(ab_user.c.active)
    if words:
        query = query.where(
            func.concat(ab_user.c.username, " ", name).icontains(words, autoescape=True)
        )
    rows = work.connection.execute(query.order_by(name).limit(10))
    return {"items": [{"value": r.username, "text": r.name} for r in rows]}
