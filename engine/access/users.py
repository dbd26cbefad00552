"""Make accounts, one or many at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from werkzeug.security import generate_password_hash

from engine.access.rights import ADMIN
from engine.access.tables import wy_grant, wy_preference
from engine.extension import Invalid

HASH_METHOD = "scrypt"
SHORTEST_PASSWORD = 8
_HOLD_MANY = text(
    "insert into ab_user_role (id, user_id, role_id)"
    " select nextval('ab_user_role_id_seq'), user_id, role_id"
    " from unnest(cast(:users as int[]), cast(:roles as int[])) as given (user_id, role_id)"
    " on conflict do nothing"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """An account to be made."""

    login: str
    name: str  # as it is written: '王小明', 'Ann Lee'
    password: str
    email: str = ""  # FAB wants one of each; empty makes up one nobody can write to
    roles: Mapping[str, Sequence[int | None]] = field(default_factory=lambda: MappingProxyType({}))
    # ^ role -> the units it is given in; None is everywhere, no unit at all no scoped record


def create_users(
    connection: Connection, users: Sequence[NewUser], *, method: str = HASH_METHOD
) -> dict[str, int]:
    """Make the accounts with roles and grants in five statements; return login -> id.

    A password used several times is hashed once: meant for a demonstration's accounts.

    Raises:
        Invalid: a login is taken, a role unknown, or a password too short.
    """
    role_ids = _check(connection, users)
    hashes = {
        word: generate_password_hash(word, method=method) for word in {u.password for u in users}
    }
    rows = [_account(one, hashes[one.password]) for one in users]
    made = connection.execute(
        insert(User.__table__).returning(User.username, User.id),
        rows,
    )
    ids = {row.username: row.id for row in made}
    held = [(ids[one.login], role_ids[role]) for one in users for role in one.roles]
    connection.execute(_HOLD_MANY, {"users": [u for u, _ in held], "roles": [r for _, r in held]})
    _grant_all(connection, users, ids, role_ids)
    return ids


def create_user(connection: Connection, user: NewUser, *, method: str = HASH_METHOD) -> int:
    """Make one account; return its id.

    Raises:
        Invalid: the login is taken, a role unknown, or the password too short.
    """
    return create_users(connection, [user], method=method)[user.login]


def create_admin(
    connection: Connection, login: str, name: str, password: str, *, method: str = HASH_METHOD
) -> int:
    """Make an account that may do everything; return its id."""
    user = NewUser(login=login, name=name, password=password, roles={ADMIN: ()})
    return create_user(connection, user, method=method)


def set_password(
    connection: Connection, login: str, password: str, *, method: str = HASH_METHOD
) -> None:
    """Give an account a new password; its open sessions end.

    Raises:
        Invalid: there is no such account, or the password is too short.
    """
    _check_password(password)
    hashed = generate_password_hash(password, method=method)
    changed = connection.execute(update(User).where(User.username == login).values(password=hashed))
    if not changed.rowcount:
        raise Invalid("There is no user %(login)s.", login=login)


def split_name(name: str) -> tuple[str, str]:
    """Return (first name, last name); the family name of a Chinese name is its first sign."""
    name = name.strip()
    if re.match(r"[一-龥]", name) and " " not in name:
        return name[1:], name[:1]
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (last, "")


def _check(connection: Connection, users: Sequence[NewUser]) -> dict[str, int]:
    for one in users:
        _check_password(one.password)
    logins = [one.login for one in users]
    taken = connection.scalars(select(User.username).where(User.username.in_(logins))).all()
    twice = {login for login in logins if logins.count(login) > 1}
    if taken or twice:
        raise Invalid("The login %(login)s is taken.", login=min({*taken, *twice}))
    wanted = {role for one in users for role in one.roles}
    known = {row.name: row.id for row in connection.execute(select(Role.name, Role.id))}
    if missing := wanted - known.keys():
        raise Invalid("There is no role %(role)s.", role=min(missing))
    return known


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("A password has at least %(count)s characters.", count=SHORTEST_PASSWORD)


def _account(user: NewUser, password: str) -> dict[str, object]:
    first, last = split_name(user.name)
    now = datetime.now(UTC).replace(tzinfo=None)  # FAB's columns have no zone
    return {
        "username": user.login,
        "first_name": first,
        "last_name": last,
        "email": user.email or f"{user.login}@account.invalid",
        "password": password,
        "active": True,
        "created_on": now,
        "changed_on": now,
    }


def _grant_all(
    connection: Connection,
    users: Iterable[NewUser],
    ids: Mapping[str, int],
    role_ids: Mapping[str, int],
) -> None:
    rows = [
        {"user_id": ids[one.login], "role_id": role_ids[role], "unit_id": unit}
        for one in users
        for role, units in one.roles.items()
        for unit in units
    ]
    if rows:
        connection.execute(insert(wy_grant), rows)


def set_preference(connection: Connection, user_id: int, name: str, value: object) -> None:
    """Keep a choice of a person's own, such as his language."""
    row = upsert(wy_preference).values(user_id=user_id, name=name, value=value)
    keys = [wy_preference.c.user_id, wy_preference.c.name]
    connection.execute(row.on_conflict_do_update(index_elements=keys, set_={"value": value}))
