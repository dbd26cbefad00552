from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.fieldtypes import Format, InvalidValue
from engine.fieldtypes.reading import read_line, read_text
from tests.fieldtypes.field_samples import kind_of, make, parse

LINE = make("text")
NOTE = make("long_text")
RICH = make("rich_text")
PHONE = make("phone")
EMAIL = make("email")
ID = make("id_number")
RESIDENT = make("id_number", kind="resident")
COMPANY = make("id_number", kind="company")


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (LINE, "  陳大文\u3000", "陳大文"),
        (LINE, "\ufeffＡ座１０１\u200b", "A座101"),
        (LINE, "（三期）", "（三期）"),
        (LINE, 101, "101"),
        (LINE, 101.0, "101"),
        (LINE, 1.5, "1.5"),
        (LINE, Decimal("2"), "2"),
        (LINE, " ", None),
        (make("text", case="upper"), "粤b12345", "粤B12345"),
        (make("text", case="lower"), "AbC", "abc"),
        (make("text", pattern="[0-9]{3}"), "１２３", "123"),
        (NOTE, " a\r\nb\rc ", "a\nb\nc"),
        (NOTE, "\t\n", None),
        (RICH, "<p>好</p><script>alert(1)</script>", "<p>好</p>"),
        (RICH, "<p onclick='x()' style='color:red'>好</p>", "<p>好</p>"),
        (RICH, "<p><br></p>", None),
        (RICH, "&nbsp;", None),
    ],
)
def test_text_is_trimmed_and_cleaned(field: Any, raw: Any, value: Any) -> None:
    assert parse(field, raw) == value


def test_link_that_runs_a_script_is_dropped() -> None:
    assert "javascript" not in parse(RICH, "<a href='javascript:alert(1)'>好</a>")
    assert "data:" not in parse(RICH, "<p>好<img src='data:image/png;base64,AA'></p>")


def test_misnested_tags_have_settled() -> None:
    once = parse(RICH, "<li>&<table><li>甲")

    assert parse(RICH, once) == once


def test_rich_text_reads_as_plain_lines() -> None:
    html = "<h2>通知</h2><p>甲 &amp; 乙<br>丙</p><ul><li>一</li><li>二</li></ul>"

    assert kind_of(RICH).text(RICH, html, Format()) == "通知\n甲 & 乙\n丙\n一\n二"


@pytest.mark.parametrize(
    ("field", "raw", "message"),
    [
        (LINE, "a\tb", "one line"),
        (LINE, "a\nb", "one line"),
        (LINE, "a\x00b", "cannot be printed"),
        (LINE, "a\x1bb", "cannot be printed"),
        (LINE, "a\u202eb", "cannot be printed"),
        (LINE, "a\ud800b", "cannot be printed"),
        (NOTE, "a\x00b", "cannot be printed"),
        (LINE, "x" * 256, "at most 255 characters; there are 256"),
        (make("text", min_length=3), "ab", "at least 3 characters; there are 2"),
        (make("text", pattern="[0-9]{3}"), "12", "form asked for"),
        (make("text", pattern="[0-9]{3}", example="123"), "12", "look like 123"),
        (LINE, ["a"], "Enter a text"),
        (LINE, True, "Enter a text"),
        (LINE, 10**4000, "Enter a text"),
        (LINE, float("nan"), "Enter a text"),
        (LINE, 1e17, "Format the column as text"),
        (RICH, 5, "Enter a text"),
    ],
)
def test_bad_text_is_refused_in_plain_words(field: Any, raw: Any, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        parse(field, raw)


@pytest.mark.parametrize(
    ("raw", "value", "text"),
    [
        ("138 1234 5678", "13812345678", "13812345678"),
        ("１３８-１２３４-５６７８", "13812345678", "13812345678"),
        ("+86 138 1234 5678", "13812345678", "13812345678"),
        ("0086-13812345678", "13812345678", "13812345678"),
        ("8613812345678", "13812345678", "13812345678"),
        (13812345678, "13812345678", "13812345678"),
        (13812345678.0, "13812345678", "13812345678"),
        ("020-12345678", None, ""),
        ("020-22345678", "02022345678", "020-22345678"),
        ("(0755) 8234-5678", "075582345678", "0755-82345678"),
        ("+86 20 22345678", "02022345678", "020-22345678"),
        ("020-22345678-801", "02022345678-801", "020-22345678-801"),
        ("020-22345678 轉 801", "02022345678-801", "020-22345678-801"),
        ("020-22345678 ext. 801", "02022345678-801", "020-22345678-801"),
        ("020-2234-5678", "02022345678", "020-22345678"),
        ("2234-5678", "22345678", "22345678"),
        ("400-800-1234", "4008001234", "4008001234"),
        ("95588", "95588", "95588"),
        ("+852 2345 6789", "+85223456789", "+85223456789"),
        ("00852 23456789", "+85223456789", "+85223456789"),
    ],
)
def test_phone_is_kept_as_digits(raw: Any, value: Any, text: str) -> None:
    if value is None:
        with pytest.raises(InvalidValue):
            parse(PHONE, raw)
        return
    assert parse(PHONE, raw) == value
    assert kind_of(PHONE).text(PHONE, value, Format()) == text


@pytest.mark.parametrize(
    "raw", ["12", "138123456789", "12812345678", "abc", "+1", "138123456", "-"]
)
def test_what_is_no_phone_is_refused(raw: str) -> None:
    with pytest.raises(InvalidValue, match="telephone"):
        parse(PHONE, raw)


def test_mail_address_is_kept_in_small_letters() -> None:
    assert parse(EMAIL, " Chan.TaiMan@Example.COM ") == "chan.taiman@example.com"
    assert parse(EMAIL, "ａ＠b.cn") == "a@b.cn"


@pytest.mark.parametrize("raw", ["a", "a@b", "@b.cn", "a@@b.cn", "a.@b.cn", "a@b..cn", "a@-b.cn"])
def test_what_is_no_mail_address_is_refused(raw: str) -> None:
    with pytest.raises(InvalidValue, match="mail address"):
        parse(EMAIL, raw)


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (RESIDENT, "11010519491231002x", "11010519491231002X"),
        (RESIDENT, "440524 18800101 0014", "440524188001010014"),
        (ID, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        (ID, "E12345678", "E12345678"),
        (ID, "A123456(3)", "A1234563"),
        (ID, "91350100M000100Y43", "91350100M000100Y43"),
        (COMPANY, "91350100m000100y43", "91350100M000100Y43"),
        (make("id_number", kind="passport"), "e12345678", "E12345678"),
    ],
)
def test_identity_number_is_checked_and_kept_in_capitals(field: Any, raw: Any, value: str) -> None:
    assert parse(field, raw) == value


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        (RESIDENT, "110105194912310021"),
        (RESIDENT, "11010519491331002X"),
        (RESIDENT, "E12345678"),
        (RESIDENT, "110105491231002"),
        (ID, "110105194912310021"),
        (ID, "陳大文"),
        (ID, "ABCDEF"),
        (COMPANY, "91350100M000100Y44"),
        (ID, 1.1010519491231e17),
    ],
)
def test_mistyped_identity_number_is_refused(field: Any, raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(field, raw)


@pytest.mark.parametrize(
    ("raw", "value"), [("#1F6FEB", "#1f6feb"), ("1f6feb", "#1f6feb"), ("#fff", "#ffffff")]
)
def test_color_has_one_spelling(raw: str, value: str) -> None:
    assert parse(make("color"), raw) == value


@pytest.mark.parametrize("raw", ["red", "#12", "#1234567", "url(x)"])
def test_what_is_no_color_is_refused(raw: str) -> None:
    with pytest.raises(InvalidValue):
        parse(make("color"), raw)


def test_web_address_gets_its_scheme_and_runs_no_script() -> None:
    field = make("url")

    assert parse(field, "example.com/a?b=1") == "https://example.com/a?b=1"
    for raw in ("javascript:alert(1)", "javascript://x.cn/%0aalert(1)", "file:///etc", "x"):
        with pytest.raises(InvalidValue):
            parse(field, raw)


def test_json_takes_maps_and_lists_the_database_can_keep() -> None:
    field = make("json")

    assert parse(field, '{"a": [1, null]}') == {"a": [1, None]}
    for raw in ('"a"', "5", "{", {"a": float("nan")}, {"a": "\x00"}, {"a": "\ud800"}, {"a": {1}}):
        with pytest.raises(InvalidValue):
            parse(field, raw)


class _Looked(str):
    """A text of another class is looked at sign by sign; a plain one may be taken as it is."""

    __slots__ = ()


SIGNS = st.one_of(st.characters(), st.sampled_from(" \t\n\u3000\u200b\x00\u202e"))


@given(text=st.text(SIGNS, max_size=8))
@pytest.mark.parametrize("read", [read_text, read_line])
def test_a_text_taken_as_it_is_is_what_looking_would_have_given(
    read: Callable[[object], str | None], text: str
) -> None:
    def outcome(raw: str) -> object:
        try:
            return read(raw)
        except InvalidValue as wrong:
            return wrong.message

    assert outcome(text) == outcome(_Looked(text))
