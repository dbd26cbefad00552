"""However a file is broken, loading says where, what and how to mend it, and stays whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.loading import check_files
from engine.source import TextFiles
from tests.loading.broken import WAYS
from tests.loading.projects import TEXTS

ROOT = Path(__file__).parents[2]
SMALL = {name: text.encode() for name, text in TEXTS.items()}
PRODUCT = {
    path.relative_to(ROOT).as_posix(): path.read_bytes()
    for path in (ROOT / "models.yaml", *sorted((ROOT / "models").glob("*.yaml")))
} | {
    path.relative_to(ROOT).as_posix(): path.read_bytes()
    for path in sorted((ROOT / "reports").glob("*.typ"))
}
# Words of the machine room, which no configurator should have to know.
_INSIDE = re.compile(r"NoneType|KeyError|Traceback|<class|object at 0x|\bdict\b")


def _examine(files: Mapping[str, bytes]) -> None:
    catalog, found = check_files(TextFiles(files), ROOT)

    assert (catalog is None) == any(one.is_error for one in found)
    assert found == sorted(found)
    for one in found:
        lines = files[one.at.file].decode(errors="replace").splitlines()
        assert 1 <= one.at.line <= len(lines) + 2
        assert one.at.column >= 1
        assert one.message
        assert one.hint, one
        assert not _INSIDE.search(one.message + one.hint), one


def _break_one(data: st.DataObject, files: Mapping[str, bytes], way: str) -> dict[str, bytes]:
    name = data.draw(st.sampled_from([name for name in files if name.endswith(".yaml")]))
    raw = WAYS[way](data, files[name])
    if data.draw(st.booleans()):  # troubles come in pairs
        raw = WAYS[data.draw(st.sampled_from(sorted(WAYS)))](data, raw)
    return {**files, name: raw}


@pytest.mark.parametrize("way", sorted(WAYS))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_broken_file_is_explained(way: str, data: st.DataObject) -> None:
    _examine(_break_one(data, SMALL, way))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_broken_file_of_the_product_is_explained(data: st.DataObject) -> None:
    _examine(_break_one(data, PRODUCT, data.draw(st.sampled_from(sorted(WAYS)))))


def test_each_broken_file_is_named_at_once() -> None:
    broken = {name: raw + b"nope: 1\n" for name, raw in SMALL.items()}
    _, found = check_files(TextFiles(broken))

    assert {(one.at.file, one.code) for one in found} == {(n, "unknown-key") for n in SMALL}
