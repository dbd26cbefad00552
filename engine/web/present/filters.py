"""The filter chips above a list, and the builder of and/or groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from engine.access import masked_fields
from engine.fieldtypes import field_type
from engine.metadata import Field
from engine.records import Chip, resolve
from engine.web.present.kept import once_for_roles
from engine.web.present.titles import read_titles
from engine.web.urls import lookup_url

if TYPE_CHECKING:
    from engine.web.views.lists_request import ListRequest

_KINDS = {
    "choice": "choice",
    "multi_choice": "choice",
    "boolean": "boolean",
    "link": "link",
    "date": "date",
    "datetime": "date",
    "integer": "number",
    "decimal": "number",
    "money": "number",
    "percent": "number",
    "duration": "number",
}
_PERIOD_LABELS = {
    "today": "Today",
    "yesterday": "Yesterday",
    "this_week": "This week",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
    "last_30_days": "Last 30 days",
    "next_30_days": "Next 30 days",
    "past": "Before today",
}


def chip_views(asked: ListRequest) -> list[dict[str, Any]]:
    """Return a chip for each filter of the list, and for each other one in force."""
    from engine.web.views.lists_request import path_label, readable_paths

    paths = [*asked.entity.list.filters, *(c.path for c in asked.chips)]
    found = []
    asked = replace(asked, titles=_titles(asked))
    for path in readable_paths(asked.work, asked.entity, paths):
        owner, field = resolve(asked.work.catalog, asked.entity.name, path)
        label = path_label(asked.work, asked.entity, path)
        found.append(_chip_view(asked, path, owner, field, label))
    return found


def _titles(asked: ListRequest) -> dict[tuple[str, Any], str]:
    """Return what the records chosen in chips are called, those the reader may see."""
    wanted: dict[str, set[int]] = {}
    for chip in asked.chips:
        if chip.field.type == "link":
            ids = {int(v) for v in chip.values if v.isdecimal() and len(v) < 19}
            wanted.setdefault(chip.field.options["to"], set()).update(ids)
    return read_titles(asked.work, {}, wanted)


def _chip_view(
    asked: ListRequest, path: str, owner: str, field: Field, label: str
) -> dict[str, Any]:
    mine = [c for c in asked.chips if c.path == path]
    kind = _KINDS.get(field.type, "text")
    if owner != "user" and field.name in masked_fields(asked.work.catalog, asked.work.actor, owner):
        kind = "text"
    values = _values(mine)
    clears = {f"f.{path}": None, f"f.{path}.from": None, f"f.{path}.to": None}
    clears |= {f"f.{path}.{c.suffix}": None for c in mine if c.suffix}
    view: dict[str, Any] = {
        "name": path,
        "label": label,
        "kind": kind,
        "text": "",
        "clear_url": asked.url(**clears),
        "values": values,
    }
    chosen = mine[0].values if mine and not mine[0].suffix else ()
    _FILL[kind](asked, view, owner, field, chosen)
    if mine:
        view["text"] = view["text"] or _range_text(mine, values)
    return view


def _values(chips: list[Chip]) -> dict[str, str]:
    found = {}
    for chip in chips:
        found[chip.suffix or "value"] = chip.values[0]
    return found


def _range_text(chips: list[Chip], values: Mapping[str, str]) -> str:
    if "from" in values or "to" in values:
        return f"{values.get('from', '')}–{values.get('to', '')}"
    return "、".join(v for c in chips for v in c.values)


def _fill_choice(
    asked: ListRequest, view: dict[str, Any], owner: str, field: Field, chosen: tuple[str, ...]
) -> None:
    options = {k: o["label"].in_(asked.work.language) for k, o in field.options["options"].items()}
    view["choices"] = [
        {"value": k, "label": label, "selected": k in chosen} for k, label in options.items()
    ]
    view["text"] = "、".join(options[c] for c in chosen if c in options)


def _fill_boolean(
    asked: ListRequest, view: dict[str, Any], owner: str, field: Field, chosen: tuple[str, ...]
) -> None:
    words = {"true": asked.work.message("Yes"), "false": asked.work.message("No")}
    view["choices"] = [
        {"value": k, "label": label, "selected": k in chosen} for k, label in words.items()
    ]
    view["text"] = "、".join(words[c] for c in chosen if c in words)


def _fill_link(
    asked: ListRequest, view: dict[str, Any], owner: str, field: Field, chosen: tuple[str, ...]
) -> None:
    view["lookup_url"] = lookup_url(owner, field.name)
    target = field.options["to"]
    names = {v: asked.titles.get((target, int(v)), f"#{v}") for v in chosen if v.isdecimal()}
    view["selected"] = [{"value": v, "text": names.get(v, v)} for v in chosen]
    view["text"] = "、".join(names.get(v, v) for v in chosen)


def _fill_date(
    asked: ListRequest, view: dict[str, Any], owner: str, field: Field, chosen: tuple[str, ...]
) -> None:
    say = asked.work.message
    view["presets"] = [
        {"value": name, "label": say(label), "selected": name in chosen}
        for name, label in _PERIOD_LABELS.items()
    ]
    names = [say(_PERIOD_LABELS[c]) if c in _PERIOD_LABELS else c for c in chosen]
    view["text"] = "、".join(names)


def _fill_plain(
    asked: ListRequest, view: dict[str, Any], owner: str, field: Field, chosen: tuple[str, ...]
) -> None:
    view["text"] = "、".join(chosen)


_FILL = {
    "choice": _fill_choice,
    "boolean": _fill_boolean,
    "link": _fill_link,
    "date": _fill_date,
    "number": _fill_plain,
    "text": _fill_plain,
}

_Op = tuple[str, str, str, int, str]
_EMPTY: tuple[_Op, ...] = (
    ("empty", "is empty", "{f} is None", 0, "raw"),
    ("filled", "is not empty", "{f} is not None", 0, "raw"),
)
_OPS: dict[str, tuple[_Op, ...]] = {
    "text": (
        ("has", "contains", "contains({f}, {v})", 1, "text"),
        ("is", "is", "{f} == {v}", 1, "text"),
        ("starts", "starts with", "starts_with({f}, {v})", 1, "text"),
        *_EMPTY,
    ),
    "number": (
        ("eq", "=", "{f} == {v}", 1, "number"),
        ("ge", "≥", "{f} >= {v}", 1, "number"),
        ("le", "≤", "{f} <= {v}", 1, "number"),
        ("between", "between", "({f} >= {v} and {f} <= {v2})", 2, "number"),
        *_EMPTY,
    ),
    "choice": (
        ("in", "is one of", "{f} in {v}", 1, "list"),
        ("not_in", "is none of", "{f} not in {v}", 1, "list"),
        *_EMPTY,
    ),
    "boolean": (
        ("yes", "is yes", "{f} == True", 0, "raw"),
        ("no", "is no", "{f} == False", 0, "raw"),
    ),
    "link": (("is", "is", "{f} == {v}", 1, "raw"), *_EMPTY),
    "date": (
        ("from", "on or after", "{f} >= {v}", 1, "date"),
        ("to", "on or before", "{f} <= {v}", 1, "date"),
        ("past", "more than so many days ago", "{f} < today() - {v}", 1, "number"),
        ("soon", "within so many days", "({f} >= today() and {f} <= today() + {v})", 1, "number"),
        *_EMPTY,
    ),
}


def builder_view(asked: ListRequest, error: str) -> dict[str, Any]:
    """Return what the builder of and/or groups offers."""
    where = asked.arguments.get("where", "")
    key = ("builder", asked.entity.name)
    return {
        "fields": once_for_roles(asked.work, key, lambda: _builder_fields(asked)),
        "where": where,
        "text": where if len(where) <= 40 else where[:40] + "…",
        "tree": None,
        "error": error,
        "clear_url": asked.url(where=None),
    }


def _builder_fields(asked: ListRequest) -> Markup:
    """Return the fields the builder offers, as JSON for a script element."""
    from engine.web.views.lists_request import path_label, readable_paths

    work, entity = asked.work, asked.entity
    fields = []
    hidden = masked_fields(work.catalog, work.actor, entity.name)
    for path in readable_paths(work, entity, (*entity.list.columns, *entity.fields)):
        owner, field = resolve(work.catalog, entity.name, path)
        kind = _KINDS.get(field.type, "text")
        textual = field_type(field.type).value_type(field).name in ("text", "choice", "choices")
        if (path in hidden) or (kind == "text" and not textual) or field.type == "multi_choice":
            continue
        fields.append(_builder_field(asked, path, owner, field, path_label(work, entity, path)))
    return htmlsafe_json_dumps(fields, ensure_ascii=False)


def _builder_field(
    asked: ListRequest, path: str, owner: str, field: Field, label: str
) -> dict[str, Any]:
    kind = _KINDS.get(field.type, "text")
    dated = field.type == "datetime"
    view: dict[str, Any] = {
        "path": path,
        "label": label,
        "kind": kind,
        "ops": [
            {
                "op": op,
                "label": asked.work.message(text),
                "template": template.replace("{f}", "date_of({f})") if dated else template,
                "arity": arity,
                "literal": literal,
            }
            for op, text, template, arity, literal in _OPS[kind]
        ],
    }
    if kind == "choice":
        view["choices"] = [
            {"value": k, "label": o["label"].in_(asked.work.language), "selected": False}
            for k, o in field.options["options"].items()
        ]
    if kind == "link":
        view["lookup_url"] = lookup_url(owner, field.name)
    return view
