"""Other faces of a list: a board by state, a month sheet, a tree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import flash, jsonify, redirect, request

from engine.access import entities_readable
from engine.expressions import check, parse
from engine.extension import Conflict, Invalid, Refused
from engine.loading.scopes import EntityScope
from engine.metadata import Entity
from engine.records import RecordService, Workspace, is_allowed
from engine.records.periods import period_of
from engine.web.desk import reasons
from engine.web.urls import list_url, new_url, record_url
from engine.web.views.lists import card_paths, query_of, read_request, readable_paths, rows_of

View = dict[str, Any]
Answer = Any
BOARD_CARDS = 300
TREE_ROWS = 500
DAY_ITEMS = 4


def mode_context(work: Workspace, entity: Entity, context: View) -> View:
    """Return what the chosen face needs beside the list's own context."""
    makers = {"board": _board, "calendar": _calendar, "tree": _tree}
    make = makers.get(context["mode"])
    if make is None or context["builder"]["error"]:
        return {"mode": "table"} if context["mode"] not in makers else {}
    return make(work, entity, context)


def _board(work: Workspace, entity: Entity, context: View) -> View:
    if entity.list.board is None:
        return {"mode": "table"}
    field = entity.fields[entity.list.board.by]
    asked = read_request(work, entity, request.args)
    paths = (field.name, *card_paths(work, entity))
    query = replace(query_of(asked, tuple(dict.fromkeys(paths))), page=1, size=BOARD_CARDS)
    page = RecordService(work).page(query)
    at = next(c.value for c in page.columns if c.path == field.name)
    views = rows_of(work, entity, page, 0, entities_readable(work.catalog, work.actor))
    cards: dict[Any, list[View]] = defaultdict(list)
    may = is_allowed(work, entity.name, "change") and not field.read_only
    for row, view in zip(page.rows, views, strict=True):
        move = f"{record_url(entity.name, row[0])}/move" if may else ""
        card = view["card"] | {"id": row[0], "url": view["url"], "version": row[1]}
        cards[row[at]].append(card | {"move_url": move})
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
    return {"board": {"columns": columns, "can_move": may}}


def move_answer(work: Workspace, entity: Entity, record_id: int) -> Answer:
    """Set the board's field of one record."""
    if entity.list.board is None:
        raise Refused("These records have no board.")
    values = {entity.list.board.by: request.form.get("value", "")}
    version = request.form.get("version", type=int)
    try:
        done = RecordService(work).change(entity.name, record_id, values, version=version)
    except (Invalid, Refused, Conflict) as wrong:
        if request.headers.get("HX-Request") == "true" or request.is_json:
            return jsonify({"error": reasons(wrong)}), 422
        flash(reasons(wrong), "danger")
        return redirect(list_url(entity.name, **{"as": "board"}))
    if request.headers.get("X-Requested-With") == "fetch":
        return jsonify({"version": done["version"]})
    return redirect(list_url(entity.name, **{"as": "board"}))


def _calendar(work: Workspace, entity: Entity, context: View) -> View:
    layout = entity.list.calendar
    if layout is None:
        return {"mode": "table"}
    first = _month(work)
    _, last = period_of("this_month", first)
    start = first - timedelta(first.weekday())
    end = start + timedelta(41)
    asked = read_request(work, entity, request.args)
    stop = layout.end or layout.start
    until = f"coalesce({stop}, {layout.start})"
    text = f"{layout.start} <= {_literal(end)} and {until} >= {_literal(start)}"
    window = check(parse(text), EntityScope(work.catalog, entity.name))
    paths = readable_paths(work, entity, (layout.start, stop, *card_paths(work, entity)))
    query = query_of(asked, paths)
    query = replace(query, conditions=(*query.conditions, window), page=1, size=500, count=False)
    page = RecordService(work).page(query)
    places = {c.path: c.value for c in page.columns}
    views = rows_of(work, entity, page, 0, entities_readable(work.catalog, work.actor))
    by_day: dict[date, list[View]] = defaultdict(list)
    for row, view in zip(page.rows, views, strict=True):
        day = max(row[places[layout.start]], start)
        last_day = min(row[places[stop]] or day, end)
        badge = view["card"]["badge"] or {}
        item = {"title": view["title"], "url": view["url"], "color": badge.get("color", "blue")}
        while day <= last_day:
            by_day[day].append(item)
            day += timedelta(1)
    days = [start + timedelta(i) for i in range(42)]
    weeks = [
        [_day(work, entity, layout.start, d, first, by_day[d]) for d in days[w : w + 7]]
        for w in range(0, 42, 7)
    ]
    before, after = first - timedelta(1), (last or first) + timedelta(1)
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return {
        "calendar": {
            "label": first.strftime("%Y-%m"),
            "prev_url": asked.url(month=before.strftime("%Y-%m")),
            "next_url": asked.url(month=after.strftime("%Y-%m")),
            "today_url": asked.url(month=None),
            "weekdays": [work.message(n) for n in names],
            "weeks": weeks,
        }
    }


def _month(work: Workspace) -> date:
    try:
        year, month = request.args.get("month", "").split("-")
        return date(int(year), int(month), 1)
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


def _tree(work: Workspace, entity: Entity, context: View) -> View:
    """Draw the whole tree when nothing is filtered; a filter gives a plain table."""
    if not entity.parent or context["clear_url"] or request.args.get("view"):
        return {"mode": "table"}
    asked = read_request(work, entity, request.args)
    paths = tuple(dict.fromkeys((*asked.columns, entity.parent, *card_paths(work, entity))))
    query = replace(query_of(asked, paths), page=1, size=TREE_ROWS, count=False)
    page = RecordService(work).page(query)
    at = next((c.value for c in page.columns if c.path == entity.parent), None)
    if at is None or page.has_more:
        return {"mode": "table"}
    views = rows_of(
        work, entity, page, len(asked.columns), entities_readable(work.catalog, work.actor)
    )
    known = {row[0] for row in page.rows}
    below: dict[Any, list[tuple[int, View]]] = defaultdict(list)
    for row, view in zip(page.rows, views, strict=True):
        below[row[at] if row[at] in known else None].append((row[0], view))
    return {"rows": _flat(below, None, 0), "page": None}


def _flat(below: dict[Any, list[tuple[int, View]]], top: Any, level: int) -> list[View]:
    found = []
    for record_id, view in below.get(top, ()):
        children = _flat(below, record_id, level + 1) if level < 30 else []
        found.append({**view, "level": level, "has_children": bool(children), "open": True})
        found += children
    return found
