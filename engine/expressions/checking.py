"""What every check of a formula's parts shares: the scope, the errors, the lines at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.diagnostics import Place
from engine.expressions.errors import ExpressionError
from engine.expressions.nodes import Literal, Name, Node
from engine.expressions.scopes import Scope
from engine.expressions.typed import Constant, Part
from engine.expressions.types import BOOLEAN, NULL, NUMBER, TEXT, UNKNOWN, Type, fits

Handlers = Mapping[type[Node], Callable[["Checker", Any], Part]]
_FAILED = Constant(None, UNKNOWN)


class Checker:
    """Gathers errors while it types a tree; a part with an error has the type UNKNOWN."""

    def __init__(self, scope: Scope, at: Place | None, handlers: Handlers) -> None:
        self.scope = scope
        self.at = at
        self.errors: list[ExpressionError] = []
        self.lines: tuple[str, ...] | None = None  # the lines of the aggregate being checked
        self.rolls_up: dict[int, bool] = {}  # by a call's id; see `is_aggregate`
        self._handlers = handlers

    def fail(self, code: str, message: str, offset: int, hint: str = "") -> Part:
        """Note an error and return a part that causes no further one."""
        self.errors.append(ExpressionError(code, message, offset, hint=hint, at=self.at))
        return _FAILED

    def part(self, node: Node) -> Part:
        """Type one node and all below it."""
        return self._handlers[type(node)](self, node)

    def part_of(self, node: Node, wanted: Type, what: str) -> Part:
        """Type a node that must be of a type; `what` begins the message otherwise."""
        found = self.part(node)
        if found.type == NULL and wanted != BOOLEAN:
            return self.fail("formula-type", f"{what} must be {wanted}, not None", node.offset)
        if not fits(found.type, wanted):
            message = f"{what} must be {wanted}, not {found.type}"
            return self.fail("formula-type", message, node.offset)
        return found

    def literal(self, node: Literal) -> Part:
        """Type a value written in the formula."""
        return Constant(node.value, _type_of(node.value))

    def lines_of(self, node: Name) -> tuple[str, ...] | None:
        """Return the beginning of a path that is a list of lines."""
        for length in range(1, len(node.path) + 1):
            kind = self.scope.resolve(node.path[:length])
            if kind is not None and kind.name == "lines":
                return node.path[:length]
        return None


def _type_of(value: Decimal | str | bool | None) -> Type:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    return TEXT if isinstance(value, str) else NUMBER
