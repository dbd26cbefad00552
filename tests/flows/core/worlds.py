"""A small world in memory, and flows written in a few words, for tests of the rules alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.diagnostics import Place
from engine.metadata import Formula
from engine.metadata.flows import (
    Branch,
    Choose,
    Due,
    Duration,
    Effects,
    End,
    FlowAction,
    FlowRules,
    Node,
    Otherwise,
    Parallel,
    Sign,
    Step,
    Subflow,
    Wait,
    Who,
    Work,
)

AT = Place("test.yaml", 1, 1)
ROLES = {"finance": [5, 6, 7], "nobody": [], "legal": [8, 9], "gone": [13]}
MANAGERS = {1: 2, 2: 3, 3: 4}
ANN, ADM, INA = 1, 14, 13


@dataclass
class Here:
    """A world whose answers a test can change."""

    record: dict[str, Any] = field(default_factory=dict)
    inactive: set[int] = field(default_factory=lambda: {INA})
    proxies: dict[int, int] = field(default_factory=dict)
    admins: list[int] = field(default_factory=lambda: [ADM])
    lines: int = 2
    initiator: int = ANN
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    ran: list[tuple[str, Effects]] = field(default_factory=list)

    def people(self, who: Sequence[Who], step: str) -> list[int]:
        found: list[int] = []
        for one in who:
            if one.kind == "user":
                found.append(int(one.name))
            elif one.kind == "role":
                found += ROLES[one.name]
            elif one.kind == "initiator":
                boss = MANAGERS.get(self.initiator) if one.name == "manager" else self.initiator
                found += [boss] if boss else []
        return self.active(dict.fromkeys(found))

    def administrators(self) -> list[int]:
        return list(self.admins)

    def active(self, users: Iterable[int]) -> list[int]:
        return [one for one in users if one not in self.inactive]

    def proxy_of(self, user: int) -> int | None:
        return self.proxies.get(user)

    def holds(self, formula: Formula) -> bool:
        return bool(self.record.get(formula.text))

    def fingerprint(self) -> str:
        return json.dumps(self.record, sort_keys=True)

    def children(self, node: Subflow) -> list[int]:
        return list(range(self.lines)) if node.for_each else [0]

    def run(self, effects: Effects, step: str) -> None:
        self.ran.append((step, effects))

    def pass_time(self, **span: int) -> None:
        self.now += timedelta(**span)


def who(text: str) -> tuple[Who, ...]:
    """Return people named as '3', 'role:finance' or 'initiator.manager'."""
    found = []
    for one in text.split():
        if one.startswith("role:"):
            found.append(Who(kind="role", name=one[5:], text=one))
        elif one.startswith("initiator"):
            found.append(Who(kind="initiator", name=one[10:], text=one))
        else:
            found.append(Who(kind="user", name=one, text=one))
    return tuple(found)


def formula(text: str) -> Formula:
    """Return a condition: the name of a value of the record."""
    return Formula(text, AT)


def step(name: str, people: str, sign: str = "any", **more: Any) -> Step:
    """Return a step; `sign` as 'all' or 'at_least 2' or 'percent 75 first keep'."""
    mode, *rest = sign.split()
    threshold = Decimal(rest.pop(0)) if rest and rest[0].isdigit() else Decimal(1)
    default = "when_lost" if mode in ("at_least", "percent") else "first"
    refuse = next((w for w in rest if w in ("first", "when_lost")), default)
    how = Sign(
        mode=mode, threshold=threshold, refuse=refuse, rest="keep" if "keep" in rest else "cancel"
    )
    more.setdefault("nobody", Otherwise(do="hold"))
    more.setdefault("self_rule", Otherwise(do="to", to=who("initiator.manager")))
    if isinstance(more.get("when"), str):
        more["when"] = formula(more["when"])
    return Step(id=name, at=AT, who=who(people), sign=how, **more)


def parallel(
    name: str,
    *branches: Sequence[Node],
    needed: int = 0,
    whens: Sequence[str] = (),
    **more: Any,
) -> Parallel:
    """Return a parallel block; all branches are needed unless said otherwise.

    `whens` are the conditions of its branches, '' for none.
    """
    conditions = [formula(one) if one else None for one in whens] or [None] * len(branches)
    made = tuple(
        Branch(steps=tuple(one), when=when) for one, when in zip(branches, conditions, strict=True)
    )
    return Parallel(id=name, at=AT, branches=made, needed=needed or len(made), **more)


def choose(name: str, *branches: tuple[str, Sequence[Node]], pick: str = "first") -> Choose:
    """Return a choice of (condition, steps); the condition 'else' is the rest."""
    made = tuple(
        Branch(
            when=None if when == "else" else formula(when),
            is_else=when == "else",
            steps=tuple(nodes),
        )
        for when, nodes in branches
    )
    return Choose(id=name, at=AT, pick=pick, branches=made)


def wait(name: str, event: str) -> Wait:
    """Return a wait for an event."""
    return Wait(id=name, at=AT, event=event, timeout=Duration(amount=2, unit="days"))


def subflow(name: str, **more: Any) -> Subflow:
    """Return a sub-flow."""
    return Subflow(id=name, at=AT, flow="other", **more)


def work(name: str) -> Work:
    """Return a node that does something."""
    return Work(id=name, at=AT, do=())


def end(name: str, outcome: str, when: str) -> End:
    """Return an end."""
    return End(id=name, at=AT, outcome=outcome, when=formula(when))


def due(then: str, **more: Any) -> Due:
    """Return a deadline of two days."""
    return Due(within=Duration(amount=2, unit="days"), then=then, **more)


def action(*steps: Node) -> FlowAction:
    """Return an action of these steps."""
    states = {"approved": "approved", "rejected": "rejected", "returned": "draft"}
    return FlowAction(
        name="submit", sources=("draft",), steps=tuple(steps), during="pending", then=states, at=AT
    )


RULES = FlowRules()
