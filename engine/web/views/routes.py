"""The routes of the generic screens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from flask_login import login_required
from werkzeug.wrappers import Response

from engine.extension import Refused
from engine.records.shown import case_shown
from engine.web.desk import current_work, entity_for, render, wants_fragment

bp = Blueprint("screens", __name__)
Answer = str | Response | tuple[Any, ...]


@bp.before_request
@login_required
def _signed_in() -> None:
    """Every generic screen wants somebody who has signed in."""


@bp.after_request
def _vary(response: Any) -> Any:
    response.vary.add("HX-Request")
    response.vary.add("HX-Target")
    return response


@bp.get("/e/<entity>/")
def list_page(entity: str) -> Answer:
    """The list."""
    from engine.web.views.lists import list_context

    described = entity_for(entity)
    context = list_context(current_work(), described)
    part = wants_fragment("list-region")
    return render("ui/_list_region.html" if part else "ui/list.html", **context)


@bp.get("/e/<entity>/<int:record_id>")
def record_page(entity: str, record_id: int) -> Answer:
    """The page of a record."""
    from engine.web.approvals.on_record import beside
    from engine.web.views.pages import page_context
    from engine.web.views.timeline import attachments_of, timeline_of

    work = current_work()
    try:
        described = entity_for(entity)
    except Refused:
        # who was asked but has no right to such records sees it where he was asked
        case_id = case_shown(work, entity, record_id)
        if case_id is None:
            raise
        return redirect(f"/flows/{case_id}")
    context = page_context(work, described, record_id)
    if request.args.get("print"):
        from engine.web.views.printing import print_preview

        return print_preview(work, described, context)
    context["timeline"] = timeline_of(work, described, record_id)
    context["attachments"] = attachments_of(work, described, record_id)
    found = beside(work, entity, context["values"])
    context["approval"] = found["approval"]
    context["actions"] = [*found["starts"], *context["actions"]]
    return render("ui/show.html", **context)


@bp.route("/e/<entity>/new", methods=["GET", "POST"])
def new_record(entity: str) -> Answer:
    """The form of a new record."""
    from engine.web.views.saving import new_answer

    return new_answer(current_work(), entity_for(entity, "create"))


@bp.route("/e/<entity>/<int:record_id>/edit", methods=["GET", "POST"])
def edit_record(entity: str, record_id: int) -> Answer:
    """The form of a record."""
    from engine.web.views.saving import edit_answer

    return edit_answer(current_work(), entity_for(entity, "change"), record_id)


@bp.route("/e/<entity>/<int:record_id>/delete", methods=["GET", "POST"])
def delete_record(entity: str, record_id: int) -> Answer:
    """Ask, then delete."""
    from engine.web.views.saving import delete_answer

    return delete_answer(current_work(), entity_for(entity, "delete"), record_id)


@bp.get("/e/<entity>/lookup/<field>")
def look_up(entity: str, field: str) -> Answer:
    """What a look-up offers."""
    from engine.web.views.lookups import lookup_answer

    return lookup_answer(current_work(), entity, field)


@bp.get("/e/<entity>/button/<button>/lookup/<field>")
def look_up_for_button(entity: str, button: str, field: str) -> Answer:
    """What a look-up in a button's dialog offers."""
    from engine.web.views.lookups import button_lookup_answer

    return button_lookup_answer(current_work(), entity_for(entity), button, field)


@bp.route("/e/<entity>/button/<button>", methods=["GET", "POST"])
def press_button(entity: str, button: str) -> Answer:
    """A button's dialog, and the press."""
    from engine.web.views.pressing import press_answer

    return press_answer(current_work(), entity_for(entity), button)


@bp.route("/e/<entity>/bulk", methods=["GET", "POST"])
def bulk_edit(entity: str) -> Answer:
    """The same change to many records."""
    from engine.web.views.bulk import bulk_answer

    return bulk_answer(current_work(), entity_for(entity, "bulk"))


@bp.post("/e/<entity>/bulk/delete")
def bulk_delete(entity: str) -> Answer:
    """Delete chosen records."""
    from engine.web.views.bulk import bulk_delete_answer

    return bulk_delete_answer(current_work(), entity_for(entity, "delete"))


@bp.post("/e/<entity>/views")
def save_view(entity: str) -> Answer:
    """Keep a list's address under a name."""
    from engine.web.views.saved_views import save_answer

    return save_answer(current_work(), entity_for(entity))


@bp.post("/e/<entity>/views/<int:view_id>/delete")
def delete_view(entity: str, view_id: int) -> Answer:
    """Forget a saved view."""
    from engine.web.views.saved_views import delete_answer

    return delete_answer(current_work(), entity_for(entity), view_id)


@bp.post("/e/<entity>/<int:record_id>/move")
def move_card(entity: str, record_id: int) -> Answer:
    """Move a card to another column of a board."""
    from engine.web.views.modes import move_answer

    return move_answer(current_work(), entity_for(entity, "change"), record_id)


@bp.route("/e/<entity>/<int:record_id>/cell/<field>", methods=["GET", "POST"])
def edit_cell(entity: str, record_id: int, field: str) -> Answer:
    """Change one value within a list."""
    from engine.web.views.inline import cell_answer

    return cell_answer(current_work(), entity_for(entity, "change"), record_id, field)


@bp.post("/e/<entity>/<int:record_id>/comments")
def comment(entity: str, record_id: int) -> Answer:
    """Write a comment."""
    from engine.web.views.talking import comment_answer

    return comment_answer(current_work(), entity_for(entity), record_id)


@bp.get("/e/<entity>/<int:record_id>/mentions")
def mentions(entity: str, record_id: int) -> Answer:
    """People to mention."""
    from engine.web.views.talking import mention_answer

    return mention_answer(current_work(), entity_for(entity, "comment"), record_id)


@bp.post("/e/<entity>/<int:record_id>/files")
def attach(entity: str, record_id: int) -> Answer:
    """Attach files."""
    from engine.web.views.talking import attach_answer

    return attach_answer(current_work(), entity_for(entity), record_id)


@bp.get("/e/<entity>/<int:record_id>/history")
def history(entity: str, record_id: int) -> Answer:
    """What was changed, when, by whom."""
    from engine.web.views.history import history_answer

    return history_answer(current_work(), entity_for(entity, "history"), record_id)


@bp.post("/e/<entity>/<int:record_id>/restore/<int:audit_id>")
def restore(entity: str, record_id: int, audit_id: int) -> Answer:
    """Bring a record back to what it was."""
    from engine.web.views.history import restore_answer

    return restore_answer(current_work(), entity_for(entity, "change"), record_id, audit_id)


@bp.post("/e/<entity>/<int:record_id>/reveal/<field>")
def reveal(entity: str, record_id: int, field: str) -> Answer:
    """Show a masked value; it is noted who looked."""
    from engine.web.views.revealing import reveal_answer

    return reveal_answer(current_work(), entity_for(entity), record_id, field)


@bp.get("/e/<entity>/<int:record_id>/why")
def why(entity: str, record_id: int) -> Answer:
    """Why the record can or cannot be seen."""
    from engine.web.views.why import why_answer

    return why_answer(current_work(), entity, record_id)


@bp.get("/files/<int:file_id>")
def file(file_id: int) -> Answer:
    """A file, to those who may see the record it belongs to."""
    from engine.web.views.files import file_answer

    return file_answer(current_work(), file_id)


@bp.get("/search")
def search() -> Answer:
    """One search over everything."""
    from engine.web.views.search import search_answer

    return search_answer(current_work(), request.args.get("q", ""))


@bp.route("/s/<name>", methods=["GET", "POST"])
def plugin_screen(name: str) -> Answer:
    """A plugin's own screen."""
    from engine.web.views.plugin_screens import screen_answer

    return screen_answer(current_work(), name)


@bp.get("/home")
def old_home() -> Answer:
    """The home page's older address."""
    return redirect("/")
