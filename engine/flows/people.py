"""From words such as `role:finance` to people, as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import select

from engine.access import ADMIN, holders, holders_over
from engine.flows.paths import Reached, follow
from engine.flows.staff import Staff
from engine.metadata.flows import Who
from engine.records import Workspace
from engine.storage.joins import link_column, person_name

_MEMO = "flows.people"
_ALSO_READ = ("proxy", "unit codes")  # beginnings of other keys of the memo


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is being decided, and what has been."""

    initiator: int
    entity: str
    record_id: int
    record: Mapping[str, Any]  # stored values by field name (links are ids)
    decided: Mapping[str, tuple[int, ...]]  # step -> who decided it last
    chosen: Mapping[str, tuple[int, ...]]  # step -> whom the initiator or the one before chose
    step: str


class _Found(NamedTuple):
    """Some people; in an order of their own, or to be put in that of their names."""

    users: Sequence[int]
    is_ordered: bool = False


@dataclass(slots=True)
class _Known:
    """What was read in this piece of work."""

    staff: Staff
    accounts: dict[int, tuple[bool, str]] = field(default_factory=dict)  # -> active, name
    holding: dict[str, list[int]] = field(default_factory=dict)  # role -> users


class Directory:
    """Finds people; what it has read once in a piece of work it does not read again."""

    def __init__(self, work: Workspace) -> None:
        self._work = work
        if _MEMO not in work.memo:
            work.memo[_MEMO] = _Known(Staff(work))
        self._known: _Known = work.memo[_MEMO]

    def forget(self) -> None:
        """Read anew from here on: people, units or roles may have been changed."""
        memo = self._work.memo
        for key in [one for one in memo if isinstance(one, tuple) and one[0] in _ALSO_READ]:
            del memo[key]
        self._known.staff = Staff(self._work)
        self._known.accounts.clear()
        self._known.holding.clear()

    def resolve(self, who: Sequence[Who], about: About) -> list[int]:
        """Return the active people meant, each once, in the order of `who`.

        Within one of them by name; what has an order of its own (managers upward, lines,
        people who were chosen) keeps it.
        """
        groups = [_KINDS[one.kind](self, one, about) for one in who]
        active = self.active(user for found in groups for user in found.users)
        result: dict[int, None] = {}
        for found in groups:
            kept = [user for user in found.users if user in active]
            result.update(dict.fromkeys(kept if found.is_ordered else self._by_name(kept)))
        return list(result)

    def active(self, users: Iterable[int]) -> frozenset[int]:
        """Return those whose account is not switched off."""
        asked = set(users)
        self._read_accounts(asked)
        known = self._known.accounts
        return frozenset(user for user in asked if user in known and known[user][0])

    def names(self, users: Iterable[int]) -> dict[int, str]:
        """Return what people are called, those who have left too."""
        asked = list(dict.fromkeys(users))
        self._read_accounts(asked)
        return {u: self._known.accounts[u][1] for u in asked if u in self._known.accounts}

    def administrators(self, who: Sequence[Who], about: About) -> list[int]:
        """Return who mends the flow: those named, or if there is none, all who hold Admin."""
        named = self.resolve(who, about)
        return named or self._by_name(self._holding(ADMIN))

    def _by_name(self, users: Iterable[int]) -> list[int]:
        found = self.names(users)
        return sorted(found, key=lambda user: (found[user], user))

    def _read_accounts(self, users: Iterable[int]) -> None:
        unknown = sorted(set(users) - self._known.accounts.keys())
        if not unknown:
            return
        account = self._work.tables.table("user")
        query = select(account.c.id, account.c.active, person_name(account))
        for row in self._work.connection.execute(query.where(account.c.id.in_(unknown))):
            self._known.accounts[row[0]] = (bool(row[1]), row[2])

    # -- the words ---------------------------------------------------------------------------

    def _user(self, one: Who, about: About) -> _Found:
        account = self._work.tables.table("user")
        query = select(account.c.id, account.c.active, person_name(account))
        found = self._work.connection.execute(query.where(account.c.username == one.name)).all()
        self._known.accounts |= {row[0]: (bool(row[1]), row[2]) for row in found}
        return _Found([row[0] for row in found])

    def _initiator(self, one: Who, about: About) -> _Found:
        staff = self._known.staff
        if not one.name:
            return _Found([about.initiator])
        if one.name == "dept_head":
            headed = staff.units.headed(staff.unit_of(about.initiator))
            return _one(headed.head if headed else None)
        above = staff.managers(about.initiator)
        if one.name == "manager":
            found = next(islice(above, one.level - 1, None), None)
            return _one(found.user if found else None)
        way = []
        for stand in above:
            way.append(stand.user)
            if stand.post == one.upto:
                break
        return _Found(way, is_ordered=True)

    def _dept_head(self, one: Who, about: About) -> _Found:
        units = self._known.staff.units
        return _one(units.head(units.called(one.name)))

    def _post(self, one: Who, about: About) -> _Found:
        return _Found(self._known.staff.in_post(one.name))

    def _group(self, one: Who, about: About) -> _Found:
        groups = self._work.catalog.groups
        if groups is None:
            return _Found([])
        lines = self._work.catalog.entity(groups.entity).field(groups.members).options
        group = self._work.tables.table(groups.entity)
        member = self._work.tables.table(lines["of"])
        query = select(member.c[link_column(groups.user)]).distinct()
        query = query.join(group, group.c.id == member.c[link_column(lines["by"])])
        code = self._work.tables.column(groups.entity, groups.code)
        found = self._work.connection.scalars(query.where(code == one.name))
        return _Found([user for user in found if user is not None])

    def _field(self, one: Who, about: About) -> _Found:
        reached, staff = self._follow(one.name, about), self._known.staff
        organization, people = self._work.catalog.organization, self._work.catalog.people
        if reached.entity == "user":
            return _Found(reached.ids, is_ordered=True)
        if people is not None and reached.entity == people.entity:
            return _Found(staff.users_of(reached.ids), is_ordered=True)
        if organization is not None and reached.entity == organization.entity:
            heads = [staff.units.head(unit) for unit in reached.ids]
            return _Found([head for head in heads if head is not None], is_ordered=True)
        return _Found([])

    def _same_as(self, one: Who, about: About) -> _Found:
        return _Found(about.decided.get(one.name, ()), is_ordered=True)

    def _chosen_by(self, one: Who, about: About) -> _Found:
        return _Found(about.chosen.get(about.step, ()), is_ordered=True)

    def _follow(self, path: str, about: About) -> Reached:
        return follow(self._work, about.entity, about.record_id, about.record, path)

    # -- roles -------------------------------------------------------------------------------

    def _role(self, one: Who, about: About) -> _Found:
        if one.within:
            return _Found(self._nearest(one.name, self._units_within(one.within, about)))
        units = self._owning_units(about)
        if units is None:
            return _Found(self._holding(one.name))
        return _Found([user for user, _ in self._over(one.name, units)])

    def _holding(self, role: str) -> list[int]:
        known, work = self._known.holding, self._work
        if role not in known:
            known[role] = holders(work.connection, work.catalog, role, work.today)
        return known[role]

    def _over(self, role: str, units: Sequence[int]) -> list[tuple[int, int | None]]:
        work = self._work
        return holders_over(work.connection, work.catalog, role, work.today, units)

    def _nearest(self, role: str, units: Iterable[int]) -> list[int]:
        """Return who holds a role over some units: over each, those of the nearest level."""
        found: list[int] = []
        for unit in units:
            way = self._known.staff.units.numbers_up(unit)
            place = {number: depth for depth, number in enumerate(way)}
            over = [(len(way) if at is None else place[at], u) for u, at in self._over(role, way)]
            nearest = min((depth for depth, _ in over), default=0)
            found += [user for depth, user in over if depth == nearest]
        return found

    def _units_within(self, within: str, about: About) -> Sequence[int]:
        kind, _, name = within.removeprefix("@").partition(":")
        staff, organization = self._known.staff, self._work.catalog.organization
        if kind == "field":
            reached = self._follow(name, about)
            return reached.ids if organization and reached.entity == organization.entity else ()
        unit = staff.units.called(name) if kind == "dept" else staff.unit_of(about.initiator)
        return () if unit is None else (unit,)

    def _owning_units(self, about: About) -> Sequence[int] | None:
        """Return the unit that owns the record with all above it; None: no unit owns such ones.

        Lines are owned with their record.
        """
        entity, steps = self._work.catalog.entity(about.entity), list[str]()
        while entity.part_of and not entity.scope:
            steps.append(entity.part_of)
            entity = self._work.catalog.entity(entity.field(entity.part_of).options["to"])
        units = self._known.staff.units
        if not entity.scope or self._work.catalog.organization is None:
            return None
        if not steps and about.record.get("scope_unit") is not None:
            return units.numbers_up(about.record["scope_unit"])
        steps += [] if entity.scope == "id" else entity.scope.split(".")  # a unit owns itself
        owner = self._follow(".".join(steps), about).ids
        # what no unit owns is for those who stand above all
        return units.numbers_up(owner[0] if owner else units.top())


def _one(user: int | None) -> _Found:
    return _Found([] if user is None else [user])


_KINDS: Mapping[str, Callable[[Directory, Who, About], _Found]] = {
    "user": Directory._user,
    "role": Directory._role,
    "dept_head": Directory._dept_head,
    "post": Directory._post,
    "group": Directory._group,
    "field": Directory._field,
    "same_as": Directory._same_as,
    "chosen_by": Directory._chosen_by,
    "initiator": Directory._initiator,
}
