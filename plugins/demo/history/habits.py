"""How payers pay: who comes when, and with how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

ALL, PART, AHEAD = "all", "part", "ahead"
Visit = tuple[int, str]  # a day's ordinal; pays all, a part, or half a year ahead

# Share of each habit in a hundred payers.
_PEOPLE = {"prompt": 54, "quarterly": 13, "ahead": 9, "late": 12, "stopped": 6, "never": 6}
_COMPANIES = {"prompt": 66, "quarterly": 9, "ahead": 6, "late": 12, "stopped": 5, "never": 2}
_WAYS = {
    "young": (("wechat", 48), ("alipay", 24), ("card", 14), ("transfer", 8), ("cash", 6)),
    "old": (("wechat", 26), ("alipay", 6), ("card", 18), ("transfer", 6), ("cash", 44)),
    "company": (("transfer", 86), ("cheque", 8), ("card", 6)),
}


@dataclass(frozen=True, slots=True)
class Habit:
    """How one payer behaves in one estate."""

    style: str
    kind: str  # young, old, company: decides how the money comes
    ways: tuple[str, ...]  # the usual one, then another
    online: bool
    visits: tuple[Visit, ...]  # by day

    @property
    def is_chased(self) -> bool:
        """Tell whether he is somebody the office has to ring up."""
        return self.style in ("late", "stopped", "never", "quarterly")


def habit_of(random: Random, kind: str, months: Sequence[int], today: int) -> Habit:
    """Draw a payer's habit; `months` are ordinals of first days, the last the running one."""
    shares = _COMPANIES if kind == "company" else _PEOPLE
    (style,) = random.choices(list(shares), list(shares.values()))
    names, weights = zip(*_WAYS[kind], strict=True)
    ways = tuple(random.choices(names, weights, k=2))
    online = ways[0] in ("wechat", "alipay") and random.random() < 0.5
    latest = 24 if kind == "company" else 36  # days after the first of a month
    visits = sorted(v for v in _VISITS[style](random, months, latest) if v[0] <= today)
    return Habit(style, kind, ways, online, tuple(visits))


def leaving(habit: Habit, day: int) -> Habit:
    """Return the habit of somebody who sells: he settles everything on the last day."""
    kept = tuple(v for v in habit.visits if v[0] < day and v[1] != AHEAD)
    return Habit("leaving", habit.kind, habit.ways, habit.online, (*kept, (day, ALL)))


def _prompt(random: Random, months: Sequence[int], latest: int) -> Iterator[Visit]:
    habit = random.randrange(8, latest)
    for month in months:
        if random.random() > 0.07:
            yield month + habit + random.randrange(6), ALL


def _quarterly(random: Random, months: Sequence[int], latest: int) -> Iterator[Visit]:
    begin, habit = random.randrange(3), random.randrange(8, latest)
    for month in months[begin::3]:
        yield month + habit + random.randrange(8), ALL


def _ahead(random: Random, months: Sequence[int], _latest: int) -> Iterator[Visit]:
    begin, habit = random.randrange(6), random.randrange(3, 24)
    for index, month in enumerate(months):
        if index < begin or index % 6 != begin:
            # What the money ahead did not cover is paid as others pay.
            yield month + habit + 9, ALL
        else:
            yield month + habit, AHEAD


def _late(random: Random, months: Sequence[int], _latest: int) -> Iterator[Visit]:
    day = months[0] + random.randrange(40, 150)
    while day < months[-1] + 31:
        yield day, PART if random.random() < 0.35 else ALL
        day += random.randrange(75, 190)


def _stopped(random: Random, months: Sequence[int], latest: int) -> Iterator[Visit]:
    stop = random.choice(months[len(months) // 6 :])
    yield from (visit for visit in _prompt(random, months, latest) if visit[0] < stop)


def _never(random: Random, months: Sequence[int], _latest: int) -> Iterator[Visit]:
    if random.random() < 0.4:
        yield random.choice(months) + random.randrange(28), PART


_VISITS = {
    "prompt": _prompt,
    "quarterly": _quarterly,
    "ahead": _ahead,
    "late": _late,
    "stopped": _stopped,
    "never": _never,
}
