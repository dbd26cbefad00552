"""Changing rights, grants and accounts: audited, by administrators only, never without one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash

from engine.access import (
    Grant,
    NewUser,
    create_admin,
    create_users,
    grant,
    grants_of,
    load_actor,
    may,
    revoke,
    revoke_role,
    rights_matrix,
    set_password,
    set_right,
)
from engine.access.logins import forget_failures, is_locked, record_failure
from engine.access.users import split_name
from engine.extension import Invalid, NotFound, Refused
from tests.access.project import company
from tests.access.test_identity import statements
from tests.access.test_sync import ADMIN

EXPORT = ("clerk", "room", "export")


def last_audit(connection: Connection) -> tuple[str, str, dict[str, list[object]], int | None]:
    row = connection.execute(text("select * from wy_audit order by id desc limit 1")).one()
    return row.entity, row.event, row.changes, row.actor_id


def test_the_matrix_tells_what_is_shipped_and_what_was_decided(connection) -> None:
    set_right(connection, company(), EXPORT, True, ADMIN)
    matrix = rights_matrix(connection, company())

    assert EXPORT in matrix.granted
    assert matrix.is_changed(*EXPORT)
    assert not matrix.is_changed("clerk", "room", "read")
    assert "publish" in matrix.actions["room"]
    assert "receipt_line" not in matrix.actions
    assert "Admin" not in matrix.roles


def test_a_changed_right_is_audited_and_works_at_once(connection, hire) -> None:
    ann, root = hire(clerk=[1]), hire("root", Admin=[])
    changed = set_right(connection, company(), EXPORT, True, root)

    assert changed
    assert last_audit(connection) == (
        "ab_role",
        "grant",
        {"can_export on room": [False, True]},
        root.user_id,
    )
    assert may(company(), load_actor(connection, ann.user_id, company()), "room", "export")


def test_setting_a_right_as_it_is_changes_and_audits_nothing(connection) -> None:
    set_right(connection, company(), EXPORT, True, ADMIN)
    before = connection.scalar(text("select count(*) from wy_audit"))

    assert not set_right(connection, company(), EXPORT, True, ADMIN)
    assert connection.scalar(text("select count(*) from wy_audit")) == before


@pytest.mark.parametrize("attempt", ["right", "grant", "revoke", "role"])
def test_nobody_but_an_administrator_changes_rights(connection, hire, attempt: str) -> None:
    ann = hire(clerk=[1])
    attempts = {
        "right": lambda: set_right(connection, company(), EXPORT, True, ann),
        "grant": lambda: grant(connection, Grant(user_id=ann.user_id, role="Admin"), ann),
        "revoke": lambda: revoke(connection, 1, ann),
        "role": lambda: revoke_role(connection, ann.user_id, "clerk", ann),
    }

    with pytest.raises(Refused):
        attempts[attempt]()


@pytest.mark.parametrize("cell", [("clerk", "ghost", "read"), ("clerk", "room", "fly")])
def test_a_right_that_does_not_exist_is_not_granted(connection, cell) -> None:
    with pytest.raises(Invalid):
        set_right(connection, company(), cell, True, ADMIN)


def test_the_rights_of_admin_cannot_be_changed(connection) -> None:
    with pytest.raises(Refused):
        set_right(connection, company(), ("Admin", "room", "read"), False, ADMIN)


def test_the_last_administrator_keeps_the_role(connection, hire) -> None:
    root = hire("root", Admin=[])

    with pytest.raises(Refused, match="Nobody would be left"):
        revoke_role(connection, root.user_id, "Admin", root)
    assert load_actor(connection, root.user_id, company()).is_admin


def test_one_of_two_administrators_may_go(connection, hire) -> None:
    root, other = hire("root", Admin=[]), hire("other", Admin=[])
    revoke_role(connection, other.user_id, "Admin", root)

    assert not load_actor(connection, other.user_id, company()).is_admin


@pytest.mark.parametrize(
    "attack",
    [
        "update ab_user set active = false",
        "delete from ab_user_role",
        "delete from ab_role where name = 'Admin'",
        "update ab_role set name = 'Nobody' where name = 'Admin'",
    ],
)
def test_no_way_round_leaves_nobody_with_admin(connection, hire, attack: str) -> None:
    hire("root", Admin=[])

    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(text(attack))


def test_a_grant_is_given_listed_and_taken_back_with_its_role(connection, hire) -> None:
    ann = hire()
    given = Grant(user_id=ann.user_id, role="viewer", unit_id=4, valid_to=date(2099, 1, 1))
    number = grant(connection, given, ADMIN)

    assert grants_of(connection, ann.user_id) == [(number, given)]
    assert load_actor(connection, ann.user_id, company()).grants == {"viewer": {4}}
    revoke(connection, number, ADMIN)
    assert load_actor(connection, ann.user_id, company()).roles == frozenset()
    assert last_audit(connection)[:3] == ("ab_user", "revoke", {"viewer @ 4": [True, False]})


def test_a_second_grant_keeps_the_role(connection, hire) -> None:
    ann = hire(viewer=[4, 5])
    first, _ = grants_of(connection, ann.user_id)[0]
    revoke(connection, first, ADMIN)

    assert load_actor(connection, ann.user_id, company()).grants == {"viewer": {5}}


def test_wrong_grants_are_refused(connection, hire) -> None:
    ann = hire()
    backwards = {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}
    for wrong in (
        Grant(user_id=ann.user_id, role="ghost"),
        Grant(user_id=0, role="viewer"),
        Grant(user_id=ann.user_id, role="viewer", **backwards),
    ):
        with pytest.raises(Invalid):
            grant(connection, wrong, ADMIN)
    with pytest.raises(NotFound):
        revoke(connection, 0, ADMIN)


def test_sixty_users_are_made_in_a_few_statements(connection) -> None:
    users = [
        NewUser(login=f"u{n}", name=f"王小{n}", password="same for all", roles={"clerk": [4, 5]})
        for n in range(60)
    ]
    with statements(connection.engine) as made:
        ids = create_users(connection, users)

    assert len(ids) == 60
    assert len(made) <= 5
    assert load_actor(connection, ids["u7"], company()).name == "王小7"
    assert load_actor(connection, ids["u7"], company()).grants["clerk"] == {4, 5}


@pytest.mark.parametrize(
    "wrong",
    [
        {"login": "root", "password": "long enough"},
        {"login": "new", "password": "short"},
        {"login": "new", "password": "long enough", "roles": {"ghost": []}},
    ],
    ids=["login taken", "short password", "unknown role"],
)
def test_wrong_accounts_are_refused(connection, wrong) -> None:
    create_admin(connection, "root", "Root", "long enough", method="pbkdf2:sha256:1")

    with pytest.raises(Invalid):
        create_users(connection, [NewUser(name="x", **wrong)])


def test_a_new_password_replaces_the_old(connection) -> None:
    create_admin(connection, "root", "Root", "long enough", method="pbkdf2:sha256:1")
    set_password(connection, "root", "even longer", method="pbkdf2:sha256:1")
    kept = connection.scalar(text("select password from ab_user where username = 'root'"))

    assert check_password_hash(kept, "even longer")
    with pytest.raises(Invalid):
        set_password(connection, "ghost", "even longer")


@pytest.mark.parametrize(
    ("name", "parts"),
    [("王小明", ("小明", "王")), ("Ann Mary Lee", ("Ann Mary", "Lee")), ("Ann", ("Ann", ""))],
)
def test_names_are_split_so_that_they_read_as_they_were_written(name, parts) -> None:
    assert split_name(name) == parts


def test_a_login_is_locked_after_too_many_failures_and_opens_again(connection) -> None:
    now, lock = datetime(2026, 3, 1, tzinfo=UTC), timedelta(minutes=15)
    rule = {"lock": lock, "now": now}
    for _ in range(3):
        record_failure(connection, " Ghost ", **rule)

    assert is_locked(connection, "ghost", allowed=3, **rule)
    assert not is_locked(connection, "ghost", allowed=4, **rule)
    assert not is_locked(connection, "ghost", allowed=3, lock=lock, now=now + lock * 2)
    forget_failures(connection, "ghost")
    assert not is_locked(connection, "ghost", allowed=1, **rule)


def test_failures_are_counted_anew_after_a_pause(connection) -> None:
    now, lock = datetime(2026, 3, 1, tzinfo=UTC), timedelta(minutes=15)
    record_failure(connection, "ann", lock=lock, now=now)
    record_failure(connection, "ann", lock=lock, now=now + lock * 2)

    assert not is_locked(connection, "ann", allowed=2, lock=lock, now=now + lock * 2)
