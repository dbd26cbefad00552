from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.fieldtypes import Format, InvalidValue
from tests.fieldtypes.field_samples import kind_of, make, parse

D = Decimal
MONEY = make("money")
AREA = make("decimal", unit="㎡", min=0)
RATE = make("decimal", unit="元/㎡·月", scale=4)
COUNT = make("integer", unit="戶", max=5000)
PERCENT = make("percent")
SPAN = make("duration")


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (MONEY, "1,234.50", D("1234.50")),
        (MONEY, "１，２３４．５０", D("1234.50")),
        (MONEY, "\u3000¥ 1,234.5 ", D("1234.50")),
        (MONEY, "￥1234.5元", D("1234.50")),
        (MONEY, "人民幣12", D("12.00")),
        (MONEY, "RMB 12", D("12.00")),
        (MONEY, "-¥1,234.50", D("-1234.50")),
        (MONEY, "−5", D("-5.00")),
        (MONEY, "－５", D("-5.00")),
        (MONEY, "0.10000", D("0.10")),
        (MONEY, "-0", D("0.00")),
        (MONEY, -0.0, D("0.00")),
        (MONEY, 0.1, D("0.10")),
        (MONEY, 0.1 + 0.2, D("0.30")),
        (MONEY, 1234.5, D("1234.50")),
        (MONEY, 12345678901234.56, D("12345678901234.56")),
        (MONEY, 7, D("7.00")),
        (MONEY, D("7.5"), D("7.50")),
        (MONEY, "", None),
        (MONEY, "\u3000", None),
        (MONEY, None, None),
        (make("money", scale=6), "0.123456", D("0.123456")),
        (make("money", currency="HKD"), "HK$5", D("5.00")),
        (AREA, "100.24㎡", D("100.24")),
        (AREA, "100.24 ㎡", D("100.24")),
        (RATE, "2.5元/㎡·月", D("2.5000")),
        (COUNT, "12戶", 12),
        (COUNT, "1,200", 1200),
        (COUNT, "３", 3),
        (COUNT, 12.0, 12),
        (COUNT, "12.0", 12),
        (PERCENT, "5％", D("5.00")),
        (PERCENT, "0.05", D("0.05")),
        (SPAN, "1:30", 90),
        (SPAN, "１：３０", 90),
        (SPAN, "90m", 90),
        (SPAN, "90 分鐘", 90),
        (SPAN, "1.5h", 90),
        (SPAN, "1小時30分", 90),
        (SPAN, "90", 90),
        (SPAN, 90, 90),
        (SPAN, "0", 0),
        (SPAN, "100:00", 6000),
        (SPAN, timedelta(hours=1, minutes=30), 90),
        (SPAN, time(1, 30), 90),
    ],
)
def test_number_is_read_as_people_and_spreadsheets_write_it(
    field: Any, raw: Any, value: Any
) -> None:
    got = parse(field, raw)

    assert got == value
    assert str(got) == str(value)


@pytest.mark.parametrize("raw", ["abc", "1.2.3", "1,2", "1,2345", "¥", "1e3", "--1", "5㎡", "1/2"])
def test_text_that_is_no_number_is_refused(raw: str) -> None:
    with pytest.raises(InvalidValue, match="Enter a number"):
        parse(MONEY, raw)


@pytest.mark.parametrize(
    "raw",
    [
        float("nan"),
        float("inf"),
        1e999,
        D("NaN"),
        D("sNaN"),
        D("Infinity"),
        D("1e999999"),
        D("1e-999999"),
        "NaN",
        "1e999",
        10**4000,
        True,
        [1],
        {"a": 1},
        datetime(2026, 1, 1, tzinfo=UTC),
        "9" * 5000,
    ],
)
@pytest.mark.parametrize("field", [MONEY, COUNT, PERCENT, AREA])
def test_what_is_no_finite_number_is_refused(field: Any, raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(field, raw)


@pytest.mark.parametrize(
    ("field", "raw", "message"),
    [
        (MONEY, "0.001", "at most 2 digits after the point"),
        (MONEY, 0.001, "at most 2 digits after the point"),
        (COUNT, "1.5", "whole number"),
        (AREA, "-1", "at least 0"),
        (COUNT, "5001", "at most 5000"),
        (MONEY, "1" + "0" * 14, "at most 14 digits before the point"),
        (make("decimal", precision=5, scale=2), "1000", "at most 3 digits before"),
        (SPAN, "-5", "hours and minutes"),
        (SPAN, "soon", "hours and minutes"),
        (SPAN, "1.51h", "whole number"),
        (SPAN, "1:75", "hours and minutes"),
        (make("duration", max=60), "1:30", "at most 60"),
    ],
)
def test_number_out_of_its_limits_is_refused_in_plain_words(
    field: Any, raw: Any, message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        parse(field, raw)


def test_foreign_currency_is_not_taken_for_the_own_one() -> None:
    with pytest.raises(InvalidValue):
        parse(MONEY, "US$5")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (MONEY, D("1234.50"), "¥1,234.50"),
        (MONEY, D("-1234.50"), "-¥1,234.50"),
        (make("money", scale=4), D("2.5000"), "¥2.50"),
        (make("money", scale=4), D("2.5125"), "¥2.5125"),
        (make("money", currency="SGD"), D("2"), "SGD 2.00"),
        (AREA, D("1000.20"), "1,000.20 ㎡"),
        (COUNT, 1200, "1,200 戶"),
        (PERCENT, D("5.00"), "5%"),
        (PERCENT, D("5.25"), "5.25%"),
        (SPAN, 90, "1:30"),
        (SPAN, 5, "0:05"),
    ],
)
def test_number_is_written_for_people(field: Any, value: Any, text: str) -> None:
    assert kind_of(field).text(field, value, Format()) == text


def test_wire_form_of_money_is_text_with_all_its_decimals() -> None:
    assert kind_of(MONEY).to_wire(MONEY, D("1234.5")) == "1234.50"


def test_computed_value_is_rounded_half_up_once() -> None:
    assert kind_of(MONEY).rounded(MONEY, D("2.675")) == D("2.68")
    assert kind_of(MONEY).rounded(MONEY, D("-2.675")) == D("-2.68")
    assert kind_of(COUNT).rounded(COUNT, D("2.5")) == 3


def test_spreadsheet_gets_numbers_and_durations_in_days() -> None:
    assert kind_of(MONEY).for_excel(MONEY, D("1.50"), Format()) == D("1.50")
    assert kind_of(MONEY).excel_format(MONEY) == "#,##0.00"
    assert kind_of(SPAN).for_excel(SPAN, 720, Format()) == 0.5


def test_percent_format_of_a_spreadsheet_does_not_multiply() -> None:
    assert kind_of(PERCENT).excel_format(PERCENT) == '0.00"%"'


def test_a_unit_is_written_in_the_readers_language_and_read_in_any() -> None:
    days = make("integer", unit={"zh_Hant": "天", "en": "days"})
    kind = kind_of(days)

    assert kind.text(days, 3, Format("en")) == "3 days"
    assert kind.text(days, 3, Format("zh_Hant")) == "3 天"
    assert parse(days, "3 days") == parse(days, "3天") == 3
