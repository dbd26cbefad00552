"""Workflow patterns A09, A19, A22: going round, and out of a block."""

from __future__ import annotations

from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.story import tell


def test_a09_arbitrary_cycles(on: OnStage) -> None:
    game = on(
        t=flow("""
- {step: a, who: user:bob}
- {step: b, who: user:fay, return_to: any}
- {step: c, who: user:gus, return_to: any}
""")
    )
    tell(
        game,
        """
        ann submits
        bob approves
        fay approves
        gus returns to a => open: a/bob
        bob approves     => open: b/fay
        fay returns to a => open: a/bob
        bob approves
        fay approves
        gus approves     => status: approved; round: 3
        """,
    )
    assert [len(game.visited(step)) for step in "abc"] == [3, 3, 2]


def test_a19_structured_loop(on: OnStage) -> None:
    game = on(
        t=flow("""
- {step: a, who: user:bob, edit: [score], require: [score]}
- {step: b, who: user:fay, on_reject: a}
""")
    )
    tell(
        game,
        """
        ann submits
        bob approves         => refused: required
        bob approves score=1 => open: b/fay
        fay rejects          => open: a/bob; state: pending
        bob approves score=2 => open: b/fay
        fay rejects          => open: a/bob
        bob approves score=3 => open: b/fay
        fay rejects          => open: a/bob
        bob approves score=4 => open: b/fay
        fay approves         => status: approved
        """,
    )
    assert [len(game.visited(step)) for step in "ab"] == [4, 4]


def test_a22_cancel_region(on: OnStage) -> None:
    game = on(
        t=flow("""
- {step: a, who: user:bob}
- parallel: p
  branches:
    - steps: [{step: l, who: user:leo}, {step: l2, who: user:lia}]
    - steps: [{step: f, who: user:fay}]
- {step: g, who: user:gus}
""")
    )
    tell(
        game,
        """
        ann submits
        bob approves
        leo approves     => open: f/fay, l2/lia
        fay returns to a => lia: cancelled(returned); open: a/bob
        """,
    )
    query = "select superseded from wy_flow_visit where case_id = %s and node = 'l'"
    assert game.connection.exec_driver_sql(query, (game.case,)).scalar_one() is True
    tell(
        game,
        """
        bob approves => open: l/leo, f/fay
        fay approves
        leo approves
        lia approves => open: g/gus
        """,
    )
