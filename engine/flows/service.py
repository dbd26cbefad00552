"""Start an approval and act on it: each is one transaction, and happens once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from engine.extension import NotFound
from engine.flows import after, attachments, children, starting, store
from engine.flows.choices import must_have_chosen
from engine.flows.core import perform
from engine.flows.core.commands import Command
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import Case
from engine.flows.core.turn import Child, Turn
from engine.flows.core.world import Recorder
from engine.flows.definitions import definition_id, flow_for, pinned
from engine.flows.edits import edit, must_be_filled, must_say_why, step_of
from engine.flows.going import Answer, Going, in_hand
from engine.flows.live import Live, change_as_flow
from engine.metadata.flows import FlowAction
from engine.records import Workspace, flows_hear
from engine.records.rows import fetch_one
from engine.records.shown import case_shown
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_log as log
from engine.storage.flow_tables import wy_flow_task as tasks

MOST_DEEP = 10  # sub-flows within sub-flows
# Commands that no administrator has a say in: who they are need not be asked.
OF_ONES_OWN = frozenset({"approve", "reject", "return", "abstain", "resubmit", "take_back"})


class FlowService:
    """Acts for one actor, inside the caller's transaction."""

    def __init__(self, work: Workspace) -> None:
        self.work = work

    def start(
        self,
        entity: str,
        record_id: int,
        action: str = "submit",
        *,
        chosen: Mapping[str, list[int]] | None = None,
        comment: str = "",
        files: Sequence[int] = (),
        request_id: str = "",
    ) -> Answer:
        """Take a record through an action: at once, or by asking people.

        `files` are fresh uploads of one's own; they stay with the log's first entry.

        Raises:
            NotFound: no such record that the actor may see, or no such action.
            FlowRefused, Invalid: by name or field; nothing is written.
        """
        with self.work.connection.begin_nested():
            record = fetch_one(self.work, entity, record_id, lock=True)
            flow = flow_for(self.work, entity, record)
            act = flow.actions.get(action) if flow is not None else None
            if flow is None or act is None:
                raise NotFound(f"{entity}.{action}", record_id)
            given = _beginning(action, self.work.actor.user_id, chosen or {}, comment)
            known = self._known(entity, record_id, request_id)
            if known is not None:
                return known
            case = Case(initiator=self.work.actor.user_id or 0)
            live = Live(self.work, flow, act, record, case)
            starting.must_start(self.work, live)
            if act.steps is None:
                attachments.must_be_none(files)  # there is no log for them to stay in
                return self._at_once(live, act)
            answer = self._begin(live, given, request_id, None)
            attachments.keep(self.work, answer.case_id, answer.seq, files)
            return answer

    def _known(self, entity: str, record_id: int, request_id: str) -> Answer | None:
        if not request_id:
            return None
        query = (
            select(log.c.case_id, log.c.answer)
            .join(cases, cases.c.id == log.c.case_id)
            .where(log.c.request_id == request_id, log.c.actor_id == self.work.actor.user_id)
            .where(cases.c.entity == entity, cases.c.record_id == record_id)
        )
        row = self.work.connection.execute(query).first()
        return None if row is None else _answer(row.case_id, row.answer)

    def _at_once(self, live: Live, act: FlowAction) -> Answer:
        change_as_flow(live.work, live.flow.entity, live.record["id"], {live.flow.status: act.to})
        live.reload()
        live.run(act.after.get("approved", ()), "")
        return Answer(0, act.to)

    def _begin(
        self, live: Live, given: Command, request_id: str, child_of: children.ChildOf | None
    ) -> Answer:
        live.run(live.action.after.get("submitted", ()), "")  # the subject may tell of it
        row = self._insert(live, child_of)
        case = live.case
        stored = store.Stored(row, case, Case(initiator=case.initiator))
        going = Going(stored, live.flow, live.action, live, given, request_id)
        heard = Recorder(live)
        going.heard = heard.heard
        chosen = given.data.get("chosen", {})
        with in_hand(self.work, row.id):
            turn = perform.begin(case, live.action, live.flow.rules, heard, chosen)
            return self.finish(going, turn)

    def _insert(self, live: Live, child_of: children.ChildOf | None) -> Row[Any]:
        work, flow, record = self.work, live.flow, live.record
        values: dict[str, Any] = {
            "flow": flow.name,
            "definition_id": definition_id(work.connection, work.catalog, flow),
            "action": live.action.name,
            "entity": flow.entity,
            "record_id": record["id"],
            "unit_id": record.get("scope_unit"),
            "subject": starting.subject_of(live),
            "initiator_id": live.case.initiator,
            "started_at": work.now,
            "moved_at": work.now,
            "previous_id": starting.previous(work, flow.entity, record["id"]),
        }
        if child_of is not None:
            values |= child_of.columns()
        try:
            return work.connection.execute(insert(cases).values(values).returning(cases)).one()
        except IntegrityError as error:
            raise FlowRefused("already_running") from error

    def act(
        self,
        case_id: int,
        given: Command,
        *,
        values: Mapping[str, Any] | None = None,
        files: Sequence[int] = (),
        can_choose: bool = False,
        request_id: str = "",
    ) -> Answer:
        """Carry out a command on a case; `values` are fields the step lets one edit.

        `files` are uploads of one's own for this case; they stay with the log's entry. Who
        `can_choose` has boxes for the people of the next step, and must fill them in.

        Raises:
            NotFound: there is no such case.
            FlowRefused, Invalid: by name or field; nothing is written.
        """
        with self.work.connection.begin_nested():
            row = store.lock(self.work.connection, case_id)
            known = self._answered(case_id, request_id)
            if known is not None:
                return known
            going = self._going(row, given, request_id)
            if given.name in ("approve", "resubmit") and given.task is not None:
                going.changes = edit(going, values or {})
                if given.name == "resubmit":  # what the record says has changed
                    going.live.run(going.action.after.get("submitted", ()), "")
                must_be_filled(going)
            elif given.name == "due" and _approves(going):
                must_be_filled(going)
            must_say_why(going)
            self._must_take_part(going)
            heard = Recorder(going.live)
            going.heard = heard.heard
            with in_hand(self.work, case_id):
                turn = perform.perform(
                    going.stored.case, going.action, going.flow.rules, heard, going.given
                )
                if can_choose:
                    must_have_chosen(going)
                answer = self.finish(going, turn)
            attachments.keep(self.work, case_id, answer.seq, files)
            return answer

    def _answered(self, case_id: int, request_id: str) -> Answer | None:
        if not request_id:
            return None
        query = select(log.c.answer).where(log.c.case_id == case_id, log.c.request_id == request_id)
        found = self.work.connection.scalar(query)
        return None if found is None else _answer(case_id, found)

    def _going(self, row: Row[Any], given: Command, request_id: str) -> Going:
        work = self.work
        flow = pinned(work, row.flow, row.definition_id)
        action = flow.actions[row.action]
        stored = store.load(work.connection, row)
        record = fetch_one(work.as_flow(), row.entity, row.record_id, lock=True)
        live = Live(work, flow, action, record, stored.case)
        if work.actor.user_id is not None:
            is_admin = work.actor.is_admin or (
                given.name not in OF_ONES_OWN and work.actor.user_id in live.administrators()
            )
            given = replace(given, actor=work.actor.user_id, is_admin=is_admin)
        return Going(stored, flow, action, live, given, request_id)

    def _must_take_part(self, going: Going) -> None:
        """Let only those say something whom the case concerns; other commands see to it."""
        given, row = going.given, going.stored.row
        if given.name != "comment" or given.is_admin or given.actor == row.initiator_id:
            return
        if given.actor is not None and case_shown(self.work, row.entity, row.record_id) is None:
            raise FlowRefused("not_yours")

    def act_on_task(self, task_id: int, given: Command, **more: Any) -> Answer:
        """Carry out a command on a task known by its id.

        Raises:
            NotFound: there is no such task.
        """
        query = select(tasks.c.case_id, tasks.c.no).where(tasks.c.id == task_id)
        found = self.work.connection.execute(query).one_or_none()
        if found is None:
            raise NotFound("wy_flow_task", task_id)
        return self.act(found.case_id, replace(given, task=found.no), **more)

    def finish(self, going: Going, turn: Turn) -> Answer:
        """Write all that came of a command, and do what follows from it."""
        answer = after.write(self.work, going, turn)
        for child in turn.children:
            if children.is_wanted(self.work, going, child):
                self._start_child(going, child)
        if going.stored.case.status != going.stored.before.status:
            self._tell_parent(going)
        return Answer(**answer)

    def _start_child(self, going: Going, child: Child) -> None:
        row = going.stored.row
        if row.depth + 1 >= MOST_DEEP:
            raise FlowRefused("recursion")
        flow = self.work.catalog.flows[child.node.flow]
        act = starting.first_action(flow)
        record = fetch_one(going.live.work, flow.entity, child.record_id, lock=True)
        case = Case(initiator=going.stored.case.initiator)
        live = Live(self.work, flow, act, record, case)
        of = children.ChildOf(row.id, child.visit, row.root_id or row.id, row.depth + 1)
        if starting.is_running(self.work, live, but=of.root_id):
            raise FlowRefused("already_running")
        given = Command(name=act.name, actor=going.given.actor)
        self._begin(live, given, "", of)

    def _tell_parent(self, going: Going) -> None:
        row = going.stored.row
        if row.parent_id is None:
            return
        told = Command(
            name="child", mode=going.stored.case.status, data={"visit": row.parent_visit}
        )
        system = FlowService(replace(self.work, actor=replace(self.work.actor, user_id=None)))
        try:
            system.act(row.parent_id, told)
        except FlowRefused as refused:
            if refused.code not in ("not_waiting", "not_running"):
                raise


def _approves(going: Going) -> bool:
    """Tell whether a deadline approves; then what the step asks for must be filled in."""
    step = step_of(going)
    return step is not None and step.due is not None and step.due.then == "approve"


def _beginning(
    action: str, actor: int | None, chosen: Mapping[str, list[int]], comment: str
) -> Command:
    data = {"chosen": {step: list(users) for step, users in chosen.items()}} if chosen else {}
    return Command(name=action, actor=actor, comment=comment, data=data)


def _hear(work: Workspace, entity: str, record_id: int, name: str) -> None:
    from engine.flows.events import tell

    tell(work, entity, record_id, name)


flows_hear(_hear)


def _answer(case_id: int, kept: Mapping[str, Any]) -> Answer:
    return Answer(case_id, kept.get("status", ""), kept.get("seq", 0), again=True)
