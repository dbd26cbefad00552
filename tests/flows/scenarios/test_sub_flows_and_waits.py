"""Workflow patterns A11, A15, A20, A21: other flows, and what is waited for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.extension import NotFound
from engine.flows.core.refusals import FlowRefused
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.sound import snapshot
from tests.flows.story import tell

CHECK = """
flow: item_check
for: request_line
steps: [{step: c, who: user:fin}]
"""
LINES = [{"item": "paper"}, {"item": "ink"}, {"item": "glue"}]


def test_a11_sub_flows_nobody_waits_for(on: OnStage) -> None:
    game = on(
        {"lines": LINES},
        t=flow("""
- {subflow: item_check, for_each: lines, wait: false}
- {step: g, who: user:gus}
"""),
        item_check=CHECK,
    )
    tell(game, "ann submits => open: g/gus")
    children = game.children()
    assert [game.tasks_in("open", case=one) for one in children] == [["c/fin"]] * 3
    tell(game, "gus approves => status: approved")
    assert [game.status(one) for one in children] == ["running"] * 3
    for one in children:
        game.do("approve", "fin", case=one)
    assert [game.status(one) for one in children] == ["approved"] * 3


WAITS = flow("""
- {wait: w, event: payment_received, timeout: 2 days}
- {step: g, who: user:gus}
""")


def test_a15_deferred_choice(on: OnStage) -> None:
    game = on(t=WAITS)
    tell(
        game,
        """
        ann submits            => open: {}; status: running; timers: timeout
        event payment_received => open: g/gus; timers: {}
        +3 days                => open: g/gus
        """,
    )
    assert game.logged() == ["submit", "event"]
    late = on(t=WAITS)
    tell(
        late,
        """
        ann submits
        +2 days                => open: g/gus
        event payment_received => refused: not_waiting
        """,
    )
    assert late.visit_of("w") == ("skipped", "timeout")


ORG = """
flow: org
for: request
steps:
  - {step: b, who: initiator.manager}
  - {subflow: org, record: follow_up, when: CONDITION}
"""


def _chain(game: Stage, length: int) -> list[int]:
    """Requests, each the follow-up of the one before; the stage goes on with the first."""
    first = game.request
    found = [first]
    for depth in range(2, length + 1):
        found.append(game.new(depth=depth))
    for one, following in pairwise(found):
        game.set(record=one, follow_up=following)
    game.set(record=found[-1], follow_up=None)
    game.request = first
    return found


def test_a20_recursion(on: OnStage) -> None:
    game = on(org=ORG.replace("CONDITION", "depth < 3"))
    _chain(game, 3)
    tell(game, "ann submits => open: b/bob")
    root = game.case
    tell(game, "bob approves => open: {}; status: running")
    (child,) = game.children(root)
    game.do("approve", "bob", case=child)
    (leaf,) = game.children(child)
    assert [game.status(one) for one in (root, child, leaf)] == ["running"] * 3
    game.do("approve", "bob", case=leaf)
    assert [game.status(one) for one in (root, child, leaf)] == ["approved"] * 3


def test_a20_recursion_without_a_bound_is_stopped(on: OnStage) -> None:
    game = on(
        org=ORG.replace("CONDITION", "depth > 0").replace(
            "- {step: b, who: initiator.manager}\n  ", ""
        )
    )
    records = _chain(game, 3)
    game.set(record=records[-1], follow_up=records[0])  # round and round
    before = snapshot(game.connection)
    with pytest.raises((FlowRefused, NotFound)) as refused:
        game.submit("ann")
    assert getattr(refused.value, "code", "") == "recursion"
    assert snapshot(game.connection) == before, "half-created rows"


def test_a21_persistent_trigger(on: OnStage) -> None:
    tell(
        on(
            t=flow("""
- {step: a, who: user:bob}
- {wait: w, event: payment_received}
- {step: g, who: user:gus}
""")
        ),
        """
        ann submits
        # it comes before anybody waits for it: it is kept, and used once
        event payment_received => open: a/bob
        bob approves           => open: g/gus
        event payment_received => refused: not_waiting
        """,
    )
