"""Stories about approvals, one sentence a line, as flow_scenarios.md tells them.

    ann submits                => open: a/bob
    fay returns to a           => open: a/bob; leo: cancelled(returned)
    zoe approves               => refused: not_your_task
    +2 days                    => open: g/gus
    event paid
    adm adds amount=5          (name=value pairs are fields the person edits)

Left of the arrow: who, what, and to whom, where or how. Right of it what must be so then; of
`open:` and `waiting:` the complete list, `{}` for none. What is refused must change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.extension import Invalid, NotFound, Refused
from engine.flows.timers import due_now, fire
from tests.flows.playing import Stage
from tests.flows.sound import snapshot

VERBS = {
    "approves": "approve",
    "rejects": "reject",
    "returns": "return",
    "abstains": "abstain",
    "resubmits": "resubmit",
    "withdraws": "withdraw",
    "takes_back": "take_back",
    "transfers": "transfer",
    "delegates": "delegate",
    "recalls": "recall",
    "claims": "claim",
    "releases": "release",
    "adds": "add_sign",
    "removes": "remove_sign",
    "urges": "urge",
    "copies": "copy",
    "comments": "comment",
    "jumps": "jump",
    "forces": "force",
    "assigns": "assign",
    "hands_over": "hand_over",
    "suspends": "suspend",
    "resumes": "resume",
    "terminates": "terminate",
}
MODES = {"before", "after", "with", "again", "back", "approved", "rejected"}
OF_THE_CASE = {"withdraw", "urge", "copy", "comment", "jump", "terminate", "suspend", "resume"}
OF_THE_CASE |= {"force", "assign", "hand_over", "remove_sign"}


def tell(game: Stage, story: str) -> None:
    """Play a story; fail at the first sentence that is not so."""
    for line in story.strip().splitlines():
        sentence, _, then = line.partition("=>")
        said, expected = sentence.strip(), [one.strip() for one in then.split(";") if one.strip()]
        if said.startswith("#") or not (said or expected):
            continue
        refused = [one[8:].strip() for one in expected if one.startswith("refused:")]
        if refused:
            _is_refused(game, said, refused[0])
        elif said:
            say(game, said)
        for one in expected:
            _check(game, one, line.strip())


def _is_refused(game: Stage, said: str, code: str) -> None:
    before = snapshot(game.connection)
    with pytest.raises((Refused, Invalid, NotFound)) as refused:
        say(game, said)
    assert code_of(refused.value) == code, f"{said}: {refused.value!r}"
    assert snapshot(game.connection) == before, f"{said}: refused, yet something changed"


def code_of(error: Exception) -> str:
    """The name of a refusal; of several problems that of the first."""
    if isinstance(error, NotFound):
        return "not_found"
    if isinstance(error, Invalid):
        return str(error.problems[0].code)
    return str(getattr(error, "code", "") or "refused")


def say(game: Stage, said: str) -> None:
    """Carry out one sentence."""
    if said.startswith("+"):
        amount, unit = said[1:].split()
        pass_time(game, timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(amount)}))
        return
    who, verb, *rest = said.split()
    if who == "event":
        game.do("event", target=verb, comment="")
    elif verb == "submits":
        _submit(game, who, rest)
    elif verb == "changes":
        game.change(who, **_values(rest)[0])
    elif verb == "deletes":
        game.delete(who)
    else:
        _act(game, who, verb, rest)


def _submit(game: Stage, who: str, rest: list[str]) -> None:
    chosen: dict[str, list[int]] = {}
    more: dict[str, Any] = {}
    for one in rest:
        if one.startswith("choosing="):
            chosen |= _chosen(game, one.removeprefix("choosing="))
        elif one.startswith("request="):
            more["request_id"] = one.removeprefix("request=")
        else:
            more["action"] = one
    game.submit(who, chosen=chosen, **more)


def _values(rest: list[str]) -> tuple[dict[str, Any], list[str]]:
    pairs = [one for one in rest if "=" in one]
    values = {name: value or None for name, _, value in (one.partition("=") for one in pairs)}
    return values, [one for one in rest if "=" not in one]


def _act(game: Stage, who: str, verb: str, rest: list[str]) -> None:
    name = VERBS[verb]
    values, words = _values(rest)
    more = _with_words(name, words)
    if "request" in values:
        more["request_id"] = values.pop("request")
    if "choosing" in values:
        more["data"] = {"chosen": _chosen(game, values.pop("choosing"))}
    if values:
        more["values"] = values
    people = more.pop("people")
    _of(game, name, people, more)
    game.do(name, who, **more)


def _with_words(name: str, words: list[str]) -> dict[str, Any]:
    more: dict[str, Any] = {"comment": ""} if "silently" in words else {}
    rest = [one for one in words if one != "silently"]
    for mark, key in (("at", "on"), ("to", "target")):
        if mark in rest:
            place = rest.index(mark)
            more[key] = rest[place + 1]
            rest[place : place + 2] = []
    if name in ("transfer", "delegate"):
        rest.append(more.pop("target"))
    for one in MODES & set(rest):
        more["mode"] = one
    return more | {"people": [one for one in rest if one not in MODES]}


def _chosen(game: Stage, text: str) -> dict[str, list[int]]:
    step, people = text.split(":")
    return {step: [game.users[login] for login in people.split(",")]}


def _of(game: Stage, name: str, people: list[str], more: dict[str, Any]) -> None:
    """Say in the command's own terms whom or what it is about."""
    if name == "remove_sign":
        more["data"] = {"tasks": [game.pending_task(one) for one in people]}
    elif name == "hand_over":
        more["data"], more["users"] = {"leaver": game.users[people[0]]}, people[1:]
    elif people:
        more["users"] = people
    if name in ("force", "assign"):
        more["data"] = {"visit": game.visit(more.pop("on", ""))}
    if name in OF_THE_CASE:
        more["task"] = None


def pass_time(game: Stage, span: timedelta) -> list[str]:
    """Let time pass; whatever falls due does so, each at its own moment; return what came."""
    until, found = game.now + span, []
    while True:
        query = "select min(due_at) from wy_flow_timer t join wy_flow_case c on c.id = case_id"
        query += " where fired_at is null and cancelled_at is null and not suspended"
        due = game.connection.exec_driver_sql(query).scalar()
        if due is None or due > until:
            break
        game.now = max(game.now, due)
        for timer in due_now(game.connection, game.now):
            found.append(fire(game.system(), timer))
    game.now = until
    return found


def _check(game: Stage, expected: str, line: str) -> None:
    what, _, wanted = expected.partition(":")
    wanted = wanted.strip()
    check: Callable[[Stage], Any] | None = _CHECKS.get(what)
    if check is not None:
        found = check(game)
        if isinstance(found, list):
            found = ", ".join(found) or "{}"
        assert found == wanted, line
    elif what != "refused":  # 'leo: cancelled(returned)', 'leo/l: …'
        login, _, step = what.partition("/")
        assert login in game.users, f"{what!r} is nothing that can be checked"
        assert game.ended(login, step) == wanted, line


_CHECKS: dict[str, Callable[[Stage], Any]] = {
    "open": lambda game: game.open,
    "waiting": lambda game: game.waiting,
    "held": lambda game: game.tasks_in("held"),
    "status": lambda game: game.status(),
    "state": lambda game: game.state,
    "log": lambda game: " ".join(game.logged()),
    "round": lambda game: str(game.case_row().round),
    "timers": lambda game: game.timers(),
    "copied": lambda game: game.copied(),
}
