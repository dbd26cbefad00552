"""Files made to harm: each is refused with a sentence, and quickly."""

from __future__ import annotations

import io
import re
import struct
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import text

from engine.exchange.importing import archive
from engine.exchange.importing.archive import check_archive
from engine.exchange.importing.keeping import bad_rows, problem_of_json
from engine.exchange.importing.limits import MOST_BYTES
from engine.exchange.importing.runs import begin, choose, find_import, run, suggest
from engine.exchange.importing.workbook import open_workbook
from engine.extension import Invalid
from tests.exchange.books import HEAD, line, xlsx


def altered(data: bytes, change: Callable[[str], str]) -> bytes:
    """Return a workbook with the XML of its first sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            content = old.read(entry.filename)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = change(content.decode()).encode()
            new.writestr(entry.filename, content)
    return out.getvalue()


def first_sheet(data: bytes, name: str) -> list[list[Any]]:
    book = open_workbook(data, name)
    return book.rows(book.sheets[0])


def refused_quickly(data: bytes, name: str = "rooms.xlsx") -> str:
    start = time.process_time()  # of this process, however busy the machine is
    with pytest.raises(Invalid) as caught:
        first_sheet(data, name)
    assert time.process_time() - start < 5
    return str(caught.value)


def test_formulas_are_read_as_their_kept_results_and_never_run(work, files, connection) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(HEAD)
    sheet.append(line("1-0101"))
    sheet["D2"] = "=1+1"
    sheet["C2"] = '=HYPERLINK("http://evil.example","x")'
    out = io.BytesIO()
    book.save(out)
    kept = altered(
        out.getvalue(), lambda xml: re.sub(r"<f>1\+1</f><v ?/>", "<f>1+1</f><v>77</v>", xml)
    )
    mine = work()
    one = find_import(mine, files, begin(mine, files, "room", kept, "rooms.xlsx"))
    plan, table, _ = suggest(one)
    done = run(choose(one, plan), "commit")

    assert "evil" not in str(table.rows)
    assert done.row.options["counts"]["error"] == 1  # the number that was never worked out
    assert connection.scalar(text("select count(*) from room")) == 0


def test_a_text_that_looks_like_a_formula_is_kept_as_the_text_it_is(
    work, files, connection
) -> None:
    mine = work()
    data = "樓盤,樓宇,房號\nN1,1棟,'=cmd|' /C calc'!A0\n".encode()
    one = find_import(mine, files, begin(mine, files, "room", data, "rooms.csv"))
    run(choose(one, suggest(one)[0]), "commit")

    assert connection.scalar(text("select full_no from room")) == "=cmd|' /C calc'!A0"


@pytest.fixture
def small_limit(monkeypatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED_BYTES", 10_000_000)


@pytest.mark.usefixtures("small_limit")
def test_a_zip_bomb_is_refused() -> None:
    bomb = altered(
        xlsx([HEAD]), lambda xml: xml.replace("<sheetData>", "<sheetData>" + " " * 12_000_000)
    )

    assert "too large" in refused_quickly(bomb)


@pytest.mark.usefixtures("small_limit")
def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    bomb = bytearray(
        altered(
            xlsx([HEAD]), lambda xml: xml.replace("<sheetData>", "<sheetData>" + " " * 12_000_000)
        )
    )
    # the stated size of every entry, in both places where a zip states it
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = bomb.find(signature)
        while at >= 0:
            struct.pack_into("<I", bomb, at + offset, 1_000)
            at = bomb.find(signature, at + 4)

    assert "too large" in refused_quickly(bytes(bomb))


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="2"><c r="XFD2"><v>1</v></c></row>',
        '<row r="2"><c  r = "A1048576" ><v>1</v></c></row>',
        "<row r='2'><c r='ZZ2'><v>1</v></c></row>",
        '<row r="999999"><c><v>1</v></c></row>',
        '<row r="2"><c r="xfd2"><v>1</v></c></row>',
    ],
)
def test_a_cell_far_away_does_not_take_all_memory(far: str) -> None:
    data = altered(xlsx([HEAD]), lambda xml: xml.replace("</sheetData>", far + "</sheetData>"))

    assert "more than" in refused_quickly(data)


def test_ten_thousand_columns_are_refused() -> None:
    assert "columns" in refused_quickly(xlsx([["x"] * 10_000]))
    assert "columns" in refused_quickly(",".join(["x"] * 10_000).encode(), "a.csv")


def test_a_file_that_is_too_large_is_refused() -> None:
    assert "20 MB" in refused_quickly(b"a,b\n" * (MOST_BYTES // 4 + 1), "a.csv")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x7fELF\x02\x01\x01\x00binary", "rooms.csv"),
        (b"%PDF-1.7", "rooms.xlsx"),
        (b"PK\x03\x04 broken", "rooms.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "rooms.xls"),
        (b"<html><body>x</body></html>", "rooms.xlsx"),
        (b"a,b\n", "rooms.exe"),
        (b"a,b\n", "rooms"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, name: str) -> None:
    assert refused_quickly(data, name)


def test_another_kind_of_zip_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<x/>")
    with pytest.raises(Invalid, match="no workbook"):
        check_archive(out.getvalue())


def test_an_archive_whose_entries_overlap_by_name_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("xl/workbook.xml", "<x/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(Invalid):
        check_archive(out.getvalue())


def test_an_entity_in_the_xml_is_not_expanded() -> None:
    attack = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    data = altered(
        xlsx([["=x"], ["y"]]),
        lambda xml: re.sub(r"(<worksheet)", attack + r"\1", xml, count=1),
    )
    try:
        book = open_workbook(data, "a.xlsx")
        rows = book.rows(book.sheets[0])
    except Invalid:
        return
    assert "aaaaaaaaaa" not in str(rows)


def test_numbers_beyond_all_bounds_are_named_and_not_written(work, files, connection) -> None:
    rows = [HEAD, line("A", area=1e308), line("B", area="9" * 400), line("C", area=-1), line("D")]
    mine = work()
    one = find_import(mine, files, begin(mine, files, "room", xlsx(rows), "rooms.xlsx"))
    done = run(choose(one, suggest(one)[0]), "commit")

    assert connection.scalars(text("select full_no from room")).all() == ["D"]
    assert [r.number for r in bad_rows(mine, done.id)] == [2, 3, 4]
    assert all(str(problem_of_json(p)) for r in bad_rows(mine, done.id) for p in r.problems)


def test_signs_no_one_can_print_are_named(work, files, connection) -> None:
    mine = work()
    data = "樓盤,樓宇,房號\nN1,1棟,A\u202eB\nN1,1棟,C\x07D\nN1,1棟,E\n".encode()
    one = find_import(mine, files, begin(mine, files, "room", data, "rooms.csv"))
    done = run(choose(one, suggest(one)[0]), "commit")

    assert done.row.options["counts"]["error"] == 2
    assert connection.scalars(text("select full_no from room")).all() == ["E"]


def test_a_link_to_a_record_of_another_office_by_its_number_is_unknown(
    work, files, connection
) -> None:
    rows = [HEAD, line("A", estate="#3", building="#31"), line("B", building=31)]
    mine = work()
    one = find_import(mine, files, begin(mine, files, "room", xlsx(rows), "rooms.xlsx"))
    run(choose(one, suggest(one)[0]), "commit")

    assert connection.scalar(text("select count(*) from room")) == 0


def test_values_keep_their_exact_decimals(work, files, connection) -> None:
    rows = [HEAD, line("A", area=0.1 + 0.2, inner="0.10"), line("B", area=88.005)]
    mine = work()
    one = find_import(mine, files, begin(mine, files, "room", xlsx(rows), "rooms.xlsx"))
    run(choose(one, suggest(one)[0]), "commit")

    assert connection.scalars(text("select built_area from room")).all() == [Decimal("0.30")]
