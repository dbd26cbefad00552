"""Checks of meaning, once every object is built; each reports all it finds."""

from __future__ import annotations

from engine.loading.checks.computed import check_cycles
from engine.loading.checks.fields import check_field_types, check_fields
from engine.loading.checks.flows import check_flow, check_flows
from engine.loading.checks.forms import check_form, check_page
from engine.loading.checks.lists import check_list
from engine.loading.checks.manifest import check_manifest
from engine.loading.checks.modules import check_modules
from engine.loading.checks.names import check_names
from engine.loading.checks.rights import check_rights
from engine.loading.checks.rules import check_buttons, check_rules
from engine.loading.checks.structure import check_structure
from engine.loading.draft import Draft
from engine.loading.paths import Paths

_PER_ENTITY = (
    check_structure,
    check_fields,
    check_cycles,
    check_rules,
    check_buttons,
    check_list,
    check_form,
    check_page,
    check_rights,
)


def check_meaning(draft: Draft) -> None:
    """Report everything that is well-formed and still makes no sense."""
    paths = Paths(draft)
    check_names(draft)
    check_manifest(draft, paths)
    check_modules(draft, paths)
    for name, entity in draft.entities.items():
        site = draft.site("entity", name)
        for check in _PER_ENTITY:
            check(draft, paths, entity, site)
    check_flows(draft, paths)


__all__ = ["check_field_types", "check_flow", "check_meaning"]
