"""The manifest's work calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from engine.metadata import WorkCalendar
from engine.metadata.catalog import WEEKDAYS


def build_calendar(raw: Mapping[str, Any]) -> WorkCalendar:
    """Return the calendar; what is not written is as usual."""
    given: dict[str, Any] = dict(raw.get("days", {}))
    if "week" in raw:
        given["week"] = tuple(sorted(WEEKDAYS.index(day) + 1 for day in raw["week"]))
    if "hours" in raw:
        given["hours"] = tuple(_span(text) for text in raw["hours"])
    return WorkCalendar(**given)


def _span(text: str) -> tuple[time, time]:
    begins, _, ends = text.partition("-")
    return time.fromisoformat(begins), time.fromisoformat(ends)
