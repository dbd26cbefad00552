"""Background work on screen: one's own, with its progress; for administrators everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask_login import login_required
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from engine.extension import NotFound, jobs
from engine.records import Workspace
from engine.storage import outbox
from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user
from engine.storage.work_tables import wy_outbox
from engine.web.desk import current_work, render
from engine.web.i18n import label as text_of

bp = Blueprint("jobs", __name__)
Answer = str | Response
View = dict[str, Any]
_SHOWN = 50
_LABELS = {
    "exchange.export": "Export",
    "exchange.import": "Import",
    "exchange.undo": "Take an import back",
    "exchange.clean": "Clear old files away",
}
_STATES = {
    "waiting": "Waiting",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "dead": "Failed for good",
    "cancelled": "Cancelled",
}


@bp.before_request
@login_required
def _signed_in() -> None:
    """Jobs want somebody who has signed in."""


@bp.get("/jobs")
def job_list() -> Answer:
    """One's own jobs, those that failed for good first."""
    work = current_work()
    dead = _rows(work, wy_outbox.c.state == "failed")
    rest = _rows(work, wy_outbox.c.state != "failed")
    return render(
        "ui/jobs.html",
        title=work.message("Background jobs"),
        jobs=[job_view(work, row) for row in rest],
        dead=[job_view(work, row) for row in dead],
        url="/jobs",
    )


@bp.get("/jobs/<int:job_id>")
def job_page(job_id: int) -> Answer:
    """One job; for htmx only its card, which asks again until it is done."""
    work = current_work()
    view = job_view(work, job_row(work, job_id))
    if request.headers.get("HX-Request") == "true":
        return render("ui/_job.html", job=view)
    return render("ui/job.html", title=view["label"], job=view, back_url="/jobs")


@bp.post("/jobs/<int:job_id>/retry")
def retry(job_id: int) -> Answer:
    """Try a failed job again."""
    work = current_work()
    job_row(work, job_id)
    if not outbox.retry(work.connection, job_id):
        flash(work.message("This job cannot be tried again now."), "warning")
    return redirect(f"/jobs/{job_id}")


@bp.post("/jobs/<int:job_id>/cancel")
def cancel(job_id: int) -> Answer:
    """Stop a job that waits or runs."""
    work = current_work()
    job_row(work, job_id)
    if not outbox.cancel(work.connection, job_id):
        flash(work.message("This job is over already."), "warning")
    return redirect("/jobs")


def _query(work: Workspace) -> Select[Any]:
    who = person_name(ab_user).label("who")
    joined = wy_outbox.outerjoin(ab_user, ab_user.c.id == wy_outbox.c.created_by)
    query = select(wy_outbox, who).select_from(joined)
    if not work.actor.is_unlimited:
        query = query.where(wy_outbox.c.created_by == work.actor.user_id)
    return query


def _rows(work: Workspace, condition: Any) -> Sequence[Any]:
    query = _query(work).where(condition).order_by(wy_outbox.c.id.desc()).limit(_SHOWN)
    return work.connection.execute(query).all()


def job_row(work: Workspace, job_id: int) -> Any:
    """Return a job's row.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = work.connection.execute(_query(work).where(wy_outbox.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFound("job", job_id)
    return row


def job_view(work: Workspace, row: Any) -> View:
    """Return a job as templates draw it."""
    state = "dead" if row.state == "failed" else row.state
    is_open = row.state in ("waiting", "running")
    result_url = _result_url(row) if row.state == "done" else ""
    return {
        "id": row.id,
        "label": _label(work, row),
        "state": "failed" if row.state == "cancelled" else state,
        "state_text": work.message(_STATES[state]),
        "done": row.done,
        "total": row.total,
        "percent": min(100, row.done * 100 // row.total) if row.total else None,
        "note": row.note,
        "who": row.who or "",
        "at_text": row.created_at.astimezone(work.style.zone).strftime("%Y-%m-%d %H:%M"),
        "error": _error(work, row),
        "retry_url": f"/jobs/{row.id}/retry" if row.state in ("failed", "cancelled") else "",
        "cancel_url": f"/jobs/{row.id}/cancel" if is_open else "",
        "result_url": result_url,
        "result_label": work.message("Download") if result_url.startswith("/exports/") else "",
        "poll_url": f"/jobs/{row.id}" if is_open else "",
    }


def _label(work: Workspace, row: Any) -> str:
    known = jobs().get(row.job)
    named = known.label if known is not None else ""
    label = work.message(named or _LABELS.get(row.job, row.job))
    entity = work.catalog.entities.get(str(row.arguments.get("entity", "")))
    return f"{label} · {text_of(entity.label)}" if entity is not None else label


def _error(work: Workspace, row: Any) -> str:
    """Return why a job failed: all of it to administrators, to others the last line."""
    if row.state == "done" or not row.last_error:
        return ""
    if work.actor.is_admin:
        return str(row.last_error)
    return str(row.last_error).strip().splitlines()[-1][:300]


def _result_url(row: Any) -> str:
    result = row.result or {}
    if row.job == "exchange.export" and "export" in result:
        return f"/exports/{result['export']}"
    if row.job == "exchange.import" and "import" in result:
        return f"/e/{row.arguments.get('entity', '-')}/import/{result['import']}"
    url = str(result.get("url", ""))
    return url if url.startswith("/") and not url.startswith("//") else ""
