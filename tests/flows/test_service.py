"""The service on the database: what the scenarios build on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection

from engine.flows.core.refusals import FlowRefused
from engine.flows.flow_map import flow_map
from engine.flows.forecast import before_start
from engine.flows.lists import Wanted, counts, items
from engine.flows.panel import panel
from tests.flows.playing import flow, stage

TWO = flow("- {step: m, who: user:bob}\n- {step: g, who: user:gus}")


def test_a_record_follows_its_approval(connection: Connection, people: Mapping[str, int]) -> None:
    game = stage(connection, people, t=TWO)
    game.new()
    game.submit()
    assert (game.open, game.state) == (["m/bob"], "pending")
    game.do("approve", "bob")
    assert game.open == ["g/gus"]
    game.do("approve", "gus")
    assert (game.open, game.status(), game.state) == ([], "approved", "approved")
    assert game.logged() == ["submit", "approve", "approve"]


def test_a_decided_task_is_refused_by_name(
    connection: Connection, people: Mapping[str, int]
) -> None:
    game = stage(connection, people, t=TWO)
    game.new()
    game.submit()
    game.do("approve", "bob")
    with pytest.raises(FlowRefused) as refused:
        game.do("approve", "bob", on="m")
    assert refused.value.code == "already_done"
    with pytest.raises(FlowRefused) as refused:
        game.do("approve", "zoe", task=2)
    assert refused.value.code == "not_your_task"
    assert game.logged() == ["submit", "approve"]


def test_a_panel_says_who_holds_it_and_what_one_may_do(
    connection: Connection, people: Mapping[str, int]
) -> None:
    game = stage(connection, people, t=TWO)
    game.new()
    assert [c.step for c in before_start(game.work("ann"), "request", game.request, "submit")] == [
        "m",
        "g",
    ]
    game.submit()
    bob = panel(game.work("bob"), game.case)
    assert set(bob.can) >= {"approve", "reject", "return", "transfer", "delegate", "add_sign"}
    assert [one.step for one in bob.coming] == ["g"]
    ann = panel(game.work("ann"), game.case)
    assert set(ann.can) == {"withdraw", "urge", "copy", "comment"}
    assert [n["state"] for n in flow_map(ann)] == ["active", "coming"]
    assert [one.subject for one in items(game.work("bob"), Wanted())] != []
    assert counts(game.work("bob")) == {"todo": 1, "copies": 0}
    game.do("approve", "bob")
    assert [one.step for one in items(game.work("bob"), Wanted(kind="done"))] == ["m"]
    assert [one.status for one in items(game.work("ann"), Wanted(kind="started"))] == ["running"]
    assert "take_back" in panel(game.work("bob"), game.case).can
