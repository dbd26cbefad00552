from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection, text

from engine.flows.people import About, Directory
from engine.metadata.flows import Who
from tests.flows.asking import (
    _without,
    about_of,
    change_person,
    employ,
    field,
    initiator,
    login_of,
    person_id,
    role,
    statements,
    switch_off,
)
from tests.flows.company import UNITS
from tests.flows.conftest import Ask, Hire, NewRequest, Work

# -- persons, posts, groups ------------------------------------------------------------------


def test_a_user_is_named_by_his_login(ask: Ask) -> None:
    assert ask(Who(kind="user", name="leo")) == ["leo"]
    assert ask(Who(kind="user", name="nobody")) == []


def test_people_come_once_in_the_order_of_the_words_then_by_name(ask: Ask) -> None:
    words = [Who(kind="user", name="leo"), role("finance"), Who(kind="group", name="credit")]

    assert ask(*words) == ["leo", "fay", "fin", "fox", "bob"]


def test_who_is_switched_off_never_comes_out(ask: Ask, connection: Connection) -> None:
    switch_off(connection, "fay")

    assert ask(role("audit")) == []
    assert ask(Who(kind="user", name="ina")) == []
    assert ask(role("finance")) == ["fin", "fox"]
    assert ask(Who(kind="dept_head", name="finance")) == []
    assert ask(Who(kind="same_as", name="a"), decided={"a": (9_999_999,)}) == []


def test_a_group_is_its_members(ask: Ask) -> None:
    assert ask(Who(kind="group", name="credit")) == ["bob", "fay", "leo"]
    assert ask(Who(kind="group", name="debit")) == []


def test_a_post_is_all_who_hold_it(ask: Ask) -> None:
    assert ask(Who(kind="post", name="director")) == ["cat"]
    assert ask(Who(kind="post", name="head")) == ["bob", "fay", "leo", "pam", "wes"]


def test_the_head_of_a_named_unit(ask: Ask, connection: Connection) -> None:
    assert ask(Who(kind="dept_head", name="legal")) == ["leo"]
    assert ask(Who(kind="dept_head", name="moon")) == []
    connection.execute(text("update unit set head_id = null where code = 'legal'"))
    assert ask(Who(kind="dept_head", name="legal")) == []


def test_the_one_who_decided_and_those_who_were_chosen(ask: Ask, people: Mapping[str, int]) -> None:
    decided = {"a": (people["wes"], people["bob"])}
    chosen = {"s": (people["zoe"], people["ina"], people["ann"])}

    assert ask(Who(kind="same_as", name="a"), decided=decided) == ["wes", "bob"]
    assert ask(Who(kind="same_as", name="b"), decided=decided) == []
    assert ask(Who(kind="chosen_by", name="previous"), chosen=chosen) == ["zoe", "ann"]
    assert ask(Who(kind="chosen_by", name="initiator"), chosen=chosen, step="t") == []


# -- the way up ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "level", "found"),
    [("ann", 1, "bob"), ("ann", 2, "cat"), ("ann", 3, "gus"), ("bob", 1, "cat"), ("fox", 2, "gus")],
)
def test_managers_are_counted_upward(ask: Ask, by: str, level: int, found: str) -> None:
    assert ask(initiator("manager", level), by=by) == [found]


def test_nobody_stands_above_the_one_at_the_top(ask: Ask) -> None:
    assert ask(initiator("manager"), by="gus") == []
    assert ask(initiator("manager", level=4)) == []
    assert ask(initiator("manager", level=99)) == []
    assert ask(initiator()) == ["ann"]


def test_without_a_manager_written_down_it_is_the_head_of_the_unit(
    ask: Ask, connection: Connection
) -> None:
    connection.execute(text("update person set manager_id = null"))

    assert ask(initiator("manager")) == ["bob"]
    assert ask(initiator("manager"), by="bob") == ["cat"]  # he heads Sales himself
    assert ask(initiator("manager"), by="cat") == ["gus"]
    assert ask(initiator("manager"), by="gus") == []
    assert ask(initiator("managers_to", upto="nobody")) == ["bob", "cat", "gus"]


def test_a_unit_without_a_head_is_passed_over(ask: Ask, connection: Connection) -> None:
    connection.execute(text("update person set manager_id = null"))
    connection.execute(text("update unit set head_id = null where code = 'sales'"))

    assert ask(initiator("manager")) == ["cat"]
    assert ask(initiator("dept_head")) == ["cat"]


def test_the_head_of_the_initiators_unit_may_be_himself(ask: Ask) -> None:
    assert ask(initiator("dept_head")) == ["bob"]
    assert ask(initiator("dept_head"), by="bob") == ["bob"]  # rule 13 decides what then


def test_managers_up_to_a_post(ask: Ask) -> None:
    assert ask(initiator("managers_to", upto="director")) == ["bob", "cat"]
    assert ask(initiator("managers_to", upto="general_manager")) == ["bob", "cat", "gus"]
    assert ask(initiator("managers_to", upto="head")) == ["bob"]


def test_a_manager_who_is_switched_off_is_not_replaced(ask: Ask, connection: Connection) -> None:
    switch_off(connection, "bob")

    assert ask(initiator("manager")) == []
    assert ask(initiator("manager", level=2)) == ["cat"]
    assert ask(initiator("managers_to", upto="director")) == ["cat"]


def test_a_circle_of_managers_ends(ask: Ask, connection: Connection) -> None:
    change_person(connection, "gus", manager_id=person_id(connection, "ann"))

    assert ask(initiator("managers_to", upto="emperor")) == ["bob", "cat", "gus"]
    assert ask(initiator("manager", level=4)) == []
    change_person(connection, "ann", manager_id=person_id(connection, "ann"))
    assert ask(initiator("manager")) == ["bob"]  # never himself: the head of his unit


def test_a_circle_of_units_ends(ask: Ask, connection: Connection) -> None:
    connection.execute(text("update unit set parent_id = 3 where id = 1"))
    connection.execute(text("update unit set head_id = null"))

    assert ask(initiator("dept_head")) == []


def test_a_manager_without_an_account_is_passed_over(ask: Ask, connection: Connection) -> None:
    change_person(connection, "bob", account_id=None)

    assert ask(initiator("manager")) == ["cat"]


def test_a_long_way_up_stops_at_twenty(ask: Ask, hire: Hire) -> None:
    for number in range(30):
        hire(f"m{number}", unit="sales", manager=f"m{number - 1}" if number else "gus")

    assert len(ask(initiator("managers_to", upto="none"), by="m29")) == 20
    assert ask(initiator("manager", level=20), by="m29") == ["m9"]
    assert ask(initiator("manager", level=21), by="m29") == []


def test_of_two_places_the_newest_counts(ask: Ask, hire: Hire, connection: Connection) -> None:
    eve = hire("eve", unit="sales", manager="bob")
    employ(connection, "eve again", eve, "legal", "leo")

    assert ask(initiator("manager"), by="eve") == ["leo"]


# -- fields ----------------------------------------------------------------------------------


def test_people_named_by_the_record(
    ask: Ask, new_request: NewRequest, people: Mapping[str, int], connection: Connection
) -> None:
    made = new_request(
        "ann",
        buyer=people["pam"],
        owner=person_id(connection, "lia"),
        dept=UNITS["warehouse"][0],
        follow_up=new_request("ann", buyer=people["wes"]),
    )

    assert ask(field("buyer"), record=made) == ["pam"]
    assert ask(field("owner"), record=made) == ["lia"]
    assert ask(field("owner.account"), record=made) == ["lia"]
    assert ask(field("owner.manager"), record=made) == ["leo"]
    assert ask(field("dept"), record=made) == ["wes"]
    assert ask(field("follow_up.buyer"), record=made) == ["wes"]
    assert ask(field("created_by"), record=made) == ["ann"]
    assert ask(field("scope_unit"), record=made) == ["bob"]
    assert ask(field("buyer")) == ask(field("owner.manager")) == ask(field("follow_up.buyer")) == []


def test_people_named_by_lines_come_in_their_order(
    ask: Ask, new_request: NewRequest, people: Mapping[str, int]
) -> None:
    checkers = ["wes", "fay", None, "wes", "ina", "bob"]
    rows = [{"item": "i", "checker": people[one] if one else None} for one in checkers]
    made = new_request("ann", lines=rows)
    above = new_request("ann", follow_up=made)

    assert ask(field("lines.checker"), record=made) == ["wes", "fay", "bob"]
    assert ask(field("follow_up.lines.checker"), record=above) == ["wes", "fay", "bob"]
    assert ask(field("lines.checker"), record=above) == []


def test_a_record_not_yet_saved_names_people_by_its_values(
    work: Work, people: Mapping[str, int], connection: Connection
) -> None:
    values = {"buyer": people["pam"], "owner": person_id(connection, "lia"), "unit": 3}
    draft = About(
        initiator=people["ann"],
        entity="request",
        record_id=0,
        record=values,
        decided={},
        chosen={},
        step="s",
    )
    directory = Directory(work("ann"))

    assert directory.resolve([field("owner.manager"), field("buyer")], draft) == [
        people["leo"],
        people["pam"],
    ]
    assert directory.resolve([role("legal")], draft) == [people["leo"], people["lia"]]


# -- administrators, names, memory -----------------------------------------------------------


def test_administrators_are_those_named_else_the_admins(
    work: Work, people: Mapping[str, int], connection: Connection, new_request: NewRequest
) -> None:
    mine = work("ann")
    about = about_of(mine, people["ann"], new_request("ann"))

    assert Directory(mine).administrators([Who(kind="user", name="pam")], about) == [people["pam"]]
    assert Directory(mine).administrators([], about) == [people["adm"]]
    assert Directory(mine).administrators([role("audit")], about) == [people["adm"]]


def test_names_are_given_of_those_who_left_too(work: Work, people: Mapping[str, int]) -> None:
    asked = [people["ina"], people["ann"], people["ann"], -1]

    found = Directory(work("ann")).names(asked)
    assert found == {people["ina"]: "Ina Tester", people["ann"]: "Ann Tester"}
    assert Directory(work("ann")).active(asked) == {people["ann"]}


def test_people_are_looked_up_live(ask: Ask, hire: Hire, connection: Connection) -> None:
    assert ask(initiator("manager")) == ["bob"]
    change_person(connection, "ann", manager_id=person_id(connection, "zoe"))

    assert ask(initiator("manager")) == ["zoe"]


def test_one_piece_of_work_reads_once_and_forgets_when_told(
    work: Work, people: Mapping[str, int], connection: Connection, new_request: NewRequest
) -> None:
    mine = work("ann")
    about = about_of(mine, people["ann"], new_request("ann"))
    words = [initiator("manager"), role("finance"), initiator("managers_to", upto="none")]
    with statements(connection) as first:
        known = Directory(mine).resolve(words, about)
    with statements(connection) as again:
        Directory(mine).resolve([initiator("manager")], about)

    assert [login_of(connection, user) for user in known] == [
        "bob",
        "fay",
        "fin",
        "fox",
        "cat",
        "gus",
    ]
    assert len(first) <= 4  # the way up by persons, the units', the role, the accounts
    assert again == []
    change_person(connection, "ann", manager_id=person_id(connection, "zoe"))
    assert Directory(mine).resolve([initiator("manager")], about) == [people["bob"]]
    Directory(mine).forget()
    assert Directory(mine).resolve([initiator("manager")], about) == [people["zoe"]]


# -- companies that say less -----------------------------------------------------------------


def test_without_people_the_unit_is_that_of_the_grants(
    work: Work, people: Mapping[str, int], hire: Hire, new_request: NewRequest
) -> None:
    eve, two = hire("eve", cashier=["sales"]), hire("two", cashier=["sales", "legal"])
    mine = work("adm", of=_without("people: "))
    number = new_request("ann")

    def of(user: int, *who: Who) -> list[str]:
        found = Directory(mine).resolve(who, about_of(mine, user, number))
        return [login_of(mine.connection, one) for one in found]

    assert of(eve, initiator("dept_head")) == ["bob"]
    assert of(eve, initiator("managers_to", upto="none")) == ["bob", "cat", "gus"]
    assert of(two, initiator("manager"), initiator("dept_head")) == []
    assert of(eve, Who(kind="post", name="head"), field("owner")) == []


def test_an_account_that_is_nobodys_employee_has_the_unit_of_its_grants(
    ask: Ask, hire: Hire
) -> None:
    hire("eve", cashier=["legal"])

    assert ask(initiator("manager"), by="eve") == ["leo"]


def test_a_company_without_groups_has_none(
    work: Work, people: Mapping[str, int], new_request: NewRequest
) -> None:
    mine = work("adm", of=_without("groups: "))
    about = about_of(mine, people["ann"], new_request("ann"))

    assert Directory(mine).resolve([Who(kind="group", name="credit")], about) == []
