"""The work of one request: the actor's workspace over the request's transaction."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any, cast

from flask import current_app, flash, g, render_template, request, session
from flask_login import current_user

from engine.extension import Conflict, Invalid, NotFound, Refused
from engine.metadata import Entity
from engine.records import RecordService, Workspace, is_allowed
from engine.web import editions
from engine.web.i18n import language as current_language
from engine.web.i18n import say, translator
from engine.web.session import current_actor, current_snapshot, request_connection


def current_work() -> Workspace:
    """Return the request's workspace; made once."""
    if "work" not in g:
        snapshot = current_snapshot()
        g.work = Workspace(
            catalog=snapshot.catalog,
            tables=snapshot.tables,
            connection=request_connection(),
            actor=current_actor(),
            now=datetime.now(UTC),
            language=current_language(),
            request_id=request.headers.get("X-Request-ID", "")[:64] or secrets.token_hex(8),
            ip=request.remote_addr or "",
            translate=translator(),
        )
    return cast(Workspace, g.work)


def start_over() -> Workspace:
    """Undo what this request has written, and return a fresh workspace to answer with.

    Cheaper than a savepoint around every write: only who is refused pays.
    """
    current_app.appbuilder.session.rollback()  # type: ignore[attr-defined]
    g.pop("work", None)
    return current_work()


def records() -> RecordService:
    """Return the record service of this request."""
    return RecordService(current_work())


def entity_for(name: str, action: str = "read") -> Entity:
    """Return an entity the actor may do something with.

    Raises:
        NotFound: there is none of that name.
        Refused: the right is missing.
    """
    work = current_work()
    entity = work.catalog.entities.get(name)
    if entity is None:
        raise NotFound("entity", name)
    if not is_allowed(work, name, action):
        raise Refused("You have no right to do this here.")
    return entity


def is_signed_in() -> bool:
    """Tell whether somebody has signed in."""
    return bool(current_user and current_user.is_authenticated)


def render(template: str, **context: Any) -> str:
    """Render one of our templates; the frame comes from the context processor."""
    return render_template(editions.template(template), **context)


def tell(message: str, category: str) -> None:
    """Say something on the next page that is shown.

    A script may post many forms and look at no page: the same words twice would only swell
    the cookie they wait in, until the browser drops it.
    """
    if (category, message) not in session.get("_flashes", ()):
        flash(message, category)


def reasons(error: Invalid | Refused | Conflict) -> str:
    """Return why something was refused, in the reader's language."""
    problems = error.problems if isinstance(error, Invalid) else (error,)
    return "; ".join(say(p) for p in problems)


def wants_fragment(target: str = "") -> bool:
    """Tell whether htmx asked for a part of the page."""
    if request.headers.get("HX-Request") != "true":
        return False
    return not target or request.headers.get("HX-Target") == target
