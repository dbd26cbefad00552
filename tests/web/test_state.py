"""What a process keeps between requests must not outlive the metadata it was made for."""

from __future__ import annotations

from sqlalchemy import Engine, NullPool, create_engine, text

from engine.jobs.catalogs import Catalogs
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage.database import engine_for
from engine.web.releases import apply_with_rights, newer_than
from engine.web.state import State, snapshot_of

MODULE = """
module: m
label: 甲
entities:
  notice: {label: 通告, fields: {pages: {type: %s, label: 頁數}}}
"""
MANIFEST = "product: {name: Test}\nroles: {staff: {label: 員工}}\ninclude: [m.yaml]\n"
READ = text("SELECT pages FROM notice")


def _catalog(kind: str) -> Catalog:
    return catalog_from_texts({"models.yaml": MANIFEST, "m.yaml": MODULE % kind})


def _release(url: str, kind: str) -> int:
    """Apply as another process does: over connections of its own."""
    other = create_engine(url, poolclass=NullPool)
    with other.begin() as connection:
        return apply_with_rights(connection, _catalog(kind), author="test")


def _pool(url: str) -> Engine:
    """Return two connections that take turns: one that rolls back forgets its plans by itself."""
    engine = engine_for(url, pool_size=2, max_overflow=0)
    with engine.begin() as one, engine.begin() as other:
        one.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
    return engine


def _read(engine: Engine) -> None:
    for _ in range(10):  # the driver keeps a plan from the third time on
        with engine.begin() as connection:
            connection.execute(READ).all()


def test_a_column_changed_by_another_process_stops_no_request(database_url: str) -> None:
    first = _release(database_url, "integer")
    engine = _pool(database_url)
    served = snapshot_of(_catalog("integer"), first)
    state = State(served, engine, lambda known: newer_than(engine, known))
    _read(engine)
    newer = _release(database_url, "decimal, scale: 2")

    assert state.refresh()
    assert state.current.release == newer
    _read(engine)
    engine.dispose()


def test_a_column_changed_by_another_process_stops_no_job(database_url: str) -> None:
    _release(database_url, "integer")
    engine = _pool(database_url)
    catalogs = Catalogs()
    with engine.begin() as connection:
        catalogs.current(connection)
    _read(engine)
    _release(database_url, "decimal, scale: 2")

    with engine.begin() as connection:
        catalogs.current(connection)
    _read(engine)
    engine.dispose()
