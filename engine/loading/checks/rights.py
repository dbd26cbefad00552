"""Rights by role."""

from __future__ import annotations

from engine.diagnostics import did_you_mean
from engine.loading.checks.manifest import check_role
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Entity, RoleRights
from engine.metadata.rights import ACTIONS


def check_rights(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check the roles, actions and fields that an entity's rights name."""
    for role, rights in entity.rights.by_role.items():
        here = site.down("rights", role)
        check_role(draft, role, here, key=True)
        _check_actions(draft, entity, here)
        _check_fields(draft, paths, entity, rights, here)
        if rights.rows == "department" and not entity.department:
            message = f"the rows 'department' need the key 'department' of '{entity.name}'"
            hint = "add `department:` with the path of links to the unit"
            draft.report(here.at("rows"), "missing-key", message, hint)
        if rights.rows == "unit" and here.has("rows") and not (entity.scope or entity.part_of):
            message = f"the rows 'unit' need the key 'scope' of '{entity.name}'"
            hint = "without a scope its records are shared by all: write `rows: all`"
            draft.report(here.at("rows"), "missing-key", message, hint)


def _check_actions(draft: Draft, entity: Entity, site: Site) -> None:
    written = site.value
    inner = site if isinstance(written, list) else site.down("can")
    allowed = (*ACTIONS, *entity.buttons)
    for position, action in enumerate(inner.value):
        if action not in allowed:
            message = f"'{action}' is neither an action nor a button of '{entity.name}'"
            hint = did_you_mean(action, allowed)
            draft.report(inner.at(position), "unknown-right", message, hint)


def _check_fields(
    draft: Draft, paths: Paths, entity: Entity, rights: RoleRights, site: Site
) -> None:
    for key in ("hide", "read_only", "reveal"):
        inner = site.down(key)
        for position, name in enumerate(inner.value if inner.has() else ()):
            found = paths.field(entity.name, name, inner.down(position))
            if found is not None and key == "reveal" and not found.mask:
                message = f"'{name}' is not masked, so there is nothing to reveal"
                hint = "add `mask:` to the field, or remove it here"
                draft.report(inner.at(position), "wrong-field", message, hint)
