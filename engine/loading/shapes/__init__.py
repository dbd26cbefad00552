"""The shape of the YAML: JSON Schemas that checks and editors share."""

from engine.loading.shapes.field import COMMON, field_schema
from engine.loading.shapes.manifest import MANIFEST_SCHEMA
from engine.loading.shapes.module import MODULE_SCHEMA

__all__ = ["COMMON", "MANIFEST_SCHEMA", "MODULE_SCHEMA", "field_schema"]
