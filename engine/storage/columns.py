"""The columns of an entity's table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import sql
from sqlalchemy import BigInteger, Column, DefaultClause, ForeignKey, Identity, Integer, text

from engine.fieldtypes.base import field_type
from engine.metadata import Entity, Field
from engine.storage.system_tables import MOMENT

USER = "user"  # the virtual entity over ab_user
_USER_KEY = "ab_user.id"
ENGINE_COLUMNS = {
    "id": "id",
    "version": "version",
    "created_at": "created_at",
    "created_by": "created_by",
    "updated_at": "updated_at",
    "updated_by": "updated_by",
    "scope_unit": "scope_unit_id",
}
_ON_DELETE = {"refuse": "RESTRICT", "clear": "SET NULL", "cascade": "CASCADE"}
_CONSTANT = frozenset({"number", "text", "boolean", "choice", "choices"})


def engine_columns() -> list[Column[Any]]:
    """Return what every table has, the scope apart.

    Who created and changed a record are no foreign keys: two more look-ups for each row
    double the time of a billing run. A trigger refuses to delete who ever did anything.
    """
    return [
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("version", Integer, nullable=False, server_default=text("1")),
        Column("created_at", MOMENT, nullable=False, server_default=text("now()")),
        Column("created_by", Integer),
        Column("updated_at", MOMENT, nullable=False, server_default=text("now()")),
        Column("updated_by", Integer),
    ]


def is_kept(field: Field) -> bool:
    """Tell whether the table has a column for the field."""
    return field_type(field.type).is_column and (field.compute is None or field.stored)


def field_columns(entity: Entity, field: Field) -> list[Column[Any]]:
    """Return a field's columns with keys, defaults and comments."""
    if not is_kept(field):
        return []
    columns = field_type(field.type).columns(field)
    required = is_always_required(entity, field)
    for column in columns:
        column.nullable = not required
        column.comment = str(field.label) or None
    if columns and field.type == "link":
        _make_link(entity, field, columns[0])
    elif len(columns) == 1:
        _set_default(columns[0], field)
    return columns


def is_always_required(entity: Entity, field: Field) -> bool:
    """Tell whether no saved record may lack the field, on whatever form it was made."""
    if not field.required or field.hidden or field.visible_when or field.required_when:
        return False
    return field.name not in set(_sometimes_shown(entity))


def _sometimes_shown(entity: Entity) -> Iterator[str]:
    for tab in entity.form.tabs:
        for section in tab.sections:
            if section.visible_when is not None:
                yield from section.fields


def _make_link(entity: Entity, field: Field, column: Column[Any]) -> None:
    target = field.options["to"]
    key = _USER_KEY if target == USER else f"{target}.id"
    is_line = field.name == entity.part_of
    action = "CASCADE" if is_line else _ON_DELETE[field.options["on_delete"]]
    column.append_foreign_key(ForeignKey(key, ondelete=action))


def _set_default(column: Column[Any], field: Field) -> None:
    """Give the column a default, for the set-based statements that do not name it."""
    kind = field_type(field.type)
    # A date's default may be 'today', which no column can keep.
    if field.default is None or kind.value_type(field).name not in _CONSTANT:
        return
    value = kind.parse(field, field.default)
    if value is not None:
        literal = sql.Literal(value).as_string().strip()
        column.server_default = DefaultClause(text(literal.replace(":", "\\:")))
