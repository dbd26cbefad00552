"""The addresses of approvals."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, jsonify, request
from flask_login import login_required
from sqlalchemy import or_, select

from engine.storage.joins import person_name
from engine.storage.system_tables import ab_user
from engine.web.approvals import case_page, doing, lists, monitor, proxies, starting
from engine.web.desk import current_work

bp = Blueprint("flows", __name__, url_prefix="/flows")
Answer = Any


def register(app: Flask) -> None:
    """Add the screens to the application."""
    app.register_blueprint(bp)


@bp.before_request
@login_required
def _signed_in() -> None:
    """Approvals are for people with an account."""


@bp.get("/")
def inbox() -> Answer:
    """The four lists."""
    return lists.inbox_answer(current_work())


@bp.post("/bulk")
def bulk() -> Answer:
    """Approve many together."""
    return lists.bulk_answer(current_work())


@bp.get("/monitor")
def watch() -> Answer:
    """What is running and what is stuck."""
    return monitor.monitor_answer(current_work())


@bp.route("/handover", methods=["GET", "POST"])
def handover() -> Answer:
    """Hand over a leaver's tasks."""
    return monitor.handover_answer(current_work())


@bp.route("/proxies", methods=["GET", "POST"])
def standing_proxies() -> Answer:
    """One's proxies."""
    return proxies.proxies_answer(current_work())


@bp.post("/proxies/<int:proxy_id>/end")
def end_proxy(proxy_id: int) -> Answer:
    """End a proxy."""
    return proxies.end_answer(current_work(), proxy_id)


@bp.get("/people")
def people() -> Answer:
    """Colleagues by name, for those who act in approvals."""
    work = current_work()
    words = request.args.get("q", "")[:60].strip()
    name = person_name(ab_user)
    query = select(ab_user.c.id, name.label("name"), ab_user.c.username).where(ab_user.c.active)
    for word in words.split()[:4]:
        query = query.where(
            or_(name.icontains(word, autoescape=True), ab_user.c.username.icontains(word))
        )
    rows = work.connection.execute(query.order_by(name, ab_user.c.id).limit(21)).all()
    items = [{"value": r.id, "text": r.name, "sub": r.username} for r in rows[:20]]
    return jsonify(items=items, more=len(rows) > 20)


@bp.route("/start/<entity>/<int:record_id>/<action>", methods=["GET", "POST"])
def start(entity: str, record_id: int, action: str) -> Answer:
    """Start an approval."""
    return starting.start_answer(current_work(), entity, record_id, action)


@bp.get("/<int:case_id>")
def case(case_id: int) -> Answer:
    """One case."""
    return case_page.case_answer(current_work(), case_id)


@bp.route("/<int:case_id>/<name>", methods=["GET", "POST"])
def command(case_id: int, name: str) -> Answer:
    """A command on a case."""
    return doing.command_answer(current_work(), case_id, name)
