"""The list of an entity: filters in the address, views, columns, totals, pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import or_, select
from werkzeug.datastructures import MultiDict

from engine.access import entities_readable, readable_fields
from engine.extension import Invalid
from engine.metadata import Entity, SavedFilter
from engine.records import (
    ENGINE_FIELDS,
    PAGE_SIZES,
    Chip,
    Page,
    Query,
    RecordService,
    Workspace,
    chips_of,
    conditions,
    is_allowed,
    resolve,
)
from engine.storage.work_tables import wy_saved_view
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.present.cells import cells_of, head, makers
from engine.web.present.filters import builder_view, chip_views
from engine.web.urls import list_url, record_url

KEPT = ("q", "view", "where", "sort", "size", "cols", "as", "month")


@dataclass(frozen=True)
class ListRequest:
    """What an address asks of a list."""

    work: Workspace
    entity: Entity
    arguments: MultiDict[str, str]
    view: SavedFilter | None
    chips: tuple[Chip, ...]
    columns: tuple[str, ...]
    sort: tuple[str, ...]
    page: int
    size: int
    mode: str
    error: str = ""  # why a filter was not understood

    def url(self, **changes: Any) -> str:
        """Return the address of this list with some arguments changed; None takes one out."""
        state = {k: vs for k, vs in self.arguments.lists() if k != "page"}
        for name, value in changes.items():
            key = name.replace("__", ".")
            if value is None:
                state.pop(key, None)
            else:
                state[key] = [str(value)]
        return list_url(self.entity.name, **{k: v for k, v in state.items() if v})


def read_request(work: Workspace, entity: Entity, arguments: MultiDict[str, str]) -> ListRequest:
    """Read a list's address; a wrong filter is noted and shows nothing else."""
    view = next((v for v in entity.list.views if v.name == arguments.get("view")), None)
    error = ""
    chips: list[Chip] = []
    try:
        chips = chips_of(work, entity.name, arguments.lists())
    except Invalid as wrong:
        error = "; ".join(say(p) for p in wrong.problems)
    wanted = tuple(c for c in arguments.get("cols", "").split(",") if c)
    shipped = (view.columns if view and view.columns else ()) or entity.list.columns
    sort = tuple(s for s in arguments.get("sort", "").split(",") if s)
    size = arguments.get("size", type=int) or PAGE_SIZES[0]
    return ListRequest(
        work=work,
        entity=entity,
        arguments=arguments,
        view=view,
        chips=tuple(chips),
        columns=readable_paths(work, entity, wanted or shipped or (entity.title,)),
        sort=sort or (view.sort if view and view.sort else entity.list.sort),
        page=max(1, arguments.get("page", type=int) or 1),
        size=size if size in PAGE_SIZES else PAGE_SIZES[0],
        mode=arguments.get("as") or ("tree" if entity.list.tree else "table"),
        error=error,
    )


def readable_paths(work: Workspace, entity: Entity, paths: Sequence[str]) -> tuple[str, ...]:
    """Keep the paths whose every step the reader may see."""
    return tuple(p for p in dict.fromkeys(paths) if _is_readable(work, entity.name, p))


def _is_readable(work: Workspace, entity: str, path: str) -> bool:
    at = entity
    for step in path.split("."):
        try:
            _, field = resolve(work.catalog, at, step)
        except KeyError:
            return False
        engine = at == "user" or step in ENGINE_FIELDS or step == "scope_unit"
        if not engine and step not in readable_fields(work.catalog, work.actor, at):
            return False
        if field.type == "lines":
            return False
        at = field.options.get("to") or at
    return True


def query_of(asked: ListRequest, columns: Sequence[str]) -> Query:
    """Return the query of a list request.

    Raises:
        Invalid: its filter text is wrong.
    """
    where = asked.arguments.get("where", "")
    found = list(conditions(asked.work, asked.entity.name, asked.chips, where))
    if asked.view is not None and asked.view.filter is not None:
        found.append(asked.view.filter.typed)
    return Query(
        entity=asked.entity.name,
        columns=tuple(columns),
        conditions=tuple(found),
        search=asked.arguments.get("q", ""),
        sort=tuple(s for s in asked.sort if _is_sortable(asked, s)),
        page=asked.page,
        size=asked.size,
        totals=readable_paths(asked.work, asked.entity, asked.entity.list.totals),
    )


def _is_sortable(asked: ListRequest, key: str) -> bool:
    return _is_readable(asked.work, asked.entity.name, key.removeprefix("-"))


def list_context(work: Workspace, entity: Entity) -> dict[str, Any]:
    """Return all that ui/list.html wants, but for the frame."""
    asked = read_request(work, entity, request.args)
    page, error = _ask(asked)
    readable = entities_readable(work.catalog, work.actor)
    rows = rows_of(work, entity, page, len(asked.columns), readable) if page else []
    may = {a: is_allowed(work, entity.name, a) for a in ("create", "export", "import", "bulk")}
    context: dict[str, Any] = {
        "entity": {"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        "title": text_of(entity.label),
        "crumbs": [],
        "total": page.total if page else 0,
        "total_text": _total_text(work, page),
        "url": list_url(entity.name),
        "state": [(k, v) for k, vs in request.args.lists() if k != "page" for v in vs],
        "new_url": _new_url(entity, may),
        "views": _views(asked),
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
        "mode": asked.mode,
        "modes": _modes(asked),
    }
    return context | _doing(asked, may)


def _ask(asked: ListRequest) -> tuple[Page | None, str]:
    if asked.error:
        return None, asked.error
    try:
        extra = card_paths(asked.work, asked.entity)
        columns = tuple(dict.fromkeys((*asked.columns, *extra)))
        return RecordService(asked.work).page(query_of(asked, columns)), ""
    except Invalid as wrong:
        return None, "; ".join(say(p) for p in wrong.problems)


def card_paths(work: Workspace, entity: Entity) -> tuple[str, ...]:
    """Return the paths a card shows."""
    card = entity.list.card
    wanted = (card.title or entity.title, *card.subtitle, card.badge, card.amount)
    return readable_paths(work, entity, [w for w in wanted if w])


def rows_of(
    work: Workspace, entity: Entity, page: Page, shown: int, readable: frozenset[str]
) -> list[dict[str, Any]]:
    """Return rows with cells and cards; the first `shown` columns are cells."""
    make = makers(page.columns, work.style, readable)
    places = {c.path: i for i, c in enumerate(page.columns)}
    card = entity.list.card
    title_at = places.get(card.title or entity.title)
    first = places.get(entity.title, 0) if places.get(entity.title, shown) < shown else 0
    rows = []
    for row in page.rows:
        cells = cells_of(page, make, row)
        title = cells[title_at]["text"] if title_at is not None else f"#{row[0]}"
        url = record_url(entity.name, row[0])
        shown_cells = cells[:shown]
        if shown_cells and shown_cells[first]["kind"] not in ("masked", "badge"):
            shown_cells[first] = {**shown_cells[first], "kind": "title", "href": url}
        subtitle = [t for p in card.subtitle if p in places and (t := cells[places[p]]["text"])]
        rows.append(
            {
                "id": row[0],
                "url": url,
                "title": title,
                "cells": shown_cells,
                "card": {
                    "title": title,
                    "subtitle": " · ".join(subtitle),
                    "badge": cells[places[card.badge]] if card.badge in places else None,
                    "amount": cells[places[card.amount]]["text"] if card.amount in places else "",
                    "meta": [],
                },
            }
        )
    return rows


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
    if not asked.entity.search:
        return None
    labels = [text_of(asked.entity.fields[s].label) for s in asked.entity.search[:3]
              if s in asked.entity.fields]  # fmt: skip
    return {"value": asked.arguments.get("q", ""), "placeholder": "、".join(labels)}


def _views(asked: ListRequest) -> list[dict[str, Any]]:
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


def _chooser(asked: ListRequest) -> list[dict[str, Any]]:
    entity = asked.entity
    names = [*asked.columns, *entity.list.columns, *entity.fields, "created_at", "updated_at"]
    paths = readable_paths(asked.work, entity, names)
    found = []
    for path in paths:
        on = path in asked.columns
        left = [c for c in asked.columns if c != path] if on else [*asked.columns, path]
        found.append(
            {
                "label": path_label(asked.work, entity, path),
                "name": path,
                "on": on,
                "url": asked.url(cols=",".join(left) or None),
            }
        )
    return found


def path_label(work: Workspace, entity: Entity, path: str) -> str:
    """Return what a path is called: the labels of its steps."""
    names, at = [], entity.name
    for step in path.split("."):
        _, field = resolve(work.catalog, at, step)
        names.append(text_of(field.label))
        at = field.options.get("to") or at
    return " · ".join(names[-2:])


def _heads(asked: ListRequest, page: Page | None) -> list[dict[str, Any]]:
    if page is None:
        return []
    heads = head(page, {p: path_label(asked.work, asked.entity, p) for p in asked.columns})
    for one in heads:
        name = one["name"]
        down, up = f"-{name}" in asked.sort, name in asked.sort
        one["sorted"] = "desc" if down else "asc" if up else ""
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
