"""Run flows written as YAML on the database, as the scenarios of flow_scenarios.md speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.flows.core.commands import Command
from engine.flows.core.state import WAITING
from engine.flows.service import Answer, FlowService
from engine.metadata import Catalog
from engine.records import RecordService, Workspace
from engine.storage.flow_tables import wy_flow_case as cases
from engine.storage.flow_tables import wy_flow_log as log
from engine.storage.flow_tables import wy_flow_task as tasks
from engine.storage.flow_tables import wy_flow_visit as visits
from tests.flows.company import catalog_with
from tests.flows.conftest import NOW, workspace


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


def stage(connection: Connection, users: Mapping[str, int], **flows: str) -> Stage:
    """Return a stage on which these flows are declared."""
    return Stage(connection, catalog_with(**flows), users)
