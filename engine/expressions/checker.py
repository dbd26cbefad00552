"""Check a formula's names and types, and give every part its meaning."""

from __future__ import annotations

from engine.diagnostics import Place, did_you_mean
from engine.expressions import nodes, typed
from engine.expressions.aggregates import check_aggregate, is_aggregate
from engine.expressions.calls import check_call
from engine.expressions.checking import Checker, Handlers
from engine.expressions.comparisons import check_comparison, check_membership
from engine.expressions.errors import ExpressionErrors
from engine.expressions.nodes import Expression
from engine.expressions.parser import too_deep
from engine.expressions.scopes import Scope
from engine.expressions.typed import Missing, Not, Part, Read, Typed
from engine.expressions.types import BOOLEAN, Type, fits

MAX_WEIGHT = 60  # so that compiling the SQL never exhausts Python's stack


def check(
    expression: Expression, scope: Scope, *, expected: str | None = None, at: Place | None = None
) -> Typed:
    """Check names and types against a scope; `expected` names the type there must come out.

    `at` is where the formula's text begins in the metadata.

    Raises:
        ExpressionErrors: with every error found, sorted by place.
    """
    checker = Checker(scope, at, _HANDLERS)
    root = checker.part(expression.tree)
    if expected is not None and not fits(root.type, Type(expected)):
        message = f"the formula must give {Type(expected)}, but gives {root.type}"
        checker.fail("formula-type", message, 0)
    if not checker.errors and typed.weight(root) > MAX_WEIGHT:
        checker.errors.append(too_deep(0))
    if checker.errors:
        raise ExpressionErrors(checker.errors)
    return Typed(expression, root.type, expression.names(), root)


def _name(checker: Checker, node: nodes.Name) -> Part:
    """Type a field, a path or a variable."""
    kind = checker.scope.resolve(node.path)
    if kind is None:
        return _unknown(checker, node)
    path = node.path
    if checker.lines is not None:
        if path[: len(checker.lines)] != checker.lines or path == checker.lines:
            shown = ".".join(checker.lines)
            message = f"'{'.'.join(path)}' is no field of the lines that are rolled up"
            return checker.fail("formula-lines", message, node.offset, f"write {shown}.…")
        path = path[len(checker.lines) :]
    elif checker.lines_of(node) is not None:
        message = f"'{'.'.join(path)}' has many values"
        hint = f"roll them up, as sum({'.'.join(path)}) or count({path[0]})"
        return checker.fail("formula-lines", message, node.offset, hint)
    if kind.name in {"lines", "json"}:
        message = f"'{'.'.join(node.path)}' is {kind}; a formula cannot use it here"
        return checker.fail("formula-type", message, node.offset)
    return Read(path, kind)


def _unknown(checker: Checker, node: nodes.Name) -> Part:
    path = node.path
    known = [set(checker.scope.names(path[:i])) for i in range(len(path))]
    wrong = next((i for i, part in enumerate(path) if part not in known[i]), len(path) - 1)
    before = ".".join(path[:wrong])
    where = f"'{before}' has no '{path[wrong]}'" if wrong else f"'{path[0]}' is not known here"
    hint = did_you_mean(path[wrong], known[wrong])
    return checker.fail("unknown-name", where, node.offsets[wrong], hint)


def _call(checker: Checker, node: nodes.Call) -> Part:
    """Type a function call or an arithmetic sign."""
    if is_aggregate(checker, node):
        return check_aggregate(checker, node)
    return check_call(checker, node)


def _logic(checker: Checker, node: nodes.Logic) -> Part:
    """Type `and`, `or`, `not`."""
    what = f"what '{node.operator}' joins" if len(node.items) > 1 else "what 'not' turns round"
    items = tuple(checker.part_of(item, BOOLEAN, what) for item in node.items)
    return Not(items[0]) if node.operator == "not" else typed.Logic(node.operator, items)


def _missing(checker: Checker, node: nodes.IsNull) -> Part:
    """Type `is None`."""
    return Missing(checker.part(node.item))


_HANDLERS: Handlers = {
    nodes.Literal: Checker.literal,
    nodes.Name: _name,
    nodes.Call: _call,
    nodes.Logic: _logic,
    nodes.Comparison: check_comparison,
    nodes.Membership: check_membership,
    nodes.IsNull: _missing,
}
