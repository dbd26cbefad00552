from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from engine.fieldtypes import field_types
from engine.metadata import Field
from tests.fieldtypes.field_samples import kind_of, make


def ddl(field: Field) -> list[str]:
    kind = kind_of(field)
    table = Table("t", MetaData(), *kind.columns(field), *kind.constraints(field))
    text = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    return [line.strip().rstrip(",").strip() for line in text.splitlines()[2:-2] if line.strip()]


@pytest.mark.parametrize(
    ("field", "lines"),
    [
        (
            make("text", min_length=2, max_length=9),
            [
                "f TEXT",
                "CONSTRAINT ck_f_max_length CHECK (char_length(f) <= 9)",
                "CONSTRAINT ck_f_min_length CHECK (char_length(f) >= 2)",
            ],
        ),
        (make("long_text"), ["f TEXT"]),
        (make("rich_text"), ["f TEXT"]),
        (
            make("integer", min=1, max=9),
            [
                "f BIGINT",
                "CONSTRAINT ck_f_min CHECK (f >= 1)",
                "CONSTRAINT ck_f_max CHECK (f <= 9)",
            ],
        ),
        (
            make("decimal", scale=3, min=0.5),
            ["f NUMERIC(14, 3)", "CONSTRAINT ck_f_min CHECK (f >= 0.5)"],
        ),
        (make("money"), ["f NUMERIC(16, 2)"]),
        (make("money", scale=6), ["f NUMERIC(16, 6)"]),
        (make("percent"), ["f NUMERIC(9, 2)"]),
        (make("boolean"), ["f BOOLEAN"]),
        (
            make("choice"),
            ["f TEXT", "CONSTRAINT ck_f_options CHECK (f IN ('new', 'in_use', 'gone'))"],
        ),
        (
            make("multi_choice"),
            ["f TEXT[]", "CONSTRAINT ck_f_options CHECK (f <@ ARRAY['new', 'in_use', 'gone'])"],
        ),
        (
            make("date", min="2020-01-31", max="today"),
            ["f DATE", "CONSTRAINT ck_f_min CHECK (f >= '2020-01-31')"],
        ),
        (make("time"), ["f TIME WITHOUT TIME ZONE"]),
        (make("datetime"), ["f TIMESTAMP WITH TIME ZONE"]),
        (
            make("duration", max=60),
            ["f INTEGER", "CONSTRAINT ck_f_max CHECK (f <= 60)"],
        ),
        (make("link"), ["f_id BIGINT"]),
        (make("link", to="user"), ["f_id INTEGER"]),
        (
            make("any_link"),
            [
                "f_entity TEXT",
                "f_id BIGINT",
                "CONSTRAINT ck_f_entity CHECK (f_entity IN ('room', 'owner'))",
                "CONSTRAINT ck_f_pair CHECK ((f_entity IS NULL) = (f_id IS NULL))",
            ],
        ),
        (make("file"), ["f BIGINT"]),
        (make("file", multiple=True), ["f BIGINT[]"]),
        (make("image", multiple=True), ["f BIGINT[]"]),
        (make("signature"), ["f BIGINT"]),
        (make("phone"), ["f TEXT"]),
        (make("id_number"), ["f TEXT"]),
        (make("series"), ["f TEXT"]),
        (make("json"), ["f JSONB"]),
        (make("choice", "order", options={"a": "甲"}), None),
    ],
)
def test_field_is_kept_in_postgresql_as(field: Field, lines: Any) -> None:
    if lines is None:
        lines = ['"order" TEXT', "CONSTRAINT ck_order_options CHECK (\"order\" IN ('a'))"]

    assert ddl(field) == lines


def test_lines_are_no_column() -> None:
    assert not kind_of(make("lines")).is_column
    assert kind_of(make("lines")).columns(make("lines")) == []


@pytest.mark.parametrize("name", field_types())
def test_columns_are_nullable_and_made_anew_for_each_table(name: str) -> None:
    field = make(name)
    kind = kind_of(field)

    first, second = kind.columns(field), kind.columns(field)

    assert all(column.nullable for column in first)
    assert not {id(column) for column in first} & {id(column) for column in second}
