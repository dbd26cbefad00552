"""What stored files are called, for lists: read with the rows, never one by one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from engine.metadata import Field
from engine.storage.system_tables import wy_file

FILES = frozenset({"file", "image", "signature"})


def file_names(column: ColumnElement[Any], field: Field) -> ColumnElement[Any]:
    """Return the name of the file whose id a column holds; a list of names for several files.

    Names stand in the order of the ids; one that is gone has none.
    """
    if not field.options.get("multiple"):
        return select(wy_file.c.name).where(wy_file.c.id == column).scalar_subquery()
    ids = func.unnest(column).table_valued("id", with_ordinality="place").render_derived()
    names = select(func.array_agg(aggregate_order_by(wy_file.c.name, ids.c.place)))
    joined = ids.outerjoin(wy_file, wy_file.c.id == ids.c.id)
    return names.select_from(joined).scalar_subquery()
