"""退回, 駁回, and the way back (rules 1 to 3)."""

from __future__ import annotations

import pytest

from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.story import tell

LINE = """
- {step: a, who: user:bob}
- {step: b, who: user:fay}
- {step: c, who: user:gus}
"""
BLOCK = """
- {step: a, who: user:bob}
- parallel: p
  branches:
    - steps: [{step: l, who: user:leo}, {step: l2, who: user:lia}]
    - steps: [{step: f, who: user:fay}, {step: f2, who: user:fin}]
- {step: g, who: user:gus}
"""


def superseded(game: Stage) -> list[str]:
    query = "select node from wy_flow_visit where case_id = %s and superseded order by no"
    return list(game.connection.exec_driver_sql(query, (game.case,)).scalars())


def test_a_record_comes_back_to_who_handed_it_in(on: OnStage) -> None:
    game = on(t=flow(LINE))
    tell(
        game,
        """
        ann submits
        bob approves
        fay returns silently => refused: comment_required
        fay returns          => open: resubmit/ann; state: draft; round: 2; fay: returned
        ann changes title=Better
        ann approves         => refused: not_open
        bob resubmits        => refused: already_done
        zoe resubmits        => refused: not_your_task
        ann submits          => refused: already_running
        ann resubmits        => open: a/bob; state: pending
        bob approves         => open: b/fay
        fay approves
        gus approves         => status: approved
        """,
    )
    assert superseded(game) == ["a"]
    assert [message for message in game.told("ann") if "Returned" in message]


def test_one_return_acts_at_once_in_a_countersign(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: a, who: user:bob}\n- {step: s, who: role:finance, sign: all}")),
        """
        ann submits
        bob approves
        fay approves
        fin returns to a => open: a/bob; fox: cancelled(returned); fay: approved
        bob approves     => open: s/fay, s/fin, s/fox
        """,
    )


def test_back_to_the_step_before(on: OnStage) -> None:
    tell(
        on(t=flow(LINE)),
        """
        ann submits
        bob returns to previous => open: resubmit/ann
        ann resubmits
        bob approves
        fay approves
        gus returns to previous => open: b/fay
        fay approves            => open: c/gus
        """,
    )


def test_where_a_record_cannot_go_back_to(on: OnStage) -> None:
    tell(
        on(t=flow(BLOCK)),
        """
        ann submits
        bob returns to g    => refused: bad_target
        bob returns to a    => refused: bad_target
        bob returns to p    => refused: bad_target
        bob returns to end  => refused: bad_target
        bob returns to nope => refused: bad_target
        bob approves
        leo approves
        # into the other branch
        lia returns to f    => refused: bad_target
        fay returns to l    => refused: bad_target
        lia returns to l    => open: f/fay, l/leo
        """,
    )


def test_a_step_says_where_it_may_go_back_to(on: OnStage) -> None:
    only = flow(LINE.replace("who: user:gus", "who: user:gus, return_to: [b]"))
    tell(
        on(t=only),
        """
        ann submits
        bob approves
        fay approves
        gus returns to a         => refused: bad_target
        gus returns to initiator => refused: bad_target
        gus returns to b         => open: b/fay
        """,
    )
    tell(
        on(t=flow("- {step: a, who: user:bob, can: [reject]}")),
        """
        ann submits
        bob returns => refused: not_allowed
        """,
    )


def test_a_return_inside_a_branch_leaves_the_other_alone(on: OnStage) -> None:
    tell(
        on(t=flow(BLOCK)),
        """
        ann submits
        bob approves
        leo approves
        fay approves     => open: l2/lia, f2/fin
        lia returns to l => open: f2/fin, l/leo
        fin approves     => open: l/leo
        leo approves
        lia approves     => open: g/gus
        """,
    )


def test_after_a_block_the_whole_block_is_gone_through_again(on: OnStage) -> None:
    game = on(t=flow(BLOCK))
    tell(
        game,
        """
        ann submits
        bob approves
        leo approves
        fay approves
        lia approves
        fin approves
        gus returns to l => refused: bad_target
        gus returns to a => open: a/bob
        bob approves     => open: l/leo, f/fay
        """,
    )
    assert superseded(game) == ["a", "p", "l", "f", "l2", "f2"]


def test_those_who_were_asked_are_asked_again(on: OnStage) -> None:
    """Neither the self rule nor that on repeated approvals undoes a return."""
    game = on(
        t=flow(
            """
- {step: a, who: user:bob}
- {step: b, who: user:bob, repeated: skip_adjacent}
- {step: c, who: user:gus}
"""
        )
    )
    tell(
        game,
        """
        ann submits
        bob approves => open: c/gus; bob/b: skipped(repeated)
        gus returns to a => open: a/bob
        bob approves => open: c/gus
        """,
    )
    again = on(t=flow("- {step: a, who: user:ann, self: allow}\n- {step: c, who: user:gus}"))
    tell(
        again,
        """
        ann submits
        ann approves
        gus returns to a => open: a/ann
        """,
    )
    handed = on(t=flow(LINE))
    tell(
        handed,
        """
        ann submits
        bob transfers to zoe
        zoe approves
        # who holds the seat, not who was named
        fay returns to a => open: a/zoe
        zoe approves
        fay transfers to wes
        """,
    )
    handed.switch_off("zoe")
    tell(handed, "wes returns to a => open: a/bob")


BACK = flow(LINE, rules="{resubmit: back, watch: [amount]}")


def test_straight_back_to_who_returned_it(on: OnStage) -> None:
    game = on(t=BACK)
    tell(
        game,
        """
        ann submits
        bob approves
        fay approves
        gus returns   => open: resubmit/ann
        ann changes title=Better
        ann resubmits => open: c/gus
        gus approves  => status: approved
        """,
    )
    assert superseded(game) == []


def test_once_more_through_all_steps_if_a_watched_field_has_changed(on: OnStage) -> None:
    game = on(t=BACK)
    tell(
        game,
        """
        ann submits
        bob approves
        fay approves
        gus returns   => open: resubmit/ann
        ann changes amount=7
        ann resubmits => open: a/bob
        """,
    )
    assert superseded(game) == ["a", "b"]


def test_once_more_if_the_conditions_choose_another_way(on: OnStage) -> None:
    ways = flow(
        "- {step: a, who: user:bob, when: amount < 10}\n- {step: c, who: user:gus}",
        rules="{resubmit: back, watch: none}",
    )
    tell(
        on({"amount": "5"}, t=ways),
        """
        ann submits
        bob approves
        gus returns
        ann changes amount=50
        ann resubmits => open: c/gus
        """,
    )
    other = on({"amount": "50"}, t=ways)
    tell(
        other,
        """
        ann submits
        gus returns
        ann changes amount=5
        ann resubmits => open: a/bob
        """,
    )


def test_who_returns_it_says_whether_it_comes_straight_back(on: OnStage) -> None:
    tell(
        on(t=flow(LINE)),
        """
        ann submits
        bob approves
        fay approves
        gus returns to a back => open: a/bob
        bob approves          => open: c/gus
        gus returns to a      => open: a/bob
        bob approves          => open: b/fay
        """,
    )


def test_straight_back_keeps_the_votes_of_the_others(on: OnStage) -> None:
    game = on(
        t=flow(
            "- {step: s, who: [user:bob, user:fay, user:leo], sign: all}",
            rules="{resubmit: back}",
        )
    )
    tell(
        game,
        """
        ann submits
        bob approves
        fay returns
        ann resubmits => open: s/fay, s/leo; bob: skipped(kept)
        fay approves
        leo approves  => status: approved
        """,
    )


def test_straight_back_into_a_branch(on: OnStage) -> None:
    tell(
        on(t=flow(BLOCK, rules="{resubmit: back}")),
        """
        ann submits
        bob approves
        leo approves  => open: f/fay, l2/lia
        fay approves
        fin returns   => open: resubmit/ann; lia: cancelled(returned)
        ann resubmits => open: l2/lia, f2/fin
        lia approves
        fin approves  => open: g/gus
        """,
    )


@pytest.mark.parametrize(
    ("target", "asked"),
    [("initiator", "resubmit/ann"), ("previous", "b/fay"), ("a", "a/bob")],
)
def test_a_refusal_may_be_a_return(on: OnStage, target: str, asked: str) -> None:
    game = on(t=flow(LINE.replace("who: user:gus", f"who: user:gus, on_reject: {target}")))
    tell(
        game,
        f"""
        ann submits
        bob approves
        fay approves
        gus rejects => open: {asked}; status: running; gus: rejected; round: 2
        """,
    )
    assert game.last_entry().command == "reject"


def test_a_refusal_ends_everything(on: OnStage) -> None:
    game = on(t=flow(BLOCK.replace("who: user:lia", "who: user:lia, due: 1 workday")))
    tell(
        game,
        """
        ann submits
        bob approves
        leo approves => timers: due
        fay rejects  => status: rejected; state: rejected; lia: cancelled(ended); timers: {}
        ann changes title=Other => refused: refused
        """,
    )


def test_a_refusal_in_a_branch_may_only_count(on: OnStage) -> None:
    block = """
- parallel: p
  join: {at_least: 2}
  on_branch_reject: count
  branches:
    - steps: [{step: l, who: user:leo}]
    - steps: [{step: f, who: user:fay}]
    - steps: [{step: w, who: user:wes}]
- {step: g, who: user:gus}
"""
    tell(
        on(t=flow(block)),
        """
        ann submits
        leo rejects  => open: f/fay, w/wes; status: running
        fay approves
        wes approves => open: g/gus
        """,
    )
    tell(
        on(t=flow(block)),
        """
        ann submits
        leo rejects
        fay rejects => status: rejected; wes: cancelled(ended)
        """,
    )


def test_a_deadline_begins_anew_after_a_return(on: OnStage) -> None:
    game = on(t=flow(LINE.replace("who: user:bob", "who: user:bob, due: 1 workday")))
    tell(
        game,
        """
        ann submits      => timers: due
        bob approves     => timers: {}
        +5 days
        fay returns to a => open: a/bob; timers: due
        """,
    )
    query = "select due_at > %s from wy_flow_task where state = 'open'"
    assert game.connection.exec_driver_sql(query, (game.now,)).scalar_one()
