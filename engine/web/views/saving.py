"""Saving a form: written, or shown again with what is wrong; nothing typed is lost."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import redirect, request

from engine.extension import Conflict, Invalid, Refused
from engine.metadata import Entity
from engine.records import RecordService, Workspace
from engine.web.desk import render, start_over, tell
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.once import answered_before, remember
from engine.web.present.posted import posted_values
from engine.web.urls import list_url, new_url, record_url
from engine.web.views.files import take_uploads
from engine.web.views.forms import (
    form_context,
    form_fields,
    fresh_values,
    stored_values,
    title_of,
)
from engine.web.views.revealing import note_revealed
from engine.web.views.timeline import said

Answer = Any


def new_answer(work: Workspace, entity: Entity) -> Answer:
    """Show or take the form of a new record."""
    if entity.written_by == "plugins" or entity.part_of:
        raise Refused("These records are written by the system only.")
    if request.method == "GET":
        values = fresh_values(work, entity, request.args)
        return render("ui/form.html", **form_context(work, entity, values))
    before = answered_before(work)
    if before:
        return redirect(before)
    sent = _sent(work, entity)
    try:
        sent |= take_uploads(work, entity, form_fields(work, entity))
        record = RecordService(work).create(entity.name, sent)
    except Invalid as wrong:
        work = start_over()
        fresh = fresh_values(work, entity, {})
        context = form_context(work, entity, fresh, typed=sent, problems=wrong.problems)
        return render("ui/form.html", **context), 422
    tell(work.message("Saved."), "success")
    target = record_url(entity.name, record["id"])
    if request.form.get("_save_new"):
        target = new_url(entity.name)
    remember(work, target)
    return redirect(target)


def edit_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Show or take the form of a record."""
    if entity.written_by == "plugins" or entity.part_of:
        raise Refused("These records are written by the system only.")
    values, titles = stored_values(work, entity, record_id)
    if request.method == "GET":
        note_revealed(work, entity, values)
        return render("ui/form.html", **form_context(work, entity, values, titles=titles))
    here = record_url(entity.name, record_id)
    if answered_before(work):
        return redirect(here)
    sent = _sent(work, entity)
    version = request.form.get("_version", type=int)
    try:
        sent |= take_uploads(work, entity, form_fields(work, entity))
        RecordService(work).change(entity.name, record_id, sent, version=version)
    except Invalid as wrong:
        context = form_context(
            start_over(), entity, values, typed=sent, problems=wrong.problems, version=version or ""
        )
        return render("ui/form.html", **context), 422
    except Conflict as overtaken:
        return _conflict(start_over(), entity, values, sent, overtaken)
    tell(work.message("Saved."), "success")
    remember(work, here)
    return redirect(here)


def _sent(work: Workspace, entity: Entity) -> dict[str, Any]:
    return posted_values(work.catalog, entity, request.form, form_fields(work, entity))


def _conflict(
    work: Workspace,
    entity: Entity,
    values: Mapping[str, Any],
    sent: Mapping[str, Any],
    overtaken: Conflict,
) -> Answer:
    context = form_context(
        work, entity, values, typed=sent, version=overtaken.current_version or ""
    )
    context |= {
        "message": say(overtaken),
        "differences": [
            {
                "name": name,
                "label": text_of(entity.fields[name].label),
                "theirs": said(work, entity.fields[name], theirs),
                "yours": said(work, entity.fields[name], yours),
            }
            for name, (theirs, yours) in overtaken.differences.items()
        ],
        "reload_url": request.path,
        "new_version": overtaken.current_version,
        "draft_key": "",
    }
    return render("ui/conflict.html", **context), 409


def delete_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Ask whether to delete, and delete."""
    if entity.written_by == "plugins" or entity.part_of:
        raise Refused("These records are written by the system only.")
    if request.method == "POST" and (before := answered_before(work)):
        return redirect(before)
    values = RecordService(work).get(entity.name, record_id)
    if request.method == "POST":
        version = request.form.get("_version", type=int)
        RecordService(work).delete(entity.name, record_id, version=version)
        tell(work.message("Deleted."), "success")
        remember(work, list_url(entity.name))
        return redirect(list_url(entity.name))
    title = title_of(work, entity, values)
    return render(
        "ui/confirm_delete.html",
        entity={"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        title=work.message("Delete %(what)s?", what=title),
        crumbs=[
            {"label": text_of(entity.label), "url": list_url(entity.name)},
            {"label": title, "url": record_url(entity.name, record_id)},
            {"label": work.message("Delete"), "url": ""},
        ],
        record={"title": title, "facts": []},
        blocked=used_by(work, entity, record_id),
        action_url=request.path,
        cancel_url=record_url(entity.name, record_id),
        version=values["version"],
        request_id=secrets.token_urlsafe(12),
    )


def used_by(work: Workspace, entity: Entity, record_id: int) -> list[dict[str, Any]]:
    """Return what links to a record and keeps it from being deleted: how many of what."""
    from sqlalchemy import func, literal, select, union_all

    parts, labels = [], {}
    for owner, link in work.catalog.links_to.get(entity.name, ()):
        field = work.catalog.entity(owner).field(link)
        if field.options.get("on_delete") != "refuse" or field.type != "link":
            continue
        table = work.tables.table(owner)
        count = select(func.count()).where(table.c[f"{link}_id"] == record_id).scalar_subquery()
        parts.append(select(literal(f"{owner}.{link}").label("w"), count.label("n")))
        labels[f"{owner}.{link}"] = (owner, link)
    if not parts:
        return []
    rows = work.connection.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    found = []
    for name, number in rows:
        if number:
            owner, link = labels[name]
            label = text_of(work.catalog.entity(owner).label)
            url = list_url(owner, **{f"f.{link}": record_id})
            found.append({"label": label, "count": number, "url": url})
    return found
