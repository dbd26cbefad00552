"""Lists kept under a name: for oneself, or for everyone."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from sqlalchemy.dialects.postgresql import insert

from engine.extension import Invalid, NotFound, Refused
from engine.metadata import Entity
from engine.records import Workspace
from engine.storage.work_tables import wy_saved_view as table
from engine.web.desk import tell

Answer = Any
SHARE = "can_share_views"


def save_answer(work: Workspace, entity: Entity) -> Answer:
    """Keep the list's query under a name; the same name again replaces it."""
    name = request.form.get("name", "").strip()
    query = request.form.get("query", "").lstrip("?")
    if not name or len(name) > 60:
        raise Invalid("Give the view a name of at most 60 characters.")
    if len(query) > 4_000:
        raise Invalid("This filter is too long to be kept.")
    if work.actor.user_id is None:
        raise Refused
    values = {
        "entity": entity.name,
        "name": name,
        "owner_id": work.actor.user_id,
        "shared_with": "everyone" if request.form.get("shared") else "nobody",
        "settings": {"query": query},
    }
    statement = insert(table).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["owner_id", "entity", "name"],
        set_={"settings": values["settings"], "shared_with": values["shared_with"]},
    )
    work.connection.execute(statement)
    tell(work.message("Saved."), "success")
    return redirect(f"/e/{entity.name}/?{query}")


def delete_answer(work: Workspace, entity: Entity, view_id: int) -> Answer:
    """Forget one of one's own views."""
    gone = work.connection.execute(
        table.delete().where(
            table.c.id == view_id,
            table.c.entity == entity.name,
            table.c.owner_id == work.actor.user_id,
        )
    )
    if gone.rowcount == 0:
        raise NotFound("view", view_id)
    return redirect(f"/e/{entity.name}/")
