"""Printed documents: a PDF in the browser, or a batch in the background."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, make_response, redirect, request
from flask_login import login_required
from werkzeug.datastructures import MultiDict

import engine.documents.jobs as background
from engine.documents import Printed, find_print, render, selected
from engine.documents.prints import LIST
from engine.documents.reading import in_language
from engine.extension import Invalid, NotFound
from engine.metadata import Print
from engine.records import Query, Workspace
from engine.storage.outbox import outbox_row
from engine.web.desk import current_work, entity_for
from engine.web.desk import render as page
from engine.web.i18n import label as text_of
from engine.web.urls import file_url, list_url, print_url
from engine.web.views.jobs import failure_text
from engine.web.views.lists import query_of, read_request

bp = Blueprint("documents", __name__)
Answer = Any
_STATES = {
    "waiting": "Waiting",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


def register(app: Flask) -> None:
    """Serve prints under /print."""
    app.register_blueprint(bp)


@bp.before_request
@login_required
def _signed_in() -> None:
    """Every print wants somebody who has signed in."""


@bp.route("/print/<name>", methods=["GET", "POST"])
def print_records(name: str) -> Answer:
    """Print records by number (`ids`), or all that the list of the same address shows."""
    work = current_work()
    one = find_print(work.catalog, name)
    entity_for(one.entity, "print")
    run = request.values.get("run", "")[:64]
    if not run and request.method == "GET":
        # The key makes a viewer that fetches its paper twice get the same copy twice.
        return redirect(_with_run())
    return _answer(work, one, run or secrets.token_urlsafe(9))


def _with_run() -> str:
    arguments = {**request.args.to_dict(flat=False), "run": [secrets.token_urlsafe(9)]}
    return print_url(str((request.view_args or {})["name"]), **arguments)


def _answer(work: Workspace, one: Print, run: str) -> Answer:
    work = in_language(work, request.values.get("lang", ""))
    ids = _ids(request.values)
    query = None if ids is not None else _query(work, one)
    chosen = selected(work, one, ids, query)
    if background.is_large(one, len(chosen), is_list=one.name.startswith(LIST)):
        job = background.leave(work, one, chosen, query, run)
        return redirect(f"/print/jobs/{job}")
    return _pdf(render(work, one.name, ids=ids, query=query, run=run))


def _ids(values: MultiDict[str, str]) -> tuple[int, ...] | None:
    given = values.getlist("ids")
    if not given:
        return None
    parts = [part.strip() for one in given for part in one.split(",") if part.strip()]
    if not all(part.isdecimal() and len(part) < 19 for part in parts):
        raise Invalid("The numbers of the records cannot be read.")
    return tuple(int(part) for part in parts)


def _query(work: Workspace, one: Print) -> Query:
    asked = read_request(work, work.catalog.entity(one.entity), request.args)
    if asked.error:
        raise Invalid(asked.error)
    return query_of(asked, asked.columns)


def _pdf(printed: Printed) -> Answer:
    answer = make_response(printed.pdf)
    kind = "attachment" if request.values.get("download") else "inline"
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(printed.file_name)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/print/jobs/<int:job_id>")
def print_job(job_id: int) -> Answer:
    """Show how far a batch is; who left it, and no one else, may look."""
    work = current_work()
    row = outbox_row(work.connection, job_id)
    mine = row is not None and row.created_by == work.actor.user_id
    if row is None or not mine or row.job != background.JOB:
        raise NotFound("job", job_id)
    one = find_print(work.catalog, str(row.arguments["print"]))
    context = {
        "title": text_of(one.label),
        "crumbs": [],
        "job": _job_view(work, one, row),
        "back_url": list_url(one.entity),
    }
    return page("ui/_job.html" if request.headers.get("HX-Request") else "ui/job.html", **context)


def _job_view(work: Workspace, one: Print, row: Any) -> dict[str, Any]:
    is_open = row.state in ("waiting", "running")
    return {
        "id": row.id,
        "label": text_of(one.label),
        "state": row.state,
        "state_text": work.message(_STATES.get(row.state, row.state)),
        "at_text": row.created_at.astimezone(work.style.zone).strftime("%Y-%m-%d %H:%M"),
        "done": row.done,
        "total": row.total,
        "percent": None,
        "note": "",
        "error": failure_text(work, row) if row.state == "failed" else "",
        "poll_url": f"/print/jobs/{row.id}" if is_open else "",
        "result_url": file_url(row.result["file"]) if row.state == "done" and row.result else "",
    }
