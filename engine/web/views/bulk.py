"""Bulk changes on screen: choose fields, look at what would happen, do it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, request

from engine.access import changeable_fields, entities_readable
from engine.extension import Invalid, Refused
from engine.metadata import Entity, Field
from engine.records import RecordService, Workspace, is_allowed
from engine.records.bulk import MAX_AT_ONCE
from engine.web.desk import render, tell
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.once import answered_before, remember
from engine.web.present.fields import FormContext, field_view
from engine.web.present.posted import posted_values
from engine.web.present.titles import read_titles
from engine.web.urls import list_url, record_url
from engine.web.views.pressing import chosen_ids
from engine.web.views.timeline import said

Answer = Any


def _fields(work: Workspace, entity: Entity) -> list[Field]:
    names = changeable_fields(work.catalog, work.actor, entity.name)
    skipped = ("lines", "file", "image", "signature", "series")
    return [
        f
        for f in entity.fields.values()
        if f.name in names and f.type not in skipped and f.editable == "always" and not f.unique
    ]


def bulk_answer(work: Workspace, entity: Entity) -> Answer:
    """Show the form, the preview, or do it."""
    if entity.written_by == "plugins" or entity.part_of:
        raise Refused("These records are written by the system only.")
    ids = chosen_ids()
    if not ids:
        tell(work.message("Choose at least one record."), "warning")
        return redirect(list_url(entity.name))
    fields = _fields(work, entity)
    changes = _changes(work, entity, fields)
    if not changes:
        return _form(work, entity, fields, ids)
    service = RecordService(work)
    if request.form.get("_commit") == "1":
        before = answered_before(work)
        if before:
            return redirect(before)
        done = service.bulk_change(entity.name, ids, changes)
        tell(work.message("%(n)s records changed.", n=len(done.changed)), "success")
        remember(work, list_url(entity.name))
        return redirect(list_url(entity.name))
    return _preview(work, entity, ids, changes)


def _changes(work: Workspace, entity: Entity, fields: list[Field]) -> dict[str, Any]:
    sent = posted_values(work.catalog, entity, request.form, fields)
    found: dict[str, Any] = {}
    for field in fields:
        how = request.form.get(f"set.{field.name}", "keep")
        if how == "set":
            found[field.name] = sent.get(field.name)
        elif how == "clear":
            found[field.name] = None
    return found


def _frame(work: Workspace, entity: Entity, title: str, ids: list[int]) -> dict[str, Any]:
    return {
        "entity": {"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        "title": title,
        "crumbs": [
            {"label": text_of(entity.label), "url": list_url(entity.name)},
            {"label": title, "url": ""},
        ],
        "count": len(ids),
        "action_url": f"/e/{entity.name}/bulk",
        "cancel_url": list_url(entity.name),
        "request_id": secrets.token_urlsafe(12),
    }


def _form(work: Workspace, entity: Entity, fields: list[Field], ids: list[int]) -> Answer:
    form = FormContext(
        work=work,
        entity=entity.name,
        values={},
        readable=entities_readable(work.catalog, work.actor),
    )
    views = [{**field_view(form, f), "required": False} for f in fields]
    frame = _frame(work, entity, work.message("Change many"), ids)
    return render("ui/bulk_edit.html", **frame, fields=views, hidden=[("ids", i) for i in ids])


def _preview(work: Workspace, entity: Entity, ids: list[int], changes: dict[str, Any]) -> Answer:
    outcome = RecordService(work).preview_bulk(entity.name, ids, changes)
    titles = read_titles(work, {}, {entity.name: set(ids)})
    hidden = [("ids", i) for i in ids] + [("_commit", "1")]
    hidden += [
        (k, v)
        for k, vs in request.form.lists()
        if k not in ("ids", "csrf_token", "_commit", "_request")
        for v in vs
    ]
    labels = [
        {
            "label": text_of(entity.fields[n].label),
            "old": "…",
            "new": said(work, entity.fields[n], v),
        }
        for n, v in changes.items()
    ]
    frame = _frame(work, entity, work.message("Change many"), ids)
    return render(
        "ui/bulk_preview.html",
        **frame,
        verb=work.message("Change"),
        will_change=len(outcome.changed),
        skipped=[
            {
                "title": titles.get((entity.name, i), f"#{i}"),
                "url": record_url(entity.name, i),
                "reason": "; ".join(say(p) for p in problems),
            }
            for i, problems in outcome.problems.items()
        ],
        rows=[
            {
                "title": titles.get((entity.name, i), f"#{i}"),
                "url": record_url(entity.name, i),
                "changes": labels,
            }
            for i in outcome.changed[:50]
        ],
        hidden=hidden,
        errors=[],
    )


def bulk_delete_answer(work: Workspace, entity: Entity) -> Answer:
    """Delete chosen records, all or none."""
    ids = chosen_ids()
    if not ids:
        raise Invalid("Choose at least one record.")
    if len(ids) > MAX_AT_ONCE:
        raise Invalid("At most %(most)s records at once.", most=MAX_AT_ONCE)
    if not is_allowed(work, entity.name, "bulk"):
        raise Refused("You have no right to do this here.")
    before = answered_before(work)
    if before:
        return redirect(before)
    service = RecordService(work)
    for record_id in ids:
        service.delete(entity.name, record_id)
    tell(work.message("%(n)s records deleted.", n=len(ids)), "success")
    remember(work, list_url(entity.name))
    return redirect(list_url(entity.name))
