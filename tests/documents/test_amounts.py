"""Amounts in Chinese capitals."""

from decimal import Decimal

import pytest

from engine.documents import chinese_amount


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("1234.56", "壹仟貳佰叁拾肆元伍角陸分"),
        ("0", "零元整"),
        ("0.004", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.56", "伍角陸分"),
        ("1.00", "壹元整"),
        ("10", "壹拾元整"),
        ("100.05", "壹佰元零伍分"),
        ("100.50", "壹佰元伍角整"),
        ("1001", "壹仟零壹元整"),
        ("1010", "壹仟零壹拾元整"),
        ("1100", "壹仟壹佰元整"),
        ("6007.14", "陸仟零柒元壹角肆分"),
        ("10001", "壹萬零壹元整"),
        ("10500", "壹萬零伍佰元整"),
        ("107000.53", "壹拾萬柒仟元伍角叁分"),
        ("1000000", "壹佰萬元整"),
        ("1000001.10", "壹佰萬零壹元壹角整"),
        ("100000000", "壹億元整"),
        ("100010000", "壹億零壹萬元整"),
        ("100000001", "壹億零壹元整"),
        ("1000100000000", "壹萬零壹億元整"),
        ("1000000000000", "壹萬億元整"),
        ("-320.10", "負叁佰貳拾元壹角整"),
        ("2.345", "貳元叁角伍分"),
    ],
)
def test_an_amount_is_written_as_banks_want_it(amount: str, capitals: str) -> None:
    assert chinese_amount(Decimal(amount)) == capitals


def test_simplified_documents_get_simplified_capitals() -> None:
    assert (
        chinese_amount(Decimal("-20304056.78"), "zh_Hans") == "负贰仟零叁拾万肆仟零伍拾陆元柒角捌分"
    )


def test_every_other_language_gets_the_traditional_ones() -> None:
    assert chinese_amount(Decimal(20000), "en") == "貳萬元整"


def test_an_amount_beyond_all_ledgers_is_refused() -> None:
    assert chinese_amount(Decimal("9999999999999999.99")).startswith("玖仟玖佰玖拾玖萬")
    with pytest.raises(ValueError, match="too large"):
        chinese_amount(Decimal(10) ** 16)


def test_a_zero_never_stands_twice_and_never_before_yuan() -> None:
    for number in range(0, 1_000_000, 37):
        said = chinese_amount(Decimal(number))

        assert "零零" not in said
        assert "零元" not in said or number == 0
        assert "零萬" not in said
