"""One flow's text against a catalog that may be newer than it."""

from __future__ import annotations

import pytest

from engine.diagnostics import InvalidMetadata
from engine.expressions import Typed
from engine.loading import catalog_from_texts, load_flow
from tests.loading.flow_project import OFFICE, REDUCTION, TEXTS, catalog, changed


def test_an_older_text_is_loaded_beside_the_newer_one() -> None:
    newer = changed(REDUCTION, "amount <= 1000", "amount <= 2000")
    whole = catalog_from_texts(newer)
    flow = load_flow(TEXTS[REDUCTION], REDUCTION, whole)

    assert flow == catalog().flows["fee_reduction"]
    assert flow != whole.flows["fee_reduction"]
    assert flow.digest == catalog().flows["fee_reduction"].digest
    conditions = [
        b.when for n in flow.actions["submit"].nodes() for b in getattr(n, "branches", ())
    ]
    assert isinstance(next(c for c in conditions if c).typed, Typed)


def test_the_same_text_gives_the_catalogs_own_flow() -> None:
    whole = catalog()
    loaded = {name: load_flow(TEXTS[f.file], f.file, whole) for name, f in whole.flows.items()}

    assert loaded == dict(whole.flows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flow: [", "yaml-syntax"),
        ("just words", "wrong-type"),
        ("flow: fee_reduction\nfor: fee_reduction\n", "missing-key"),
        ("flow: fee_reduction\nfor: gone\nsteps: []\n", "unknown-entity"),
        ("flow: other\nfor: fee_reduction\nsteps: []\n", "flow-file"),
        (TEXTS[REDUCTION].replace("role:finance,", "role:gone,"), "unknown-role"),
    ],
)
def test_what_cannot_be_used_is_refused_whole(text: str, said: str) -> None:
    with pytest.raises(InvalidMetadata, match=said):
        load_flow(text, REDUCTION, catalog())


def test_a_field_that_is_gone_is_named() -> None:
    texts = {
        **changed(
            OFFICE, "reason: {type: long_text, label: 原因}", "why: {type: text, label: 原因}"
        )
    }
    texts[REDUCTION] = texts[REDUCTION].replace(", reason]", "]")

    with pytest.raises(InvalidMetadata, match="'fee_reduction' has no field 'reason'"):
        load_flow(TEXTS[REDUCTION], REDUCTION, catalog_from_texts(texts))
