"""Check comparisons and `in`."""

from __future__ import annotations

from engine.diagnostics import did_you_mean
from engine.expressions.calls import as_id
from engine.expressions.checking import Checker
from engine.expressions.nodes import Comparison, Literal, Membership, Node
from engine.expressions.typed import Chosen, Compare, Constant, OneOf, Part
from engine.expressions.types import NULL, NUMBER, ORDERED_NAMES, UNKNOWN, Type, common, is_text


def check_comparison(checker: Checker, node: Comparison) -> Part:
    """Type a comparison of two values."""
    left, right = _pair(checker, node.left, node.right)
    if UNKNOWN in (left.type, right.type):
        return Constant(None, UNKNOWN)
    if NULL in (left.type, right.type):
        message = f"'{node.operator}' cannot compare with no value"
        return checker.fail("formula-type", message, node.offset, "write x is None")
    if common(left.type, right.type) is None or "choices" in (left.type.name, right.type.name):
        return _cannot(checker, node.right, left.type, right.type)
    if node.operator not in ("==", "!=") and left.type.name not in ORDERED_NAMES:
        message = f"'{node.operator}' needs values that have an order, not {left.type}"
        return checker.fail("formula-type", message, node.offset, "allowed: == and !=")
    return Compare(node.operator, left, right)


def check_membership(checker: Checker, node: Membership) -> Part:
    """Type `item in [...]` and `item in field`."""
    if node.container is not None:
        return _chosen(checker, node.item, node.container)
    item = checker.part(node.item)
    options = tuple(_option(checker, item, option) for option in node.options or ())
    if item.type == NULL:
        return checker.fail("formula-type", "no value is in no list", node.item.offset)
    return OneOf(item, options)


def _option(checker: Checker, item: Part, option: Node) -> Part:
    found = _other(checker, item.type, option)
    if UNKNOWN in (item.type, found.type):
        return found
    if found.type == NULL:
        hint = "ask for it apart: x is None or x in [...]"
        return checker.fail("formula-type", "None must not stand in a list", option.offset, hint)
    if common(item.type, found.type) is None or found.type.name == "choices":
        return _cannot(checker, option, item.type, found.type)
    _check_option(checker, item.type, option)
    return found


def _chosen(checker: Checker, item_node: Node, container_node: Node) -> Part:
    container = checker.part(container_node)
    item = checker.part(item_node)
    if UNKNOWN in (container.type, item.type):
        return Constant(None, UNKNOWN)
    if container.type.name != "choices":
        hint = "write contains(text, part)" if is_text(container.type) else "write x in [1, 2]"
        message = (
            f"after 'in' must stand a list or a field of several choices, not {container.type}"
        )
        return checker.fail("formula-type", message, container_node.offset, hint)
    if not is_text(item.type):
        return _cannot(checker, item_node, container.type, item.type)
    _check_option(checker, container.type, item_node)
    return Chosen(item, container)


def _pair(checker: Checker, left: Node, right: Node) -> tuple[Part, Part]:
    """Type both sides; a number beside a link is an id."""
    if isinstance(left, Literal) and not isinstance(right, Literal):
        other, one = _pair(checker, right, left)
        return one, other
    first = checker.part(left)
    second = _other(checker, first.type, right)
    if UNKNOWN not in (first.type, second.type):
        _check_option(checker, first.type, right)
        _check_option(checker, second.type, left)
    return first, second


def _other(checker: Checker, kind: Type, node: Node) -> Part:
    if kind.name == "link" and isinstance(node, Literal) and node.value is not None:
        return as_id(checker, node)
    return checker.part(node)


def _check_option(checker: Checker, kind: Type, node: Node) -> None:
    """Refuse a literal that is not an option of the choice it is compared with."""
    if kind.options is None or not isinstance(node, Literal) or not isinstance(node.value, str):
        return
    if node.value not in kind.options:
        message = f"'{node.value}' is not an option of the choice"
        hint = did_you_mean(node.value, kind.options)
        checker.fail("unknown-option", message, node.offset, hint)


def _cannot(checker: Checker, node: Node, one: Type, other: Type) -> Part:
    names = {one.name, other.name}
    hint = ""
    if names == {"date", "datetime"}:
        hint = "compare dates with dates: date_of(moment)"
    elif names == {"link", "number"}:
        hint = "a link compares with a link, or with an id written as a number"
    elif names == {"text", "number"} and NUMBER in (one, other):
        hint = "a number stands without quotes"
    elif "choices" in names:
        hint = "write 'option' in field"
    return checker.fail("formula-type", f"{one} cannot be compared with {other}", node.offset, hint)
