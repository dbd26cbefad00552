"""The service on the database: what the scenarios build on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection

from engine.flows.core.refusals import FlowRefused
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
