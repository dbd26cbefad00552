"""What a call about approvals sent, each part checked and complained of by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import request

from engine.extension import Invalid, Problem
from engine.flows.needs import Said
from engine.records import Workspace
from engine.web.api.idempotency import HEADER
from engine.web.api.reading import sent_object
from engine.web.urls import LARGEST
from engine.wording import N_

LARGEST_ACCOUNT = 2**31 - 1
LONGEST_TEXT = 4_000
MOST = 1_000  # of a list


class Sent:
    """The JSON object of a call; gathers what is wrong with it."""

    def __init__(self, *names: str) -> None:
        """Read the object; only these names may stand in it."""
        self._sent = sent_object()
        self.problems = [
            Problem("There is no field %(name)s.", {"name": one[:60]}, one[:60], "unknown")
            for one in self._sent
            if one not in names
        ]

    def __contains__(self, name: str) -> bool:
        return self._sent.get(name) is not None

    def number(self, name: str, most: int = LARGEST) -> int | None:
        """Return a whole number above 0; None if none was sent."""
        value = self._sent.get(name)
        if value is None or _is_number(value, most):
            return value
        self._complain(name, N_("This must be a whole number."))
        return None

    def numbers(self, name: str, most: int = LARGEST) -> tuple[int, ...]:
        """Return a list of whole numbers, as it was sent."""
        return self._listed(
            name, lambda one: _is_number(one, most), N_("This must be a list of whole numbers.")
        )

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text; empty if none was sent."""
        value = self._sent.get(name)
        if value is None:
            return ""
        if isinstance(value, str) and len(value) <= longest and "\0" not in value:
            return value
        self._complain(
            name, N_("This must be a text of at most %(most)s characters."), most=longest
        )
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return self._listed(
            name, lambda one: isinstance(one, str), N_("This must be a list of texts.")
        )

    def _listed(self, name: str, is_good: Callable[[Any], bool], complaint: str) -> tuple[Any, ...]:
        value = self._sent.get(name)
        if value is None:
            return ()
        if isinstance(value, list) and len(value) <= MOST and all(map(is_good, value)):
            return tuple(value)
        self._complain(name, complaint)
        return ()

    def day(self, name: str) -> date | None:
        """Return a date; None if none was sent."""
        text = self.text(name, 10)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._complain(name, N_("Enter a date, such as 2026-01-31."))
            return None

    def truth(self, name: str) -> bool:
        """Return whether something was asked for."""
        value = self._sent.get(name, False)
        if not isinstance(value, bool):
            self._complain(name, N_("This must be true or false."))
        return value is True

    def object(self, name: str) -> dict[str, Any]:
        """Return an object; empty if none was sent."""
        value = self._sent.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self._complain(name, N_("This must be an object."))
        return {}

    def people_of(self, name: str) -> dict[str, list[int]]:
        """Return an object of step -> people."""
        found = self.object(name)
        if all(_are_people(value) for value in found.values()):
            return found
        self._complain(name, N_("This must be an object of lists of whole numbers."))
        return {}

    def names_of(self, name: str) -> dict[str, str]:
        """Return an object of name -> name."""
        found = self.object(name)
        if all(isinstance(value, str) for value in found.values()):
            return found
        self._complain(name, N_("This must be an object of texts."))
        return {}

    def _complain(self, name: str, message: str, **params: Any) -> None:
        self.problems.append(Problem(message, params, name, "invalid"))

    def must_be_good(self) -> None:
        """Refuse the call if anything was wrong.

        Raises:
            Invalid: names each thing.
        """
        if self.problems:
            raise Invalid(self.problems)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST


def _is_number(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= most


def _are_people(value: Any) -> bool:
    return _is_list(value) and all(_is_number(one, LARGEST_ACCOUNT) for one in value)


COMMAND = (
    "task",
    "target",
    "users",
    "mode",
    "comment",
    "visit",
    "tasks",
    "leaver",
    "chosen",
    "values",
    "attachments",
)


def said_of(sent: Sent, ids: Mapping[int, int]) -> Said:
    """Return what was said with a command; `ids` are the case's tasks: id -> number.

    A task that is not of this case becomes one that nobody has.
    """
    task = sent.number("task")
    return Said(
        task=None if task is None else ids.get(task, -1),
        target=sent.text("target", 60),
        users=sent.numbers("users", LARGEST_ACCOUNT),
        mode=sent.text("mode", 20),
        comment=sent.text("comment"),
        visit=sent.number("visit", LARGEST_ACCOUNT) or 0,
        tasks=tuple(ids.get(one, -1) for one in sent.numbers("tasks")),
        leaver=sent.number("leaver", LARGEST_ACCOUNT) or 0,
        chosen=sent.people_of("chosen"),
    )


def request_key(work: Workspace) -> str:
    """Return what names this call in the log of the case: its key, and whose that is."""
    key = request.headers.get(HEADER, "")
    return f"api:{work.actor.user_id}:{key}" if key else ""


def argument(name: str, most: int = LARGEST) -> int | None:
    """Return a whole number out of the address; None if none was sent.

    Raises:
        Invalid: it is none.
    """
    raw = request.args.get(name)
    if raw is None:
        return None
    if raw.isascii() and raw.isdecimal() and len(raw) < 20 and 0 < int(raw) <= most:
        return int(raw)
    raise Invalid([Problem("This must be a whole number.", {}, name, "invalid")])
