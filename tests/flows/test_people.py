from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text, update

from engine.access import SYSTEM, Grant, NewUser, create_user, grant
from engine.flows.people import About, Directory
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.metadata.flows import Who
from engine.records import RecordService, Workspace
from tests.flows.company import HASH, UNITS, people_now, tables, texts
from tests.flows.conftest import NewRequest, Work

Ask = Callable[..., list[str]]
Hire = Callable[..., int]


@pytest.fixture
def ask(work: Work, new_request: NewRequest) -> Ask:
    """Ask for the logins of whom some words mean, for a new request or another record."""

    def make(
        *who: Who, by: str = "ann", entity: str = "request", record: Any = None, **about: Any
    ) -> list[str]:
        mine = work("adm")
        number = new_request("ann") if record is None else record
        stored = RecordService(mine).get(entity, number)
        asked = About(
            initiator=people_now(mine.connection)[by],
            entity=entity,
            record_id=number,
            record=stored,
            decided=about.pop("decided", {}),
            chosen=about.pop("chosen", {}),
            step=about.pop("step", "s"),
        )
        found = Directory(mine).resolve(who, asked)
        return [login_of(mine.connection, user) for user in found]

    return make


@pytest.fixture
def hire(connection: Connection) -> Hire:
    """Make an account: hire("eve", unit="sales", manager="ann", cashier=["sales", None])."""

    def make(login: str, unit: str = "", manager: str = "", **roles: list[str | None]) -> int:
        given = {
            role: [None if code is None else UNITS[code][0] for code in units]
            for role, units in roles.items()
        }
        one = NewUser(login=login, name=f"{login} T", password="long enough", roles=given)
        made = create_user(connection, one, method=HASH)
        if unit:
            employ(connection, login, made, unit, manager)
        return made

    return make


def employ(connection: Connection, login: str, user: int, unit: str, manager: str) -> None:
    row = {"name": login.title(), "account_id": user, "unit_id": UNITS[unit][0]}
    row["manager_id"] = person_id(connection, manager) if manager else None
    connection.execute(insert(tables().table("person")).values(row))


def login_of(connection: Connection, user: int) -> str:
    found = connection.scalar(text("select username from ab_user where id = :id"), {"id": user})
    return str(found)


def switch_off(connection: Connection, login: str) -> None:
    connection.execute(text(f"update ab_user set active = false where username = '{login}'"))


def change_person(connection: Connection, login: str, **values: Any) -> None:
    person = tables().table("person")
    name = login.title()
    connection.execute(update(person).where(person.c.name == name).values(values))


def person_id(connection: Connection, login: str) -> int:
    query = text("select id from person where name = :name")
    return int(connection.execute(query, {"name": login.title()}).scalar_one())


def initiator(name: str = "", level: int = 1, upto: str = "") -> Who:
    return Who(kind="initiator", name=name, level=level, upto=upto)


def role(name: str, within: str = "") -> Who:
    return Who(kind="role", name=name, within=within)


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


# -- roles -----------------------------------------------------------------------------------


def test_a_role_is_all_who_reach_the_record(ask: Ask, hire: Hire) -> None:
    hire("own", cashier=["sales"])
    hire("above", cashier=["business"])
    hire("top", cashier=["hq"])
    hire("all", cashier=[None])
    hire("other", cashier=["legal"])
    hire("nowhere", cashier=[])

    assert ask(role("cashier")) == ["above", "all", "own", "top"]


def test_a_record_that_no_unit_owns_is_for_every_holder(
    ask: Ask, hire: Hire, connection: Connection
) -> None:
    hire("other", cashier=["legal"])
    hire("nowhere", cashier=[])
    memo = connection.scalar(
        text("insert into memo (title, state) values ('m', 'draft') returning id")
    )

    assert ask(role("cashier"), entity="memo", record=memo) == ["nowhere", "other"]


def test_a_scoped_record_without_a_unit_is_for_those_above_all(
    ask: Ask, hire: Hire, new_request: NewRequest, connection: Connection
) -> None:
    hire("own", cashier=["sales"])
    hire("top", cashier=["hq"])
    hire("all", cashier=[None])
    made = new_request("ann")
    unowned = "update request set unit_id = null, scope_unit_id = null where id = :id"
    connection.execute(text("alter table request alter column unit_id drop not null"))
    connection.execute(text(unowned), {"id": made})

    assert ask(role("cashier"), record=made) == ["all", "top"]


def test_a_line_is_owned_with_its_record(
    ask: Ask, hire: Hire, new_request: NewRequest, connection: Connection
) -> None:
    hire("own", cashier=["sales"])
    hire("other", cashier=["legal"])
    made = new_request("ann", lines=["paper"])
    line = connection.scalar(text("select id from request_line where request_id = :r"), {"r": made})

    assert ask(role("cashier"), entity="request_line", record=line) == ["own"]


def test_a_role_that_includes_it_counts(ask: Ask, hire: Hire) -> None:
    hire("chief", finance_chief=["hq"])

    assert ask(role("finance")) == ["fay", "fin", "fox", "chief"]
    assert ask(role("finance_chief")) == ["chief"]


def test_a_role_through_a_group_of_accounts_counts(
    ask: Ask, hire: Hire, connection: Connection
) -> None:
    eve = hire("eve")
    role_id = connection.scalar(text("select id from ab_role where name = 'cashier'"))
    connection.execute(text("insert into ab_group (id, name) values (1, 'g')"))
    connection.execute(
        text("insert into ab_user_group (id, user_id, group_id) values (1, :u, 1)"), {"u": eve}
    )
    connection.execute(
        text("insert into ab_group_role (id, group_id, role_id) values (1, 1, :r)"), {"r": role_id}
    )
    connection.execute(
        text("insert into wy_grant (user_id, role_id, unit_id) values (:u, :r, 3)"),
        {"u": eve, "r": role_id},
    )

    assert ask(role("cashier")) == ["eve"]


@pytest.mark.parametrize(
    ("begins", "ends", "counts"),
    [
        (date(2026, 6, 15), date(2026, 6, 15), True),  # the day of NOW
        (None, date(2026, 6, 14), False),
        (date(2026, 6, 16), None, False),
    ],
)
def test_a_grant_counts_on_its_days_only(
    ask: Ask, hire: Hire, connection: Connection, begins: date, ends: date, counts: bool
) -> None:
    eve = hire("eve")
    given = Grant(user_id=eve, role="cashier", unit_id=3, valid_from=begins, valid_to=ends)
    grant(connection, given, SYSTEM)
    memo = connection.scalar(
        text("insert into memo (title, state) values ('m', 'draft') returning id")
    )

    assert ask(role("cashier")) == (["eve"] if counts else [])
    assert ask(role("cashier"), entity="memo", record=memo) == (["eve"] if counts else [])


def test_a_grant_without_the_role_gives_nothing(
    ask: Ask, hire: Hire, connection: Connection
) -> None:
    eve = hire("eve", cashier=["sales"])
    connection.execute(text("delete from ab_user_role where user_id = :u"), {"u": eve})

    assert ask(role("cashier")) == []


def test_nearest_holders_over_the_initiators_unit(ask: Ask, hire: Hire) -> None:
    hire("all", cashier=[None])
    hire("top", cashier=["hq"])
    assert ask(role("cashier", "@initiator.dept")) == ["top"]
    hire("above", cashier=["business"])
    hire("above2", cashier=["business", "hq"])
    assert ask(role("cashier", "@initiator.dept")) == ["above", "above2"]
    assert ask(role("cashier", "@initiator.dept"), by="fin") == ["above2", "top"]
    hire("own", cashier=["sales"])
    assert ask(role("cashier", "initiator.dept")) == ["own"]


def test_who_is_switched_off_hides_nobody_above(
    ask: Ask, hire: Hire, connection: Connection
) -> None:
    hire("own", cashier=["sales"])
    hire("top", cashier=["hq"])
    switch_off(connection, "own")

    assert ask(role("cashier", "@initiator.dept")) == ["top"]


def test_nearest_holders_over_a_named_unit(ask: Ask, hire: Hire) -> None:
    hire("own", cashier=["legal"])
    hire("top", cashier=["hq"])

    assert ask(role("cashier", "@dept:legal")) == ["own"]
    assert ask(role("cashier", "@dept:finance")) == ["top"]
    assert ask(role("cashier", "@dept:moon")) == []


def test_nearest_holders_over_a_unit_of_the_record(
    ask: Ask, hire: Hire, new_request: NewRequest, connection: Connection
) -> None:
    hire("own", cashier=["legal"])
    hire("top", cashier=["hq"])
    owner = person_id(connection, "lia")
    made = new_request("ann", dept=UNITS["legal"][0], owner=owner)

    assert ask(role("cashier", "@field:dept"), record=made) == ["own"]
    assert ask(role("cashier", "@field:owner.unit"), record=made) == ["own"]
    assert ask(role("cashier", "@field:unit"), record=made) == ["top"]
    assert ask(role("cashier", "@field:buyer"), record=made) == []
    assert ask(role("cashier", "@field:dept")) == []  # nothing is entered there


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


def field(path: str) -> Who:
    return Who(kind="field", name=path)


def about_of(work: Workspace, user: int, number: int) -> About:
    return About(
        initiator=user,
        entity="request",
        record_id=number,
        record=RecordService(work).get("request", number),
        decided={},
        chosen={},
        step="s",
    )


def _without(line: str) -> Catalog:
    manifest = [one for one in texts()["models.yaml"].splitlines() if not one.startswith(line)]
    return catalog_from_texts({**texts(), "models.yaml": "\n".join(manifest)})


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(connection.engine, "before_cursor_execute", note)
    yield seen
    event.remove(connection.engine, "before_cursor_execute", note)
