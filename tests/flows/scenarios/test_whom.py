"""Who is asked, and who need not be: rules 11 to 13, and the ways to name people."""

from __future__ import annotations

import pytest

from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.story import tell


def repeated(rule: str, watch: str = "[amount]") -> str:
    return flow(
        """
- {step: a, who: user:bob}
- {step: b, who: user:fay}
- {step: c, who: user:bob, edit: [amount]}
- {step: d, who: [user:bob, user:gus], sign: all}
""",
        rules=f"{{repeated: {rule}, watch: {watch}}}",
    )


def test_who_has_agreed_is_asked_again(on: OnStage) -> None:
    tell(
        on(t=repeated("ask")),
        """
        ann submits
        bob approves
        fay approves => open: c/bob
        bob approves => open: d/bob, d/gus
        """,
    )


def test_who_has_agreed_just_before_is_spared(on: OnStage) -> None:
    tell(
        on(t=repeated("skip_adjacent")),
        """
        ann submits
        bob approves
        fay approves => open: c/bob
        bob approves => open: d/gus; bob/d: skipped(repeated)
        gus approves => status: approved
        """,
    )


def test_who_has_agreed_anywhere_before_is_spared(on: OnStage) -> None:
    tell(
        on(t=repeated("skip_any")),
        """
        ann submits
        bob approves
        fay approves => open: d/gus; bob/c: skipped(repeated); bob/d: skipped(repeated)
        """,
    )


def test_an_approval_of_something_else_spares_nobody(on: OnStage) -> None:
    tell(
        on(t=repeated("skip_adjacent")),
        """
        ann submits
        bob approves
        fay approves
        # he changes what is watched: what he agreed to is what he made it
        bob approves amount=9 => open: d/gus
        """,
    )
    changed = flow(
        """
- {step: a, who: user:bob}
- {step: b, who: user:fay, edit: [amount]}
- {step: c, who: user:bob}
""",
        rules="{repeated: skip_any, watch: [amount]}",
    )
    tell(
        on(t=changed),
        """
        ann submits
        bob approves
        fay approves amount=9 => open: c/bob
        """,
    )


def test_an_approval_that_was_gone_back_on_spares_nobody(on: OnStage) -> None:
    tell(
        on(
            t=flow(
                """
- {step: a, who: user:bob}
- {step: b, who: user:fay}
- {step: c, who: user:bob}
""",
                rules="{repeated: skip_any}",
            )
        ),
        """
        ann submits
        bob approves
        fay returns
        ann resubmits
        adm forces approved at a
        # what bob agreed to before the return counts no more
        fay approves => open: c/bob
        """,
    )


def myself(rule: str, sign: str = "all") -> str:
    return flow(f"- {{step: s, who: [user:ann, user:fay], self: {rule}, sign: {sign}}}")


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("{to: initiator.manager}", "s/bob, s/fay"),
        ("{to: user:zoe}", "s/zoe, s/fay"),
        ("{to: user:ann}", "s/fay"),
        ("skip", "s/fay"),
        ("allow", "s/ann, s/fay"),
    ],
)
def test_an_approver_who_is_the_initiator(on: OnStage, rule: str, asked: str) -> None:
    tell(on(t=myself(rule)), f"ann submits => open: {asked}")


def test_a_step_of_the_initiator_alone_is_skipped_or_goes_to_his_manager(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: initiator, self: skip}\n- {step: g, who: user:gus}")),
        "ann submits => open: g/gus",
    )
    tell(on(t=flow("- {step: s, who: initiator}")), "ann submits => open: s/bob")
    # who has no manager is nobody's: rule 12
    game = on(t=flow("- {step: s, who: role:gm}"))
    game.new("gus")
    tell(game, "gus submits => open: s/adm")


@pytest.mark.parametrize(
    ("rule", "then"),
    [
        ("hold", "open: s/adm; status: running"),
        ("skip", "open: g/gus"),
        ("reject", "status: rejected"),
        ("{to: user:zoe}", "open: s/zoe"),
        ("{to: user:ina}", "open: s/adm"),
        ("{to: user:ann}", "open: s/adm"),
    ],
)
def test_nobody_is_found(on: OnStage, rule: str, then: str) -> None:
    steps = f"- {{step: s, who: role:audit, nobody: {rule}}}\n- {{step: g, who: user:gus}}"
    tell(on(t=flow(steps)), f"ann submits => {then}")


def test_an_administrator_names_somebody_for_a_step_that_found_nobody(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: role:audit}"))
    tell(game, "ann submits => open: s/adm")
    assert game.case_row().held
    assert game.told("adm")
    tell(
        game,
        """
        adm approves             => refused: not_open
        bob assigns zoe at s     => refused: not_admin
        adm assigns ina at s     => refused: inactive
        adm assigns ann at s     => refused: self_approval
        adm assigns at s         => refused: no_people
        adm assigns zoe wes at s => open: s/zoe, s/wes
        adm assigns fay at s     => refused: not_open
        zoe approves             => status: approved
        """,
    )
    assert not game.case_row().held


def test_too_few_are_found_for_the_votes_needed(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: [role:audit, role:gm], sign: {at_least: 2}}"))
    tell(
        game,
        """
        ann submits          => open: s/adm
        adm assigns zoe at s => open: s/gus, s/zoe
        gus approves
        zoe approves         => status: approved
        """,
    )


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("user:zoe", "zoe"),
        ("role:finance", "fay, fin, fox"),
        ("dept_head:legal", "leo"),
        ("post:director", "cat"),
        ("group:credit", "bob, fay, leo"),
        ("field:buyer", "wes"),
        ("initiator.manager", "bob"),
        ("initiator.manager+1", "cat"),
        ("initiator.manager+2", "gus"),
        ("initiator.dept_head", "bob"),
        ("initiator.managers_to:director", "bob, cat"),
        ("[user:zoe, role:legal]", "zoe, leo, lia"),
        ("[user:zoe, user:ina]", "zoe"),
    ],
)
def test_the_ways_to_name_people(on: OnStage, who: str, asked: str) -> None:
    named = who if who.startswith("[") else f"'{who}'"
    game = on(t=flow(f"- {{step: s, who: {named}, sign: all}}"))
    game.set(buyer=game.users["wes"])
    tell(game, "ann submits")
    assert game.open == [f"s/{login}" for login in asked.split(", ")]


def test_the_same_people_as_in_a_step_before(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: a, who: role:finance}\n- {step: b, who: 'same_as:a'}")),
        """
        ann submits
        fin approves => open: b/fin
        """,
    )


CHOSEN = flow(
    """
- {step: a, who: user:bob}
- {step: b, who: "chosen_by:previous"}
- {step: c, who: "chosen_by:initiator"}
"""
)


def test_people_chosen_by_the_initiator_and_by_who_decided_before(on: OnStage) -> None:
    game = on(t=CHOSEN)
    tell(
        game,
        """
        ann submits choosing=b:zoe => refused: bad_target
        ann submits choosing=c:ina => refused: inactive
        ann submits choosing=z:zoe => refused: bad_target
        ann submits choosing=c:zoe,wes => open: a/bob
        bob approves choosing=c:fay => refused: bad_target
        bob approves choosing=b:ina => refused: inactive
        bob approves choosing=b:lia => open: b/lia
        lia approves                => open: c/zoe, c/wes
        """,
    )


def test_nobody_was_chosen(on: OnStage) -> None:
    tell(
        on(t=CHOSEN),
        """
        ann submits
        bob approves => open: b/adm
        """,
    )


def test_people_are_found_as_they_are_when_the_step_is_reached(on: OnStage) -> None:
    game = on(t=flow("- {step: a, who: user:bob}\n- {step: b, who: role:finance}"))
    tell(game, "ann submits")
    game.switch_off("fox")
    game.give_role("zoe", "finance")
    tell(game, "bob approves => open: b/fay, b/fin, b/zoe")


def test_who_was_switched_off_cannot_decide_and_is_handed_over(on: OnStage) -> None:
    game = on(t=flow("- {step: a, who: user:bob}"))
    tell(game, "ann submits")
    game.switch_off("bob")
    tell(
        game,
        """
        adm hands_over bob zoe => open: a/zoe
        zoe approves           => status: approved
        """,
    )


def test_who_may_start_a_flow(on: OnStage) -> None:
    only = flow(
        "- {step: a, who: user:bob}",
        start="{who: [role:finance], when: amount > 5, edit: [title]}",
    )
    game = on({"amount": "5"}, t=only)
    tell(
        game,
        """
        ann submits => refused: may_not_start
        zoe submits => refused: not_found
        fin submits => refused: condition
        ann changes amount=6
        ann submits => refused: may_not_start
        fin submits => open: a/bob
        bob returns => open: resubmit/fin
        """,
    )
    assert game.case_row().initiator_id == game.users["fin"]


def test_flows_of_one_entity_are_told_apart_by_unit_and_condition(on: OnStage) -> None:
    flows = {
        "small": flow("- {step: a, who: user:bob}", name="small", applies="{when: amount < 100}"),
        "sales": flow("- {step: b, who: user:cat}", name="sales", applies="{units: [sales]}"),
        "other": flow("- {step: c, who: user:gus}", name="other"),
    }
    tell(on({"amount": "50"}, **flows), "ann submits => open: b/cat")
    tell(on({"amount": "50", "unit": 4}, **flows), "ann submits => open: a/bob")
    tell(on({"amount": "500", "unit": 4}, **flows), "ann submits => open: c/gus")
