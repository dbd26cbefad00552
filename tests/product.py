"""The product's own metadata, read once in each process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.loading import load_catalog
from engine.metadata import Catalog
from engine.storage.tables import Tables, tables_of

ROOT = Path(__file__).parents[1]


@cache
def product() -> Catalog:
    """Return the catalog of models.yaml."""
    return load_catalog(ROOT)


@cache
def product_tables() -> Tables:
    """Return its tables."""
    return tables_of(product())
