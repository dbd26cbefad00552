"""Options that a schema allows and that make no sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.fieldtypes import field_types
from engine.fieldtypes.series_pattern import field_paths, period, rendered
from engine.metadata import Catalog, Field
from tests.fieldtypes.field_samples import catalog_of, findings, make


@pytest.mark.parametrize(
    ("field", "option", "words"),
    [
        (make("text", min_length=5, max_length=2), "min_length", "must not be above max_length 2"),
        (make("text", pattern="[0-9"), "pattern", "not a regular expression"),
        (make("text", pattern="[0-9]+", default="x"), "default", "cannot be taken"),
        (make("integer", min=5, max=2), "min", "must not be above max 2"),
        (make("money", min=0.001), "min", "more decimals than the field"),
        (make("decimal", precision=3, scale=3), "scale", "must be below precision 3"),
        (make("decimal", default="a"), "default", "cannot be taken"),
        (make("date", min="2026-02-30"), "min", "is not a day"),
        (make("date", min="2026-02-02", max="2026-02-01"), "min", "must not be after"),
        (make("choice", default="old"), "default", "cannot be taken"),
        (make("choice", options={"a": "甲", "b": "甲"}), "options", "the same label '甲'"),
        (make("multi_choice", default=["old"]), "default", "cannot be taken"),
        (make("link", on_delete="clear", required=True), "on_delete", "must not be cleared"),
        (make("link", to="user", on_delete="cascade"), "on_delete", "must not delete records"),
        (make("link", to="user", quick_create=True), "quick_create", "not made in a look-up"),
        (make("any_link", to=["user"]), "to", "must not lead to 'user'"),
        (make("lines", min=3, max=2), "min", "must not be above max 2"),
        (make("file", accept=["svg"]), "accept", "files of type 'svg' must not be taken"),
        (make("image", accept=["pdf"]), "accept", "not a picture"),
        (make("series", pattern="R-{yyyy}"), "pattern", "must have the number once"),
        (make("series", pattern="{n}{n:2}"), "pattern", "has it 2 times"),
        (make("series", pattern="{N:6}{n}"), "pattern", "'N:6' in the pattern is not understood"),
        (make("series", pattern="R{n}}"), "pattern", "is not understood"),
        (make("series", pattern="{n:6}", reset="year"), "pattern", "must show {yyyy}"),
        (make("series", pattern="{yy}{n:6}", reset="month"), "pattern", "must show {mm}"),
        (make("series", pattern="{n:6}", per="unit"), "pattern", "told apart by {unit}"),
        (make("series", pattern="{unit}{n:6}"), "pattern", "'thing' has no scope"),
        (make("series", pattern="{kind.code}{n:6}"), "pattern", "has no field 'kind'"),
    ],
)
def test_option_is_found_fault_with(field: Field, option: str, words: str) -> None:
    found = findings(field)

    assert found
    assert [one for one in found if one[0] == option and words in one[1]], found
    assert all(hint for _, _, hint in found)


@pytest.mark.parametrize("name", sorted(field_types().keys() - {"lines"}))
def test_sensible_field_has_no_finding(name: str) -> None:
    assert findings(make(name)) == []


def receipt(**given: Any) -> tuple[Field, Catalog]:
    lines = make("lines", "lines", of="line", **given)
    line = {
        "item": make("text", "item"),
        "receipt": make("link", "receipt", to="receipt"),
        "room": make("link", "room", to="room"),
    }
    return lines, catalog_of(receipt={"lines": lines}, line=line)


def test_lines_that_point_back_have_no_finding() -> None:
    assert findings(*receipt(by="receipt", columns=["item", "room"])) == []


@pytest.mark.parametrize(
    ("given", "option", "words"),
    [
        ({"by": "room"}, "by", "'room' is not a link of 'line' to 'receipt'"),
        ({"by": "item"}, "by", "'item' is not a link"),
        ({"by": "receipt", "columns": ["price"]}, "columns", "'price' is not a field of 'line'"),
        ({"by": "receipt", "columns": ["receipt"]}, "columns", "the same in every line"),
    ],
)
def test_lines_that_lead_nowhere_are_found(given: Any, option: str, words: str) -> None:
    (found,) = findings(*receipt(**given))

    assert found[0] == option
    assert words in found[1]


def test_dialog_has_no_lines_and_no_series() -> None:
    elsewhere = catalog_of(receipt_line={"a": make("text", "a")})

    for field in (make("lines"), make("series")):
        (found,) = findings(field, elsewhere)
        assert "not in a dialog" in found[1]


def test_series_may_show_the_unit_of_a_scoped_entity_and_its_links() -> None:
    pattern = "{room.code}-{unit}-{yy}{mm}-{n:4}"
    no = make("series", "no", pattern=pattern, reset="month", per="unit")
    catalog = catalog_of(
        receipt={"no": no, "room": make("link", "room", to="room")},
        room={"code": make("text", "code")},
    )
    scoped = replace(catalog.entity("receipt"), scope="room")
    catalog = replace(catalog, entities={**catalog.entities, "receipt": scoped})

    assert findings(no, catalog) == []


def test_series_pattern_is_filled_in() -> None:
    pattern = "R{unit}-{room.code}-{yyyy}{yy}{mm}{dd}-{n:6}"

    text = rendered(pattern, 42, date(2026, 1, 5), "GZ", {"room.code": "3-502"})

    assert text == "RGZ-3-502-2026260105-000042"
    assert field_paths(pattern) == ("room.code",)
    assert rendered("{n:2}", 1234, date(2026, 1, 5), "", {}) == "1234"


def test_series_counts_anew_in_each_period() -> None:
    day = date(2026, 1, 5)

    kinds = ("never", "year", "month", "day")
    assert [period(kind, day) for kind in kinds] == ["", "2026", "2026-01", "2026-01-05"]
