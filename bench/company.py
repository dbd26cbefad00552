"""A property company of any size in a database of its own, and a hand to press its buttons."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from bench.world import DATA
from engine.access import SYSTEM, ensure_access
from engine.jobs import Runner, Served
from engine.loading import load_catalog
from engine.metadata import Catalog
from engine.records import RecordService, Workspace
from engine.storage import Tables, apply, engine_for, tables_of
from engine.storage.server import ensure_server

NOON = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
ROOMS_IN_ESTATE = 5_000


@cache
def catalog() -> Catalog:
    """Return the real company's catalog."""
    return load_catalog(Path(__file__).parents[1])


@cache
def tables() -> Tables:
    """Return its tables."""
    return tables_of(catalog())


@dataclass(frozen=True, slots=True)
class Company:
    """An office with rooms that owe a few fee items a month."""

    engine: Engine
    office: int
    items: tuple[int, ...]

    def work(self, connection: Connection) -> Workspace:
        """Return a workspace of plugin code in a transaction."""
        return Workspace(
            catalog=catalog(), tables=tables(), connection=connection, actor=SYSTEM, now=NOON
        ).as_trusted()

    def press(self, entity: str, button: str, record_id: int) -> None:
        """Press a button in a transaction of its own."""
        with self.engine.begin() as connection:
            RecordService(self.work(connection)).press(entity, button, [record_id], {})

    def work_off(self) -> None:
        """Do what is left to the background, as the worker would."""
        runner = Runner(self.engine, lambda _: Served(catalog(), tables()))
        while runner.run_due():
            pass

    def run(self) -> int:
        """Make a draft run of the month over all items."""
        with self.engine.begin() as connection:
            values = {
                "unit": self.office,
                "bill_from": "2026-06-01",
                "bill_to": "2026-06-30",
                "items": [{"fee_item": item} for item in self.items],
            }
            return int(RecordService(self.work(connection)).create("bill_run", values)["id"])


@contextmanager
def company(rooms: int, items: int) -> Iterator[Company]:
    """Build a company and drop it afterwards."""
    name = f"bench_company_{secrets.token_hex(3)}"
    server = engine_for(ensure_server(DATA))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.execute(text(f'CREATE DATABASE "{name}"'))
        database = engine_for(server.url.set(database=name).render_as_string(hide_password=False))
        try:
            yield _filled(database, rooms, items)
        finally:
            database.dispose()
            admin.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _filled(database: Engine, rooms: int, items: int) -> Company:
    with database.begin() as connection:
        ensure_access(connection)
        apply(connection, catalog(), author="bench")
        found = _records(database, connection, rooms, items)
        for statement in _ROWS:
            connection.execute(text(statement), {"rooms": rooms, "size": ROOMS_IN_ESTATE})
    settle(database)
    return found


def _records(database: Engine, connection: Connection, rooms: int, items: int) -> Company:
    records = RecordService(Company(database, 0, ()).work(connection))

    def make(entity: str, **values: Any) -> int:
        return int(records.create(entity, values)["id"])

    group = make("org_unit", kind="group", code="G", name="集團")
    branch = make("org_unit", kind="branch", code="B", name="分公司", parent=group)
    office = make("org_unit", kind="office", code="O", name="管理處", parent=branch)
    for number in range((rooms - 1) // ROOMS_IN_ESTATE + 1):
        estate = make("estate", code=f"E{number}", name=f"{number}園", office=office,
                      kind="residential")  # fmt: skip
        make("building", estate=estate, no="1", name="1棟")
    made = []
    for number in range(items):
        made.append(make("fee_item", code=f"F{number}", name=f"費{number}", state="enabled"))
        price = f"{2 + number}.35"
        make("fee_price", fee_item=made[-1], price=price, effective_from="2020-01-01")
    return Company(database, office, tuple(made))


def settle(database: Engine) -> None:
    """Bring statistics and visibility up to date, as autovacuum would in time."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


_ROWS = (
    """
insert into owner (name, unit_id, scope_unit_id)
  select '業主' || i, e.unit_id, e.unit_id from generate_series(0, :rooms - 1) i
  join (select unit_id, row_number() over (order by id) - 1 as n from estate) e
    on e.n = i / :size order by i
    """,
    """
insert into room (estate_id, building_id, floor_no, no, full_no, charge_area, built_area, state,
                  payer_id, scope_unit_id)
  select b.estate_id, b.id, 1 + o.n / 20 % 30, o.n::text, '1-1-' || o.n, 60 + o.n % 9000 / 100.0,
         60 + o.n % 9000 / 100.0, 'occupied', o.id, o.unit_id
  from (select id, unit_id, row_number() over (order by id) - 1 as n from owner) o
  join estate e on e.unit_id = o.unit_id join building b on b.estate_id = e.id order by o.id
    """,
    """
insert into room_fee (room_id, fee_item_id, starts_on, quantity, scope_unit_id)
  select r.id, f.id, date '2020-01-01', 1, r.scope_unit_id from fee_item f cross join room r
  order by f.id, r.id
    """,
)
