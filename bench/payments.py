"""One payment at the counter, and a bank file of a thousand, against the same inserts in SQL.

The limits write the same rows of the ledger: payment, way, allocations, receipt, bills,
gap-free numbers. They ask no rights, check nothing, and keep no trail.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from sqlalchemy import text

from bench.company import Company, company, settle
from bench.measure import Result, interleaved
from engine.records import RecordService
from engine.records.contexts import Action
from engine.storage.database import psycopg_url
from plugins.charging.payments import Request, Way, take_payment

LINES = int(os.environ.get("BENCH_LINES", "1000"))
TURNS, ITEMS, FILES = 40, 2, 6
DAY = date(2026, 6, 30)


def results() -> Iterator[Result]:
    """Measure both."""
    spare = TURNS * 2 + 20
    with company(2 * FILES * LINES + 2 * spare, ITEMS) as made:
        run = made.run()
        for button in ("generate", "check", "publish"):
            made.press("bill_run", button, run)
            made.work_off()
        settle(made.engine)
        rooms = _rooms(made)
        alone = iter(rooms[: 2 * spare])
        with psycopg.connect(_plain_url(made), autocommit=True) as plain:
            plain.execute("create table counter as select 0 n")
            ours, limit = interleaved(
                lambda: _counter(made, next(alone)),
                lambda: _plain_counter(plain, next(alone)),
                times=TURNS,
            )
        yield Result("payment at the counter, two bills", ours, limit, 2.0)
        yield _bank(made, rooms[2 * spare :])


def _plain_url(made: Company) -> str:
    url = psycopg_url(made.engine.url.render_as_string(hide_password=False))
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _rooms(made: Company) -> list[dict[str, Any]]:
    query = """select r.id, r.full_no, r.payer_id, r.estate_id, r.scope_unit_id, sum(b.open) owed
      from room r join receivable b on b.room_id = r.id group by r.id order by r.id"""
    with made.engine.begin() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def _counter(made: Company, room: dict[str, Any]) -> None:
    with made.engine.begin() as connection:
        context = Action(made.work(connection), "", [], {})
        request = Request(payer=room["payer_id"], estate=room["estate_id"], room=room["id"],
                          ways=[Way("cash", room["owed"])], paid_on=DAY)  # fmt: skip
        taken = take_payment(context, request)
    if taken.payment["surplus"]:
        raise RuntimeError("the payment did not fit the bills")


def _plain_counter(connection: psycopg.Connection[Any], room: dict[str, Any]) -> None:
    with connection.transaction():
        bills = connection.execute(
            "select id, open from receivable where payer_id = %s and open > 0 order by id"
            " for update", (room["payer_id"],),
        ).fetchall()  # fmt: skip
        number = _number(connection)
        values = {**room, "no": f"X{number}", "day": DAY}
        (payment,) = connection.execute(_PAYMENT, values).fetchone() or (0,)
        connection.execute("insert into payment_way (payment_id, way, amount)"
                           " values (%s, 'cash', %s)", (payment, room["owed"]))  # fmt: skip
        for bill, amount in bills:
            connection.execute(_SETTLE, (amount, amount, DAY, bill))
            connection.execute(_ALLOCATE, (bill, payment, amount, DAY, room["scope_unit_id"]))
        values = {**room, "no": f"Y{_number(connection)}", "day": DAY, "payment": payment}
        connection.execute(_RECEIPT, values)


def _number(connection: psycopg.Connection[Any]) -> int:
    """Take a gap-free number the plain way: a counter row."""
    found = connection.execute("update counter set n = n + 1 returning n").fetchone()
    assert found is not None
    return int(found[0])


_PAYMENT = """insert into payment (no, estate_id, room_id, payer_id, paid_on, channel, total,
  applied, late_fee, surplus, refunded, state, scope_unit_id) values (%(no)s, %(estate_id)s, %(id)s,
  %(payer_id)s, %(day)s, 'counter', %(owed)s, %(owed)s, 0, 0, 0, 'posted', %(scope_unit_id)s)
  returning id"""
_SETTLE = """update receivable set received = received + %s, open = open - %s, pay_state = 'paid',
  settled_on = %s where id = %s"""
_ALLOCATE = """insert into allocation (receivable_id, payment_id, kind, amount, late_fee, on_date,
  is_reversed, scope_unit_id) values (%s, %s, 'payment', %s, 0, %s, false, %s)"""
_RECEIPT = """insert into receipt (no, estate_id, payment_id, payer_id, issued_on, kind, amount,
  printed, state, scope_unit_id) values (%(no)s, %(estate_id)s, %(payment)s, %(payer_id)s,
  %(day)s, 'receipt', %(owed)s, 0, 'issued', %(scope_unit_id)s)"""


def _bank(made: Company, rooms: list[dict[str, Any]]) -> Result:
    """Post files of the same size turn by turn, ours and the limit's; the first pair warms up."""
    spent: list[list[float]] = [[], []]
    for turn in range(2 * FILES):
        file = _file(made, rooms[turn * LINES : (turn + 1) * LINES])
        settle(made.engine)
        began = time.perf_counter()
        if turn % 2 == 0:
            made.press("bank_file", "confirm", file)
        else:
            with made.engine.begin() as connection:
                for statement in _SET_WISE:
                    connection.execute(text(statement), {"file": file, "day": DAY})
        spent[turn % 2].append((time.perf_counter() - began) * 1000)
        _must_be_posted(made, file)
    ours, limit = (statistics.median(one[1:]) for one in spent)
    return Result(f"bank file of {LINES}, set-wise", ours, limit, 2.0,
                  note=f"{ours / LINES:.2f} ms each")  # fmt: skip


def _file(made: Company, rooms: list[dict[str, Any]]) -> int:
    with made.engine.begin() as connection:
        values = {"unit": made.office, "paid_on": DAY}
        file = int(RecordService(made.work(connection)).create("bank_file", values)["id"])
        rows = [
            {"file": file, "position": number, "no": room["full_no"], "amount": room["owed"],
             "room": room["id"]}
            for number, room in enumerate(rooms, start=1)
        ]  # fmt: skip
        connection.execute(text(_LINES), rows)
        connection.execute(text("update bank_file set state = 'matched' where id = :id"),
                           {"id": file})  # fmt: skip
    return file


def _must_be_posted(made: Company, file: int) -> None:
    query = """select count(*), sum(b.open), count(distinct p.no) from bank_line l
      join payment p on p.id = l.payment_id join allocation a on a.payment_id = p.id
      join receivable b on b.id = a.receivable_id where l.bank_file_id = :file"""
    with made.engine.begin() as connection:
        found = tuple(connection.execute(text(query), {"file": file}).one())
    if found != (LINES * ITEMS, Decimal(0), LINES):
        raise RuntimeError(f"(allocations, open, numbers) is {found}")


_LINES = """insert into bank_line (bank_file_id, position, room_no, amount, room_id, state)
  values (:file, :position, :no, :amount, :room, 'matched')"""
_SET_WISE = (
    """insert into payment (no, estate_id, room_id, payer_id, paid_on, channel, total, applied,
      late_fee, surplus, refunded, state, request_key, scope_unit_id)
    select 'Z' || l.id, r.estate_id, r.id, r.payer_id, :day, 'bank_file', l.amount, l.amount, 0, 0,
      0, 'posted', l.id::text, r.scope_unit_id
    from bank_line l join room r on r.id = l.room_id where l.bank_file_id = :file""",
    """update bank_line l set payment_id = p.id, state = 'posted' from payment p
    where l.bank_file_id = :file and p.request_key = l.id::text""",
    """insert into payment_way (payment_id, way, amount, reference)
    select payment_id, 'debit', amount, reference from bank_line where bank_file_id = :file""",
    """insert into allocation (receivable_id, payment_id, kind, amount, late_fee, on_date,
      is_reversed, scope_unit_id)
    select b.id, p.id, 'payment', b.open, 0, :day, false, b.scope_unit_id
    from bank_line l join payment p on p.id = l.payment_id
    join receivable b on b.payer_id = p.payer_id and b.open > 0 where l.bank_file_id = :file""",
    """update receivable b set received = b.received + a.amount, open = b.open - a.amount,
      pay_state = 'paid', settled_on = :day
    from allocation a join bank_line l on l.payment_id = a.payment_id
    where a.receivable_id = b.id and l.bank_file_id = :file""",
    """insert into receipt (no, estate_id, payment_id, payer_id, issued_on, kind, amount, printed,
      state, scope_unit_id)
    select 'W' || p.id, p.estate_id, p.id, p.payer_id, :day, 'receipt', p.total, 0, 'issued',
      p.scope_unit_id
    from bank_line l join payment p on p.id = l.payment_id where l.bank_file_id = :file""",
    "update bank_file set state = 'confirmed' where id = :file",
)
