"""Who works where, and who stands above him; read as it is asked for.

Structure is followed as it is written: an account that is switched off keeps its place, and
whoever asks drops it from the answer. Nobody is silently replaced by the one above him.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, null, select

from engine.access import units_of
from engine.flows.units import Units
from engine.metadata import People
from engine.records import Workspace, joined
from engine.storage.joins import link_column, link_target

HIGHEST = 20  # steps a chain of managers may have


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place: one record of the people's entity."""

    person: int
    user: int | None
    unit: int | None
    manager: int | None  # a user or a person, as the manifest says
    post: str | None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one is on the way up."""

    user: int
    seat: Seat | None
    heads: int | None = None  # the unit he was found as the head of

    @property
    def post(self) -> str | None:
        """The post he holds there."""
        return self.seat.post if self.seat else None


class Staff:
    """The seats asked for so far, with all above them."""

    def __init__(self, work: Workspace) -> None:
        self._work = work
        self.units = Units(work)
        self._people = work.catalog.people
        self._asked: set[int] = set()
        self._by_person: dict[int, Seat] = {}
        self._by_user: dict[int, Seat] = {}
        self._granted: dict[int, int | None] = {}

    def users_of(self, persons: Collection[int]) -> list[int]:
        """Return the accounts of some records of the people's entity, in the given order."""
        if self._people is None or not persons:
            return []
        table = self._work.tables.table(self._people.entity)
        account = table.c[link_column(self._people.user)]
        query = select(table.c.id, account).where(table.c.id.in_(persons), account.is_not(None))
        found = {row[0]: row[1] for row in self._work.connection.execute(query)}
        return [found[one] for one in persons if one in found]

    def in_post(self, post: str) -> list[int]:
        """Return the accounts of all who hold a post."""
        people = self._people
        if people is None or not people.post:
            return []
        scope = joined(self._work, people.entity)
        named = scope.column(tuple(people.post.split("."))) == post
        account = scope.table.c[link_column(people.user)]
        query = select(account).select_from(scope.from_).where(named, account.is_not(None))
        return list(self._work.connection.scalars(query))

    def seat(self, user: int) -> Seat | None:
        """Return where a person works; of several places the newest."""
        if user not in self._asked:
            self._asked.add(user)
            if self._people is not None:
                self._read(self._people, user)
        return self._by_user.get(user)

    def unit_of(self, user: int) -> int | None:
        """Return the unit a person works in; without one, the only one he has roles in."""
        seat = self.seat(user)
        if seat is not None and seat.unit is not None:
            return seat.unit
        if user not in self._granted:
            found = units_of(self._work.connection, user, self._work.today)
            self._granted[user] = found[0] if len(found) == 1 else None
        return self._granted[user]

    def managers(self, user: int) -> Iterator[Stand]:
        """Yield who stands above a person, nearest first; no one twice, nor he himself."""
        at, seen = Stand(user, self.seat(user)), {user}
        while len(seen) <= HIGHEST:
            above = self._named(at) or self._heading(at)
            if above is None or above.user in seen:
                return
            seen.add(above.user)
            yield above
            at = above

    def _named(self, at: Stand) -> Stand | None:
        """Return the manager who is written down; one without an account is passed over."""
        seat = at.seat
        for _ in range(HIGHEST):
            if seat is None or seat.manager is None:
                return None
            if self._manager_is_user:
                found = Stand(seat.manager, self.seat(seat.manager))
            elif (seat := self._by_person.get(seat.manager)) is not None and seat.user is not None:
                found = Stand(seat.user, seat)
            else:
                continue
            return found if found.user != at.user else None
        return None

    def _heading(self, at: Stand) -> Stand | None:
        """Return the head of his unit, or, if he heads it himself, of one above."""
        unit = at.seat.unit if at.seat else None
        unit = at.heads if unit is None else unit
        unit = self.unit_of(at.user) if unit is None else unit
        found = self.units.headed(unit, beside=at.user)
        if found is None or found.head is None:
            return None
        return Stand(found.head, self.seat(found.head), found.number)

    @property
    def _manager_is_user(self) -> bool:
        people = self._people
        if people is None or not people.manager:
            return False
        return link_target(self._work.catalog, people.entity, people.manager) == "user"

    # -- reading -----------------------------------------------------------------------------

    def _read(self, people: People, user: int) -> None:
        """Read the seats of a person and of all above him, as far as these are written down."""
        query = self._seats(people)
        for row in self._work.connection.execute(query, {"user": user}):
            number, account, unit, manager, post = row
            seat = Seat(number, account, unit, manager, post)
            self._by_person[number] = seat
            if account == user:
                self._by_user[user] = seat  # later ones are newer

    def _seats(self, people: People) -> Select[Any]:
        """Return the statement; built once, for that costs more than running it."""
        kept, key = self._work.tables.prepared, ("flows.seats", people)
        if key in kept:
            found: Select[Any] = kept[key]
            return found
        scope = joined(self._work, people.entity)
        table = scope.table
        links = (people.user, people.unit, people.manager)
        columns: list[ColumnElement[Any]] = [table.c.id]
        columns += [table.c[link_column(one)] if one else null() for one in links]
        columns.append(scope.column(tuple(people.post.split("."))) if people.post else null())
        query = select(*(one.label(f"c{i}") for i, one in enumerate(columns)))
        query = query.select_from(scope.from_).where(table.c.id.in_(self._way(people)))
        query = query.order_by(table.c.id)
        if not self._post_ages(people):
            kept[key] = query
        return query

    def _post_ages(self, people: People) -> bool:
        """Tell whether a formula gives the post: it may read the clock of this work."""
        if not people.post:
            return False
        field = self._work.catalog.field_at(people.entity, people.post)
        return field.compute is not None and not field.stored

    def _way(self, people: People) -> Select[Any]:
        table = self._work.tables.table(people.entity)
        account = link_column(people.user)
        mine = table.c[account] == bindparam("user", type_=Integer)
        if not people.manager:
            return select(table.c.id).where(mine)
        manager = link_column(people.manager)
        way = select(table.c.id, table.c[manager]).where(mine).cte(recursive=True)
        upper = table.alias()
        key = upper.c[account] if self._manager_is_user else upper.c.id
        higher = select(upper.c.id, upper.c[manager]).where(key == way.c[manager])
        # a union, not all of it: it ends where the way runs in a circle
        return select(way.union(higher).c.id)
