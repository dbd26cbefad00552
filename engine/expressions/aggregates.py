"""Check roll-ups over lines: `sum(lines.amount, lines.kind == 'x')`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.expressions.checking import Checker
from engine.expressions.nodes import Call, Name, Node, children
from engine.expressions.registry import AGGREGATES
from engine.expressions.typed import Aggregate, Constant, Part
from engine.expressions.types import BOOLEAN, NUMBER, ORDERED, UNKNOWN


def is_aggregate(checker: Checker, node: Call) -> bool:
    """Tell whether a call rolls up lines; `min` and `max` do when their first argument does."""
    if node.name in AGGREGATES:
        return True
    if node.name not in {"min", "max"} or not node.arguments or checker.lines is not None:
        return False
    # Remembered, for nested calls would else be looked through again at every level.
    known = checker.rolls_up.get(id(node))
    if known is None:
        known = checker.rolls_up[id(node)] = _lines_read(checker, node.arguments[0]) is not None
    return known


def check_aggregate(checker: Checker, node: Call) -> Part:
    """Type a roll-up."""
    if checker.lines is not None:
        message = f"{node.name}() must not stand in another roll-up"
        return checker.fail("formula-lines", message, node.offset)
    if not 1 <= len(node.arguments) <= 2:
        message = f"{node.name}() takes what to roll up, and a condition if you like"
        hint = "as sum(lines.amount, lines.paid)"
        return checker.fail("formula-arguments", message, node.offset, hint)
    lines = _lines_read(checker, node.arguments[0])
    if lines is None:
        return _no_lines(checker, node)
    checker.lines = lines
    try:
        return _rolled_up(checker, node, lines)
    finally:
        checker.lines = None


def _rolled_up(checker: Checker, node: Call, lines: tuple[str, ...]) -> Part:
    what = f"what {node.name}() rolls up"
    first = node.arguments[0]
    value: Part | None = None
    if node.name == "count":
        if not (isinstance(first, Name) and first.path == lines):
            value = checker.part(first)
    else:
        wanted = ORDERED if node.name in {"min", "max"} else NUMBER
        value = checker.part_of(first, wanted, what)
    condition: Part | None = None
    if len(node.arguments) > 1:
        condition = checker.part_of(node.arguments[1], BOOLEAN, "the condition")
    kind = value.type if value is not None and node.name in {"min", "max"} else NUMBER
    return Aggregate(node.name, lines, value, condition, kind)


def _no_lines(checker: Checker, node: Call) -> Part:
    before = len(checker.errors)
    checker.part(node.arguments[0])
    if len(checker.errors) > before:  # a misspelt name says it better
        return Constant(None, UNKNOWN)
    lists = [n for n in checker.scope.names(()) if _is_lines(checker, n)]
    hint = f"lists here: {', '.join(sorted(lists))}" if lists else "there is no list here"
    message = f"{node.name}() must read a list of lines, as {node.name}(lines.amount)"
    return checker.fail("formula-lines", message, node.arguments[0].offset, hint)


def _is_lines(checker: Checker, name: str) -> bool:
    kind = checker.scope.resolve((name,))
    return kind is not None and kind.name == "lines"


def _lines_read(checker: Checker, node: Node) -> tuple[str, ...] | None:
    """Return the lines an argument reads, those of a roll-up inside it left out."""
    for name in _own_names(checker, node):
        lines = checker.lines_of(name)
        if lines is not None:
            return lines
    return None


def _own_names(checker: Checker, node: Node) -> Iterator[Name]:
    if isinstance(node, Name):
        yield node
    elif not (isinstance(node, Call) and is_aggregate(checker, node)):
        for child in children(node):
            yield from _own_names(checker, child)
