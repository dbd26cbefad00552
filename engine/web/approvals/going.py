"""Go on after a press."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request


def go(target: str) -> Any:
    """Send the browser on, also out of a dialog."""
    if request.headers.get("HX-Request") == "true":
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = target
        return answer
    return redirect(target)
