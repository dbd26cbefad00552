"""Read a formula: tokens, then Python's own grammar, then a whitelist."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.diagnostics import Place
from engine.expressions.errors import ExpressionError
from engine.expressions.nodes import (
    Call,
    Comparison,
    Expression,
    IsNull,
    Literal,
    Logic,
    Membership,
    Name,
    Node,
)
from engine.expressions.refused import CONSTRUCTS
from engine.expressions.tokens import MAX_DEPTH, Token, tokenise

MAX_NODES = 500
MAX_PATH = 6  # parts of a path: five links and a field

_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def parse(text: str, at: Place | None = None) -> Expression:
    """Read a formula; `at` is where its text begins in the metadata.

    Raises:
        ExpressionError: the text is no formula; `offset` says where.
    """
    try:
        tokens = tokenise(text)
        if not tokens:
            raise ExpressionError("formula-syntax", "the formula is empty")
        source = _Source(tokens)
        return Expression(text, _Converter(source).convert(source.tree(), 0))
    except ExpressionError as error:
        error.at = at
        raise


class _Source:
    """The formula in plain Python, and the way back from its columns to tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.starts: dict[int, Token] = {}  # by column in UTF-8 bytes, as `ast` counts
        self.ends: dict[int, Token] = {}
        column = 0
        for token in tokens:
            self.starts[column] = token
            column += len(token.python.encode())
            self.ends[column] = token
            column += 1
        self.python = " ".join(token.python for token in tokens)

    def tree(self) -> ast.expr:
        try:
            return ast.parse(self.python, mode="eval").body
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (RecursionError, MemoryError):
            raise too_deep(0) from None

    def _syntax_error(self, error: SyntaxError) -> ExpressionError:
        last = self.tokens[-1]
        if not error.offset:  # how Python's parser says «at the end»
            message = f"the formula ends too early, after '{last.text}'"
            return ExpressionError("formula-syntax", message, last.offset)
        prefix = self.python[: error.offset - 1]
        token = self.at(len(prefix.encode()))
        if "comma" in error.msg:
            message = f"two values side by side, at '{token.text}'"
            hint = "put a comma or a sign between them"
            return ExpressionError("formula-syntax", message, token.offset, hint=hint)
        if "'else'" in error.msg:
            hint = "write a if condition else b, or if(condition, a, b)"
            return ExpressionError("formula-syntax", "'if' lacks 'else'", token.offset, hint=hint)
        number = self.tokens.index(token)
        after = f"after '{self.tokens[number - 1].text}'" if number else "at the beginning"
        return ExpressionError(
            "formula-syntax", f"'{token.text}' cannot stand {after}", token.offset
        )

    def at(self, column: int) -> Token:
        """Return the last token that begins at or before a column."""
        return self.starts[max(c for c in self.starts if c <= max(column, 0))]


def too_deep(offset: int) -> ExpressionError:
    """Say that the formula nests more than is allowed."""
    message = f"a formula must not nest more than {MAX_DEPTH} deep"
    return ExpressionError("formula-limit", message, offset, hint="split it into several fields")


@dataclass(slots=True)
class _Converter:
    source: _Source
    nodes: int = 0

    def convert(self, node: ast.expr, depth: int) -> Node:
        offset = self.source.at(node.col_offset).offset
        if depth >= MAX_DEPTH:
            raise too_deep(offset)
        self._count(1, offset)
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise _refused(node, offset)
        return handler(self, node, offset, depth + 1)

    def _count(self, more: int, offset: int) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            message = f"a formula must not have more than {MAX_NODES} parts"
            raise ExpressionError("formula-limit", message, offset)

    def literal(self, node: ast.Constant, offset: int, _depth: int) -> Node:
        token = self.source.at(node.col_offset)
        if token.kind == "number":
            return Literal(Decimal(token.text), offset)
        if token.kind == "text":
            return Literal(token.text, offset)
        if isinstance(node.value, bool) or node.value is None:
            return Literal(node.value, offset)
        raise _refused(node, offset)

    def name(self, node: ast.expr, offset: int, _depth: int) -> Node:
        parts: list[Token] = []
        while isinstance(node, ast.Attribute):
            parts.append(self.source.ends[node.end_col_offset or 0])
            node = node.value
        if not isinstance(node, ast.Name):
            message = "only a name may stand before a dot"
            raise ExpressionError("formula-refused", message, offset)
        parts.append(self.source.starts[node.col_offset])
        parts.reverse()
        path = tuple(part.text for part in parts)
        if len(path) - (path[0] == "old") > MAX_PATH:
            message = f"a path must not have more than {MAX_PATH} parts"
            raise ExpressionError("formula-limit", message, offset)
        return Name(path, offset, tuple(part.offset for part in parts))

    def call(self, node: ast.Call, offset: int, depth: int) -> Node:
        if not isinstance(node.func, ast.Name):
            message = "a call on a value or field is not part of the formula language"
            raise ExpressionError("formula-refused", message, offset)
        if node.keywords:
            message = "named arguments are not part of the formula language"
            raise ExpressionError("formula-refused", message, offset)
        name = self.source.starts[node.func.col_offset].text
        return Call(name, self._all(node.args, depth), offset)

    def choose(self, node: ast.IfExp, offset: int, depth: int) -> Node:
        return Call("if", self._all([node.test, node.body, node.orelse], depth), offset)

    def arithmetic(self, node: ast.BinOp, offset: int, depth: int) -> Node:
        sign = _ARITHMETIC.get(type(node.op))
        if sign is None:
            raise _refused(node.op, offset)
        return Call(sign, self._all([node.left, node.right], depth), offset)

    def unary(self, node: ast.UnaryOp, offset: int, depth: int) -> Node:
        operand = self.convert(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return Logic("not", (operand,), offset)
        if not isinstance(node.op, ast.USub):
            message = "a plus sign must stand between two values"
            raise ExpressionError("formula-refused", message, offset)
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
            return Literal(operand.value.copy_negate() if operand.value else operand.value, offset)
        return Call("unary-", (operand,), offset)

    def logic(self, node: ast.BoolOp, offset: int, depth: int) -> Node:
        word = "and" if isinstance(node.op, ast.And) else "or"
        return Logic(word, self._all(node.values, depth), offset)

    def compare(self, node: ast.Compare, offset: int, depth: int) -> Node:
        if len(node.ops) > 1 and not all(type(o) in _COMPARISONS for o in node.ops):
            hint = "join the conditions with and"
            message = "'in' and 'is' must not stand in a chain of comparisons"
            raise ExpressionError("formula-refused", message, offset, hint=hint)
        left = self.convert(node.left, depth)
        parts: list[Node] = []
        for number, (operator, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            before = self.nodes
            pair, left = self._pair(operator, left, right, depth)
            parts.append(pair)
            if number + 1 < len(node.ops):  # the middle of a chain is read twice
                self._count(self.nodes - before, offset)
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts), offset)

    def _pair(
        self, operator: ast.cmpop, left: Node, right: ast.expr, depth: int
    ) -> tuple[Node, Node]:
        if isinstance(operator, (ast.In, ast.NotIn)):
            return self._membership(operator, left, right, depth)
        other = self.convert(right, depth)
        negated = isinstance(operator, (ast.IsNot, ast.NotEq))
        if isinstance(operator, (ast.Is, ast.IsNot)) and not _is_null(other):
            hint = "'is' asks for None only; write == to compare"
            raise ExpressionError(
                "formula-refused", "'is' must stand before None", left.offset, hint=hint
            )
        if isinstance(operator, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
            if _is_null(other):
                return _negated(IsNull(left, left.offset), negated), other
            if _is_null(left):
                return _negated(IsNull(other, other.offset), negated), other
        return Comparison(_COMPARISONS[type(operator)], left, other, left.offset), other

    def _membership(
        self, operator: ast.cmpop, left: Node, right: ast.expr, depth: int
    ) -> tuple[Node, Node]:
        if isinstance(right, (ast.List, ast.Tuple)):
            options = self._all(right.elts, depth)
            if not options:
                at = self.source.at(right.col_offset).offset
                raise ExpressionError("formula-syntax", "the list after 'in' is empty", at)
            found: Node = Membership(left, options, None, left.offset)
        else:
            found = Membership(left, None, self.convert(right, depth), left.offset)
        return _negated(found, isinstance(operator, ast.NotIn)), left

    def _all(self, nodes: list[ast.expr], depth: int) -> tuple[Node, ...]:
        return tuple(self.convert(node, depth) for node in nodes)


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _negated(node: Node, negated: bool) -> Node:
    return Logic("not", (node,), node.offset) if negated else node


def _refused(node: ast.AST, offset: int) -> ExpressionError:
    kind = type(node).__name__
    what = CONSTRUCTS.get(kind, f"'{kind}'")
    return ExpressionError("formula-refused", f"{what} is not part of the formula language", offset)


_HANDLERS: dict[type[ast.expr], Callable[[_Converter, Any, int, int], Node]] = {
    ast.Constant: _Converter.literal,
    ast.Name: _Converter.name,
    ast.Attribute: _Converter.name,
    ast.Call: _Converter.call,
    ast.IfExp: _Converter.choose,
    ast.BinOp: _Converter.arithmetic,
    ast.UnaryOp: _Converter.unary,
    ast.BoolOp: _Converter.logic,
    ast.Compare: _Converter.compare,
}
