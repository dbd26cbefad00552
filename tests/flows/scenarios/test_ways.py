"""Workflow patterns A01 to A08, A10, A25 to A27, A31, A33: ways through a flow."""

from __future__ import annotations

import pytest

from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.story import tell

SPLIT = """
- parallel: p
  branches:
    - steps: [{step: l, who: user:leo}]
    - steps: [{step: f, who: user:fay}]
"""
FIRST = """
- choose: c
  branches:
    - {when: amount <= 100, steps: [{step: a, who: user:bob}]}
    - {when: amount <= 1000, steps: [{step: b, who: user:fay}]}
    - {else: true, steps: [{step: d, who: user:gus}]}
"""
EVERY = """
- choose: c
  pick: every
  branches:
    - {when: legal_risk, steps: [{step: l, who: user:leo}]}
    - {when: amount > 100, steps: [{step: f, who: user:fay}]}
    - {else: true, steps: [{step: b, who: user:bob}]}
"""
G = "\n- {step: g, who: user:gus}\n"


def test_a01_sequence(on: OnStage) -> None:
    game = on(t=flow("- {step: m, who: user:bob}" + G))
    tell(
        game,
        """
        ann submits  => open: m/bob; state: pending
        bob approves => open: g/gus
        gus approves => open: {}; status: approved; state: approved; log: submit approve approve
        """,
    )


def test_a02_parallel_split(on: OnStage) -> None:
    game = on(t=flow(SPLIT))
    tell(game, "ann submits => open: l/leo, f/fay")
    made = game.connection.exec_driver_sql("select distinct opened_at from wy_flow_task").all()
    assert len(made) == 1


@pytest.mark.parametrize("order", [("leo", "fay"), ("fay", "leo")])
def test_a03_synchronization(on: OnStage, order: tuple[str, str]) -> None:
    game = on(t=flow(SPLIT + G))
    steps = {"leo": "l/leo", "fay": "f/fay"}
    tell(
        game,
        f"""
        ann submits
        {order[0]} approves => open: {steps[order[1]]}
        {order[1]} approves => open: g/gus
        gus approves        => status: approved
        """,
    )
    assert game.visited("g") == ["passed"]


@pytest.mark.parametrize(
    ("amount", "asked"),
    [("50", "a/bob"), ("100", "a/bob"), ("101", "b/fay"), ("1000.01", "d/gus")],
)
def test_a04_exclusive_choice(on: OnStage, amount: str, asked: str) -> None:
    game = on({"amount": amount}, t=flow(FIRST))
    tell(game, f"ann submits => open: {asked}")


@pytest.mark.parametrize(("amount", "who"), [("100", "bob"), ("101", "fay"), ("1000.01", "gus")])
def test_a05_simple_merge(on: OnStage, amount: str, who: str) -> None:
    game = on({"amount": amount}, t=flow(FIRST + "\n- {step: z, who: user:zoe}"))
    tell(
        game,
        f"""
        ann submits
        {who} approves => open: z/zoe
        zoe approves   => status: approved
        """,
    )
    assert game.visited("z") == ["passed"]


@pytest.mark.parametrize(
    ("risk", "amount", "asked"),
    [(True, "500", "l/leo, f/fay"), (False, "500", "f/fay"), (False, "50", "b/bob")],
)
def test_a06_multi_choice(on: OnStage, risk: bool, amount: str, asked: str) -> None:
    game = on({"legal_risk": risk, "amount": amount}, t=flow(EVERY))
    tell(game, f"ann submits => open: {asked}")


def test_a07_structured_synchronizing_merge(on: OnStage) -> None:
    game = on({"legal_risk": True, "amount": "500"}, t=flow(EVERY + G))
    tell(
        game,
        """
        ann submits
        leo approves => open: f/fay
        fay approves => open: g/gus
        """,
    )
    game = on({"amount": "500"}, t=flow(EVERY + G))
    tell(
        game,
        """
        ann submits
        # it does not wait for the branch that was never taken
        fay approves => open: g/gus
        """,
    )


def test_a08_structured_discriminator(on: OnStage) -> None:
    join = SPLIT.replace("branches:", "join: {at_least: 1, rest: keep}\n  branches:")
    game = on(t=flow(join + G))
    tell(
        game,
        """
        ann submits
        leo approves => open: f/fay, g/gus
        fay approves => open: g/gus
        gus approves => status: approved
        """,
    )
    assert game.visited("g") == ["passed"]


def test_a10_implicit_termination(on: OnStage) -> None:
    game = on(t=flow("[]"))
    tell(game, "ann submits => status: approved; open: {}; log: submit; state: approved")
    game = on(t=flow("- {step: a, who: user:bob, when: amount > 1000000}"))
    tell(game, "ann submits => status: approved; open: {}")
    query = "select state, reason from wy_flow_visit where case_id = %s"
    row = game.connection.exec_driver_sql(query, (game.case,)).one()
    assert tuple(row) == ("skipped", "condition")


def test_a25_cancelling_discriminator(on: OnStage) -> None:
    game = on(t=flow(SPLIT.replace("branches:", "join: any\n  branches:") + G))
    tell(
        game,
        """
        ann submits
        leo approves => fay: cancelled(not_needed); open: g/gus
        """,
    )


THREE = """
- parallel: p
  join: {at_least: 2, rest: REST}
  branches:
    - steps: [{step: l, who: user:leo}]
    - steps: [{step: f, who: user:fay}]
    - steps: [{step: w, who: user:wes}]
- {step: g, who: user:gus}
"""


def test_a26_structured_partial_join(on: OnStage) -> None:
    tell(
        on(t=flow(THREE.replace("REST", "keep"))),
        """
        ann submits
        leo approves => open: f/fay, w/wes
        wes approves => open: f/fay, g/gus
        fay approves => open: g/gus
        gus approves => status: approved
        """,
    )


def test_a27_cancelling_partial_join(on: OnStage) -> None:
    tell(
        on(t=flow(THREE.replace("REST", "cancel"))),
        """
        ann submits
        leo approves
        wes approves => fay: cancelled(not_needed); open: g/gus
        """,
    )


NESTED = """
- choose: c
  pick: every
  branches:
    - when: legal_risk
      steps:
        - {step: l, who: user:leo}
        - choose: inner
          pick: every
          branches: [{when: vip, steps: [{step: l2, who: user:lia}]}]
    - {when: amount > 100, steps: [{step: f, who: user:fay}]}
- {step: g, who: user:gus}
"""


def test_a31_local_synchronizing_merge(on: OnStage) -> None:
    tell(
        on({"legal_risk": True, "amount": "50"}, t=flow(NESTED)),
        """
        ann submits  => open: l/leo
        leo approves => open: g/gus
        """,
    )
    tell(
        on({"legal_risk": True, "vip": True, "amount": "500"}, t=flow(NESTED)),
        """
        ann submits  => open: l/leo, f/fay
        leo approves => open: f/fay, l2/lia
        fay approves => open: l2/lia
        lia approves => open: g/gus
        """,
    )


def test_a33_explicit_termination(on: OnStage) -> None:
    ends = SPLIT.replace(
        "[{step: l, who: user:leo}]",
        '[{step: l, who: user:leo, edit: [score]}, {end: rejected, when: "score < 60"}]',
    )
    tell(
        on(t=flow(ends)),
        """
        ann submits
        leo approves score=50 => status: rejected; state: rejected; fay: cancelled(ended); open: {}
        """,
    )
    tell(
        on(t=flow(ends)),
        """
        ann submits
        leo approves score=60 => open: f/fay
        """,
    )
