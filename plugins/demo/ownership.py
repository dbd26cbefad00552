"""Who owns which room since when; buyers, co-owners, former owners, tenants who pay."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from plugins.demo.ledger import Ledger, Row
from plugins.demo.people import People
from plugins.demo.places import Made

_OLD_ESTATE = date(2010, 1, 1)  # homes handed over before have mostly changed hands once
_OF_AGE = timedelta(days=21 * 365)
_SHARES = ((50, 50), (50, 50), (60, 40), (70, 30), (99, 1))
_HOMES = ("residence", "villa", "apartment")


@dataclass(slots=True)
class Sales:
    """Sells the rooms of one estate."""

    ledger: Ledger
    people: People
    made: Made
    buyers: list[Row] = field(default_factory=list)  # who may buy a second room
    settled: set[int] = field(default_factory=set)  # owners whose household is made

    def sell_all(self) -> None:
        """Give every sold room its owners and its payer."""
        for room in self.ledger.all("room"):
            if room["estate"] == self.made.row["id"] and room["state"] != "unsold":
                self._sell(room)

    def _sell(self, room: Row) -> None:
        random = self.people.random
        bought = self._bought_on(room)
        resold = self._resold_on(bought)
        owner = self._buyer(room, bought)
        if resold is not None:
            self._share(room, owner, 100, bought, resold - timedelta(days=1))
            bought, owner = resold, self._buyer(room, resold, but=owner["id"])
        if owner["kind"] == "person" and random.random() < 0.09:
            self._two_owners(room, owner, bought)
        else:
            self._share(room, owner, 100, bought)
        room["payer"] = self._payer(room, owner)
        self._live(room, owner)

    def _bought_on(self, room: Row) -> date:
        days = self.people.random.randrange(20, 700)
        return date.fromordinal(room["handed_over_on"].toordinal() - days)

    def _resold_on(self, bought: date) -> date | None:
        random, today = self.people.random, self.people.today
        old = self.made.plan.handed_over < _OLD_ESTATE
        days = (today - bought).days - 400
        if days < 60 or random.random() > (0.25 if old else 0.04):
            return None
        return bought + timedelta(days=365 + random.randrange(days))

    def _buyer(self, room: Row, bought: date, but: int = 0) -> Row:
        """Return an owner who has a room here already, or a new one."""
        random = self.people.random
        home = room["kind"] in _HOMES
        if self.buyers and random.random() < (0.18 if home else 0.35):
            found = random.choice(self.buyers)
            if found["id"] != but and self._could_buy(found, home, bought):
                return found
        unit = room["scope_unit"]
        if not home and random.random() < 0.6:
            owner = self.people.company(unit)
        else:
            owner = self.people.person(unit, bought)
        self.buyers.append(owner)
        return owner

    def _could_buy(self, owner: Row, home: bool, bought: date) -> bool:
        if owner["kind"] == "company":
            return not home
        return bool(bought - owner["birthday"] > _OF_AGE)

    def _two_owners(self, room: Row, owner: Row, bought: date) -> None:
        second = self.people.person(room["scope_unit"], bought)
        first_share, second_share = self.people.random.choice(_SHARES)
        self._share(room, owner, first_share, bought)
        self._share(room, second, second_share, bought, primary=False)

    def _share(
        self,
        room: Row,
        owner: Row,
        share: int,
        start: date,
        end: date | None = None,
        *,
        primary: bool = True,
    ) -> None:
        self.ledger.add(
            "room_owner",
            scope_unit=room["scope_unit"],
            room=room["id"],
            owner=owner["id"],
            share=Decimal(share),
            primary=primary,
            start_on=start,
            end_on=end,
        )

    def _payer(self, room: Row, owner: Row) -> int:
        """Return who pays: tenants of offices and shops mostly do so themselves."""
        random = self.people.random
        if room["state"] == "leased":
            if owner["kind"] == "person" and owner["tags"] is None:
                owner["tags"] = ["landlord"]
            if room["kind"] in ("office", "shop") and random.random() < 0.7:
                shop = room["kind"] == "shop"
                tenant = self.people.company(room["scope_unit"], shop=shop, note="承租單位")
                return int(tenant["id"])
        return int(owner["id"])

    def _live(self, room: Row, owner: Row) -> None:
        region = self.made.plan.plates
        if owner["kind"] == "company":
            if self.people.random.random() < 0.3:
                self.people.car(owner, region, room)
        elif room["state"] in ("occupied", "decorating") and owner["id"] not in self.settled:
            self.settled.add(owner["id"])
            self.people.household(owner, region, room)
