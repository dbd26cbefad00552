"""A fee item's terms and a billing run's reach, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from plugins.charging.periods import DAY, Cycle, DueRule

FOREVER = date(9999, 12, 31)
BEGINNING = date(1, 1, 1)
AREAS = ("charge_area", "built_area", "inner_area")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a fee item is charged; fields as in models/charging.yaml."""

    id: int
    code: str = ""
    kind: str = "cyclic"
    basis: str = "charge_area"
    formula: str = ""
    cycle: Cycle = Cycle(months=1)  # noqa: RUF009 - frozen
    timing: str = "prepaid"
    anchor: str = "calendar"
    proration: str = "actual_days"
    rounding: str = "half_up"
    lead_days: int = 0
    bill_at_month_end: bool = False
    due: DueRule = DueRule(days=30)  # noqa: RUF009 - frozen
    tax_rate: Decimal = Decimal(6)
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def months_per_price(self) -> int:
        """Return how many months one price pays: a fixed amount is per period (W06)."""
        return max(self.cycle.months, 1) if self.basis == "fixed" else 1

    @property
    def formula_is_whole(self) -> bool:
        """Tell whether the formula gives the period's amount rather than a month's."""
        words = "".join(c if c.isalnum() or c == "_" else " " for c in self.formula).split()
        return "months" in words or "days" in words


def terms_of(item: Mapping[str, Any]) -> Terms:
    """Read a fee item's record."""
    months = int(item["cycle_months"] or 0)
    by_day = item["due_rule"] == "day_of_month"
    return Terms(
        id=item["id"],
        code=item["code"],
        kind=item["kind"],
        basis=item["basis"],
        formula=item["formula"] or "",
        cycle=Cycle(months=months) if months else Cycle(days=int(item["cycle_days"] or 30)),
        timing=item["timing"],
        anchor=item["anchor"],
        proration=item["proration"],
        rounding=item["rounding"],
        lead_days=int(item["lead_days"] or 0),
        bill_at_month_end=bool(item["bill_at_month_end"]),
        due=DueRule(day_of_month=item["due_day"]) if by_day else DueRule(item["due_days"] or 0),
        tax_rate=item["tax_rate"],
        starts_on=item["starts_on"],
        ends_on=item["ends_on"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which rooms and which bill dates a run covers."""

    run_id: int
    run_no: str
    unit_id: int
    bill_from: date
    bill_to: date
    estate_id: int | None = None
    building_id: int | None = None

    def days(self, terms: Terms) -> tuple[date, date]:
        """Return the first and last day a charged period billed in the window may touch.

        Generous by a month: the exact bill date is compared afterwards.
        """
        if terms.timing == "prepaid":
            lead = timedelta(days=terms.lead_days)
            return self.bill_from + lead, self.bill_to + lead
        return self.bill_from - timedelta(days=31), self.bill_to


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """One price of an estate's fee item, both days included; None where there is none."""

    estate_id: int
    since: date
    until: date
    price: Decimal | None


def price_spans(
    prices: Iterable[Mapping[str, Any]], estates: Sequence[int], first: date, last: date
) -> list[PriceSpan]:
    """Return for each estate the prices in force from `first` to `last`, without a gap.

    `prices` are fee_price records of one item. An estate's own prices win over the group's
    from the first own date on.
    """
    by_estate: dict[int | None, list[tuple[date, Decimal]]] = {}
    for row in prices:
        by_estate.setdefault(row["estate"], []).append((row["effective_from"], row["price"]))
    group = sorted(by_estate.get(None, []))
    found = []
    for estate in estates:
        own = sorted(by_estate.get(estate, []))
        before = [p for p in group if not own or p[0] < own[0][0]]
        found += _spans(estate, [*before, *own])
    return [span for span in found if span.since <= last and span.until >= first]


def _spans(estate: int, versions: list[tuple[date, Decimal]]) -> list[PriceSpan]:
    ends = [*(since - DAY for since, _ in versions[1:]), FOREVER][: len(versions)]
    spans = [
        PriceSpan(estate, since, end, price)
        for (since, price), end in zip(versions, ends, strict=True)
    ]
    if not spans:
        return [PriceSpan(estate, BEGINNING, FOREVER, None)]
    if spans[0].since > BEGINNING:
        spans.insert(0, PriceSpan(estate, BEGINNING, spans[0].since - DAY, None))
    return spans
