"""Changes of accounts and roles on FAB's own screens go into the audit trail too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import has_request_context
from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, UOWTransaction

from engine.access import SYSTEM
from engine.access.changes import record_change
from engine.web.session import current_actor

# What is watched of each; never the password itself.
_WATCHED: dict[type[Any], tuple[str, ...]] = {
    Role: ("name", "permissions"),
    User: ("username", "email", "active", "roles", "groups", "password"),
    Group: ("name", "roles", "users"),
}
_SECRET = frozenset({"password"})


def install(maker: Any) -> None:
    """Watch every session a session maker makes."""
    event.listen(maker, "after_flush", _note)


def _note(session: Session, flush: UOWTransaction) -> None:
    for one in (*session.new, *session.dirty, *session.deleted):
        watched = _WATCHED.get(type(one))
        changes = dict(_changes(one, watched)) if watched else {}
        if one in session.deleted and watched:
            changes["deleted"] = (str(one), None)
        if changes:
            actor = current_actor() if has_request_context() else SYSTEM
            about = (type(one).__tablename__, one.id)
            record_change(session.connection(), actor, about, "access", changes)


def _changes(one: Any, names: tuple[str, ...]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    state = inspect(one)
    for name in names:
        if name not in state.dict:
            continue  # never looked at, so not changed
        history = state.attrs[name].history
        if history.has_changes():
            gone, come = history.deleted or (), history.added or ()
            yield name, ("…", "…") if name in _SECRET else (_said(gone), _said(come))


def _said(values: Any) -> Any:
    words = [v if isinstance(v, bool) or v is None else str(v) for v in values]
    return words[0] if len(words) == 1 else words
