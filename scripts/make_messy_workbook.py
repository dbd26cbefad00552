"""Write examples/rooms_messy.xlsx: rooms as customers send them; the same file every time.

The rooms are those of buildings 9 and 10 of the demo company's 翠湖花園 (code CHHY), which have
stairwells and floors and no rooms yet. Two sheets, a building each: `9棟` and `10棟`.

Each sheet begins with a merged title in row 1, a merged remark in row 2, and the header in
row 3. The columns, left to right:

    序號        running number; numbers, sometimes text, sometimes left out
    樓盤        name of the estate, 翠湖花園
    樓棟        building: 9, 9棟, ９棟, 9號樓, 9# — and 12棟, which does not exist
    單元        stairwell: 1, 1單元, １
    層          floor: 5, 5層, 5F, full-width digits
    房號        number: 502, 0502, ５０２, 9-1-502, 9棟1單元502
    用途        住宅, sometimes 住 宅
    戶型        layout: 三室兩廳, 3室2廳, three signs that no dictionary has
    建築面積    ㎡: 118.62, '118.62㎡', '118.62 平方米', full-width digits
    套內面積    ㎡, in the same ways; sometimes more than the built area
    朝向        南, 南北, 南北通透, empty
    房態        未售, 已售, 已售未交
    業主姓名    owner's name, with blanks between the signs of two-sign names
    聯繫電話    phone; digits, with dashes or blanks, two numbers with a slash, as a float
    交付日期    date: as a date, '2026.10.1', '2026年10月1日', '20261001', a serial number
    備註        remarks

What is wrong on purpose, per sheet: blank rows, repeated header rows after every fifty rooms, two
duplicates of a room (one spelled in another way), rooms of an unknown building, an inner area
above the built area, an area that is no number, a floor 0, a subtotal row in the middle, a totals
row and a signature row at the end, hidden blanks and line breaks in cells.

Usage: python scripts/make_messy_workbook.py [file]
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

TARGET = Path(__file__).resolve().parent.parent / "examples" / "rooms_messy.xlsx"
SEED = 93
MADE = datetime(2026, 10, 8, 9, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
HEADER = (
    *("序號", "樓盤", "樓棟", "單元", "層", "房號", "用途", "戶型"),
    *("建築面積", "套內面積", "朝向", "房態", "業主姓名", "聯繫電話", "交付日期", "備註"),
)
AREAS = (
    ("118.62", "92.76", "三室兩廳"),
    ("89.35", "69.34", "兩室兩廳"),
    ("89.35", "69.34", "兩室兩廳"),
    ("141.20", "111.55", "四室兩廳"),
)
_WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
_NAMES = ("陳", "李", "張", "黃", "王", "林", "梁", "何")
_GIVEN = ("偉", "芳", "志強", "麗華", "建國", "曉彤", "嘉慧", "俊傑", "敏", "文斌")

Cells = list[Any]


def workbook() -> Workbook:
    """Return the workbook."""
    random = Random(SEED)
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for building in ("9", "10"):
        _fill(book.create_sheet(f"{building}棟"), building, random)
    book.properties.creator = "翠湖花園銷售部"
    book.properties.created = book.properties.modified = MADE
    return book


def _fill(sheet: Worksheet, building: str, random: Random) -> None:
    last = get_column_letter(len(HEADER))
    sheet.append([f"翠湖花園三期 {building} 棟 房屋明細表"])
    sheet.append([f"製表：銷售部　　製表日期：{MADE:%Y年%m月%d日}　　面積單位：㎡"])
    for row in (1, 2):
        sheet.merge_cells(f"A{row}:{last}{row}")
        sheet.cell(row, 1).alignment = Alignment(horizontal="center")
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    sheet.append(_header(random))
    for cells in _rows(building, random):
        sheet.append(cells)
    for number in range(1, len(HEADER) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 13
    sheet.freeze_panes = "A4"


def _header(random: Random) -> Cells:
    """Write the header as people do: with line breaks, blanks and units."""
    names: Cells = list(HEADER)
    names[8], names[9] = "建築面積\n(㎡)", "套內面積（㎡）"
    names[12] = " 業主姓名 " if random.random() < 0.5 else "業主\n姓名"
    return names


def _rows(building: str, random: Random) -> Iterator[Cells]:
    number = 0
    for unit in (1, 2):
        for floor in range(1, 19):
            for room in range(1, 5):
                number += 1
                cells = _room(building, unit, floor, room, number, random)
                yield _spoilt(cells, number)
                yield from _between(cells, building, number, random)
        yield ["", "", "小計", "", "", "", "", "", 72 * 109.63, "", "", "", "", "", "", ""]
    yield from _unknown_building(random)
    yield []
    yield ["合計", "", "", "", "", f"{number} 套", "", "", 15786.72, 12347.64, *[""] * 6]
    yield ["製表人：", "", "", "", "審核人：", "", "", "", "日期："]


def _between(cells: Cells, building: str, number: int, random: Random) -> Iterator[Cells]:
    """Yield what stands in the way of a machine after some of the rooms."""
    if number % 37 == 0:
        yield []
    if number % 50 == 0:
        yield _header(random)
    if number == 21:
        yield list(cells)  # the same row twice
    if number == 64:
        again = list(cells)
        again[5] = f"{building}棟{again[3]}{'' if '單元' in str(again[3]) else '單元'}1604"
        again[15] = "重複登記"
        yield again


def _spoilt(cells: Cells, number: int) -> Cells:
    """Put an error a person would make into a few rows."""
    if number == 12:
        cells[9] = "192.76"  # above the built area
    elif number == 33:
        cells[8] = "待測"
    elif number == 47:
        cells[4] = 0
    elif number == 58:
        cells[7] = "豪華大宅"
    elif number == 90:
        cells[5] = None
    elif number == 101:
        cells[14] = "2026-13-45"
    return cells


def _unknown_building(random: Random) -> Iterator[Cells]:
    for room in (1, 2, 3):
        yield _room("12", 1, 1, room, 900 + room, random)


def _room(building: str, unit: int, floor: int, room: int, number: int, random: Random) -> Cells:
    built, inner, layout = AREAS[room - 1]
    sold = random.random() < 0.7
    name = random.choice(_NAMES) + random.choice(_GIVEN) if sold else None
    return [
        _one_of(random, number, str(number), None),
        "翠湖花園" if random.random() < 0.9 else " 翠湖花園　",
        _one_of(random, building, f"{building}棟", _wide(f"{building}棟"), f"{building}號樓"),
        _one_of(random, unit, f"{unit}單元", _wide(str(unit))),
        _one_of(random, floor, f"{floor}層", f"{floor}F", _wide(str(floor))),
        _number(random, building, unit, floor, room),
        "住宅" if random.random() < 0.9 else "住 宅",
        layout if random.random() < 0.85 else layout.translate(str.maketrans("兩三四", "234")),
        _area(random, built),
        _area(random, inner),
        _one_of(random, "南", "南", "南北通透", None),
        "已售未交" if sold else "未售",
        _spaced(random, name) if name else None,
        _phone(random) if sold else None,
        _day(random) if sold and random.random() < 0.6 else None,
        "急需裝修" if random.random() < 0.04 else None,
    ]


def _one_of(random: Random, usual: Any, *others: Any) -> Any:
    return usual if random.random() < 0.6 else random.choice(others)


def _wide(text: str) -> str:
    return text.translate(_WIDE)


def _number(random: Random, building: str, unit: int, floor: int, room: int) -> Any:
    short = f"{floor}{room:02}"
    return _one_of(
        random,
        int(short),
        short,
        f"{floor:02}{room:02}",
        _wide(short),
        f"{building}-{unit}-{short}",
        f"{building}棟{unit}單元{short}",
    )


def _area(random: Random, text: str) -> Any:
    return _one_of(random, float(text), text, f"{text}㎡", f"{text} 平方米", _wide(text))


def _spaced(random: Random, name: str) -> str:
    return f"{name[0]}　{name[1]}" if len(name) == 2 and random.random() < 0.6 else name


def _phone(random: Random) -> Any:
    digits = f"154{random.randrange(10**8):08}"  # a prefix of no carrier
    return _one_of(
        random,
        digits,
        f"{digits[:3]}-{digits[3:7]}-{digits[7:]}",
        f"{digits[:3]} {digits[3:7]} {digits[7:]}",
        f"{digits}/154{random.randrange(10**8):08}",
        float(digits),
        _wide(digits),
    )


def _day(random: Random) -> Any:
    day = date(2026, 9, random.randrange(1, 31))
    written: tuple[Callable[[], Any], ...] = (
        lambda: f"{day.year}.{day.month}.{day.day}",
        lambda: f"{day.year}年{day.month}月{day.day}日",
        lambda: f"{day:%Y%m%d}",
        lambda: (day - date(1899, 12, 30)).days,  # a date whose cell lost its format
    )
    return day if random.random() < 0.5 else random.choice(written)()


def save(target: Path) -> None:
    """Write the file without the moment of writing, so that it is the same every time."""
    made = io.BytesIO()
    workbook().save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, date_time=MADE.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, _fixed(name, old.read(name)))


def _fixed(name: str, content: bytes) -> bytes:
    """Take openpyxl's own moment of saving out of the properties."""
    if name != "docProps/core.xml":
        return content
    head, mark, rest = content.partition(b'<dcterms:modified xsi:type="dcterms:W3CDTF">')
    return head + mark + f"{MADE:%Y-%m-%dT%H:%M:%SZ}".encode() + rest[rest.index(b"<") :]


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    chosen.parent.mkdir(exist_ok=True)
    save(chosen)
    print(chosen)
