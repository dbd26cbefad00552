"""A request to a plugin's screen, without the web."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from engine.records import PluginContext, Workspace


class Request(PluginContext):
    """What the web gives a screen."""

    def __init__(self, work: Workspace, method: str, sent: dict[str, str]) -> None:
        super().__init__(work)
        self.method = method
        self.arguments: dict[str, str] = sent if method == "GET" else {}
        self.form = MultiDict(sent if method == "POST" else {})
        self.files: dict[str, Any] = {}
