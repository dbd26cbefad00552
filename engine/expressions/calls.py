"""Check function calls and arithmetic."""

from __future__ import annotations

from collections.abc import Callable

from engine.diagnostics import did_you_mean
from engine.expressions.checking import Checker
from engine.expressions.date_functions import ADD_DAYS, DAYS_BETWEEN
from engine.expressions.function import Function
from engine.expressions.nodes import Call, Literal, Name, Node
from engine.expressions.number_functions import NEGATE, SIGNS
from engine.expressions.registry import find_function, function_names
from engine.expressions.text_functions import EMPTY_CHOICES, EMPTY_TEXT, PRINTERS
from engine.expressions.typed import Apply, Choose, Constant, FirstOf, InTree, Missing, Part, Read
from engine.expressions.types import (
    ANY,
    BOOLEAN,
    DATE,
    NULL,
    NUMBER,
    ORDERED,
    PRINTABLE,
    SAME,
    TEXT,
    UNKNOWN,
    Type,
    common,
    is_text,
)


def check_call(checker: Checker, node: Call) -> Part:
    """Type a call that is no roll-up."""
    if node.name in SIGNS:
        return _sign(checker, node)
    if node.name in _SPECIAL:
        return _SPECIAL[node.name](checker, node)
    function = find_function(node.name)
    if function is None:
        hint = did_you_mean(node.name, function_names())
        message = f"there is no function '{node.name}'"
        return checker.fail("unknown-function", message, node.offset, hint)
    least = function.least
    most = None if function.repeats else len(function.parameters)
    if not _count_is_right(checker, node, least, most, function.signature()):
        return Constant(None, UNKNOWN)
    return _apply(checker, function, node)


def _count_is_right(
    checker: Checker, node: Call, least: int, most: int | None, signature: str
) -> bool:
    given = len(node.arguments)
    if least <= given and (most is None or given <= most):
        return True
    message = f"{node.name}() cannot take {given} value{'' if given == 1 else 's'}"
    checker.fail("formula-arguments", message, node.offset, f"write {signature}")
    return False


def _apply(checker: Checker, function: Function, node: Call) -> Part:
    kind: Type = NULL
    arguments: list[Part] = []
    for number, argument in enumerate(node.arguments):
        wanted = function.parameter(number)
        found = _argument(checker, function, argument, wanted)
        arguments.append(found)
        if wanted in (SAME, ORDERED):
            kind = _joined(checker, kind, found.type, argument)
    result = kind if function.result == SAME else function.result
    return Apply(function, tuple(arguments), result)


def _argument(checker: Checker, function: Function, node: Node, wanted: Type) -> Part:
    if wanted == PRINTABLE:
        return _printed(checker, node)
    if wanted in (ANY, SAME) or (function.takes_null and _is_null(node)):
        return checker.part(node)
    return checker.part_of(node, wanted, f"a value in {function.name}()")


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _printed(checker: Checker, node: Node) -> Part:
    found = checker.part(node)
    if found.type in (UNKNOWN, NULL) or is_text(found.type):
        return found
    printer = PRINTERS.get(found.type.name)
    if printer is None:
        return checker.fail("formula-type", f"{found.type} cannot be made a text", node.offset)
    return Apply(printer, (found,), TEXT)


def _joined(checker: Checker, one: Type, other: Type, node: Node) -> Type:
    kind = common(one, other)
    if kind is None:
        message = f"this is {other}, but the value before is {one}"
        checker.fail("formula-type", message, node.offset, "all values must be of one type")
        return UNKNOWN
    return kind


def _sign(checker: Checker, node: Call) -> Part:
    arguments = tuple(checker.part(argument) for argument in node.arguments)
    kinds = tuple(a.type for a in arguments)
    if UNKNOWN in kinds:
        return Constant(None, UNKNOWN)
    if all(kind == NUMBER for kind in kinds):
        return Apply(SIGNS[node.name], arguments, NUMBER)
    if node.name == "+" and kinds in ((DATE, NUMBER), (NUMBER, DATE)):
        day, count = arguments if kinds[0] == DATE else arguments[::-1]
        return Apply(ADD_DAYS, (day, count), DATE)
    if node.name == "-" and kinds == (DATE, NUMBER):
        back = Apply(NEGATE, (arguments[1],), NUMBER)
        return Apply(ADD_DAYS, (arguments[0], back), DATE)
    if node.name == "-" and kinds == (DATE, DATE):
        return Apply(DAYS_BETWEEN, (arguments[1], arguments[0]), NUMBER)
    return _sign_fails(checker, node, kinds)


def _sign_fails(checker: Checker, node: Call, kinds: tuple[Type, ...]) -> Part:
    first = next(i for i, kind in enumerate(kinds) if kind != NUMBER)
    hint = ""
    if any(map(is_text, kinds)):
        hint = "join texts with concat()"
    elif any(kind.name == "datetime" for kind in kinds):
        hint = "take the date with date_of(), or the hours with hours_between()"
    elif DATE in kinds:
        hint = "allowed: date + days, date - days, date - date"
    sign = node.name.removeprefix("unary")
    message = f"'{sign}' cannot take {' and '.join(str(k) for k in kinds)}"
    return checker.fail("formula-type", message, node.arguments[first].offset, hint)


def _if(checker: Checker, node: Call) -> Part:
    if not _count_is_right(checker, node, 3, 3, "if(condition, a, b)"):
        return Constant(None, UNKNOWN)
    condition = checker.part_of(node.arguments[0], BOOLEAN, "the condition")
    then = checker.part(node.arguments[1])
    otherwise = checker.part(node.arguments[2])
    kind = _joined(checker, then.type, otherwise.type, node.arguments[2])
    return Choose(condition, then, otherwise, kind)


def _coalesce(checker: Checker, node: Call) -> Part:
    if not _count_is_right(checker, node, 1, None, "coalesce(a, b, …)"):
        return Constant(None, UNKNOWN)
    kind: Type = NULL
    items: list[Part] = []
    for argument in node.arguments:
        items.append(checker.part(argument))
        kind = _joined(checker, kind, items[-1].type, argument)
    return FirstOf(tuple(items), kind)


def _is_empty(checker: Checker, node: Call) -> Part:
    if not _count_is_right(checker, node, 1, 1, "is_empty(x)"):
        return Constant(None, UNKNOWN)
    item = checker.part(node.arguments[0])
    if is_text(item.type):
        return Apply(EMPTY_TEXT, (item,), BOOLEAN)
    if item.type.name == "choices":
        return Apply(EMPTY_CHOICES, (item,), BOOLEAN)
    return Missing(item)


def _child_of(checker: Checker, node: Call) -> Part:
    if not _count_is_right(checker, node, 2, 2, "child_of(link, id)"):
        return Constant(None, UNKNOWN)
    link, record = node.arguments
    found = checker.part_of(link, Type("link"), "the first value in child_of()")
    if not isinstance(link, Name) or not isinstance(found, Read):
        if found.type != UNKNOWN:
            message = "the first value in child_of() must be a field"
            checker.fail("formula-type", message, link.offset)
        return Constant(None, UNKNOWN)
    if isinstance(record, Literal):
        return InTree(found.path, as_id(checker, record))
    return InTree(found.path, checker.part_of(record, found.type, "the id in child_of()"))


def as_id(checker: Checker, node: Literal) -> Part:
    """Type a literal that stands for a record: its id, a whole number."""
    number = checker.literal(node)
    if number.type != NUMBER or node.value != int(node.value or 0):
        message = "a record must be given by its id, a whole number"
        return checker.fail("formula-type", message, node.offset)
    return Constant(int(node.value or 0), Type("link"))


_SPECIAL: dict[str, Callable[[Checker, Call], Part]] = {
    "if": _if,
    "coalesce": _coalesce,
    "is_empty": _is_empty,
    "child_of": _child_of,
}
