"""The demo company as `wuye demo` loads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from engine.extension import sample
from plugins.demo.company import Company
from plugins.demo.history import load_history
from plugins.demo.loading import Tables, employ, load, set_managers
from plugins.demo.users import DemoUser

_REDUCTIONS = text("""
    select 'reduction' as entity, d.id, u.code as office from reduction d
    join room r on r.id = d.room_id join estate e on e.id = r.estate_id
    join org_unit u on u.id = e.office_id
    where d.state = 'draft' order by d.id limit 7""")
_REFUNDS = text("""
    select 'refund' as entity, d.id, u.code as office from refund d
    join estate e on e.id = d.estate_id join org_unit u on u.id = e.office_id
    where d.state = 'draft' order by d.id""")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The company in the database; its accounts are still to be made."""

    company: Company

    @property
    def users(self) -> Sequence[DemoUser]:
        """The accounts to make."""
        return self.company.users

    def finish(self, connection: Connection, tables: Tables, user_ids: Mapping[str, int]) -> None:
        """Enter who works where and for whom, and what was charged and paid so far."""
        set_managers(connection, tables, self.company, user_ids)
        employ(connection, tables, self.company, user_ids)
        load_history(connection, tables, self.company, user_ids)

    def handed_in(self, connection: Connection, tables: Tables) -> list[tuple[str, str, int]]:
        """Return the drafts that the offices' accountants have handed in, but for a few."""
        rows = [*connection.execute(_REDUCTIONS), *connection.execute(_REFUNDS)]
        return [(f"accountant.{row.office.lower()}", row.entity, row.id) for row in rows]


@sample("group")
def group(connection: Connection, tables: Tables, seed: int) -> Loaded:
    """Write a group of two branches, four offices and six estates."""
    return Loaded(load(connection, tables, seed))
