from __future__ import annotations

import pytest

from engine.loading import explain
from tests.loading.projects import ESTATE, catalog


def _line(text: str) -> int:
    return next(i for i, line in enumerate(ESTATE.splitlines(), 1) if text in line)


def test_a_field_is_explained_key_by_key_with_its_places() -> None:
    rows = explain(catalog(), "room.area")

    assert [(key, str(value)) for key, value, _ in rows] == [
        ("room.area.type", "decimal"),
        ("room.area.scale", "2"),
        ("room.area.min", "0.01"),
        ("room.area.label", "建築面積"),
    ]
    assert str(rows[0][2]) == f"models/estate.yaml:{_line('area: {type')}:14"


def test_one_value_is_explained() -> None:
    rows = explain(catalog(), "room.title")

    assert [(key, value) for key, value, _ in rows] == [("room.title", "no")]


def test_the_manifest_and_modules_have_names_too() -> None:
    assert explain(catalog(), "manifest.roles.clerk.includes")[0][1] == ["staff"]
    assert explain(catalog(), "module.estate.icon")[0][1] == "building"


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"room\.nope"):
        explain(catalog(), "room.nope")
