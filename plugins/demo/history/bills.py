"""The recurring bills, computed by the very statement a billing run uses.

All months are computed at once, into a copy of the tables that a run writes: the product
needs a statement per fee item and run, a demo of 80 runs a statement per fee item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, MetaData, Table, text, true

from plugins.charging.billing_sql import run_item
from plugins.charging.terms import Reach, price_spans, terms_of
from plugins.demo.history.fees import Tariff
from plugins.demo.loading import Tables

BILLS, SKIPS = "demo_bill", "demo_skip"
_COPIES = {"receivable": BILLS, "bill_skip": SKIPS}


@dataclass
class Pricing:
    """What a billing run needs, with its results going to temporary tables."""

    connection: Connection
    tables: Tables
    now: datetime
    user_id: int | None = None
    copies: dict[str, Table] = field(default_factory=dict)

    def table(self, entity: str) -> Table:
        """Return the entity's table, or what stands for it."""
        if entity in self.copies:
            return self.copies[entity]
        return self.tables.table(entity)

    def visible(self, entity: str, table: Table | None = None) -> ColumnElement[bool]:
        """Hide nothing."""
        return true()

    def formula(self, entity: str, text: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Compile nothing: no item in force here has a formula."""
        raise NotImplementedError(text)

    def open(self) -> None:
        """Make the temporary tables; they go with the transaction."""
        for entity, name in _COPIES.items():
            given = self.tables.table(entity)
            self.connection.execute(text(
                f"CREATE TEMP TABLE {name} (LIKE {given.name} INCLUDING DEFAULTS "
                "INCLUDING IDENTITY) ON COMMIT DROP"
            ))  # fmt: skip
            columns = [Column(c.name, c.type, primary_key=c.name == "id") for c in given.c]
            self.copies[entity] = Table(name, MetaData(), *columns)
        key = f"CREATE UNIQUE INDEX ON {BILLS} (room_fee_id, period_from, slot)"
        self.connection.execute(text(key))

    def price(self, tariff: Tariff, estates: Sequence[int], first: date, last: date) -> None:
        """Compute the bills dated from `first` to `last` with the rooms' areas of now."""
        reach = Reach(run_id=0, run_no="", unit_id=0, bill_from=first, bill_to=last)
        for item in tariff.items:
            if item["kind"] == "cyclic" and item["state"] == "enabled":
                terms = terms_of(item)
                prices = [row for row in tariff.prices if row["fee_item"] == item["id"]]
                begin = first.replace(year=first.year - 2, day=1)
                end = last.replace(year=last.year + 2, day=1)
                run_item(self, reach, terms, price_spans(prices, estates, begin, end))
