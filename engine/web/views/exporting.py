"""Exports: what a list shows, as a file at once, or later from the background."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, request, send_file
from flask_login import login_required

from engine.exchange.asked import FORMATS, Asked
from engine.exchange.exporting import (
    CONTENT_TYPES,
    ExportJob,
    export,
    export_row,
    finished_file,
)
from engine.extension import Invalid, NotFound
from engine.metadata import Entity
from engine.records import Workspace
from engine.web.desk import current_work, entity_for, tell
from engine.web.views.files import file_store
from engine.web.views.lists_request import is_sortable, read_request

bp = Blueprint("exporting", __name__)
Answer = Any


@bp.before_request
@login_required
def _signed_in() -> None:
    """Exports want somebody who has signed in."""


@bp.get("/e/<entity>/export.<kind>")
def export_list(entity: str, kind: str) -> Answer:
    """The list at this address, as a file."""
    described = entity_for(entity, "export")
    if kind not in FORMATS:
        raise NotFound("export", kind)
    work = current_work()
    made = export(work, asked_of_address(work, described, kind))
    if isinstance(made, ExportJob):
        text = "The list is long, so the file is made in the background."
        tell(work.message(text), "info")
        return redirect(f"/jobs/{made.job_id}")
    answer = make_response(made.content)
    return as_file(answer, made.name, made.content_type)


def asked_of_address(work: Workspace, entity: Entity, kind: str) -> Asked:
    """Return what the present address asks to be exported.

    Raises:
        Invalid: a filter was not understood.
    """
    asked = read_request(work, entity, request.args)
    if asked.error:
        raise Invalid(asked.error)
    ids = sorted({int(i) for i in request.args.getlist("ids") if i.isdigit() and len(i) < 19})
    return Asked(
        entity=entity.name,
        format=kind,
        columns=asked.columns,
        sort=tuple(key for key in asked.sort if is_sortable(asked, key)),
        where=request.args.get("where", ""),
        search=request.args.get("q", ""),
        view=asked.view.name if asked.view is not None else "",
        chips=tuple(
            (name, tuple(values)) for name, values in request.args.lists() if name.startswith("f.")
        ),
        ids=tuple(ids) if "ids" in request.args else None,
        language=work.language,
    )


@bp.get("/exports/<int:export_id>")
def download(export_id: int) -> Answer:
    """A finished export, to whom it belongs."""
    work = current_work()
    file_id = finished_file(work, export_id)
    store = file_store()
    stored = store.find(work.connection, file_id)
    kind = CONTENT_TYPES[export_row(work, export_id).format]
    # sent in pieces: an export may be larger than what a process should hold
    answer = send_file(store.open(work.connection, file_id), mimetype=kind)
    return as_file(answer, stored.name, kind)


def as_file(answer: Response, name: str, content_type: str) -> Response:
    """Make an answer a file to be kept, under a name in any script."""
    answer.headers["Content-Type"] = content_type
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
