"""A small world of fields, and rows of it in Python and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Time,
    case,
    literal,
    select,
)

from engine.expressions import (
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    TIME,
    RowEnvironment,
    Type,
    aggregate_call,
    check,
    compile_python,
    parse,
)

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 9, 30, 17, 30, 15, tzinfo=UTC).astimezone(ZoneInfo(ZONE))  # 1 Oct, 01:30

TYPES: dict[tuple[str, ...], Type] = {
    ("area",): NUMBER,
    ("price",): NUMBER,
    ("floor_number",): NUMBER,
    ("code",): TEXT,
    ("remark",): TEXT,
    ("面積",): NUMBER,
    ("from",): DATE,
    ("due",): DATE,
    ("created_at",): DATETIME,
    ("opens",): TIME,
    ("paid",): BOOLEAN,
    ("kind",): Type("choice", options=("flat", "shop", "office")),
    ("tags",): Type("choices", options=("vip", "late", "new")),
    ("extra",): Type("json"),
    ("room",): Type("link", "room"),
    ("room", "building"): Type("link", "building"),
    ("room", "building", "name"): TEXT,
    ("room", "area"): NUMBER,
    ("unit",): Type("link", "unit"),
    ("user", "id"): Type("link", "user"),
    ("user", "unit"): Type("link", "unit"),
    ("user", "name"): TEXT,
    ("old", "area"): NUMBER,
    ("lines",): Type("lines", "line"),
    ("lines", "quantity"): NUMBER,
    ("lines", "price"): NUMBER,
    ("lines", "kind"): TEXT,
    ("lines", "day"): DATE,
    ("R",): NUMBER,
    ("X",): NUMBER,
}


class World:
    """The scope of the tests."""

    def resolve(self, path: tuple[str, ...]) -> Type | None:
        return TYPES.get(path)

    def names(self, prefix: tuple[str, ...]) -> Iterable[str]:
        size = len(prefix)
        return {p[size] for p in TYPES if len(p) > size and p[:size] == prefix}


ROW: dict[str, Any] = {
    "area": Decimal("130.70"),
    "price": Decimal("0.15"),
    "floor_number": 3,
    "code": "A-101",
    "remark": "",
    "面積": Decimal(88),
    "from": date(2026, 1, 31),
    "due": None,
    "created_at": datetime(2026, 9, 30, 17, 0, tzinfo=UTC),
    "opens": time(8, 30),
    "paid": False,
    "kind": "flat",
    "tags": ["vip"],
    "room": {"id": 7, "area": Decimal("89.50"), "building": {"id": 2, "name": "甲棟"}},
    "unit": 5,
    "lines": [
        {"quantity": 2, "price": Decimal("1.50"), "kind": "x", "day": date(2026, 2, 1)},
        {"quantity": 1, "price": Decimal("10"), "kind": "y", "day": None},
    ],
}
VARIABLES = {"R": Decimal("89.50"), "X": Decimal("1.2")}
USER = {"id": 1, "unit": 4, "name": "王"}
PARENTS = {5: 4, 4: 1}


def descends(linked: int, ancestor: int) -> bool:
    """Walk up the tree of units."""
    at: int | None = linked
    while at is not None and at != ancestor:
        at = PARENTS.get(at)
    return at == ancestor


def run(text: str, values: Mapping[str, Any] | None = None, *, strict: bool = False) -> Any:
    """Evaluate a formula in Python for the standard row with some values changed."""
    environment = RowEnvironment(
        values={**ROW, **(values or {})},
        now=NOW,
        user=USER,
        old={"area": Decimal(100)},
        variables={k: v for k, v in VARIABLES.items() if k not in (values or {})},
        descends=descends,
        strict=strict,
    )
    return compile_python(check(parse(text), World()))(environment)


METADATA = MetaData()

LINE = Table(
    "formula_line",
    METADATA,
    Column("record", Integer),
    Column("quantity", Integer),
    Column("price", Numeric),
    Column("kind", Text),
    Column("day", Date),
    prefixes=["TEMPORARY"],
)
RECORD = Table(
    "formula_record",
    METADATA,
    Column("id", Integer),
    Column("area", Numeric),
    Column("price", Numeric),
    Column("floor_number", Integer),
    Column("code", Text),
    Column("remark", Text),
    Column("from", Date),
    Column("due", Date),
    Column("created_at", DateTime(timezone=True)),
    Column("opens", Time),
    Column("paid", Boolean),
    Column("kind", Text),
    Column("tags", ARRAY(Text)),
    Column("unit", BigInteger),
    prefixes=["TEMPORARY"],
)


class LineColumns:
    """The SQL scope of a line."""

    today = NOW.date()
    now = NOW
    time_zone = ZONE

    def column(self, path: tuple[str, ...], kind: Type, /) -> ColumnElement[Any]:
        return LINE.c[path[0]]

    def aggregate(self, path: tuple[str, ...], build: Any, function: str) -> ColumnElement[Any]:
        raise AssertionError("lines have no lines")

    def child_of(self, path: tuple[str, ...], record_id: ColumnElement[Any]) -> ColumnElement[bool]:
        raise AssertionError("lines have no tree")


class RecordColumns(LineColumns):
    """The SQL scope of a record."""

    def column(self, path: tuple[str, ...], kind: Type, /) -> ColumnElement[Any]:
        if path[0] == "user":
            return literal(USER[path[1]])
        return RECORD.c[path[0]]

    def aggregate(self, path: tuple[str, ...], build: Any, function: str) -> ColumnElement[Any]:
        called = aggregate_call(function, *build(LineColumns()))
        lines = select(called).where(LINE.c.record == RECORD.c.id)
        return lines.correlate(RECORD).scalar_subquery()

    def child_of(self, path: tuple[str, ...], record_id: ColumnElement[Any]) -> ColumnElement[bool]:
        unit = self.column(path, Type("link"))
        return case((unit.is_not(None), (record_id == 1) | (unit == record_id)))


def store(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Put rows, with their lines, into the tables, which are empty."""
    plain = [{k: v for k, v in row.items() if k in RECORD.c} for row in rows]
    connection.execute(RECORD.insert(), [{**row, "id": i} for i, row in enumerate(plain)])
    lines = [{**line, "record": i} for i, row in enumerate(rows) for line in row["lines"]]
    if lines:
        connection.execute(LINE.insert(), lines)
