"""Menus, home items and prints."""

from __future__ import annotations

from engine.diagnostics import did_you_mean
from engine.extension import screens
from engine.loading.checks.lists import check_paths, check_sum
from engine.loading.checks.manifest import check_role
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import HomeItem, MenuItem, Print

_CODES = {"screen": "unknown-screen", "action": "unknown-action"}


def check_modules(draft: Draft, paths: Paths) -> None:
    """Check the menus of all modules, all home items and all prints."""
    for module in draft.modules.values():
        site = draft.site("module", module.name)
        menu = Site(site.document, ("menu",))
        if menu.has():
            for position, item in enumerate(module.menu):
                _check_menu_item(draft, paths, item, menu.down(position))
    for home in draft.home.values():
        _check_home(draft, paths, home, draft.site("home", home.name))
    for one in draft.prints.values():
        _check_print(draft, paths, one, draft.site("print", one.name))


def _check_menu_item(draft: Draft, paths: Paths, item: MenuItem, site: Site) -> None:
    for position, role in enumerate(site.value.get("shortcut", ())):
        check_role(draft, role, site.down("shortcut", position))
    targets = [name for name in ("entity", "screen", "report") if getattr(item, name)]
    if len(targets) != 1:
        message = "a menu item must open one thing"
        hint = "write one of: entity (with view), screen, report"
        draft.report(site.at(), "menu-target", message, hint)
        return
    if item.entity and paths.entity(item.entity, site.down("entity")):
        _check_view(draft, item, site)
    if item.screen:
        check_registered(draft, item.screen, site.down("screen"), "screen", set(screens()))
    if not item.entity and not site.has("label"):
        hint = "only an entity's label can be taken instead"
        draft.report(site.at(), "missing-key", "a menu item must have the key 'label'", hint)


def _check_view(draft: Draft, item: MenuItem, site: Site) -> None:
    views = [view.name for view in draft.entities[item.entity].list.views]
    if item.view and item.view not in views:
        message = f"the list of '{item.entity}' has no view '{item.view}'"
        hint = did_you_mean(item.view, views)
        draft.report(site.at("view"), "unknown-view", message, hint)


def check_registered(draft: Draft, name: str, site: Site, kind: str, known: set[str]) -> None:
    """Report a plugin's screen or action that is not there, if the plugin is loaded."""
    plugin, dot, _ = name.partition(".")
    if not dot:
        message = f"'{name}' does not name a plugin's {kind}"
        draft.report(site.at(), _CODES[kind], message, "write plugin.name")
    elif plugin in draft.plugins and name not in known:
        message = f"the plugin '{plugin}' has no {kind} '{name}'"
        own = [one for one in known if one.startswith(f"{plugin}.")]
        hint = did_you_mean(name, own) if own else f"it registers no {kind} at all"
        draft.report(site.at(), _CODES[kind], message, hint)


def _check_home(draft: Draft, paths: Paths, item: HomeItem, site: Site) -> None:
    if paths.entity(item.entity, site.down("entity")):
        check_paths(paths, item.entity, item.columns, site.down("columns"))
        if item.field:
            check_sum(draft, paths, item.entity, item.field, site.down("field"))
        elif item.show == "sum":
            message = "a home item that shows a sum must have the key 'field'"
            draft.report(site.key(), "missing-key", message, "the numeric field that is summed")
    for position, role in enumerate(site.value.get("roles", ())):
        check_role(draft, role, site.down("roles", position))


def _check_print(draft: Draft, paths: Paths, one: Print, site: Site) -> None:
    if paths.entity(one.entity, site.down("entity")):
        for position, path in enumerate(one.fields):
            paths.path(one.entity, path, site.down("fields", position), lines=True)
        if one.group_by:
            paths.path(one.entity, one.group_by, site.down("group_by"))
    if one.template not in draft.templates:
        message = f"there is no file '{one.template}'"
        hint = "templates are named relative to the folder of models.yaml"
        draft.report(site.at("template"), "missing-file", message, hint)
