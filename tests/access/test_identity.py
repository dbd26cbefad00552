"""Who acts, found in one statement."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, event, insert, text

from engine.access import (
    ALL,
    Grant,
    NewUser,
    accounts,
    create_user,
    find_account,
    grant,
    load_actor,
    may,
    set_preference,
)
from engine.access.identity import today_in
from engine.access.matrix import set_right
from engine.storage.database import engine_for
from engine.storage.work_tables import wy_message
from tests.access.project import company
from tests.access.test_sync import ADMIN


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    made: list[str] = []
    asking = threading.get_ident()

    def note(_connection, _cursor, statement, *_more) -> None:
        if threading.get_ident() == asking:  # an app's ear for new releases asks too
            made.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_an_actor_costs_one_statement(connection: Connection, hire) -> None:
    ann = hire(clerk=[3], viewer=[4])
    with statements(connection.engine) as made:
        again = load_actor(connection, ann.user_id, company())

    assert again == ann
    assert len(made) == 1


def test_an_actor_carries_names_roles_and_reach(connection: Connection, hire) -> None:
    ann = hire(clerk=[3], viewer=[None], chief=[])
    set_preference(connection, ann.user_id, "language", "en")
    found = load_actor(connection, ann.user_id, company())

    assert (found.login, found.name, found.language) == ("ann", "ann", "en")
    assert found.roles == {"clerk", "staff", "viewer", "chief"}
    assert found.grants == {
        "clerk": frozenset({3, 5, 6}),
        "staff": frozenset({3, 5, 6}),
        "viewer": ALL,
    }


def test_there_is_no_actor_for_a_switched_off_or_unknown_account(
    connection: Connection, hire
) -> None:
    ann = hire()
    connection.execute(
        text("update ab_user set active = false where id = :id"), {"id": ann.user_id}
    )

    assert load_actor(connection, ann.user_id, company()) is None
    assert load_actor(connection, 0, company()) is None


def test_a_grant_holds_from_its_first_to_its_last_day(connection: Connection, hire) -> None:
    ann, today = hire(), today_in(company())

    assert reach(connection, ann.user_id, today, today) == {"clerk", "staff"}
    assert reach(connection, ann.user_id, today + timedelta(1), None) == set()
    assert reach(connection, ann.user_id, None, today - timedelta(1)) == set()


def reach(connection: Connection, user_id: int, first: date | None, last: date | None) -> set[str]:
    connection.execute(text("delete from wy_grant"))
    given = Grant(user_id=user_id, role="clerk", unit_id=4, valid_from=first, valid_to=last)
    grant(connection, given, ADMIN)
    actor = load_actor(connection, user_id, company())
    assert actor is not None
    assert set(actor.grants) == set(actor.roles)
    return set(actor.roles)


def test_a_grant_without_the_role_itself_gives_nothing(connection: Connection, hire) -> None:
    ann = hire(clerk=[4])
    connection.execute(text("delete from ab_user_role where user_id = :id"), {"id": ann.user_id})

    assert load_actor(connection, ann.user_id, company()).roles == frozenset()


def test_roles_come_from_groups_too(connection: Connection, hire) -> None:
    ann = hire()
    connection.execute(
        text(
            "with g as (insert into ab_group (id, name, label, description)"
            " values (nextval('ab_group_id_seq'), 'desk', '', '') returning id),"
            " r as (insert into ab_group_role (id, group_id, role_id)"
            " select nextval('ab_group_role_id_seq'), g.id, ab_role.id from g, ab_role"
            " where name = 'auditor') insert into ab_user_group (id, user_id, group_id)"
            " select nextval('ab_user_group_id_seq'), :id, id from g"
        ),
        {"id": ann.user_id},
    )

    assert load_actor(connection, ann.user_id, company()).roles == {"auditor"}


def test_a_revoked_right_is_gone_at_the_next_request_of_another_process(
    company_engine: Engine,
) -> None:
    """Two engines keep two memories, as two processes do."""
    other = engine_for(company_engine.url.render_as_string(hide_password=False))
    cell = ("viewer", "room", "history")
    with company_engine.begin() as one:
        set_right(one, company(), cell, True, ADMIN)
        ann = create_user(
            one, NewUser(login="two", name="two", password="long enough", roles={"viewer": [1]})
        )
    answers = []
    for granted in (True, False, True, False):
        with company_engine.begin() as one:
            set_right(one, company(), cell, granted, ADMIN)
        with other.connect() as two:
            answers.append(may(company(), load_actor(two, ann, company()), "room", "history"))
    with company_engine.begin() as one:
        one.execute(text("delete from ab_user where id = :id"), {"id": ann})
    other.dispose()

    assert answers == [True, False, True, False]


def test_a_change_that_is_rolled_back_is_not_remembered(company_engine: Engine) -> None:
    cell = ("viewer", "room", "export")
    with company_engine.begin() as one:
        ann = create_user(
            one, NewUser(login="back", name="back", password="long enough", roles={"viewer": [1]})
        )
    with company_engine.connect() as one:
        set_right(one, company(), cell, True, ADMIN)
        inside = may(company(), load_actor(one, ann, company()), "room", "export")
        one.rollback()
        outside = may(company(), load_actor(one, ann, company()), "room", "export")
    with company_engine.begin() as one:
        one.execute(text("delete from ab_user where id = :id"), {"id": ann})

    assert (inside, outside) == (True, False)


def test_a_right_taken_on_fabs_own_screens_counts_at_once(connection: Connection, hire) -> None:
    ann = hire(clerk=[1])
    connection.execute(text("delete from ab_permission_view_role"))

    assert not may(company(), load_actor(connection, ann.user_id, company()), "room", "read")


CHANGES = {
    "switched off": "update ab_user set active = false where id = :id",
    "renamed": "update ab_user set first_name = 'Other' where id = :id",
    "new password": "update ab_user set password = 'other' where id = :id",
    "role taken": "delete from ab_user_role where user_id = :id",
    "unit taken": "delete from wy_grant where user_id = :id",
    "unit changed": "update wy_grant set unit_id = 5 where user_id = :id",
    "ended": "update wy_grant set valid_to = date '2020-01-01' where user_id = :id",
    "role renamed": "update ab_role set name = 'nobody' where name = 'viewer'",
    "preference": "insert into wy_preference (user_id, name, value) values (:id, 'theme', '1')",
    "deleted": "delete from ab_user where id = :id",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_remembered_of_an_account_gives_way_to_every_change_of_it(
    connection: Connection, hire, change: str
) -> None:
    ann = hire(viewer=[3])
    before = find_account(connection, company(), ann.user_id)
    connection.execute(text(change), {"id": ann.user_id})
    after = find_account(connection, company(), ann.user_id)

    accounts._known.clear()
    assert after == find_account(connection, company(), ann.user_id)
    assert after != before


def test_signing_in_makes_nobody_read_anew(connection: Connection, hire) -> None:
    ann = hire(viewer=[3])
    signed_in = "update ab_user set last_login = now(), login_count = 7 where id = :id"
    connection.execute(text(signed_in), {"id": ann.user_id})
    with statements(connection.engine) as made:
        find_account(connection, company(), ann.user_id)

    assert len(made) == 1
    assert "ab_role" not in made[0]


def test_a_message_that_waits_is_counted_though_nothing_else_changed(
    connection: Connection, hire
) -> None:
    ann = hire(viewer=[3])
    connection.execute(insert(wy_message).values(channel="inbox", user_id=ann.user_id))
    found = load_actor(connection, ann.user_id, company())

    assert found is not None
    assert (ann.unread, found.unread) == (0, 1)


def test_actors_of_the_same_roles_share_their_answers_and_others_do_not(
    connection: Connection, hire
) -> None:
    ann, bob, eve = hire("ann", viewer=[3]), hire("bob", viewer=[4]), hire("eve", clerk=[3])

    assert ann.known is bob.known
    assert ann.known is not eve.known
