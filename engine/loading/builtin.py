"""The names that every project has: engine fields, the entity `user`, the acting person."""

from __future__ import annotations

from collections.abc import Mapping

from engine.expressions import DATETIME, NUMBER, TEXT, Type
from engine.metadata import Entity, Organization

USER = "user"
_LINK_TO_USER = Type("link", entity=USER)

ENGINE_FIELDS: Mapping[str, Type] = {
    "id": NUMBER,
    "version": NUMBER,
    "created_at": DATETIME,
    "created_by": _LINK_TO_USER,
    "updated_at": DATETIME,
    "updated_by": _LINK_TO_USER,
}
SCOPE_UNIT = "scope_unit"

# What a link to `user` leads to.
USER_FIELDS: Mapping[str, Type] = {"id": NUMBER, "name": TEXT, "login": TEXT, "email": TEXT}

# What `user.` means in a formula: the person who acts. The id may stand beside any link to a
# user and be put into one.
ACTOR_FIELDS: Mapping[str, Type] = {"id": _LINK_TO_USER, "name": TEXT, "login": TEXT}

# Roots of formulas; a field of such a name could not be told from them.
ROOTS = frozenset({"user", "old", "ask", "record"})
# Words of the formula language.
WORDS = frozenset(
    {"and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "null"}
    | {"lambda", "for", "async", "await", "yield"}
)


def engine_type(entity: Entity, name: str, organization: Organization | None) -> Type | None:
    """Return the type of an engine field, None when the entity has no such one."""
    if name == SCOPE_UNIT:
        scoped = bool(entity.scope) and organization is not None
        return Type("link", entity=organization.entity) if scoped and organization else None
    return ENGINE_FIELDS.get(name)


def engine_names(entity: Entity) -> list[str]:
    """Return the names of the entity's engine fields."""
    return [*ENGINE_FIELDS, *((SCOPE_UNIT,) if entity.scope else ())]
