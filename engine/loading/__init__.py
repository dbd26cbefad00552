"""From text to a Catalog, or to everything that is wrong with it."""

from engine.loading.explaining import explain
from engine.loading.pinned import load_flow
from engine.loading.pipeline import catalog_from_texts, check_files, check_project, load_catalog
from engine.loading.schema_files import json_schema
from engine.loading.scopes import EntityScope

__all__ = [
    "EntityScope",
    "catalog_from_texts",
    "check_files",
    "check_project",
    "explain",
    "json_schema",
    "load_catalog",
    "load_flow",
]
