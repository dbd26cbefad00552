"""How things are measured: interleaved, repeated, medians; and how results are told."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Result:
    """One figure beside the figure it is held against."""

    name: str
    measured: float
    limit: float | None  # what the best possible takes, measured in the same run
    goal: float  # the most that `measured / limit` (or `measured`, without a limit) may be
    unit: str = "ms"
    at_least: bool = False  # the figure must reach the goal rather than stay below it
    note: str = ""

    @property
    def ratio(self) -> float:
        """What is held against the goal."""
        return self.measured / self.limit if self.limit else self.measured

    @property
    def is_reached(self) -> bool:
        """Tell whether the goal is reached."""
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    def line(self) -> str:
        """Return the result as a line of a table."""
        limit = f"{self.limit:>10.2f}" if self.limit else " " * 10
        sign = "≥" if self.at_least else "≤"
        verdict = "ok" if self.is_reached else "OVER"
        ratio = f"{self.ratio:>8.2f}" if self.limit else f"{self.measured:>8.1f}"
        return (
            f"{self.name:<44} {self.measured:>10.2f} {limit} {self.unit:<6} "
            f"{ratio} {sign} {self.goal:<6g} {verdict}  {self.note}".rstrip()
        )


HEAD = f"{'what':<44} {'measured':>10} {'limit':>10} {'unit':<6} {'ratio':>8}   goal"


def median_ms(run: Run, times: int) -> float:
    """Return the median of some runs in milliseconds."""
    return statistics.median(_timed(run) for _ in range(times))


def interleaved(ours: Run, limit: Run, times: int = 60, warm: int = 8) -> tuple[float, float]:
    """Return the medians of two things run turn by turn, so that both see the same weather."""
    for _ in range(warm):
        ours()
        limit()
    pairs = [(_timed(ours), _timed(limit)) for _ in range(times)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def _timed(run: Run) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000
