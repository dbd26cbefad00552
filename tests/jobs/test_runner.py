from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from engine.extension import Refused, job
from engine.jobs import Runner, Served
from engine.storage.outbox import cancel, enqueue
from tests.exchange.world import catalog, tables
from tests.jobs.sample_jobs import CALLS, HOOK


def left(engine: Engine, job_name: str, user: str | None = None, **arguments: Any) -> int:
    with engine.begin() as connection:
        found = None
        if user is not None:
            query = text("select id from ab_user where username = :login")
            found = connection.scalar(query, {"login": user})
        return enqueue(connection, job_name, arguments, user_id=found)


def row(engine: Engine, number: int) -> Any:
    with engine.connect() as connection:
        query = text("select * from wy_outbox where id = :id")
        return connection.execute(query, {"id": number}).one()


def owners(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("select count(*) from owner")) or 0)


def test_a_job_and_its_being_done_are_one_transaction(company, runner) -> None:
    number = left(company, "test.note", name="New")
    before = owners(company)

    assert runner.run_due() == 1

    assert row(company, number).state == "done"
    assert set(row(company, number).result) == {"owner"}
    assert owners(company) == before + 1


def test_a_failed_job_leaves_nothing_but_the_reason(company, runner) -> None:
    number = left(company, "test.note", name="New", fail=True)
    before = owners(company)

    runner.run_due()

    found = row(company, number)
    assert (found.state, found.attempts) == ("waiting", 1)
    assert "the post office is closed" in found.last_error
    assert owners(company) == before


def test_a_job_runs_with_the_rights_of_who_left_it(company, runner) -> None:
    seen: list[Any] = []
    HOOK.run = lambda context: seen.append(
        (context.asking.actor.login, [r["name"] for r in context.records.find("estate")])
    )
    left(company, "test.progress", "ann")
    left(company, "test.progress")

    runner.run_due()

    assert seen == [("ann", ["海濱花園"]), ("system", ["海濱花園", "南山苑"])]


def test_work_of_an_account_that_was_switched_off_is_not_done(company, runner) -> None:
    number = left(company, "test.note", "ann", name="New")
    with company.begin() as connection:
        connection.execute(text("update ab_user set active = false where username = 'ann'"))

    runner.run_due()

    assert (row(company, number).state, CALLS) == ("failed", [])


def test_a_refusal_is_final_at_once(company, runner) -> None:
    @job("test.refused")
    def refused(context: Any) -> None:
        raise Refused("Not you.")

    number = left(company, "test.refused")
    runner.run_due()

    assert (row(company, number).state, row(company, number).last_error) == ("failed", "Not you.")


def test_an_unknown_job_is_a_dead_letter_that_says_so(company, runner) -> None:
    number = left(company, "gone.job")

    runner.run_due()

    assert "gone.job" in row(company, number).last_error


def test_progress_is_seen_while_the_job_runs(company, runner) -> None:
    number = left(company, "test.progress")
    seen: list[Any] = []
    HOOK.run = lambda _: seen.append(row(company, number))

    runner.run_due()

    assert (seen[0].done, seen[0].total, seen[0].note) == (1, 2, "half")


def test_cancelling_a_running_job_rolls_back_what_it_wrote(company, runner) -> None:
    number = left(company, "test.progress")
    before = owners(company)

    def cancelled(context: Any) -> None:
        context.records.create("owner", {"name": "never"})
        with company.begin() as other:
            cancel(other, number)

    HOOK.run = cancelled
    runner.run_due()

    assert (row(company, number).state, owners(company)) == ("cancelled", before)


def test_a_row_taken_over_by_another_runner_is_finished_by_that_one_only(company, runner) -> None:
    number = left(company, "test.progress")
    other = Runner(company, lambda _: Served(catalog(), tables()), name="other")

    def fall_silent(context: Any) -> None:
        HOOK.run = None
        context.records.create("owner", {"name": "from the dead"})
        with company.begin() as connection:
            connection.execute(text("update wy_outbox set lease_until = now() - interval '1 s'"))
        other.run_due(1)

    before = owners(company)
    HOOK.run = fall_silent
    runner.run_due(1)

    assert row(company, number).state == "done"
    assert row(company, number).runner.startswith("other")
    assert owners(company) == before


def test_running_one_row_twice_does_it_once(company, runner) -> None:
    number = left(company, "test.note", name="New")

    assert [runner.run_one(number), runner.run_one(number)] == [True, False]
    assert len(CALLS) == 1


def test_metadata_is_read_from_the_release_when_nobody_gives_it(company) -> None:
    number = left(company, "test.note", name="New")

    Runner(company).run_due()

    assert row(company, number).state == "done"


def test_a_turn_of_a_schedule_is_left_once(company) -> None:
    from datetime import UTC, datetime, time
    from zoneinfo import ZoneInfo

    found = sys.modules["engine.jobs.schedules"]

    zone, now = ZoneInfo("Asia/Shanghai"), datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(found, "_schedules", {})
        found.schedule("test.often", every=timedelta(minutes=10))
        found.schedule("test.daily", at=time(8, 30))
        found.schedule("test.later", at=time(23, 0))
        counts = []
        for minutes in (0, 5, 11):
            with company.begin() as connection:
                moment = now + timedelta(minutes=minutes)
                counts.append(found.leave_due(connection, moment, zone))

    assert counts == [2, 0, 1]
    with pytest.raises(ValueError, match="every"):
        found.schedule("test.wrong")


def test_a_job_in_parts_keeps_what_is_done_and_goes_on_where_it_failed(company, runner) -> None:
    number = left(company, "test.parts", names=["A", "B", "C"])
    before = owners(company)

    def fail(context: Any) -> None:
        if context.arguments["names"][0] == "B":
            raise RuntimeError("the cable was pulled")

    HOOK.run = fail
    runner.run_due()
    stopped = row(company, number)
    assert (stopped.state, stopped.attempts, owners(company)) == ("waiting", 1, before + 1)
    assert (stopped.done, stopped.total, stopped.note) == (1, 3, "after A")
    assert stopped.arguments == {"names": ["B", "C"]}

    HOOK.run = None
    with company.begin() as connection:
        connection.execute(text("update wy_outbox set run_after = now()"))
    runner.run_due()

    assert (row(company, number).state, owners(company)) == ("done", before + 3)
    assert CALLS == ["A", "B", "B", "C"]


def test_a_job_in_parts_stops_between_two_when_it_is_cancelled(company, runner) -> None:
    number = left(company, "test.parts", names=["A", "B"])
    before = owners(company)
    runner.run_one(number)
    with company.begin() as connection:
        assert cancel(connection, number)

    runner.run_due()

    assert (row(company, number).state, owners(company)) == ("cancelled", before + 1)
