"""Run flows written as YAML on the database, as the scenarios of flow_scenarios.md speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from engine.access import Grant, grant
from engine.flows.core.commands import Command
from engine.flows.core.state import PENDING, WAITING
from engine.flows.going import Answer
from engine.flows.live import change_as_flow
from engine.flows.service import FlowService
from engine.metadata import Catalog
from engine.records import RecordService, Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_copy as copies
from engine.storage.flow_tables import wy_flow_log as log
from engine.storage.flow_tables import wy_flow_proxy as proxies
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.storage.flow_tables import wy_flow_timer as timers
from engine.storage.flow_tables import wy_flow_visit as visits
from engine.storage.work_tables import wy_message as messages
from tests.flows.company import NOW, catalog_with, workspace


def flow(steps: str, name: str = "t", **more: str) -> str:
    """Return a flow file over `request`; `steps` is YAML, `more` are further top-level keys."""
    head = f"flow: {name}\ntitle: Test\nfor: request\n"
    rest = "".join(f"{key}: {value}\n" for key, value in more.items())
    body = "\n".join("  " + line for line in steps.strip("\n").splitlines())
    return f"{head}{rest}steps:\n{body}\n" if steps.strip() != "[]" else f"{head}{rest}steps: []\n"


@dataclass
class Stage:
    """A company with flows in one transaction, at a moment a test can move."""

    connection: Connection
    catalog: Catalog
    users: Mapping[str, int]
    now: datetime = NOW
    request: int = 0
    case: int = 0
    counter: int = field(default=0)

    @property
    def names(self) -> dict[int, str]:
        return {number: login for login, number in self.users.items()}

    def work(self, login: str) -> Workspace:
        return workspace(self.connection, login, self.catalog, self.now)

    def new(self, by: str = "ann", **values: Any) -> int:
        given = {"title": "A request", "unit": 3, **values}
        self.request = int(RecordService(self.work(by)).create("request", given)["id"])
        return self.request

    def submit(self, by: str = "ann", record: int = 0, **more: Any) -> Answer:
        service = FlowService(self.work(by))
        answer = service.start("request", record or self.request, **more)
        self.case = answer.case_id
        return answer

    def do(self, name: str, login: str = "", on: str = "", **more: Any) -> Answer:
        """Carry out a command; the actor's task is found by the step `on`, or is his open one."""
        extra = {k: more.pop(k) for k in ("values", "request_id") if k in more}
        if "users" in more:
            more["users"] = tuple(self.users[one] for one in more["users"])
        case = more.pop("case", self.case)
        if login and "task" not in more:
            more["task"] = self.task(login, on, case)
        more.setdefault("comment", "so")
        work = self.work(login) if login else self.system()
        return FlowService(work).act(case, Command(name=name, **more), **extra)

    def system(self) -> Workspace:
        work = self.work("adm")
        return replace(work, actor=replace(work.actor, user_id=None, is_system=True))

    def task(self, login: str, on: str = "", case: int = 0) -> int | None:
        me = self.users[login]
        query = select(tasks.c.no).where(tasks.c.case_id == (case or self.case))
        query = query.where((tasks.c.user_id == me) | (tasks.c.proxy_id == me))
        if on:
            query = query.where(tasks.c.step == on)
        order = (tasks.c.state != "open", tasks.c.no.desc())
        return self.connection.scalar(query.order_by(*order).limit(1))

    def tasks_in(self, *states: str, case: int = 0) -> list[str]:
        query = select(tasks.c.step, tasks.c.user_id, tasks.c.kind).where(
            tasks.c.case_id == (case or self.case), tasks.c.state.in_(states)
        )
        rows = self.connection.execute(query.order_by(tasks.c.no))
        return [f"{row.step}/{self.names[row.user_id]}" for row in rows]

    @property
    def open(self) -> list[str]:
        return self.tasks_in("open")

    @property
    def waiting(self) -> list[str]:
        return self.tasks_in(WAITING)

    def status(self, case: int = 0) -> str:
        query = select(cases.c.status).where(cases.c.id == (case or self.case))
        return str(self.connection.scalar(query))

    @property
    def state(self) -> str:
        """The record's state."""
        return str(RecordService(self.work("adm")).get("request", self.request)["state"])

    def ended(self, login: str, step: str = "") -> str:
        """How a person's last task ended: 'cancelled(returned)'."""
        query = select(tasks.c.state, tasks.c.reason).where(
            tasks.c.case_id == self.case, tasks.c.user_id == self.users[login]
        )
        if step:
            query = query.where(tasks.c.step == step)
        row = self.connection.execute(query.order_by(tasks.c.no.desc())).first()
        assert row is not None
        return f"{row.state}({row.reason})" if row.reason else str(row.state)

    def visited(self, step: str) -> list[str]:
        query = select(visits.c.state).where(visits.c.case_id == self.case, visits.c.node == step)
        return list(self.connection.scalars(query.order_by(visits.c.no)))

    def logged(self, case: int = 0) -> list[str]:
        query = select(log.c.command).where(log.c.case_id == (case or self.case))
        return list(self.connection.scalars(query.order_by(log.c.seq)))

    def change(self, by: str, **values: Any) -> dict[str, Any]:
        """Change the request as a person does in its form."""
        return RecordService(self.work(by)).change("request", self.request, values)

    def delete(self, by: str) -> None:
        RecordService(self.work(by)).delete("request", self.request)

    def set(self, record: int = 0, **values: Any) -> None:
        """Change the request behind everybody's back."""
        change_as_flow(self.system().as_flow(), "request", record or self.request, values)

    def children(self, of: int = 0) -> list[int]:
        """The cases of a case's sub-flows."""
        query = select(cases.c.id).where(cases.c.parent_id == (of or self.case))
        return list(self.connection.scalars(query.order_by(cases.c.id)))

    def last_entry(self) -> Row[Any]:
        """The last entry of the log."""
        query = select(log).where(log.c.case_id == self.case).order_by(log.c.seq.desc())
        return self.connection.execute(query.limit(1)).one()

    def visit_of(self, node: str) -> tuple[str, str]:
        """How the last visit of a node stands, and why."""
        query = select(visits.c.state, visits.c.reason).where(visits.c.case_id == self.case)
        query = query.where(visits.c.node == node).order_by(visits.c.no.desc()).limit(1)
        row = self.connection.execute(query).one()
        return row.state, row.reason

    def case_row(self, case: int = 0) -> Row[Any]:
        query = select(cases).where(cases.c.id == (case or self.case))
        return self.connection.execute(query).one()

    def visit(self, step: str = "") -> int:
        """The number of the visit of a step that is going on; 0 if there is none."""
        query = select(visits.c.no).where(visits.c.case_id == self.case)
        query = query.where(visits.c.state == "active")
        if step:
            query = query.where(visits.c.node == step)
        return self.connection.scalar(query.order_by(visits.c.no.desc())) or 0

    def pending_task(self, login: str) -> int:
        query = select(tasks.c.no).where(
            tasks.c.case_id == self.case,
            tasks.c.user_id == self.users[login],
            tasks.c.state.in_(PENDING),
        )
        return self.connection.scalar(query.order_by(tasks.c.no.desc())) or 0

    def timers(self) -> list[str]:
        """The timers that will fire, as kind, soonest first."""
        query = select(timers.c.kind).where(
            timers.c.case_id == self.case,
            timers.c.fired_at.is_(None),
            timers.c.cancelled_at.is_(None),
        )
        return list(self.connection.scalars(query.order_by(timers.c.due_at, timers.c.id)))

    def told(self, login: str) -> list[str]:
        """What a person was told in the app, oldest first."""
        query = select(messages.c.subject).where(messages.c.user_id == self.users[login])
        query = query.where(messages.c.channel == "inbox")
        return list(self.connection.scalars(query.order_by(messages.c.id)))

    def copied(self) -> list[str]:
        query = select(copies.c.user_id).where(copies.c.case_id == self.case)
        return sorted(self.names[user] for user in self.connection.scalars(query))

    def proxy(self, user: str, stands_in: str, *flows: str, days: tuple[int, int] = (0, 5)) -> None:
        """Let somebody stand in for another from so many days after today to so many."""
        today = self.work("adm").today
        row = {
            "user_id": self.users[user],
            "proxy_id": self.users[stands_in],
            "valid_from": today + timedelta(days=days[0]),
            "valid_to": today + timedelta(days=days[1]),
            "flows": list(flows),
        }
        self.connection.execute(insert(proxies).values(row))

    def give_role(self, login: str, role: str) -> None:
        given = Grant(user_id=self.users[login], role=role, unit_id=1)
        grant(self.connection, given, self.system().actor)

    def switch_off(self, login: str) -> None:
        statement = text("update ab_user set active = false where id = :id")
        self.connection.execute(statement, {"id": self.users[login]})


def stage(connection: Connection, users: Mapping[str, int], **flows: str) -> Stage:
    """Return a stage on which these flows are declared."""
    return Stage(connection, catalog_with(**flows), users)
