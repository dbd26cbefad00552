"""Who may do what with an entity, as declared; the database may grant more or less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.metadata.expression import Formula

ACTIONS = (
    "read",
    "create",
    "change",
    "delete",
    "export",
    "import",
    "print",
    "bulk",
    "comment",
    "attach",
    "history",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRights:
    """What one role may do with one entity."""

    can: frozenset[str]  # of ACTIONS, and names of the entity's buttons
    rows: str = "unit"  # 'all', 'unit' (the role's units and below), 'own' or 'department'
    where: Formula | None = None  # rows must satisfy this too
    hide: frozenset[str] = frozenset()  # fields this role does not see
    read_only: frozenset[str] = frozenset()  # fields this role sees and may not change
    reveal: frozenset[str] = frozenset()  # masked fields it may reveal (each time is logged)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRights:
    """Rights by role name; a role that is not named has none."""

    by_role: Mapping[str, RoleRights] = field(default_factory=lambda: MappingProxyType({}))
