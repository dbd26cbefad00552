from __future__ import annotations

from typing import Any

import pytest

from engine.fieldtypes import InvalidValue
from engine.fieldtypes.file import FileType
from tests.fieldtypes.field_samples import kind_of, make, parse

ROOM = make("link")
ANY = make("any_link")
FILE = make("file")
FILES = make("file", multiple=True)
LINES = make("lines", min=1, max=2)


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (ROOM, "12", 12),
        (ROOM, "１２", 12),
        (ROOM, 12, 12),
        (ROOM, 12.0, 12),
        (ROOM, {"id": 12, "title": "3-1-502"}, 12),
        (ROOM, "", None),
        (ROOM, {"id": None}, None),
        (ANY, "room:12", ("room", 12)),
        (ANY, {"entity": "owner", "id": "7"}, ("owner", 7)),
        (ANY, ["room", 12], ("room", 12)),
        (ANY, ("room", 12), ("room", 12)),
        (ANY, "", None),
        (ANY, {"entity": "", "id": ""}, None),
        (FILE, "5", 5),
        (FILE, {"id": 5, "name": "a.pdf"}, 5),
        (FILES, [3, "5", 3], [3, 5]),
        (FILES, "3,5", [3, 5]),
        (FILES, [{"id": 3}], [3]),
        (FILES, 3, [3]),
        (FILES, [], None),
        (FILES, "", None),
        (LINES, [{"qty": "1"}], [{"qty": "1"}]),
        (LINES, None, None),
    ],
)
def test_link_and_file_are_read_as_ids(field: Any, raw: Any, value: Any) -> None:
    assert parse(field, raw) == value


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        (ROOM, 0),
        (ROOM, -1),
        (ROOM, 1.5),
        (ROOM, float("nan")),
        (ROOM, True),
        (ROOM, "3-1-502"),
        (ROOM, 2**63),
        (ROOM, 10**4000),
        (ROOM, [1]),
        (make("link", to="user"), 2**31),
        (ANY, "car:12"),
        (ANY, "room:"),
        (ANY, {"entity": ["room"], "id": 1}),
        (ANY, 12),
        (ANY, ["room"]),
        (FILE, [5]),
        (FILES, [0]),
        (LINES, []),
        (LINES, [{}, {}, {}]),
        (LINES, "x"),
        (LINES, [1]),
    ],
)
def test_what_is_no_id_is_refused(field: Any, raw: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(field, raw)


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("a.exe", 5, "Only files of these types"),
        ("a", 5, "Only files of these types"),
        ("a.pdf.html", 5, "Only files of these types"),
        ("a.pdf", 0, "empty"),
        ("a.pdf", 21 * 1024 * 1024, "not be larger than 20 MB"),
    ],
)
def test_upload_that_is_not_accepted_is_refused(name: str, size: int, message: str) -> None:
    kind = kind_of(FILE)
    assert isinstance(kind, FileType)

    with pytest.raises(InvalidValue, match=message):
        kind.check_upload(FILE, name, size)


def test_upload_with_an_accepted_ending_is_taken() -> None:
    kind = kind_of(FILE)
    assert isinstance(kind, FileType)

    kind.check_upload(FILE, "合同.PDF", 5)
