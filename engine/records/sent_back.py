"""Values that came back as they were given out: a program may send a whole record again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.access import changeable_fields, masked_fields
from engine.fieldtypes import InvalidValue, field_type, mask
from engine.metadata import Field
from engine.records.covers import is_shown
from engine.records.engine_fields import field_of
from engine.records.workspace import Workspace

Old = Mapping[str, Any] | None


def is_sent_back(work: Workspace, entity: str, field: Field, raw: Any, old: Old) -> bool:
    """Tell whether a field holds only what its reader saw of the stored value.

    Of a field he does not see nothing is told, else its value could be guessed by trying.
    """
    if old is None or work.trusted or field.type == "lines":
        return False
    if not is_shown(work, entity, field.name):
        return False
    stored = old.get(field.name)
    if field.mask and stored is not None and raw == mask(field.mask, str(stored)):
        return True
    if field.name in masked_fields(work.catalog, work.actor, entity):
        return False
    open_ = changeable_fields(work.catalog, work.actor, entity, "change")
    if field.name in open_ and field.editable == "always":
        return False  # it may be set; whether it differs is seen later
    return _is_same(work, field, raw, stored)


def is_engine_value(work: Workspace, entity: str, name: str, raw: Any, old: Old) -> bool:
    """Tell whether one of the engine's own fields was only sent back as it stands."""
    if old is None:
        return False
    return _is_same(work, field_of(work.catalog, entity, name), raw, old.get(name))


def _is_same(work: Workspace, field: Field, raw: Any, stored: Any) -> bool:
    kind = field_type(field.type)
    try:
        value = kind.parse(field, raw, work.style)
    except InvalidValue:
        return False
    return bool(kind.to_wire(field, value) == kind.to_wire(field, stored))
