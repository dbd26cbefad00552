"""Fields of a form drawn in advance: alike for all readers of the same roles but for the value.

Most boxes of a form differ from one record to the next in one or two texts only. They are drawn
once by the templates with marks in the places of those texts; after that a field is a join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request
from markupsafe import Markup, escape

from engine.metadata import Field
from engine.web import editions
from engine.web.present.fields import FormContext, View, field_view, in_box, is_fixed
from engine.web.present.kept import once_for_roles

# Of Unicode's private use, so that no label has them; letters, so that nothing escapes them.
_VALUE, _TITLE = "\ue000value\ue001", "\ue000title\ue001"
_BY_VALUE = frozenset({"choice", "boolean"})  # few values, which decide about more than one text
_NEVER = frozenset({"lines", "any_link", "file", "image", "signature", "multi_choice"})


@dataclass(slots=True)
class Drawn:
    """What is kept of one field of one form."""

    widget: str = ""  # '' for a field that the templates must draw each time
    filled: tuple[str, ...] = ()  # what stands around the value, and around a link's title
    empty: Markup = field(default_factory=Markup)  # the whole of it when there is no value
    by_value: dict[Any, Markup] = field(default_factory=dict)


def drawn_in_advance(form: FormContext, described: Field) -> View | None:
    """Return a field with its `html`; None when the templates must draw it for this record."""
    if form.typed or form.errors or form.prefix or form.lookup_base:
        return None
    if described.name in form.masked:
        return None
    is_new = form.values.get("id") is None
    key = ("drawn fields", form.entity, is_new, request.script_root)
    kept: dict[str, Drawn] = once_for_roles(form.work, key, dict)
    known = kept.get(described.name)
    if known is None:
        known = kept[described.name] = _drawn(form, described)
    if not known.widget:
        return None
    html = _by_value if described.type in _BY_VALUE else _joined
    return {"widget": known.widget, "error": "", "html": html(form, described, known)}


def _drawn(form: FormContext, described: Field) -> Drawn:
    rules = (described.visible_when, described.required_when, described.read_only_when)
    if described.type in _NEVER or any(r is not None for r in rules) or is_fixed(form, described):
        return Drawn()
    blank = replace(form, values={"id": form.values.get("id")}, titles={})
    if described.type in _BY_VALUE:
        return Drawn(widget=field_view(blank, described)["widget"])
    target = described.options.get("to", "")
    titles = {(target, _VALUE): _TITLE}
    marked = field_view(replace(blank, typed={described.name: _VALUE}, titles=titles), described)
    marks = (_VALUE, _TITLE) if described.type == "link" else (_VALUE,)
    pieces = _around(str(_html(marked)), marks)
    empty = _html(field_view(blank, described))
    # A template that does more with a value than to print it must see the value itself.
    if len(pieces) != len(marks) + 1 or (len(marks) == 1 and "".join(pieces) != empty):
        return Drawn()
    return Drawn(marked["widget"], pieces, empty)


def _around(html: str, marks: Sequence[str]) -> tuple[str, ...]:
    """Return what stands before, between and after the marks; nothing if one is not there once."""
    pieces = []
    for mark in marks:
        before, found, html = html.partition(mark)
        if not found or mark in html:
            return ()
        pieces.append(before)
    return (*pieces, html)


def _html(view: View) -> Markup:
    macros: Any = editions.template("ui/macros/fields.html").module
    return Markup(macros.field(view))


def _joined(form: FormContext, described: Field, known: Drawn) -> Markup:
    value = form.values.get(described.name)
    text = in_box(form, described, value, described.name)
    if text in ("", None):
        return known.empty
    shown = [escape(text)]
    if described.type == "link":
        title = form.titles.get((described.options["to"], value), f"#{text}")
        shown.append(escape(title))
    parts = [known.filled[0]]
    for inner, after in zip(shown, known.filled[1:], strict=True):
        parts += (inner, after)
    return Markup("".join(parts))


def _by_value(form: FormContext, described: Field, known: Drawn) -> Markup:
    value = form.values.get(described.name)
    is_known = value is None or described.type == "boolean" or value in described.options["options"]
    if not is_known:  # an option that is no more: not kept, or strangers' texts would pile up
        return _html(field_view(form, described))
    html = known.by_value.get(value)
    if html is None:
        html = known.by_value[value] = _html(field_view(form, described))
    return html


__all__ = ["drawn_in_advance"]
