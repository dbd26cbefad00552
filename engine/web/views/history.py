"""All that a record was, and bringing it back."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from sqlalchemy import select

from engine.extension import NotFound
from engine.metadata import Entity
from engine.records import RecordService, Workspace, is_allowed
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user, wy_audit
from engine.web.desk import render, tell
from engine.web.i18n import label as text_of
from engine.web.urls import list_url, record_url
from engine.web.views.forms import title_of
from engine.web.views.timeline import changes_of, different, event

Answer = Any
PER_PAGE = 50


def history_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Show the versions of a record, newest first."""
    record = RecordService(work).get(entity.name, record_id)
    before = request.args.get("before", type=int)
    table = wy_audit
    query = (
        select(table, person_name(ab_user).label("who"))
        .select_from(table.outerjoin(ab_user, ab_user.c.id == table.c.actor_id))
        .where(table.c.entity == entity.name, table.c.record_id == record_id)
        .order_by(table.c.id.desc())
        .limit(PER_PAGE + 1)
    )
    if before:
        query = query.where(table.c.id < before)
    rows = work.connection.execute(query).all()
    may = is_allowed(work, entity.name, "change") and entity.written_by == "people"
    here = record_url(entity.name, record_id)
    title = title_of(work, entity, record)
    versions = []
    for i, row in enumerate(rows[:PER_PAGE]):
        current = i == 0 and not before
        versions.append(
            event(work, row.event, row.who, row.at)
            | {
                "number": (row.snapshot or {}).get("version", ""),
                "changes": changes_of(work, entity, different(row)),
                "current": current,
                "restore_url": f"{here}/restore/{row.id}" if may and not current else "",
            }
        )
    return render(
        "ui/history.html",
        entity={"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        title=work.message("History of %(what)s", what=title),
        crumbs=[
            {"label": text_of(entity.label), "url": list_url(entity.name)},
            {"label": title, "url": here},
            {"label": work.message("History"), "url": ""},
        ],
        versions=versions,
        more_url=f"{here}/history?before={rows[PER_PAGE - 1].id}" if len(rows) > PER_PAGE else "",
        request_id="",
    )


def restore_answer(work: Workspace, entity: Entity, record_id: int, audit_id: int) -> Answer:
    """Write the values of an older version again, as a change with its own history.

    What the reader may not set stays as it is.
    """
    row = work.connection.execute(
        select(wy_audit.c.snapshot).where(
            wy_audit.c.id == audit_id,
            wy_audit.c.entity == entity.name,
            wy_audit.c.record_id == record_id,
        )
    ).one_or_none()
    if row is None or row.snapshot is None:
        raise NotFound("version", audit_id)
    from engine.access import changeable_fields

    names = changeable_fields(work.catalog, work.actor, entity.name)
    values = {
        n: v
        for n, v in row.snapshot.items()
        if n in names and entity.fields[n].type not in ("lines", "series")
        and entity.fields[n].editable == "always"
    }  # fmt: skip
    RecordService(work).change(entity.name, record_id, values)
    tell(work.message("Restored."), "success")
    return redirect(record_url(entity.name, record_id))
