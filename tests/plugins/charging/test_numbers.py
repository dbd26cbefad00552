"""Numbers of documents carry the code of their office or estate (rules.md 10)."""

from __future__ import annotations

from tests.plugins.charging.test_money import Counter
from tests.plugins.charging.world import World


def test_numbers_name_the_office_or_the_estate(world: World) -> None:
    counter = Counter(world, ["2026-03"])
    taken = counter.pay("100")

    lines = [{"receivable": counter.bills()[0]["id"], "amount": "1"}]
    reduction = world.make("reduction", room=counter.room, reason="x", lines=lines)

    assert taken.payment["no"] == "SKO1-2026-000001"
    assert taken.receipt is not None
    assert taken.receipt["no"] == "SJO1-2026-0000001"
    assert world.get("reduction", reduction)["no"] == "JMO1-2026-00001"


def test_each_office_counts_by_itself(world: World) -> None:
    first = Counter(world, ["2026-03"])
    neighbour = World(world.connection, now=world.now, count=500).settle("2")
    second = Counter(neighbour, ["2026-03"])

    numbers = [one.pay("100").payment["no"] for one in (first, second, first)]

    assert numbers == ["SKO1-2026-000001", "SKO2-2026-000001", "SKO1-2026-000002"]
