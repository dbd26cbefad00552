"""A database with the small company, committed: jobs use connections of their own."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from engine.jobs import Runner, Served
from tests.exchange.world import build, catalog, tables
from tests.jobs.sample_jobs import CALLS, HOOK


@pytest.fixture(autouse=True)
def fresh() -> None:
    CALLS.clear()
    HOOK.run = None


@pytest.fixture
def company(engine: Engine) -> Engine:
    build(engine)
    return engine


@pytest.fixture
def runner(company: Engine) -> Runner:
    return Runner(company, lambda _: Served(catalog(), tables()), name="test")
