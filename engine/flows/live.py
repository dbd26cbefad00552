"""The world the rules ask, over a record in the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from engine.extension import actions
from engine.fieldtypes import field_type
from engine.flows.core.refusals import FlowRefused
from engine.flows.core.state import Case
from engine.flows.environment import FlowEnvironment
from engine.flows.people import About, Directory
from engine.metadata import Formula
from engine.metadata.flows import (
    Branch,
    Effect,
    Effects,
    Flow,
    FlowAction,
    Subflow,
    Who,
    branches_of,
)
from engine.records import Action, RecordService, Workspace
from engine.storage.flow_tables import wy_flow_proxy as proxies


class Live:
    """Answers about one record, in one transaction; effects are done as the flow."""

    def __init__(
        self,
        work: Workspace,
        flow: Flow,
        action: FlowAction,
        record: dict[str, Any],
        case: Case,
    ) -> None:
        self.work = work.as_flow()
        self.flow, self.action, self.record, self.case = flow, action, record, case
        self.now: datetime = work.now
        self.directory = Directory(self.work)
        self.notes: list[tuple[tuple[Who, ...], str, str]] = []  # who, 'cc' or 'notify', step
        self.subject_entity = flow.entity

    @property
    def environment(self) -> FlowEnvironment:
        """The record as formulas see it."""
        return FlowEnvironment(self.work, self.flow.entity, self.record)

    def people(self, who: Sequence[Who], step: str) -> list[int]:
        """Return the active people meant, each once."""
        return self.directory.resolve(who, self.about(step))

    def about(self, step: str) -> About:
        """Return what people are found by."""
        return About(
            initiator=self.case.initiator,
            entity=self.flow.entity,
            record_id=self.record["id"],
            record=self.record,
            decided=_decided(self.case),
            chosen={name: tuple(users) for name, users in self.case.chosen.items()},
            step=step,
        )

    def administrators(self) -> list[int]:
        """Return who mends this flow."""
        return self.directory.administrators(self.flow.rules.admin, self.about(""))

    def active(self, users: Iterable[int]) -> list[int]:
        """Return those whose accounts are not switched off, in the given order."""
        asked = list(users)
        known = self.directory.active(asked) if asked else frozenset()
        return [one for one in asked if one in known]

    def proxy_of(self, user: int) -> int | None:
        """Return who stands in for a person today in this flow."""
        every = func.cardinality(proxies.c.flows) == 0
        query = (
            select(proxies.c.proxy_id)
            .where(proxies.c.user_id == user, proxies.c.ended_at.is_(None))
            .where(proxies.c.valid_from <= self.work.today, proxies.c.valid_to >= self.work.today)
            .where(or_(every, proxies.c.flows.any(self.flow.name)))
            .order_by(proxies.c.id.desc())
            .limit(1)
        )
        key = ("proxy", self.flow.name, user)
        if key not in self.work.memo:
            found = self.work.connection.scalar(query)
            self.work.memo[key] = found if found and self.active([found]) else None
        return self.work.memo[key]  # type: ignore[no-any-return]

    def holds(self, formula: Formula) -> bool:
        """Return what a condition says about the record as it is now."""
        return self.environment.holds(formula)

    def fingerprint(self) -> str:
        """Return a digest of the watched fields."""
        return fingerprint(self.work, self.flow, self.action, self.record)

    def children(self, node: Subflow) -> list[int]:
        """Return the records a sub-flow runs for."""
        if node.for_each:
            service = RecordService(self.work)
            rows = service.lines(self.flow.entity, node.for_each, self.record["id"])
            found = [self._linked(node, row) for row in rows]
        else:
            found = [self._linked(node, self.record)]
        # lines may lead nowhere, or several to one record: it is decided on once
        return list(dict.fromkeys(one for one in found if one is not None))

    def _linked(self, node: Subflow, row: dict[str, Any]) -> Any:
        if not node.record:
            return row["id"]
        entity = self.flow.entity
        if node.for_each:
            entity = self.work.catalog.entity(entity).field(node.for_each).options["of"]
        return FlowEnvironment(self.work, entity, row).value(tuple(node.record.split(".")))

    def run(self, effects: Effects, step: str) -> None:
        """Do what the flow does itself, in this transaction; later conditions see it."""
        for effect in effects:
            self._run(effect, step)

    def _run(self, effect: Effect, step: str) -> None:
        entity, record_id = self.flow.entity, self.record["id"]
        if effect.kind in ("cc", "notify"):
            self.notes.append((effect.who, effect.kind, step))
            return
        if effect.kind == "set":
            values = {name: self.environment.run(one) for name, one in effect.set.items()}
            change_as_flow(self.work, entity, record_id, values)
        else:
            called = actions().get(effect.call)
            if called is None:
                raise FlowRefused("unknown_call", name=effect.call)
            asked = {"flow": self.flow.name, "step": step}
            called.run(Action(self.work, entity, [record_id], asked))
        self.reload()

    def reload(self) -> None:
        """Read the record again, and the people: a change may have made somebody a manager."""
        self.directory.forget()
        self.record = RecordService(self.work).get(self.flow.entity, self.record["id"])


def change_as_flow(work: Workspace, entity: str, record_id: int, values: dict[str, Any]) -> Any:
    """Change fields as the approval, which may set what nobody types."""
    from engine.records.writing import change

    return change(work, entity, record_id, values, by_engine=frozenset(values))


def _decided(case: Case) -> dict[str, tuple[int, ...]]:
    """Return who decided each step last."""
    found: dict[str, tuple[int, ...]] = {}
    for visit in case.visits.values():
        people = [
            task.decided_by or task.user
            for task in case.tasks_of(visit.no)
            if task.kind == "decide" and task.state in ("approved", "rejected", "skipped")
        ]
        if people and not visit.superseded:
            found[visit.node] = tuple(people)
    return found


def fingerprint(work: Workspace, flow: Flow, action: FlowAction, record: dict[str, Any]) -> str:
    """Return a digest of the fields whose change makes earlier approvals void."""
    entity = work.catalog.entity(flow.entity)
    wire = {
        name: field_type(entity.fields[name].type).to_wire(entity.fields[name], record.get(name))
        for name in sorted(watched(work, flow, action))
        if name in entity.fields and name in record
    }
    return hashlib.sha256(json.dumps(wire, sort_keys=True, default=str).encode()).hexdigest()[:16]


def watched(work: Workspace, flow: Flow, action: FlowAction) -> frozenset[str]:
    """Return the names of the watched fields; as a rule those that conditions read."""
    watch = flow.rules.watch
    if watch == "none":
        return frozenset()
    if watch == "all":
        return frozenset(work.catalog.entity(flow.entity).fields) - {flow.status}
    if watch != "conditions":
        return frozenset(watch)
    return frozenset(path[0] for one in _conditions(action) for path in one.typed.paths)


def _conditions(action: FlowAction) -> Iterable[Formula]:
    for node in action.nodes():
        if node.when is not None:
            yield node.when
        branches: tuple[Branch, ...] = branches_of(node)
        yield from (branch.when for branch in branches if branch.when is not None)
