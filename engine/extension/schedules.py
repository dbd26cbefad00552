"""Work that comes again: a job's name, and how often it is left in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a job is left in the outbox by itself; the system is its actor."""

    job: str
    every: timedelta | None = None
    at: time | None = None  # once a day, in the company's zone
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def slot(self, now: datetime, zone: ZoneInfo) -> str:
        """Name the turn that `now` falls into; each turn is run once, by whoever sees it first."""
        if self.every is not None:
            return str((now - _EPOCH) // self.every)
        local = now.astimezone(zone)
        day = local.date() if self.at is None or local.time() >= self.at else None
        return "" if day is None else day.isoformat()


_schedules: dict[str, Schedule] = {}


def schedule(
    job: str,
    *,
    every: timedelta | None = None,
    at: time | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> None:
    """Let a job come again: every so often, or once a day at a time of the company's zone.

    A turn that was missed while nothing ran is made up for once, as soon as something runs.

    Raises:
        ValueError: neither or both are given, or `every` is below ten seconds.
    """
    if (every is None) == (at is None):
        raise ValueError(f"schedule of {job!r}: give `every` or `at`")
    if every is not None and every < timedelta(seconds=10):
        raise ValueError(f"schedule of {job!r}: every {every} is too often")
    _schedules[job] = Schedule(job=job, every=every, at=at, arguments=arguments or {})


def schedules() -> Mapping[str, Schedule]:
    """Return all schedules by the name of their job."""
    return MappingProxyType(_schedules)
