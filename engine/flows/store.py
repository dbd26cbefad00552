"""A case between its rows and the rules: read whole, write what changed."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)

from engine.extension import NotFound
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import Case, Task, Visit
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_log as log
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.storage.flow_tables import wy_flow_visit as visits

_VISIT = tuple(f.name for f in fields(Visit))
_TASK = {f.name: "user_id" if f.name == "user" else f.name for f in fields(Task)}
_TASK["proxy"] = "proxy_id"


@dataclass(slots=True)
class Stored:
    """A case, the row it came from, and what it was."""

    row: Row[Any]
    case: Case
    before: Case

    @property
    def id(self) -> int:
        """The case's id."""
        return int(self.row.id)


def lock(connection: Connection, case_id: int) -> Row[Any]:
    """Hold the outermost case around one, always first; return the case's own row.

    Raises:
        NotFound: there is no such case.
    """
    inner = select(func.coalesce(cases.c.root_id, cases.c.id)).where(cases.c.id == case_id)
    held = select(cases).where(cases.c.id == inner.scalar_subquery()).with_for_update()
    root = connection.execute(held).one_or_none()
    if root is None:
        raise NotFound("wy_flow_case", case_id)
    if root.id == case_id:
        return root
    return connection.execute(select(cases).where(cases.c.id == case_id)).one()


def load(connection: Connection, row: Row[Any]) -> Stored:
    """Read a case whole."""
    case = Case(
        initiator=row.initiator_id,
        status=row.status,
        suspended=row.suspended,
        round=row.round,
        seq=row.seq,
        chosen=dict(row.data.get("chosen", {})),
        events=list(row.data.get("events", ())),
    )
    found = select(visits).where(visits.c.case_id == row.id).order_by(visits.c.no)
    for one in connection.execute(found).mappings():
        case.visits[one["no"]] = Visit(**{name: one[name] for name in _VISIT})
    asked = select(tasks).where(tasks.c.case_id == row.id).order_by(tasks.c.no)
    for one in connection.execute(asked).mappings():
        case.tasks[one["no"]] = Task(**{name: one[column] for name, column in _TASK.items()})
    return Stored(row, case, copy.deepcopy(case))


def save(connection: Connection, stored: Stored, more: dict[int, dict[str, Any]]) -> None:
    """Write the visits and tasks that are new or changed; `more` are columns of new tasks.

    Raises:
        FlowRefused: already_done; another transaction was faster, nothing may be kept.
    """
    before, now = stored.before, stored.case
    _write(connection, visits, stored.id, before.visits, now.visits, _visit_row)
    new = {no: task for no, task in now.tasks.items() if no not in before.tasks}
    if new:
        rows = [{"case_id": stored.id, **_task_row(t), **more.get(t.no, {})} for t in new.values()]
        connection.execute(insert(tasks), rows)
    changed = [(old, now.tasks[no]) for no, old in before.tasks.items() if now.tasks[no] != old]
    if changed:
        # conditional: the lock on the case makes it true, and this proves it
        rows = [{"_no": t.no, "_was": old.state, **_task_row(t)} for old, t in changed]
        where = (tasks.c.no == bindparam("_no"), tasks.c.state == bindparam("_was"))
        if _update(connection, tasks, stored.id, where, rows) != len(rows):
            raise FlowRefused("already_done")


def _update(
    connection: Connection,
    table: Table,
    case_id: int,
    where: tuple[ColumnElement[bool], ...],
    rows: list[dict[str, Any]],
) -> int:
    """Change rows of a case in one go; return how many there were."""
    names = [name for name in rows[0] if not name.startswith("_")]
    statement = update(table).where(table.c.case_id == bindparam("_case"), *where)
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return connection.execute(
        statement.values(values), [{"_case": case_id, **row} for row in rows]
    ).rowcount


def _write(
    connection: Connection,
    table: Table,
    case_id: int,
    before: dict[int, Visit],
    now: dict[int, Visit],
    row_of: Any,
) -> None:
    new = [one for no, one in now.items() if no not in before]
    if new:
        connection.execute(insert(table), [{"case_id": case_id, **row_of(one)} for one in new])
    changed = [{"_no": no, **row_of(now[no])} for no, old in before.items() if now[no] != old]
    if changed:
        _update(connection, table, case_id, (table.c.no == bindparam("_no"),), changed)


def _visit_row(visit: Visit) -> dict[str, Any]:
    return {name: getattr(visit, name) for name in _VISIT}


def _task_row(task: Task) -> dict[str, Any]:
    return {column: getattr(task, name) for name, column in _TASK.items()}


def log_of(connection: Connection, case_id: int) -> Iterable[Row[Any]]:
    """Return a case's log, oldest first."""
    return connection.execute(select(log).where(log.c.case_id == case_id).order_by(log.c.seq))
