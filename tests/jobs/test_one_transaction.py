"""What a job writes and the note that it is done are kept together, or neither is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, Row, text

from engine.storage.outbox import enqueue
from tests.jobs.sample_jobs import HOOK


@pytest.fixture
def job(company: Engine) -> None:
    """A job that makes the owner `one`; what HOOK does comes after it."""
    with company.begin() as connection:
        enqueue(connection, "test.parts", {"names": ["one"]})


def stands(engine: Engine) -> Row[Any]:
    with engine.connect() as connection:
        return connection.execute(text("select * from wy_outbox")).one()


def owners(engine: Engine) -> Sequence[str]:
    with engine.connect() as connection:
        return connection.scalars(text("select name from owner where name = 'one'")).all()


def again(engine: Engine) -> None:
    """Let its pause be over."""
    with engine.begin() as connection:
        connection.execute(text("update wy_outbox set run_after = now()"))


@pytest.mark.parametrize("ended", ["rollback", "commit"])
def test_work_whose_transaction_ended_before_it_is_not_noted_as_done(
    company, runner, job, ended: str
) -> None:
    """However it ended: by the job's own SQL, or by a process that shares the connection."""

    def end(context: Any) -> None:
        HOOK.run = None  # at the first try only
        context.connection.exec_driver_sql(ended)

    HOOK.run = end
    runner.run_due()
    first = stands(company)
    assert first.state == "waiting"
    assert "not done in one transaction" in first.last_error
    assert owners(company) == (["one"] if ended == "commit" else [])

    again(company)
    runner.run_due()
    assert stands(company).state == "done"
    assert "one" in owners(company)


def test_a_runner_that_dies_between_its_work_and_the_commit_leaves_nothing(
    company, runner, job
) -> None:
    def die(context: Any) -> None:
        HOOK.run = None
        mine = context.connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
        with company.begin() as connection:
            connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": mine})

    HOOK.run = die
    runner.run_due()
    assert (stands(company).state, owners(company)) == ("waiting", [])

    again(company)
    runner.run_due()
    assert (stands(company).state, owners(company)) == ("done", ["one"])
