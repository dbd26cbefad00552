"""Late fees (rules.md 7)."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from plugins.charging.late_fees import Paid, Policy, Rate, late_fee, stretches

LONG_AGO = date(2000, 1, 1)
DUE = date(2026, 3, 31)


def policy(daily: str, **more: object) -> Policy:
    return Policy(rates=[Rate(LONG_AGO, Decimal(daily))], **more)  # type: ignore[arg-type]


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def test_w27_three_per_mille_for_ten_days() -> None:
    assert late_fee(Decimal(2000), DUE, after(10), policy("0.003")) == Decimal("60.00")


def test_w28_grace_only_gates_the_start() -> None:
    clause = policy("0.0005", grace_days=15)

    assert late_fee(Decimal(960), DUE, date(2026, 5, 10), clause) == Decimal("19.20")
    assert late_fee(Decimal(960), DUE, after(15), clause) == 0
    assert late_fee(Decimal(960), DUE, after(16), clause) == Decimal("7.68")


def test_grace_may_shift_the_start() -> None:
    clause = policy("0.0005", grace_days=15, grace_shifts=True)

    assert late_fee(Decimal(960), DUE, date(2026, 5, 10), clause) == Decimal("12.00")


def test_w29_piecewise_after_a_partial_payment() -> None:
    clause = policy("0.0005")
    paid = [Paid(after(20), Decimal(600))]

    assert [s.days for s in stretches(Decimal(1000), DUE, after(50), clause, paid)] == [20, 30]
    assert late_fee(Decimal(1000), DUE, after(50), clause, paid) == Decimal("16.00")


def test_w30_cap_in_percent_of_principal() -> None:
    clause = policy("0.003", cap_percent=Decimal(30))

    assert late_fee(Decimal(500), DUE, after(400), clause) == Decimal("150.00")
    assert late_fee(
        Decimal(500), DUE, after(400), policy("0.003", cap_amount=Decimal(99))
    ) == Decimal("99.00")


def test_w31_yearly_interest_with_a_fee() -> None:
    clause = Policy(rates=[Rate(LONG_AGO, Fraction(10, 36500))], fixed_fee=Decimal(10))

    assert late_fee(Decimal(100), DUE, after(15), clause) == Decimal("10.41")


def test_what_is_paid_within_the_grace_accrues_nothing() -> None:
    clause = policy("0.001", grace_days=10)

    assert late_fee(Decimal(100), DUE, after(30), clause, [Paid(after(10), Decimal(100))]) == 0
    assert late_fee(
        Decimal(100), DUE, after(30), clause, [Paid(after(10), Decimal(60))]
    ) == Decimal("1.20")


def test_a_new_rate_counts_from_its_day() -> None:
    clause = Policy(rates=[Rate(LONG_AGO, Decimal("0.001")), Rate(after(11), Decimal("0.002"))])

    assert late_fee(Decimal(1000), DUE, after(20), clause) == Decimal("30.00")


def test_nothing_is_late_on_the_due_date() -> None:
    assert late_fee(Decimal(1000), DUE, DUE, policy("0.003")) == 0
    assert late_fee(Decimal(1000), DUE, DUE - timedelta(days=3), policy("0.003")) == 0


payments = st.lists(
    st.builds(Paid, st.dates(DUE - timedelta(30), after(300)), st.decimals(0, 500, places=2)),
    max_size=5,
)


@given(payments, st.integers(0, 300), st.integers(0, 30), st.booleans())
def test_a_late_fee_never_falls_with_time_and_paying_never_raises_it(
    paid: list[Paid], days: int, grace: int, shifts: bool
) -> None:
    clause = policy("0.0005", grace_days=grace, grace_shifts=shifts)

    today = late_fee(Decimal(1000), DUE, after(days), clause, paid)

    assert 0 <= today <= late_fee(Decimal(1000), DUE, after(days + 1), clause, paid)
    assert today <= late_fee(Decimal(1000), DUE, after(days), clause)
