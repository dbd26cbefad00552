"""Flows within flows (rule 26)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import Case
from engine.flows.live import Live
from engine.metadata.flows import Subflow
from engine.records import RecordService
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.story import tell

CHECK = "flow: item_check\nfor: request_line\nsteps: [{step: c, who: user:fin}]\n"
NOTHING = "flow: item_check\nfor: request_line\nsteps: []\n"
REFUSES = "flow: item_check\nfor: request_line\nsteps: [{end: rejected}]\n"
LINES = {"lines": [{"item": "paper"}, {"item": "ink"}, {"item": "glue"}]}
G = "\n- {step: g, who: user:gus}\n"


def parent(more: str = "") -> str:
    return flow(
        f"- {{step: m, who: user:bob}}\n- {{subflow: item_check, for_each: lines{more}}}{G}"
    )


def begun(on: OnStage, more: str = "", check: str = CHECK) -> tuple[Stage, list[int]]:
    game = on(LINES, t=parent(more), item_check=check)
    tell(
        game,
        """
        ann submits
        bob approves
        """,
    )
    return game, game.children()


def statuses(game: Stage, children: list[int]) -> list[str]:
    return [game.status(one) for one in children]


def test_all_must_be_approved(on: OnStage) -> None:
    game, children = begun(on)
    assert game.open == []
    for one in children[:-1]:
        game.do("approve", "fin", case=one)
        assert game.open == []
    game.do("approve", "fin", case=children[-1])
    assert game.open == ["g/gus"]
    assert statuses(game, children) == ["approved"] * 3
    lines = "select distinct state from request_line"
    assert game.connection.exec_driver_sql(lines).scalars().all() == ["approved"]


def test_one_may_be_enough_and_the_others_are_called_off(on: OnStage) -> None:
    game, children = begun(on, ", join: any")
    game.do("reject", "fin", case=children[0])
    assert game.open == []
    game.do("approve", "fin", case=children[1])
    assert game.open == ["g/gus"]
    assert statuses(game, children) == ["rejected", "approved", "terminated"]


@pytest.mark.parametrize(
    ("more", "then"),
    [
        ("", "status: rejected; open: {}"),
        (", on_reject: next", "open: g/gus; status: running"),
        (", on_reject: initiator", "open: resubmit/ann; state: draft"),
        (", on_reject: m", "open: m/bob"),
        (", on_reject: previous", "open: m/bob"),
    ],
)
def test_a_refusal_in_a_sub_flow(on: OnStage, more: str, then: str) -> None:
    game, children = begun(on, more)
    game.do("reject", "fin", case=children[0])
    tell(game, f" => {then}")
    assert statuses(game, children) == ["rejected", "terminated", "terminated"]


@pytest.mark.parametrize(
    "end",
    ["ann withdraws", "adm terminates", "adm jumps to m", "adm jumps to g"],
)
def test_what_ends_the_parent_ends_its_sub_flows(on: OnStage, end: str) -> None:
    game, children = begun(on)
    tell(game, end)
    assert statuses(game, children) == ["terminated"] * 3
    with pytest.raises(FlowRefused) as refused:
        game.do("approve", "fin", case=children[0], task=1)
    assert refused.value.code == "already_done"


def test_a_sub_flow_of_no_steps_is_approved_at_once(on: OnStage) -> None:
    game, children = begun(on, "", NOTHING)
    assert game.open == ["g/gus"]
    assert statuses(game, children) == ["approved"] * 3


def test_a_sub_flow_that_is_refused_at_once_starts_no_more_of_them(on: OnStage) -> None:
    game, children = begun(on, "", REFUSES)
    assert game.status() == "rejected"
    assert statuses(game, children) == ["rejected"]
    one, others = begun(on, ", join: any", NOTHING)
    assert one.open == ["g/gus"]
    assert statuses(one, others) == ["approved"]


def test_a_record_without_lines_goes_on(on: OnStage) -> None:
    game = on(t=parent(), item_check=CHECK)
    tell(
        game,
        """
        ann submits
        bob approves => open: g/gus
        """,
    )


def test_a_sub_flow_of_a_linked_record(on: OnStage) -> None:
    child = flow("- {step: c, who: user:fin}", name="child")
    game = on(
        t=flow("- {subflow: child, record: follow_up, id: f}" + G, applies="{when: depth == 1}"),
        child=child.replace("steps:", 'applies: {when: "depth > 1"}\nsteps:'),
    )
    first = game.request
    second = game.new(depth=2)
    game.set(record=first, follow_up=second)
    game.request = first
    tell(game, "ann submits => open: {}")
    (one,) = game.children()
    # the linked record is under approval, so it is locked and cannot be submitted by itself
    game.request = second
    tell(
        game,
        """
        => state: pending
        ann changes title=x => refused: refused
        ann submits => refused: already_running
        """,
    )
    game.do("approve", "fin", case=one)
    assert game.state == "approved"
    game.request = first
    game.case = game.case_row(one).parent_id
    tell(game, " => open: g/gus")


def test_a_sub_flow_without_a_record_is_passed(on: OnStage) -> None:
    game = on(
        t=flow("- {subflow: child, record: follow_up}" + G, applies="{when: depth == 1}"),
        child=flow("- {step: c, who: user:fin}", name="child", applies='{when: "depth > 1"}'),
    )
    tell(game, "ann submits => open: g/gus")


def test_a_sub_flow_of_a_record_that_is_under_approval_already(on: OnStage) -> None:
    game = on(
        t=flow("- {subflow: child, record: follow_up}" + G, applies="{when: depth == 1}"),
        child=flow("- {step: c, who: user:fin}", name="child", applies='{when: "depth > 1"}'),
    )
    first = game.request
    second = game.new(depth=2)
    game.set(record=first, follow_up=second)
    tell(game, "ann submits => open: c/fin")
    tell(
        game,
        """
        # one at a time: the same record cannot be decided on twice
        ann submits => refused: already_running
        """,
    )
    game.request = first
    tell(game, "ann submits => refused: already_running")


def test_sub_flows_of_a_suspended_case_go_on_and_it_waits(on: OnStage) -> None:
    game, children = begun(on)
    tell(game, "adm suspends")
    for one in children:
        game.do("approve", "fin", case=one)
    tell(
        game,
        """
                     => open: g/gus
        gus approves => refused: suspended
        adm resumes
        gus approves => status: approved
        """,
    )


def test_lines_that_lead_to_one_record_are_decided_on_once_and_those_to_none_not(
    on: OnStage,
) -> None:
    game = on(LINES, t=parent(), item_check=CHECK)
    fin = game.users["fin"]
    lines = [{"item": "a", "checker": fin}, {"item": "b", "checker": fin}, {"item": "c"}]
    game.set(lines=lines)
    declared = game.catalog.flows["t"]
    record = RecordService(game.work("adm")).get("request", game.request)
    action = declared.actions["submit"]
    live = Live(game.work("adm"), declared, action, record, Case(initiator=1))
    node = next(n for n in action.nodes() if isinstance(n, Subflow))
    assert live.children(replace(node, record="checker")) == [fin]
    assert len(live.children(node)) == 3


def test_a_sub_flow_cannot_be_withdrawn_on_its_own_when_the_parent_says_never(on: OnStage) -> None:
    game, children = begun(on, "", CHECK + "rules: {withdraw: never}\n")
    with pytest.raises(FlowRefused) as refused:
        game.do("withdraw", "ann", case=children[0], task=None)
    assert refused.value.code == "not_allowed"


def test_a_withdrawn_sub_flow_counts_as_refused(on: OnStage) -> None:
    game, children = begun(on)
    game.do("withdraw", "ann", case=children[0], task=None)
    assert game.status() == "rejected"
    assert statuses(game, children) == ["withdrawn", "terminated", "terminated"]


SAME = "\n- {subflow: check}" + G
PART = {"applies": "{when: false}"}  # nobody starts it by itself


def test_a_sub_flow_of_the_same_record_leaves_the_state_to_the_flow_around_it(
    on: OnStage,
) -> None:
    check = flow("- {step: c, who: user:fin}", name="check", **PART)
    game = on(t=flow(SAME), check=check)
    tell(game, "ann submits => open: {}; state: pending")
    (child,) = game.children()
    assert game.tasks_in("open", case=child) == ["c/fin"]
    game.do("approve", "fin", case=child)
    tell(game, " => state: pending; open: g/gus\ngus approves => state: approved")


def test_a_refused_sub_flow_of_the_same_record_refuses_it_as_the_parent_says(on: OnStage) -> None:
    check = flow("- {step: c, who: user:fin}", name="check", **PART)
    game = on(t=flow(SAME), check=check)
    tell(game, "ann submits")
    game.do("reject", "fin", case=game.children()[0])
    tell(game, " => status: rejected; state: rejected")


def test_a_sub_flow_of_the_same_record_keeps_a_state_of_its_own_in_a_field_of_its_own(
    on: OnStage,
) -> None:
    check = flow("- {step: c, who: user:fin}", name="check", status="check_state", **PART)
    game = on(t=flow(SAME), check=check)
    tell(game, "ann submits => state: pending")
    assert _check_state(game) == "pending"
    game.do("approve", "fin", case=game.children()[0])
    assert _check_state(game) == "approved"
    tell(
        game,
        """
        # draft or approved by one flow, it stays closed as long as the other says so
        => state: pending
        ann changes title=x => refused: refused
        ann deletes         => refused: refused
        gus returns         => open: resubmit/ann
        ann resubmits
        """,
    )
    assert _check_state(game) == "pending"  # it is gone through once more


def test_what_is_between_may_have_another_field(on: OnStage) -> None:
    """Of three flows within each other the innermost would write what the outermost holds."""
    game = on(
        t=flow("- {subflow: middle}" + G),
        middle=flow("- {subflow: inner}", name="middle", status="check_state", **PART),
        inner=flow("- {step: c, who: user:fin}", name="inner", applies="{when: 1 == 2}"),
    )
    tell(game, "ann submits => state: pending")
    (middle,) = game.children()
    (inner,) = game.children(middle)
    game.do("approve", "fin", case=inner)
    assert _check_state(game) == "approved"
    tell(game, " => state: pending; open: g/gus")


def test_a20_recursion_over_the_same_record(on: OnStage) -> None:
    org = """
flow: org
for: request
steps:
  - {step: b, who: initiator.manager}
  - {do: [{set: {depth: depth + 1}}]}
  - {subflow: org, when: depth < 3}
"""
    game = on({"depth": 1}, org=org)
    tell(game, "ann submits => open: b/bob\nbob approves => open: {}; state: pending")
    (child,) = game.children()
    game.do("approve", "bob", case=child)
    assert game.children(child) == []
    tell(game, " => status: approved; state: approved")


def _check_state(game: Stage) -> str:
    return str(RecordService(game.work("adm")).get("request", game.request)["check_state"])
