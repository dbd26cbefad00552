"""Ask people: who sits in a step, and who need not be asked (rules 10 to 13 of flows.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.flows.core.state import Task, Visit
from engine.flows.core.turn import Turn
from engine.flows.core.votes import judge, vote_of
from engine.metadata.flows import Otherwise, Step


def ask(turn: Turn, visit: Visit, node: Step, persons: Sequence[int] | None = None) -> str:
    """Seat the people of a step that was just entered; return how it stands.

    'open', 'passed', 'lost', or why it is skipped: 'self', 'nobody'. `persons` are asked
    again after a return: then neither the rule on the initiator nor that on repeated
    approvals counts, or the return would undo itself.
    """
    people = turn.world.active(persons or ())
    again = bool(people)
    if not again:
        named = turn.world.people(node.who, node.id)
        people = _asked_before(turn, visit, named) or _without_initiator(turn, node, named)
        visit.data["named"] = list(named)
        if named and not people and node.self_rule.do == "skip":
            return "self"
    people = list(dict.fromkeys(people))
    if not people:
        return _nobody(turn, visit, node)
    if node.sign.mode == "at_least" and len(people) < node.sign.threshold:
        return hold(turn, visit, "too_few", people)
    seat(turn, visit, people, in_order=node.sign.mode == "in_order")
    if not again:
        _spare(turn, visit, node)
    return judge(turn, visit, node)


def _asked_before(turn: Turn, visit: Visit, named: Sequence[int]) -> list[int]:
    """Return who was asked before a return went over this step, if it means the same people.

    A task may have changed hands, signers may have come or an administrator named somebody:
    they are asked again (rule 2). Whom the step means anew is asked if that has changed.
    """
    past = [v for v in turn.case.visits.values() if v.node == visit.node and v.no != visit.no]
    past = [v for v in past if v.superseded or v.reason == "returned"]
    if not past or past[-1].data.get("named") != list(named):
        return []
    return list(turn.world.active(persons_of(turn, past[-1])))


def persons_of(turn: Turn, visit: Visit) -> list[int]:
    """Return who holds the seats of a visit: the last owner of each."""
    found = []
    for held in turn.case.seats_of(visit.no).values():
        own = [t for t in held if t.kind == "decide" and t.reason != "removed"]
        if own:
            found.append(own[-1].user)
    return list(dict.fromkeys(found))


def _without_initiator(turn: Turn, node: Step, people: Sequence[int]) -> list[int]:
    me, rule = turn.case.initiator, node.self_rule
    if me not in people or rule.do == "allow":
        return list(people)
    instead: list[int] = []
    if rule.do == "to":
        instead = [p for p in turn.world.people(rule.to, node.id) if p != me]
    found: list[int] = []
    for person in people:
        found += instead if person == me else [person]
    return found


def _nobody(turn: Turn, visit: Visit, node: Step) -> str:
    rule: Otherwise = node.nobody
    if rule.do == "skip":
        return "nobody"
    if rule.do == "reject":
        return "lost"
    if rule.do == "to":
        people = [p for p in turn.world.people(rule.to, node.id) if p != turn.case.initiator]
        if people:
            seat(turn, visit, people, in_order=node.sign.mode == "in_order")
            return judge(turn, visit, node)
    return hold(turn, visit, "nobody")


def hold(turn: Turn, visit: Visit, why: str, people: Sequence[int] = ()) -> str:
    """Leave the step to the flow's administrators, who name somebody."""
    visit.data["held"] = why
    if people:
        visit.data["found"] = list(people)
    for admin in turn.world.administrators():
        add_task(turn, visit, admin, kind="hold")
    return "open"


def seat(turn: Turn, visit: Visit, people: Iterable[int], *, in_order: bool = False) -> None:
    """Give each person a seat."""
    for position, person in enumerate(people):
        task = add_task(turn, visit, person)
        task.position = position
        if in_order:
            task.state, task.reason = "waiting", "in_order"


def add_task(
    turn: Turn,
    visit: Visit,
    user: int,
    *,
    kind: str = "decide",
    seat_no: int | None = None,
    parent: int | None = None,
) -> Task:
    """Ask somebody; a standing proxy sees the task too, unless he is the initiator."""
    number = len(turn.case.tasks) + 1
    proxy = None
    if kind != "resubmit":
        found = turn.world.proxy_of(user)
        proxy = found if found not in (user, turn.case.initiator) else None
    task = Task(
        no=number,
        visit=visit.no,
        seat=seat_no or number,
        user=user,
        opened=turn.seq,
        kind=kind,
        proxy=proxy,
        parent=parent,
        opened_at=turn.now,
    )
    turn.case.tasks[number] = task
    return task


def _spare(turn: Turn, visit: Visit, node: Step) -> None:
    """Do not ask those again who have agreed already (rule 11)."""
    if node.repeated == "ask":
        return
    agreed = _agreed(turn, visit, adjacent=node.repeated == "skip_adjacent")
    if not agreed:
        return
    now = turn.world.fingerprint()
    for task in turn.case.tasks_of(visit.no):
        if agreed.get(task.user) == now and task.is_pending:
            turn.close(task, "skipped", "repeated")
            task.fingerprint = now


def _agreed(turn: Turn, visit: Visit, *, adjacent: bool) -> dict[int, str]:
    """Return who has agreed in this approval and what the watched fields were then."""
    visits = [v for v in turn.case.visits.values() if v.kind == "step" and v.no != visit.no]
    visits = [v for v in visits if v.state == "passed" and not v.superseded]
    if adjacent:
        visits = visits[-1:]
    found: dict[int, str] = {}
    for one in visits:
        for tasks in turn.case.seats_of(one.no).values():
            if vote_of(tasks) != "approved":
                continue
            for task in tasks:
                if task.kind == "decide" and task.state in ("approved", "skipped"):
                    found[task.user] = task.fingerprint
    return found
