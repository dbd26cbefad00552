"""What is written at once: the row, its lines and the trail, which must all say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from engine.access import SYSTEM, ensure_access
from engine.extension import Invalid
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.records import RecordService, Workspace
from engine.records.trail import wire
from engine.storage import Tables, apply, engine_for, tables_of, wy_audit
from engine.storage.audit import changes_in
from engine.storage.snapshot import difference
from tests.access.test_identity import statements
from tests.records.conftest import As
from tests.records.test_writing import customer

MANIFEST = """
product: {name: {zh_Hant: 測試, en: Test}, languages: [zh_Hant, zh_Hans, en]}
include: [models/kinds.yaml]
"""
FIELDS = """
      title: {type: text, label: T}
      story: {type: long_text, label: T}
      count: {type: integer, label: T}
      area: {type: decimal, scale: 2, label: T}
      fine: {type: decimal, scale: 4, default_formula: area / 3, label: T}
      price: {type: money, label: T}
      share: {type: percent, label: T}
      day: {type: date, label: T}
      moment: {type: datetime, label: T}
      hour: {type: time, label: T}
      span: {type: duration, label: T}
      done: {type: boolean, default: false, label: T}
      kind: {type: choice, options: {a: A, b: B}, default: b, label: T}
"""
KINDS = f"""
module: kinds
label: T
entities:
  thing:
    label: T
    title: title
    fields:{FIELDS}
      kinds: {{type: multi_choice, options: {{a: A, b: B}}, label: T}}
      extra_data: {{type: json, label: T}}
      other: {{type: link, to: thing, label: T}}
      about: {{type: any_link, to: [thing], label: T}}
      double: {{type: money, compute: price * 2, stored: true, label: T}}
      parts: {{type: lines, of: part, by: thing, columns: [title], label: T}}
  part:
    label: T
    title: title
    part_of: thing
    fields:{FIELDS}
      thing: {{type: link, to: thing, required: true, on_delete: cascade, label: T}}
      other: {{type: link, to: thing, label: T}}
"""
VALUES: dict[str, Any] = {
    "title": 'He said "你好" \\ {}',
    "story": "one\ntwo",
    "count": 900719925474099,
    "area": "10",
    "price": "1234567.1",
    "share": "12.5",
    "day": "2024-02-29",
    "moment": "2026-06-15T08:09:10.987654+08:00",
    "hour": "07:05",
    "span": "90",
    "done": True,
}
MORE = {"kinds": ["b", "a"], "extra_data": {"a": [1, None, "x"]}, "kind": "a"}


@cache
def catalog() -> Catalog:
    return catalog_from_texts({"models.yaml": MANIFEST, "models/kinds.yaml": KINDS})


@cache
def tables() -> Tables:
    return tables_of(catalog())


@pytest.fixture(scope="module")
def engine(new_database: Callable[[], str]) -> Iterator[Engine]:
    made = engine_for(new_database())
    with made.begin() as connection:
        ensure_access(connection)
        apply(connection, catalog(), author="test")
    yield made
    made.dispose()


@pytest.fixture
def service(engine: Engine) -> Iterator[RecordService]:
    with engine.connect() as connection:
        now = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
        yield RecordService(
            Workspace(
                catalog=catalog(),
                tables=tables(),
                connection=connection,
                actor=SYSTEM,
                now=now,
                trusted=True,
            )
        )
        connection.rollback()


def stored(service: RecordService, record_id: int) -> Any:
    """Return the record as it is kept, as JSON carries it, read anew."""
    whole = service.get("thing", record_id)
    whole["parts"] = service.lines("thing", "parts", record_id)
    return wire(service.work, catalog().entity("thing"), whole)


def trail(service: RecordService, record_id: int) -> list[Any]:
    query = select(wy_audit).where(wy_audit.c.record_id == record_id).order_by(wy_audit.c.id)
    return [
        (row.snapshot, changes_in(row.event, row.snapshot, row.changes))
        for row in service.work.connection.execute(query)
    ]


@pytest.mark.parametrize("lines", [0, 1, 3])
@pytest.mark.parametrize("values", [VALUES | MORE, {"title": "all but empty"}])
def test_the_trail_of_a_new_record_is_what_is_stored(
    service: RecordService, values: dict[str, Any], lines: int
) -> None:
    first = service.create("thing", {"title": "first"})
    given = values | {"other": first["id"], "about": {"entity": "thing", "id": first["id"]}}
    if lines:
        parts = [VALUES | {"title": f"part {n}", "other": first["id"]} for n in range(lines)]
        given |= {"parts": parts}
    made = service.create("thing", given)

    kept = stored(service, made["id"])
    if not lines:
        del kept["parts"]
    [(snapshot, changes)] = trail(service, made["id"])
    assert snapshot == kept
    assert changes == difference(None, kept)
    assert [part["title"] for part in made.get("parts", [])] == [f"part {n}" for n in range(lines)]
    assert wire(service.work, catalog().entity("thing"), made) == kept


def test_the_trail_of_a_change_is_the_difference_of_what_is_stored(service: RecordService) -> None:
    made = service.create("thing", VALUES | MORE)
    before = stored(service, made["id"])
    service.change("thing", made["id"], {"price": "7.01", "kinds": [], "done": False, "day": None})

    after = stored(service, made["id"])
    del before["parts"], after["parts"]
    snapshot, changes = trail(service, made["id"])[-1]
    assert snapshot == after
    assert changes == difference(before, after)
    assert set(changes) == {"version", "price", "double", "kinds", "done", "day"}


def test_a_record_costs_one_statement_and_with_lines_one_more_for_their_links(
    service: RecordService,
) -> None:
    parts = [{"title": "a"}, {"title": "b"}]
    first = service.create("thing", {"title": "warm", "parts": parts})
    with statements(service.work.connection.engine) as alone:
        service.create("thing", VALUES | {"other": first["id"]})
    fresh = RecordService(replace(service.work, memo={}))
    with statements(service.work.connection.engine) as together:
        fresh.create("thing", VALUES | {"other": first["id"], "parts": parts})

    assert len(alone) == 1
    assert len(together) == 2


def test_what_the_database_refuses_of_a_line_is_said_of_the_line(service: RecordService) -> None:
    part = {"title": "a", "area": "1" * 15}
    with pytest.raises(Invalid):
        service.create("thing", {"title": "a", "parts": [part]})


def test_a_wrong_link_is_said_with_all_else_and_nothing_is_written(
    as_: As, connection: Connection
) -> None:
    clerk = as_(clerk=[2])
    customer(clerk)  # what was made once is used now
    count = select(func.count()).select_from(wy_audit)
    before = connection.scalar(count), connection.scalar(text("select count(*) from customer"))
    with pytest.raises(Invalid) as link:
        clerk.create("customer", {"name": "a", "unit": 99})
    with pytest.raises(Invalid) as both:
        clerk.create("customer", {"unit": 99})

    assert [p.field for p in link.value.problems] == ["unit"]
    assert {p.field for p in both.value.problems} == {"name", "unit"}
    after = connection.scalar(count), connection.scalar(text("select count(*) from customer"))
    assert after == before


def test_a_formula_sees_a_linked_record_that_was_changed_in_the_same_work(as_: As) -> None:
    clerk = as_(clerk=[2])
    owner = customer(clerk)
    lines = [{"item": "a", "price": "1"}]
    first = clerk.create("order", {"customer": owner["id"], "lines": lines})
    clerk.change("customer", owner["id"], {"city": "香港"})
    second = clerk.create("order", {"customer": owner["id"], "lines": lines})

    assert (first["city"], second["city"]) == ("廣州", "香港")
