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


def menu_of(work: Workspace, path: str, view: str = "") -> list[dict[str, Any]]:
    """Return the groups of the menu; groups without entries are left out.

    `path` and `view` say where the reader is: a list's view may have an entry of its own.

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
    groups = known[1]
    here = (path, view)
    if not any(item["place"] == here for group in groups for item in group["items"]):
        here = (path, "")  # a view without an entry is found under its entity
    return [_marked(group, here) for group in groups]


def title_of_view(work: Workspace, entity: str, view: str) -> str:
    """Return what the menu calls a list: by its view's own entry, else ''."""
    for module in work.catalog.modules.values():
        for item in module.menu:
            if item.entity == entity and item.view == view and item.label.by_language:
                return text_of(item.label)
    return ""


def _marked(group: dict[str, Any], here: tuple[str, str]) -> dict[str, Any]:
    """Mark the entry one is at; a group without it keeps its links as they were drawn."""
    if not any(_is_active(item, here) for item in group["items"]):
        return group
    items = [{**item, "active": _is_active(item, here)} for item in group["items"]]
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


def _is_active(item: Entry, here: tuple[str, str]) -> bool:
    path, below = here[0], item["below"]
    return here == item["place"] or bool(below and path.startswith(below) and path != below)


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
        place = (list_url(item.entity), item.view)
        return {"label": label, "icon": drawn, "url": url, "below": below, "place": place,
                "shortcut": mine}  # fmt: skip
    if item.screen:
        screen = screens().get(item.screen)
        if screen is None or not is_allowed(work, *screen.right):
            return None
        url = screen_url(item.screen)
        label, mine = text_of(item.label), _is_shortcut(work, item)
        return {"label": label, "icon": item.icon, "url": url, "below": "", "place": (url, ""),
                "shortcut": mine}  # fmt: skip
    return None


def _is_shortcut(work: Workspace, item: MenuItem) -> bool:
    return bool(item.shortcut & work.actor.roles)
