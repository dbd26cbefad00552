"""Flask-AppBuilder's security manager, asked in one statement and told what a role may do."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, session
from flask_appbuilder.exceptions import PasswordComplexityValidationError
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import ApiKey, User
from flask_babel import gettext
from flask_login import UserMixin, user_logged_in
from sqlalchemy import RowMapping, Text, bindparam, select, update
from werkzeug.security import check_password_hash, generate_password_hash

from engine.access import Account, account_of, find_account, may_use
from engine.access.accounts import COLUMNS
from engine.access.identity import account_statement, parameters
from engine.access.logins import forget_failures, is_locked, record_failure
from engine.access.users import SHORTEST_PASSWORD
from engine.web.session import current_actor, current_snapshot, request_connection

_LOOKUP = bindparam("lookup", type_=Text)
_BY_KEY = account_statement(
    *COLUMNS,
    ApiKey.id.label("key_id"),
    ApiKey.key_hash,
    ApiKey.active.label("key_active"),
    ApiKey.revoked_on,
    ApiKey.expires_on,
    ApiKey.last_used_on,
    who=select(ApiKey.user_id).where(ApiKey.lookup_hash == _LOOKUP).scalar_subquery(),
).where(ApiKey.user_id == User.id, ApiKey.lookup_hash == _LOOKUP)
_REFRESHES = 20  # of the cookie while a session could rest: so it ends that much too early
_NOTE_USE_EVERY = timedelta(hours=1)

# What each person may do on FAB's screens with his own account.
_OWN_ACCOUNT = frozenset(
    {
        ("can_this_form_get", "ResetMyPasswordView"),
        ("can_this_form_post", "ResetMyPasswordView"),
        ("can_this_form_get", "UserInfoEditView"),
        ("can_this_form_post", "UserInfoEditView"),
        ("can_userinfo", "UserDBModelView"),
        ("resetmypassword", "UserDBModelView"),
        ("userinfoedit", "UserDBModelView"),
        ("can_list", "ApiKey"),
        ("can_get", "ApiKey"),
        ("can_create", "ApiKey"),
        ("can_revoke", "ApiKey"),
    }
)


class SignedIn(UserMixin):
    """The one who has signed in, as Flask-Login and FAB want him: light until asked for more."""

    def __init__(self, account: Account) -> None:
        self.id = account.id
        self.username = account.username

    def __getattr__(self, name: str) -> Any:
        """Read whatever else FAB's own screens ask of its User from its table."""
        if name.startswith("__"):
            raise AttributeError(name)
        record = current_app.appbuilder.session.get(User, self.id)  # type: ignore[attr-defined]
        return getattr(record, name)


def _let_in(account: Account) -> SignedIn:
    person = SignedIn(account)
    g._login_user = person  # else Flask-Login would look into the session once more
    g.actor = account.actor
    return person


class Guard(SecurityManager):
    """Loads account, roles, grants and rights version at once, and answers from memory."""

    def load_user(self, pk: int | str) -> SignedIn | None:
        """Return the account of a session or token, and make it the request's actor.

        A session ends with a new password, and at the latest after SESSION_LONGEST.
        """
        account = find_account(request_connection(), current_snapshot().catalog, int(pk))
        if account is None or not _is_session_good(account):
            return None
        _keep_session()
        return _let_in(account)

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Mapping[str, Any]) -> SignedIn | None:
        """Return the account of a token, whoever may be signed in beside it."""
        catalog = current_snapshot().catalog
        account = find_account(request_connection(), catalog, int(jwt_data["sub"]))
        if account is None:
            return None
        g.user = _let_in(account)
        return g.user

    def validate_api_key(self, api_key_string: str) -> SignedIn | None:
        """Return the account of an API key and make it the actor; one statement.

        Says None of an unknown, ended or revoked key, or one of a switched-off account.
        """
        catalog = current_snapshot().catalog
        values = parameters(catalog, 0)
        values["lookup"] = self._compute_lookup_hash(api_key_string)
        row = request_connection().execute(_BY_KEY, values).mappings().one_or_none()
        if row is None or not _is_key_good(row, api_key_string):
            return None
        self._note_use(row)
        g.user = _let_in(account_of(request_connection(), catalog, row))
        g._api_key_user = True
        return g.user

    def _note_use(self, row: RowMapping) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        if row["last_used_on"] is None or now - row["last_used_on"] > _NOTE_USE_EVERY:
            used = update(ApiKey).where(ApiKey.id == row["key_id"]).values(last_used_on=now)
            self.session.execute(used)
            self.session.commit()

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Answer from the remembered rights; each person may see to his own account."""
        actor = current_actor()
        if (permission_name, view_name) == ("can_create", "ApiKey") and "_api_key_user" in g:
            return False  # a key that was stolen must not beget others
        if actor.user_id is not None and (permission_name, view_name) in _OWN_ACCOUNT:
            return True
        return may_use(actor, permission_name, view_name)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Show nothing to visitors; what they may see is said in code, with `public`."""
        return False

    def get_user_menu_access(self, menu_names: Iterable[str] | None = None) -> set[str]:
        """Return which of FAB's menu entries the actor may open."""
        actor = current_actor()
        return {name for name in menu_names or () if may_use(actor, "menu_access", name)}

    def reset_password(self, userid: int | str, password: str) -> None:
        """Set a password; all sessions of the account end but the one that does it."""
        super().reset_password(userid, password)
        if current_actor().user_id == int(userid):
            session["proof"] = _proof(self.get_user_by_id(int(userid)))

    def auth_user_db(self, username: str, password: str) -> User | None:
        """Check a password; after too many failures not even the right one opens for a while."""
        config, now = current_app.config, datetime.now(UTC)
        username = username or ""
        lock: timedelta = config["LOGIN_LOCK"]
        allowed = config["LOGIN_FAILURES"]
        if is_locked(request_connection(), username, allowed=allowed, lock=lock, now=now):
            check_password_hash(config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"], "password")
            return None
        user: User | None = super().auth_user_db(username, password)
        connection = request_connection()
        if user is None:
            record_failure(connection, username, lock=lock, now=now)
        else:
            forget_failures(connection, username)
        self.session.commit()
        return user


def check_password(password: str) -> None:
    """Refuse a password typed on FAB's screens that is too short.

    Raises:
        PasswordComplexityValidationError: with the sentence shown beside the field.
    """
    if len(password) < SHORTEST_PASSWORD:
        told = gettext("A password has at least %(count)s characters.", count=SHORTEST_PASSWORD)
        raise PasswordComplexityValidationError(told)


def install(app: Flask) -> None:
    """Prepare what FAB reads from the configuration, and mark each new session."""
    method = app.config["FAB_PASSWORD_HASH_METHOD"]
    # Compared with when a login does not exist; must take as long as a real one.
    fake = generate_password_hash(secrets.token_hex(8), method=method)
    app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"] = fake
    app.config["FAB_PASSWORD_COMPLEXITY_ENABLED"] = True
    app.config["FAB_PASSWORD_COMPLEXITY_VALIDATOR"] = check_password
    user_logged_in.connect(_mark_session, app)


def _mark_session(sender: Flask, user: User, **more: Any) -> None:
    session.permanent = True
    session["since"] = session["seen"] = int(datetime.now(UTC).timestamp())
    session["proof"] = _proof(user)


def _is_session_good(user: Account) -> bool:
    longest: timedelta = current_app.config["SESSION_LONGEST"]
    age = datetime.now(UTC).timestamp() - session.get("since", 0)
    same = hmac.compare_digest(str(session.get("proof", "")), _proof(user))
    return same and age < longest.total_seconds()


def _keep_session() -> None:
    """Write the session's cookie anew now and then: written each time, it is signed each time."""
    now, idle = datetime.now(UTC).timestamp(), current_app.permanent_session_lifetime
    if now - session.get("seen", 0) > idle.total_seconds() / _REFRESHES:
        session["seen"] = int(now)


def _proof(user: User | Account) -> str:
    """Return what changes with the password, and tells nothing about it."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{user.id} {user.password}".encode(), hashlib.sha256).hexdigest()[:32]


def _is_key_good(row: RowMapping, key: str) -> bool:
    now = datetime.now()  # noqa: DTZ005 - FAB keeps local times without a zone
    ended = row["expires_on"] is not None and row["expires_on"] < now
    usable = row["key_active"] and row["revoked_on"] is None and not ended
    return bool(usable) and check_password_hash(row["key_hash"], key)
