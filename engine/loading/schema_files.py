"""JSON Schemas for editors: the checks' own, with the fields of each type spelt out."""

from __future__ import annotations

import copy
from typing import Any

import engine.fieldtypes  # noqa: F401  -- importing it registers the built-in types
from engine.fieldtypes.base import field_types
from engine.loading.shapes import MANIFEST_SCHEMA, MODULE_SCHEMA, field_schema


def json_schema() -> dict[str, dict[str, Any]]:
    """Return the schemas by file name: manifest.schema.json and module.schema.json.

    Field types of plugins are in it once the plugins are imported.
    """
    return {
        "manifest.schema.json": copy.deepcopy(MANIFEST_SCHEMA),
        "module.schema.json": _module_schema(),
    }


def _module_schema() -> dict[str, Any]:
    schema = copy.deepcopy(MODULE_SCHEMA)
    entity = schema["properties"]["entities"]["additionalProperties"]["properties"]
    button = entity["buttons"]["additionalProperties"]["properties"]
    entity["fields"]["additionalProperties"] = {"$ref": "#/$defs/field"}
    button["ask"]["additionalProperties"] = {"$ref": "#/$defs/field"}
    kinds = sorted(field_types().items())
    schema["$defs"] = {f"{name}_field": field_schema(kind) for name, kind in kinds}
    schema["$defs"]["field"] = {
        "title": "a field",
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": [name for name, _ in kinds]}},
        "allOf": [_when_type_is(name) for name, _ in kinds],
    }
    return schema


def _when_type_is(name: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
        "then": {"$ref": f"#/$defs/{name}_field"},
    }
