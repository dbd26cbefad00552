"""How often a connection has written to tables of entities: what was read before may be old.

Whoever remembers rows within a piece of work asks this. It sees every statement, those of
plugins too, which need tell nobody what they wrote.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, event

_KEY = "wuye writes"
_KEEPS = "wuye_changes_no_row"
_WRITTEN = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate|copy|rollback)"
    r'\s+(?:table\s+|only\s+)?"?(\w+)',
    re.IGNORECASE,
)
_NO_TABLE = frozenset({"set", "skip", "of", "nowait"})  # on conflict do update set; for update …
CHANGES_NO_ROW = {_KEEPS: True}
"""Execution options of a statement that only adds rows which nobody can have read."""


def count_writes(engine: Engine) -> None:
    """Count the statements of an engine's connections that write to tables of entities."""

    @event.listens_for(engine, "after_cursor_execute")
    def note(
        connection: Connection, _cursor: Any, statement: str, _given: Any, context: Any, _many: bool
    ) -> None:
        if _is_counted(statement) and not context.execution_options.get(_KEEPS):
            connection.info[_KEY] = writes(connection) + 1


def writes(connection: Connection) -> int:
    """Return a number that is another one after each such statement."""
    return int(connection.info.get(_KEY, 0))


@lru_cache(maxsize=4096)
def _is_counted(statement: str) -> bool:
    if statement.startswith("SELECT"):
        return False
    names = (name.lower() for name in _WRITTEN.findall(statement))
    return any(not name.startswith(("wy_", "ab_")) and name not in _NO_TABLE for name in names)
