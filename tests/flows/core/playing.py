"""Play a flow as the service does: each command on a copy, each answer kept in a log."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.flows.core.commands import Command
from engine.flows.core.perform import begin, perform
from engine.flows.core.state import Case
from engine.flows.core.world import Recorder, Replay
from engine.metadata.flows import FlowAction, FlowRules
from tests.flows.core.worlds import ANN, RULES, Here, action

Entry = tuple[Command | None, list[Any], datetime]


@dataclass
class Play:
    """A case with the log that made it."""

    act: FlowAction
    rules: FlowRules = RULES
    here: Here = field(default_factory=Here)
    initiator: int = ANN
    log: list[Entry] = field(default_factory=list)
    case: Case = field(init=False)

    def __post_init__(self) -> None:
        self.case = Case(initiator=self.initiator)
        self.here.initiator = self.initiator
        heard = Recorder(self.here)
        begin(self.case, self.act, self.rules, heard)
        self.log.append((None, heard.heard, self.here.now))

    def do(self, name: str, actor: int | None = None, on: str = "", **more: Any) -> Play:
        """Carry out a command; `on` finds the actor's task by its step."""
        if on:
            mine = [
                t
                for t in self.case.tasks.values()
                if actor in (t.user, t.proxy) and self.case.visits[t.visit].node == on
            ]
            more["task"] = mine[-1].no
        elif actor is not None and "task" not in more and not more.get("is_admin"):
            mine = [t for t in self.case.open_tasks() if actor in (t.user, t.proxy)]
            more["task"] = mine[0].no if mine else None
        return self.carry(Command(name=name, actor=actor, **more))

    def carry(self, given: Command) -> Play:
        """Carry a command out; a refused one leaves no trace."""
        trial, heard = _read_again(self.case), Recorder(self.here)
        perform(trial, self.act, self.rules, heard, given)
        self.case = trial
        self.log.append((given, heard.heard, self.here.now))
        return self

    def replayed(self) -> Case:
        """Return the case the log alone gives."""
        case = Case(initiator=self.initiator)
        for given, heard, now in self.log:
            world = Replay(heard, now)
            if given is None:
                begin(case, self.act, self.rules, world)
            else:
                perform(case, self.act, self.rules, world, given)
        return case

    @property
    def open(self) -> list[str]:
        """The open tasks as step/user, sorted."""
        visits = self.case.visits
        return sorted(f"{visits[t.visit].node}/{t.user}" for t in self.case.open_tasks())


def _read_again(case: Case) -> Case:
    """Return the case as it comes out of the database: each visit and task by itself."""
    visits = {no: copy.deepcopy(one) for no, one in case.visits.items()}
    tasks = {no: copy.deepcopy(one) for no, one in case.tasks.items()}
    chosen, events = copy.deepcopy(case.chosen), list(case.events)
    return replace(case, visits=visits, tasks=tasks, chosen=chosen, events=events)


def play(*steps: Any, **more: Any) -> Play:
    """Start a flow of these steps."""
    return Play(action(*steps), **more)
