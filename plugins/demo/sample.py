"""The demo company as `wuye demo` loads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, update

from engine.extension import Deed, StandIn, sample
from plugins.demo import approvals
from plugins.demo.company import Company
from plugins.demo.history import load_history
from plugins.demo.loading import Tables, employ, load, set_managers
from plugins.demo.users import DemoUser


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
        gone = [user_ids[one.login] for one in self.users if one.has_left]
        account = tables.table("user")
        connection.execute(update(account).where(account.c.id.in_(gone)).values(active=False))

    def stand_ins(self) -> Sequence[StandIn]:
        """Return who decides in whose place."""
        return approvals.stand_ins(self.company.today)

    def deeds(self, connection: Connection) -> Sequence[Deed]:
        """Return what people have handed in and decided."""
        return approvals.deeds(connection, self.company.today)


@sample("group")
def group(connection: Connection, tables: Tables, seed: int) -> Loaded:
    """Write a group of two branches, four offices and six estates."""
    return Loaded(load(connection, tables, seed))
