"""The tabs above a list: all, the views the module ships, those people kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from sqlalchemy import or_, select

from engine.storage.work_tables import wy_saved_view
from engine.web.i18n import label as text_of
from engine.web.urls import list_url
from engine.web.views.lists_request import ListRequest


def views_of(asked: ListRequest) -> list[dict[str, Any]]:
    """Return the tabs."""
    entity, current = asked.entity, asked.arguments.get("view", "")
    query = request.query_string.decode()
    found = [
        {
            "label": asked.work.message("All"),
            "url": list_url(entity.name),
            "current": not query,
        }
    ]
    for view in entity.list.views:
        found.append(
            {
                "label": text_of(view.label),
                "url": list_url(entity.name, view=view.name),
                "current": view.name == current,
            }
        )
    for row in _saved(asked):
        saved = row.settings.get("query", "")
        mine = row.owner_id == asked.work.actor.user_id
        found.append(
            {
                "label": row.name,
                "url": f"/e/{entity.name}/?{saved}",
                "current": query == saved,
                "shared": row.shared_with == "everyone",
                "mine": mine,
                "delete_url": f"/e/{entity.name}/views/{row.id}/delete" if mine else "",
            }
        )
    return found


def _saved(asked: ListRequest) -> Sequence[Any]:
    table = wy_saved_view
    query = (
        select(table)
        .where(
            table.c.entity == asked.entity.name,
            or_(
                table.c.owner_id == asked.work.actor.user_id,
                table.c.shared_with == "everyone",
            ),
        )
        .order_by(table.c.position, table.c.id)
    )
    return asked.work.connection.execute(query).all()
