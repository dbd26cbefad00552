"""Two clerks at the same moment: one wins, nothing is taken twice (rules.md 19)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text

from engine.extension import Conflict, Invalid, Refused
from plugins.charging.payments import Request, Way, take_payment
from plugins.charging.runs import publish
from tests.plugins.charging.test_money import Counter
from tests.plugins.charging.world import World

REFUSALS = (Conflict, Invalid, Refused)


@pytest.fixture
def shared(charging_engine: Engine) -> Iterator[Counter]:
    """A counter whose data is committed, so that several connections see it."""
    with charging_engine.begin() as opened:
        counter = Counter(World(opened).settle())
    yield counter
    with charging_engine.begin() as opened:
        opened.execute(text("TRUNCATE org_unit, owner, fee_item, wy_series CASCADE"))


def at_once(engine: Engine, counter: Counter, count: int, work: Any) -> list[Any]:
    """Run `work(world)` on several connections at a barrier; return answers or refusals."""
    barrier = Barrier(count)

    def one(number: int) -> Any:
        try:
            with engine.begin() as opened:
                world = World(opened, now=counter.world.now, ids=counter.world.ids)
                barrier.wait()
                return work(world, number)
        except REFUSALS as refused:
            return refused

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def opened(engine: Engine, counter: Counter) -> list[Decimal]:
    with engine.begin() as connection:
        counter.world = World(connection, now=counter.world.now, ids=counter.world.ids)
        return counter.opened()


def request(counter: Counter, **more: Any) -> Request:
    return Request(payer=counter.payer, estate=counter.world.ids["estate"], room=counter.room,
                   ways=[Way("cash", Decimal("320"))], **more)  # fmt: skip


def test_a_bill_is_taken_once_by_four_cashiers(charging_engine: Engine, shared: Counter) -> None:
    with charging_engine.begin() as connection:
        shared.world = World(connection, now=shared.world.now, ids=shared.world.ids)
        bill = shared.bills()[0]["id"]

    answers = at_once(
        charging_engine, shared, 4,
        lambda world, _: take_payment(world.context, request(shared, bills=[bill])),
    )  # fmt: skip

    assert sum(not isinstance(a, REFUSALS) for a in answers) == 1
    assert sorted(opened(charging_engine, shared)) == [0, Decimal("320.00"), Decimal("320.00")]


def test_unchosen_payments_at_once_take_one_bill_each(
    charging_engine: Engine, shared: Counter
) -> None:
    answers = at_once(
        charging_engine, shared, 4,
        lambda world, _: take_payment(world.context, request(shared)),
    )  # fmt: skip

    assert not any(isinstance(a, REFUSALS) for a in answers)
    assert opened(charging_engine, shared) == [0, 0, 0]
    assert sum(a.payment["surplus"] for a in answers) == Decimal("320.00")
    numbers = sorted(a.receipt["no"] for a in answers)
    assert [int(n[-7:]) for n in numbers] == [1, 2, 3, 4]


def test_one_request_sent_four_times_is_posted_once(
    charging_engine: Engine, shared: Counter
) -> None:
    answers = at_once(
        charging_engine, shared, 4,
        lambda world, _: take_payment(world.context, request(shared, request_key="same")),
    )  # fmt: skip

    assert len({a.payment["id"] for a in answers}) == 1
    assert opened(charging_engine, shared) == [0, Decimal("320.00"), Decimal("320.00")]


def test_a_run_is_published_once(charging_engine: Engine, shared: Counter) -> None:
    with charging_engine.begin() as connection:
        world = World(connection, now=shared.world.now, ids=shared.world.ids)
        run = world.generated("2026-04-01", "2026-04-30", shared.item)
        world.press("bill_run", "check", run)

    answers = at_once(
        charging_engine, shared, 3, lambda world, _: publish(world.context, run)
    )  # fmt: skip

    assert sorted(not isinstance(a, REFUSALS) for a in answers) == [False, False, True]


def test_two_runs_at_once_bill_a_period_once(charging_engine: Engine, shared: Counter) -> None:
    def bill(world: World, _: int) -> list[Decimal]:
        return world.amounts(world.generated("2026-05-01", "2026-05-31", shared.item))

    answers = at_once(charging_engine, shared, 3, bill)

    assert sorted(len(amounts) for amounts in answers) == [0, 0, 1]
