"""What a command on a case asks of who gives it, and the command made of what he said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.extension import Invalid, InvalidValue, Problem
from engine.fieldtypes.reading import read_text
from engine.flows.core.commands import Command
from engine.flows.edits import NEGATIVE
from engine.flows.panel import Panel
from engine.metadata.flows import Step

# What people may do; 'migrate' is an administrator's, by a way of its own.
COMMANDS = (
    "approve",
    "reject",
    "return",
    "resubmit",
    "claim",
    "release",
    "transfer",
    "delegate",
    "recall",
    "add_sign",
    "remove_sign",
    "abstain",
    "take_back",
    "withdraw",
    "urge",
    "copy",
    "comment",
    "terminate",
    "suspend",
    "resume",
    "jump",
    "force",
    "assign",
    "hand_over",
)
USERS = {
    "transfer": "one",
    "delegate": "one",
    "add_sign": "many",
    "copy": "many",
    "assign": "many",
    "hand_over": "one",
}
EDITING = frozenset({"approve", "resubmit"})
MODES = {
    "add_sign": ("before", "after", "with"),
    "return": ("again", "back"),
    "force": ("approved", "rejected"),
}
# For these a task that is over is better named than none: the refusal then says what became of it.
_ON_A_TASK = frozenset({"approve", "reject", "return", "abstain", "resubmit", "transfer"})
LONGEST_COMMENT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must or may be said with a command."""

    users: str = ""  # 'one', 'many'
    targets: tuple[str, ...] = ()  # steps, one of which is to be chosen
    modes: tuple[str, ...] = ()
    mode: str = ""  # what is meant if no mode is said
    tasks: tuple[int, ...] = ()  # the tasks that may be removed, by number
    visits: tuple[int, ...] = ()  # the visits it may be about, by number
    comment: bool = False
    leaver: bool = False
    values: bool = False  # fields may be changed with it
    chosen: tuple[str, ...] = ()  # steps whose people one names with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said with a command."""

    task: int | None = None
    target: str = ""
    users: tuple[int, ...] = ()
    mode: str = ""
    comment: str = ""
    visit: int = 0
    tasks: tuple[int, ...] = ()
    leaver: int = 0
    chosen: Mapping[str, list[int]] = field(default_factory=dict)


def needs(found: Panel, name: str) -> Needs:
    """Return what a command asks for, as the case stands."""
    modes = MODES.get(name, ())
    mode = found.flow.rules.resubmit if name == "return" else next(iter(modes), "")
    return Needs(
        users=USERS.get(name, ""),
        targets=_targets(found, name),
        modes=modes,
        mode=mode,
        tasks=tuple(found.can.get(name, ())) if name == "remove_sign" else (),
        visits=_visits(found, name),
        comment=_needs_comment(found, name),
        leaver=name == "hand_over",
        values=name in EDITING and bool(found.edit),
        chosen=tuple(one.step for one in found.choices) if name == "approve" else (),
    )


def _needs_comment(found: Panel, name: str) -> bool:
    rule = found.flow.rules.comment
    if name in NEGATIVE:
        return rule in ("on_negative", "always")
    return name == "comment" or (name == "approve" and rule == "always")


def _targets(found: Panel, name: str) -> tuple[str, ...]:
    if name == "return":
        return tuple(found.can.get("return", ()))
    if name == "jump":
        return tuple(n.id for n in found.action.nodes() if isinstance(n, Step))
    return ()


def _visits(found: Panel, name: str) -> tuple[int, ...]:
    active = found.case.active_visits()
    if name == "assign":
        return tuple(v.no for v in active if v.data.get("held"))
    if name == "force":
        return tuple(v.no for v in active if v.kind in ("step", "wait"))
    return ()


def command(found: Panel, name: str, said: Said) -> Command:
    """Return the command that was meant; what goes without saying is filled in."""
    data: dict[str, Any] = {}
    if name in ("assign", "force"):
        visits = needs(found, name).visits
        data["visit"] = said.visit or (visits[0] if len(visits) == 1 else 0)
    if name == "remove_sign":
        data["tasks"] = list(said.tasks)
    if name == "hand_over":
        data["leaver"] = said.leaver
    if said.chosen:
        data["chosen"] = {step: list(users) for step, users in said.chosen.items()}
    return Command(
        name=name,
        task=said.task or _task(found, name),
        target=said.target,
        users=said.users,
        mode=said.mode,
        comment=comment_of(said.comment),
        data=data,
    )


def comment_of(raw: Any) -> str:
    """Return what was written, as it can be kept.

    Raises:
        Invalid: at `comment`; it is no text, or too long.
    """
    try:
        text = (read_text(raw) or "").strip()
    except InvalidValue as wrong:
        raise Invalid([Problem(wrong.message, wrong.params, "comment")]) from wrong
    if len(text) > LONGEST_COMMENT:
        message = "A comment has at most 4,000 characters."
        raise Invalid([Problem(message, {}, "comment", "too_long")])
    return text


def _task(found: Panel, name: str) -> int | None:
    """Return the task a command is about: the one that offers it, else one's own."""
    offered = found.can.get(name)
    if name not in ("assign", "return") and type(offered) is int:
        return offered
    mine = [t.no for t in found.mine if t.state == "open"] or [t.no for t in found.mine]
    if not mine and name in _ON_A_TASK:
        return found.last_task
    return mine[0] if mine else None
