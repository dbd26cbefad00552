"""What the server weighs and how soon it serves, with 200 entities."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil

from bench.measure import Result
from bench.serving import Visitor, served
from bench.world import texts, url

PORT = 8199
_OURS = """
def made():
    from engine.web.app import create_app
    from engine.web.process import settle
    app = create_app(database_url=URL, config={"SECRET_KEY": "b"})
    settle(app)
    return app
"""


def results() -> Iterator[Result]:
    """Measure start and memory."""
    assert len(texts()) == 3
    code = _OURS.replace("URL", repr(url()))
    began = time.monotonic()
    with served(code, PORT, "/login/") as server:
        started = time.monotonic() - began
        for _ in range(40):
            Visitor(PORT).get("/login/")
        weight = sum(p.memory_full_info().pss for p in _tree(server)) / 2**20
    yield Result("start to first login page", started, None, 4.0, "s", note="200 entities")
    yield Result("server memory (two workers)", weight, None, 180.0, "MB", note="200 entities")


def _tree(pid: int) -> list[psutil.Process]:
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]
