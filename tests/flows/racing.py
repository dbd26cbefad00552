"""Two people at the same moment, on connections of their own, from one barrier."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from engine.extension import Conflict, Refused
from engine.flows.core.commands import Command
from engine.flows.service import FlowService
from engine.flows.timers import fire
from engine.records import RecordService, Workspace
from tests.flows.cloning import clone
from tests.flows.company import NOW, catalog_with, people_now, workspace
from tests.flows.sound import NEVER

Do = Callable[["Race", Connection, int, int], object]  # of a case and its request


@dataclass
class Race:
    """One flow, a case of it brought to the start line, and two who run."""

    engine: Engine
    flow: str
    first: Do
    second: Do
    before: tuple[tuple[str, str], ...] = ()  # who did what before: (login, command)
    starts: bool = True  # else the record is a draft still
    users: Mapping[str, int] = field(default_factory=dict)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)  # of the cases at the end

    def work(self, connection: Connection, login: str) -> Workspace:
        return workspace(connection, login, catalog_with(t=self.flow), NOW)

    def run(self, rounds: int) -> Race:
        """Run so many rounds; nobody may wait for ever, and nothing may be half done."""
        with self.engine.begin() as connection:
            self.users = people_now(connection)
            template = self._template(connection)
            starts = self._line_up(connection, template, rounds)
        line = threading.Barrier(2, timeout=60)
        results: tuple[list[str], list[str]] = ([], [])
        runners = [
            threading.Thread(target=self._runner, args=(do, line, starts, found))
            for do, found in zip((self.first, self.second), results, strict=True)
        ]
        for one in runners:
            one.start()
        for one in runners:
            one.join(60 + rounds)
        assert [len(found) for found in results] == [rounds, rounds], "somebody waits for ever"
        self.outcomes.update(zip(*results, strict=True))
        with self.engine.begin() as connection:
            self._judge(connection, [case for case, _ in starts])
        return self

    def _template(self, connection: Connection) -> tuple[int, int]:
        work = self.work(connection, "ann")
        record = int(RecordService(work).create("request", {"title": "Race", "unit": 3})["id"])
        if not self.starts:
            return 0, record
        case = FlowService(work).start("request", record).case_id
        for login, name in self.before:
            act(self, connection, login, case, name)
        return case, record

    def _line_up(
        self, connection: Connection, template: tuple[int, int], rounds: int
    ) -> list[tuple[int, int]]:
        case, record = template
        return clone(connection, case, record, rounds)

    def _runner(
        self, do: Do, line: threading.Barrier, starts: list[tuple[int, int]], found: list[str]
    ) -> None:
        for case, record in starts:
            line.wait()
            found.append(self._try(do, case, record))

    def _try(self, do: Do, case: int, record: int) -> str:
        try:
            with self.engine.begin() as connection:
                connection.execute(text("set local lock_timeout = '20s'"))
                answer = do(self, connection, case, record)
        except (Refused, Conflict) as refused:
            return str(getattr(refused, "code", type(refused).__name__))
        except DBAPIError as error:
            return f"database: {type(error.orig).__name__}"
        return answer if isinstance(answer, str) else "done"

    def _judge(self, connection: Connection, cases: list[int]) -> None:
        for name, query in NEVER.items():
            found = connection.exec_driver_sql(query).all()
            assert not found, f"{name}: {found[:5]}"
        query = "select status from wy_flow_case where id = any(:cases)"
        self.states.update(connection.scalars(text(query), {"cases": cases}))
        broken = [key for key in self.outcomes if "database" in str(key)]
        assert not broken, f"deadlocks or time-outs: {broken}"


def act(
    race: Race, connection: Connection, login: str, case: int, name: str, **more: Any
) -> object:
    """Let somebody act on his newest task of a case."""
    me = race.users[login]
    query = "select no from wy_flow_task where case_id = :case and user_id = :me"
    query += " order by state <> 'open', no desc limit 1"
    task = connection.scalar(text(query), {"case": case, "me": me})
    request = more.pop("request_id", "")
    given = Command(name=name, task=task, comment="so", **more)
    answer = FlowService(race.work(connection, login)).act(case, given, request_id=request)
    return "again" if answer.again else "done"


def does(login: str, name: str, **more: Any) -> Do:
    """Return what a person does in every round."""
    users = more.pop("users", ())

    def do(race: Race, connection: Connection, case: int, record: int) -> object:
        people = tuple(race.users[one] for one in users)
        return act(race, connection, login, case, name, users=people, **more)

    return do


def hands_in(login: str) -> Do:
    """Return somebody's handing in of the record."""

    def do(race: Race, connection: Connection, case: int, record: int) -> object:
        return FlowService(race.work(connection, login)).start("request", record).status

    return do


def timer_fires(race: Race, connection: Connection, case: int, record: int) -> object:
    """Let the case's timer fire, whether or not it is time."""
    query = "select id from wy_flow_timer where case_id = :case order by id limit 1"
    timer = connection.execute(text(query), {"case": case}).scalar_one()
    work = race.work(connection, "adm")
    return fire(replace(work, actor=replace(work.actor, user_id=None, is_system=True)), timer)
