"""How often a decision asks the database: a number that does not grow unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from engine.flows.core.commands import Command
from engine.flows.service import FlowService
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow

TEN = "user:bob, user:cat, user:gus, user:fay, user:fin, user:fox, user:leo, user:lia, user:pam"
# the savepoint's two, the languages of who is told, and, once for each text of a flow, that text
MOST = 18


@contextmanager
def counted(connection: Connection) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(*heard: object) -> None:
        said.append(str(heard[2]))

    event.listen(connection, "before_cursor_execute", hear)
    yield said
    event.remove(connection, "before_cursor_execute", hear)


def statements(game: Stage, login: str) -> int:
    """Approve as somebody; return what it took, savepoint and all."""
    given = Command(name="approve", task=game.task(login))
    work = game.work(login)
    with counted(game.connection) as said:
        FlowService(work).act(game.case, given)
    return len(said)


def test_a_decision_that_opens_the_next_step(on: OnStage) -> None:
    game = on(t=flow("- {step: a, who: user:bob}\n- {step: b, who: user:fay}"))
    game.submit()
    assert statements(game, "bob") <= MOST


def test_the_last_decision(on: OnStage) -> None:
    game = on(t=flow("- {step: a, who: user:bob}"))
    game.submit()
    assert statements(game, "bob") <= MOST


@pytest.mark.parametrize("sign", ["all", "any", "{at_least: 2}"])
def test_many_signers_cost_no_more(on: OnStage, sign: str) -> None:
    steps = f"- {{step: s, who: [{TEN}], sign: {sign}}}\n- {{step: z, who: user:zoe}}"
    game = on(t=flow(steps))
    game.submit()
    assert statements(game, "bob") <= MOST
    if sign != "any":
        assert statements(game, "fay") <= MOST
