"""Numbers of rooms: rules.md 13, W58 and W60."""

from __future__ import annotations

import pytest

from plugins.estate.numbering import (
    BadPattern,
    Place,
    SkipList,
    check_pattern,
    floor_and_room,
    floor_label,
    floors,
    letters,
    normal_form,
    room_number,
    room_numbers,
    search_key,
    stairwells,
)


@pytest.mark.parametrize(
    "pattern",
    [
        "{棟}-{單元}-{層:02}{室:02}",
        "{棟}-{單元}-{層:2}{室:2}",
        "{building}-{unit}-{floor:2}{room:2}",
    ],
)
def test_w58_building_3_unit_1_floor_5_room_2_is_3_1_0502(pattern: str) -> None:
    assert room_number(pattern, Place("3", "1", 5, 2)) == "3-1-0502"


def test_a_building_without_stairwells_loses_their_separator() -> None:
    assert room_number("{棟}-{單元}-{層:2}{室:2}", Place("A", "", 12, 3)) == "A-1203"


def test_the_first_basement_is_b1_whatever_the_width() -> None:
    assert room_number("{棟}-{單元}-{層:2}{室:2}", Place("3", "1", -1, 2)) == "3-1-B102"


def test_rooms_can_be_counted_in_letters() -> None:
    assert room_number("{棟}棟{層}{室:A}", Place("3", "", 21, 3)) == "3棟21C"
    assert [letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{棟}-{層}", "must contain"),
        ("{棟}-{房}", "no token"),
        ("{棟}-{室:x}", "no width"),
        ("{棟}-{室", "must contain"),
        ("{棟-{室}", "not closed"),
    ],
)
def test_a_pattern_that_makes_no_number_is_refused(pattern: str, said: str) -> None:
    with pytest.raises(BadPattern, match=said):
        check_pattern(pattern)


def test_w60_floors_minus_2_to_19_without_4_13_14_are_18() -> None:
    found = floors(-2, 19, SkipList("4, 13、14"))

    assert len(found) == 18
    assert found[:3] == [-2, -1, 1]
    assert 0 not in found


def test_a_skip_list_takes_ranges_endings_and_full_width_digits() -> None:
    assert floors(1, 24, SkipList("１３-14 *4")) == [
        n for n in range(1, 25) if n not in (4, 13, 14, 24)
    ]


def test_a_skipped_room_number_moves_the_next_ones_up() -> None:
    assert room_numbers(4, SkipList("4")) == [1, 2, 3, 5]


@pytest.mark.parametrize("text", ["4-", "a", "9-3", "1-99999", "**"])
def test_a_skip_list_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(BadPattern):
        SkipList(text)


def test_skipping_every_ending_is_refused_instead_of_running_forever() -> None:
    with pytest.raises(BadPattern, match="Every number"):
        room_numbers(1, SkipList("*0 *1 *2 *3 *4 *5 *6 *7 *8 *9"))


def test_floors_from_above_to_below_are_refused() -> None:
    with pytest.raises(BadPattern, match="lowest"):
        floors(5, 1, SkipList())


def test_there_is_no_label_for_floor_0() -> None:
    assert floor_label(-2) == "B2"
    assert floor_label(5) == "5F"
    with pytest.raises(ValueError, match="no floor 0"):
        floor_label(0)


@pytest.mark.parametrize(
    "text",
    [
        "3-1-502",
        "3-1-0502",
        "03-01-0502",
        "３－１－０５０２",
        "3棟1單元502",
        "3栋1单元502室",
        "3 棟 1 單元 502 室",
        "3號樓1單元0502",
        "3号楼1单元502",
        "三棟一單元502",
        "3棟1單元5層02室",
        "3栋1单元5层2室",
        " 3—1—502 ",
        "3/1/502",
        "3幢1門502",
    ],
)
def test_every_spelling_of_a_room_has_one_normal_form(text: str) -> None:
    assert normal_form(text) == "3-1-502"


def test_normal_forms_of_different_rooms_differ() -> None:
    rooms = ["3-1-502", "31-502", "3-15-02", "3-1-B102", "A座1201", "12棟1單元502", "二十一棟502"]

    assert len({normal_form(room) for room in rooms}) == len(rooms)
    assert normal_form("二十一棟502") == "21-502"
    assert normal_form("a座1201") == "A-1201"


def test_the_search_key_holds_the_spellings_people_type() -> None:
    key = search_key("3-1-0502", building="3", unit="1")

    for typed in ("3-1-502", "3-1-0502", "3棟1單元502", "3栋1单元502", "3號樓1單元502"):
        assert typed in key
    assert len(search_key("9" * 300, building="3")) <= 200


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0502", (5, "02")),
        ("9棟1單元1204室", (12, "04")),
        ("B102", (-1, "02")),
        ("12", None),
        ("001", None),
        ("物業倉", None),
    ],
)
def test_floor_and_number_are_read_off_a_rooms_number(
    text: str, found: tuple[int, str] | None
) -> None:
    assert floor_and_room(text) == found


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("1-3", ("1", "2", "3")),
        ("１－２", ("1", "2")),
        ("1，2、4-5", ("1", "2", "4", "5")),
        ("A, B, A", ("A", "B")),
        (" ", ()),
    ],
)
def test_stairwells_are_listed_as_people_write_them(typed: str, wanted: tuple[str, ...]) -> None:
    assert stairwells(typed) == wanted


@pytest.mark.parametrize("typed", ["3-1", "1-900"])
def test_a_range_of_stairwells_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(BadPattern, match="runs backwards or is too long"):
        stairwells(typed)
