import threading
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Engine, text

from engine.metadata import Catalog
from engine.storage import (
    PlanChanged,
    PlanRefused,
    apply,
    latest_release,
    plan,
    releases,
    rollback,
    sources_of,
)
from tests.storage.schema_texts import Database, module

CatalogOf = Callable[..., Catalog]
TEXT = "type: text"


def test_a_release_keeps_texts_author_reason_and_steps(database: Database) -> None:
    catalog = database.catalog(name=TEXT)

    made = apply(database.connection, catalog, author="ann", reason="first")

    (kept,) = releases(database.connection)
    assert kept == made
    assert (kept.author, kept.reason, kept.digest) == ("ann", "first", catalog.digest)
    assert [step["text"] for step in kept.steps] == ["+ room table, 8 columns safe"]
    assert sources_of(database.connection, kept.id) == dict(catalog.sources)


def test_applying_twice_makes_one_release(database: Database) -> None:
    first = database.apply(name=TEXT)

    assert database.apply(name=TEXT) == first
    assert len(releases(database.connection)) == 1


def test_a_change_that_needs_no_ddl_is_a_release_too(database: Database) -> None:
    database.apply(name=TEXT)

    made = database.apply("list: {columns: [name]}", name=TEXT)

    assert made.steps == ()
    assert latest_release(database.connection) == made


def test_a_refused_plan_leaves_nothing_behind(database: Database) -> None:
    database.apply(name=TEXT, code=TEXT)
    database.fill("code", ["x", "y"])

    with pytest.raises(PlanRefused, match=r"room\.code text -> bigint lossy"):
        database.apply(name=TEXT, code="type: integer", extra=TEXT)

    assert len(releases(database.connection)) == 1
    assert database.values("code") == ["x", "y"]


def test_a_plan_that_no_longer_fits_is_not_run(database: Database) -> None:
    catalog = database.catalog(name=TEXT, code=TEXT)
    made = plan(database.connection, catalog)
    database.apply(name=TEXT)

    with pytest.raises(PlanChanged):
        apply(database.connection, catalog, made, author="test")


def test_rollback_brings_the_earlier_texts_and_keeps_the_data(database: Database) -> None:
    first = database.apply(name=TEXT, code=TEXT)
    database.apply(name=TEXT)
    database.fill("name", "a")

    back = rollback(database.connection, first.id, author="ann", reason="too early")

    assert back.restores == first.id
    assert back.digest == first.digest
    assert latest_release(database.connection) == back
    assert database.plan(name=TEXT, code=TEXT).is_empty


def test_rollback_to_an_unknown_release_is_an_error(database: Database) -> None:
    with pytest.raises(KeyError, match="no release 99"):
        rollback(database.connection, 99, author="ann")


def test_others_hear_of_a_release_once_it_is_committed(
    engine: Engine, database_url: str, catalog_of: CatalogOf
) -> None:
    plain_url = database_url.replace("+psycopg", "")
    with psycopg.connect(plain_url, autocommit=True) as listener:
        listener.execute("LISTEN wuye_release")
        with engine.begin() as connection:
            made = apply(connection, catalog_of(module({"room": {"name": TEXT}})), author="ann")
        heard = next(listener.notifies(timeout=5))

    assert heard.payload == str(made.id)


def test_two_at_once_apply_one_after_the_other(engine: Engine, catalog_of: CatalogOf) -> None:
    catalog = catalog_of(module({"room": {"name": TEXT}}))
    made: list[int] = []

    def work() -> None:
        with engine.begin() as connection:
            made.append(apply(connection, catalog, author="ann").id)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 3
    assert len(set(made)) == 1


def test_an_apply_is_undone_whole(engine: Engine, catalog_of: CatalogOf) -> None:
    catalog = catalog_of(module({"room": {"name": TEXT}}))

    with engine.connect() as connection:
        apply(connection, catalog, author="ann")
        connection.rollback()

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('room')")) is None
        assert releases(connection) == []
