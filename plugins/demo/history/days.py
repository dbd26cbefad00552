"""Days as ordinals and money as fen, and how COPY wants them written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from random import Random

from plugins.charging.periods import add_months

HOUR = 3600


@cache
def iso(day: int) -> str:
    """Write an ordinal as 2026-06-30."""
    return date.fromordinal(day).isoformat()


@cache
def month_of(day: int) -> int:
    """Return the ordinal of the first day of an ordinal's month."""
    return date.fromordinal(day).replace(day=1).toordinal()


@cache
def year_of(day: int) -> int:
    """Return the year of an ordinal."""
    return date.fromordinal(day).year


def yuan(fen: int) -> str:
    """Write fen as yuan with two decimals."""
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{cents:02}"


def stamp(day: int, second: int) -> str:
    """Write a moment of a day in the company's zone; `second` counts from midnight."""
    minutes, seconds = divmod(second, 60)
    return f"{iso(day)} {minutes // 60:02}:{minutes % 60:02}:{seconds:02}+08"


@dataclass(frozen=True)
class Window:
    """The months of a history: the closed ones, then the running one."""

    today: date
    closed: int  # how many months before this one

    @cached_property
    def months(self) -> tuple[date, ...]:
        """Return the first day of each month, the running one last."""
        this = self.today.replace(day=1)
        return tuple(add_months(this, n - self.closed) for n in range(self.closed + 1))

    @property
    def first(self) -> date:
        """Return the day the books begin."""
        return self.months[0]

    @cached_property
    def running(self) -> int:
        """Return the ordinal of the first day of the running month."""
        return self.months[-1].toordinal()

    @property
    def end(self) -> date:
        """Return the last day of the running month."""
        return date.fromordinal(self.after(len(self.months) - 1) - 1)

    def second(self, random: Random, day: int) -> int:
        """Draw a second of a day's opening hours; today has only just begun."""
        if day == self.now:
            return random.randrange(8 * HOUR + 1200, 9 * HOUR)
        return random.randrange(9 * HOUR, 17 * HOUR + 1800)

    @cached_property
    def now(self) -> int:
        """Return today as an ordinal."""
        return self.today.toordinal()

    @cached_property
    def firsts(self) -> tuple[int, ...]:
        """Return the months as ordinals."""
        return tuple(month.toordinal() for month in self.months)

    def after(self, index: int) -> int:
        """Return the first day, as an ordinal, of the month after the one at that place."""
        return add_months(self.months[index], 1).toordinal()

    def closed_months(self) -> Iterator[tuple[int, int]]:
        """Yield (first, last) of each month that is over, as ordinals."""
        for index, first in enumerate(self.firsts[:-1]):
            yield first, self.after(index) - 1
