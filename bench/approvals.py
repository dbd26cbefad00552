"""A decision through the service; and the same with 100,000 running cases as with 100.

The company is that of the flow scenarios. Its running cases are copies of one; a thousand
colleagues hold them, and the person who is measured as many in either database.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from bench.company import settle
from bench.measure import Result, interleaved, median_ms
from bench.world import DATA
from engine.access import NewUser, create_users
from engine.flows.core.commands import Command
from engine.flows.lists import Wanted, counts, items
from engine.flows.service import FlowService
from engine.metadata import Catalog
from engine.records import RecordService, Workspace
from engine.storage import engine_for
from engine.storage.server import ensure_server
from tests.flows.cloning import clone
from tests.flows.company import HASH, NOW, catalog_with, install, workspace

FEW, MANY, OWN, COLLEAGUES = 100, 100_000, 400, 1_000
TURNS = 60
_TEN = "bob, cat, gus, fay, fin, fox, leo, lia, pam, wes"


def _flow(name: str, steps: str) -> str:
    when = f"applies: {{when: \"title == '{name}'\"}}"
    return f"flow: {name}\ntitle: Bench\nfor: request\n{when}\nsteps:\n{steps}\n"


_LINE = "  - {step: a, who: user:bob}\n  - {step: b, who: user:fay}\n  - {step: c, who: user:gus}"
_TWO = "  - {step: a, who: user:bob}\n  - {step: b, who: user:fay}"
_ALL = f"  - {{step: s, sign: all, who: [{', '.join(f'user:{u}' for u in _TEN.split(', '))}]}}"


def _catalog() -> Catalog:
    return catalog_with(line=_flow("line", _LINE), two=_flow("two", _TWO), ten=_flow("ten", _ALL))


@dataclass
class Office:
    """A database with running cases, and people who act in it."""

    engine: Engine
    users: Mapping[str, int]
    waiting: Iterator[int] = field(default_factory=lambda: iter(()))  # cases that wait for bob

    def run(self, login: str, do: Callable[[Workspace], Any]) -> Any:
        """Do something as a person, in a transaction of its own."""
        with self.engine.begin() as connection:
            return do(workspace(connection, login, _catalog(), NOW))

    def start(self, title: str) -> int:
        """Hand a new request in."""
        values = {"title": title, "unit": 3}
        record = self.run("ann", lambda work: RecordService(work).create("request", values)["id"])
        return int(self.run("ann", lambda w: FlowService(w).start("request", record)).case_id)

    def approve(self, login: str, case: int, task: int) -> None:
        """Agree to something."""
        given = Command(name="approve", task=task)
        self.run(login, lambda work: FlowService(work).act(case, given))


def results() -> Iterator[Result]:
    """Measure decisions alone, then with few and with many cases running."""
    with _office(FEW) as few, _office(MANY) as many:
        yield Result("a decision, next step opened", _decision(few), None, 20.0)
        yield Result("start and two decisions", median_ms(lambda: _two(few), TURNS), None, 60.0)
        ten = median_ms(lambda: _ten(few), 10)
        yield Result("countersign of ten, each decision", ten / 10, None, 20.0)
        for name, run in _SAME.items():
            ours, limit = interleaved(_of(run, many), _of(run, few), times=TURNS)
            note = f"{MANY} running cases against {FEW}"
            yield Result(name, ours, limit, 1.5, note=note)


def _decision(office: Office) -> float:
    return median_ms(lambda: office.approve("bob", next(office.waiting), 1), TURNS)


def _two(office: Office) -> None:
    case = office.start("two")
    office.approve("bob", case, 1)
    office.approve("fay", case, 2)


def _ten(office: Office) -> None:
    case = office.start("ten")
    for number, login in enumerate(_TEN.split(", "), 1):
        office.approve(login, case, number)


_SAME: dict[str, Callable[[Office], Any]] = {
    "first page of the inbox": lambda one: one.run("bob", lambda work: items(work, Wanted())),
    "inbox, searched": lambda one: one.run("bob", lambda w: items(w, Wanted(words="Q2026"))),
    "what I have started": lambda o: o.run("bob", lambda w: items(w, Wanted(kind="started"))),
    "what I have decided": lambda one: one.run("bob", lambda w: items(w, Wanted(kind="done"))),
    "counts of the inbox": lambda one: one.run("bob", counts),
    "a decision": lambda one: one.approve("bob", next(one.waiting), 1),
}


def _of(run: Callable[[Office], Any], office: Office) -> Callable[[], Any]:
    return lambda: run(office)


@contextmanager
def _office(running: int) -> Iterator[Office]:
    name = f"bench_approvals_{secrets.token_hex(3)}"
    server = engine_for(ensure_server(DATA))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.execute(text(f'CREATE DATABASE "{name}"'))
        database = engine_for(server.url.set(database=name).render_as_string(hide_password=False))
        try:
            yield _filled(database, running)
        finally:
            database.dispose()
            admin.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _filled(database: Engine, running: int) -> Office:
    with database.begin() as connection:
        office = Office(database, install(connection))
        accounts = [
            NewUser(login=f"c{n}", name=f"Colleague {n}", password="long enough", roles={})
            for n in range(COLLEAGUES)
        ]
        others = sorted(create_users(connection, accounts, method=HASH).values())
    case = office.start("line")
    with database.begin() as connection:
        query = text("select record_id from wy_flow_case where id = :case")
        record = connection.execute(query, {"case": case}).scalar_one()
        made = clone(connection, case, record, running)
        given = {"first": others[0], "count": COLLEAGUES, "from": made[0][0]}
        for statement in _SPREAD:
            connection.execute(text(statement), given)
        mine = clone(connection, case, record, OWN)
    office.waiting = iter([number for number, _ in mine])
    settle(database)
    return office


# The copies belong to the colleagues, turn by turn; each was started by another of them.
_SPREAD = (
    """update wy_flow_task set user_id = :first + case_id % :count where case_id >= :from""",
    """update wy_flow_case set initiator_id = :first + (id + 1) % :count where id >= :from""",
)
