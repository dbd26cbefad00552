"""Buttons and bulk changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.extension import Invalid, NotFound, Refused
from engine.records import offered
from tests.records.conftest import As
from tests.records.test_writing import customer, order, problems


def test_a_button_sets_asks_and_acts_in_one_go(as_: As) -> None:
    boss = as_(boss=[2])
    owner = customer(boss)
    made = order(boss, owner, state="ready")
    boss.press("order", "post", [made["id"]], {"why": "fine"})

    posted = boss.get("order", made["id"])
    assert (posted["state"], posted["note"]) == ("posted", "fine")
    assert boss.get("customer", owner["id"])["discount"] == Decimal(5)


def test_a_button_says_why_it_is_grey_and_refuses_the_same_way(as_: As) -> None:
    boss = as_(boss=[2])
    made = order(boss, customer(boss))
    [(button, why)] = offered(boss.work, "order", boss.get("order", made["id"]))
    with pytest.raises(Refused) as wrong:
        boss.press("order", "post", [made["id"]], {"why": "x"})

    assert button.name == "post"
    assert why == "只有就緒的訂單可以過帳"
    assert why in str(wrong.value)


def test_the_dialogs_answers_are_checked(as_: As) -> None:
    boss = as_(boss=[2])
    made = order(boss, customer(boss), state="ready")
    with pytest.raises(Invalid) as wrong:
        boss.press("order", "post", [made["id"]], {"colour": "red"})

    assert problems(wrong) == {"colour": "unknown", "why": "required"}


def test_all_are_pressed_or_none(as_: As) -> None:
    boss = as_(boss=[2])
    owner = customer(boss)
    ready = order(boss, owner, state="ready", due_on="2026-01-01")
    draft = order(boss, owner, due_on="2026-01-02")
    savepoint = boss.work.connection.begin_nested()
    with pytest.raises(Refused):
        boss.press("order", "post", [ready["id"], draft["id"]], {"why": "x"})
    savepoint.rollback()

    assert boss.get("order", ready["id"])["state"] == "ready"


def test_a_record_of_another_unit_in_the_list_refuses_the_whole_press(as_: As) -> None:
    hq, east = as_(boss=[1]), as_(boss=[2])
    own = order(east, customer(east), state="ready")
    foreign = order(hq, hq.create("customer", {"name": "W", "unit": 3}), state="ready")
    with pytest.raises(NotFound):
        east.press("order", "post", [own["id"], foreign["id"]], {"why": "x"})


def test_nobody_presses_without_the_buttons_own_right(as_: As) -> None:
    clerk, boss = as_(clerk=[2]), as_(boss=[2])
    made = order(boss, customer(boss), state="ready")
    with pytest.raises(Refused):
        clerk.press("order", "post", [made["id"]], {"why": "x"})


def test_a_bulk_preview_leaves_nothing_behind(as_: As) -> None:
    clerk = as_(clerk=[2])
    ids = clerk.create_many("customer", [{"name": f"c{i}", "unit": 2} for i in range(3)])
    outcome = clerk.preview_bulk("customer", ids, {"city": "珠海"})

    assert outcome.changed == tuple(sorted(ids))
    assert {clerk.get("customer", i)["city"] for i in ids} == {None}


def test_a_bulk_change_is_for_all_or_for_none(as_: As) -> None:
    boss = as_(boss=[2])
    owner = customer(boss)
    open_ = order(boss, owner)
    closed = order(boss, owner, state="posted")
    with pytest.raises(Invalid) as wrong:
        boss.bulk_change("order", [open_["id"], closed["id"]], {"city": "珠海"})
    done = boss.bulk_change("order", [open_["id"]], {"city": "珠海"})

    assert list(problems(wrong)) == [f"{closed['id']}."]
    assert done.changed == (open_["id"],)


def test_a_bulk_change_can_clear_a_field(as_: As) -> None:
    clerk = as_(clerk=[2])
    made = customer(clerk)
    clerk.bulk_change("customer", [made["id"]], {"city": None})

    assert clerk.get("customer", made["id"])["city"] is None
