"""Real connections, real threads: nothing stuck, nothing done twice, no deadlock (rule 14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.flows.playing import flow
from tests.flows.racing import Race, does, hands_in, timer_fires

ROUNDS = 60
TWO = flow("- {step: s, who: [user:bob, user:fay], sign: all}\n- {step: g, who: user:gus}")
LINE = flow("- {step: a, who: user:bob}\n- {step: b, who: user:fay}\n- {step: c, who: user:gus}")
BLOCK = flow(
    """
- {step: a, who: user:bob}
- parallel: p
  branches:
    - steps: [{step: l, who: user:leo}]
    - steps: [{step: f, who: user:fay}]
- {step: g, who: user:gus}
"""
)
LATE = flow("- {step: s, who: user:bob, due: {in: 1 workday, then: reject}}")


def both_of_two(engine: Engine) -> Race:
    return Race(engine, TWO, does("bob", "approve"), does("fay", "approve"))


def double_click(engine: Engine) -> Race:
    return Race(engine, LINE, does("bob", "approve"), does("bob", "approve"))


def double_click_of_one_request(engine: Engine) -> Race:
    once = does("bob", "approve", request_id="x")
    return Race(engine, LINE, once, once)


def timer_against_approver(engine: Engine) -> Race:
    return Race(engine, LATE, does("bob", "approve"), timer_fires)


def return_against_approval(engine: Engine) -> Race:
    before = (("bob", "approve"),)
    back = does("leo", "return", target="a")
    return Race(engine, BLOCK, back, does("fay", "approve"), before)


def both_branches_at_once(engine: Engine) -> Race:
    before = (("bob", "approve"),)
    return Race(engine, BLOCK, does("leo", "approve"), does("fay", "approve"), before)


def taking_back_against_approval(engine: Engine) -> Race:
    before = (("bob", "approve"),)
    return Race(engine, LINE, does("bob", "take_back"), does("fay", "approve"), before)


def transfer_against_approval(engine: Engine) -> Race:
    """The owner gives it away while his standing proxy … or he himself decides elsewhere."""
    return Race(engine, LINE, does("bob", "transfer", users=["zoe"]), does("bob", "approve"))


def withdrawal_against_approval(engine: Engine) -> Race:
    only = flow("- {step: a, who: user:bob}")
    return Race(engine, only, does("ann", "withdraw"), does("bob", "approve"))


def two_hand_in_one_record(engine: Engine) -> Race:
    return Race(engine, LINE, hands_in("ann"), hands_in("bob"), starts=False)


# What may come of both, whoever is first; anything else is a defect.
MAY_COME: dict[Callable[[Engine], Race], tuple[set[tuple[str, str]], set[str]]] = {
    both_of_two: ({("done", "done")}, {"running"}),
    double_click: ({("done", "already_done"), ("already_done", "done")}, {"running"}),
    double_click_of_one_request: ({("done", "again"), ("again", "done")}, {"running"}),
    timer_against_approver: (
        {("done", "gone"), ("already_done", "done")},
        {"approved", "rejected"},
    ),
    return_against_approval: (
        {("done", "done"), ("done", "already_done")},
        {"running"},
    ),
    both_branches_at_once: ({("done", "done")}, {"running"}),
    taking_back_against_approval: (
        {("done", "already_done"), ("already_decided", "done")},
        {"running"},
    ),
    transfer_against_approval: (
        {("done", "already_done"), ("already_done", "done")},
        {"running"},
    ),
    withdrawal_against_approval: (
        {("done", "already_done"), ("not_running", "done")},
        {"withdrawn", "approved"},
    ),
    two_hand_in_one_record: (
        {("pending", "already_running"), ("running", "already_running")}
        | {("already_running", "running")},
        set(),
    ),
}


@pytest.mark.parametrize("race", MAY_COME, ids=lambda one: one.__name__)
def test_a_race(own_engine: Engine, race: Callable[[Engine], Race]) -> None:
    outcomes, states = MAY_COME[race]

    ran = race(own_engine).run(ROUNDS)

    assert set(ran.outcomes) <= outcomes
    assert set(ran.states) <= states
    with own_engine.begin() as connection:
        again = "select case_id, step from wy_flow_task where state = 'open'"
        again += " group by case_id, step, user_id having count(*) > 1"
        assert connection.exec_driver_sql(again).all() == []
