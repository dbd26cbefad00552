"""What names mean in the formulas and paths of an entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from engine.expressions import Scope, Type
from engine.fieldtypes.base import field_type
from engine.loading.builtin import ACTOR_FIELDS, USER, USER_FIELDS, engine_names, engine_type
from engine.metadata import Entity, Field, Organization

Path = tuple[str, ...]


class Known(Protocol):
    """Where entities are found: a Catalog, or one that is being built."""

    @property
    def entities(self) -> Mapping[str, Entity]:
        """All entities by name."""

    @property
    def organization(self) -> Organization | None:
        """The org tree."""


def step_type(known: Known, entity: str, name: str) -> Type | None:
    """Return the type of a field of an entity; None when there is none.

    Engine fields and the fields of `user` count.
    """
    if entity == USER:
        return USER_FIELDS.get(name)
    owner = known.entities.get(entity)
    if owner is None:
        return None
    own = owner.fields.get(name)
    if own is not None:
        return field_type(own.type).value_type(own)
    return engine_type(owner, name, known.organization)


def step_names(known: Known, entity: str) -> list[str]:
    """Return all names that may follow an entity."""
    if entity == USER:
        return list(USER_FIELDS)
    owner = known.entities.get(entity)
    return [*owner.fields, *engine_names(owner)] if owner else []


class EntityScope:
    """The names of an entity's formulas: its fields, paths over links and lines, `user.`.

    `record`, `old` and `ask` add those roots; `paths=False` leaves single fields only, as a
    condition inside the database needs.
    """

    def __init__(
        self,
        known: Known,
        entity: str,
        *,
        record: str = "",
        ask: Mapping[str, Field] | None = None,
        user: bool = True,
        old: bool = False,
        paths: bool = True,
    ) -> None:
        self.known = known
        self.entity = entity
        self._paths = paths
        self._roots: dict[str, Scope] = {}
        if user:
            self._roots["user"] = FixedScope(ACTOR_FIELDS)
        if old:
            self._roots["old"] = EntityScope(known, entity, user=False)
        if record:
            self._roots["record"] = EntityScope(known, record, user=False)
        if ask is not None:
            self._roots["ask"] = FixedScope(
                {name: field_type(one.type).value_type(one) for name, one in ask.items()}
            )

    def resolve(self, path: Path) -> Type | None:
        """Return the type at the end of a path."""
        root = self._roots.get(path[0])
        if root is not None:
            return root.resolve(path[1:]) if len(path) > 1 else None
        if len(path) > 1 and not self._paths:
            return None
        owner: str | None = self.entity
        kind: Type | None = None
        for name in path:
            kind = step_type(self.known, owner, name) if owner else None
            if kind is None:
                return None
            owner = kind.entity
        return kind

    def names(self, prefix: Path) -> Iterable[str]:
        """Return what may follow a prefix."""
        if not prefix:
            return [*step_names(self.known, self.entity), *self._roots]
        root = self._roots.get(prefix[0])
        if root is not None:
            return root.names(prefix[1:])
        kind = self.resolve(prefix) if self._paths else None
        return step_names(self.known, kind.entity) if kind and kind.entity else ()


class FixedScope:
    """A few names and no paths."""

    def __init__(self, fields: Mapping[str, Type]) -> None:
        self._fields = fields

    def resolve(self, path: Path) -> Type | None:
        """Return the type of the one name."""
        return self._fields.get(path[0]) if len(path) == 1 else None

    def names(self, prefix: Path) -> Iterable[str]:
        """Return all names at the beginning, none after it."""
        return () if prefix else tuple(self._fields)
