from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from engine.metadata import Catalog
from engine.storage import (
    apply,
    history,
    record_change,
    record_many,
    record_rows,
    state_at,
    tables_of,
)
from engine.storage.snapshot import difference
from tests.storage.schema_texts import module

CatalogOf = Callable[..., Catalog]


def test_a_change_keeps_the_whole_and_the_difference(connection: Connection) -> None:
    record_change(
        connection,
        "bill",
        7,
        "change",
        before={"no": "B1", "amount": Decimal("10.50"), "note": None},
        after={"no": "B1", "amount": Decimal("12.00"), "note": None},
        actor_id=3,
        request_id="r1",
        ip="127.0.0.1",
        note="typing error",
    )

    (entry,) = history(connection, "bill", 7)
    assert entry.changes == {"amount": ("10.50", "12.00")}
    assert entry.snapshot == {"no": "B1", "amount": "12.00", "note": None}
    assert (entry.event, entry.actor_id, entry.note) == ("change", 3, "typing error")


def test_history_is_newest_first_and_pages(connection: Connection) -> None:
    for n in range(3):
        record_change(connection, "bill", 7, "change", before={"n": n}, after={"n": n + 1})
    record_change(connection, "bill", 8, "create", before=None, after={"n": 0})

    first = history(connection, "bill", 7, limit=2)
    rest = history(connection, "bill", 7, before_id=first[-1].id)

    assert [entry.snapshot["n"] for entry in first + rest] == [3, 2, 1]


def test_an_earlier_state_can_be_read_back(connection: Connection) -> None:
    record_change(connection, "bill", 7, "create", before=None, after={"n": 1})
    record_change(connection, "bill", 7, "delete", before={"n": 2}, after=None)
    deletion, creation = history(connection, "bill", 7)

    assert state_at(connection, "bill", 7, creation.id) == {"n": 1}
    assert state_at(connection, "bill", 7, deletion.id) == {"n": 2}
    with pytest.raises(KeyError):
        state_at(connection, "bill", 8, creation.id)


def test_many_changes_are_written_in_one_call(connection: Connection) -> None:
    changes = [(n, None, {"n": n}) for n in range(500)]

    assert record_many(connection, "bill", "create", changes, actor_id=1) == 500
    assert history(connection, "bill", 499)[0].changes == {"n": (None, 499)}


@pytest.mark.parametrize(
    "statement", ["UPDATE wy_audit SET note = 'x'", "DELETE FROM wy_audit", "TRUNCATE wy_audit"]
)
def test_the_trail_cannot_be_altered(connection: Connection, statement: str) -> None:
    record_change(connection, "bill", 7, "create", before=None, after={})

    with pytest.raises(IntegrityError, match="wy_audit is append-only"):
        connection.execute(text(statement))


def test_who_did_something_cannot_be_deleted(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO ab_user (id, first_name, last_name, username, email)"
            " VALUES (901, 'A', 'A', 'ann', 'a@x'), (902, 'B', 'B', 'ben', 'b@x')"
        )
    )
    record_change(connection, "bill", 7, "create", before=None, after={}, actor_id=901)

    connection.execute(text("DELETE FROM ab_user WHERE id = 902"))

    with pytest.raises(IntegrityError, match="deactivate the account"):
        connection.execute(text("DELETE FROM ab_user WHERE id = 901"))


def test_rows_written_by_one_statement_are_audited_by_one(
    connection: Connection, catalog_of: CatalogOf
) -> None:
    fields = {
        "name": "type: text",
        "price": "type: money",
        "subject": "type: any_link, to: [bill]",
        "up": "type: link, to: bill",
    }
    fields |= {f"n{n}": "type: integer" for n in range(60)}
    catalog = catalog_of(module({"bill": fields}))
    apply(connection, catalog, author="test")
    connection.execute(
        text(
            "INSERT INTO bill (name, price, n59)"
            " SELECT 'b' || n, n / 4.0, n FROM generate_series(1, 3) n"
        )
    )
    tables = tables_of(catalog)
    table = tables.table("bill")

    count = record_rows(connection, tables, "bill", "create", table.c.n59 > 1, actor_id=5)

    assert count == 2
    last = connection.scalar(table.select().where(table.c.n59 == 3).with_only_columns(table.c.id))
    (entry,) = history(connection, "bill", int(last or 0))
    assert entry.snapshot["price"] == "0.75"
    assert entry.snapshot["up"] is None
    assert entry.changes["n59"] == (None, 3)
    assert "up" not in entry.changes
    assert entry.actor_id == 5


def test_a_difference_tells_decimals_apart_by_their_digits() -> None:
    before = {"a": Decimal("1.0"), "gone": 1, "same": [1]}
    after = {"a": Decimal("1.00"), "new": 2, "same": [1]}

    assert difference(before, after) == {
        "a": ["1.0", "1.00"],
        "gone": [1, None],
        "new": [None, 2],
    }
