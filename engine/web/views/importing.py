"""Import on screen: upload, columns, preview, result."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, request
from flask_login import login_required

from engine.exchange.exporting import CONTENT_TYPES
from engine.exchange.importing.checking import entity_to_import
from engine.exchange.importing.giving_back import bad_rows_workbook, template
from engine.exchange.importing.limits import MOST_BYTES
from engine.exchange.importing.runs import (
    Import,
    begin,
    choose,
    find_import,
    is_long,
    leave,
    run,
    suggest,
)
from engine.exchange.importing.undoing import leave_undo, undo
from engine.extension import Invalid, NotFound
from engine.metadata import Entity
from engine.records import Workspace
from engine.web.desk import current_work, render
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.urls import list_url
from engine.web.views.exporting import as_file
from engine.web.views.files import file_store
from engine.web.views.importing_views import mapping_view, past_view, preview_view, sent_plan
from engine.web.views.jobs import job_row, job_view

bp = Blueprint("importing", __name__)
Answer = Any
View = dict[str, Any]


@bp.before_request
@login_required
def _signed_in() -> None:
    """Imports want somebody who has signed in."""


def _frame(work: Workspace, entity: Entity) -> View:
    label = text_of(entity.label)
    title = work.message("Import")
    return {
        "entity": {"name": entity.name, "label": label, "icon": entity.icon},
        "title": f"{title} · {label}",
        "crumbs": [{"label": label, "url": list_url(entity.name)}, {"label": title, "url": ""}],
        "cancel_url": list_url(entity.name),
        "request_id": secrets.token_urlsafe(12),
        "errors": [],
        "hidden": [],
    }


def _errors(wrong: Invalid) -> list[View]:
    return [{"id": "", "label": "", "message": say(p)} for p in wrong.problems]


def _base(entity: str) -> str:
    return f"/e/{entity}/import"


@bp.route("/e/<entity>/import", methods=["GET", "POST"])
def upload(entity: str) -> Answer:
    """Choose a file; nothing is written yet."""
    work = current_work()
    described = entity_to_import(work, entity)
    if request.method == "GET":
        return _upload_page(work, described)
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid("Choose a file.")
        data = sent.stream.read(MOST_BYTES + 1)
        number = begin(work, file_store(), entity, data, sent.filename)
    except Invalid as wrong:
        return _upload_page(work, described, wrong), 422
    mode, bad = request.form.get("mode", "both"), request.form.get("bad", "")
    query = urlencode({"mode": mode} | ({"bad": bad} if bad == "stop" else {}))
    return redirect(f"{_base(entity)}/{number}?{query}")


def _upload_page(work: Workspace, entity: Entity, wrong: Invalid | None = None) -> str:
    modes = (
        ("both", "Create new records and change existing ones"),
        ("create", "Only create new records"),
        ("update", "Only change existing records"),
    )
    bad_modes = (
        ("skip", "Import the good rows and give the others back"),
        ("stop", "Import nothing unless every row is good"),
    )
    context = _frame(work, entity) | {
        "action_url": _base(entity.name),
        "template_url": f"{_base(entity.name)}/template.xlsx",
        "formats": work.message("Excel (.xlsx, .xls) or CSV"),
        "accept": ".xlsx,.xls,.csv,.txt",
        "max_text": f"≤ {MOST_BYTES // 1024 // 1024} MB",
        "modes": [
            {"value": v, "label": work.message(t), "selected": v == "both"} for v, t in modes
        ],
        "bad_modes": [
            {"value": v, "label": work.message(t), "selected": v == "skip"} for v, t in bad_modes
        ],
        "past_url": f"/e/{entity.name}/imports",
        "errors": _errors(wrong) if wrong is not None else [],
    }
    return render("ui/import_upload.html", **context)


@bp.get("/e/<entity>/import/template.xlsx")
def download_template(entity: str) -> Answer:
    """An empty workbook with the right heads."""
    work = current_work()
    content = template(work, entity)
    label = work.catalog.entity(entity).label.in_(work.language)
    return as_file(make_response(content), f"{label}.xlsx", CONTENT_TYPES["xlsx"])


def _found(entity: str, number: int, *, lock: bool = False) -> Import:
    one = find_import(current_work(), file_store(), number, lock=lock)
    if one.row.entity != entity:
        raise NotFound("import", number)
    return one


@bp.route("/e/<entity>/import/<int:number>", methods=["GET", "POST"])
def columns(entity: str, number: int) -> Answer:
    """Say which column is which field; go on to the preview."""
    one = _found(entity, number, lock=request.method == "POST")
    if request.method == "GET":
        if one.row.state != "new":
            return redirect(f"{_base(entity)}/{number}/preview")
        return _mapping_page(one)
    if one.row.state in ("done", "running", "checking"):
        return redirect(f"{_base(entity)}/{number}/preview")
    sheet = request.form.get("sheet", "")
    if sheet and sheet != request.form.get("seen_sheet", sheet):
        return _mapping_page(one, sheet=sheet)
    try:
        chosen = choose(one, sent_plan(one))
        leave(chosen, "preview") if is_long(chosen) else run(chosen, "preview")
    except Invalid as wrong:
        return _mapping_page(one, wrong=wrong), 422
    return redirect(f"{_base(entity)}/{number}/preview")


def _mapping_page(one: Import, sheet: str = "", wrong: Invalid | None = None) -> str:
    plan, table, targets = suggest(one, sheet)
    entity = one.work.catalog.entity(one.row.entity)
    context = _frame(one.work, entity) | mapping_view(one, plan, table, targets)
    context["action_url"] = f"{_base(entity.name)}/{one.id}"
    if wrong is not None:
        context["errors"] = _errors(wrong)
    return render("ui/import_mapping.html", **context)


@bp.get("/e/<entity>/import/<int:number>/preview")
def preview(entity: str, number: int) -> Answer:
    """What would happen; or what did, when it is done; or how far the work is."""
    one = _found(entity, number)
    work, state = one.work, one.row.state
    described = work.catalog.entity(entity)
    if state == "new":
        return redirect(f"{_base(entity)}/{number}")
    if state in ("checking", "running"):
        job = job_view(work, job_row(work, one.row.job_id))
        job["result_url"] = ""
        context = _frame(work, described) | {"job": job, "counts": {}, "list_url": ""}
        return render("ui/import_result.html", **context)
    if state in ("done", "cancelled"):
        return _result_page(one, described)
    context = _frame(work, described) | preview_view(one)
    context["action_url"] = f"{_base(entity)}/{number}/commit"
    context["back_url"] = f"{_base(entity)}/{number}/back"
    return render("ui/import_preview.html", **context)


def _result_page(one: Import, entity: Entity) -> str:
    context = _frame(one.work, entity) | {
        "counts": one.row.options.get("counts", {}),
        "list_url": list_url(entity.name),
        "errors_url": f"{_base(entity.name)}/{one.id}/errors.xlsx" if one.row.failed else "",
        "again_url": _base(entity.name),
        "past_url": f"/e/{entity.name}/imports",
        "undo_url": f"{_base(entity.name)}/{one.id}/undo" if one.row.state == "done" else "",
        "is_undone": one.row.state == "cancelled",
        "job": None,
    }
    return render("ui/import_result.html", **context)


@bp.get("/e/<entity>/import/<int:number>/back")
def back(entity: str, number: int) -> Answer:
    """Go back to the columns."""
    return _mapping_page(_found(entity, number))


@bp.post("/e/<entity>/import/<int:number>/commit")
def commit(entity: str, number: int) -> Answer:
    """Write it; twice is once."""
    one = _found(entity, number, lock=True)
    here = f"{_base(entity)}/{number}/preview"
    if one.row.state != "checked":
        return redirect(here)
    try:
        leave(one, "commit") if is_long(one) else run(one, "commit")
    except Invalid as wrong:
        for problem in wrong.problems[:3]:
            flash(say(problem), "danger")
    return redirect(here)


@bp.post("/e/<entity>/import/<int:number>/undo")
def take_back(entity: str, number: int) -> Answer:
    """Take it back: what it made is deleted, what it changed is as it was; all or nothing."""
    one = _found(entity, number, lock=True)
    here = f"{_base(entity)}/{number}/preview"
    if one.row.state != "done":
        return redirect(here)
    if is_long(one):
        return redirect(f"/jobs/{leave_undo(one)}")
    try:
        counts = undo(one)
    except Invalid as wrong:
        flash(one.work.message("Nothing was taken back, because records are in the way."), "danger")
        for problem in wrong.problems[:3]:
            flash(say(problem), "danger")
    else:
        text = "Taken back: %(deleted)s records deleted, %(restored)s as they were before."
        flash(one.work.message(text, **counts), "success")
    return redirect(here)


@bp.get("/e/<entity>/imports")
def past(entity: str) -> Answer:
    """The imports there were, newest first."""
    work = current_work()
    described = entity_to_import(work, entity)
    context = _frame(work, described) | past_view(work, described)
    return render("ui/imports.html", **context)


@bp.get("/e/<entity>/import/<int:number>/errors.xlsx")
def errors(entity: str, number: int) -> Answer:
    """The bad rows, each with its reasons."""
    one = _found(entity, number)
    name = one.work.message("Rows with errors") + ".xlsx"
    return as_file(make_response(bad_rows_workbook(one)), name, CONTENT_TYPES["xlsx"])
