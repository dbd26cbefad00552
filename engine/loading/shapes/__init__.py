"""The shape of the YAML: JSON Schemas that checks and editors share."""

from engine.loading.shapes.field import COMMON, field_schema
from engine.loading.shapes.flow_nodes import ANY_NODE, NODES
from engine.loading.shapes.flows import FLOW_SCHEMA
from engine.loading.shapes.manifest import MANIFEST_SCHEMA
from engine.loading.shapes.module import MODULE_SCHEMA

__all__ = [
    "ANY_NODE",
    "COMMON",
    "FLOW_SCHEMA",
    "MANIFEST_SCHEMA",
    "MODULE_SCHEMA",
    "NODES",
    "field_schema",
]
