"""What people may change, must fill in and do not see; through every door (rules 20 to 22)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.extension import Invalid, Refused
from engine.records import RecordService
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.sound import snapshot
from tests.flows.story import tell

STEP = """
- step: s
  who: user:fay
  edit: [approved_amount, note]
  require: [approved_amount]
  hide: [special_terms]
- {step: g, who: user:gus}
"""


def form(game: Stage, login: str, **values: object) -> None:
    game.change(login, **values)


def plugin(game: Stage, login: str, **values: object) -> None:
    work = game.work(login).as_trusted()
    RecordService(work).change("request", game.request, values)


def bulk(game: Stage, login: str, **values: object) -> None:
    outcome = RecordService(game.work(login)).bulk_change("request", [game.request], values)
    if outcome.failures:
        raise Refused("bulk")


DOORS: list[Callable[..., None]] = [form, plugin, bulk]


def test_an_approver_changes_what_his_step_lets_him(on: OnStage) -> None:
    game = on(t=flow(STEP))
    tell(
        game,
        """
        ann submits
        fay approves                            => refused: required
        fay approves amount=5                   => refused: refused
        fay approves approved_amount=x          => refused: invalid
        gus approves approved_amount=3          => refused: not_your_task
        fay approves approved_amount=3 note=ok  => open: g/gus
        gus approves note=more                  => refused: refused
        gus approves                            => status: approved
        """,
    )
    query = "select changes from wy_flow_log where case_id = %s and changes <> '{}'"
    (changes,) = game.connection.exec_driver_sql(query, (game.case,)).scalars()
    assert changes == {"approved_amount": [None, "3.00"], "note": [None, "ok"]}


def test_what_is_asked_for_is_asked_for_when_approving_only(on: OnStage) -> None:
    for act in ("fay rejects", "fay returns", "fay transfers to zoe", "fay adds zoe with"):
        game = on(t=flow(STEP))
        tell(game, "ann submits")
        tell(game, act)


def test_required_lines_are_asked_for(on: OnStage) -> None:
    steps = "- {step: s, who: user:fay, require: [lines]}"
    tell(
        on(t=flow(steps)),
        """
        ann submits
        fay approves => refused: required
        """,
    )
    tell(
        on({"lines": [{"item": "ink"}]}, t=flow(steps)),
        """
        ann submits
        fay approves => status: approved
        """,
    )


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("state", ["pending", "approved", "rejected"])
def test_a_record_under_approval_or_decided_is_locked_at_every_door(
    on: OnStage, door: Callable[..., None], state: str
) -> None:
    game = on(t=flow("- {step: s, who: user:fay}"))
    tell(game, "ann submits")
    if state != "pending":
        tell(game, "fay approves" if state == "approved" else "fay rejects")
    assert game.state == state
    before = snapshot(game.connection)
    for login in ("ann", "bob", "adm"):
        with pytest.raises((Refused, Invalid)):
            door(game, login, title="Other")
        with pytest.raises((Refused, Invalid)):
            door(game, login, lines=[{"item": "slipped in"}])
        with pytest.raises((Refused, Invalid)):
            door(game, login, state="draft")
    assert snapshot(game.connection) == before


@pytest.mark.parametrize("door", [form, plugin])
def test_an_approver_may_change_his_fields_in_the_form_too_and_nobody_else(
    on: OnStage, door: Callable[..., None]
) -> None:
    game = on(t=flow(STEP))
    tell(game, "ann submits")
    door(game, "fay", approved_amount=3)
    for login, field in (("fay", "amount"), ("ann", "note"), ("gus", "note"), ("fay", "state")):
        with pytest.raises((Refused, Invalid)):
            door(game, login, **{field: "1"})
    tell(game, "adm suspends")
    with pytest.raises(Refused):
        door(game, "fay", approved_amount=4)
    tell(
        game,
        """
        adm resumes
        fay approves => open: g/gus
        """,
    )
    with pytest.raises(Refused):
        door(game, "fay", approved_amount=4)


def test_a_state_says_what_stays_open_in_it(on: OnStage) -> None:
    text = """
flow: t
for: request
states:
  draft: {initial: true, edit: all}
  pending: {}
  approved: {edit: [note]}
  rejected: {}
actions:
  submit:
    from: draft
    during: pending
    then: {approved: approved, rejected: rejected}
    steps: [{step: s, who: user:fay}]
  reopen: {from: [approved, rejected], to: draft, who: role:gm}
"""
    game = on(t=text)
    tell(
        game,
        """
        ann submits
        ann changes note=x  => refused: refused
        fay approves        => state: approved
        ann changes note=x
        ann changes title=x => refused: refused
        ann submits reopen  => refused: may_not_start
        gus submits reopen  => state: draft
        ann changes title=x
        ann submits         => open: s/fay
        """,
    )


@pytest.mark.parametrize("state", ["pending", "approved", "rejected"])
def test_a_record_under_approval_or_decided_is_not_deleted(on: OnStage, state: str) -> None:
    game = on(t=flow("- {step: s, who: user:fay}"))
    tell(game, "ann submits")
    if state != "pending":
        tell(game, "fay approves" if state == "approved" else "fay rejects")
    tell(game, "adm deletes => refused: refused")


def test_a_returned_record_is_not_deleted_though_it_can_be_changed(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: user:fay}")),
        """
        ann submits
        fay returns => state: draft
        ann changes title=Better
        ann deletes => refused: refused
        """,
    )


def test_a_draft_may_be_deleted(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: user:fay}"))
    game.delete("ann")
    assert game.connection.exec_driver_sql("select count(*) from request").scalar_one() == 0


def test_a_new_record_cannot_claim_to_be_approved(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: user:fay}"))
    values = {"title": "x", "unit": 3, "state": "approved"}
    with pytest.raises((Refused, Invalid)):
        RecordService(game.work("ann")).create("request", values)
    with pytest.raises((Refused, Invalid)):
        RecordService(game.work("ann").as_trusted()).create("request", values)
    with pytest.raises((Refused, Invalid)):
        RecordService(game.work("ann")).create_many("request", [values])
    with pytest.raises((Refused, Invalid)):
        RecordService(game.work("ann").as_trusted()).create_many("request", [values])


def test_what_the_initiator_may_mend(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: user:fay}", start="{edit: [title]}"))
    tell(
        game,
        """
        ann submits
        fay returns
        ann resubmits amount=5     => refused: refused
        ann resubmits title=Better => open: s/fay
        """,
    )
