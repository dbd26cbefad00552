"""What the server weighs and how soon it serves, with 200 entities."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import psutil

from bench.measure import Result
from bench.world import texts, url

PORT = 8199
_SERVE = """
import sys
from gunicorn.app.base import BaseApplication
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": "127.0.0.1:PORT", "workers": 2, "preload_app": True,
                            "loglevel": "error"}.items():
            self.cfg.set(name, value)
    def load(self):
        from engine.web.app import create_app
        from engine.web.process import settle
        made = create_app(database_url=sys.argv[1], config={"SECRET_KEY": "b"})
        settle(made)
        return made
Server().run()
"""


def results() -> Iterator[Result]:
    """Measure start and memory."""
    assert len(texts()) == 3
    address = url()
    began = time.monotonic()
    code = _SERVE.replace("sys.argv[1]", repr(address)).replace("PORT", str(PORT))
    server = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": "."})
    try:
        _wait()
        started = time.monotonic() - began
        for _ in range(40):
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/login/").read()
        weight = sum(p.memory_full_info().pss for p in _tree(server.pid)) / 2**20
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    yield Result("start to first login page", started, None, 4.0, "s", note="200 entities")
    yield Result("server memory (two workers)", weight, None, 180.0, "MB", note="200 entities")


def _wait() -> None:
    for _ in range(400):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/login/").read()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not answer within 20 s")


def _tree(pid: int) -> list[psutil.Process]:
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]
