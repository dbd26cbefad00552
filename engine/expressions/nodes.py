"""A parsed formula: a small frozen tree, not yet typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the formula."""

    value: Decimal | str | bool | None
    offset: int


@dataclass(frozen=True, slots=True)
class Name:
    """A field, a path over links, or a variable."""

    path: tuple[str, ...]
    offset: int
    offsets: tuple[int, ...]  # of each part


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an arithmetic sign (`+ - * /` and `unary-`) with its arguments."""

    name: str
    arguments: tuple[Node, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Logic:
    """`and`, `or` over two or more conditions, `not` over one."""

    operator: str
    items: tuple[Node, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared; a chain is parsed into `and`."""

    operator: str  # == != < <= > >=
    left: Node
    right: Node
    offset: int


@dataclass(frozen=True, slots=True)
class Membership:
    """`item in [...]` (several options) or `item in field`."""

    item: Node
    options: tuple[Node, ...] | None
    container: Node | None
    offset: int


@dataclass(frozen=True, slots=True)
class IsNull:
    """`item is None`."""

    item: Node
    offset: int


Node = Literal | Name | Call | Logic | Comparison | Membership | IsNull


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node, in the order they are written."""
    match node:
        case Call(arguments=items) | Logic(items=items):
            return items
        case Comparison(left=left, right=right):
            return (left, right)
        case Membership(item=item, options=options, container=container):
            return (item, *(options or ()), *((container,) if container else ()))
        case IsNull(item=item):
            return (item,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Visit a node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula that reads well; its names and types are not yet checked."""

    text: str
    tree: Node

    def names(self) -> frozenset[tuple[str, ...]]:
        """Return all paths the formula reads, variables included."""
        return frozenset(n.path for n in walk(self.tree) if isinstance(n, Name))

    def functions(self) -> frozenset[str]:
        """Return the functions it calls; a formula with `today` or `now` ages."""
        return frozenset(n.name for n in walk(self.tree) if isinstance(n, Call))
