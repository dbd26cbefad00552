"""How long `wuye demo` keeps its visitor waiting: company, accounts, eighteen months of bills."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url, text

from bench.measure import Result
from bench.world import DATA
from engine.cli._sample import load_demo
from engine.loading import load_catalog
from engine.storage.database import engine_for
from engine.storage.server import ensure_server
from engine.web.releases import apply_with_rights

_NAME = "bench_demo"


def results() -> Iterator[Result]:
    """Load the demo company into a fresh database."""
    DATA.mkdir(parents=True, exist_ok=True)
    server = ensure_server(DATA)
    alone = engine_for(server).execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {_NAME}"))
    url = make_url(server).set(database=_NAME).render_as_string(hide_password=False)
    catalog, engine = load_catalog(Path()), engine_for(url)
    with engine.begin() as connection:
        began = time.perf_counter()
        apply_with_rights(connection, catalog, author="bench")
        load_demo(connection, catalog, "bench-2026")
        taken = time.perf_counter() - began
        bills = connection.scalar(text("SELECT count(*) FROM receivable"))
    engine.dispose()
    with alone.connect() as connection:
        connection.execute(text(f"DROP DATABASE {_NAME} WITH (FORCE)"))
    yield Result("wuye demo in an empty database", taken, None, 25, "s", note=f"{bills} bills")
