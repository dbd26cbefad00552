"""A billing run end to end against the plain INSERT … SELECT into the very same table.

`BENCH_ROOMS` makes it smaller. The limit writes price × area and nothing else that a run
does: no periods to find, no snapshot, no skip list, no totals; the same rows, indexes, keys
and the same unique key with ON CONFLICT.
"""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Iterator

from sqlalchemy import text

from bench.company import Company, company, settle
from bench.measure import Result

ROOMS, ITEMS = int(os.environ.get("BENCH_ROOMS", "200000")), 3
TIMES = int(os.environ.get("BENCH_TIMES", "3"))


def results() -> Iterator[Result]:
    """Measure computing a run, and publishing it."""
    with company(ROOMS, ITEMS) as made:
        bare = _bare(made)
        pairs = [(_limit(made), *_ours(made)) for _ in range(TIMES)]
    limit, ours, published, grown = (statistics.median(one) for one in zip(*pairs, strict=True))
    rows = f"{ROOMS * ITEMS:,} bills"
    note = f"{rows}; into a bare table {bare:.1f} s; memory +{grown:.0f} MB"
    yield Result("billing run, computed", ours, limit, 1.3, "s", note=note)
    yield Result("billing run, published", published, limit, 1.0, "s", note=rows)


def _limit(made: Company) -> float:
    return _timed_sql(made, _PLAIN.format(table="receivable"))


def _bare(made: Company) -> float:
    """Return what the same statement costs into a table with the unique key alone."""
    with made.engine.begin() as connection:
        connection.execute(text("create table bare (like receivable including identity)"))
        connection.execute(text("alter table bare add unique (room_fee_id, period_from, slot)"))
    spent = _timed_sql(made, _PLAIN.format(table="bare"), clear=False)
    with made.engine.begin() as connection:
        connection.execute(text("drop table bare"))
    return spent


def _timed_sql(made: Company, statement: str, *, clear: bool = True) -> float:
    run = made.run()
    began = time.perf_counter()
    with made.engine.begin() as connection:
        for item in made.items:
            connection.execute(text(statement), {"item": item, "run": run})
    spent = time.perf_counter() - began
    if clear:
        _clear(made)
    return spent


def _ours(made: Company) -> tuple[float, float, float]:
    """Return the seconds of computing and of publishing, and by how many MB the process grew."""
    run = made.run()
    memory, began = _peak_mb(), time.perf_counter()
    made.press("bill_run", "generate", run)
    made.work_off()  # so large a run is computed estate by estate, in the background
    computed = time.perf_counter() - began
    made.press("bill_run", "check", run)
    began = time.perf_counter()
    made.press("bill_run", "publish", run)
    made.work_off()
    published = time.perf_counter() - began
    _must_hold(made)
    _clear(made)
    return computed, published, _peak_mb() - memory


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _must_hold(made: Company) -> None:
    with made.engine.begin() as connection:
        found = connection.execute(text(_CHECK)).one()
    if found != (ROOMS * ITEMS, 0):
        raise RuntimeError(f"(bills, wrong amounts) is {tuple(found)}")


def _clear(made: Company) -> None:
    with made.engine.begin() as connection:
        connection.execute(text("truncate receivable, bill_skip cascade"))
    settle(made.engine)


_CHECK = """
select count(*), count(*) filter (where r.open <> round(p.price * room.charge_area, 2))
from receivable r join room on room.id = r.room_id
join fee_price p on p.fee_item_id = r.fee_item_id where r.state = 'published'
"""
_PLAIN = """
insert into {table} (no, bill_run_id, estate_id, room_id, payer_id, fee_item_id, room_fee_id, kind,
  period_from, period_to, slot, bill_on, due_on, price, quantity, months, amount, tax_rate, net,
  tax, reduced, received, open, late_fixed, late_received, late_reduced, state, pay_state,
  version, created_at, updated_at, scope_unit_id)
select 'B' || f.id, :run, r.estate_id, r.id, r.payer_id, f.fee_item_id, f.id, 'cyclic',
  '2026-06-01', '2026-06-30', 0, '2026-06-01', '2026-07-01', p.price, r.charge_area, 1,
  round(p.price * r.charge_area, 2), 6, round(p.price * r.charge_area / 1.06, 2),
  round(p.price * r.charge_area, 2) - round(p.price * r.charge_area / 1.06, 2),
  0, 0, 0, 0, 0, 0, 'draft', 'unpaid', 1, now(), now(), r.scope_unit_id
from room_fee f join room r on r.id = f.room_id join fee_price p on p.fee_item_id = f.fee_item_id
where f.fee_item_id = :item
on conflict (room_fee_id, period_from, slot) do nothing
"""
