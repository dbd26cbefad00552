"""Workflow patterns A16, A18, A32, A34: the whole case, and what cannot be written."""

from __future__ import annotations

import pytest

from engine.diagnostics import InvalidMetadata
from tests.flows.company import catalog_with
from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.scenarios.test_ways import SPLIT
from tests.flows.story import tell


def test_a16_milestone(on: OnStage) -> None:
    early = flow(
        "- {step: a, who: user:bob}\n- {step: b, who: user:fay}",
        rules="{withdraw: before_first_decision}",
    )
    tell(
        on(t=early),
        """
        ann submits
        ann withdraws => status: withdrawn; state: draft; bob: cancelled(withdrawn)
        """,
    )
    tell(
        on(t=early),
        """
        ann submits
        bob approves
        ann withdraws => refused: already_decided
        """,
    )


def test_a18_cancel_case(on: OnStage) -> None:
    game = on(t=flow(SPLIT.replace("user:leo", "user:leo, due: 1 workday")))
    tell(
        game,
        """
        ann submits             => timers: due
        ann changes title=Other => refused: refused
        ann terminates          => refused: not_admin
        adm terminates silently => refused: comment_required
        adm terminates          => open: {}; status: terminated; state: voided; timers: {}
                                => leo: cancelled(terminated); fay: cancelled(terminated)
        """,
    )
    assert game.last_entry().comment == "so"


def test_a32_critical_section(on: OnStage) -> None:
    one = flow("- {step: a, who: user:bob}")
    game = on(t=one)
    tell(game, "ann submits")
    first = game.case
    tell(
        game,
        """
        ann submits => refused: already_running
        bob submits => refused: already_running
        adm submits => refused: already_running
        ann withdraws
        ann submits => open: a/bob
        """,
    )
    assert game.case != first
    assert game.case_row().previous_id == first


LOAD_ERRORS = {
    "into another branch": (
        SPLIT.replace("user:fay", "user:fay, on_reject: l"),
        "bad-target",
        "workflows/t.yaml:8",
    ),
    "too many needed": (
        SPLIT.replace("branches:", "join: {at_least: 3}\n  branches:"),
        "at-least-too-high",
        "workflows/t.yaml:6",
    ),
    "a step twice": (
        "- {step: a, who: user:bob}\n- {step: a, who: user:fay}",
        "duplicate-name",
        "workflows/t.yaml:6",
    ),
    "an unknown field": (
        "- {step: a, who: user:bob, when: amont > 1}",
        "unknown-name",
        "workflows/t.yaml:5",
    ),
    "no else": (
        "- choose: c\n  branches: [{when: amount > 1, steps: [{step: a, who: user:bob}]}]",
        "missing-else",
        "workflows/t.yaml:5",
    ),
}


@pytest.mark.parametrize("name", LOAD_ERRORS)
def test_a34_what_cannot_run_is_refused_when_it_is_loaded(name: str) -> None:
    steps, code, place = LOAD_ERRORS[name]

    with pytest.raises(InvalidMetadata) as refused:
        catalog_with(t=flow(steps))

    found = [one for one in refused.value.found if one.code == code]
    assert found, [one.code for one in refused.value.found]
    assert str(found[0].at).startswith(place)
