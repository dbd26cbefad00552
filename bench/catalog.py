"""From text to a catalog, and what a property of the shape costs."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Result, median_ms
from bench.world import texts
from engine.loading import catalog_from_texts


def results() -> Iterator[Result]:
    """Measure 200 entities of 20 fields, text to ready."""
    seconds = median_ms(lambda: catalog_from_texts(texts()), 3) / 1000
    yield Result("catalog of 200 entities, text to ready", seconds, None, 1.5, "s")
