"""What can be done with records: buttons, prints, bulk changes, as templates draw them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import documents
from engine.metadata import Button, Entity
from engine.records import Workspace, is_allowed, offered
from engine.web.i18n import label as text_of
from engine.web.urls import button_url, print_url


def action_view(
    entity: Entity, button: Button, record_id: Any = "", why: str = ""
) -> dict[str, Any]:
    """Return a button as templates draw it; grey when `why` says why."""
    url = button_url(entity.name, button.name)
    ids = f"?ids={record_id}" if record_id != "" else ""
    dialog = bool(button.ask) or button.confirm is not None
    return {
        "name": button.name,
        "label": text_of(button.label),
        "icon": button.icon,
        "color": button.color,
        "url": url + ids,
        "method": "dialog" if dialog else "post",
        "confirm": "",
        "enabled": not why,
        "why_not": why,
    }


def record_actions(
    work: Workspace, entity: Entity, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the buttons of a record's page."""
    return [
        action_view(entity, b, values["id"], why) for b, why in offered(work, entity.name, values)
    ]


def list_actions(work: Workspace, entity: Entity) -> list[dict[str, Any]]:
    """Return the buttons above a list that need no record."""
    return [
        action_view(entity, b)
        for b in entity.buttons.values()
        if b.list_only and is_allowed(work, entity.name, b.name)
    ]


def bulk_actions(work: Workspace, entity: Entity, may: Mapping[str, bool]) -> dict[str, Any] | None:
    """Return what can be done with chosen rows; None when nothing can."""
    buttons = [
        action_view(entity, b)
        for b in entity.buttons.values()
        if b.bulk and is_allowed(work, entity.name, b.name)
    ]
    edit = may["bulk"] and entity.written_by == "people"
    deletes = edit and entity.delete != "never" and is_allowed(work, entity.name, "delete")
    if not buttons and not edit:
        return None
    base = f"/e/{entity.name}"
    return {
        "actions": buttons,
        "edit_url": f"{base}/bulk" if edit else "",
        "delete_url": f"{base}/bulk/delete" if deletes else "",
        "url": f"{base}/bulk",
    }


def prints_of(
    work: Workspace, entity: Entity, query: str = "", record_id: Any = ""
) -> list[dict[str, Any]]:
    """Return the documents that can be printed of an entity's records."""
    if not is_allowed(work, entity.name, "print"):
        return []
    found = []
    for one in documents.prints_of(work.catalog, entity.name, of_list=not record_id):
        url = print_url(one.name, ids=record_id) if record_id else print_url(one.name)
        found.append({"label": text_of(one.label), "url": url + (f"?{query}" if query else "")})
    return found
