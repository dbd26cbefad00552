"""JSON Schemas for editors: the checks' own, with the fields of each type spelt out."""

from __future__ import annotations

import copy
from typing import Any

import engine.fieldtypes  # noqa: F401  -- importing it registers the built-in types
from engine.fieldtypes.base import field_types
from engine.loading.shapes import (
    ANY_NODE,
    FLOW_SCHEMA,
    MANIFEST_SCHEMA,
    MODULE_SCHEMA,
    NODES,
    field_schema,
)


def json_schema() -> dict[str, dict[str, Any]]:
    """Return the schemas by file name, of the manifest, a module and a flow.

    Field types of plugins are in it once the plugins are imported.
    """
    return {
        "manifest.schema.json": copy.deepcopy(MANIFEST_SCHEMA),
        "module.schema.json": _module_schema(),
        "flow.schema.json": _flow_schema(),
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


def _flow_schema() -> dict[str, Any]:
    schema: dict[str, Any] = _with_nodes(FLOW_SCHEMA)
    schema["$defs"] = {kind: _with_nodes(node) for kind, node in NODES.items()}
    kinds = list(NODES)
    schema["$defs"]["node"] = {
        **ANY_NODE,
        "anyOf": [{"required": [kind]} for kind in kinds],
        "allOf": [_when_first_is(kind, kinds[:i]) for i, kind in enumerate(kinds)],
    }
    return schema


def _with_nodes(value: Any) -> Any:
    """Return a copy in which entries of `steps` are of any kind, spelt out once."""
    if value is ANY_NODE:
        return {"$ref": "#/$defs/node"}
    if isinstance(value, dict):
        return {key: _with_nodes(inner) for key, inner in value.items()}
    return [_with_nodes(one) for one in value] if isinstance(value, list) else value


def _when_first_is(kind: str, before: list[str]) -> dict[str, Any]:
    none_before = {"not": {"anyOf": [{"required": [one]} for one in before]}} if before else {}
    return {"if": {"required": [kind], **none_before}, "then": {"$ref": f"#/$defs/{kind}"}}


def _when_type_is(name: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
        "then": {"$ref": f"#/$defs/{name}_field"},
    }
