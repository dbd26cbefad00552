import threading
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text

from engine.storage import take_numbers

DAY = date(2026, 3, 9)


def _take(connection: Connection, pattern: str = "R{yyyy}-{n:4}", **options: object) -> list[str]:
    given = {"on_date": DAY, **options}
    return take_numbers(connection, "receipt.no", pattern, **given)  # type: ignore[arg-type]


def test_numbers_follow_each_other(connection: Connection) -> None:
    assert _take(connection) == ["R2026-0001"]
    assert _take(connection, count=2) == ["R2026-0002", "R2026-0003"]


def test_all_tokens_are_filled_in(connection: Connection) -> None:
    values = {"unit": "HQ", "code": 7, "room.no": "3-1"}

    (number,) = _take(connection, "{unit}{code:3}/{room.no}/{yy}{mm}{dd}-{n}", values=values)

    assert number == "HQ007/3-1/260309-1"


def test_each_office_counts_on_its_own(connection: Connection) -> None:
    pattern = "{unit}-{n:3}"
    for unit in ("A", "A", "B"):
        last = _take(connection, pattern, values={"unit": unit})

    assert last == ["B-001"]
    assert _take(connection, pattern, values={"unit": "A"}) == ["A-003"]


@pytest.mark.parametrize(
    ("reset", "day", "expected"),
    [
        ("year", date(2027, 1, 1), "1"),
        ("year", date(2026, 12, 31), "2"),
        ("month", date(2026, 4, 1), "1"),
        ("month", date(2026, 3, 31), "2"),
        ("day", date(2026, 3, 10), "1"),
        ("never", date(2031, 1, 1), "2"),
    ],
)
def test_a_new_period_begins_at_one(
    connection: Connection, reset: str, day: date, expected: str
) -> None:
    _take(connection, "{n}", reset=reset)

    assert _take(connection, "{n}", reset=reset, on_date=day) == [expected]


def test_a_number_may_outgrow_its_width(connection: Connection) -> None:
    _take(connection, "{n:1}", count=9)

    assert _take(connection, "{n:1}") == ["10"]


@pytest.mark.parametrize("pattern", ["R{yyyy}", "{unit}-{n}"])
def test_an_incomplete_pattern_is_refused(connection: Connection, pattern: str) -> None:
    with pytest.raises(ValueError, match="needs"):
        _take(connection, pattern)


def test_a_rolled_back_number_is_given_again(engine: Engine) -> None:
    with engine.connect() as connection:
        _take(connection)
        connection.rollback()

    with engine.begin() as connection:
        assert _take(connection) == ["R2026-0001"]


def test_who_waits_gets_the_number_of_who_gave_up(engine: Engine) -> None:
    got: list[str] = []

    def other() -> None:
        with engine.begin() as connection:
            got.extend(_take(connection))

    with engine.connect() as connection:
        assert _take(connection) == ["R2026-0001"]
        thread = threading.Thread(target=other)
        thread.start()
        _wait_for_a_lock(engine)
        assert got == []
        connection.rollback()
    thread.join(timeout=10)

    assert got == ["R2026-0001"]


def _wait_for_a_lock(engine: Engine) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(500):
            if connection.scalar(waiting):
                return
            connection.execute(text("SELECT pg_sleep(0.01)"))
    raise AssertionError("nobody waited")


def test_many_sessions_leave_no_hole_and_no_pair(engine: Engine) -> None:
    got: list[str] = []

    def work(offset: int) -> None:
        for n in range(20):
            with engine.connect() as connection:
                (number,) = _take(connection, "{n}")
                if (n + offset) % 4 == 0:
                    connection.rollback()
                else:
                    connection.commit()
                    got.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(int, got)) == list(range(1, 61))


def test_without_gap_free_nobody_waits_and_a_rollback_leaves_a_hole(engine: Engine) -> None:
    with engine.connect() as connection:
        assert _take(connection, gap_free=False) == ["R2026-0001"]
        with engine.connect() as other:
            assert _take(other, gap_free=False) == ["R2026-0002"]
        connection.rollback()

    with engine.connect() as connection:
        assert _take(connection, gap_free=False) == ["R2026-0003"]
