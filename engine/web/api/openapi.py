"""OpenAPI 3.1 of what the caller may do, written from the catalog."""

from __future__ import annotations

from engine.access import changeable_fields, readable_fields
from engine.fieldtypes import field_type
from engine.metadata import Entity, Field
from engine.records import ENGINE_FIELDS, Workspace
from engine.web.api.flows.paths import flow_paths
from engine.web.api.openapi_paths import Json, common_paths, paths_of
from engine.web.api.wire import columns_for, entity_names


def describe(work: Workspace) -> Json:
    """Return the document."""
    paths = common_paths()
    schemas: Json = {"Error": _error(), "Link": _link(), "Outcome": _outcome(), "Done": _done()}
    for name in entity_names(work):
        entity = work.catalog.entity(name)
        schemas[name] = _record(work, entity)
        schemas[f"{name}.page"] = _page(name)
        schemas[f"{name}.sent"] = _sent(work, entity)
        paths |= paths_of(work, entity)
    paths |= flow_paths(work)
    return {
        "openapi": "3.1.0",
        "info": {"title": work.catalog.product.name.in_(work.language), "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"bearer": _bearer()}},
    }


def _bearer() -> Json:
    return {
        "type": "http",
        "scheme": "bearer",
        "description": "a JWT of POST /api/v1/security/login, or an API key",
    }


def _object(properties: Json, *required: str) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def _error() -> Json:
    problem = _object({n: {"type": "string"} for n in ("field", "code", "message")}, "message")
    details = {
        "status": {"type": "integer"},
        "message": {"type": "string"},
        "code": {"type": "string", "description": "what stands against a command, by name"},
        "problems": {"type": "array", "items": problem},
        "differences": {"type": "object", "description": "field: [what is stored, what was sent]"},
        "current_version": {"type": ["integer", "null"]},
        "number": {"type": "string", "description": "to be told to who runs the system"},
    }
    return _object({"error": _object(details, "status", "message")}, "error")


def _link() -> Json:
    properties = {"id": {"type": "integer"}, "title": {"type": ["string", "null"]}}
    return {"type": ["object", "null"], "properties": properties, "required": ["id"]}


def _outcome() -> Json:
    ids = {"type": "array", "items": {"type": "integer"}}
    problems = {"type": "object", "description": "record number: what is wrong with it"}
    return _object({"changed": ids, "unchanged": ids, "problems": problems}, "changed")


def _done() -> Json:
    file = _object({n: {"type": "string"} for n in ("name", "content_type", "base64")}, "base64")
    text = {"type": "string"}
    return _object({"message": text, "redirect": text, "file": file}, "message")


def _page(name: str) -> Json:
    properties = {
        "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
        "total": {"type": "integer", "description": "at most 10,000; not with `after`"},
        "total_is_exact": {"type": "boolean"},
        "totals": {"type": "object"},
        "has_more": {"type": "boolean"},
        "next": {"type": "string"},
    }
    return _object(properties, "items", "has_more", "next")


def _record(work: Workspace, entity: Entity) -> Json:
    number = {"type": "integer"}
    properties: Json = {"id": number, "version": number}
    for name in columns_for(work, entity):
        field = ENGINE_FIELDS.get(name) or entity.fields[name]
        properties[name] = shown_schema(field)
    for name in readable_fields(work.catalog, work.actor, entity.name):
        if entity.fields[name].type == "lines":
            properties[name] = {"type": "array", "items": {"type": "object"}}
    title = entity.label.in_(work.language)
    return {"title": title, **_object(properties, "id", "version")}


def shown_schema(field: Field) -> Json:
    """Return the schema of a field as records show it."""
    if field.type == "link":
        return {"$ref": "#/components/schemas/Link"}
    if field.mask:
        return {"type": ["string", "null"], "description": "covered for most"}
    return or_null(dict(field_type(field.type).openapi(field)))


def or_null(schema: Json) -> Json:
    """Return a schema that takes no value too."""
    kind = schema.get("type")
    if kind is None:
        return schema
    kinds = [kind] if isinstance(kind, str) else list(kind)
    wider = schema | {"type": [*kinds, *([] if "null" in kinds else ["null"])]}
    if "enum" in wider:
        wider["enum"] = [*wider["enum"], None]
    return wider


def _sent(work: Workspace, entity: Entity) -> Json:
    open_ = changeable_fields(work.catalog, work.actor, entity.name)
    properties = {
        n: _sent_schema(work, f)
        for n, f in entity.fields.items()
        if n in open_ and not field_type(f.type).read_only
    }
    properties["version"] = {"type": "integer", "description": "refuse if it is not this one"}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _sent_schema(work: Workspace, field: Field) -> Json:
    described = or_null(dict(field_type(field.type).openapi(field)))
    label = field.label.in_(work.language)
    if field.required:
        label += " (required)"
    return {**described, "description": label}
