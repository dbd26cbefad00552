"""Check the shape of every file, and of every field by its own type."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.diagnostics import did_you_mean
from engine.fieldtypes.base import FieldType, field_types
from engine.loading.findings import Findings
from engine.loading.shape_check import Shape
from engine.loading.shape_of_flow import check_flow_shape
from engine.loading.shapes import MANIFEST_SCHEMA, MODULE_SCHEMA, field_schema
from engine.loading.site import Site
from engine.source import Project


def check_shapes(project: Project, findings: Findings) -> None:
    """Report everything in the manifest, modules and flows that does not fit the schemas."""
    if project.manifest is not None:
        site = Site(project.manifest)
        findings.found += _manifest_shape().findings(site.value, site)
    for module in project.modules:
        site = Site(module)
        findings.found += _module_shape().findings(site.value, site)
        _check_fields(site, findings)
    for flow in project.flows:
        check_flow_shape(Site(flow), findings)


@lru_cache(maxsize=1)
def _manifest_shape() -> Shape:
    return Shape(MANIFEST_SCHEMA)


@lru_cache(maxsize=1)
def _module_shape() -> Shape:
    return Shape(MODULE_SCHEMA)


@lru_cache(maxsize=256)
def _field_shape(kind: FieldType) -> Shape:
    return Shape(field_schema(kind))


def _check_fields(site: Site, findings: Findings) -> None:
    for name, entity in _items(_get(site.value, "entities")):
        here = site.down("entities", name)
        _check_map(_get(entity, "fields"), here.down("fields"), findings)
        for button, one in _items(_get(entity, "buttons")):
            inner = here.down("buttons", button, "ask")
            _check_map(_get(one, "ask"), inner, findings)


def _check_map(fields: Any, site: Site, findings: Findings) -> None:
    for name, raw in _items(fields):
        here = site.down(name)
        kind = _get(raw, "type")
        if not isinstance(kind, str):
            continue  # reported with the module's shape
        found = field_types().get(kind)
        if found is None:
            message = f"there is no field type '{kind}'"
            hint = did_you_mean(kind, field_types())
            findings.report(here.at("type"), "unknown-type", message, hint)
        else:
            findings.found += _field_shape(found).findings(raw, here)


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []
