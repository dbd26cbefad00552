"""The home page of a role: numbers, lists, shortcuts, each within the reader's rows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy import Numeric as SqlNumeric
from sqlalchemy import cast as sql_cast

from engine.access import entities_readable
from engine.expressions import compile_sql
from engine.flows.lists import counts
from engine.metadata import HomeItem
from engine.records import Query, RecordService, Workspace, is_allowed, joined, visible
from engine.web.desk import render
from engine.web.i18n import label as text_of
from engine.web.menu import menu_of
from engine.web.present.cells import head
from engine.web.urls import list_url
from engine.web.views.lists import readable_paths, rows_of

Answer = Any
LIST_ROWS = 8


def home_answer(work: Workspace) -> Answer:
    """Show the home page."""
    items = list(items_for(work))
    numbers = [i for i in items if i.show in ("count", "sum")]
    values = _values(work, numbers)
    cards = [_card(work, item, values.get(i)) for i, item in enumerate(numbers)]
    cards = [*_waiting(work), *cards]
    lists = [_list(work, item) for item in items if item.show == "list"]
    shortcuts = [
        {"label": entry["label"], "icon": entry["icon"], "url": entry["url"]}
        for group in menu_of(work, "")
        for entry in group["items"]
        if entry["shortcut"]
    ]
    return render(
        "ui/home.html",
        title=work.message("Home"),
        greeting=work.actor.name,
        cards=cards,
        lists=lists,
        alerts=[],
        shortcuts=shortcuts,
        charts=[],
    )


def _waiting(work: Workspace) -> list[dict[str, Any]]:
    """Return what waits for the reader's approval, before all else."""
    if not work.catalog.flows:
        return []
    waiting = counts(work)
    card = {"icon": "user-check", "color": "orange" if waiting["todo"] else "secondary"}
    return [
        {
            **card,
            "label": work.message("For my approval"),
            "value": f"{waiting['todo']:,}",
            "url": "/flows/",
        }
    ]


def items_for(work: Workspace) -> Iterator[HomeItem]:
    """Yield the home items of the reader's roles, of entities he may read."""
    catalog, actor = work.catalog, work.actor
    for module in catalog.modules.values():
        for item in module.home:
            mine = not item.roles or actor.is_unlimited or item.roles & actor.roles
            if mine and is_allowed(work, item.entity, "read") and _is_shown(work, item):
                yield item


def _is_shown(work: Workspace, item: HomeItem) -> bool:
    """Tell whether the reader may see the field that is summed."""
    if item.show != "sum":
        return True
    return bool(readable_paths(work, work.catalog.entity(item.entity), [item.field]))


def _values(work: Workspace, items: list[HomeItem]) -> dict[int, Any]:
    """Count and sum everything in one statement."""
    parts: list[Select[Any]] = []
    for place, item in enumerate(items):
        source = joined(work, item.entity)
        total: ColumnElement[Any] = func.count()
        if item.show == "sum":
            total = func.coalesce(func.sum(source.column(tuple(item.field.split(".")))), 0)
        query = select(literal(place).label("n"), sql_cast(total, SqlNumeric).label("v"))
        conditions = []
        if item.filter is not None:
            conditions.append(compile_sql(item.filter.typed, source))
        rule = visible(work, item.entity, source.table, "read", source)
        if rule is not None:
            conditions.append(rule)
        parts.append(query.select_from(source.from_).where(*conditions))
    if not parts:
        return {}
    rows = work.connection.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return {row.n: row.v for row in rows}


def _card(work: Workspace, item: HomeItem, value: Any) -> dict[str, Any]:
    if item.show == "sum":
        field = work.catalog.field_at(item.entity, item.field)
        from engine.fieldtypes import field_type

        text = field_type(field.type).text(field, value or Decimal(0), work.style)
    else:
        text = f"{int(value or 0):,}"
    return {
        "label": text_of(item.label),
        "value": text,
        "icon": item.icon,
        "color": item.color,
        "url": _url(item),
    }


def _url(item: HomeItem) -> str:
    where = item.filter.text if item.filter is not None else ""
    return list_url(item.entity, where=where)


def _list(work: Workspace, item: HomeItem) -> dict[str, Any]:
    entity = work.catalog.entity(item.entity)
    columns = readable_paths(work, entity, item.columns or entity.list.columns[:4])
    query = Query(
        entity=entity.name,
        columns=columns,
        conditions=(item.filter.typed,) if item.filter is not None else (),
        sort=entity.list.sort,
        size=LIST_ROWS,
        count=False,
    )
    page = RecordService(work).page(query)
    readable = entities_readable(work.catalog, work.actor)
    return {
        "label": text_of(item.label),
        "icon": item.icon,
        "columns": head(page),
        "rows": rows_of(work, entity, page, len(page.columns), readable),
        "all_url": _url(item),
        "empty_text": work.message("Nothing waits here."),
    }
