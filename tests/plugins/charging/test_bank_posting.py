"""A bank file is posted in a few statements, and leaves what the counter would have left."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, text

from engine.extension import Invalid, Refused
from tests.plugins.charging.test_money import Counter
from tests.plugins.charging.test_properties import must_agree, undone
from tests.plugins.charging.world import World

RULES = [{"effective_from": "2020-01-01", "daily_rate": "0.0005"}]


def bank_file(world: World, lines: Sequence[tuple[int, str]]) -> int:
    """Make a matched file of (room, amount)."""
    given = [
        {"position": n, "room_no": world.get("room", room)["full_no"], "amount": amount}
        for n, (room, amount) in enumerate(lines, start=1)
    ]
    made = world.make("bank_file", unit=world.ids["office"], paid_on="2026-03-31", lines=given)
    world.press("bank_file", "match", made)
    return made


def ledger(world: World) -> list[Any]:
    """Return the bills, allocations, late fees and balances without their ids."""
    names = {
        "receivable": ("received", "open", "late_fixed", "late_received", "pay_state"),
        "allocation": ("amount", "late_fee", "kind", "on_date", "scope_unit"),
        "late_fee": ("amount", "from_date", "to_date", "days", "principal", "scope_unit"),
        "payment": ("no", "total", "applied", "late_fee", "surplus", "state", "scope_unit"),
        "receipt": ("no", "amount", "kind", "state", "issued_on", "scope_unit"),
        "prepayment_account": ("balance",),
        "prepayment_txn": ("amount", "balance_after", "kind"),
    }
    return [
        [tuple(row[n] for n in columns) for row in world.find(entity)]
        for entity, columns in names.items()
    ]


@pytest.mark.parametrize("amounts", [["700", "700"], ["0.01", "960"], ["100", "100", "2000"]])
def test_a_file_leaves_the_ledger_that_the_counter_leaves(world: World, amounts: list[str]) -> None:
    counter = Counter(world, late_rules=RULES)
    world.on("2026-03-31")
    with undone(world):
        for amount in amounts:
            counter.pay(amount)
        wanted = ledger(world)

    world.press("bank_file", "confirm", bank_file(world, [(counter.room, a) for a in amounts]))

    assert ledger(world) == wanted
    must_agree(world)


def test_lines_of_several_rooms_pay_each_their_own(world: World) -> None:
    first, second = Counter(world), Counter(world)
    file = bank_file(world, [(second.room, "320"), (first.room, "640"), (second.room, "640")])

    world.press("bank_file", "confirm", file)

    assert sum(first.opened()) == Decimal("320.00")
    assert sum(second.opened()) == 0
    lines = world.find("bank_line")
    assert [world.get("payment", line["payment"])["total"] for line in lines] == [320, 640, 640]
    assert world.get("bank_file", file)["state"] == "confirmed"


def test_payments_and_receipts_of_a_file_have_a_trail(world: World) -> None:
    counter = Counter(world)
    world.press("bank_file", "confirm", bank_file(world, [(counter.room, "320")]))

    query = "select entity, event, snapshot ->> 'no' from wy_audit where entity = any(:names)"
    names = ["payment", "receipt"]
    rows = world.connection.execute(text(query + " order by entity"), {"names": names}).all()
    assert [tuple(row) for row in rows] == [
        ("payment", "create", "SKO1-2026-000001"),
        ("receipt", "create", "SJO1-2026-0000001"),
    ]


def test_the_number_of_statements_does_not_grow_with_the_lines(world: World) -> None:
    counts = []
    for size in (1, 6):
        rooms = [Counter(world, ["2026-03"]).room for _ in range(size)]
        file = bank_file(world, [(room, "320") for room in rooms])
        counts.append(
            statements(world, lambda file=file: world.press("bank_file", "confirm", file))
        )

    assert counts[0] == counts[1] <= 35


def statements(world: World, work: Any) -> int:
    """Count what a piece of work asks the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(world.connection, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(world.connection, "before_cursor_execute", note)
    return len(seen)


def test_a_room_that_lost_its_payer_stops_the_file(world: World) -> None:
    counter = Counter(world)
    file = bank_file(world, [(counter.room, "320")])
    world.records.change("room", counter.room, {"payer": None})

    with pytest.raises(Invalid, match="match again"):
        world.press("bank_file", "confirm", file)
    assert world.find("payment") == []


def test_a_file_is_not_posted_into_a_closed_month(world: World) -> None:
    counter = Counter(world)
    file = bank_file(world, [(counter.room, "320")])
    world.on("2026-04-02")
    close = world.make("month_close", unit=world.ids["office"], month="2026-03-01")
    world.press("month_close", "close", close)

    with pytest.raises(Refused, match="2026-03 is closed"):
        world.press("bank_file", "confirm", file)
