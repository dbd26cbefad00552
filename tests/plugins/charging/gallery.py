"""Two offices, a person of every role in the first, and a record of every kind in both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import yaml
from sqlalchemy import Connection

from engine.access import NewUser, create_users, load_actor
from tests.plugins.charging.examples import charged, pay
from tests.plugins.charging.world import ROOT, World, company

MODULES = ("charging", "billing", "cashier")


@dataclass
class Office:
    """An office with a room that owes, and the id of one record of each entity."""

    world: World
    ids: dict[str, int] = field(default_factory=dict)

    def fill(self) -> Office:
        """Make one record of every entity that has buttons."""
        world, made = self.world, self.ids
        made["fee_item"] = item = world.item("2.50", due_days=0)
        made["room"] = room = world.room("128.00")
        payer, estate = world.get("room", room)["payer"], world.ids["estate"]
        made["room_fee"] = fee = world.link(room, item)
        made["bill_run"] = world.published("2026-06-01", "2026-06-30", item)
        made["payment"] = pay(world, room, "400", "2026-06-30").payment["id"]
        made["receivable"] = bill = charged(world, room, "100", "2026-06-29")
        (account,) = world.find("prepayment_account", f"payer == {payer}")
        made["prepayment_account"] = account["id"]
        made["area_change"] = world.make(
            "area_change", room=room, new_area="99", effective_on="2026-06-01", reason="x"
        )
        made["gift"] = world.make(
            "gift", room_fee=fee, period_from="2027-01-01", months=1, reason="x"
        )
        metered = world.item("1", kind="metered", basis="usage")
        days = {"read_from": "2026-05-01", "read_on": "2026-06-01"}
        made["meter_charge"] = world.make(
            "meter_charge", room=room, fee_item=metered, prev="0", cur="5", **days
        )
        once = world.item(None, kind="adhoc")
        months = {"period_from": "2026-06-01", "period_to": "2026-06-30"}
        made["shared_pool"] = world.make(
            "shared_pool", estate=estate, fee_item=once, amount="10", **months
        )
        lines = [{"receivable": bill, "amount": "1"}]
        made["reduction"] = world.make("reduction", room=room, reason="x", lines=lines)
        made["refund"] = world.make(
            "refund", estate=estate, kind="prepayment", account=account["id"],
            payer=payer, amount="1", reason="x",
        )  # fmt: skip
        pledge = world.item(None, kind="deposit", basis="fixed", tax_rate="0")
        world.press("deposit", "take", room=room, fee_item=pledge, amount="50")
        made["deposit"] = world.find("deposit")[-1]["id"]
        world.press("notice", "make", estate=estate)
        made["notice"] = world.find("notice")[-1]["id"]
        office = world.ids["office"]
        made["bank_file"] = world.make("bank_file", unit=office, lines=[])
        made["month_close"] = world.make("month_close", unit=office, month="2026-05-01")
        return self


@dataclass
class Gallery:
    """Office A with its staff, and office B next door."""

    ours: Office
    theirs: Office
    staff: dict[str, int]  # role -> user id, all of office A

    def as_(self, role: str) -> World:
        """Return office A's world as a person of that role, with his rights and no more."""
        world = self.ours.world
        actor = load_actor(world.connection, self.staff[role], company())
        assert actor is not None
        return replace_actor(world, actor)


def replace_actor(world: World, actor: Any) -> World:
    """Return the same world for somebody else, whose records are asked for rights."""
    return replace(world, actor=actor, trusted=False)


def gallery(connection: Connection) -> Gallery:
    """Build both offices."""
    first = World(connection).settle()
    second = World(connection, count=500).settle("2")
    roles = [role for role in company().roles if role not in ("staff", "")]
    users = [
        NewUser(login=f"g_{role}", name=role, password="long enough",
                roles={role: [first.ids["office"]]})
        for role in roles
    ]  # fmt: skip
    made = create_users(connection, users, method="pbkdf2:sha256:1")
    staff = {role: made[f"g_{role}"] for role in roles}
    offices = [Office(first).fill(), Office(second).fill()]
    for office in offices:
        office.ids["cashier_day"] = office.world.make(
            "cashier_day", unit=office.world.ids["office"], cashier=staff["cashier"],
            day=f"2026-06-{29 if office is offices[0] else 28}",
        )  # fmt: skip
    return Gallery(offices[0], offices[1], staff)


@cache
def rights() -> dict[tuple[str, str], dict[str, Any]]:
    """Return (entity, button) -> role -> its right, from the YAML alone."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for module in MODULES:
        text = (ROOT / "models" / f"{module}.yaml").read_text(encoding="utf-8")
        for entity, one in yaml.safe_load(text)["entities"].items():
            for button in one.get("buttons", {}):
                found[entity, button] = {
                    role: right if isinstance(right, dict) else {"can": right, "rows": "scope"}
                    for role, right in one.get("rights", {}).items()
                    if button in (right["can"] if isinstance(right, dict) else right)
                }
    return found


def is_list_only(entity: str, button: str) -> bool:
    """Tell whether a button is pressed on no record."""
    return company().entity(entity).buttons[button].list_only
