"""加簽 and 減簽 (rules 7 and 8)."""

from __future__ import annotations

from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.story import tell

ONE = flow("- {step: s, who: user:bob}\n- {step: g, who: user:gus}")
TWO = flow("- {step: s, who: [user:bob, user:fay], sign: all}\n- {step: g, who: user:gus}")


def test_signers_before_oneself(on: OnStage) -> None:
    tell(
        on(t=ONE),
        """
        ann submits
        bob adds zoe wes before => open: s/zoe, s/wes; waiting: s/bob
        bob approves            => refused: not_open
        zoe approves            => open: s/wes
        wes approves            => open: s/bob
        bob approves            => open: g/gus
        """,
    )


def test_signers_after_oneself(on: OnStage) -> None:
    tell(
        on(t=ONE),
        """
        ann submits
        # his own approval is held until those he added have agreed
        bob adds zoe wes after => open: s/zoe, s/wes; held: s/bob
        bob rejects            => refused: not_open
        zoe approves           => open: s/wes
        wes approves           => open: g/gus; bob: approved
        """,
    )


def test_signers_beside_oneself_count_as_seats(on: OnStage) -> None:
    tell(
        on(t=TWO),
        """
        ann submits
        bob adds zoe with => open: s/bob, s/fay, s/zoe
        bob approves
        fay approves      => open: s/zoe
        zoe approves      => open: g/gus
        """,
    )


def test_a_refusal_by_an_added_signer_is_the_seats(on: OnStage) -> None:
    for how in ("before", "after"):
        tell(
            on(t=TWO),
            f"""
            ann submits
            bob adds zoe wes {how}
            zoe rejects => status: rejected; wes: cancelled(not_needed); fay: cancelled(ended)
            """,
        )


def test_in_a_vote_a_refusal_by_an_added_signer_loses_one_seat_only(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: [user:bob, user:fay, user:leo], sign: {at_least: 2}}")),
        """
        ann submits
        bob adds zoe before
        zoe rejects  => open: s/fay, s/leo; bob: cancelled(not_needed)
        fay approves
        leo approves => status: approved
        """,
    )


def test_signers_are_added_three_deep_and_no_more(on: OnStage) -> None:
    tell(
        on(t=ONE),
        """
        ann submits
        bob adds zoe before
        zoe adds wes before
        wes adds pam before => open: s/pam; waiting: s/bob, s/zoe, s/wes
        pam adds lia before => refused: too_deep
        pam approves        => open: s/wes
        wes approves        => open: s/zoe
        zoe approves        => open: s/bob
        bob approves        => open: g/gus
        """,
    )


def test_who_cannot_be_added(on: OnStage) -> None:
    tell(
        on(t=TWO),
        """
        ann submits
        bob adds before           => refused: no_people
        bob adds fay with         => refused: duplicate
        bob adds zoe zoe with     => refused: duplicate
        bob adds ina with         => refused: inactive
        bob adds ann with         => refused: self_approval
        bob adds zoe back         => refused: not_allowed
        zoe adds wes with         => refused: not_your_task
        bob adds zoe before
        bob adds wes after        => refused: not_open
        zoe approves
        bob adds wes after        => refused: already_adding
        """,
    )
    tell(
        on(t=flow("- {step: s, who: user:bob, can: [reject]}")),
        """
        ann submits
        bob adds zoe with => refused: not_allowed
        """,
    )


def test_those_one_has_added_can_be_removed_while_undecided(on: OnStage) -> None:
    tell(
        on(t=TWO),
        """
        ann submits
        bob adds zoe wes with
        fay removes zoe => refused: not_added
        bob removes fay => refused: not_added
        bob removes zoe => zoe: cancelled(removed); open: s/bob, s/fay, s/wes
        wes approves
        bob removes wes => refused: not_added
        bob approves
        fay approves    => open: g/gus
        """,
    )


def test_removing_who_was_asked_before_gives_the_task_back(on: OnStage) -> None:
    tell(
        on(t=ONE),
        """
        ann submits
        bob adds zoe before => open: s/zoe
        bob removes zoe     => open: s/bob
        bob adds wes after
        bob removes wes     => open: g/gus; bob: approved
        """,
    )


def test_the_last_signer_cannot_be_removed(on: OnStage) -> None:
    tell(
        on(t=TWO),
        """
        ann submits
        adm removes bob => open: s/fay
        adm removes fay => refused: last_seat
        """,
    )


def test_an_administrator_may_remove_anybody_and_decide_the_step_by_it(on: OnStage) -> None:
    tell(
        on(t=TWO),
        """
        ann submits
        bob approves
        adm removes fay => open: g/gus
        """,
    )


def test_signers_added_beside_one_in_order_wait_for_their_turn(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: [user:bob, user:fay], sign: in_order}")),
        """
        ann submits
        bob adds zoe with => open: s/bob; waiting: s/fay, s/zoe
        bob approves      => open: s/zoe; waiting: s/fay
        zoe approves      => open: s/fay
        fay approves      => status: approved
        """,
    )
