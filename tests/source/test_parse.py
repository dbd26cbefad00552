from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.diagnostics import Place
from engine.source import Document, decode, load_document, parse


def document(text: str) -> Document:
    found, findings = parse(text, "a.yaml")
    assert findings == []
    assert found is not None
    return found


def test_only_true_and_false_are_yes_or_no() -> None:
    value = document("[true, false, yes, no, on, off, True, FALSE]").value

    assert value == [True, False, "yes", "no", "on", "off", "True", "FALSE"]


def test_numbers_never_pass_through_binary_floats() -> None:
    value = document("[0.1, 7, -3, 1234567890.123456789]").value

    assert value == [Decimal("0.1"), 7, -3, Decimal("1234567890.123456789")]
    assert isinstance(value[0], Decimal)


def test_dates_codes_and_exponents_stay_text() -> None:
    words = "[2024-01-31, 007, 1e3, 0x1F, 1_000, 12:30, .5, +1, 1234567890123456789012]"

    assert document(words).value == words.strip("[]").split(", ")


def test_empty_and_null_and_tilde_are_no_value() -> None:
    assert document("a:\nb: null\nc: ~\nd: ''\n").value == {
        "a": None,
        "b": None,
        "c": None,
        "d": "",
    }


def test_keys_are_always_text() -> None:
    assert document("1: a\ntrue: b\nno: c\n").value == {"1": "a", "true": "b", "no": "c"}


def test_places_count_characters_after_chinese_text() -> None:
    found = document("房間: {樓宇: 一號樓, 樓層: 三}\n")

    assert found.place(("房間", "樓層"), key=True) == Place("a.yaml", 1, 15)
    assert found.place(("房間", "樓層")) == Place("a.yaml", 1, 19)


def test_places_of_block_and_flow_and_many_lines() -> None:
    found = document("a:\n  - x\n  - {b: 1,\n     c: [2, 3]}\nd: |\n  long\n  text\n")

    assert found.place(("a", 0)) == Place("a.yaml", 2, 5)
    assert found.place(("a", 1, "c")) == Place("a.yaml", 4, 9)
    assert found.place(("a", 1, "c", 1)) == Place("a.yaml", 4, 13)
    assert found.place(("d",)) == Place("a.yaml", 5, 4)
    assert found.value["d"] == "long\ntext\n"


def test_what_is_not_written_has_the_place_around_it() -> None:
    found = document("a:\n  b: 1\n")

    assert found.place(("a", "missing", "deeper")) == Place("a.yaml", 1, 1)
    assert not found.has(("a", "missing"))


@pytest.mark.parametrize(
    ("text", "column", "countable"),
    [
        ("a: x > 1\n", 4, True),
        ("a: 'x > 1'\n", 5, True),
        ('a: "x > 1"\n', 5, True),
        ("a: 'it''s'\n", 4, False),
        ('a: "x\\t1"\n', 4, False),
        ("a: |\n  x > 1\n", 4, False),
        ("a: x\n  > 1\n", 4, False),
    ],
)
def test_offsets_may_be_added_to_a_text_on_one_line(
    text: str, column: int, countable: bool
) -> None:
    assert document(text).text_place(("a",)) == (Place("a.yaml", 1, column), countable)


def test_duplicate_key_names_both_places_and_the_first_counts() -> None:
    found, findings = parse("a: 1\nb: 2\na: 3\n", file="models.yaml")

    assert [str(d.at) for d in findings] == ["models.yaml:3:1"]
    assert "models.yaml:1:1" in findings[0].hint
    assert found is not None
    assert found.value == {"a": 1, "b": 2}


def test_an_empty_file_has_no_value() -> None:
    assert document("").value is None
    assert document("# only a remark\n").value is None


def test_windows_line_ends_and_a_byte_order_mark_are_taken() -> None:
    text, findings = decode(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "a.yaml")

    assert findings == []
    assert text is not None
    assert document(text).place(("b",)) == Place("a.yaml", 2, 4)


def test_bytes_that_are_no_utf8_are_named_by_place() -> None:
    text, findings = decode("a: 1\nb: 房".encode() + b"\xff", "a.yaml")

    assert text is None
    assert (findings[0].code, str(findings[0].at)) == ("not-utf8", "a.yaml:2:5")


def test_a_file_is_named_relative_to_the_root(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / "a.yaml"
    path.write_text("a: 1\n")

    found, _ = load_document(path, tmp_path)

    assert found is not None
    assert found.place(("a",)) == Place("models/a.yaml", 1, 4)


def test_walk_visits_every_value() -> None:
    visited = {path: value for path, _, value in document("a: {b: [1, 2]}\n").walk()}

    assert visited == {
        ("a",): {"b": [1, 2]},
        ("a", "b"): [1, 2],
        ("a", "b", 0): 1,
        ("a", "b", 1): 2,
    }
