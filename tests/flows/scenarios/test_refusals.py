"""What is refused, by name, and changes nothing; and requests that come twice (rule 18)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy.exc import DBAPIError

from engine.diagnostics import InvalidMetadata
from engine.extension import NotFound
from engine.flows.core.commands import Command, names
from engine.flows.core.refusals import MESSAGES, FlowRefused
from engine.flows.service import FlowService
from tests.flows.company import catalog_with
from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.sound import snapshot
from tests.flows.story import tell

TWO = flow("- {step: a, who: user:bob}\n- {step: b, who: user:fay}\n- {step: c, who: user:gus}")


def test_what_nobody_may_do(on: OnStage) -> None:
    game = on(t=TWO)
    tell(game, "ann submits")
    before = snapshot(game.connection)
    for name in ("", "no_such_action", "finish", "APPROVE", "__init__"):
        with pytest.raises(FlowRefused) as refused:
            game.do(name, "bob")
        assert refused.value.code == "unknown_action"
    for task in (0, 99, -1, None):
        with pytest.raises(FlowRefused) as refused:
            game.do("approve", "bob", task=task)
        assert refused.value.code == "not_your_task"
    for case in (0, 10**9):
        with pytest.raises(NotFound):
            FlowService(game.work("bob")).act(case, Command(name="approve", task=1))
    with pytest.raises(NotFound):
        FlowService(game.work("bob")).act_on_task(10**9, Command(name="approve"))
    with pytest.raises(NotFound):
        FlowService(game.work("ann")).start("request", 10**9)
    with pytest.raises(NotFound):
        game.submit("ann", action="no_such_action")
    assert snapshot(game.connection) == before


def test_a_stranger_a_second_time_and_too_late(on: OnStage) -> None:
    tell(
        on(t=TWO),
        """
        ann submits
        zoe approves              => refused: not_your_task
        fay approves              => refused: not_your_task
        ann approves              => refused: not_your_task
        adm approves              => refused: not_your_task
        bob approves
        bob approves              => refused: already_done
        bob rejects               => refused: already_done
        bob returns               => refused: already_done
        bob transfers to zoe      => refused: already_done
        bob delegates to zoe      => refused: already_done
        bob abstains              => refused: already_done
        fay approves
        gus approves              => status: approved
        gus approves              => refused: already_done
        ann withdraws             => refused: not_running
        adm terminates            => refused: not_running
        adm jumps to a            => refused: not_running
        adm suspends              => refused: not_running
        adm resumes               => refused: not_running
        adm hands_over bob zoe    => refused: not_running
        adm removes bob           => refused: not_running
        ann urges                 => refused: not_running
        event paid                => refused: not_running
        gus takes_back            => refused: not_running
        """,
    )


@pytest.mark.parametrize("name", sorted(set(names()) - {"comment", "copy"}))
def test_a_person_of_no_concern_can_do_nothing_at_all(on: OnStage, name: str) -> None:
    game = on(t=TWO)
    tell(game, "ann submits")
    before = snapshot(game.connection)
    data = {"visit": 1, "tasks": [1], "leaver": game.users["bob"], "steps": {}}
    with pytest.raises(FlowRefused) as refused:
        game.do(name, "zoe", task=1, target="b", users=["wes"], mode="with", data=data)
    assert refused.value.code in MESSAGES
    assert snapshot(game.connection) == before


@pytest.mark.parametrize("name", sorted(names()))
def test_nonsense_is_refused_and_never_breaks(on: OnStage, name: str) -> None:
    """Every command with everything missing or wrong, by everybody."""
    game = on(t=TWO)
    tell(game, "ann submits")
    before = snapshot(game.connection)
    given = (
        {},
        {"task": 1, "users": [], "target": "nowhere", "mode": "sideways"},
        {"task": 1, "data": {"visit": 99, "tasks": [99], "leaver": 99}},
        {"task": 1, "data": {"visit": "x", "tasks": [[]], "leaver": {}, "chosen": 5, "steps": 7}},
        {"task": 1, "data": {"tasks": "12", "chosen": {"b": "bob", "": None}}},
    )
    for more in given:
        for login in ("ann", "bob", "zoe", "adm"):
            nested = game.connection.begin_nested()
            with suppress(FlowRefused):  # any other error is a defect
                game.do(name, login, **{"task": None, **more})
                nested.rollback()
            assert snapshot(game.connection) == before


def test_the_same_request_twice_is_one_decision(on: OnStage) -> None:
    game = on(t=TWO)
    first = FlowService(game.work("ann")).start("request", game.request, request_id="r1")
    second = FlowService(game.work("ann")).start("request", game.request, request_id="r1")
    game.case = first.case_id
    assert (second.again, second.case_id, second.seq) == (True, first.case_id, 1)
    done = game.do("approve", "bob", request_id="r2")
    before = snapshot(game.connection)
    again = game.do("approve", "bob", on="a", request_id="r2")
    assert (again.again, again.seq, again.status) == (True, done.seq, done.status)
    assert snapshot(game.connection) == before
    # the answer is the first one, whatever has happened since
    game.do("approve", "fay", request_id="r3")
    assert game.do("approve", "bob", on="a", request_id="r2").seq == done.seq
    # another case has requests of its own
    game.new()
    other = FlowService(game.work("ann")).start("request", game.request, request_id="r1")
    assert not other.again


def test_the_log_cannot_be_changed(on: OnStage) -> None:
    game = on(t=TWO)
    tell(game, "ann submits")
    for statement in (
        "update wy_flow_log set comment = 'other'",
        "delete from wy_flow_log",
        "truncate wy_flow_log",
    ):
        nested = game.connection.begin_nested()
        with pytest.raises(DBAPIError):
            game.connection.exec_driver_sql(statement)
        nested.rollback()


def test_what_is_logged(on: OnStage) -> None:
    game = on(t=flow("- {step: a, who: user:bob, edit: [note]}\n- {step: b, who: user:fay}"))
    tell(
        game,
        """
        ann submits
        bob approves note=fine request=r7
        fay returns to a
        """,
    )
    query = "select * from wy_flow_log where case_id = %s order by seq"
    submit, approve, back = game.connection.exec_driver_sql(query, (game.case,)).mappings()
    names_of = {v: k for k, v in game.users.items()}
    assert [names_of[row["actor_id"]] for row in (submit, approve, back)] == ["ann", "bob", "fay"]
    assert (submit["from_status"], submit["to_status"]) == ("", "running")
    assert (approve["step"], approve["comment"], approve["request_id"]) == ("a", "so", "r7")
    assert approve["changes"] == {"note": [None, "fine"]}
    assert (back["command"], back["step"], back["target"]) == ("return", "b", "a")
    assert all(row["at"] == game.now for row in (submit, approve, back))
    kept = "select text from wy_flow_definition where digest = %s"
    text = game.connection.exec_driver_sql(kept, (approve["digest"],)).scalar_one()
    assert text == game.catalog.sources["workflows/t.yaml"]


@pytest.mark.parametrize(
    ("rule", "approve", "reject"),
    [("optional", True, True), ("on_negative", True, False), ("always", False, False)],
)
def test_when_one_must_say_why(on: OnStage, rule: str, approve: bool, reject: bool) -> None:
    for verb, goes in (("approves", approve), ("rejects", reject)):
        game = on(t=flow("- {step: a, who: user:bob}", rules=f"{{comment: {rule}}}"))
        tell(game, "ann submits")
        tell(game, f"bob {verb} silently" + ("" if goes else " => refused: comment_required"))


def test_a_broken_file_changes_nothing_for_what_is_running(on: OnStage) -> None:
    game = on(t=TWO)
    tell(game, "ann submits")
    before = snapshot(game.connection)
    with pytest.raises(InvalidMetadata) as refused:
        catalog_with(t=TWO.replace("user:fay", "role:nobody_knows"))
    assert str(refused.value.found[0].at).startswith("workflows/t.yaml:6")
    assert snapshot(game.connection) == before
    tell(game, "bob approves => open: b/fay")
