"""Where plugins leave what they bring; filled at import, read by the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Action:
    """A function a button may call."""

    name: str  # 'plugin.function'
    run: Callable[..., Any]  # (ActionContext) -> ActionResult | None


@dataclass(frozen=True, slots=True)
class Job:
    """A function the outbox may call; it must stand being called twice."""

    name: str
    run: Callable[..., Any]  # (JobContext) -> Mapping | More | None
    label: str = ""  # what the screen of background work calls it: a msgid


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of a plugin's own at /s/<name>, for work no generic screen can hold."""

    name: str  # 'plugin.page'
    run: Callable[..., Any]  # (ScreenContext) -> ScreenPage
    right: tuple[str, str]  # (entity, action) asked before it runs


@dataclass(frozen=True, slots=True)
class Sample:
    """A company to look around in, written into an empty database by `wuye demo`."""

    name: str
    run: Callable[..., Any]  # (Connection, tables, seed: int) -> SampleCompany


@dataclass(frozen=True, slots=True)
class Channel:
    """A way messages reach people: SMS, a chat service."""

    name: str
    run: Callable[..., Any]  # (Message) -> None; raises what stops it, and is tried again


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way out, already in its reader's language."""

    address: str  # a phone number, an address, whatever the channel knows
    subject: str
    body: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did in the approval of a record, in the past of a sample.

    The first deed of a record hands it in; those that follow are commands of approvals.
    """

    login: str
    entity: str
    record: int
    at: datetime | None = None  # None: just now
    what: str = "submit"
    comment: str = ""
    users: tuple[str, ...] = ()  # logins: signers to add, people to send a copy …
    mode: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Who decides in whose place for a time, in a sample."""

    login: str
    proxy: str
    first: date
    last: date
    reason: str = ""


class SampleCompany(Protocol):
    """What a sample has written, and what only the engine can: accounts and approvals."""

    @property
    def users(self) -> Sequence[Any]:
        """Accounts to make, each with login, name, role and the code of a unit."""

    def finish(self, connection: Any, tables: Any, user_ids: Mapping[str, int]) -> None:
        """Write what needs the accounts' ids."""

    def stand_ins(self) -> Sequence[StandIn]:
        """Return the proxies."""

    def deeds(self, connection: Any) -> Sequence[Deed]:
        """Return what people have handed in and decided; of each record in its order."""


_samples: dict[str, Sample] = {}
_channels: dict[str, Channel] = {}
_actions: dict[str, Action] = {}
_jobs: dict[str, Job] = {}
_screens: dict[str, Screen] = {}
_listeners: dict[tuple[str, str, str], list[Callable[..., Any]]] = {}


def _once(table: dict[str, Any], name: str, value: Any) -> None:
    first = table.get(name)
    if first is not None and first.run.__module__ != value.run.__module__:
        raise ValueError(
            f"{name!r} is registered twice: by {first.run.__module__} and {value.run.__module__}"
        )
    table[name] = value


def action(name: str) -> Callable[[F], F]:
    """Register a button's action; it runs in the transaction of the press.

    Raises:
        ValueError: another module has registered that name.
    """

    def keep(run: F) -> F:
        _once(_actions, name, Action(name, run))
        return run

    return keep


def job(name: str, *, label: str = "") -> Callable[[F], F]:
    """Register work for the background; `label` is what people see it called."""

    def keep(run: F) -> F:
        _once(_jobs, name, Job(name, run, label))
        return run

    return keep


def screen(name: str, *, entity: str, right: str = "read") -> Callable[[F], F]:
    """Register a page; who lacks `right` on `entity` gets 403 and no menu entry."""

    def keep(run: F) -> F:
        _once(_screens, name, Screen(name, run, (entity, right)))
        return run

    return keep


def channel(name: str) -> Callable[[F], F]:
    """Register a way for messages to leave; called outside of any transaction."""

    def keep(run: F) -> F:
        _once(_channels, name, Channel(name, run))
        return run

    return keep


def sample(name: str) -> Callable[[F], F]:
    """Register a company that `wuye demo` can load."""

    def keep(run: F) -> F:
        _once(_samples, name, Sample(name, run))
        return run

    return keep


def _listen(when: str, entity: str, event: str) -> Callable[[F], F]:
    def keep(run: F) -> F:
        found = _listeners.setdefault((when, entity, event), [])
        found[:] = [f for f in found if f.__qualname__ != run.__qualname__] + [run]
        return run

    return keep


def before(entity: str, event: str) -> Callable[[F], F]:
    """Call the function before a record is written; it may alter or refuse the values."""
    return _listen("before", entity, event)


def after(entity: str, event: str) -> Callable[[F], F]:
    """Call the function once a record is written, in the same transaction."""
    return _listen("after", entity, event)


def actions() -> Mapping[str, Action]:
    """Return all actions by name."""
    return MappingProxyType(_actions)


def jobs() -> Mapping[str, Job]:
    """Return all jobs by name."""
    return MappingProxyType(_jobs)


def screens() -> Mapping[str, Screen]:
    """Return all screens by name."""
    return MappingProxyType(_screens)


def channels() -> Mapping[str, Channel]:
    """Return all channels that plugins bring, by name."""
    return MappingProxyType(_channels)


def samples() -> Mapping[str, Sample]:
    """Return all sample companies by name."""
    return MappingProxyType(_samples)


def listeners(
    when: str, entity: str, event: str, plugins: frozenset[str]
) -> tuple[Callable[..., Any], ...]:
    """Return who listens, in order of registration; '*' listens to every entity.

    Of the plugins only those count that the catalog names: another company's, loaded in the
    same process, must not meddle with records of the same name.
    """
    own = _listeners.get((when, entity, event), [])
    found = (*own, *_listeners.get((when, "*", event), []))
    return tuple(one for one in found if _counts(one.__module__, plugins))


def _counts(module: str, plugins: frozenset[str]) -> bool:
    parts = module.split(".")
    return parts[0] != "plugins" or (len(parts) > 1 and parts[1] in plugins)
