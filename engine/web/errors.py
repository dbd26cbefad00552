"""What a person or a program is told when something cannot be done."""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_babel import gettext
from psycopg import errors as database
from sqlalchemy.exc import DataError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from engine.extension import Conflict, Invalid, NotFound, Refused
from engine.web.i18n import say
from engine.wording import N_

log = logging.getLogger(__name__)
TEMPLATE = "ui/errors.html"

_TITLES = {
    400: "This request cannot be understood",
    401: "Please sign in",
    403: "You may not do this",
    404: "There is nothing here",
    405: "That is not possible here",
    409: "Somebody else was faster",
    413: "This is too large",
    415: "This kind of data cannot be taken",
    422: "Please correct this",
    429: "Too many attempts",
    500: "Something went wrong",
}
_MESSAGES = {
    400: "The form may be out of date. Go back, load the page again and try once more.",
    403: "Ask your administrator if you need this right.",
    404: "The record may have been deleted, or you may not see it.",
    409: "The record was changed since you opened it.",
    413: "Please choose a smaller file.",
    415: "Screens take forms; programs use the addresses under /api/v1/.",
    422: "Some values cannot be taken.",
    429: "Please wait a moment and try again.",
    500: "We have noted it. Please try again later.",
}
_CROSSED = N_("Somebody else is at work on the same things at this moment. Try again.")
_UNSTORABLE = N_("A value is too large or cannot be kept.")


@dataclass(frozen=True, slots=True)
class Failure:
    """One answer that is not what was asked for."""

    status: int
    message: str = ""  # in the reader's language; empty: the usual words of the status
    detail: dict[str, Any] = field(default_factory=dict)  # more for programs
    number: str = ""  # what a person reports, and we find in the log


def install(app: Flask) -> None:
    """Answer every failure in plain words, or in JSON under /api."""
    app.register_error_handler(Refused, lambda e: _answer(_refused(e)))
    app.register_error_handler(NotFound, lambda e: _answer(Failure(404)))
    app.register_error_handler(Conflict, lambda e: _answer(_conflict(e)))
    app.register_error_handler(Invalid, lambda e: _answer(_invalid(e)))
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(OperationalError, _crossed)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: Refused) -> Failure:
    code = getattr(error, "code", "")  # of what stands against a command
    return Failure(403, say(error), {"code": code} if code else {})


def _conflict(error: Conflict) -> Failure:
    differences = {name: list(pair) for name, pair in error.differences.items()}
    detail = {"differences": differences, "current_version": error.current_version}
    return Failure(409, say(error), detail)


def _invalid(error: Invalid) -> Failure:
    problems = [{"field": p.field, "code": p.code, "message": say(p)} for p in error.problems]
    message = "; ".join(str(p["message"]) for p in problems)
    return Failure(422, message, {"problems": problems})


def _unstorable(error: DataError) -> Response:
    """Something sent has a sign or a size that the database does not know."""
    log.info("refused by the database at %s %s: %s", request.method, request.path, error.orig)
    with suppress(SQLAlchemyError):
        current_app.extensions["appbuilder"].session.rollback()
    return _answer(Failure(422, gettext(_UNSTORABLE)))


def _crossed(error: OperationalError) -> Response:
    """Two who waited for each other: the database has let one of them go on."""
    crossed = (database.DeadlockDetected, database.SerializationFailure, database.LockNotAvailable)
    if not isinstance(error.orig, crossed):
        return _unexpected(error)
    log.warning("crossed with another at %s %s: %s", request.method, request.path, error.orig)
    with suppress(SQLAlchemyError):
        current_app.extensions["appbuilder"].session.rollback()
    return _answer(Failure(409, gettext(_CROSSED)))


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error  # a redirect, or an answer somebody made himself
    response = _answer(Failure(error.code or 500))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    number = secrets.token_hex(4)
    log.error("failure %s at %s %s", number, request.method, request.path, exc_info=error)
    # The page about it may ask the database again; a broken transaction would refuse.
    with suppress(SQLAlchemyError):
        current_app.extensions["appbuilder"].session.rollback()
    return _answer(Failure(500, number=number))


def _answer(failure: Failure) -> Response:
    message = failure.message or gettext(_MESSAGES.get(failure.status, ""))
    if _wants_json():
        error = {"status": failure.status, "message": message or gettext(_title(failure.status))}
        if failure.number:
            error["number"] = failure.number
        response = jsonify(error={**error, **failure.detail})
    else:
        response = Response(_page(failure, message), content_type="text/html; charset=utf-8")
    response.status_code = failure.status
    return response


def _title(status: int) -> str:
    return _TITLES.get(status, _TITLES[500 if status >= 500 else 400])


def _wants_json() -> bool:
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def _page(failure: Failure, message: str) -> str:
    title = gettext(_title(failure.status))
    try:
        return render_template(
            TEMPLATE,
            code=failure.status,
            title=title,
            message=message,
            request_no=failure.number,
            home_url="/",
            base_template=current_app.config["FAB_BASE_TEMPLATE"],
            appbuilder=current_app.extensions["appbuilder"],
        )
    except Exception:  # the edge: whatever broke the request may break its page as well
        log.warning("the page for failures cannot be drawn", exc_info=True)
    return _plain_page(failure, title, message)


def _plain_page(failure: Failure, title: str, message: str) -> str:
    from markupsafe import escape

    number = f"<p>{escape(failure.number)}</p>" if failure.number else ""
    return (
        f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title>"
        f"<h1>{failure.status} {escape(title)}</h1><p>{escape(message)}</p>{number}"
    )
