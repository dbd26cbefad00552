"""Worked examples of rules.md section 0 as named cases; each acts through the record service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plugins.charging.payments import Request, Taken, Way, take_payment
from tests.plugins.charging.world import World

Run = Callable[[World], Any]


@dataclass(frozen=True, slots=True)
class Example:
    """What the rules say comes out, and how the service gets there."""

    number: str  # W01 …
    title: str
    expected: Any
    run: Run


EXAMPLES: dict[str, Example] = {}


def example(number: str, *expected: str) -> Callable[[Run], Run]:
    """Register a case; it must return the expected texts, one alone or a list of them."""

    def keep(run: Run) -> Run:
        if number in EXAMPLES:
            raise ValueError(f"{number} is there already")
        wanted = expected[0] if len(expected) == 1 else list(expected)
        title = run.__name__.replace("_", " ")
        EXAMPLES[number] = Example(number, title, wanted, run)
        return run

    return keep


def told(found: Any) -> Any:
    """Return amounts as texts, to the cent as they are stored."""
    if isinstance(found, list | tuple):
        return [told(one) for one in found]
    return str(found)


def billed(
    world: World,
    price: str,
    area: str,
    window: tuple[str, str],
    *,
    starts: str = "2020-01-01",
    ends: str | None = None,
    **item: Any,
) -> list[Decimal]:
    """Link one room to one item, run the window, and return the stored amounts."""
    made = world.item(price, **item)
    world.link(world.room(area), made, starts, ends_on=ends)
    return world.amounts(world.published(*window, made))


def charged(world: World, room: int, amount: str, due: str, **item: Any) -> int:
    """Bill one amount to a room at once and return the bill's id."""
    made = world.item(None, kind="adhoc", **item)
    world.press("receivable", "charge", room=room, fee_item=made, amount=amount, due_on=due)
    return int(world.find("receivable")[-1]["id"])


def pay(world: World, room: int, amount: str, on: str) -> Taken:
    """Take cash for a room's open bills on a day."""
    world.on(on)
    payer, estate = world.get("room", room)["payer"], world.ids["estate"]
    ways = [Way("cash", Decimal(amount))]
    return take_payment(world.context, Request(payer=payer, estate=estate, room=room, ways=ways))
