"""Go on after a press."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, request

from engine.extension import NotFound
from engine.records import Workspace
from engine.web.desk import reasons


def go(target: str) -> Any:
    """Send the browser on, also out of a dialog."""
    if request.headers.get("HX-Request") == "true":
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = target
        return answer
    return redirect(target)


def why_text(work: Workspace, wrong: Any) -> str:
    """Return why one of many was refused, in the reader's language."""
    if isinstance(wrong, NotFound):
        return work.message("It is not there any more.")
    return reasons(wrong)
