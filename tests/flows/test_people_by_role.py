"""Who holds a role over a record (flows.md, words of `who`)."""

from datetime import date

import pytest
from sqlalchemy import Connection, text

from engine.access import SYSTEM, Grant, grant
from tests.flows.asking import (
    person_id,
    role,
    switch_off,
)
from tests.flows.company import UNITS
from tests.flows.conftest import Ask, Hire, NewRequest

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
