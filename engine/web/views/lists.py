"""The list of an entity: filters in the address, views, columns, totals, pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from engine.access import entities_readable
from engine.extension import Invalid
from engine.metadata import Entity
from engine.records import PAGE_SIZES, Page, RecordService, Workspace, is_allowed
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.menu import title_of_view
from engine.web.present.cells import head, makers
from engine.web.present.filters import builder_view, chip_views
from engine.web.present.kept import once_for_roles
from engine.web.urls import list_url
from engine.web.views.lists_request import (
    ListRequest,
    card_paths,
    is_sortable,
    path_label,
    query_of,
    read_request,
    readable_paths,
)
from engine.web.views.lists_rows import rows_of
from engine.web.views.lists_views import views_of
from engine.web.views.modes import face_of

__all__ = [
    "ListRequest",
    "card_paths",
    "list_context",
    "path_label",
    "query_of",
    "read_request",
    "readable_paths",
    "rows_of",
]


def list_context(work: Workspace, entity: Entity) -> dict[str, Any]:
    """Return all that ui/list.html wants, but for the frame."""
    asked = read_request(work, entity, request.args)
    face = face_of(asked)
    page, error = (face.page, "") if face is not None else _ask(asked)
    readable = entities_readable(work.catalog, work.actor)
    rows = rows_of(work, entity, page, len(asked.columns), readable) if page and not face else []
    may = {a: is_allowed(work, entity.name, a) for a in ("create", "export", "import", "bulk")}
    context: dict[str, Any] = {
        "entity": {"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        "title": _title(asked),
        "crumbs": [],
        "total": page.total if page else 0,
        "total_text": _total_text(work, page),
        "url": list_url(entity.name),
        "state": [(k, v) for k, vs in request.args.lists() if k != "page" for v in vs],
        "new_url": _new_url(entity, may),
        "views": views_of(asked),
        "save_view_url": f"/e/{entity.name}/views",
        "query": request.query_string.decode(),
        "search": _search(asked),
        "chips": chip_views(asked),
        "clear_url": list_url(entity.name) if asked.chips or _narrowed(asked) else "",
        "builder": builder_view(asked, error),
        "columns_all": _chooser(asked),
        "reset_columns_url": asked.url(cols=None) if "cols" in request.args else "",
        "columns": _heads(asked, page),
        "rows": rows,
        "totals": _totals(asked, page, readable),
        "page": _pager(asked, page, len(rows)),
        "empty": _empty(asked, may),
        "mode": asked.mode if face is not None else "table",
        "modes": _modes(asked),
    }
    return context | _doing(asked, may) | (face.view if face is not None else {})


def _title(asked: ListRequest) -> str:
    own = title_of_view(asked.work, asked.entity.name, asked.view.name) if asked.view else ""
    return own or text_of(asked.entity.label)


def _ask(asked: ListRequest) -> tuple[Page | None, str]:
    if asked.error:
        return None, asked.error
    try:
        extra = card_paths(asked.work, asked.entity)
        columns = tuple(dict.fromkeys((*asked.columns, *extra)))
        return RecordService(asked.work).page(query_of(asked, columns)), ""
    except Invalid as wrong:
        return None, "; ".join(say(p) for p in wrong.problems)


def _total_text(work: Workspace, page: Page | None) -> str:
    if page is None or page.total is None:
        return ""
    if page.total_is_exact:
        return f"{page.total:,}"
    return work.message("more than %(n)s", n=f"{page.total:,}")


def _new_url(entity: Entity, may: Mapping[str, bool]) -> str:
    by_people = entity.written_by == "people" and not entity.part_of
    return f"/e/{entity.name}/new" if may["create"] and by_people else ""


def _narrowed(asked: ListRequest) -> bool:
    return bool(asked.arguments.get("q") or asked.arguments.get("where"))


def _search(asked: ListRequest) -> dict[str, str] | None:
    named = (*asked.entity.search, *asked.entity.search_links)
    if not named:
        return None
    shown = readable_paths(asked.work, asked.entity, named)
    labels = [path_label(asked.work, asked.entity, path) for path in shown[:3]]
    return {"value": asked.arguments.get("q", ""), "placeholder": "、".join(labels)}


def _chooser(asked: ListRequest) -> list[dict[str, Any]]:
    shown, entity = asked.columns, asked.entity
    found = []
    for path in dict.fromkeys((*shown, *_offered(asked.work, entity))):
        on = path in shown
        left = [c for c in shown if c != path] if on else [*shown, path]
        url = asked.url(cols=",".join(left) or None)
        label = path_label(asked.work, entity, path)
        found.append({"label": label, "name": path, "on": on, "url": url})
    return found


def _offered(work: Workspace, entity: Entity) -> tuple[str, ...]:
    """Return the paths that a list may show beside those asked for."""
    names = [*entity.list.columns, *entity.fields, "created_at", "updated_at"]
    key = ("offered columns", entity.name)
    return once_for_roles(work, key, lambda: readable_paths(work, entity, names))


def _heads(asked: ListRequest, page: Page | None) -> list[dict[str, Any]]:
    if page is None:
        return []
    heads = head(page, {p: path_label(asked.work, asked.entity, p) for p in asked.columns})
    for one in heads:
        name = one["name"]
        down, up = f"-{name}" in asked.sort, name in asked.sort
        one["sorted"] = "desc" if down else "asc" if up else ""
        if is_sortable(asked, name):
            one["sort_url"] = asked.url(sort=name if down or not up else f"-{name}")
    return heads[: len(asked.columns)]


def _totals(asked: ListRequest, page: Page | None, readable: frozenset[str]) -> list[Any]:
    if page is None or not page.totals or not page.rows:
        return []
    make = makers(page.columns, asked.work.style, readable)
    found = []
    for i, column in enumerate(page.columns[: len(asked.columns)]):
        value = page.totals.get(column.path)
        found.append(None if value is None else make[i](value, None, ()))
    return found


def _pager(asked: ListRequest, page: Page | None, shown: int) -> dict[str, Any] | None:
    if page is None:
        return None
    start = (asked.page - 1) * asked.size
    pages = -(-page.total // asked.size) if page.total else None
    return {
        "number": asked.page,
        "pages": max(1, pages) if pages and page.total_is_exact else None,
        "from": start + 1 if shown else 0,
        "to": start + shown,
        "size": asked.size,
        "sizes": [
            {"n": n, "url": asked.url(size=n), "current": n == asked.size} for n in PAGE_SIZES
        ],
        "prev_url": asked.url(page=asked.page - 1) if asked.page > 1 else "",
        "next_url": asked.url(page=asked.page + 1) if page.has_more else "",
    }


def _empty(asked: ListRequest, may: Mapping[str, bool]) -> dict[str, str]:
    say_ = asked.work.message
    if asked.chips or _narrowed(asked) or asked.view:
        return {
            "title": say_("No records match"),
            "hint": say_("Try removing a filter."),
            "url": list_url(asked.entity.name),
            "label": say_("Clear all"),
        }
    url = _new_url(asked.entity, may)
    hint = say_("Create the first one.") if url else ""
    return {"title": say_("Nothing here yet"), "hint": hint, "url": url, "label": say_("New")}


def _modes(asked: ListRequest) -> list[dict[str, Any]]:
    layout = asked.entity.list
    say_ = asked.work.message
    offered = [("table", say_("Table"), "table")]
    if layout.tree:
        offered.insert(0, ("tree", say_("Tree"), "list-tree"))
    if layout.board is not None:
        offered.append(("board", say_("Board"), "layout-kanban"))
    if layout.calendar is not None:
        offered.append(("calendar", say_("Calendar"), "calendar"))
    return [
        {
            "name": name,
            "label": label,
            "icon": icon,
            "url": asked.url(**{"as": name}),
            "current": name == asked.mode,
        }
        for name, label, icon in offered
    ]


def _doing(asked: ListRequest, may: Mapping[str, bool]) -> dict[str, Any]:
    """Return what can be done with the list: buttons, prints, export, import, bulk."""
    from engine.web.views.actions import bulk_actions, list_actions, prints_of

    entity, work = asked.entity, asked.work
    query = request.query_string.decode()
    exports = []
    if may["export"]:
        for kind, label in (("xlsx", "Excel"), ("csv", "CSV")):
            exports.append(
                {
                    "label": label,
                    "icon": "file-spreadsheet",
                    "url": f"/e/{entity.name}/export.{kind}?{query}",
                }
            )
    imports = may["import"] and entity.written_by == "people"
    return {
        "actions": list_actions(work, entity),
        "prints": prints_of(work, entity, query),
        "exports": exports,
        "import_url": f"/e/{entity.name}/import" if imports else "",
        "bulk": bulk_actions(work, entity, may),
    }
