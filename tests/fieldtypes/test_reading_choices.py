from __future__ import annotations

from typing import Any

import pytest

from engine.fieldtypes import Format, InvalidValue
from tests.fieldtypes.field_samples import kind_of, make, parse

STATE = make("choice")
TAGS = make("multi_choice")
FLAG = make("boolean")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("new", "new"),
        ("新建", "new"),
        ("NEW", "new"),
        ("Ｎｅｗ", "new"),
        ("In  use", "in_use"),
        (" 使用中 ", "in_use"),
        ("已註銷", "gone"),
        ("", None),
        (None, None),
    ],
)
def test_choice_is_read_by_key_or_any_label(raw: Any, value: Any) -> None:
    assert parse(STATE, raw) == value


def test_key_may_be_a_code_in_capitals() -> None:
    field = make("choice", options={"AREA_MISSING": "缺面積"})

    assert parse(field, "AREA_MISSING") == parse(field, "area_missing") == "AREA_MISSING"


@pytest.mark.parametrize("raw", ["old", 5, True, ["new"]])
def test_unknown_option_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(STATE, raw)


def test_refusal_quotes_what_was_typed() -> None:
    with pytest.raises(InvalidValue, match="'old' is not one of the options") as refusal:
        parse(STATE, "old")

    assert refusal.value.params == {"value": "old"}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (["in_use", "new"], ["new", "in_use"]),
        (("new", "", "new"), ["new"]),
        ("in_use,new", ["new", "in_use"]),
        ("使用中、新建", ["new", "in_use"]),
        ("New；In use", ["new", "in_use"]),
        ([], None),
        ("", None),
        (None, None),
    ],
)
def test_several_options_are_kept_once_and_in_their_declared_order(raw: Any, value: Any) -> None:
    assert parse(TAGS, raw) == value


@pytest.mark.parametrize("raw", ["old", ["new", "old"], 5])
def test_unknown_options_are_refused(raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(TAGS, raw)


def test_label_that_holds_a_separator_is_one_option() -> None:
    field = make("multi_choice", options={"both": "水、電", "gas": "氣"})

    assert parse(field, "水、電") == ["both"]


@pytest.mark.parametrize("raw", [True, "是", "✓", "true", "TRUE", "1", 1, 1.0, "yes", "Ｙ", "on"])
def test_yes_is_read_in_many_words(raw: Any) -> None:
    assert parse(FLAG, raw) is True


@pytest.mark.parametrize("raw", [False, "否", "✗", "false", "0", 0, 0.0, "No", "off"])
def test_no_is_read_in_many_words(raw: Any) -> None:
    assert parse(FLAG, raw) is False


@pytest.mark.parametrize("raw", ["maybe", 2, "", None, [True]])
def test_everything_else_is_neither_yes_nor_no(raw: Any) -> None:
    if raw in ("", None):
        assert parse(FLAG, raw) is None
        return
    with pytest.raises(InvalidValue):
        parse(FLAG, raw)


def test_options_and_yes_are_written_in_the_readers_language() -> None:
    english, chinese = Format(language="en"), Format()

    assert kind_of(STATE).text(STATE, "in_use", english) == "In use"
    assert kind_of(STATE).text(STATE, "in_use", chinese) == "使用中"
    assert kind_of(STATE).text(STATE, "removed_later", chinese) == "removed_later"
    assert kind_of(TAGS).text(TAGS, ["new", "in_use"], chinese) == "新建、使用中"
    assert kind_of(FLAG).text(FLAG, True, english) == "Yes"
    assert kind_of(FLAG).text(FLAG, False, chinese) == "否"


def test_options_are_completed_with_label_color_and_roles() -> None:
    options = STATE.options["options"]

    assert options["in_use"]["color"] == "green"
    assert options["in_use"]["pick"] == ("clerk",)
    assert options["new"]["color"] == "secondary"
    assert str(options["gone"]["label"]) == "已註銷"
    assert options["gone"]["hidden"] is True


def test_few_required_options_stand_side_by_side() -> None:
    assert kind_of(STATE).look(make("choice", required=True)).widget == "segmented"
    assert kind_of(STATE).look(STATE).widget == "select"
