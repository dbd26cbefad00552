"""The functions there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.expressions import date_functions, number_functions, text_functions
from engine.expressions.function import Function

_FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (*number_functions.FUNCTIONS, *text_functions.FUNCTIONS, *date_functions.FUNCTIONS)
}

AGGREGATES = frozenset({"sum", "count", "avg"})  # min and max depend on what they are given


@dataclass(frozen=True, slots=True)
class FunctionDoc:
    """A function for the reference documentation."""

    name: str
    signature: str
    doc: str
    doc_zh_hant: str


# These have their own rules in the checker.
_SPECIAL = (
    FunctionDoc(
        "if",
        "if(condition, a, b)",
        "a when the condition holds, else b.",
        "條件成立取 a，否則取 b。",
    ),
    FunctionDoc(
        "coalesce", "coalesce(a, b, …)", "The first value that is there.", "第一個有值的。"
    ),
    FunctionDoc("is_empty", "is_empty(x)", "Whether there is no value or no text.", "是否沒有值。"),
    FunctionDoc(
        "child_of",
        "child_of(link, id)",
        "Whether the linked record is that record or below it in its tree.",
        "所連記錄是否為該記錄或其下級。",
    ),
    FunctionDoc(
        "sum",
        "sum(lines.x, condition?)",
        "The total over the lines for which the condition holds; 0 of none.",
        "明細合計（可加條件）；沒有明細為 0。",
    ),
    FunctionDoc(
        "count", "count(lines, condition?)", "The number of lines.", "明細筆數（可加條件）。"
    ),
    FunctionDoc(
        "avg", "avg(lines.x, condition?)", "The average over the lines.", "明細平均（可加條件）。"
    ),
    FunctionDoc(
        "min", "min(lines.x, condition?)", "The smallest over the lines.", "明細中最小的。"
    ),
    FunctionDoc("max", "max(lines.x, condition?)", "The largest over the lines.", "明細中最大的。"),
)
_RESERVED = frozenset(d.name for d in _SPECIAL)


def register_function(function: Function) -> None:
    """Add a plugin's function to the language.

    Raises:
        ValueError: the name is taken, or is no name.
    """
    if not function.name.isidentifier() or function.name.startswith("_"):
        raise ValueError(f"{function.name!r} is no name for a function")
    if function.name in _RESERVED or _FUNCTIONS.get(function.name, function) != function:
        raise ValueError(f"function {function.name!r} is registered twice")
    if function.repeats and not function.parameters:
        raise ValueError(f"function {function.name!r} repeats no parameter")
    _FUNCTIONS[function.name] = function


def find_function(name: str) -> Function | None:
    """Return a function by name, those with their own rules left out."""
    return _FUNCTIONS.get(name)


def function_names() -> Iterable[str]:
    """Return all names that may be called."""
    return _RESERVED | _FUNCTIONS.keys()


def free_functions() -> list[FunctionDoc]:
    """Describe all functions for the reference documentation, sorted by name."""
    plain = (FunctionDoc(f.name, f.signature(), f.doc, f.doc_zh_hant) for f in _FUNCTIONS.values())
    return sorted((*_SPECIAL, *plain), key=lambda d: (d.name, d.signature))
