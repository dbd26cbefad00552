"""The menu: modules and their entries, as far as the reader may open them."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from engine.extension import screens
from engine.metadata import Catalog, MenuItem, Module
from engine.records import Workspace, is_allowed
from engine.web.i18n import label as text_of
from engine.web.icons import icon
from engine.web.urls import list_url, screen_url

Entry = dict[str, Any]
MOST_MENUS = 200  # kept at a time; old ones are of rights that have changed


def menu_of(work: Workspace, path: str) -> list[dict[str, Any]]:
    """Return the groups of the menu; groups without entries are left out.

    The menu of a set of roles is made once per catalog, version of rights and language.
    """
    actor = work.actor
    kept: dict[Any, tuple[Any, list[dict[str, Any]]]]
    kept = vars(work.catalog).setdefault("_menus", {})
    key = (actor.roles, actor.is_unlimited, work.language)
    known = kept.get(key)
    if known is None or known[0] is not actor.rights:
        if len(kept) > MOST_MENUS:
            kept.clear()
        known = kept[key] = (actor.rights, _made(work))
    return [_marked(group, path) for group in known[1]]


def _marked(group: dict[str, Any], path: str) -> dict[str, Any]:
    """Mark the entry one is at; a group without it keeps its links as they were drawn."""
    if not any(_is_active(item, path) for item in group["items"]):
        return group
    items = [{**item, "active": _is_active(item, path)} for item in group["items"]]
    return {**group, "items": items, "links": None}


def _made(work: Workspace) -> list[dict[str, Any]]:
    groups = []
    for module in work.catalog.modules.values():
        items = [e for m in entries(work.catalog, module) if (e := _entry(work, m))]
        if items:
            label = text_of(module.label)
            links = Markup("").join(_link(item) for item in items)
            groups.append({"label": label, "icon": module.icon, "items": items, "links": links})
    return groups


def _link(item: Entry) -> Markup:
    """Draw an entry as appbuilder/navbar.html does."""
    shape = Markup('<a class="nav-i" href="{}">{}<span>{}</span></a>')
    return shape.format(item["url"], icon(item["icon"]), item["label"])


def _is_active(item: Entry, path: str) -> bool:
    below = item["below"]
    return path == item["url"] or bool(below and path.startswith(below))


def entries(catalog: Catalog, module: Module) -> list[MenuItem]:
    """Return a module's menu as declared, or one entry per entity that is no line."""
    if module.menu:
        return list(module.menu)
    return [
        MenuItem(label=entity.label, icon=entity.icon, entity=entity.name)
        for entity in catalog.entities.values()
        if entity.module == module.name and not entity.part_of
    ]


def _entry(work: Workspace, item: MenuItem) -> Entry | None:
    if item.entity:
        if not is_allowed(work, item.entity, "read"):
            return None
        entity = work.catalog.entity(item.entity)
        url = list_url(item.entity, view=item.view)
        label = text_of(item.label) or text_of(entity.label)
        below = "" if item.view else f"/e/{item.entity}/"
        drawn = item.icon if item.icon != "point" else entity.icon
        mine = _is_shortcut(work, item)
        return {"label": label, "icon": drawn, "url": url, "below": below, "shortcut": mine}
    if item.screen:
        screen = screens().get(item.screen)
        if screen is None or not is_allowed(work, *screen.right):
            return None
        url = screen_url(item.screen)
        label, mine = text_of(item.label), _is_shortcut(work, item)
        return {"label": label, "icon": item.icon, "url": url, "below": "", "shortcut": mine}
    return None


def _is_shortcut(work: Workspace, item: MenuItem) -> bool:
    return bool(item.shortcut & work.actor.roles)
