"""會簽, 或簽, 依次, 票簽, 認領: who must agree, and what a refusal does (rule 6)."""

from __future__ import annotations

import pytest

from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.story import tell

THREE = "- {step: s, who: [user:bob, user:fay, user:leo], sign: SIGN}\n- {step: g, who: user:gus}"


def signed(sign: str) -> str:
    return flow(THREE.replace("SIGN", sign))


def test_countersign_is_lost_at_the_first_refusal(on: OnStage) -> None:
    tell(
        on(t=signed("all")),
        """
        ann submits
        bob approves
        fay rejects  => status: rejected; state: rejected; leo: cancelled(ended); bob: approved
        leo approves => refused: already_done
        """,
    )


def test_any_one_passes_and_any_one_refuses(on: OnStage) -> None:
    tell(
        on(t=signed("any")),
        """
        ann submits
        fay approves => bob: cancelled(not_needed); leo: cancelled(not_needed); open: g/gus
        """,
    )
    tell(
        on(t=signed("any")),
        """
        ann submits
        leo rejects => status: rejected; open: {}
        """,
    )


def test_one_may_be_enough_though_others_refuse(on: OnStage) -> None:
    tell(
        on(t=signed("{at_least: 1}")),
        """
        ann submits
        bob rejects  => open: s/fay, s/leo
        fay rejects  => open: s/leo
        leo approves => open: g/gus
        """,
    )


def test_in_order_each_is_asked_when_the_one_before_has_agreed(on: OnStage) -> None:
    tell(
        on(t=signed("in_order")),
        """
        ann submits  => open: s/bob; waiting: s/fay, s/leo
        leo approves => refused: not_open
        bob approves => open: s/fay; waiting: s/leo
        fay approves => open: s/leo
        leo approves => open: g/gus
        """,
    )
    tell(
        on(t=signed("in_order")),
        """
        ann submits
        bob rejects => status: rejected; fay: cancelled(ended); leo: cancelled(ended)
        """,
    )


def test_so_many_of_them_refusals_count_only_when_it_is_lost(on: OnStage) -> None:
    tell(
        on(t=signed("{at_least: 2}")),
        """
        ann submits
        bob rejects  => open: s/fay, s/leo; status: running
        fay approves => open: s/leo
        leo approves => open: g/gus
        """,
    )
    tell(
        on(t=signed("{at_least: 2}")),
        """
        ann submits
        bob rejects
        fay rejects => status: rejected; leo: cancelled(ended)
        """,
    )


def test_so_many_of_them_may_be_lost_at_the_first_refusal(on: OnStage) -> None:
    tell(
        on(t=signed("{at_least: 2, refuse: first}")),
        """
        ann submits
        bob approves
        fay rejects => status: rejected
        """,
    )


@pytest.mark.parametrize(
    ("percent", "needed"), [("1", 1), ("33", 1), ("34", 2), ("66", 2), ("67", 3), ("100", 3)]
)
def test_a_part_of_them_is_rounded_up(on: OnStage, percent: str, needed: int) -> None:
    game = on(t=signed(f"{{percent: {percent}}}"))
    tell(game, "ann submits")
    for count, login in enumerate(["bob", "fay", "leo"][:needed], 1):
        game.do("approve", login)
        assert (game.open == ["g/gus"]) is (count == needed)


def test_who_abstains_is_not_counted(on: OnStage) -> None:
    tell(
        on(t=signed("all")),
        """
        ann submits
        bob abstains silently => refused: comment_required
        bob abstains => open: s/fay, s/leo
        fay approves
        leo approves => open: g/gus; bob: abstained
        """,
    )
    tell(
        on(t=signed("all")),
        """
        ann submits
        bob abstains
        fay abstains
        leo abstains => refused: too_few_left
        leo approves => open: g/gus
        """,
    )


def test_a_pool_is_claimed_by_one(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: role:finance, sign: claim}\n- {step: g, who: user:gus}")),
        """
        ann submits  => open: s/fay, s/fin, s/fox
        fin claims   => open: s/fin; waiting: s/fay, s/fox
        fay approves => refused: not_open
        fay claims   => refused: not_open
        fin releases => open: s/fay, s/fin, s/fox
        fin releases => refused: not_allowed
        fox claims   => open: s/fox
        fox approves => open: g/gus; fay: cancelled(not_needed); fin: cancelled(not_needed)
        """,
    )
    tell(
        on(t=signed("all")),
        """
        ann submits
        bob claims => refused: not_allowed
        """,
    )


def test_a_claimed_task_that_is_transferred_stays_claimed(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: role:finance, sign: claim}")),
        """
        ann submits
        fin claims
        fin transfers to zoe => open: s/zoe; waiting: s/fay, s/fox
        zoe releases         => open: s/fay, s/fox, s/zoe
        """,
    )


def test_late_opinions_of_a_decided_step_change_nothing(on: OnStage) -> None:
    tell(
        on(t=signed("{at_least: 1, rest: keep}")),
        """
        ann submits
        bob approves       => open: s/fay, s/leo, g/gus
        fay returns        => refused: bad_target
        fay adds zoe with  => refused: not_allowed
        fay rejects        => open: s/leo, g/gus; fay: rejected
        gus approves       => status: approved; leo: cancelled(ended)
        """,
    )


def test_a_person_named_twice_is_asked_once(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: [user:fay, role:finance, 'dept_head:finance'], sign: all}")),
        """
        ann submits => open: s/fay, s/fin, s/fox
        """,
    )
