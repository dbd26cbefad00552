"""A plugin tells an approval that something it waits for has happened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.extension import Refused, action
from engine.records import Action, PluginContext
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.sound import snapshot
from tests.flows.story import tell

ROOT = Path(__file__).parents[3]
WAITS = """
- {step: a, who: user:bob}
- {wait: w, event: paid}
- {step: g, who: user:gus}
"""


@action("flow_tests.tell_of_payment")
def tell_of_payment(context: Action) -> None:
    """Tell the approval that calls this of an event."""
    context.flow_event(context.entity, context.ids[0], "paid")


def paid(game: Stage, by: str = "zoe", name: str = "paid") -> None:
    """Tell of an event as a plugin does for somebody who takes no part in the approval."""
    PluginContext(game.work(by)).flow_event("request", game.request, name)


def refused(game: Stage, name: str = "paid") -> str:
    before = snapshot(game.connection)
    with pytest.raises(Refused) as found:
        paid(game, name=name)
    assert snapshot(game.connection) == before
    return found.value.code


def test_what_is_waited_for_goes_on(on: OnStage) -> None:
    game = on(t=flow(WAITS))
    tell(game, "ann submits\nbob approves => open: {}; status: running")
    paid(game)
    tell(game, "=> open: g/gus")
    entry = game.last_entry()
    assert (entry.command, entry.target, entry.actor_id) == ("event", "paid", None)
    assert entry.said["data"] == {"by": game.users["zoe"]}
    assert refused(game) == "not_waiting"


def test_an_event_that_comes_early_is_kept_once(on: OnStage) -> None:
    game = on(t=flow(WAITS))
    tell(game, "ann submits => open: a/bob")
    paid(game)
    tell(game, "=> open: a/bob\nbob approves => open: g/gus")
    assert refused(game) == "not_waiting"


def test_what_nothing_waits_for_is_refused_by_name(on: OnStage) -> None:
    game = on(t=flow(WAITS))
    assert refused(game) == "not_waiting"  # nothing is running yet
    tell(game, "ann submits")
    assert refused(game, "delivered") == "not_waiting"
    tell(game, "adm suspends")
    assert refused(game) == "suspended"
    tell(game, "adm resumes\nbob rejects => status: rejected")
    assert refused(game) == "not_waiting"


def test_a_part_of_the_approval_that_runs_for_the_same_record_is_told(on: OnStage) -> None:
    part = flow("- {wait: w, event: paid}\n- {step: c, who: user:fin}", name="part")
    part += "applies: {when: false}\n"
    game = on(t=flow("- {subflow: part}\n- {step: g, who: user:gus}"), part=part)
    tell(game, "ann submits")
    paid(game)
    (child,) = game.children()
    assert game.tasks_in("open", case=child) == ["c/fin"]


def test_the_approval_that_is_just_going_on_is_not_told(on: OnStage) -> None:
    """It would be changed by two at once; what it has done so far is undone."""
    told = flow("- {step: a, who: user:bob, after: [{call: flow_tests.tell_of_payment}]}\n"
                "- {wait: w, event: paid}")  # fmt: skip
    game = on(t=told)
    tell(game, "ann submits\nbob approves => refused: in_hand; open: a/bob")


@pytest.mark.parametrize("process", ["engine.web.app", "engine.jobs.runner"])
def test_every_process_that_runs_plugins_can_tell(process: str) -> None:
    """A worker serves no screen; what it tells must be heard all the same."""
    heard = f"import {process}; from engine.records import contexts; len(contexts._hearing) or 1/0"
    subprocess.run([sys.executable, "-c", heard], check=True, cwd=ROOT)


def test_it_is_undone_with_what_it_is_part_of(on: OnStage) -> None:
    game = on(t=flow(WAITS))
    tell(game, "ann submits\nbob approves")
    work = game.connection.begin_nested()
    paid(game)
    work.rollback()
    tell(game, "=> open: {}")
    assert game.logged() == ["submit", "approve"]
