"""Payment notices: 1,000 of six bills each with QR codes, from the database to one PDF."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst
from sqlalchemy import Connection, text

from bench.measure import Result
from bench.world import DATA
from engine.access import SYSTEM, ensure_access
from engine.documents import render, rendering
from engine.documents.fonts import all_fonts
from engine.loading import load_catalog
from engine.records import RecordService, Workspace
from engine.storage import apply, engine_for, tables_of
from engine.storage.server import ensure_server

NOTICES, BILLS, TIMES = 1_000, 6, 3
GOAL = 800  # pages a second
_ROOT = Path(__file__).parents[1]


def results() -> Iterator[Result]:
    """Measure the setting alone, and all of it with reading, QR codes and the log."""
    setting, whole = measured()
    yield Result("1,000 payment notices, set", NOTICES / setting, None, GOAL, "/s", at_least=True)
    yield Result("… with reading, QR codes and the log", whole, setting, 2.0, "s")


def measured() -> tuple[float, float]:
    """Return the median seconds of setting a batch, and of all a print does.

    Each turn has amounts of its own: Typst remembers what it has laid out before.
    """
    name = f"bench_notices_{secrets.token_hex(3)}"
    server = engine_for(ensure_server(DATA / "documents", fast=True))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.execute(text(f'CREATE DATABASE "{name}"'))
        url = server.url.set(database=name).render_as_string(hide_password=False)
        database = engine_for(url)
        try:
            with database.begin() as connection:
                return _measured(connection)
        finally:
            database.dispose()
            admin.execute(text(f'DROP DATABASE "{name}"'))


def _measured(connection: Connection) -> tuple[float, float]:
    work = _company(connection)
    ids = _notices(RecordService(work.as_trusted()))
    typst.compile(b"x", font_paths=all_fonts(), format="pdf")
    settings, wholes = [], []
    for turn in range(TIMES):
        connection.execute(
            text(
                "update receivable set amount = amount + :turn + id % 97 * 0.13,"
                " open = amount + :turn + id % 97 * 0.13"
            ),
            {"turn": turn * 1000},
        )
        spent = _timing()
        began = time.perf_counter()
        printed = render(replace(work, memo={}), "payment_notice", ids=ids)
        wholes.append(time.perf_counter() - began)
        settings.append(spent[-1])
        assert (printed.documents, printed.pages) == (NOTICES, NOTICES)
    return statistics.median(settings), statistics.median(wholes)


def _timing() -> list[float]:
    """Time what is set from here on; the list gets the seconds of each compile."""
    found: list[float] = []
    plain = getattr(rendering.typeset, "plain", rendering.typeset)

    def timed(*given: Any, **more: Any) -> bytes:
        began = time.perf_counter()
        made: bytes = plain(*given, **more)
        found.append(time.perf_counter() - began)
        return made

    timed.plain = plain  # type: ignore[attr-defined]
    rendering.typeset = timed
    return found


def _company(connection: Connection) -> Workspace:
    catalog = load_catalog(_ROOT)
    ensure_access(connection)
    apply(connection, catalog, author="bench")
    now = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
    return Workspace(
        catalog=catalog,
        tables=tables_of(catalog),
        connection=connection,
        actor=SYSTEM,
        now=now,
    )


def _notices(records: RecordService) -> list[int]:
    def make(entity: str, **values: Any) -> int:
        return int(records.create(entity, values)["id"])

    group = make("org_unit", kind="group", code="G", name="和泰物業服務集團有限公司",
                 phone="0755 8888 6666", address="深圳市南山區科苑路 15 號",
                 bank_name="招商銀行深圳南山支行", bank_account="7559 0000 1111 222")  # fmt: skip
    branch = make("org_unit", kind="branch", code="B", name="深圳分公司", parent=group)
    office = make("org_unit", kind="office", code="O", name="南山管理處", parent=branch)
    estate = make("estate", code="E1", name="翠園", office=office, kind="residential")
    building = make("building", estate=estate, no="3", name="3棟")
    unit = records.get("estate", estate)["unit"]
    items = [make("fee_item", code=f"F{i}", name=n, state="enabled")
             for i, n in enumerate(("物業管理費", "生活垃圾處理費", "公共照明分攤費"))]  # fmt: skip
    many = records.create_many
    owners = many("owner", [{"name": f"{'陳李王張歐陽'[i % 5]}大文{i}", "unit": unit}
                            for i in range(NOTICES)])  # fmt: skip
    rooms = many("room", [
        {"estate": estate, "building": building, "floor_no": 1 + i // 20, "no": f"{i % 20:02}",
         "full_no": f"3-1-{i:04}", "charge_area": f"{60 + i % 90}.50", "payer": owners[i],
         "built_area": f"{60 + i % 90}.50", "state": "occupied"}
        for i in range(NOTICES)
    ])  # fmt: skip
    bills = many("receivable", [
        _bill(i, n, estate, rooms[i], owners[i], items[n % 3])
        for i in range(NOTICES) for n in range(BILLS)
    ])  # fmt: skip
    made = many("notice", [
        {"no": f"TZ-E1-2026-{i:06}", "batch": "B1", "room": rooms[i], "payer": owners[i],
         "as_of": "2026-06-30", "current": f"{640 + i}.25", "arrears": f"{990 + i}.40",
         "late_fee": f"{i % 60}.35", "balance": "0.00", "total": f"{1630 + 2 * i}.65"}
        for i in range(NOTICES)
    ])  # fmt: skip
    many("notice_line", [
        {"notice": made[i // BILLS], "receivable": bill, "amount": f"{200 + i % 777}.10",
         "late_fee": f"{i % 40}.15"}
        for i, bill in enumerate(bills)
    ])  # fmt: skip
    return made


def _bill(i: int, n: int, estate: int, room: int, owner: int, item: int) -> dict[str, Any]:
    first = datetime(2026, 2 + n, 1, tzinfo=UTC).date()
    amount = Decimal(200 + (i * 7 + n) % 777)
    return {
        "no": f"ZD{i}-{n}", "estate": estate, "room": room, "payer": owner, "fee_item": item,
        "kind": "cyclic", "slot": 0, "period_from": first, "period_to": first + timedelta(27),
        "bill_on": first, "due_on": first + timedelta(14), "price": "2.5",
        "quantity": f"{60 + i % 90}.50", "amount": amount, "open": amount,
        "state": "published", "pay_state": "unpaid",
    }  # fmt: skip
