"""Who will be asked: the flow is played on with everybody agreeing, and nothing is done (預測)."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.extension import NotFound
from engine.flows.choices import chosen_by, lacks
from engine.flows.core import perform
from engine.flows.core.commands import Command
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import Case, Visit
from engine.flows.definitions import flow_for
from engine.flows.live import Live
from engine.flows.people import Directory
from engine.metadata.flows import PREVIOUS, Effects, Step, Subflow
from engine.records import RecordService, Workspace

MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Coming:
    """A step that is still to come, if everybody agrees and nothing changes."""

    step: str
    title: str
    people: tuple[int, ...]
    sign: str
    nobody: bool = False  # it would wait for an administrator
    chosen_by: str = ""  # 'initiator', 'previous': who may choose its people
    lacks: str = ""  # why it cannot go on unless he does: 'nobody', 'too_few'


class DryRun(Live):
    """The world as it is, on which nothing is done."""

    def run(self, effects: Effects, step: str) -> None:
        """Do nothing."""

    def children(self, node: Subflow) -> list[int]:
        """Start nothing."""
        return []


def before_start(
    work: Workspace,
    entity: str,
    record_id: int,
    action: str,
    chosen: dict[str, list[int]] | None = None,
) -> list[Coming]:
    """Return the steps a record would go through; what handing in does is done and undone.

    Raises:
        NotFound: no such record that the actor may see, or no such action.
        Invalid, Refused: what handing in does would fail; says why.
    """
    record = RecordService(work).get(entity, record_id)
    flow = flow_for(work, entity, record)
    act = flow.actions.get(action) if flow is not None else None
    if flow is None or act is None or act.steps is None:
        raise NotFound(f"{entity}.{action}", record_id)
    case = Case(initiator=work.actor.user_id or 0)
    trial = work.connection.begin_nested()
    try:
        handed_in = Live(work, flow, act, record, case)
        handed_in.run(act.after.get("submitted", ()), "")
        live = DryRun(work, flow, act, handed_in.record, case)
        perform.begin(case, act, flow.rules, live, chosen or {})
        return _play(case, live, frozenset())
    except FlowRefused:
        return []
    finally:
        trial.rollback()
        Directory(work).forget()  # whom the trial made a manager is none


def from_here(case: Case, live: DryRun) -> list[Coming]:
    """Return the steps still to come of a running case; those open now are not among them."""
    trial = copy.deepcopy(case)
    live.case = trial
    return _play(trial, live, frozenset(trial.visits))


def next_to_choose(case: Case, live: DryRun, given: Command) -> list[Coming]:
    """Return the steps that this agreement would begin, and whose people its giver chooses."""
    trial = copy.deepcopy(case)
    live.case = trial
    try:
        perform.perform(trial, live.action, live.flow.rules, live, given)
    except FlowRefused:
        return []
    finally:
        live.case = case
    new = [visit for no, visit in trial.visits.items() if no not in case.visits]
    found = [one for visit in new if (one := _coming(trial, live, visit)) is not None]
    return [one for one in found if one.chosen_by == PREVIOUS]


def _play(case: Case, live: DryRun, known: frozenset[int]) -> list[Coming]:
    found: list[Coming] = []
    for _ in range(MOST_ROUNDS):
        for no in sorted(set(case.visits) - known):
            one = _coming(case, live, case.visits[no])
            if one is not None:
                found.append(one)
        known = frozenset(case.visits)
        if not case.is_running or not _move_on(case, live):
            break
    return found


def _coming(case: Case, live: DryRun, visit: Visit) -> Coming | None:
    node = next((n for n in live.action.nodes() if n.id == visit.node), None)
    if not isinstance(node, Step) or (visit.state == "skipped" and visit.reason == "condition"):
        return None
    people = [t.user for t in case.tasks_of(visit.no) if t.kind == "decide"]
    language = live.work.language
    return Coming(
        step=node.id,
        title=node.title.in_(language) if node.title else node.id,
        people=tuple(dict.fromkeys(people)),
        sign=node.sign.mode,
        nobody=bool(visit.data.get("held")),
        chosen_by=chosen_by(node),
        lacks=lacks(node, visit),
    )


def _move_on(case: Case, live: DryRun) -> bool:
    """Agree to something; return whether anything could be agreed to."""
    for given in _next(case):
        try:
            perform.perform(case, live.action, live.flow.rules, live, given)
        except FlowRefused:
            continue
        return True
    return False


def _next(case: Case) -> Sequence[Command]:
    held = [v for v in case.active_visits() if v.data.get("held")]
    waits = [v for v in case.active_visits() if v.kind in ("wait", "subflow")]
    found: list[Command] = []
    for task in case.open_tasks():
        name = "resubmit" if task.kind == "resubmit" else "approve"
        if task.kind != "hold":
            found.append(Command(name=name, actor=task.user, task=task.no))
    for visit in (*held, *waits):
        data: dict[str, Any] = {"visit": visit.no}
        found.append(Command(name="force", is_admin=True, mode="approved", data=data))
    return found
