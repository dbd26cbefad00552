"""Readings and shared pools through the service and the database (rules.md 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.extension import Conflict, Invalid, Refused
from tests.plugins.charging.world import World, d


class Meter:
    """One room with a metered item, read month by month."""

    def __init__(self, world: World, price: str | None = "0.60", **item: Any) -> None:
        self.world = world
        self.item = world.item(price, kind="metered", basis="usage", **item)
        self.room = world.room()

    def read(self, month: int, prev: str, cur: str, **more: Any) -> int:
        days = {"read_from": f"2026-{month - 1:02}-01", "read_on": f"2026-{month:02}-01"}
        return self.world.make("meter_charge", room=self.room, fee_item=self.item, prev=prev,
                               cur=cur, **(days | more))  # fmt: skip

    def post(self, *charges: int) -> dict[str, Any]:
        self.world.press("meter_charge", "post", *charges)
        return self.world.get("meter_charge", charges[-1])


@pytest.fixture
def meter(world: World) -> Meter:
    return Meter(world)


def test_a_bill_keeps_the_readings_it_was_computed_from(meter: Meter) -> None:
    charge = meter.post(meter.read(2, "100", "134.2"))

    bill = meter.world.get("receivable", charge["receivable"])
    assert (bill["period_from"], bill["period_to"]) == (d("2026-01-01"), d("2026-02-01"))
    assert (bill["quantity"], bill["open"]) == (Decimal("34.2"), Decimal("20.52"))
    assert bill["snapshot"]["readings"]["cur"] == "134.2000"
    assert (charge["no"], bill["note"]) == (charge["no"], charge["no"])


def test_a_reading_below_the_previous_one_is_refused(meter: Meter) -> None:
    with pytest.raises(Invalid, match=r"below the previous|小於上次"):
        meter.read(2, "100", "99.9")
    with pytest.raises(Invalid, match=r"new meter|新表"):
        meter.read(2, "100", "101", replaced=True, new_prev="5", new_cur="4")


def test_a_rollover_needs_the_number_of_digits(meter: Meter) -> None:
    with pytest.raises(Invalid):
        meter.read(2, "99980", "35", rollover=True)
    with pytest.raises(Invalid, match="below the previous"):
        meter.post(meter.read(2, "99980", "35", rollover=True, digits=4))


def test_a_reading_follows_on_the_last_one(meter: Meter) -> None:
    meter.post(meter.read(3, "0", "10"))

    with pytest.raises(Invalid, match=r"last reading was 10"):
        meter.post(meter.read(4, "0", "20"))
    with pytest.raises(Invalid, match="2026-03-01"):
        meter.post(meter.read(2, "10", "20"))


def test_after_a_replacement_the_new_dial_counts(meter: Meter) -> None:
    meter.post(meter.read(2, "90", "95", replaced=True, new_prev="0", new_cur="7"))

    assert meter.post(meter.read(3, "7", "9"))["usage"] == 2


def test_readings_are_billed_in_their_order_and_once(meter: Meter) -> None:
    later, earlier = meter.read(3, "10", "30"), meter.read(2, "0", "10")

    meter.post(later, earlier)

    assert [c["usage"] for c in meter.world.find("meter_charge")] == [20, 10]
    with pytest.raises((Conflict, Refused)):
        meter.post(later)


def test_no_usage_makes_no_bill_but_is_flagged_where_somebody_lives(meter: Meter) -> None:
    charge = meter.post(meter.read(2, "10", "10"))

    assert (charge["state"], charge["receivable"]) == ("posted", None)
    assert charge["is_abnormal"]


def test_a_usage_of_more_than_three_times_the_usual_is_flagged(meter: Meter) -> None:
    for month, (prev, cur) in enumerate([("0", "10"), ("10", "20"), ("20", "30")], start=2):
        assert not meter.post(meter.read(month, prev, cur))["is_abnormal"]

    assert not meter.post(meter.read(5, "30", "60"))["is_abnormal"]
    assert meter.post(meter.read(6, "60", "500"))["is_abnormal"]


def test_a_price_counts_from_the_reading_after_it(meter: Meter) -> None:
    meter.world.make("fee_price", fee_item=meter.item, price="1", effective_from="2026-02-15")

    first, second = meter.post(meter.read(2, "0", "10")), meter.post(meter.read(3, "10", "20"))

    assert (first["amount"], second["amount"]) == (Decimal("6.00"), Decimal("10.00"))


def test_without_a_price_or_a_tier_nothing_is_billed(world: World) -> None:
    bare = Meter(world, None)
    with pytest.raises(Invalid, match="no price"):
        bare.post(bare.read(2, "0", "1"))

    narrow = Meter(world, None, tier_span="period", tiers=[{"up_to": "10", "price": "1"}])
    with pytest.raises(Invalid, match="last tier"):
        narrow.post(narrow.read(2, "0", "11"))


def test_a_large_household_has_wider_tiers(world: World) -> None:
    tiers = [{"up_to": "100", "price": "1"}, {"price": "2"}]
    meter = Meter(world, None, tier_span="period", tiers=tiers)

    charge = meter.post(meter.read(2, "0", "150", tier_factor="1.5"))

    assert charge["amount"] == Decimal("150.00")


def test_tiers_of_the_year_begin_again_in_january(world: World) -> None:
    tiers = [{"up_to": "100", "price": "1"}, {"price": "2"}]
    meter = Meter(world, None, tier_span="year", tiers=tiers)
    meter.post(meter.read(2, "0", "100", read_from="2025-11-01", read_on="2025-12-31"))

    charge = meter.post(meter.read(2, "100", "150"))

    assert charge["amount"] == Decimal("50.00")


def pool(world: World, **values: Any) -> int:
    given = {"estate": world.ids["estate"], "fee_item": world.item(None, kind="adhoc"),
             "period_from": "2026-06-01", "period_to": "2026-06-30", "amount": "100"}  # fmt: skip
    return world.make("shared_pool", **(given | values))


def test_sub_meters_beyond_the_master_are_refused_for_review(world: World) -> None:
    world.room()
    made = pool(world, amount=None, source="meters", master="10", sub_meters="11", price="1")

    with pytest.raises(Invalid, match="more than the master"):
        world.press("shared_pool", "compute", made)


def test_only_occupied_rooms_share_and_the_others_are_listed(world: World) -> None:
    lived, empty = world.room("50"), world.room("50", state="vacant")
    made = pool(world, occupied_only=True)

    world.press("shared_pool", "compute", made)

    parts = {line["room"]: line["amount"] for line in world.find("shared_pool_line")}
    assert parts == {lived: Decimal("100.00"), empty: Decimal("0.00")}
    stored = world.get("shared_pool", made)
    assert (stored["rooms"], stored["left_out"]) == (1, 1)


def test_a_room_left_out_by_hand_stays_out(world: World) -> None:
    first, second = world.room("50"), world.room("50")
    made = pool(world)
    world.press("shared_pool", "compute", made)
    line = world.find("shared_pool_line", f"room == {second}")[0]
    world.records.change("shared_pool_line", line["id"], {"excluded": True})
    with pytest.raises(Invalid, match="compute it again"):
        world.press("shared_pool", "post", made)

    world.press("shared_pool", "compute", made)
    world.press("shared_pool", "post", made)

    assert [(b["room"], b["amount"]) for b in world.find("receivable")] == [
        (first, Decimal("100.00"))
    ]


def test_a_pool_by_usage_follows_the_readings_of_the_period(world: World) -> None:
    meter, other = Meter(world), Meter(world)
    meter.post(meter.read(6, "0", "30"))
    other.post(other.read(6, "0", "10"))
    made = pool(world, by="usage")

    world.press("shared_pool", "compute", made)

    parts = {line["room"]: line["amount"] for line in world.find("shared_pool_line")}
    assert parts == {meter.room: Decimal("75.00"), other.room: Decimal("25.00")}


def test_a_room_without_a_payer_stops_the_pool_by_name(world: World) -> None:
    room = world.room("50", payer=False)
    made = pool(world)
    world.press("shared_pool", "compute", made)

    with pytest.raises(Invalid, match=world.get("room", room)["full_no"]):
        world.press("shared_pool", "post", made)


def test_a_pool_nobody_shares_is_refused(world: World) -> None:
    world.room(None)
    made = pool(world)

    with pytest.raises(Invalid, match="No room shares"):
        world.press("shared_pool", "compute", made)


def test_a_discount_for_many_months_needs_that_many(world: World) -> None:
    item, room = world.item("2.00"), world.room("100.00")
    world.link(room, item)
    for month in range(1, 6):
        world.published(f"2026-{month:02}-01", f"2026-{month:02}-28", item)
    lines = [{"receivable": bill["id"]} for bill in world.find("receivable")]
    made = world.make("reduction", room=room, kind="volume", percent="5", from_months=6,
                      reason="x", lines=lines)  # fmt: skip

    with pytest.raises(Invalid, match="6 months and more; 5 are chosen"):
        world.decide("reduction", made)
