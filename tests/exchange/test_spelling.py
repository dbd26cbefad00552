from __future__ import annotations

import pytest

from engine.exchange.importing.spelling import core, folded, heading
from engine.exchange.importing.table import find_table
from engine.exchange.neutral import neutral, without_mark


@pytest.mark.parametrize("spelled", ["9", "９棟", "9號樓", "9#", "09", "9 栋"])
def test_the_numbers_of_a_spelling_are_its_core(spelled: str) -> None:
    assert core(spelled) == ("9",)


def test_what_differs_in_more_than_its_dress_has_another_core() -> None:
    assert len({core(s) for s in ("1", "B1", "-1", "11", "1-1", "A座")}) == 6
    assert core("5層") == core("5F")


def test_heads_are_known_without_units_blanks_and_marks() -> None:
    spelled = ["建築面積\n(㎡)", "建築面積（㎡）", "*建筑面积：", " 建築 面積 "]

    assert {heading(s) for s in spelled} == {"建筑面积"}


def test_traditional_and_simplified_wide_and_narrow_are_one() -> None:
    assert folded("海濱花園 ３棟") == folded("海滨花园3栋")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1"])
def test_a_marked_text_comes_back_as_it_was(text: str) -> None:
    assert neutral(text) == "'" + text
    assert without_mark(neutral(text)) == text
    assert without_mark("'quoted'") == "'quoted'"


def test_rows_keep_the_numbers_that_the_spreadsheet_shows() -> None:
    table = find_table([["title"], [], ["a", "b"], ["1", "2"], [], ["3", "4"]], {"a", "b"})

    assert table.head_row == 3
    assert [number for number, _ in table.rows] == [4, 6]


def test_a_row_that_only_begins_like_a_total_stays_a_row() -> None:
    table = find_table([["name", "n"], ["合計工程公司有限責任公司", 1], ["合計：", 1]], {"name"})

    assert [number for number, _ in table.rows] == [2]
