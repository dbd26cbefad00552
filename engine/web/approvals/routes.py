"""The addresses of approvals."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, jsonify, request
from flask_login import login_required

from engine.flows.colleagues import colleagues
from engine.web.approvals import case_page, doing, lists, migrating, monitor, proxies, starting
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
    found, more = colleagues(work, request.args.get("q", "")[:60])
    items = [{"value": one.id, "text": one.name, "sub": one.login} for one in found]
    return jsonify(items=items, more=more)


@bp.route("/start/<entity>/<int:record_id>/<action>", methods=["GET", "POST"])
def start(entity: str, record_id: int, action: str) -> Answer:
    """Start an approval."""
    return starting.start_answer(current_work(), entity, record_id, action)


@bp.get("/<int:case_id>")
def case(case_id: int) -> Answer:
    """One case."""
    return case_page.case_answer(current_work(), case_id)


@bp.route("/<int:case_id>/migrate", methods=["GET", "POST"])
def migrate(case_id: int) -> Answer:
    """Move a case to the newest text of its flow."""
    return migrating.migrate_answer(current_work(), case_id)


@bp.route("/<int:case_id>/<name>", methods=["GET", "POST"])
def command(case_id: int, name: str) -> Answer:
    """A command on a case."""
    return doing.command_answer(current_work(), case_id, name)
