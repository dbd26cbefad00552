"""Workflow patterns A12 to A14, A17, A23, A24, A28 to A30: several people in one step."""

from __future__ import annotations

from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.story import tell

ALL = flow("- {step: s, who: [user:bob, user:fay, user:leo], sign: all}")
G = "\n- {step: g, who: user:gus}\n"


def test_a12_a_number_of_signers_known_to_the_flow(on: OnStage) -> None:
    tell(
        on(t=ALL),
        """
        ann submits  => open: s/bob, s/fay, s/leo
        fay approves => open: s/bob, s/leo
        bob approves => open: s/leo
        leo approves => status: approved
        """,
    )


def test_a13_a_number_of_signers_known_when_the_step_is_reached(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: role:finance, sign: all}"))
    tell(game, "ann submits => open: s/fay, s/fin, s/fox")
    game.give_role("zoe", "finance")
    tell(
        game,
        """
        fay approves => open: s/fin, s/fox
        fin approves
        fox approves => status: approved
        """,
    )


def test_a14_a_number_of_signers_not_known_beforehand(on: OnStage) -> None:
    tell(
        on(t=ALL),
        """
        ann submits
        bob adds zoe with => open: s/bob, s/fay, s/leo, s/zoe
        bob approves
        fay approves
        leo approves      => open: s/zoe; status: running
        zoe approves      => status: approved
        """,
    )


def test_a17_cancel_task(on: OnStage) -> None:
    tell(
        on(t=ALL),
        """
        ann submits
        bob removes fay => refused: not_added
        adm removes fay => fay: cancelled(removed); open: s/bob, s/leo
        bob approves
        leo approves    => status: approved
        """,
    )


def test_a23_cancel_the_signers_of_a_step(on: OnStage) -> None:
    game = on(t=ALL)
    tell(
        game,
        """
        ann submits
        bob approves
        fay returns to initiator => open: resubmit/ann; leo: cancelled(returned); state: draft
        """,
    )
    visits = "select node, superseded, state from wy_flow_visit where case_id = %s order by no"
    rows = game.connection.exec_driver_sql(visits, (game.case,)).all()
    assert [tuple(row) for row in rows] == [
        ("s", False, "cancelled"),  # what is cancelled counts no more
        ("resubmit", False, "active"),
    ]
    tell(game, "ann resubmits => open: s/bob, s/fay, s/leo; state: pending")


def test_a24_complete_the_signers_of_a_step(on: OnStage) -> None:
    game = on(t=ALL)
    tell(
        game,
        """
        ann submits
        bob approves
        bob forces approved at s => refused: not_admin
        adm forces approved at s => fay: cancelled(forced); leo: cancelled(forced); status: approved
        """,
    )
    assert game.last_entry().actor_id == game.users["adm"]


SOME = "- {step: s, who: [user:bob, user:fay, user:leo], sign: {at_least: 2, rest: REST}}"


def test_a28_static_partial_join_of_signers(on: OnStage) -> None:
    tell(
        on(t=flow(SOME.replace("REST", "keep") + G)),
        """
        ann submits
        bob approves => open: s/fay, s/leo
        fay approves => open: s/leo, g/gus
        # a late opinion, without effect
        leo rejects  => open: g/gus; status: running; leo: rejected
        gus approves => status: approved
        """,
    )


def test_a29_cancelling_partial_join_of_signers(on: OnStage) -> None:
    tell(
        on(t=flow(SOME.replace("REST", "cancel") + G)),
        """
        ann submits
        bob approves
        fay approves => leo: cancelled(not_needed); open: g/gus
        """,
    )


def test_a30_dynamic_partial_join_of_signers(on: OnStage) -> None:
    four = flow("- {step: s, who: [user:bob, user:fay, user:leo, user:zoe], sign: {percent: 75}}")
    tell(
        on(t=four),
        """
        ann submits
        bob approves
        fay approves
        # three are left, and three quarters of three are three
        adm removes zoe => open: s/leo
        leo approves    => status: approved
        """,
    )
    tell(
        on(t=four),
        """
        ann submits
        bob approves
        fay approves
        adm removes leo => open: s/zoe
        # the removal itself passes the step
        adm removes zoe => status: approved; open: {}
        """,
    )
    tell(
        on(t=four),
        """
        ann submits
        bob approves
        fay approves
        fay adds wes with => refused: not_your_open_task
        leo adds wes with => open: s/leo, s/zoe, s/wes
        leo approves      => open: s/zoe, s/wes
        wes approves      => status: approved; zoe: cancelled(not_needed)
        """,
    )
