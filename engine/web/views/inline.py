"""One value changed within a list."""

from __future__ import annotations

from typing import Any

from flask import request

from engine.access import (
    changeable_fields,
    entities_readable,
    masked_fields,
    readable_fields,
)
from engine.extension import Conflict, Invalid, NotFound
from engine.metadata import Entity
from engine.records import RecordService, Workspace
from engine.web.desk import reasons, render
from engine.web.present.cells import cells_of, makers
from engine.web.present.fields import FormContext, field_view
from engine.web.present.posted import posted_values
from engine.web.present.titles import titles_of

Answer = Any


def cell_answer(work: Workspace, entity: Entity, record_id: int, name: str) -> Answer:
    """Show a cell's box (GET) or save it (POST)."""
    readable = readable_fields(work.catalog, work.actor, entity.name)
    if name not in entity.list.edit_inline or name not in readable:
        raise NotFound(f"{entity.name}.{name}", record_id)
    field = entity.fields[name]
    values = RecordService(work).get(entity.name, record_id)
    wrong = ""
    sent: dict[str, Any] = {}
    if request.method == "POST":
        sent = posted_values(work.catalog, entity, request.form, [field])
        try:
            version = request.form.get("_version", type=int)
            with work.connection.begin_nested():
                RecordService(work).change(entity.name, record_id, sent, version=version)
            return render("ui/_cell.html", cell=_cell(work, entity, record_id, name))
        except (Invalid, Conflict) as error:
            wrong = reasons(error)
    elif request.args.get("cancel"):
        return render("ui/_cell.html", cell=_cell(work, entity, record_id, name))
    form = FormContext(
        work=work,
        entity=entity.name,
        values=values,
        typed=sent,
        errors={name: wrong} if wrong else {},
        titles=titles_of(work, entity, values, sent),
        changeable=changeable_fields(work.catalog, work.actor, entity.name),
        readable=entities_readable(work.catalog, work.actor),
        masked=masked_fields(work.catalog, work.actor, entity.name),
    )
    page = render(
        "ui/_cell_edit.html",
        field=field_view(form, field),
        url=request.path,
        cancel_url=f"{request.path}?cancel=1",
        version=values["version"],
    )
    return (page, 422) if wrong else page


def _cell(work: Workspace, entity: Entity, record_id: int, name: str) -> dict[str, Any]:
    page = RecordService(work).view(entity.name, record_id, (name,))
    make = makers(page.columns, work.style, entities_readable(work.catalog, work.actor))
    return cells_of(page, make, page.rows[0])[0] | {"edit_url": request.path}
