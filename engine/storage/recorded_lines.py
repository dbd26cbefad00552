"""Writing a new row with its lines and its line in the trail: one statement for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Select,
    Table,
    Text,
    bindparam,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from engine.storage.recorded import bound_columns, given_json, kept_columns, with_trail

LINE = "_l_"  # before the names of a line's columns in the answer
_SNAPSHOTS, _ARRAY = "said", "a_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of one field of a record."""

    name: str  # the field's
    table: Table
    link: str  # the link to the record: its field; its column has _id after it
    columns: Sequence[str]  # that differ from line to line
    shared: Sequence[str]  # that are the record's too: who wrote it, when


def insertion_with_lines(table: Table, columns: Iterable[str], lines: Lines) -> Select[Any]:
    """Return what inserts a row and its lines, and yields a row for each line, in their order.

    Give it `given_columns` and `trail_of` for the row, and `given_lines`.
    """
    new = insert(table).values(bound_columns(table, columns)).returning(*kept_columns(table))
    above = new.cte("wy_new")
    below = _inserting(above, lines)
    shown = [column.label(LINE + column.name) for column in below.c]
    answer = select(*above.c, *shown).select_from(above.join(below, true())).order_by(below.c.id)
    said = _snapshots(above, below, lines)
    key, name = literal("id", Text()), literal(lines.name, Text())
    snapshot = func.jsonb_build_object(key, said.c.id, name, said.c.whole)
    whole = given_json("snapshot").op("||")(snapshot)
    return with_trail(answer, said, whole, given_json("changes"))


def given_lines(
    columns: Sequence[Mapping[str, Any]], snapshots: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the values of some lines: their columns, and what the trail says of each.

    Neither names the line's own number, nor its record's.
    """
    given: dict[str, Any] = {_ARRAY + n: [line[n] for line in columns] for n in columns[0]}
    return given | {_SNAPSHOTS: list(snapshots)}


def _inserting(above: CTE, lines: Lines) -> CTE:
    c = lines.table.c
    arrays = [bindparam(_ARRAY + name, type_=ARRAY(c[name].type)) for name in lines.columns]
    given = func.unnest(*arrays).table_valued(
        *lines.columns, with_ordinality="wy_place", name="wy_given"
    )
    rows = given.render_derived()
    values: dict[str, ColumnElement[Any]] = {f"{lines.link}_id": above.c.id}
    values |= {name: rows.c[name] for name in lines.columns}
    values |= {name: above.c[name] for name in lines.shared}
    chosen = select(*values.values()).select_from(above.join(rows, true()))
    written = insert(lines.table).from_select(list(values), chosen.order_by(rows.c.wy_place))
    return written.returning(*kept_columns(lines.table)).cte("wy_below")


def _snapshots(above: CTE, below: CTE, lines: Lines) -> CTE:
    """Return the row's id, and the lines as the trail has them, with the numbers they have got."""
    place = func.row_number().over(order_by=below.c.id).label("place")
    numbered = select(below.c.id, place).subquery("wy_numbered")
    elements = func.jsonb_array_elements(bindparam(_SNAPSHOTS, type_=JSONB()))
    given = elements.table_valued("value", with_ordinality="place", name="wy_said")
    said = given.render_derived()
    numbers = func.jsonb_build_object(
        literal("id", Text()), numbered.c.id, literal(lines.link, Text()), above.c.id
    )
    one = said.c.value.op("||")(numbers)
    whole = func.jsonb_agg(aggregate_order_by(one, said.c.place), type_=JSONB())
    joined = said.join(numbered, numbered.c.place == said.c.place).join(above, true())
    query = select(above.c.id, whole.label("whole")).select_from(joined)
    return query.group_by(above.c.id).cte("wy_whole")
