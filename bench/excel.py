"""Excel out and in, each beside what a good programmer would write for the one table.

`python -m bench.excel out|limit_out|in|limit_in <rows>` runs one of them in this process and
prints the megabytes it took at its highest, which is how memory is measured.
"""

from __future__ import annotations

import gc
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from psycopg import sql
from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import Format, write_worksheet
from sqlalchemy import Connection, text

from bench.measure import Result, interleaved
from bench.world import catalog, url
from engine.access import SYSTEM
from engine.exchange.asked import Asked
from engine.exchange.exporting import written
from engine.exchange.importing.runs import begin, choose, find_import, run, suggest
from engine.records import Workspace
from engine.storage import FileStore, tables_of
from engine.storage.database import engine_for

OUT, IN = 100_000, 50_000
COLUMNS = (
    "no", "building", "owner", "floor", "kind", "state", "built_area", "inner_area",
    "charge_area", "price", "handed_over_on", "phone", "note", "coefficient", "active",
)  # fmt: skip
_KINDS = {"住宅": "home", "商舖": "shop", "辦公": "office"}
_STATES = {"已售": "sold", "空置": "free", "已租": "let"}


def results() -> Iterator[Result]:
    """Measure both ways, and the memory each takes for more rows."""
    with engine_for(url()).connect() as connection:
        out, best = interleaved(
            lambda: _rolled_back(connection, out_rows, OUT),
            lambda: _rolled_back(connection, limit_out, OUT),
            times=3, warm=1,
        )  # fmt: skip
        yield Result(f"Excel out, {OUT:,} × {len(COLUMNS)}", out / 1000, best / 1000, 1.5, "s")
        into, best = interleaved(
            lambda: _rolled_back(connection, in_rows, IN),
            lambda: _rolled_back(connection, limit_in, IN),
            times=3, warm=1,
        )  # fmt: skip
        note = "row errors, look-ups, audit"
        yield Result(f"Excel in, {IN:,} rows", into / 1000, best / 1000, 2.0, "s", note=note)
        into, best = interleaved(
            lambda: _rolled_back(connection, in_rows, IN),
            lambda: _rolled_back(connection, limit_with_history, IN),
            times=3, warm=0,
        )  # fmt: skip
        note = "against the same with a history of each row"
        yield Result("Excel in, both with history", into / 1000, best / 1000, 2.0, "s", note=note)
    yield from _memory()


def _memory() -> Iterator[Result]:
    quarter, whole = _megabytes("out", OUT // 4), _megabytes("out", OUT)
    note = f"{quarter:.0f} MB for a quarter of the rows"
    yield Result("Excel out, memory at its highest", whole, None, 30.0, "MB", note=note)
    quarter, whole = _megabytes("in", IN // 4), _megabytes("in", IN)
    best = _megabytes("limit_in", IN)
    note = f"{quarter:.0f} MB for a quarter of the rows"
    yield Result("Excel in, memory at its highest", whole, best, 2.0, "MB", note=note)


def _rolled_back(connection: Connection, do: Callable[[Connection, int], None], rows: int) -> None:
    transaction = connection.begin()
    try:
        do(connection, rows)
    finally:
        transaction.rollback()


def _megabytes(way: str, rows: int) -> float:
    command = [sys.executable, "-m", "bench.excel", way, str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


@cache
def _tables() -> Any:
    return tables_of(catalog())


def _work(connection: Connection) -> Workspace:
    now = datetime.now(UTC)
    return Workspace(
        catalog=catalog(), tables=_tables(), connection=connection, actor=SYSTEM, now=now
    )


def out_rows(connection: Connection, rows: int) -> None:
    """Export as a job of an export does."""
    asked = Asked(entity="room", columns=COLUMNS, where=f"id <= {rows}")
    with written(_work(connection), asked) as (path, count):
        if count != rows or Path(path).stat().st_size < rows:
            raise RuntimeError(f"{count} rows were written, not {rows}")


_ROWS = """
select r.no, b.name, o.name, r.floor, r.kind, r.state, r.built_area, r.inner_area, r.charge_area,
       r.price, r.handed_over_on, r.phone, r.note, r.coefficient, r.active
  from room r left join building b on b.id = r.building_id left join owner o on o.id = r.owner_id
 where r.id <= :rows order by r.id
"""


def limit_out(connection: Connection, rows: int) -> None:
    """Write the same rows from a cursor on the server, with nothing around."""
    flowing = text(_ROWS).execution_options(stream_results=True, yield_per=2_000)
    found = connection.execute(flowing, {"rows": rows})
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_worksheet((dict(zip(COLUMNS, row, strict=True)) for row in found), file.name)


@cache
def workbook(rows: int) -> bytes:
    """Return rooms as a customer would send them, with labels and names."""
    labels = ("房號", "樓宇", "業主", "樓層", "用途", "狀態", "建築面積", "套內面積", "計費面積",
              "單價", "交付日期", "電話", "備註", "係數", "有效")  # fmt: skip

    def lines() -> Iterator[dict[str, Any]]:
        for i in range(rows):
            area = 60 + i % 9000 / 100
            yield dict(zip(labels, (
                f"N{i}", f"{1 + i % 400}棟", f"業主{1 + i % 5000}", i % 30, list(_KINDS)[i % 3],
                list(_STATES)[i % 3], area, area - 10, area, 2.8, date(2020, 1, 1 + i % 28),
                f"138{i:08}", f"第{i}戶", 1.25, "是" if i % 7 else "否",
            ), strict=True))  # fmt: skip

    out = io.BytesIO()
    day = Format().set_num_format("yyyy-mm-dd")
    write_worksheet(lines(), out, sheet_name="房間", column_formats={"交付日期": day})
    return out.getvalue()


@cache
def _uploaded(rows: int) -> tuple[FileStore, int]:
    """Upload the workbook and say how it is to be read, as a person does before the job runs."""
    files = FileStore(tempfile.mkdtemp(prefix="wuye-bench-"))
    with engine_for(url()).begin() as connection:
        work = _work(connection)
        number = begin(work, files, "room", workbook(rows), "rooms.xlsx")
        one = find_import(work, files, number)
        choose(one, suggest(one)[0])
    return files, number


def in_rows(connection: Connection, rows: int) -> None:
    """Import as a job of an import does: read, understood, checked, written, kept."""
    files, number = _uploaded(rows)
    done = run(find_import(_work(connection), files, number), "commit")
    if done.row.options["counts"]["create"] != rows:
        raise RuntimeError(f"not all rows were written: {done.row.options['counts']}")


_COPIED = ("no", "building_id", "owner_id", *COLUMNS[3:])


_LIKE = """
create table limit_room (like room including all);
alter table limit_room add foreign key (building_id) references building;
alter table limit_room add foreign key (owner_id) references owner
"""


def limit_in(connection: Connection, rows: int) -> None:
    """Read, check each cell, and COPY into a like table; one error ends it, no history."""
    connection.execute(text(_LIKE))
    buildings = _ids(connection, "building")
    owners = _ids(connection, "owner")
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(rows)))
    driver: Any = connection.connection.driver_connection
    copied = sql.SQL(", ").join(map(sql.Identifier, _COPIED))
    statement = sql.SQL("COPY limit_room ({}) FROM STDIN").format(copied)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in book.get_sheet_by_index(0).to_python()[1:]:
            copy.write_row(_checked(row, buildings, owners))


_KEPT = """
create table limit_history (like wy_audit including all);
insert into limit_history (entity, event, record_id, snapshot, changes)
  select 'room', 'create', id, to_jsonb(limit_room), '{}' from limit_room
"""


def limit_with_history(connection: Connection, rows: int) -> None:
    """Do the same, and keep how each row came to be, as the law and the design want it."""
    limit_in(connection, rows)
    connection.execute(text(_KEPT))


def _ids(connection: Connection, table: str) -> dict[str, int]:
    return {name: i for i, name in connection.execute(text(f"select id, name from {table}"))}


def _checked(row: list[Any], buildings: dict[str, int], owners: dict[str, int]) -> list[Any]:
    built, inner = _number(row[6]), _number(row[7])
    if built < 0 or inner > built:
        raise ValueError("areas")
    if not isinstance(row[10], date) or not row[0]:
        raise ValueError("date or number")
    return [
        str(row[0]), buildings[row[1]], owners[row[2]], int(row[3]), _KINDS[row[4]],
        _STATES[row[5]], built, inner, _number(row[8]), _number(row[9]), row[10], str(row[11]),
        str(row[12]), _number(row[13]), {"是": True, "否": False}[row[14]],
    ]  # fmt: skip


def _number(cell: Any) -> Decimal:
    try:
        return Decimal(str(cell)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise ValueError(f"{cell!r} is no number") from None


def _alone(way: str, rows: int) -> None:
    """Run one way in this process; print the megabytes it took beyond what stood before."""
    do = {"out": out_rows, "limit_out": limit_out, "in": in_rows, "limit_in": limit_in}[way]
    if way == "in":
        _uploaded(1_000)
        _uploaded(rows)
    with engine_for(url()).connect() as connection:
        _rolled_back(connection, do, min(rows, 1_000))  # what is loaded once and stays
        before = _forget_peak()
        _rolled_back(connection, do, rows)
    print(_peak() - before)


def _forget_peak() -> float:
    """Let the kernel begin anew to note the highest memory; return what is held now."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    held = next(line for line in lines if line.startswith("VmHWM"))
    return int(held.split()[1]) / 1024


if __name__ == "__main__":
    _alone(sys.argv[1], int(sys.argv[2]))
