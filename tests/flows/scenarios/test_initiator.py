"""What the initiator may do: 撤回, 催辦, 抄送; and 拿回 by who has decided (rules 4, 5, 24)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.extension import Invalid, NotFound
from engine.flows.forecast import before_start
from engine.flows.panel import panel
from engine.flows.service import FlowService
from tests.flows.company import catalog_with
from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.sound import snapshot
from tests.flows.story import tell

TWO = "- {step: a, who: user:bob}\n- {step: b, who: user:fay}"


def test_until_when_a_request_can_be_withdrawn(on: OnStage) -> None:
    tell(
        on(t=flow(TWO)),
        """
        ann submits
        bob approves
        bob withdraws => refused: not_initiator
        adm withdraws => refused: not_initiator
        ann withdraws => status: withdrawn; state: draft; fay: cancelled(withdrawn); bob: approved
        ann withdraws => refused: not_running
        """,
    )
    tell(
        on(t=flow(TWO, rules="{withdraw: never}")),
        """
        ann submits
        ann withdraws => refused: not_allowed
        """,
    )


def test_what_is_handed_in_anew_is_another_case_by_the_newest_text(on: OnStage) -> None:
    game = on(t=flow(TWO))
    tell(
        game,
        """
        ann submits
        ann withdraws
        """,
    )
    first, old = game.case, game.case_row()
    game.catalog = catalog_with(t=flow("- {step: z, who: user:zoe}"))
    tell(game, "ann submits => open: z/zoe")
    new = game.case_row()
    assert new.previous_id == first
    assert new.definition_id != old.definition_id


def test_after_a_refusal_the_initiator_cannot_simply_submit_again(on: OnStage) -> None:
    tell(
        on(t=flow(TWO)),
        """
        ann submits
        bob rejects
        ann submits => refused: wrong_state
        """,
    )


def test_a_decision_is_taken_back_while_nobody_has_acted_on_it(on: OnStage) -> None:
    tell(
        on(t=flow(TWO)),
        """
        ann submits
        bob takes_back => refused: not_your_task
        bob approves   => open: b/fay
        fay takes_back => refused: not_your_task
        bob takes_back => open: a/bob; fay: cancelled(taken_back)
        bob approves
        fay approves
        bob takes_back => refused: not_running
        """,
    )
    tell(
        on(t=flow(TWO + "\n- {step: c, who: user:gus}")),
        """
        ann submits
        bob approves
        fay approves
        bob takes_back => refused: already_decided
        fay takes_back => open: b/fay
        bob takes_back => open: a/bob
        """,
    )


def test_taking_back_leaves_the_votes_of_the_others(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: [user:bob, user:fay], sign: all}\n- {step: g, who: user:gus}")),
        """
        ann submits
        bob approves
        fay approves   => open: g/gus
        bob takes_back => refused: already_decided
        fay takes_back => open: s/fay; bob: approved
        fay approves   => open: g/gus
        """,
    )


def test_a_step_may_not_let_decisions_be_taken_back(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: a, who: user:bob, can: [reject]}\n- {step: b, who: user:fay}")),
        """
        ann submits
        bob approves
        bob takes_back => refused: not_allowed
        """,
    )


def test_signers_asked_after_oneself_can_be_called_off(on: OnStage) -> None:
    tell(
        on(t=flow(TWO)),
        """
        ann submits
        bob adds zoe after => held: a/bob
        bob takes_back     => open: a/bob; zoe: cancelled(taken_back)
        """,
    )


def test_urging_is_limited_to_once_in_half_an_hour(on: OnStage) -> None:
    game = on(t=flow(TWO))
    tell(
        game,
        """
        ann submits
        bob urges   => refused: not_initiator
        fay urges   => refused: not_initiator
        ann urges   => open: a/bob
        ann urges   => refused: too_soon
        +29 minutes
        adm urges   => refused: too_soon
        +1 minutes
        adm urges   => open: a/bob
        bob approves
        # another task: its own half hour
        ann urges   => open: b/fay
        fay approves
        ann urges   => refused: not_running
        """,
    )
    assert len([text for text in game.told("bob") if text.startswith("Please decide")]) == 2
    assert game.logged().count("urge") == 3


def test_people_are_copied_once_each_and_may_read(on: OnStage) -> None:
    game = on(t=flow(TWO.replace("who: user:bob", "who: user:bob, cc: [user:zoe, role:legal]")))
    tell(
        game,
        """
        ann submits
        zoe copies zoe     => refused: not_allowed
        zoe comments       => refused: not_yours
        fay copies wes     => refused: not_allowed
        ann copies ina     => refused: inactive
        ann copies         => refused: no_people
        ann copies zoe pam => copied: pam, zoe
        bob approves       => copied: leo, lia, pam, zoe; open: b/fay
        fay copies wes zoe => copied: leo, lia, pam, wes, zoe
        zoe comments       => open: b/fay
        """,
    )
    assert len([text for text in game.told("zoe") if text.startswith("Copy for you")]) == 1
    assert panel(game.work("zoe"), game.case).row.id == game.case
    other = on(t=flow(TWO))
    tell(other, "ann submits")
    with pytest.raises(NotFound):
        panel(other.work("zoe"), other.case)


def test_a_step_may_not_let_its_people_copy(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: a, who: user:bob, can: [reject]}")),
        """
        ann submits
        bob copies zoe => refused: not_allowed
        adm copies zoe => copied: zoe
        """,
    )


def test_a_draft_is_nobodys_business_until_it_is_submitted(on: OnStage) -> None:
    game = on(t=flow(TWO))
    count = "select count(*) from wy_flow_case"
    assert game.connection.exec_driver_sql(count).scalar_one() == 0
    assert game.state == "draft"
    tell(
        game,
        """
        ann changes title=Better
        ann changes state=approved => refused: forbidden
        ann submits => open: a/bob
        """,
    )


def test_the_initiator_sees_beforehand_who_will_be_asked(on: OnStage) -> None:
    game = on(
        {"amount": "500"},
        t=flow(
            """
- {step: m, who: initiator.manager, title: Manager}
- choose: c
  branches:
    - {when: amount <= 100, steps: []}
    - {else: true, steps: [{step: f, who: role:finance, sign: all}]}
- {step: x, who: role:audit}
- {step: p, who: "chosen_by:initiator"}
"""
        ),
    )
    users = game.users
    coming = before_start(
        game.work("ann"), "request", game.request, "submit", {"p": [users["zoe"]]}
    )
    assert [(one.step, one.people, one.nobody) for one in coming] == [
        ("m", (users["bob"],), False),
        ("f", tuple(users[login] for login in ("fay", "fin", "fox")), False),
        ("x", (), True),
        ("p", (users["zoe"],), False),
    ]
    assert game.connection.exec_driver_sql("select count(*) from wy_flow_case").scalar_one() == 0
    assert coming[0].title == "Manager"
    game.now += timedelta(minutes=1)
    tell(game, "ann submits choosing=p:zoe => open: m/bob")


AT_ONCE = """
flow: t
title: Test
for: request
states:
  draft: {initial: true, edit: all}
  pending: {}
  approved: {}
  rejected: {}
  voided: {}
actions:
  submit:
    from: draft
    who: role:staff
    during: pending
    then: {approved: approved, rejected: rejected, returned: draft, withdrawn: draft}
    steps: [{step: s, who: user:bob}]
  cancel: {from: draft, who: role:staff, to: voided}
"""


def test_what_takes_effect_at_once_takes_no_files(on: OnStage) -> None:
    """There is no log for them to stay in: refused, not forgotten."""
    game = on(t=AT_ONCE)
    before = snapshot(game.connection)
    service = FlowService(game.work("ann"))
    with pytest.raises(Invalid) as refused:
        service.start("request", game.request, "cancel", files=[1])
    assert [(p.field, p.code) for p in refused.value.problems] == [("attachments", "no_log")]
    assert snapshot(game.connection) == before
    assert service.start("request", game.request, "cancel").status == "voided"
