"""Every sign and function once, over bare fields, and rows full of edge values."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from tests.expressions.strategies import (
    EDGE_DATES,
    EDGE_MOMENTS,
    EDGE_NUMBERS,
    EDGE_TEXTS,
    EDGE_TIMES,
)

NUMBERS = [
    *(f"area {sign} price" for sign in "+-*/"),
    *(f"area {sign} floor_number" for sign in "+-*/"),
    *(f"{f}(area)" for f in ("round", "floor", "ceil", "abs", "-", "coalesce")),
    *(f"round(area, {n})" for n in (-31, -30, -2, 0, 2, 2.5, 16, 30, 31)),
    "round(area, price)",
    "round(floor_number / 7, 2)",
    "min(area, price, 3)",
    "max(area, floor_number)",
    "if(paid, area, price)",
    "area / price if paid else price / area",
    "coalesce(area / price, price / area, 7)",
    "area * price / (area - price)",
    "length(code)",
    "due - from",
    "days_between(from, due)",
    *(f"{f}(from)" for f in ("year", "month", "day", "weekday", "days_in_month")),
    "hours_between(created_at, now())",
    *(f"{f}(lines.price)" for f in ("sum", "avg", "min", "max", "count")),
    *(f"{f}(lines.quantity * lines.price)" for f in ("sum", "avg", "min", "max")),
    "sum(lines.price / lines.quantity, lines.day < today())",
    "avg(lines.price, lines.price / lines.quantity > 1)",
    "count(lines)",
    "count(lines, lines.kind < 'a')",
    "sum(lines.price) / area",
]
TEXTS = [
    "concat(code, '-', area, from, created_at, opens, paid)",
    "text(area)",
    "text(area / price)",
    "text(from)",
    "text(created_at)",
    *(f"{f}(code)" for f in ("lower", "upper", "trim", "coalesce")),
    "min(code, remark)",
    "max(code, remark, 'B')",
    "min(lines.kind)",
    "max(lines.kind, lines.quantity > 0)",
    "if(paid, code, 'none')",
]
DATES = [
    *(f"from {sign} {n}" for sign in "+-" for n in ("area", "1", "1.5", "3652058", "9999999999")),
    "add_days(from, floor_number)",
    *(f"add_months(from, {n})" for n in (1, -1, 12, 1.5, 119999, -119999, 999999, "floor_number")),
    *(f"{f}(from)" for f in ("month_start", "month_end", "year_start", "year_end")),
    "date(year(from), month(from), 31)",
    "date(floor_number * 300, floor_number, floor_number)",
    "date_of(created_at)",
    "min(from, due)",
    "max(lines.day)",
    "coalesce(due, from, today())",
]
BOOLEANS = [
    *(f"area {c} price" for c in ("==", "!=", "<", "<=", ">", ">=")),
    *(f"code {c} remark" for c in ("==", "!=", "<", "<=", ">", ">=")),
    *(f"from {c} due" for c in ("==", "!=", "<", "<=", ">", ">=")),
    "floor_number == 3",
    "floor_number == 3.5",
    "floor_number < area",
    "area < price <= floor_number",
    "paid and area > price",
    "paid or area > price",
    "paid == (area > price)",
    "not paid",
    "not (paid and from < due)",
    "paid and area / price > 1",
    "paid or 1 / area > 1 or 1 / price > 1",
    "if(paid, 1 / area, 1 / price) > 0",
    "area in [0, 1, price]",
    "area not in [0, 1, price]",
    "code in ['a', 'A', remark]",
    "'vip' in tags",
    "'vip' not in tags",
    "kind in tags",
    "is_empty(code)",
    "is_empty(tags)",
    "is_empty(area)",
    "due is None",
    "due != None",
    "unit == 5",
    "unit in [4, user.unit]",
    "child_of(unit, 5)",
    "not child_of(unit, user.unit)",
    *(f"{f}(code, remark)" for f in ("starts_with", "ends_with", "contains")),
    "created_at <= now()",
    "date_of(created_at) == today()",
    "opens >= opens",
]
PATTERNS = [*NUMBERS, *TEXTS, *DATES, *BOOLEANS]

_ALL_DATES = [*EDGE_DATES, *(date(2026, 2, 22) + timedelta(days=n) for n in range(10)), None]


def edge_rows(count: int) -> list[dict[str, Any]]:
    """Make rows of edge values; the same at every run."""
    chosen = random.Random(20260930)
    numbers, texts = [*EDGE_NUMBERS, None, None], [*EDGE_TEXTS, None, "B", "b"]

    def line() -> dict[str, Any]:
        return {
            "quantity": chosen.choice([-2, 0, 1, 3, None]),
            "price": chosen.choice(numbers),
            "kind": chosen.choice(texts),
            "day": chosen.choice(_ALL_DATES),
        }

    def row() -> dict[str, Any]:
        return {
            "area": chosen.choice(numbers),
            "price": chosen.choice(numbers),
            "floor_number": chosen.choice([-1, 0, 1, 2, 3, 12, 29, 31, None]),
            "code": chosen.choice(texts),
            "remark": chosen.choice(texts),
            "from": chosen.choice(_ALL_DATES),
            "due": chosen.choice(_ALL_DATES),
            "created_at": chosen.choice([*EDGE_MOMENTS, None]),
            "opens": chosen.choice([*EDGE_TIMES, None]),
            "paid": chosen.choice([True, False, None]),
            "kind": chosen.choice(["flat", "shop", None]),
            "tags": chosen.choice([["vip"], ["flat", "late"], [], None]),
            "unit": chosen.choice([1, 4, 5, None]),
            "lines": [line() for _ in range(chosen.randint(0, 3))],
        }

    return [row() for _ in range(count)]
