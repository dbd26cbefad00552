"""What a call sent, read from the request: never more than was asked for, never a crash."""

from __future__ import annotations

from typing import Any

from flask import request

from engine.extension import Invalid, Problem
from engine.metadata import Entity
from engine.records import MAX_PAGE_SIZE, Query, chips_of, conditions
from engine.web.api.wire import columns_for
from engine.web.desk import current_work
from engine.web.urls import LARGEST

FORBIDDEN = "You may not set this field."
MAX_IDS = 5_000


def query_of(entity: Entity) -> Query:
    """Return what the address asks of a list.

    Raises:
        Invalid: a filter, a view or a number in it is wrong.
    """
    work, arguments = current_work(), request.args
    chips = chips_of(work, entity.name, arguments.lists())
    found = list(conditions(work, entity.name, chips, arguments.get("where", "")))
    view = next((v for v in entity.list.views if v.name == arguments.get("view")), None)
    if arguments.get("view") and view is None:
        raise Invalid("There is no view %(name)s.", name=arguments["view"])
    if view is not None and view.filter is not None:
        found.append(view.filter.typed)
    return Query(
        entity=entity.name,
        columns=_list_of("columns") or columns_for(work, entity),
        conditions=tuple(found),
        search=arguments.get("q", ""),
        sort=_list_of("sort"),
        page=_whole("page", 1, 1, 100_000),
        size=_whole("size", 25, 1, MAX_PAGE_SIZE),
        after=arguments.get("after", "")[:10_000],
        count=arguments.get("count", "true") != "false",
        totals=_list_of("totals"),
    )


def _list_of(name: str) -> tuple[str, ...]:
    raw = request.args.get(name, "").split(",")
    return tuple(dict.fromkeys(p.strip() for p in raw if p.strip()))


def _whole(name: str, default: int, least: int, most: int) -> int:
    raw = request.args.get(name)
    if raw is None:
        return default
    good = raw.isdecimal() and len(raw) < 20 and least <= int(raw) <= most
    if not good:
        raise Invalid(
            "%(name)s must be a whole number from %(least)s to %(most)s.",
            name=name,
            least=least,
            most=most,
        )
    return int(raw)


def sent_object() -> dict[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        Invalid: it is no JSON, no object, or nested beyond all sense.
    """
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict):
        raise Invalid("Send one JSON object, with the content type application/json.")
    return sent


def values_of(sent: dict[str, Any], record_id: int | None = None) -> dict[str, Any]:
    """Return the field values in what was sent; the record's own number may stand in it.

    Raises:
        Invalid: another number was sent, or a version where there is none yet.
    """
    wrong = [name for name in ("id", "version") if name in sent and record_id is None]
    if record_id is not None and sent.get("id", record_id) != record_id:
        wrong.append("id")
    if wrong:
        raise Invalid([Problem(FORBIDDEN, {}, name, "forbidden") for name in wrong])
    return {name: value for name, value in sent.items() if name not in ("id", "version")}


def version_of(sent: dict[str, Any] | None = None) -> int | None:
    """Return the version that the caller has seen: in the object, or as If-Match."""
    raw = (sent or {}).get("version")
    if raw is None:
        raw = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"') or None
    if raw is None or raw == "*":
        return None
    word = "" if isinstance(raw, bool | float) else str(raw)
    if not word.isdecimal() or len(word) > 18:
        raise Invalid("The version must be a whole number.")
    return int(word)


def ids_of(sent: dict[str, Any]) -> list[int]:
    """Return the numbers of the chosen records.

    Raises:
        Invalid: they are no list of whole numbers, or too many.
    """
    ids = sent.get("ids", [])
    if not isinstance(ids, list) or not all(_is_number(i) for i in ids):
        raise Invalid("«ids» must be a list of whole numbers.")
    if len(ids) > MAX_IDS:
        raise Invalid("At most %(most)s records at once.", most=MAX_IDS)
    return list(ids)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST
