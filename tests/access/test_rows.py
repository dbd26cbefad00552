"""Which rows an actor sees."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert, select, text

from engine.access import SYSTEM, VISITOR, Actor, visible_rows
from engine.storage.joins import Joined
from tests.access.project import UNITS, company, company_tables, own

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def seen(connection: Connection, actor: Actor, entity: str, action: str = "read") -> set[int]:
    table = company_tables().table(entity).alias()
    rule = visible_rows(company(), company_tables(), actor, entity, table, action)
    query = select(table.c.id)
    return set(connection.scalars(query if rule is None else query.where(rule)))


def sql(actor: Actor, entity: str) -> str:
    table = company_tables().table(entity).alias("t")
    return str(visible_rows(company(), company_tables(), actor, entity, table))


def test_a_visitor_sees_nothing_at_all(connection: Connection) -> None:
    assert {seen(connection, VISITOR, entity).__len__() for entity in company().entities} == {0}


def test_a_user_without_role_sees_nothing(connection, hire) -> None:
    ann = hire()

    assert not any(seen(connection, ann, entity) for entity in company().entities)


def test_the_system_and_an_administrator_see_all_without_a_predicate(connection, hire) -> None:
    admin = hire(Admin=[])

    assert visible_rows(company(), company_tables(), SYSTEM, "room", None) is None
    assert seen(connection, admin, "room") == {41, 42, 51, 52, 61, 62}


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (1, {41, 42, 51, 52, 61, 62}),
        (2, {41, 42}),
        (3, {51, 52, 61, 62}),
        (6, {61, 62}),
    ],
    ids=["head office", "branch", "other branch", "office"],
)
def test_a_unit_reaches_all_below_it(connection, hire, unit: int, expected: set[int]) -> None:
    assert seen(connection, hire(clerk=[unit]), "room") == expected


def test_a_grant_of_the_whole_tree_needs_no_predicate(connection, hire) -> None:
    ann = hire(clerk=[1])

    assert visible_rows(company(), company_tables(), ann, "room", None) is None


def test_a_role_without_grant_sees_shared_records_only(connection, hire) -> None:
    ann = hire(clerk=[])

    assert seen(connection, ann, "room") == set()
    assert seen(connection, ann, "notice") == {1}


def test_an_included_role_reaches_as_far_as_the_one_that_brings_it(connection, hire) -> None:
    ann = hire(clerk=[4])

    assert seen(connection, ann, "estate") == {4}


def test_units_of_two_roles_become_one_list_without_or(connection, hire) -> None:
    ann = hire(clerk=[4], chief=[6])

    assert seen(connection, ann, "room") == {41, 42, 61, 62}
    assert " OR " not in sql(ann, "room")


def test_a_role_counts_only_where_it_has_the_right(connection, hire) -> None:
    ann = hire(clerk=[4], chief=[6])

    assert seen(connection, ann, "room", "change") == {41, 42}
    assert seen(connection, ann, "room", "publish") == {61, 62}
    assert seen(connection, ann, "room", "delete") == set()


def test_a_condition_narrows_its_own_role_only(connection, hire) -> None:
    ann = hire(caller=[3], clerk=[6])

    assert seen(connection, ann, "room") == {51, 61, 62}


def test_rows_all_reach_beyond_any_unit(connection, hire) -> None:
    assert seen(connection, hire(auditor=[]), "room") == {41, 42, 51, 52, 61, 62}


def test_own_means_the_named_person_or_who_created_it(connection, hire) -> None:
    ann, bob = hire(cashier=[5], worker=[6]), hire("bob", cashier=[4])
    own(connection, "receipt", 51, "keeper_id", ann.user_id)
    own(connection, "task", 6, "created_by", ann.user_id)

    assert seen(connection, ann, "receipt") == {51}
    assert seen(connection, ann, "task") == {6}
    assert seen(connection, bob, "receipt") == set()


def test_ones_own_records_count_only_in_the_units_of_the_role(connection, hire) -> None:
    """Who moves to another office takes the role along, and not the old office's records."""
    ann = hire(cashier=[4])
    own(connection, "receipt", 41, "keeper_id", ann.user_id)
    own(connection, "receipt", 51, "keeper_id", ann.user_id)

    assert seen(connection, ann, "receipt") == {41}
    assert seen(connection, hire("eve", cashier=[]), "receipt") == set()


def test_department_means_the_unit_at_its_path(connection, hire) -> None:
    assert seen(connection, hire(chief=[2]), "task") == {4, 5, 6}
    assert seen(connection, hire("bob", chief=[4]), "task") == set()


def test_a_condition_over_a_link_stands_alone_or_shares_joins(connection, hire) -> None:
    ann = hire(viewer=[2])
    room = Joined(
        company(), company_tables(), "receipt", now=NOW, today=NOW.date(), given={"user": {"id": 1}}
    )
    rule = visible_rows(company(), company_tables(), ann, "receipt", room.table, joined=room)

    assert seen(connection, ann, "receipt") == {41}
    query = select(room.table.c.id).select_from(room.from_).where(rule)
    assert set(connection.scalars(query)) == {41}
    assert "EXISTS" not in str(query)


def test_lines_are_seen_with_their_record(connection, hire) -> None:
    ann, bob = hire(viewer=[5]), hire("bob", viewer=[1], cashier=[])

    assert seen(connection, ann, "receipt_line") == {5}
    assert seen(connection, bob, "receipt_line") == {4, 5, 6}
    assert seen(connection, ann, "receipt_line", "change") == set()


def test_lines_of_records_that_are_all_seen_need_no_predicate(connection, hire) -> None:
    admin = hire(Admin=[])

    assert visible_rows(company(), company_tables(), admin, "receipt_line", None) is None


def test_a_forged_unit_does_not_reach(connection, hire) -> None:
    ann = hire(clerk=[999])
    connection.execute(text("update room set scope_unit_id = null where id = 41"))

    assert ann.grants["clerk"] == frozenset()
    assert seen(connection, ann, "room") == set()


def test_a_record_no_unit_owns_is_seen_by_those_without_limit_only(connection, hire) -> None:
    connection.execute(text("update room set scope_unit_id = null where id = 41"))

    assert 41 in seen(connection, hire(clerk=[1]), "room")
    assert 41 not in seen(connection, hire("bob", clerk=[2, 3]), "room")


def test_a_new_unit_is_reached_at_once(connection, hire) -> None:
    before = hire(clerk=[2])
    table = company_tables().table("org_unit")
    connection.execute(insert(table).values(id=7, name="New", parent_id=4))

    assert before.grants["clerk"] == {2, 4}
    assert hire("bob", clerk=[2]).grants["clerk"] == {2, 4, 7}
    assert len(UNITS) == 6


def test_the_accounts_behind_links_are_known_to_staff_and_not_to_visitors(hire) -> None:
    users = company_tables().table("user")
    ann = hire(clerk=[4])

    assert visible_rows(company(), company_tables(), ann, "user", users) is None
    assert str(visible_rows(company(), company_tables(), VISITOR, "user", users)) == "false"
