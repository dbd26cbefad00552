"""Applications behind Gunicorn with two sync workers, as the design's figures were taken."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

_SERVE = """
import sys
from gunicorn.app.base import BaseApplication
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": "127.0.0.1:" + sys.argv[1], "workers": 2,
                            "preload_app": True, "loglevel": "error"}.items():
            self.cfg.set(name, value)
    def load(self):
        return made()
Server().run()
"""


@contextmanager
def served(code: str, port: int, path: str = "/login") -> Iterator[int]:
    """Serve what `made()` of some Python makes; yield the process's number once it answers."""
    command = [sys.executable, "-c", code + _SERVE, str(port)]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": "."})
    try:
        _wait(port, path)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def _wait(port: int, path: str) -> None:
    for _ in range(400):
        try:
            Visitor(port).get(path)
        except (ConnectionError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not answer within 20 s")


class Visitor:
    """One person's requests, each on a connection of its own, as sync workers want it."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._port, self.cookie = port, cookie

    def get(self, path: str, *expected: int) -> str:
        """Return the page of an address."""
        return self._ask("GET", path, None, {}, expected or (200,))

    def post(self, path: str, data: dict[str, Any], *expected: int) -> str:
        """Send a form; return where the answer leads, or what it says."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(data), kind, expected)

    def save(self, path: str, data: dict[str, Any]) -> str:
        """Send a form and look at the page it leads to, as a browser does."""
        return self.get(urlsplit(self.post(path, data, 302)).path)

    def post_json(self, path: str, body: str, *expected: int, **headers: str) -> str:
        """Send JSON."""
        kind = {"Content-Type": "application/json", **headers}
        return self._ask("POST", path, body, kind, expected)

    def _ask(
        self, method: str, path: str, body: Any, headers: dict[str, str], expected: tuple[int, ...]
    ) -> str:
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        link.request(method, path, body, headers | {"Cookie": self.cookie})
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        if answer.status not in expected:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {text[:500]}")
        if not self.cookie:
            self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        return answer.getheader("Location") or text
