"""The door: who may come in at all, with what proof; and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, jsonify, redirect, request, url_for
from flask_jwt_extended import verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from flask_wtf.csrf import CSRFProtect
from jwt import PyJWTError
from werkzeug.wrappers import Response as AnyResponse

from engine.web.fab_guard import check_request
from engine.web.session import current_actor

F = TypeVar("F", bound=Callable[..., Any])
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}
_LOGIN = "AuthDBView.login"
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*\Z")
_OPEN = frozenset({_LOGIN, "AuthDBView.logout", "LocaleView.index", "healthz"})
_TOKENS = frozenset({"SecurityApi.login", "SecurityApi.refresh"})  # they check a proof of their own
csrf = CSRFProtect()


def public(view: F) -> F:
    """Mark a view that visitors may open; forms posted to it still need the token."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Guard every request: closed unless something opens it."""
    csrf.init_app(app)
    app.before_request(_guard)
    app.after_request(_add_headers)


def _guard() -> AnyResponse | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static" or endpoint.endswith(".static"):
        return None
    if endpoint in _TOKENS:
        check_request()
        return None
    if request.path.startswith("/api/"):
        return _guard_api()
    if not _is_open(endpoint) and current_actor().user_id is None:
        return _to_login()
    if request.is_json:
        # Screens take forms. WTForms would read fields out of any JSON, and break at most of it.
        abort(415)
    csrf.protect()
    check_request()
    return _without_lure() if endpoint == _LOGIN else None


def _without_lure() -> AnyResponse | None:
    """Drop a place to go after signing in that is not plainly on this site.

    FAB checks it too, but by the letter of the URL; browsers read more leniently.
    """
    wished = request.args.get("next")
    return redirect(url_for(_LOGIN)) if wished and not _LOCAL.match(wished) else None


def _is_open(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    return endpoint in _OPEN or getattr(view, "is_public", False)


def _guard_api() -> AnyResponse | None:
    """Let in who shows a key, a token, or a session with the form token."""
    if request.headers.get("Authorization"):
        if not _has_token():
            return _unauthorized()
    elif current_actor().user_id is None:
        return _unauthorized()
    else:
        csrf.protect()
    check_request()
    return None


def _has_token() -> bool:
    # A call with a proof of its own is not the browser's doing, so it needs no form token;
    # and it must not count as whoever is signed in in that browser.
    g.is_api_call = True
    manager = current_app.appbuilder.sm  # type: ignore[attr-defined]
    key = manager.extract_api_key_from_request()
    if key is not None:
        return manager.validate_api_key(key) is not None
    try:
        found = verify_jwt_in_request(optional=True)
    except (JWTExtendedException, PyJWTError):
        return False
    return found is not None and current_actor().user_id is not None


def _unauthorized() -> Response:
    response = jsonify(error={"status": 401, "message": "Sign in, or send an API key."})
    response.status_code = 401
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _to_login() -> AnyResponse:
    query = request.query_string.decode(errors="replace")
    here = request.path + (f"?{query}" if query else "")
    login = url_for(_LOGIN, next=here if request.method in ("GET", "HEAD") else None)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": login})
    return redirect(login)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint and not request.endpoint.endswith("static"):
        # Pages are for one person: no shared cache may keep them.
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
