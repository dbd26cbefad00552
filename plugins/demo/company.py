"""Put the demo company together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from plugins.demo.ledger import Ledger, Row
from plugins.demo.ownership import Sales
from plugins.demo.people import People
from plugins.demo.places import make_places
from plugins.demo.users import DemoUser, make_users
from plugins.demo.work_days import make_work_days

# A row's links point to rows of entities before it, its own included.
LOAD_ORDER = (
    "org_unit", "district", "dict_type", "dict_item", "estate", "building", "building_unit",
    "floor", "owner", "owner_member", "owner_pet", "room", "room_owner", "owner_vehicle",
    "plan_image", "calendar_day",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """All rows by entity, by field name with ids from 1, in the order they must be loaded."""

    seed: int
    today: date  # nothing in it happened later
    rows: dict[str, list[Row]]
    users: tuple[DemoUser, ...]


def generate(seed: int, today: date) -> Company:
    """Make the company; the same seed and day give the same rows. Takes about a second.

    `scope_unit` is in every row whose entity has a scope. Charging history starts from the
    rows `room` (charge_area, payer, handed_over_on, state), `room_owner` and `estate`.
    """
    random = Random(seed)
    ledger = Ledger()
    estates = make_places(ledger, random, today)
    people = People(ledger, random, today)
    for made in estates:
        Sales(ledger, people, made).sell_all()
    make_work_days(ledger)
    rows = {entity: ledger.all(entity) for entity in LOAD_ORDER}
    return Company(seed, today, rows, tuple(make_users(random)))
