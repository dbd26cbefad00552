"""What Flask-AppBuilder's own screens and calls would break at, refused before it reaches them."""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from engine.extension import NotFound, Refused
from engine.web.api.reading import sent_object

_WITH_OBJECT = frozenset({"SecurityApi.login", "ApiKeyApi.create_api_key"})
_ACTIONS = ("action", "action_post")


def check_request() -> None:
    """Refuse an action that FAB does not know or the actor may not do, and JSON it cannot read.

    Raises:
        NotFound: there is no such action or chart.
        Refused: the actor may not do it.
        Invalid: no JSON object was sent where one is needed.
    """
    endpoint = request.endpoint or ""
    if endpoint in _WITH_OBJECT:
        sent_object()
    view, _, name = endpoint.rpartition(".")
    if name in _ACTIONS:
        _check_action(view)
    elif name == "chart":
        _check_chart(view)


def _view(endpoint: str) -> Any:
    builder = current_app.extensions["appbuilder"]
    return next((v for v in builder.baseviews if v.endpoint == endpoint), None)


def _check_chart(view: str) -> None:
    wished = str((request.view_args or {}).get("group_by", "0"))
    known = getattr(_view(view), "definitions", ())
    if not wished.isdecimal() or len(wished) > 3 or int(wished) >= len(known):
        raise NotFound("chart", wished)


def _check_action(view: str) -> None:
    builder, found = current_app.extensions["appbuilder"], _view(view)
    actions = getattr(found, "actions", None)
    if found is None or actions is None:
        return  # not FAB's
    name = (request.view_args or {}).get("name") or request.form.get("action", "")
    if name not in actions:
        raise NotFound("action", name)
    if not builder.sm.has_access(
        found.get_action_permission_name(name), found.class_permission_name
    ):
        raise Refused("You have no right to do this here.")
