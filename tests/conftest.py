"""A real PostgreSQL for the tests: one cluster a run, a database of its own for each test.

The cluster is `TEST_DATABASE_URL` when that is set (a role that may create databases), else
an embedded one that lives as long as the run. Workers of pytest-xdist share it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text

from engine.loading import catalog_from_texts
from engine.metadata import Catalog, Product, Text
from engine.storage.accounts import ensure_account_tables
from engine.storage.apply import run
from engine.storage.database import engine_for, psycopg_url
from engine.storage.plan import plan
from engine.storage.server import ensure_server, stop_server

_RUN = "WUYE_TEST_RUN"  # names the run's template database
_FOLDER = "WUYE_TEST_FOLDER"  # where the run's cluster is
_MANIFEST = """\
product: {name: Test, languages: [zh_Hant, en]}
roles:
  staff: {label: Staff}
  clerk: {label: Clerk, includes: [staff]}
  manager: {label: Manager, includes: [staff]}
include: [models/test.yaml]
"""
_ORGANIZATION = "organization: {entity: org_unit, parent: parent}\n"

CatalogOf = Callable[..., Catalog]
NewDatabase = Callable[[], str]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[_RUN] = f"wuye_test_{secrets.token_hex(4)}"
        folder = Path(tempfile.mkdtemp(prefix="wuye-test-"))
        folder.chmod(0o755)  # the server may run as another account
        os.environ[_FOLDER] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        _drop(psycopg_url(given), os.environ[_RUN])
    folder = Path(os.environ.pop(_FOLDER))
    stop_server(folder)
    shutil.rmtree(folder)


def _on_server(url: URL) -> Engine:
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


def _drop(url: URL, name: str) -> None:
    with _on_server(url).connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def cluster_url() -> URL:
    """The server, at a database nobody works in."""
    given = os.environ.get("TEST_DATABASE_URL")
    return psycopg_url(given or ensure_server(Path(os.environ[_FOLDER]), fast=True))


@pytest.fixture(scope="session")
def template_database(cluster_url: URL) -> str:
    """The name of a database with the engine's and Flask-AppBuilder's tables, and no entity."""
    name = os.environ[_RUN]
    with _on_server(cluster_url).connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), {"name": name})
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(known, {"name": name}) is None:
            connection.execute(text(f'CREATE DATABASE "{name}_new"'))
            _fill_template(cluster_url.set(database=f"{name}_new"))
            connection.execute(text(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"'))
    return name


def _fill_template(url: URL) -> None:
    nothing: MappingProxyType[str, object] = MappingProxyType({})
    catalog = Catalog(
        product=Product(name=Text()),
        organization=None,
        roles=nothing,  # type: ignore[arg-type]
        modules=nothing,  # type: ignore[arg-type]
        entities=nothing,  # type: ignore[arg-type]
    )
    with create_engine(url, poolclass=NullPool).begin() as connection:
        ensure_account_tables(connection)
        run(connection, plan(connection, catalog))


@pytest.fixture(scope="session")
def new_database(cluster_url: URL, template_database: str) -> Iterator[NewDatabase]:
    """A function that makes a database from the template and returns its URL.

    For suites that fill one database once and roll every test back. They live as long as the
    run.
    """
    made: list[str] = []

    def make() -> str:
        made.append(_copy(cluster_url, template_database))
        return _url(cluster_url, made[-1])

    yield make
    for name in made:
        _drop(cluster_url, name)


def _copy(cluster_url: URL, template: str) -> str:
    name = f"{template}_{secrets.token_hex(4)}"
    with _on_server(cluster_url).connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    return name


def _url(cluster_url: URL, name: str) -> str:
    return cluster_url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def database_url(cluster_url: URL, template_database: str) -> Iterator[str]:
    """The URL of a database of this test's own, copied from the template."""
    name = _copy(cluster_url, template_database)
    yield _url(cluster_url, name)
    _drop(cluster_url, name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A pool of connections to this test's own database; what is committed stays in it."""
    found = engine_for(database_url)
    yield found
    found.dispose()


@pytest.fixture(scope="session")
def shared_engine(new_database: NewDatabase) -> Iterator[Engine]:
    """A database that this worker's tests share; each must roll back."""
    found = engine_for(new_database())
    yield found
    found.dispose()


@pytest.fixture
def connection(shared_engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back; far cheaper than `engine`."""
    with shared_engine.connect() as opened:
        opened.begin()
        yield opened
        opened.rollback()


@pytest.fixture(scope="session")
def catalog_of() -> CatalogOf:
    """A function from the text of one module to a catalog.

    `catalog_of(module, manifest="", **files)`: the usual manifest has the roles staff, clerk
    and manager, and the organization `org_unit` if the module has that entity.
    """

    def catalog(module: str, manifest: str = "", **files: str) -> Catalog:
        usual = _MANIFEST + (_ORGANIZATION if "\n  org_unit:" in module else "")
        texts = {"models.yaml": manifest or usual, "models/test.yaml": module, **files}
        return catalog_from_texts(texts)

    return catalog
