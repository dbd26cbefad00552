"""Late fees as of a date: simple interest on unpaid principal, piecewise (rules.md 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from plugins.charging.amounts import Number, exact, round_money
from plugins.charging.periods import DAY


@dataclass(frozen=True, slots=True)
class Rate:
    """A daily rate in force from a day on, until the next one."""

    since: date
    daily: Number  # 0.0005 for 0.5‰ a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The late-fee clause of a fee item or contract."""

    rates: Sequence[Rate]
    grace_days: int = 0
    grace_shifts: bool = False  # False: grace only gates the start; True: it also moves it
    cap_percent: Decimal | None = None  # of the bill's principal (W30)
    cap_amount: Decimal | None = None
    fixed_fee: Decimal = Decimal(0)  # added once when anything accrued (W31)


@dataclass(frozen=True, slots=True)
class Paid:
    """Principal that was paid or reduced on a day; negative when it was given back."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which the unpaid principal and the rate stayed the same; both ends included."""

    start: date
    end: date
    principal: Decimal
    daily: Fraction

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.end - self.start).days + 1

    @property
    def raw(self) -> Fraction:
        """Return the unrounded fee of the stretch."""
        return exact(self.principal) * self.daily * self.days


def _principal_on(day: date, principal: Decimal, paid: Sequence[Paid]) -> Decimal:
    # A payment counts from the next day: the day one pays is still a day late (W28: 40 days).
    return max(Decimal(0), principal - sum((p.amount for p in paid if p.on < day), Decimal(0)))


def _rate_on(day: date, rates: Sequence[Rate]) -> Fraction:
    in_force = [rate for rate in rates if rate.since <= day]
    return exact(max(in_force, key=lambda r: r.since).daily) if in_force else Fraction(0)


def stretches(
    principal: Decimal, due_on: date, as_of: date, policy: Policy, paid: Sequence[Paid] = ()
) -> list[Stretch]:
    """Return the stretches that accrue, from the day after due to `as_of` included.

    What is paid within the grace days accrues nothing; what is still open after them
    accrues from the day after due, or with `grace_shifts` from the day after the grace.
    """
    grace_end = due_on + timedelta(days=policy.grace_days)
    if as_of <= grace_end:
        return []
    start = (grace_end if policy.grace_shifts else due_on) + DAY
    moved = [Paid(min(p.on, due_on), p.amount) if p.on <= grace_end else p for p in paid]
    cuts = {p.on + DAY for p in moved} | {rate.since for rate in policy.rates} | {start}
    begins = sorted(day for day in cuts if start <= day <= as_of)
    ends = [*(day - DAY for day in begins[1:]), as_of]
    found = [
        Stretch(a, b, _principal_on(a, principal, moved), _rate_on(a, policy.rates))
        for a, b in zip(begins, ends, strict=True)
    ]
    return [s for s in found if s.raw > 0]


def late_fee(
    principal: Decimal, due_on: date, as_of: date, policy: Policy, paid: Sequence[Paid] = ()
) -> Decimal:
    """Return the whole late fee of one bill as of a date, capped, rounded once (W27-W31).

    `principal` is the bill's amount when it fell due; `paid` are dated allocations and
    reductions of principal, without those that were reversed (a reversed payment lets the
    fee run on from the due date, rules.md 9). Late fees bear no late fee.
    """
    accrued = sum((s.raw for s in stretches(principal, due_on, as_of, policy, paid)), Fraction(0))
    if accrued <= 0:
        return Decimal("0.00")
    caps = [accrued + exact(policy.fixed_fee)]
    if policy.cap_percent is not None:
        caps.append(exact(principal) * exact(policy.cap_percent) / 100)
    if policy.cap_amount is not None:
        caps.append(exact(policy.cap_amount))
    return round_money(min(caps))
