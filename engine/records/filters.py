"""Filters as people and programs send them: expressions, chips, relative dates, saved views.

A chip `f.state=vacant` or `f.due_on.from=2026-01-01` is turned into the expression language,
so that screens, REST, exports and saved views share one meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.access import masked_fields
from engine.expressions import ExpressionError, ExpressionErrors, Typed, check, parse
from engine.extension import Invalid, Problem
from engine.fieldtypes import InvalidValue, field_type
from engine.loading.scopes import EntityScope
from engine.metadata import Field
from engine.records.listing import readable
from engine.records.periods import period_of
from engine.records.workspace import Workspace

SUFFIXES = ("from", "to", "has", "empty", "under", "not")


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter on one path, as it was sent."""

    path: str
    field: Field
    values: tuple[str, ...] = ()
    suffix: str = ""
    text: str = ""  # in the expression language


def condition_of(work: Workspace, entity: str, text: str) -> Typed:
    """Check a filter text; fields the actor may not see are unknown to him.

    Raises:
        Invalid: with the place in the text and what is allowed there.
    """
    typed = _checked(work, entity, text)
    if not work.trusted:
        for path in typed.paths:
            if path[0] != "user":
                _must_be_open(work, entity, path)
    return typed


def _checked(work: Workspace, entity: str, text: str) -> Typed:
    try:
        return check(parse(text), EntityScope(work.catalog, entity), expected="boolean")
    except ExpressionErrors as wrong:
        raise Invalid([_problem(e) for e in wrong.errors]) from wrong
    except ExpressionError as wrong:
        raise Invalid([_problem(wrong)]) from wrong


def _problem(error: ExpressionError) -> Problem:
    params = {"place": error.offset + 1, "what": error.message, "hint": error.hint}
    return Problem(
        "In the filter, at character %(place)s: %(what)s. %(hint)s", params, "where", error.code
    )


def _must_be_open(work: Workspace, entity: str, path: tuple[str, ...]) -> None:
    """A masked field may only be looked up whole, by a chip: no probing digit by digit."""
    owner, field = readable(work, entity, ".".join(path))
    if owner != "user" and field.name in masked_fields(work.catalog, work.actor, owner):
        raise Invalid("Records cannot be filtered by %(name)s here.", name=".".join(path))


def chips_of(
    work: Workspace, entity: str, arguments: Iterable[tuple[str, Sequence[str]]]
) -> list[Chip]:
    """Read the `f.<path>` arguments of a list's address.

    Raises:
        Invalid: an unknown path, or a value of the wrong kind; all at once.
    """
    chips: list[Chip] = []
    problems: list[Problem] = []
    for name, values in arguments:
        given = tuple(v for v in values if v.strip())
        if not name.startswith("f.") or not given:
            continue
        try:
            chips.append(_chip(work, entity, name[2:], given))
        except InvalidValue as wrong:
            problems.append(Problem(wrong.message, wrong.params, name))
        except Invalid as wrong:
            problems.extend(Problem(p.message, p.params, name) for p in wrong.problems)
    if problems:
        raise Invalid(problems)
    return chips


def _chip(work: Workspace, entity: str, path: str, values: tuple[str, ...]) -> Chip:
    base, _, last = path.rpartition(".")
    suffix = last if base and last in SUFFIXES else ""
    where = base if suffix else path
    owner, field = readable(work, entity, where)
    if owner != "user" and field.name in masked_fields(work.catalog, work.actor, owner) and suffix:
        raise Invalid("Records cannot be filtered by %(name)s here.", name=where)
    text = _text(work, field, where, suffix, values)
    return Chip(where, field, values, suffix, text)


def _text(work: Workspace, field: Field, path: str, suffix: str, values: tuple[str, ...]) -> str:
    if suffix == "empty":
        return f"{path} is None" if values[0] != "0" else f"{path} is not None"
    if suffix == "under":
        return f"child_of({path}, {_number(values[0])})"
    if suffix == "has":
        return _contains(path, values[0])
    dated = field.type in ("date", "datetime")
    if dated and not suffix:
        return _period(work, field, path, values[0])
    side = f"date_of({path})" if field.type == "datetime" else path
    literals = [_literal(field, v, dated) for v in values]
    if suffix in ("from", "to"):
        return f"{side} {'>=' if suffix == 'from' else '<='} {literals[0]}"
    return _among(field, side, suffix, literals, values)


def _among(
    field: Field, side: str, suffix: str, literals: list[str], values: tuple[str, ...]
) -> str:
    if field.type in ("text", "long_text", "rich_text", "series", "email", "url") and not suffix:
        return " or ".join(_contains(side, v) for v in values)
    if field.type == "multi_choice":
        return " or ".join(f"{one} in {side}" for one in literals)
    inside = f"{side} in ({', '.join(literals)},)"
    return f"not ({inside})" if suffix == "not" else inside


def _contains(path: str, words: str) -> str:
    return f"contains(lower({path}), {quoted(words.strip().lower())})"


def _period(work: Workspace, field: Field, path: str, name: str) -> str:
    side = f"date_of({path})" if field.type == "datetime" else path
    try:
        start, end = period_of(name, work.today)
    except KeyError:
        day = field_type("date").parse(field, name)
        start, end = day, day
    parts = []
    if start is not None:
        parts.append(f"{side} >= {_date(start)}")
    if end is not None:
        parts.append(f"{side} <= {_date(end)}")
    return " and ".join(parts)


def _literal(field: Field, raw: str, dated: bool) -> str:
    if dated:
        return _date(field_type("date").parse(field, raw))
    if field.type in ("link", "any_link", "file", "image"):
        return _number(raw)
    value = raw if field.type == "multi_choice" else field_type(field.type).parse(field, raw)
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, str):
        return quoted(value)
    return str(value)


def _number(raw: str) -> str:
    if not raw.strip().isdecimal() or len(raw) > 18:
        raise InvalidValue("%(value)s is not a record's number.", value=raw)
    return raw.strip()


def _date(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


def quoted(text: str) -> str:
    """Return a text as a literal of the expression language."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + plain.replace("\n", " ").replace("\r", " ") + "'"


def conditions(work: Workspace, entity: str, chips: Sequence[Chip], where: str) -> tuple[Any, ...]:
    """Return chips and a filter text as checked conditions that must all hold.

    Raises:
        Invalid: the text is wrong, or a chip does not fit.
    """
    found = []
    for chip in chips:
        found.append(_checked(work, entity, chip.text))
    if where.strip():
        found.append(condition_of(work, entity, where))
    return tuple(found)
