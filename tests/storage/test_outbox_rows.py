from datetime import UTC, datetime
from decimal import Decimal

import psycopg
from sqlalchemy import Connection, Engine, select, update

from engine.storage import enqueue, wy_outbox


def test_work_is_left_with_its_arguments(connection: Connection) -> None:
    later = datetime(2026, 3, 9, 1, tzinfo=UTC)

    made = enqueue(connection, "bill.send", {"amount": Decimal("1.50")}, run_after=later)

    row = connection.execute(select(wy_outbox).where(wy_outbox.c.id == made)).one()
    assert row.arguments == {"amount": "1.50"}
    assert (row.state, row.attempts, row.run_after) == ("waiting", 0, later)


def test_a_key_keeps_one_open_row(connection: Connection) -> None:
    first = enqueue(connection, "bill.run", {}, key="2026-03")

    assert enqueue(connection, "bill.run", {}, key="2026-03") == first
    assert enqueue(connection, "bill.run", {}, key="2026-04") != first
    assert enqueue(connection, "bill.run", {}) != enqueue(connection, "bill.run", {})


def test_a_done_row_gives_its_key_free(connection: Connection) -> None:
    first = enqueue(connection, "bill.run", {}, key="2026-03")
    connection.execute(update(wy_outbox).values(state="done"))

    assert enqueue(connection, "bill.run", {}, key="2026-03") != first


def test_runners_are_woken_at_commit(engine: Engine, database_url: str) -> None:
    plain_url = database_url.replace("+psycopg", "")
    with psycopg.connect(plain_url, autocommit=True) as runner:
        runner.execute("LISTEN wuye_outbox")
        with engine.begin() as connection:
            enqueue(connection, "bill.send", {})
        heard = next(runner.notifies(timeout=5))

    assert heard.payload == "bill.send"
