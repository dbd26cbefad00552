"""What a type wrote it reads again, unchanged."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.fieldtypes import Format, InvalidValue, field_types
from engine.metadata import Field
from tests.fieldtypes.field_samples import OPTIONS, kind_of, make, parse

_LINE = st.text(st.characters(categories=["L", "Nd", "P", "Zs"]), max_size=30)
_TAGS = ["<p>", "</p>", "<b>", "</b>", "<a href='https://a.cn'>", "</a>", "<td>", "<li>", "<br>"]
_WORDS = ["甲", "&", "<", "&lt;b&gt;", " ", "<script>", "</script>", "<table>"]
_HTML = st.lists(st.sampled_from(_TAGS + _WORDS), max_size=12).map("".join)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _LINE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_LINE, inner, max_size=3),
    max_leaves=6,
)
_MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
_LANDLINE = st.from_regex(r"0755[2-9][0-9]{6,7}(-[0-9]{1,6})?", fullmatch=True)
_IDS = st.integers(1, 2**63 - 1)
_KEYS = st.sampled_from(list(OPTIONS))


def _decimals(places: int, digits: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-(10**digits) + 1, 10**digits - 1).map(lambda n: Decimal(n).scaleb(-places))


# A field of each type with values as people may give them; those that are refused are no values.
CASES: dict[str, tuple[Field, st.SearchStrategy[Any]]] = {
    "text": (make("text"), _LINE),
    "long_text": (make("long_text"), st.lists(_LINE | st.sampled_from("\t\n\r")).map("".join)),
    "rich_text": (make("rich_text"), _HTML),
    "integer": (make("integer", unit="戶"), st.integers(-(10**15) + 1, 10**15 - 1)),
    "decimal": (make("decimal", unit="㎡", scale=3), _decimals(3, 14)),
    "money": (make("money"), _decimals(2, 16)),
    "percent": (make("percent"), _decimals(2, 9)),
    "boolean": (make("boolean"), st.booleans()),
    "choice": (make("choice"), _KEYS),
    "multi_choice": (make("multi_choice"), st.sets(_KEYS)),
    "date": (make("date"), st.dates(date(1900, 1, 1), date(2199, 12, 31))),
    "time": (make("time"), st.times()),
    "datetime": (
        make("datetime"),
        st.datetimes(
            datetime.fromisoformat("1995-01-01"),
            datetime.fromisoformat("2199-12-30"),
            timezones=st.sampled_from([ZoneInfo("UTC"), ZoneInfo("Asia/Shanghai")]),
        ),
    ),
    "duration": (make("duration"), st.integers(0, 10**8 - 1)),
    "link": (make("link"), _IDS),
    "any_link": (make("any_link"), st.tuples(st.sampled_from(["room", "owner"]), _IDS)),
    "lines": (make("lines"), st.lists(st.dictionaries(_LINE, _LINE, max_size=2), max_size=3)),
    "file": (make("file", multiple=True), st.lists(_IDS, max_size=3)),
    "image": (make("image"), _IDS),
    "signature": (make("signature"), _IDS),
    "phone": (make("phone"), _MOBILE | _LANDLINE),
    "email": (make("email"), st.from_regex(r"[a-zA-Z0-9_]{1,9}@[a-z]{1,9}\.cn", fullmatch=True)),
    "url": (make("url"), st.from_regex(r"(https://)?[a-z]{1,9}\.cn(/[a-z?=&]*)?", fullmatch=True)),
    "id_number": (make("id_number"), st.from_regex(r"[A-Z][0-9]{8}", fullmatch=True)),
    "series": (make("series"), _LINE),
    "color": (make("color"), st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)),
    "json": (make("json"), st.dictionaries(_LINE, _JSON, max_size=3) | st.lists(_JSON, max_size=3)),
}
# Titles of links, names of files and the source of a rich text are not in what a reader sees.
_READABLE = sorted(CASES.keys() - {"lines", "file", "image", "signature", "rich_text"})


def test_every_type_has_a_case() -> None:
    assert CASES.keys() == field_types().keys()


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_wire_form_is_read_back_unchanged(name: str, data: st.DataObject) -> None:
    field, values = CASES[name]
    value = parse(field, data.draw(values))

    wire = json.loads(json.dumps(kind_of(field).to_wire(field, value)))

    assert parse(field, wire) == value
    assert parse(field, value) == value


@pytest.mark.parametrize("name", _READABLE)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), language=st.sampled_from(["zh_Hant", "zh_Hans", "en"]))
def test_text_for_people_is_read_back_unchanged(
    name: str, data: st.DataObject, language: str
) -> None:
    field, values = CASES[name]
    value = parse(field, data.draw(values))

    assert parse(field, kind_of(field).text(field, value, Format(language=language))) == value


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"lines"}))
@settings(max_examples=25, deadline=None)
@given(data=st.data(), zone=st.sampled_from(["Asia/Shanghai", "UTC", "Asia/Kathmandu"]))
def test_form_input_is_read_back_unchanged(name: str, data: st.DataObject, zone: str) -> None:
    field, values = CASES[name]
    style = Format(time_zone=zone)
    value = parse(field, data.draw(values))

    given_back = kind_of(field).input_text(field, value, style)

    assert kind_of(field).parse(field, given_back, style) == value


@settings(max_examples=300, deadline=None)
@given(raw=st.text(max_size=20) | st.floats() | st.integers() | st.binary() | _JSON)
def test_no_input_breaks_a_type_but_by_a_refusal(raw: Any) -> None:
    for field, _ in CASES.values():
        try:
            value = parse(field, raw)
        except InvalidValue:
            continue
        kind_of(field).text(field, value, Format())


def test_time_loses_what_is_below_a_second() -> None:
    assert parse(make("time"), time(1, 2, 3, 4)) == time(1, 2, 3)
