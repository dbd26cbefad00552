"""What the demo company charges: fee items, prices with their dates, late-fee rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from plugins.demo.ledger import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A late-fee rule; `years_ago` counts back from the year the books begin in."""

    daily: str
    years_ago: int = 6
    grace: int = 0
    cap_percent: str | None = None
    cap_amount: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee item; prices by estate, '' for the group's."""

    code: str
    name: str
    kind: str = "cyclic"
    basis: str = "charge_area"
    formula: str | None = None
    cycle: str = "1"
    timing: str = "prepaid"
    due_days: int | None = 30
    due_day: int | None = None
    priority: int
    tax: str = "6"
    account: str
    state: str = "enabled"
    prices: dict[str, str] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)  # from the price rise on
    begun: dict[str, str] = field(default_factory=dict)  # priced only some months after the start
    late: tuple[Late, ...] = ()


_HOMES = Late(daily="0.0005", grace=30, cap_percent="30")

FEES = (
    Fee(
        code="WY01", name="住宅物業服務費", due_days=30, priority=10, account="6001.01",
        prices={"CHHY": "2.35", "LJW": "2.10", "XHH": "3.20"},
        raised={"CHHY": "2.60"},
        late=(_HOMES,),
    ),
    Fee(
        code="WY02", name="住宅物業服務費（季繳）", cycle="3", due_days=45, priority=10,
        account="6001.01", prices={"GYXC": "0.78", "YQS": "4.60"}, late=(_HOMES,),
    ),
    Fee(
        code="WY03", name="商業物業服務費", due_days=15, priority=10, account="6001.02",
        prices={"HYGJ": "21.50", "XHH": "16.80"}, raised={"XHH": "17.60"},
        late=(
            Late(daily="0.003", years_ago=8, grace=5),
            Late(daily="0.001", years_ago=2, grace=10, cap_percent="20"),
        ),
    ),
    Fee(
        code="KT01", name="中央空調能源費", timing="postpaid", due_days=15, priority=20,
        account="6001.05", prices={"HYGJ": "5.80", "XHH": "4.20"},
        late=(Late(daily="0.001", grace=15, cap_amount="2000"),),
    ),
    Fee(
        code="DT01", name="電梯運行維護費", basis="fixed", cycle="3", timing="postpaid",
        due_days=30,
        priority=30, account="6001.03", prices={"": "84.00"},
        late=(Late(daily="0.0005", grace=30, cap_percent="30"),),
    ),
    Fee(
        code="GT01", name="公攤水電費", basis="fixed", cycle="3", timing="postpaid", due_days=30,
        priority=40, tax="9", account="6001.04",
        prices={"GYXC": "36.00", "YQS": "96.00", "XHH": "45.00"},
    ),
    Fee(
        code="CW01", name="車位管理費", basis="fixed", due_days=None, due_day=25, priority=50,
        tax="5", account="6002.01",
        prices={"CHHY": "120.00", "LJW": "100.00", "YQS": "80.00", "HYGJ": "300.00",
                "XHH": "260.00"},
        begun={"GYXC": "60.00"},
        late=(Late(daily="0.002", grace=30, cap_percent="10"),),
    ),
    Fee(
        code="LJ01", name="生活垃圾清運費", basis="fixed", cycle="6", due_days=60, priority=60,
        account="6001.06", prices={"": "60.00"},
    ),
    Fee(
        code="LJ02", name="商戶垃圾清運費", basis="fixed", due_days=30, priority=60,
        account="6001.06", prices={"XHH": "150.00", "HYGJ": "80.00"},
    ),
    Fee(
        code="YJ01", name="裝修押金", kind="deposit", basis="fixed", due_days=7, priority=5,
        tax="0", account="2241.01",
    ),
    Fee(
        code="ZX01", name="裝修垃圾清運費", kind="once", basis="fixed", due_days=7, priority=70,
        account="6001.07",
    ),
    Fee(
        code="LS01", name="維修材料費", kind="adhoc", basis="fixed", due_days=15, priority=80,
        tax="13", account="6003.01",
    ),
    Fee(
        code="LS02", name="門禁卡工本費", kind="adhoc", basis="fixed", due_days=15, priority=80,
        tax="13", account="6003.02",
    ),
    Fee(
        code="GT02", name="公共照明費（按係數，試行）", basis="formula", formula="price * R * X",
        timing="postpaid", due_days=30, priority=40, tax="9", account="6001.04", state="draft",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rows of FEES for one history."""

    items: list[Row]
    prices: list[Row]
    rules: list[Row]

    def item(self, code: str) -> Row:
        """Return the fee item of a code."""
        return next(row for row in self.items if row["code"] == code)


def tariff(estates: dict[str, int], first: date, raised: date, begun: date) -> Tariff:
    """Number the fee items, and date their prices and rules.

    Args:
        estates: ids by code.
        first: when the books begin; old prices were in force before that.
        raised: the day of the price rise.
        begun: the day from which a price was set where there had been none.
    """
    old = first.replace(year=first.year - 5, month=1, day=1)
    made = Tariff([], [], [])
    for fee in FEES:
        item = _item(fee, len(made.items) + 1)
        made.items.append(item)
        for given, day, note in (
            (fee.prices, old, None),
            (fee.raised, raised, f"和悅價〔{raised.year}〕{raised.month:02} 號"),
            (fee.begun, begun, f"和悅價〔{begun.year}〕{begun.month:02} 號"),
        ):
            for estate, price in given.items():
                row = _price(item, estates.get(estate), price, day)
                made.prices.append({"id": len(made.prices) + 1, **row, "reference": note})
        for late in fee.late:
            row = _rule(item, late, first.year - late.years_ago)
            made.rules.append({"id": len(made.rules) + 1, **row})
    return made


def _item(fee: Fee, number: int) -> Row:
    return {
        "id": number,
        "code": fee.code,
        "name": fee.name,
        "kind": fee.kind,
        "state": fee.state,
        "basis": fee.basis,
        "formula": fee.formula,
        "cycle_months": fee.cycle,
        "cycle_days": None,
        "timing": fee.timing,
        "anchor": "calendar",
        "proration": "actual_days",
        "handover_rule": "same_day",
        "rounding": "half_up",
        "lead_days": 0,
        "bill_at_month_end": False,
        "due_rule": "days_after" if fee.due_day is None else "day_of_month",
        "due_days": fee.due_days,
        "due_day": fee.due_day,
        "priority": fee.priority,
        "allocation_order": "principal_first",
        "tax_rate": Decimal(fee.tax),
        "offset_prepayment": fee.kind == "cyclic",
        "account": fee.account,
        "starts_on": None,
        "ends_on": None,
    }


def _price(item: Row, estate: int | None, price: str, day: date) -> Row:
    return {
        "fee_item": item["id"],
        "estate": estate,
        "price": Decimal(price),
        "effective_from": day,
    }


def _rule(item: Row, late: Late, year: int) -> Row:
    return {
        "fee_item": item["id"],
        "effective_from": date(year, 1, 1),
        "daily_rate": Decimal(late.daily),
        "grace_days": late.grace,
        "grace_shifts": False,
        "cap_percent": late.cap_percent and Decimal(late.cap_percent),
        "cap_amount": late.cap_amount and Decimal(late.cap_amount),
    }
