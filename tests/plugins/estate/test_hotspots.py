"""Hotspots of a plan."""

from __future__ import annotations

import pytest

from plugins.estate.hotspots import Hotspot, arrange, in_rows, read_hotspots, rectangle


def test_what_is_kept_is_read_back() -> None:
    spot = Hotspot("room", 7, rectangle(10, 20, 30, 40))

    assert read_hotspots([spot.to_json()]) == [spot]
    assert spot.centre == (25, 40)
    assert spot.outline == "10,20 40,20 40,60 10,60"


@pytest.mark.parametrize(
    "row",
    [
        "x",
        {"entity": "owner", "id": 1, "points": [[0, 0], [1, 0], [1, 1]]},
        {"entity": "room", "id": "1", "points": [[0, 0], [1, 0], [1, 1]]},
        {"entity": "room", "id": True, "points": [[0, 0], [1, 0], [1, 1]]},
        {"entity": "room", "id": 1, "points": [[0, 0], [1, 0]]},
        {"entity": "room", "id": 1, "points": [[0, 0], [1, 0], [1, 101]]},
        {"entity": "room", "id": 1, "points": [[0, 0], [1, 0], [1, float("nan")]]},
        {"entity": "room", "id": 1, "points": [[0, 0], [1, 0], '"><script>']},
        {"entity": "room", "id": 1, "points": 5},
    ],
)
def test_a_hotspot_that_makes_no_sense_is_left_out(row: object) -> None:
    assert read_hotspots([row]) == []


def test_no_hotspots_are_no_error() -> None:
    assert read_hotspots(None) == []
    assert read_hotspots({"a": 1}) == []


def test_an_arranged_plan_keeps_every_record_within_the_picture() -> None:
    spots = arrange("room", [[1, 2, 3], [], [4]])

    assert [spot.record_id for spot in spots] == [1, 2, 3, 4]
    assert all(0 <= v <= 100 for spot in spots for point in spot.points for v in point)
    assert read_hotspots([spot.to_json() for spot in spots])[3].record_id == 4


def test_arranged_hotspots_do_not_overlap() -> None:
    left, right = arrange("room", [[1, 2]])

    assert max(x for x, _ in left.points) < min(x for x, _ in right.points)


@pytest.mark.parametrize(
    "numbers", [(-1, 0, 5, 5), (0, 0, 0, 5), (99, 0, 5, 5), (0, 0, float("nan"), 1)]
)
def test_a_rectangle_outside_of_the_picture_is_refused(numbers: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rectangle"):
        rectangle(*numbers)


def test_ids_are_cut_into_rows() -> None:
    assert in_rows([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
