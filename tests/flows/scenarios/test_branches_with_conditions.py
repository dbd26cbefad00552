"""Branches of a `parallel` that are taken only if their `when` holds (rule 23)."""

from __future__ import annotations

from typing import Any

import pytest

from engine.flows.flow_map import flow_map
from engine.flows.forecast import before_start
from engine.flows.panel import panel
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.story import tell

BLOCK = """
- {step: a, who: user:bob, edit: [amount, score]}
- parallel: p
  JOIN
  branches:
    - {name: Legal, when: legal_risk, steps: [{step: l, who: user:leo}, {step: l2, who: user:lia}]}
    - {name: Money, when: amount > 100, steps: [{step: f, who: user:fay, edit: [amount]}]}
    - {name: Always, steps: [{step: w, who: user:wes}]}
- {step: g, who: user:gus}
"""


def block(join: str = "join: all", **more: str) -> str:
    return flow(BLOCK.replace("JOIN", join), **more)


def chosen(game: Stage) -> list[list[int]]:
    query = "select data->'chosen' from wy_flow_visit where case_id = %s and node = 'p' order by no"
    return list(game.connection.exec_driver_sql(query, (game.case,)).scalars())


@pytest.mark.parametrize(
    ("record", "asked", "ways", "over"),
    [
        ({"legal_risk": True, "amount": "500"}, "l/leo, f/fay, w/wes", [0, 1, 2], []),
        ({"amount": "500"}, "f/fay, w/wes", [1, 2], ["l", "l2"]),
        ({"amount": "100"}, "w/wes", [2], ["l", "l2", "f"]),
    ],
)
def test_the_branches_whose_condition_holds_are_taken(
    on: OnStage, record: dict[str, Any], asked: str, ways: list[int], over: list[str]
) -> None:
    game = on(record, t=block())
    tell(game, f"ann submits\nbob approves => open: {asked}")
    assert chosen(game) == [ways]
    assert {name: game.visit_of(name) for name in over} == dict.fromkeys(
        over, ("skipped", "condition")
    )


def test_the_join_counts_the_branches_taken(on: OnStage) -> None:
    tell(
        on({"amount": "500"}, t=block()),
        """
        ann submits
        bob approves
        fay approves => open: w/wes
        wes approves => open: g/gus
        """,
    )
    tell(
        on({"amount": "50"}, t=block("join: {at_least: 2}")),
        """
        ann submits
        bob approves => open: w/wes
        wes approves => open: g/gus
        """,
    )
    tell(
        on({"amount": "500", "legal_risk": True}, t=block("join: {at_least: 2}")),
        """
        ann submits
        bob approves
        wes approves => open: l/leo, f/fay
        fay approves => open: g/gus; leo: cancelled(not_needed)
        """,
    )


def test_a_block_none_of_whose_branches_is_taken_is_passed(on: OnStage) -> None:
    none = BLOCK.replace("JOIN", "join: all").replace("{name: Always,", "{name: No, when: vip,")
    game = on({"amount": "50"}, t=flow(none))
    tell(
        game,
        """
        ann submits
        bob approves => open: g/gus
        gus approves => status: approved
        """,
    )
    assert game.visit_of("p") == ("passed", "")
    assert chosen(game) == [[]]


def test_the_choice_is_made_when_the_block_is_reached_and_kept(on: OnStage) -> None:
    game = on({"amount": "50"}, t=block())
    tell(game, "ann submits\nbob approves amount=500 => open: f/fay, w/wes")
    game.set(amount=50, legal_risk=True)
    tell(
        game,
        """
        wes approves => open: f/fay
        fay approves => open: g/gus
        """,
    )
    assert chosen(game) == [[1, 2]]


def test_a_refusal_that_only_counts_is_counted_among_the_branches_taken(on: OnStage) -> None:
    counts = block("join: {at_least: 2}\n  on_branch_reject: count")
    tell(
        on({"amount": "500"}, t=counts),
        """
        ann submits
        bob approves
        fay rejects => status: rejected; wes: cancelled(ended)
        """,
    )
    tell(
        on({"amount": "500", "legal_risk": True}, t=counts),
        """
        ann submits
        bob approves
        fay rejects  => open: l/leo, w/wes
        wes approves
        leo approves
        lia approves => open: g/gus
        """,
    )


def test_straight_back_over_a_block_if_the_same_branches_are_chosen(on: OnStage) -> None:
    game = on({"amount": "500"}, t=block(rules="{resubmit: back, watch: none}"))
    tell(
        game,
        """
        ann submits
        bob approves
        wes approves
        fay returns to a        => open: a/bob
        bob approves amount=600 => open: f/fay
        fay approves            => open: g/gus
        gus returns to a
        bob approves amount=700 => open: g/gus
        """,
    )
    assert chosen(game) == [[1, 2]]


@pytest.mark.parametrize("amount", ["50", "100"])
def test_else_everything_after_it_once_more(on: OnStage, amount: str) -> None:
    game = on({"amount": "500"}, t=block(rules="{resubmit: back, watch: none}"))
    tell(
        game,
        f"""
        ann submits
        bob approves
        wes approves
        fay returns to a
        bob approves amount={amount} => open: w/wes
        wes approves                 => open: g/gus
        """,
    )
    assert chosen(game) == [[1, 2], [2]]


def test_straight_back_into_a_branch_that_was_taken(on: OnStage) -> None:
    game = on({"legal_risk": True}, t=block(rules="{resubmit: back, watch: none}"))
    tell(
        game,
        """
        ann submits
        bob approves     => open: l/leo, w/wes
        leo approves
        lia returns to l => open: w/wes, l/leo
        leo approves     => open: w/wes, l2/lia
        """,
    )


def test_a_decision_before_the_block_is_taken_back(on: OnStage) -> None:
    game = on({"amount": "500"}, t=block())
    tell(
        game,
        """
        ann submits
        bob approves   => open: f/fay, w/wes
        bob takes_back => open: a/bob
        bob approves amount=50 => open: w/wes
        """,
    )


def test_a_branch_not_taken_cannot_be_jumped_into(on: OnStage) -> None:
    tell(
        on({"amount": "500"}, t=block()),
        """
        ann submits
        bob approves
        adm jumps to l2 => refused: bad_target
        adm jumps to g  => open: g/gus
        """,
    )


def test_the_forecast_and_the_map_show_the_branches_taken(on: OnStage) -> None:
    game = on({"amount": "500"}, t=block())
    coming = before_start(game.work("ann"), "request", game.request, "submit")
    assert [one.step for one in coming] == ["a", "f", "w", "g"]
    tell(game, "ann submits")
    assert _drawn(game) == [["coming", "coming"], ["coming"], ["coming"]]
    tell(game, "bob approves")
    assert _drawn(game) == [["skipped", "skipped"], ["active"], ["active"]]
    assert [one.step for one in panel(game.work("ann"), game.case).coming] == ["g"]


def test_what_lies_deeper_in_a_branch_not_taken_is_drawn_as_passed_over(on: OnStage) -> None:
    deep = """
- parallel: p
  branches:
    - when: vip
      steps: [{choose: c, pick: every, branches: [{when: vip, steps: [{step: l, who: user:leo}]}]}]
    - steps: [{step: w, who: user:wes}]
"""
    game = on(t=flow(deep))
    tell(game, "ann submits => open: w/wes")
    [block] = flow_map(panel(game.work("ann"), game.case))
    [inner] = block["branches"][0]
    [step] = inner["branches"][0]
    assert [(one["state"], one["reason"]) for one in (inner, step)] == [
        ("skipped", "condition")
    ] * 2


def _drawn(game: Stage) -> list[list[str]]:
    [found] = [n for n in flow_map(panel(game.work("ann"), game.case)) if n["id"] == "p"]
    return [[one["state"] for one in branch] for branch in found["branches"]]
