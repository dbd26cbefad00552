"""W01-W23 and W57: prices, rounding, readings, pools, proration, tax."""

from __future__ import annotations

from typing import Any

from tests.plugins.charging.examples import billed, charged, example
from tests.plugins.charging.world import World

JANUARY, JUNE = ("2026-01-01", "2026-01-31"), ("2026-06-01", "2026-06-30")
YEAR = ("2026-01-01", "2026-12-31")
WATER = [{"up_to": "180", "price": "5"}, {"up_to": "260", "price": "7"}, {"price": "9"}]
POWER = [{"up_to": "240", "price": "0.4883"}, {"up_to": "400", "price": "0.5383"},
         {"price": "0.7883"}]  # fmt: skip


@example("W01", "320.00")
def area_times_price(world: World) -> Any:
    return billed(world, "2.50", "128.00", JUNE)[0]


@example("W02", "19.61")
def half_a_cent_goes_up_where_a_float_would_lose_it(world: World) -> Any:
    return billed(world, "0.15", "130.70", JUNE)[0]


@example("W03", "1684.03")
def a_year_is_rounded_once(world: World) -> Any:
    return billed(world, "1.40", "100.24", JANUARY, cycle_months="12")[0]


@example("W04", "4566.00")
def an_item_may_round_to_whole_yuan(world: World) -> Any:
    return billed(world, "1.2", "317.06", JANUARY, cycle_months="12", rounding="whole_yuan")[0]


@example("W05", "1684.08")
def twelve_bills_are_rounded_twelve_times(world: World) -> Any:
    return sum(billed(world, "1.40", "100.24", YEAR))


@example("W06", "360.00")
def a_fixed_amount_is_never_times_area(world: World) -> Any:
    return billed(world, "360.00", "128.00", JANUARY, basis="fixed", cycle_months="3")[0]


@example("W07", "225.00")
def a_formula(world: World) -> Any:
    return billed(world, "2.5", "100.00", JUNE, basis="formula", formula="area*price*0.9")[0]


@example("W08", "247.02")
def the_letters_of_a_formula(world: World) -> Any:
    item = world.item("2.30", basis="formula", formula="R*X*price")
    world.link(world.room("89.50", fee_coefficient="1.2"), item)
    return world.amounts(world.published(*JUNE, item))[0]


def metered(world: World, *readings: dict[str, Any], price: str | None, **item: Any) -> Any:
    """Bill readings of one room one after the other; return the last bill's amount."""
    made = world.item(price, kind="metered", basis="usage", **item)
    room = world.room()
    for number, reading in enumerate(readings, start=1):
        days = {"read_from": f"2026-0{number}-01", "read_on": f"2026-0{number + 1}-01"}
        charge = world.make("meter_charge", room=room, fee_item=made, **days, **reading)
        world.press("meter_charge", "post", charge)
    (*_, bill) = world.find("receivable", "kind == 'metered'")
    return bill["amount"]


@example("W09", "20.52")
def a_reading(world: World) -> Any:
    return metered(world, {"prev": "100.0", "cur": "134.2"}, price="0.60")


@example("W10", "1313.25")
def ratio_and_loss(world: World) -> Any:
    reading = {"prev": "1200", "cur": "1250", "ratio": "30", "loss": "3"}
    return metered(world, reading, price="0.85")


@example("W11", "880.00")
def tiers_over_the_calendar_year(world: World) -> Any:
    readings = {"prev": "0", "cur": "170"}, {"prev": "170", "cur": "290"}
    return metered(world, *readings, price=None, tier_span="year", tiers=WATER)


@example("W12", "242.74")
def tiers_of_each_month(world: World) -> Any:
    readings = {"prev": "0", "cur": "300"}, {"prev": "300", "cur": "750"}
    return metered(world, *readings, price=None, tier_span="period", tiers=POWER)


@example("W13", "289.00")
def a_replaced_meter_counts_in_two_segments(world: World) -> Any:
    reading = {"prev": "9870.0", "cur": "9912.5", "replaced": True,
               "new_prev": "0.0", "new_cur": "15.3"}  # fmt: skip
    return metered(world, reading, price="5.00")


@example("W14", "33.00")
def a_five_digit_dial_rolls_over(world: World) -> Any:
    reading = {"prev": "99980", "cur": "35", "rollover": True, "digits": 5}
    return metered(world, reading, price="0.60")


def shared(world: World, areas: tuple[str, ...], **pool: Any) -> Any:
    """Share a pool over rooms of those areas; return the bills' amounts by room."""
    item = world.item(None, kind="adhoc")
    for area in areas:
        world.room(area)
    made = world.make("shared_pool", estate=world.ids["estate"], fee_item=item,
                      period_from="2026-06-01", period_to="2026-06-30", **pool)  # fmt: skip
    world.press("shared_pool", "compute", made)
    world.press("shared_pool", "post", made)
    return [bill["amount"] for bill in world.find("receivable")]


@example("W15", "50.01", "30.00", "20.00")
def a_pool_by_area_gives_the_cent_to_the_largest_remainder(world: World) -> Any:
    return shared(world, ("50", "30", "20"), amount="100.01", by="area")


@example("W16", "33.34", "33.33", "33.33")
def a_pool_by_household(world: World) -> Any:
    return shared(world, ("50", "30", "20"), amount="100.00", by="household")


@example("W17", "99.88", "49.94", "49.94")
def a_pool_is_the_master_meter_less_its_sub_meters(world: World) -> Any:
    parts = shared(world, ("50", "50"), by="area", source="meters", master="1860",
                   sub_meters="1742.5", price="0.85")  # fmt: skip
    return [world.find("shared_pool")[0]["amount"], *parts]


@example("W18", "227.10")
def the_first_month_by_actual_days(world: World) -> Any:
    return billed(world, "2.50", "128.00", ("2026-03-01", "2026-03-31"), starts="2026-03-10")[0]


@example("W19", "640.00")
def two_half_months_are_exactly_one(world: World) -> Any:
    return billed(world, "2.50", "128.00", ("2026-01-01", "2026-03-31"), starts="2026-01-15",
                  ends="2026-03-14", cycle_months="3")[0]  # fmt: skip


@example("W20", "160.00")
def february_has_28_days(world: World) -> Any:
    return billed(world, "2.50", "128.00", ("2026-02-01", "2026-02-28"), starts="2026-02-15")[0]


@example("W21", "234.67")
def months_of_30_days(world: World) -> Any:
    return billed(world, "2.50", "128.00", ("2026-03-01", "2026-03-31"), starts="2026-03-10",
                  proration="thirty_days")[0]  # fmt: skip


@example("W22", "10928.33")
def a_quarter_less_seven_days_of_april(world: World) -> Any:
    return billed(world, "39.50", "100.00", ("2023-04-01", "2023-06-30"), starts="2023-04-08",
                  cycle_months="3")[0]  # fmt: skip


@example("W23", "809.34")
def a_quarter_prepaid(world: World) -> Any:
    return billed(world, "2.80", "96.35", JANUARY, cycle_months="3")[0]


@example("W57", "1000.00", "60.00")
def the_tax_within_a_price(world: World) -> Any:
    bill = charged(world, world.room(), "1060.00", "2026-07-30")
    stored = world.get("receivable", bill)
    return [stored["net"], stored["tax"]]
