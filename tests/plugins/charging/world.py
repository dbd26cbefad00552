"""A small property company to charge, built through the record service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from engine.access import SYSTEM, Actor, NewUser, create_users
from engine.extension import ActionResult
from engine.flows.definitions import flow_for
from engine.flows.service import FlowService
from engine.records.contexts import Action
from engine.records.service import RecordService
from engine.records.workspace import Workspace
from tests.plugins.deciding import as_user, play
from tests.product import product as company
from tests.product import product_tables as company_tables

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)  # noon in Shanghai


def d(day: str) -> date:
    return date.fromisoformat(day)


@dataclass
class World:
    """One estate with rooms; short verbs for what tests do all the time."""

    connection: Connection
    now: datetime = NOON
    actor: Actor = SYSTEM
    ids: dict[str, int] = field(default_factory=dict)
    count: int = 0
    trusted: bool = True  # False: the actor is asked for his rights, as on a screen

    @property
    def work(self) -> Workspace:
        return Workspace(
            catalog=company(),
            tables=company_tables(),
            connection=self.connection,
            actor=self.actor,
            now=self.now,
        )

    @property
    def records(self) -> RecordService:
        return RecordService(self.work.as_trusted() if self.trusted else self.work)

    @property
    def context(self) -> Action:
        return Action(self.work, "", [], {})

    def on(self, day: str) -> None:
        """Move to noon of a day."""
        self.now = datetime.fromisoformat(day + "T04:00:00+00:00")

    def make(self, entity: str, **values: Any) -> int:
        return int(self.records.create(entity, values)["id"])

    def get(self, entity: str, record_id: int) -> dict[str, Any]:
        return self.records.get(entity, record_id)

    def find(self, entity: str, where: str | None = None) -> list[dict[str, Any]]:
        return self.records.find(entity, where, sort=("id",))

    def press(self, entity: str, button: str, *ids: int, **asked: Any) -> ActionResult:
        return self.records.press(entity, button, list(ids), asked)

    def person(self, role: str) -> Workspace:
        """Return a piece of work of the office's person of a role, with his rights and no more."""
        office, login = self.ids["office"], f"{role}.{self.ids['office']}"
        find = text("select id from ab_user where username = :login")
        number = self.connection.scalar(find, {"login": login})
        if number is None:  # asked for afresh: a test may roll back whom it made
            roles = {role: [office]}
            user = NewUser(login=login, name=role, password="long enough", roles=roles)
            made = create_users(self.connection, [user], method="pbkdf2:sha256:1")
            number = made[login]
        return as_user(self.work, number)

    def decide(
        self, entity: str, record_id: int, outcome: str = "approved", action: str = "submit"
    ) -> list[str]:
        """Hand a record in and let the people of the office decide; return the steps they took.

        Everybody in turn agrees, or the first refuses or returns it; `outcome` is then the case's.
        """
        case = self.hand_in(entity, record_id, action)
        return play(self.work, case, outcome) if case else []

    def hand_in(self, entity: str, record_id: int, action: str = "submit") -> int:
        """Start a record's flow as the first who may; return its case, 0 for an action at once."""
        flow = flow_for(self.work, entity, self.get(entity, record_id))
        assert flow is not None
        act = flow.actions[action]
        for node in act.nodes():
            for who in getattr(node, "who", ()):
                if who.kind == "role":
                    self.person(who.name)
        return FlowService(self.person(act.who[0].name)).start(entity, record_id, action).case_id

    def settle(self, mark: str = "1", branch_code: str = "") -> World:
        """Make group, branch, office, estate and building; `mark` tells several apart."""
        group = self.make("org_unit", kind="group", code=f"G{mark}", name="集團")
        branch = self.make("org_unit", kind="branch", code=branch_code or f"B{mark}",
                           name="分公司", parent=group)  # fmt: skip
        office = self.make("org_unit", kind="office", code=f"O{mark}", name="管理處", parent=branch)
        estate = self.make("estate", code=f"E{mark}", name="翠園", office=office,
                           kind="residential")  # fmt: skip
        building = self.make("building", estate=estate, no="3", name="3棟")
        self.ids |= {
            "group": group, "office": office, "estate": estate, "building": building,
            "unit": self.get("estate", estate)["unit"],
        }  # fmt: skip
        return self

    def room(self, area: str | None = "128.00", payer: bool = True, **values: Any) -> int:
        self.count += 1
        owner = (
            self.make("owner", name=f"業主{self.count}", unit=self.ids["unit"]) if payer else None
        )
        given = {
            "estate": self.ids["estate"], "building": self.ids["building"],
            "floor_no": 5, "no": f"{self.count:02}", "full_no": f"3-1-05{self.count:02}",
            "built_area": area, "charge_area": area, "payer": owner, "state": "occupied",
        }  # fmt: skip
        return self.make("room", **(given | values))

    def item(self, price: str | None = "2.50", since: str = "2020-01-01", **values: Any) -> int:
        self.count += 1
        given = {"code": f"F{self.count}", "name": f"物業費{self.count}", "state": "enabled"}
        found = self.make("fee_item", **(given | values))
        if price is not None:
            self.make("fee_price", fee_item=found, price=price, effective_from=since)
        return found

    def link(self, room: int, item: int, starts: str = "2020-01-01", **values: Any) -> int:
        return self.make("room_fee", room=room, fee_item=item, starts_on=starts, **values)

    def run(self, first: str, last: str, *items: int, **values: Any) -> int:
        lines = [{"fee_item": item} for item in items]
        return self.make(
            "bill_run", unit=self.ids["office"], bill_from=first, bill_to=last, items=lines,
            **values,
        )  # fmt: skip

    def generated(self, first: str, last: str, *items: int) -> int:
        run = self.run(first, last, *items)
        self.press("bill_run", "generate", run)
        return run

    def published(self, first: str, last: str, *items: int) -> int:
        run = self.generated(first, last, *items)
        self.press("bill_run", "check", run)
        self.press("bill_run", "publish", run)
        return run

    def bills(self, run: int) -> list[dict[str, Any]]:
        return self.find("receivable", f"bill_run == {run}")

    def amounts(self, run: int) -> list[Decimal]:
        return [bill["amount"] for bill in self.bills(run)]
