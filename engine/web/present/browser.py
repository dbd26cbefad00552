"""Formulas for the browser: the same checked tree as JSON, or nothing if only we can know.

The browser shows at once what the server decides anyway: a rule that reads linked records,
the clock or a function the scripts do not know is left to the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.expressions import Typed
from engine.expressions import typed as parts

Tree = dict[str, Any]

_CALLS = {
    "+": "+", "-": "-", "*": "*", "/": "/", "unary-": "neg",
    "min": "min", "max": "max", "round": "round", "floor": "floor", "ceil": "ceil", "abs": "abs",
    "length": "len", "lower": "lower", "upper": "upper", "contains": "contains",
    "starts_with": "starts_with", "ends_with": "ends_with", "days_between": "days_between",
    "year": "year", "month": "month", "day": "day", "concat": "concat", "is_empty": "is_empty",
    "today": "today",
}  # fmt: skip
_KINDS = {"number": "number", "date": "date", "boolean": "boolean", "choices": "list"}


class _Unknown(Exception):
    """The browser cannot know this."""


def tree_of(formula: Typed | None, given: Mapping[str, Mapping[str, Any]]) -> Tree | None:
    """Return the formula as a tree for data-rule, or None when the browser cannot run it.

    `given` are values put in as constants: `user`, and `old` of the record.
    """
    if formula is None:
        return None
    try:
        return _tree(formula.root, given, "")
    except _Unknown:
        return None


def _tree(part: parts.Part, given: Mapping[str, Any], lines: str) -> Tree:
    for kind, make in _MAKERS.items():
        if isinstance(part, kind):
            return make(part, given, lines)
    raise _Unknown


def _constant(part: parts.Constant, given: Mapping[str, Any], lines: str) -> Tree:
    value = part.value
    return {"value": str(value) if isinstance(value, Decimal) else value}


def _read(part: parts.Read, given: Mapping[str, Any], lines: str) -> Tree:
    head = part.path[0]
    if head in given:
        value: Any = given
        for step in part.path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return {"value": str(value) if isinstance(value, Decimal) else value}
    if len(part.path) > 1:
        raise _Unknown
    return {"field": lines + head, "type": _KINDS.get(part.type.name, "text")}


def _op(name: str, given: Mapping[str, Any], lines: str, *items: parts.Part) -> Tree:
    return {"op": name, "args": [_tree(one, given, lines) for one in items]}


def _apply(part: parts.Apply, given: Mapping[str, Any], lines: str) -> Tree:
    name = _CALLS.get(part.function.name)
    if name is None:
        raise _Unknown
    return _op(name, given, lines, *part.arguments)


def _one_of(part: parts.OneOf, given: Mapping[str, Any], lines: str) -> Tree:
    options = [_tree(one, given, lines) for one in part.options]
    if any("value" not in one for one in options):
        raise _Unknown
    values = [one["value"] for one in options]
    return {"op": "in", "args": [_tree(part.item, given, lines), {"value": values}]}


def _missing(part: parts.Missing, given: Mapping[str, Any], lines: str) -> Tree:
    return {"op": "==", "args": [_tree(part.item, given, lines), {"value": None}]}


def _aggregate(part: parts.Aggregate, given: Mapping[str, Any], lines: str) -> Tree:
    if part.condition is not None or part.function not in ("sum", "count") or lines:
        raise _Unknown
    prefix = ".".join(part.lines)
    if part.value is None:
        return {"op": "count", "args": [{"field": prefix}]}
    return {"op": part.function, "args": [_tree(part.value, given, prefix + ".")]}


_MAKERS: dict[type, Callable[[Any, Mapping[str, Any], str], Tree]] = {
    parts.Constant: _constant,
    parts.Read: _read,
    parts.Apply: _apply,
    parts.Choose: lambda p, g, n: _op("if", g, n, p.condition, p.then, p.otherwise),
    parts.FirstOf: lambda p, g, n: _op("coalesce", g, n, *p.items),
    parts.Logic: lambda p, g, n: _op(p.operator, g, n, *p.items),
    parts.Not: lambda p, g, n: _op("not", g, n, p.item),
    parts.Compare: lambda p, g, n: _op(p.operator, g, n, p.left, p.right),
    parts.OneOf: _one_of,
    parts.Chosen: lambda p, g, n: _op("in", g, n, p.item, p.container),
    parts.Missing: _missing,
    parts.Aggregate: _aggregate,
}
