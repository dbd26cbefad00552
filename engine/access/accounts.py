"""Who acts, remembered: a request asks only whether what is remembered still holds.

Accounts, roles, grants, rights and the org tree each move a version in the transaction that
changes them (triggers.py). As long as all versions are those of the remembered answer, it is
the one that the long statement would give; so a right that is taken is gone at once, in
every process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Connection, Engine, Row, RowMapping

from engine.access.actor import Actor, Roles
from engine.access.identity import (
    account_statement,
    actor_from,
    parameters,
    today_in,
    what_moves,
)
from engine.access.tables import PEOPLE
from engine.metadata import Catalog

COLUMNS = (User.id, User.username, User.password)
_LONG, _SHORT = account_statement(*COLUMNS), what_moves()
_MOST = 10_000  # accounts of a process


@dataclass(frozen=True, slots=True)
class Account:
    """An active account: who it makes the actor, and what proves its sessions."""

    id: int
    username: str
    password: str = field(repr=False)  # the hash
    actor: Actor


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a process remembers of the accounts of one database under one catalog."""

    catalog: Catalog  # kept alive: actors know its answers by its identity
    accounts: dict[int, tuple[Account, date, Mapping[str, int]]] = field(default_factory=dict)
    answers: dict[Any, tuple[Roles, dict[Any, Any]]] = field(default_factory=dict)


_known: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def find_account(connection: Connection, catalog: Catalog, user_id: int) -> Account | None:
    """Return an account as it is now; None if there is none, or it is switched off.

    One statement, and a second one when anything about anybody's rights has changed.
    """
    kept = _kept(connection.engine, catalog)
    known = kept.accounts.get(user_id)
    if known is not None:
        account, day, versions = known
        news = connection.execute(_SHORT, {"user_id": user_id}).one()
        if news.wy_versions == versions and day == today_in(catalog):
            return _with_news(account, news)
    values = parameters(catalog, user_id)
    row = connection.execute(_LONG, values).mappings().one_or_none()
    if row is None:
        kept.accounts.pop(user_id, None)
        return None
    account = account_of(connection, catalog, row)
    versions = row["wy_versions"] or {}
    if PEOPLE in versions:
        if len(kept.accounts) >= _MOST:
            kept.accounts.clear()
        kept.accounts[user_id] = (account, values["today"], versions)
    return account


def account_of(connection: Connection, catalog: Catalog, row: RowMapping) -> Account:
    """Make an account of a row of `account_statement(*COLUMNS, …)`."""
    login = row["username"]
    actor = actor_from(connection, catalog, row, user_id=row["id"], login=login)
    answers = _kept(connection.engine, catalog).answers
    # What an actor may is said by his roles alone, so those of the same roles share the answers.
    key = (actor.roles, actor.is_admin, id(actor.rights))
    if len(answers) >= _MOST:
        answers.clear()
    rights, shared = answers.setdefault(key, (actor.rights, {}))
    return Account(row["id"], login, row["password"], replace(actor, rights=rights, known=shared))


def load_actor(connection: Connection, user_id: int, catalog: Catalog) -> Actor | None:
    """Return who that user is now; None if there is no such account or it is switched off.

    One statement; some more, once per process, after rights or the org tree changed.
    """
    account = find_account(connection, catalog, user_id)
    return account.actor if account is not None else None


def _with_news(account: Account, row: Row[Any]) -> Account:
    """Return the account with what changes without a version: preferences, and what waits."""
    actor, chosen = account.actor, row.wy_preferences or {}
    waiting = row.wy_unread, row.wy_to_decide
    if (actor.unread, actor.to_decide) == waiting and dict(actor.preferences) == chosen:
        return account
    fresh = replace(
        actor,
        preferences=MappingProxyType(chosen),
        unread=row.wy_unread,
        to_decide=row.wy_to_decide,
    )
    return replace(account, actor=fresh)


def _kept(engine: Engine, catalog: Catalog) -> _Kept:
    kept = _known.get(engine)
    if kept is None or kept.catalog is not catalog:
        kept = _known[engine] = _Kept(catalog)
    return kept
