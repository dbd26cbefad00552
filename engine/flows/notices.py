"""Tell people: a task has come, a copy, an outcome, a reminder (催辦)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.flows import readers
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import OPEN, RUNNING
from engine.flows.definitions import pinned
from engine.flows.people import About, Directory
from engine.messages import Said, notify, reach
from engine.records import Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_copy as copies
from engine.storage.flow_tables import wy_flow_task as tasks

if TYPE_CHECKING:
    from engine.flows.going import Going

URGE_PAUSE = timedelta(minutes=30)  # per task (rule 24)
_OUTCOMES = {
    "approved": "Approved: %(subject)s",
    "rejected": "Refused: %(subject)s",
    "terminated": "Ended by an administrator: %(subject)s",
}


def tell(work: Workspace, going: Going) -> None:
    """Write the messages of one command."""
    case, before, row = going.stored.case, going.stored.before, going.stored.row
    about = _about(row)
    new = [t for no, t in case.tasks.items() if t.state == OPEN and _was_not_open(before, no)]
    asked = {user for t in new if t.kind != "resubmit" for user in (t.user, t.proxy) if user}
    _say(work, asked, "For your approval: %(subject)s", about)
    back = {t.user for t in new if t.kind == "resubmit"}
    _say(work, back, "Returned to you: %(subject)s", about)
    if case.status != RUNNING and case.status in _OUTCOMES:
        _say(work, {case.initiator}, _OUTCOMES[case.status], about)
    if going.given.name == "urge":
        urge(work, going)
    if going.given.name == "copy":
        copy_to(work, going, going.given.users, "")
    for who, kind, step in going.live.notes:
        people = going.live.people(who, step)
        if kind == "cc":
            copy_to(work, going, people, step)
        else:
            _say(work, set(people), "%(subject)s", about)


def _was_not_open(before: Any, no: int) -> bool:
    return no not in before.tasks or before.tasks[no].state != OPEN


def _about(row: Any) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "entity": row.entity,
        "record_id": row.record_id,
        "link": f"/flows/{row.id}",
    }


def _say(work: Workspace, users: set[int], text: str, about: dict[str, Any]) -> None:
    if users:
        rest = {name: one for name, one in about.items() if name != "subject"}
        notify(work, users, Said(text, {"subject": about["subject"]}), **rest)


def copy_to(work: Workspace, going: Going, users: Iterable[int], step: str) -> None:
    """Show the case to people who need not act: once each (抄送)."""
    row = going.stored.row
    people = sorted(set(users))
    if not people:
        return
    rows = [{"case_id": row.id, "user_id": u, "step": step, "at": work.now} for u in people]
    made = insert(copies).on_conflict_do_nothing().returning(copies.c.user_id)
    new = {one.user_id for one in work.connection.execute(made, rows)}
    base = {"entity": row.entity, "record_id": row.record_id, "case_id": row.id, "hide": []}
    readers.let_in(work, [{**base, "user_id": user} for user in sorted(new)])
    _say(work, new, "Copy for you: %(subject)s", _about(row))


def urge(work: Workspace, going: Going) -> None:
    """Remind who holds the case; each task once in half an hour.

    Raises:
        FlowRefused: too_soon; everybody was reminded a short while ago.
    """
    cold = or_(tasks.c.urged_at.is_(None), tasks.c.urged_at <= work.now - URGE_PAUSE)
    mine = (tasks.c.case_id == going.stored.id, tasks.c.state == OPEN, cold)
    done = update(tasks).where(*mine).values(urged_at=work.now).returning(tasks.c.no)
    reminded = [one.no for one in work.connection.execute(done)]
    if not reminded:
        raise FlowRefused("too_soon")
    remind(work, going.stored.id, reminded, words=going.given.comment)


def remind(
    work: Workspace,
    case_id: int,
    numbers: Sequence[int],
    *,
    words: str = "",
    late: bool = False,
    to_admins: bool = False,
) -> None:
    """Remind who holds these tasks, in the app and by what else reaches them.

    `to_admins`: a deadline could not do what it is for, so the administrators hear of it too.
    """
    row = work.connection.execute(select(cases).where(cases.c.id == case_id)).one()
    query = select(tasks.c.user_id, tasks.c.proxy_id).where(
        tasks.c.case_id == case_id, tasks.c.no.in_(numbers), tasks.c.state == OPEN
    )
    people = {user for one in work.connection.execute(query) for user in one if user}
    if to_admins:
        people |= set(_administrators(work, row))
    text = "Overdue: %(subject)s" if late else "Please decide: %(subject)s"
    about = _about(row)
    _say(work, people, text, about)
    reach(work, people, Said(text, {"subject": row.subject}), words, about["link"])


def _administrators(work: Workspace, row: Any) -> list[int]:
    rules = pinned(work, row.flow, row.definition_id).rules
    about = About(
        initiator=row.initiator_id,
        entity=row.entity,
        record_id=row.record_id,
        record={},
        decided={},
        chosen={},
        step="",
    )
    return Directory(work.as_flow()).administrators(rules.admin, about)
