"""How what is stored differs from what somebody wanted to save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.extension import Conflict
from engine.fieldtypes import field_type
from engine.metadata import Entity
from engine.records.covers import covered, is_shown
from engine.records.workspace import Workspace


def conflict_of(
    work: Workspace, entity: Entity, old: Mapping[str, Any], given: Mapping[str, Any]
) -> Conflict:
    """Say how what is stored differs from what was sent, as far as the actor may see it."""
    differences = {}
    for name, raw in given.items():
        field = entity.fields.get(name)
        if field is None or field.type == "lines" or not is_shown(work, entity.name, name):
            continue
        kind = field_type(field.type)
        stored = kind.to_wire(field, old.get(name))
        if str(raw if raw is not None else "") != str(stored if stored is not None else ""):
            differences[name] = (covered(work, entity.name, field, stored), raw)
    return Conflict(differences=differences, current_version=old["version"])
