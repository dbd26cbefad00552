"""Other faces of a list: a board by state, a month sheet, a tree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import jsonify, redirect, request

from engine.access import changeable_fields, entities_readable
from engine.expressions import check, parse
from engine.extension import Conflict, Invalid, Refused
from engine.loading.scopes import EntityScope
from engine.metadata import Entity
from engine.records import Page, RecordService, Workspace, is_allowed
from engine.records.periods import period_of
from engine.web.desk import reasons, tell
from engine.web.urls import list_url, new_url, record_url
from engine.web.views.lists_request import (
    ListRequest,
    card_paths,
    is_narrowed,
    query_of,
    readable_paths,
)
from engine.web.views.lists_rows import rows_of

View = dict[str, Any]
Answer = Any
BOARD_CARDS = 300
TREE_ROWS = 500
DAY_ITEMS = 4
DAYS = 42  # six weeks: any month fits


@dataclass(frozen=True, slots=True)
class Face:
    """A list drawn another way: the page it asked for, and what its template wants."""

    page: Page
    view: View


def face_of(asked: ListRequest) -> Face | None:
    """Return the face that the address asks for; None: a plain table.

    None too when the list has no such face, its reader may not see the fields it stands on,
    or the filter is wrong, which the table says.
    """
    makers = {"board": _board, "calendar": _calendar, "tree": _tree}
    make = makers.get(asked.mode)
    if make is None or asked.error:
        return None
    try:
        return make(asked)
    except Invalid:
        return None


def _board(asked: ListRequest) -> Face | None:
    work, entity = asked.work, asked.entity
    if entity.list.board is None or not readable_paths(work, entity, [entity.list.board.by]):
        return None
    field = entity.fields[entity.list.board.by]
    paths = (field.name, *card_paths(work, entity))
    query = query_of(asked, tuple(dict.fromkeys(paths)))
    page = RecordService(work).page(replace(query, page=1, size=BOARD_CARDS, totals=()))
    at = next(c.value for c in page.columns if c.path == field.name)
    cards = _cards(asked, page, at, may=_may_move(work, entity))
    columns = [
        {
            "value": key,
            "label": option["label"].in_(work.language),
            "color": option.get("color") or "secondary",
            "count": len(cards[key]),
            "cards": cards[key],
            "more_url": list_url(entity.name, **{f"f.{field.name}": key}),
        }
        for key, option in field.options["options"].items()
        if not option.get("hidden") or cards[key]
    ]
    board = {"columns": columns, "can_move": _may_move(work, entity)}
    return Face(page, {"board": board, "page": None})


def _may_move(work: Workspace, entity: Entity) -> bool:
    if entity.list.board is None or entity.written_by != "people":
        return False
    names = changeable_fields(work.catalog, work.actor, entity.name, "change")
    return entity.list.board.by in names and is_allowed(work, entity.name, "change")


def _cards(asked: ListRequest, page: Page, at: int, *, may: bool) -> dict[Any, list[View]]:
    entity = asked.entity
    readable = entities_readable(asked.work.catalog, asked.work.actor)
    views = rows_of(asked.work, entity, page, 0, readable)
    cards: dict[Any, list[View]] = defaultdict(list)
    for row, view in zip(page.rows, views, strict=True):
        move = f"{record_url(entity.name, row[0])}/move" if may else ""
        card = view["card"] | {"id": row[0], "url": view["url"], "version": row[1]}
        cards[row[at]].append(card | {"move_url": move})
    return cards


def move_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Set the board's field of one record."""
    if entity.list.board is None:
        raise Refused("These records have no board.")
    values = {entity.list.board.by: request.form.get("value", "")}
    version = request.form.get("version", type=int)
    try:
        with work.connection.begin_nested():
            done = RecordService(work).change(entity.name, record_id, values, version=version)
    except (Invalid, Refused, Conflict) as wrong:
        if request.headers.get("HX-Request") == "true" or request.is_json:
            return jsonify({"error": reasons(wrong)}), 422
        tell(reasons(wrong), "danger")
        return redirect(list_url(entity.name, **{"as": "board"}))
    if request.headers.get("X-Requested-With") == "fetch":
        return jsonify({"version": done["version"]})
    return redirect(list_url(entity.name, **{"as": "board"}))


def _calendar(asked: ListRequest) -> Face | None:
    work, entity = asked.work, asked.entity
    layout = entity.list.calendar
    if layout is None or not readable_paths(work, entity, [layout.start]):
        return None
    stop = layout.end if readable_paths(work, entity, [layout.end or ""]) else layout.start
    first = _month(work)
    start = first - timedelta(first.weekday())
    paths = readable_paths(work, entity, (layout.start, stop, *card_paths(work, entity)))
    query = query_of(asked, paths)
    window = _window(work, entity, (layout.start, stop), start)
    query = replace(
        query, conditions=(*query.conditions, window), page=1, size=500, count=False, totals=()
    )
    page = RecordService(work).page(query)
    by_day = _by_day(asked, page, (layout.start, stop), start)
    days = [
        _day(work, entity, layout.start, day, first, by_day[day])
        for day in (start + timedelta(i) for i in range(DAYS))
    ]
    weeks = [days[i : i + 7] for i in range(0, DAYS, 7)]
    return Face(page, {"calendar": _sheet(asked, first, weeks), "page": None})


def _window(work: Workspace, entity: Entity, ends: tuple[str, str], start: date) -> Any:
    """Return the condition that a record falls into the sheet."""
    start_field, stop_field = ends
    until = f"coalesce({stop_field}, {start_field})"
    last = start + timedelta(DAYS - 1)
    text = f"{start_field} <= {_literal(last)} and {until} >= {_literal(start)}"
    return check(parse(text), EntityScope(work.catalog, entity.name))


def _by_day(
    asked: ListRequest, page: Page, ends: tuple[str, str], start: date
) -> dict[date, list[View]]:
    places = {c.path: c.value for c in page.columns}
    readable = entities_readable(asked.work.catalog, asked.work.actor)
    views = rows_of(asked.work, asked.entity, page, 0, readable)
    found: dict[date, list[View]] = defaultdict(list)
    for row, view in zip(page.rows, views, strict=True):
        begins, stops = row[places[ends[0]]], row[places[ends[1]]]
        zone = asked.work.style.zone
        day = max(_as_day(begins, zone), start)
        last_day = min(_as_day(stops or begins, zone), start + timedelta(DAYS - 1))
        badge = view["card"]["badge"] or {}
        item = {"title": view["title"], "url": view["url"], "color": badge.get("color", "blue")}
        while day <= last_day:
            found[day].append(item)
            day += timedelta(1)
    return found


def _as_day(value: Any, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _sheet(asked: ListRequest, first: date, weeks: list[list[View]]) -> View:
    _, last = period_of("this_month", first)
    before, after = first - timedelta(1), (last or first) + timedelta(1)
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return {
        "label": first.strftime("%Y-%m"),
        "prev_url": asked.url(month=before.strftime("%Y-%m")),
        "next_url": asked.url(month=after.strftime("%Y-%m")),
        "today_url": asked.url(month=None),
        "weekdays": [asked.work.message(n) for n in names],
        "weeks": weeks,
    }


def _month(work: Workspace) -> date:
    try:
        year, month = request.args.get("month", "").split("-")
        day = date(int(year), int(month), 1)
        return day if 1900 <= day.year < 2200 else work.today.replace(day=1)
    except ValueError:
        return work.today.replace(day=1)


def _literal(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


def _day(
    work: Workspace, entity: Entity, field: str, day: date, first: date, items: list[View]
) -> View:
    may = is_allowed(work, entity.name, "create") and entity.written_by == "people"
    return {
        "date": day.isoformat(),
        "day": day.day,
        "other": day.month != first.month,
        "today": day == work.today,
        "items": items[:DAY_ITEMS],
        "more": max(0, len(items) - DAY_ITEMS),
        "more_url": list_url(entity.name, **{f"f.{field}": day.isoformat()}),
        "new_url": new_url(entity.name, **{field: day.isoformat()}) if may else "",
    }


def _tree(asked: ListRequest) -> Face | None:
    """Draw the whole tree when nothing is filtered; a filter gives a plain table."""
    work, entity = asked.work, asked.entity
    if not entity.parent or is_narrowed(asked):
        return None
    paths = tuple(dict.fromkeys((*asked.columns, entity.parent, *card_paths(work, entity))))
    query = replace(query_of(asked, paths), page=1, size=TREE_ROWS, totals=())
    page = RecordService(work).page(query)
    at = next((c.value for c in page.columns if c.path == entity.parent), None)
    if at is None or page.has_more:
        return None
    readable = entities_readable(work.catalog, work.actor)
    views = rows_of(work, entity, page, len(asked.columns), readable)
    known = {row[0] for row in page.rows}
    below: dict[Any, list[tuple[int, View]]] = defaultdict(list)
    for row, view in zip(page.rows, views, strict=True):
        below[row[at] if row[at] in known else None].append((row[0], view))
    return Face(page, {"rows": _flat(below, None, 0), "page": None})


def _flat(below: dict[Any, list[tuple[int, View]]], top: Any, level: int) -> list[View]:
    found = []
    for record_id, view in below.get(top, ()):
        children = _flat(below, record_id, level + 1) if level < 30 else []
        found.append({**view, "level": level, "has_children": bool(children), "open": True})
        found += children
    return found
