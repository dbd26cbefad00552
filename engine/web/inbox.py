"""The bell: what waits for a person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, request
from flask_login import login_required

from engine.extension import NotFound
from engine.messages import mark_read, unread_of
from engine.web.desk import current_work, render

bp = Blueprint("inbox", __name__, url_prefix="/inbox")
Answer = Any


def register(app: Flask) -> None:
    """Add the screen to the application."""
    app.register_blueprint(bp)


@bp.before_request
@login_required
def _signed_in() -> None:
    """Messages are for people with an account."""


@bp.get("/")
def messages() -> Answer:
    """One's own messages, newest first."""
    work = current_work()
    rows = unread_of(work, before=request.args.get("before", type=int))
    zone = work.style.zone
    return render(
        "ui/inbox.html",
        title=work.message("Messages"),
        crumbs=[],
        messages=[
            {
                "subject": row.subject,
                "body": row.body,
                "url": f"/inbox/{row.id}",
                "unread": row.read_at is None,
                "at_text": row.created_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            }
            for row in rows
        ],
        read_all_url="/inbox/read",
        request_id="",
    )


@bp.get("/<int:message_id>")
def open_message(message_id: int) -> Answer:
    """Go to what a message is about; it counts as read then."""
    work = current_work()
    found = [r for r in unread_of(work, limit=1, before=message_id + 1) if r.id == message_id]
    if not found:
        raise NotFound("message", message_id)
    mark_read(work, message_id)
    link = str(found[0].link or "")
    return redirect(link if link.startswith("/") and not link.startswith("//") else "/inbox/")


@bp.post("/read")
def read_all() -> Answer:
    """Mark all as read."""
    mark_read(current_work())
    return redirect("/inbox/")
