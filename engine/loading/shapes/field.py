"""What every field may say, whatever its type; each type adds its own options."""

from __future__ import annotations

from typing import Any

from engine.fieldtypes.base import FieldType
from engine.loading.shapes.parts import (
    EXTRA,
    Schema,
    choice,
    flag,
    formula,
    label,
    name,
    plain,
    record,
)

COMMON: dict[str, Schema] = {
    "type": {"type": "string", "description": "What kind of value it is."},
    "label": label(),
    "help": label("A sentence below the field."),
    "required": flag("A record cannot be saved without it."),
    "required_when": formula("Then a record cannot be saved without it."),
    "visible_when": formula("Only then it is shown and taken; else it keeps what it had."),
    "read_only": flag("Nobody types it; formulas, buttons and plugins set it."),
    "read_only_when": formula("Then nobody may change it."),
    "editable": choice("Until when people may type it.", "always", "on_create"),
    "default": {"description": "The value of a new record, as it is typed."},
    "default_formula": formula("The value of a new record, from `user.` and other fields."),
    "compute": formula("Always this; never typed in."),
    "stored": flag("A computed value is kept at each save, so that it can be indexed."),
    "fetch": name("A path such as 'owner.phone': copied when that link is set."),
    "unique": flag("No two records may have the same."),
    "index": flag("Searched often: the database keeps an index."),
    "mask": choice(
        "Shown masked without the right to reveal.",
        "",
        "phone",
        "id_number",
        "name",
        "email",
        "all",
    ),
    "renamed_from": name("The field's name before; its data is kept."),
    "hidden": flag("Kept, and shown nowhere."),
    "extra": EXTRA,
}


def field_schema(kind: FieldType) -> Schema:
    """Return the closed schema of a field of that type."""
    own: dict[str, Any] = plain(kind.schema)
    article = "an" if kind.name[0] in "aeiou" else "a"
    return record(
        f"{article} {kind.name} field",
        {**COMMON, **own, "type": {"const": kind.name}},
        ("type", "label", *kind.required_options),
        getattr(kind, "doc", ""),
    )
