"""Who asks: a person, or the system itself, with everything needed to answer «may he?»."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar, final

T = TypeVar("T")
Right = tuple[str, str]  # (action, entity), or (permission, view) of a screen of FAB's own
Roles = Mapping[str, frozenset[Right]]  # what each role may do, as the database says now


@final
class AllUnits:
    """The grant that has no limit: every unit, and records that no unit owns."""

    def __contains__(self, unit: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "ALL"


ALL: Final = AllUnits()
Units = frozenset[int] | AllUnits
NO_UNITS: Final[frozenset[int]] = frozenset()
NO_RIGHTS: Final[Roles] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one in whose name a request or a job runs; a snapshot."""

    user_id: int | None = None  # None for the system and for a visitor
    login: str = ""
    name: str = ""
    preferences: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    # ^ 'language', 'theme' …: his own choices
    roles: frozenset[str] = frozenset()  # with the roles these include
    grants: Mapping[str, Units] = field(default_factory=lambda: MappingProxyType({}))
    # ^ role -> org units with all below them; a role without an entry reaches no scoped record
    rights: Roles = field(default_factory=lambda: NO_RIGHTS, compare=False, repr=False)
    # ^ all roles' rights, one object shared by all actors of the same version
    is_system: bool = False
    is_admin: bool = False  # holds the role Admin: everything, everywhere
    unread: int = field(default=0, compare=False)  # messages that wait for him in the app
    to_decide: int = field(default=0, compare=False)  # approvals that wait for him
    known: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    # ^ answers already worked out; they follow from roles and rights alone, and actors with
    #   the same roles and rights share them from request to request
    prepared: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    # ^ parts of statements made for him; they hold his units

    @property
    def language(self) -> str:
        """The language he chose; '' when he chose none."""
        return str(self.preferences.get("language") or "")

    def once(self, key: Hashable, answer: Callable[[], T]) -> T:
        """Return an answer about this actor, working it out the first time only.

        The system outlives catalogs, so nothing is kept for it.
        """
        if self.is_system:
            return answer()
        if key not in self.known:
            self.known[key] = answer()
        found: T = self.known[key]
        return found

    @property
    def is_unlimited(self) -> bool:
        """Tell whether no right is asked of this actor."""
        return self.is_system or self.is_admin

    def units(self, role: str) -> Units:
        """Return the units in which the role was given to him."""
        return ALL if self.is_unlimited else self.grants.get(role, NO_UNITS)

    def roles_with(self, action: str, entity: str) -> list[str]:
        """Return which of his roles have that right, sorted by name."""
        wanted = (action, entity)
        none: frozenset[Right] = frozenset()
        return sorted(role for role in self.roles if wanted in self.rights.get(role, none))


SYSTEM: Final = Actor(login="system", name="system", is_system=True)
VISITOR: Final = Actor()  # nobody has signed in: no role, no right


def merged(units: list[Units]) -> Units:
    """Return the union of several reaches."""
    found: set[int] = set()
    for one in units:
        if isinstance(one, AllUnits):
            return ALL
        found |= one
    return frozenset(found)
