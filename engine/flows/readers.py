"""Who may read a record because an approval shows it to him (rule 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from engine.flows.edits import names
from engine.metadata.flows import Step
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_copy as copies
from engine.storage.flow_tables import wy_flow_reader as readers

if TYPE_CHECKING:
    from engine.flows.core.state import Task
    from engine.flows.going import Going


def sync(work: Workspace, going: Going) -> None:
    """Let in who is asked now; shut out who gave his task away undecided."""
    case, before = going.stored.case, going.stored.before
    new = [t for no, t in case.tasks.items() if no not in before.tasks]
    rows = [_row(going, user, _hidden(going, t)) for t in new for user in (t.user, t.proxy) if user]
    if not before.seq:
        rows.append(_row(going, case.initiator, []))
    let_in(work, rows)
    for no, task in case.tasks.items():
        old = before.tasks.get(no)
        if old is not None and task.state == "transferred" != old.state:
            _shut_out(work, going, task.user)


def let_in(work: Workspace, rows: list[dict[str, Any]]) -> None:
    """Add readers; who is one already keeps the least that is hidden from him."""
    if not rows:
        return
    unique: dict[int, dict[str, Any]] = {}
    for row in rows:
        known = unique.get(row["user_id"])
        hide = row["hide"] if known is None else sorted({*known["hide"]} & {*row["hide"]})
        unique[row["user_id"]] = {**row, "hide": hide}
    made = insert(readers)
    both = text("ARRAY(SELECT unnest(wy_flow_reader.hide) INTERSECT SELECT unnest(excluded.hide))")
    key = [readers.c.entity, readers.c.record_id, readers.c.user_id]
    statement = made.on_conflict_do_update(
        index_elements=key,
        set_={"hide": both},
        where=~readers.c.hide.contained_by(made.excluded.hide),
    )
    work.connection.execute(statement, [unique[user] for user in sorted(unique)])


def _row(going: Going, user: int, hide: list[str]) -> dict[str, Any]:
    return {
        "entity": going.flow.entity,
        "record_id": going.live.record["id"],
        "user_id": user,
        "case_id": going.stored.id,
        "hide": hide,
    }


def _hidden(going: Going, task: Task) -> list[str]:
    visit = going.stored.case.visits[task.visit]
    node = {n.id: n for n in going.action.nodes()}.get(visit.node)
    entity = going.live.work.catalog.entity(going.flow.entity)
    return sorted(names(node.hide, entity.fields)) if isinstance(node, Step) else []


def _shut_out(work: Workspace, going: Going, user: int) -> None:
    """Take the right away unless he decided, is asked elsewhere, started it, or got a copy."""
    case = going.stored.case
    stays = {t.decided_by for t in case.tasks.values()} | {case.initiator}
    stays |= {t.user for t in case.tasks.values() if t.is_pending}
    stays |= {t.proxy for t in case.tasks.values() if t.is_pending}
    copied = select(copies.c.user_id).where(copies.c.case_id == going.stored.id)
    stays |= set(work.connection.scalars(copied))
    if user not in stays:
        gone = delete(readers).where(
            readers.c.entity == going.flow.entity,
            readers.c.record_id == going.live.record["id"],
            readers.c.user_id == user,
            readers.c.case_id == going.stored.id,
        )
        work.connection.execute(gone)
