"""Check a formula's names and types, and give every part its meaning."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.diagnostics import Place, did_you_mean
from engine.expressions import nodes, typed
from engine.expressions.aggregates import check_aggregate, is_aggregate
from engine.expressions.calls import check_call
from engine.expressions.comparisons import check_comparison, check_membership
from engine.expressions.errors import ExpressionError, ExpressionErrors
from engine.expressions.nodes import Expression, Node
from engine.expressions.parser import too_deep
from engine.expressions.scopes import Scope
from engine.expressions.typed import Constant, Missing, Not, Part, Read, Typed
from engine.expressions.types import BOOLEAN, NULL, NUMBER, TEXT, UNKNOWN, Type, fits

MAX_WEIGHT = 60  # so that compiling the SQL never exhausts Python's stack
_FAILED = Constant(None, UNKNOWN)


def check(
    expression: Expression, scope: Scope, *, expected: str | None = None, at: Place | None = None
) -> Typed:
    """Check names and types against a scope; `expected` names the type there must come out.

    `at` is where the formula's text begins in the metadata.

    Raises:
        ExpressionErrors: with every error found, sorted by place.
    """
    checker = Checker(scope, at)
    root = checker.part(expression.tree)
    if expected is not None and not fits(root.type, Type(expected)):
        message = f"the formula must give {Type(expected)}, but gives {root.type}"
        checker.fail("formula-type", message, 0)
    if not checker.errors and typed.weight(root) > MAX_WEIGHT:
        checker.errors.append(too_deep(0))
    if checker.errors:
        raise ExpressionErrors(checker.errors)
    return Typed(expression, root.type, expression.names(), root)


class Checker:
    """Gathers errors while it types a tree; a part with an error has the type UNKNOWN."""

    def __init__(self, scope: Scope, at: Place | None) -> None:
        self.scope = scope
        self.at = at
        self.errors: list[ExpressionError] = []
        self.lines: tuple[str, ...] | None = None  # the lines of the aggregate being checked
        self.rolls_up: dict[int, bool] = {}  # by a call's id; see `is_aggregate`

    def fail(self, code: str, message: str, offset: int, hint: str = "") -> Part:
        """Note an error and return a part that causes no further one."""
        self.errors.append(ExpressionError(code, message, offset, hint=hint, at=self.at))
        return _FAILED

    def part(self, node: Node) -> Part:
        """Type one node and all below it."""
        return _HANDLERS[type(node)](self, node)

    def part_of(self, node: Node, wanted: Type, what: str) -> Part:
        """Type a node that must be of a type; `what` begins the message otherwise."""
        found = self.part(node)
        if found.type == NULL and wanted != BOOLEAN:
            return self.fail("formula-type", f"{what} must be {wanted}, not None", node.offset)
        if not fits(found.type, wanted):
            message = f"{what} must be {wanted}, not {found.type}"
            return self.fail("formula-type", message, node.offset)
        return found

    def literal(self, node: nodes.Literal) -> Part:
        """Type a value written in the formula."""
        return Constant(node.value, _type_of(node.value))

    def name(self, node: nodes.Name) -> Part:
        """Type a field, a path or a variable."""
        kind = self.scope.resolve(node.path)
        if kind is None:
            return self._unknown(node)
        path = node.path
        if self.lines is not None:
            if path[: len(self.lines)] != self.lines or path == self.lines:
                shown = ".".join(self.lines)
                message = f"'{'.'.join(path)}' is no field of the lines that are rolled up"
                return self.fail("formula-lines", message, node.offset, f"write {shown}.…")
            path = path[len(self.lines) :]
        elif self.lines_of(node) is not None:
            message = f"'{'.'.join(path)}' has many values"
            hint = f"roll them up, as sum({'.'.join(path)}) or count({path[0]})"
            return self.fail("formula-lines", message, node.offset, hint)
        if kind.name in {"lines", "json"}:
            message = f"'{'.'.join(node.path)}' is {kind}; a formula cannot use it here"
            return self.fail("formula-type", message, node.offset)
        return Read(path, kind)

    def lines_of(self, node: nodes.Name) -> tuple[str, ...] | None:
        """Return the beginning of a path that is a list of lines."""
        for length in range(1, len(node.path) + 1):
            kind = self.scope.resolve(node.path[:length])
            if kind is not None and kind.name == "lines":
                return node.path[:length]
        return None

    def _unknown(self, node: nodes.Name) -> Part:
        path = node.path
        known = [set(self.scope.names(path[:i])) for i in range(len(path))]
        wrong = next((i for i, part in enumerate(path) if part not in known[i]), len(path) - 1)
        before = ".".join(path[:wrong])
        where = f"'{before}' has no '{path[wrong]}'" if wrong else f"'{path[0]}' is not known here"
        hint = did_you_mean(path[wrong], known[wrong])
        return self.fail("unknown-name", where, node.offsets[wrong], hint)

    def call(self, node: nodes.Call) -> Part:
        """Type a function call or an arithmetic sign."""
        if is_aggregate(self, node):
            return check_aggregate(self, node)
        return check_call(self, node)

    def logic(self, node: nodes.Logic) -> Part:
        """Type `and`, `or`, `not`."""
        what = f"what '{node.operator}' joins" if len(node.items) > 1 else "what 'not' turns round"
        items = tuple(self.part_of(item, BOOLEAN, what) for item in node.items)
        return Not(items[0]) if node.operator == "not" else typed.Logic(node.operator, items)

    def comparison(self, node: nodes.Comparison) -> Part:
        """Type a comparison."""
        return check_comparison(self, node)

    def membership(self, node: nodes.Membership) -> Part:
        """Type `in`."""
        return check_membership(self, node)

    def missing(self, node: nodes.IsNull) -> Part:
        """Type `is None`."""
        return Missing(self.part(node.item))


def _type_of(value: Decimal | str | bool | None) -> Type:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    return TEXT if isinstance(value, str) else NUMBER


_HANDLERS: dict[type[Node], Callable[[Checker, Any], Part]] = {
    nodes.Literal: Checker.literal,
    nodes.Name: Checker.name,
    nodes.Call: Checker.call,
    nodes.Logic: Checker.logic,
    nodes.Comparison: Checker.comparison,
    nodes.Membership: Checker.membership,
    nodes.IsNull: Checker.missing,
}
