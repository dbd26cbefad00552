"""Which fields of an entity an actor sees, changes, and sees in full."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.access.actor import Actor
from engine.access.rights import roles_granting
from engine.metadata import Catalog, Entity, Field, RoleRights

_NOTHING_SAID = RoleRights(can=frozenset())


def readable_fields(catalog: Catalog, actor: Actor, entity: str) -> frozenset[str]:
    """Return the fields the actor sees; what one role hides another may show."""
    return actor.once(
        ("readable", id(catalog), entity), lambda: _readable_fields(catalog, actor, entity)
    )


def seeing_only(catalog: Catalog, actor: Actor, entity: str, fields: frozenset[str]) -> Actor:
    """Return the same person, who sees these fields of one entity, whatever his roles say."""
    # other rights are the same, but another object: what is kept for a role is not his
    known = {("readable", id(catalog), entity): fields}
    return replace(actor, rights={**actor.rights}, known=known, prepared={})


def _readable_fields(catalog: Catalog, actor: Actor, entity: str) -> frozenset[str]:
    found = catalog.entity(entity)
    shown = frozenset(name for name, one in found.fields.items() if not one.hidden)
    if actor.is_unlimited:
        return shown
    rules = _rules(found, roles_granting(catalog, actor, entity, "read"))
    return _union(shown - rule.hide for rule in rules)


def changeable_fields(
    catalog: Catalog, actor: Actor, entity: str, action: str | None = None
) -> frozenset[str]:
    """Return the fields the actor may type into with the action 'create' or 'change'.

    Without an action: with one of the two.

    Says nothing about one record's state: `editable`, `read_only_when` and `lock_when` are
    for records to judge.
    """
    found = catalog.entity(entity)
    typed = frozenset(name for name, one in found.fields.items() if _is_typed(one))
    if actor.is_unlimited:
        return typed
    actions = (action,) if action else ("change", "create")
    roles = {role for one in actions for role in roles_granting(catalog, actor, entity, one)}
    rules = _rules(found, roles)
    return _union(typed - rule.hide - rule.read_only for rule in rules)


def masked_fields(catalog: Catalog, actor: Actor, entity: str) -> frozenset[str]:
    """Return the readable fields the actor only ever sees masked."""
    return actor.once(
        ("masked", id(catalog), entity),
        lambda: _with_mask(catalog, actor, entity) - revealable_fields(catalog, actor, entity),
    )


def revealable_fields(catalog: Catalog, actor: Actor, entity: str) -> frozenset[str]:
    """Return the masked fields the actor may have shown in full; each time is to be logged."""
    masked = _with_mask(catalog, actor, entity)
    if actor.is_unlimited:
        return masked
    rules = _rules(catalog.entity(entity), roles_granting(catalog, actor, entity, "read"))
    return _union((masked & rule.reveal) - rule.hide for rule in rules)


def may_reveal(catalog: Catalog, actor: Actor, entity: str, field: str) -> bool:
    """Tell whether the actor may see a masked field in full."""
    return field in revealable_fields(catalog, actor, entity)


def _with_mask(catalog: Catalog, actor: Actor, entity: str) -> frozenset[str]:
    fields = catalog.entity(entity).fields
    return frozenset(n for n in readable_fields(catalog, actor, entity) if fields[n].mask)


def _rules(entity: Entity, roles: Iterable[str]) -> list[RoleRights]:
    return [entity.rights.by_role.get(role, _NOTHING_SAID) for role in roles]


def _is_typed(field: Field) -> bool:
    return not (field.hidden or field.read_only or field.compute is not None)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
