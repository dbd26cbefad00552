"""What a request has: one database transaction, one snapshot, one actor."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app, g
from flask.ctx import _AppCtxGlobals
from flask.globals import app_ctx
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from engine.access import SYSTEM, VISITOR, Actor
from engine.web.state import Snapshot, State

EXTENSION = "wuye"


class RequestGlobals(_AppCtxGlobals):
    """Flask's `g` with the actor and the snapshot, found when first asked for."""

    @property
    def actor(self) -> Actor:
        """Return who asks; VISITOR when nobody has signed in. Costs one statement."""
        if "actor" not in self.__dict__:
            from flask_login import current_user

            self.__dict__["actor"] = VISITOR
            bool(current_user)  # loads the account, and with it the actor
        return cast(Actor, self.__dict__["actor"])

    @property
    def snapshot(self) -> Snapshot:
        """Return the catalog and tables this request began with."""
        if "snapshot" not in self.__dict__:
            self.__dict__["snapshot"] = state().current
        return cast(Snapshot, self.__dict__["snapshot"])


def state(app: Flask | None = None) -> State:
    """Return the holder of the process's snapshot."""
    found: State = (app or current_app).extensions[EXTENSION]
    return found


def current_actor() -> Actor:
    """Return who asks, for code that wants a typed answer."""
    return cast(Actor, g.actor)


def current_snapshot() -> Snapshot:
    """Return what this request serves."""
    return cast(Snapshot, g.snapshot)


def request_connection() -> Connection:
    """Return the request's connection, in the same transaction as FAB's session.

    It is committed after an answer below 400 and rolled back otherwise, unless FAB's own
    code has committed before.
    """
    session: Session = current_app.appbuilder.session  # type: ignore[attr-defined]
    return session.connection()


def sessions_for(engine: Engine) -> scoped_session[Session]:
    """Return FAB's session: one per application context, on storage's engine.

    Objects stay readable after a commit; expiring them would cost a statement each.
    """
    maker = sessionmaker(engine, expire_on_commit=False)
    return scoped_session(maker, scopefunc=lambda: id(app_ctx._get_current_object()))  # type: ignore[attr-defined]


def install(app: Flask, sessions: scoped_session[Session]) -> None:
    """Commit or roll back at the end of each request, and give the connection back."""

    @app.after_request
    def finish(response: Response) -> Response:
        if sessions.registry.has():
            if response.status_code < 400:
                sessions().commit()
            else:
                sessions().rollback()
        return response

    @app.teardown_appcontext
    def release(error: BaseException | None) -> None:
        sessions.remove()


def as_system() -> None:
    """Let the rest of this request act in the system's name; for webhooks that proved a key."""
    g.actor = SYSTEM


def forget_actor() -> None:
    """Ask again who acts: rights or preferences changed within the request."""
    for name in ("actor", "_login_user"):
        g.__dict__.pop(name, None)
