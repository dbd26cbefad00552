"""A checked formula: a frozen tree in which every part has its type and meaning.

Both back ends are built from this tree only, so that neither decides what a formula means.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.expressions.function import Function
from engine.expressions.nodes import Expression
from engine.expressions.types import BOOLEAN, NUMBER, Type


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the formula; of a link, the id."""

    value: Decimal | str | bool | int | None
    type: Type


@dataclass(frozen=True, slots=True)
class Read:
    """A field or variable; in an aggregate the path begins at the line."""

    path: tuple[str, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of values."""

    function: Function
    arguments: tuple[Part, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Choose:
    """One of two values; a condition without value counts as false."""

    condition: Part
    then: Part
    otherwise: Part
    type: Type


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first value that is there."""

    items: tuple[Part, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or`, three-valued, from left to right."""

    operator: str
    items: tuple[Part, ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite, None of None."""

    item: Part
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one kind compared."""

    operator: str
    left: Part
    right: Part
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether a value equals one of several."""

    item: Part
    options: tuple[Part, ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whether a field of several choices holds one."""

    item: Part
    container: Part
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether there is no value."""

    item: Part
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A roll-up over lines; paths in value and condition begin at the line."""

    function: str  # sum count avg min max
    lines: tuple[str, ...]
    value: Part | None  # None: count the lines
    condition: Part | None
    type: Type = NUMBER


@dataclass(frozen=True, slots=True)
class InTree:
    """Whether a linked record is one record or below it."""

    path: tuple[str, ...]
    record: Part
    type: Type = BOOLEAN


Part = (
    Constant
    | Read
    | Apply
    | Choose
    | FirstOf
    | Logic
    | Not
    | Compare
    | OneOf
    | Chosen
    | Missing
    | Aggregate
    | InTree
)


def parts(part: Part) -> tuple[Part, ...]:
    """Return what a part is made of."""
    match part:
        case Apply(arguments=items) | FirstOf(items=items) | Logic(items=items):
            return items
        case Choose():
            return (part.condition, part.then, part.otherwise)
        case Not(item=item) | Missing(item=item) | InTree(record=item):
            return (item,)
        case Compare(left=one, right=other) | Chosen(item=one, container=other):
            return (one, other)
        case OneOf(item=item, options=options):
            return (item, *options)
        case Aggregate(value=value, condition=condition):
            return tuple(p for p in (value, condition) if p is not None)
        case _:
            return ()


def weight(part: Part) -> int:
    """Return how deep the formula nests once it is SQL."""
    own = 1
    if isinstance(part, Apply):
        own = part.function.weight
    elif isinstance(part, Choose | FirstOf):
        own = 2
    return own + max((weight(p) for p in parts(part)), default=0)


@dataclass(frozen=True, slots=True)
class Typed:
    """A formula whose names and types hold; what the back ends take."""

    expression: Expression
    type: Type
    paths: frozenset[tuple[str, ...]]  # all it reads, in full
    root: Part
