"""A real PostgreSQL for the tests: one server a run, a database of its own for each test.

The server is `TEST_DATABASE_URL` when that is set (a role that may create databases), else
an embedded one that lives as long as the run. Workers of pytest-xdist share it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import Connection, Engine

import engine.documents
from engine.loading import catalog_from_texts
from engine.metadata import Catalog, Product, Text
from engine.storage.accounts import ensure_account_tables
from engine.storage.apply import run
from engine.storage.database import engine_for, psycopg_url
from engine.storage.plan import plan
from engine.storage.server import ensure_server, stop_server
from engine.web.releases import apply_with_rights
from tests.databases import Fill, Server, rolled_back
from tests.product import product

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
FilledDatabase = Callable[[str, Fill], str]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[_RUN] = f"wuye_test_{secrets.token_hex(4)}"
        folder = Path(tempfile.mkdtemp(prefix="wuye-test-"))
        folder.chmod(0o755)  # the server may run as another account
        os.environ[_FOLDER] = str(folder)
        _end_like_interrupted()


def _end_like_interrupted() -> None:
    """Let a run that is told to end stop its server, as one that is interrupted does."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        Server(psycopg_url(given), os.environ[_RUN]).drop_all()
    folder = Path(os.environ.pop(_FOLDER))
    stop_server(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server() -> Server:
    """The run's server."""
    given = os.environ.get("TEST_DATABASE_URL")
    url = psycopg_url(given or ensure_server(Path(os.environ[_FOLDER]), fast=True))
    return Server(url, os.environ[_RUN])


@pytest.fixture(scope="session")
def template_database(server: Server) -> str:
    """The name of a database with the engine's and Flask-AppBuilder's tables, and no entity."""
    return server.filled("empty", "template1", _fill_template)


def _fill_template(engine: Engine) -> None:
    nothing: MappingProxyType[str, object] = MappingProxyType({})
    catalog = Catalog(
        product=Product(name=Text()),
        organization=None,
        roles=nothing,  # type: ignore[arg-type]
        modules=nothing,  # type: ignore[arg-type]
        entities=nothing,  # type: ignore[arg-type]
    )
    with engine.begin() as connection:
        ensure_account_tables(connection)
        run(connection, plan(connection, catalog))


@pytest.fixture(scope="session")
def new_database(server: Server, template_database: str) -> NewDatabase:
    """A function that makes a database from the template and returns its URL.

    For suites that fill one database and roll every test back. They live as long as the run.
    """
    return lambda: server.at(server.copy(template_database))


@pytest.fixture(scope="session")
def filled_database(server: Server, template_database: str) -> FilledDatabase:
    """A function that makes a database that `fill` filled, and returns its URL.

    `fill(engine)` is called once a run for each `key`; every database of that key is a copy.
    """

    def make(key: str, fill: Fill) -> str:
        return server.at(server.copy(server.filled(key, template_database, fill)))

    return make


@pytest.fixture(scope="session")
def product_template(server: Server, template_database: str) -> str:
    """The name of a database with the tables and rights of models.yaml, to be copied."""
    return server.filled("product", template_database, _fill_product)


@pytest.fixture(scope="session")
def product_database(server: Server, product_template: str) -> NewDatabase:
    """A function that makes a database with the tables and rights of models.yaml."""
    return lambda: server.at(server.copy(product_template))


def _fill_product(engine: Engine) -> None:
    with engine.begin() as connection:
        apply_with_rights(connection, product(), author="test")


@pytest.fixture
def database_url(server: Server, template_database: str) -> Iterator[str]:
    """The URL of a database of this test's own, copied from the template."""
    name = server.copy(template_database)
    yield server.at(name)
    server.drop(name)


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
    with rolled_back(shared_engine) as opened:
        yield opened


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
