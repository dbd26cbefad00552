"""How much work something is, counted and not timed: a busy machine must not fail a test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from sqlalchemy import Connection, event


class Effort:
    """What was counted so far."""

    def __init__(self) -> None:
        self.calls = 0  # of Python functions
        self.statements: list[str] = []


@contextmanager
def calls_counted() -> Iterator[Effort]:
    """Count the Python functions called within; exponential work is millions of them."""
    effort = Effort()

    def note(_frame: FrameType, what: str, _argument: object) -> None:
        effort.calls += what == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield effort
    finally:
        sys.setprofile(before)


@contextmanager
def statements_counted(connection: Connection) -> Iterator[Effort]:
    """Gather the statements sent within."""
    effort = Effort()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        effort.statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield effort
    finally:
        event.remove(connection, "before_cursor_execute", note)
