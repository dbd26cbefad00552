"""Modules: menu, home items, prints and entities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.loading.build.entities import build_entity
from engine.loading.build.freezing import extra_of, names_of
from engine.loading.draft import Draft, Use
from engine.loading.site import Site
from engine.metadata import Entity, HomeItem, MenuItem, Module, Print, Text


def build_module(draft: Draft, raw: Mapping[str, Any], site: Site) -> None:
    """Add a module and its entities to the draft; of two equal names the first counts."""
    name = raw["module"]
    if not draft.declare("module", name, site.down("module")):
        return
    own = dict(_entities(draft, name, raw.get("entities", {}), site.down("entities")))
    draft.entities |= own
    home = _home(draft, raw.get("home", {}), site.down("home"))
    _prints(draft, raw.get("prints", {}), site.down("prints"))
    draft.modules[name] = Module(
        name=name,
        label=draft.text(raw, "label", site) or Text(),
        icon=raw.get("icon", "point"),
        menu=_menu(draft, raw, site, own),
        home=home,
        at=site.at("module"),
    )


def _entities(
    draft: Draft, module: str, raw: Mapping[str, Any], site: Site
) -> Iterator[tuple[str, Entity]]:
    for name, one in raw.items():
        if draft.declare("entity", name, site.down(name)):
            yield name, build_entity(draft, module, name, one, site.down(name))


def _menu(
    draft: Draft, raw: Mapping[str, Any], site: Site, own: Mapping[str, Entity]
) -> tuple[MenuItem, ...]:
    if "menu" not in raw:
        return tuple(
            MenuItem(label=one.label, icon=one.icon, entity=name, at=one.at)
            for name, one in own.items()
            if not one.part_of
        )
    return tuple(
        MenuItem(
            label=draft.text(item, "label", site.down("menu", i)) or Text(),
            icon=item.get("icon", ""),
            entity=item.get("entity", ""),
            view=item.get("view", ""),
            screen=item.get("screen", ""),
            report=item.get("report", ""),
            shortcut=frozenset(names_of(item, "shortcut")),
            at=site.at("menu", i),
        )
        for i, item in enumerate(raw["menu"])
    )


def _home(draft: Draft, raw: Mapping[str, Any], site: Site) -> tuple[HomeItem, ...]:
    found = []
    for name, one in raw.items():
        here = site.down(name)
        if not draft.declare("home", name, here):
            continue
        plain = {k: one[k] for k in ("entity", "show", "field", "icon", "color") if k in one}
        item = HomeItem(
            name=name,
            label=draft.text(one, "label", here) or Text(),
            filter=draft.formula(one, "filter", here, Use(entity=one["entity"])),
            columns=names_of(one, "columns"),
            roles=frozenset(names_of(one, "roles")),
            at=here.key(),
            **plain,
        )
        draft.home[name] = item
        found.append(item)
    return tuple(found)


def _prints(draft: Draft, raw: Mapping[str, Any], site: Site) -> None:
    for name, one in raw.items():
        here = site.down(name)
        if draft.declare("print", name, here):
            draft.prints[name] = Print(
                name=name,
                label=draft.text(one, "label", here) or Text(),
                entity=one["entity"],
                template=one["template"],
                fields=names_of(one, "fields"),
                group_by=one.get("group_by", ""),
                where=draft.formula(one, "where", here, Use(entity=one["entity"])),
                marks_reprint=one.get("marks_reprint", False),
                at=here.key(),
                extra=extra_of(one),
            )


def finish_menus(draft: Draft) -> None:
    """Give menu items their entity's label and icon where the author gave none.

    Done when all modules are built: an item may open another module's entity.
    """
    for name, module in draft.modules.items():
        menu = tuple(_finished(draft, item) for item in module.menu)
        draft.modules[name] = replace(module, menu=menu)


def _finished(draft: Draft, item: MenuItem) -> MenuItem:
    entity = draft.entities.get(item.entity)
    label, icon = item.label, item.icon
    if entity is not None:
        views = {view.name: view.label for view in entity.list.views}
        label = label or views.get(item.view) or entity.label
        icon = icon or entity.icon
    return replace(item, label=label, icon=icon or "point")
