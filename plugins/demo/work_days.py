"""Public holidays of mainland China, with the weekends that are worked instead (調休).

2026 as the State Council's General Office announced it on 4 November 2025. The days of 2027
are not announced yet: they are drawn by the rules of the years before, and marked so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from plugins.demo.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off in a row, and the days of a weekend that are worked for them."""

    name: str
    first: date
    days: int
    worked: tuple[date, ...] = ()
    announced: bool = True


HOLIDAYS = (
    Holiday("元旦", date(2026, 1, 1), 3, (date(2026, 1, 4),)),
    Holiday("春節", date(2026, 2, 15), 9, (date(2026, 2, 14), date(2026, 2, 28))),
    Holiday("清明節", date(2026, 4, 4), 3),
    Holiday("勞動節", date(2026, 5, 1), 5, (date(2026, 5, 9),)),
    Holiday("端午節", date(2026, 6, 19), 3),
    Holiday("中秋節", date(2026, 9, 25), 3),
    Holiday("國慶節", date(2026, 10, 1), 7, (date(2026, 9, 20), date(2026, 10, 10))),
    Holiday("元旦", date(2027, 1, 1), 3, announced=False),
    Holiday("春節", date(2027, 2, 5), 8, (date(2027, 1, 31), date(2027, 2, 13)), announced=False),
    Holiday("清明節", date(2027, 4, 3), 3, announced=False),
    Holiday("勞動節", date(2027, 5, 1), 5, (date(2027, 5, 8),), announced=False),
    Holiday("端午節", date(2027, 6, 9), 1, announced=False),
    Holiday("中秋節", date(2027, 9, 15), 1, announced=False),
    Holiday(
        "國慶節", date(2027, 10, 1), 7, (date(2027, 9, 26), date(2027, 10, 9)), announced=False
    ),
)
_GUESSED = "預計，待國務院公布後核對"


def make_work_days(ledger: Ledger) -> None:
    """Write each day that differs from the usual week."""
    for one in HOLIDAYS:
        note = None if one.announced else _GUESSED
        for n in range(one.days):
            day = one.first + timedelta(days=n)
            ledger.add("calendar_day", date=day, name=one.name, is_workday=False, note=note)
        for day in one.worked:
            name = f"{one.name}調休"
            ledger.add("calendar_day", date=day, name=name, is_workday=True, note=note)
