"""Hotspots of a plan: polygons over a picture, in percent of its width and height.

Kept in `plan_image.hotspots` as a list of
`{"entity": "room" | "building", "id": 12, "points": [[x, y], …]}`, x and y from 0 to 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]

_ENTITIES = ("room", "building")
_GAP = 0.8  # percent of the picture between two neighbours laid out by hand of the machine
_MOST_POINTS = 60
_MOST_HOTSPOTS = 2000


@dataclass(frozen=True, slots=True)
class Hotspot:
    """One place of a picture that leads to a record."""

    entity: str  # 'room' or 'building'
    record_id: int
    points: tuple[Point, ...]  # percent

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        points = [[round(x, 2), round(y, 2)] for x, y in self.points]
        return {"entity": self.entity, "id": self.record_id, "points": points}

    @property
    def centre(self) -> Point:
        """Where its label stands."""
        xs, ys = zip(*self.points, strict=True)
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2

    @property
    def outline(self) -> str:
        """Return the `points` of an SVG polygon."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


def read_hotspots(kept: Any) -> list[Hotspot]:
    """Read what is kept; what is not understood is left out, so that a plan still opens."""
    rows = kept if isinstance(kept, list) else []
    return [spot for row in rows[:_MOST_HOTSPOTS] if (spot := _read(row)) is not None]


def _read(row: Any) -> Hotspot | None:
    if not isinstance(row, dict) or row.get("entity") not in _ENTITIES:
        return None
    record_id, points = row.get("id"), row.get("points")
    if type(record_id) is not int or not isinstance(points, list):
        return None
    if not 3 <= len(points) <= _MOST_POINTS or not all(map(_is_point, points)):
        return None
    return Hotspot(row["entity"], record_id, tuple((float(x), float(y)) for x, y in points))


def _is_point(point: Any) -> bool:
    if not isinstance(point, (list, tuple)) or len(point) != 2:
        return False
    return all(type(v) in (int, float) and 0 <= v <= 100 for v in point)


def rectangle(x: float, y: float, width: float, height: float) -> tuple[Point, ...]:
    """Return the corners of a rectangle.

    Raises:
        ValueError: it does not lie within the picture.
    """
    numbers = (x, y, width, height)
    if not all(math.isfinite(v) for v in numbers) or min(x, y) < 0 or min(width, height) <= 0:
        raise ValueError(f"no rectangle within the picture: {numbers!r}")
    if x + width > 100 or y + height > 100:
        raise ValueError(f"the rectangle reaches out of the picture: {numbers!r}")
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def arrange(entity: str, rows: Sequence[Sequence[int]]) -> list[Hotspot]:
    """Lay records out in rows from the top, each row as wide as the picture.

    `rows` are ids; an elevation gives one row per floor, the highest first.
    """
    return list(_arranged(entity, [row for row in rows if row]))


def _arranged(entity: str, rows: Sequence[Sequence[int]]) -> Iterable[Hotspot]:
    height = 100 / max(1, len(rows))
    for line, row in enumerate(rows):
        width = 100 / len(row)
        gap_x, gap_y = min(_GAP, width / 4), min(_GAP, height / 4)
        for place, record_id in enumerate(row):
            corners = rectangle(
                place * width + gap_x / 2, line * height + gap_y / 2, width - gap_x, height - gap_y
            )
            yield Hotspot(entity, record_id, corners)


def in_rows(ids: Sequence[int], per_row: int) -> list[list[int]]:
    """Cut ids into rows of at most so many."""
    return [list(ids[i : i + per_row]) for i in range(0, len(ids), per_row)]
