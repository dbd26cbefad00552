"""The operations of the API's description."""

from __future__ import annotations

from typing import Any

from engine.access import readable_fields, revealable_fields
from engine.fieldtypes import field_type
from engine.metadata import Button, Entity
from engine.records import Workspace, is_allowed
from engine.web.api.describing import answers, body, get, if_match, key, number, query, ref

Json = dict[str, Any]
_LIST = (
    ("where", "a filter in the expression language, e.g. state == 'vacant' and area > 90"),
    ("q", "words in the search fields, in any spelling"),
    ("view", "a filter the module ships, by name"),
    ("columns", "paths separated by commas; all readable fields by default"),
    ("sort", "paths separated by commas, - first for descending"),
    ("page", "the page, from 1"),
    ("size", "records a page, at most 500"),
    ("after", "the `next` of the page before: goes on from there, however deep"),
    ("count", "false: do not count"),
    ("totals", "number fields to sum over all that match"),
)


def common_paths() -> Json:
    """Return the operations that belong to no entity."""
    entity = {"name": {"type": "string"}, "label": {"type": "string"}}
    items = {"type": "array", "items": {"type": "object", "properties": entity}}
    names = {"entity": {"type": "string"}, "field": {"type": "string"}}
    content = {"type": "string", "contentMediaType": "application/octet-stream"}
    form = {
        "type": "object",
        "properties": {**names, "file": content},
        "required": ["entity", "field", "file"],
    }
    kept = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
    bytes_ = {"description": "the file", "content": {"*/*": {"schema": content}}}
    return {
        "/": {"get": get("entities", {"type": "object", "properties": {"items": items}})},
        "/files": {
            "post": {
                "operationId": "files.create",
                "parameters": [key()],
                "requestBody": {
                    "required": True,
                    "content": {"multipart/form-data": {"schema": form}},
                },
                "responses": answers(kept, "201"),
            }
        },
        "/files/{file_id}": {
            "parameters": [number("file_id")],
            "get": {
                "operationId": "files.get",
                "responses": {**answers({}), "200": bytes_},
            },
        },
    }


def paths_of(work: Workspace, entity: Entity) -> Json:
    """Return what the caller may do with an entity."""
    name = entity.name
    paths: Json = {
        f"/{name}/": _many(work, entity),
        f"/{name}/{{record_id}}": _one(work, entity),
    }
    shown = readable_fields(work.catalog, work.actor, name)
    for field in entity.fields.values():
        if field.type in ("link", "any_link") and field.name in shown:
            paths[f"/{name}/lookup/{field.name}"] = {"get": _look_up(name, field.name)}
    if entity.comments and not entity.part_of:
        paths[f"/{name}/{{record_id}}/comments"] = _comments(work, entity)
    for field_name in sorted(revealable_fields(work.catalog, work.actor, name)):
        path = f"/{name}/{{record_id}}/reveal/{field_name}"
        paths[path] = _reveal(name, field_name)
    if _writes(work, entity, "change") and is_allowed(work, name, "bulk"):
        paths[f"/{name}/bulk"] = {"post": _bulk(name)}
    for button in entity.buttons.values():
        if is_allowed(work, name, button.name):
            paths[f"/{name}/button/{button.name}"] = {"post": _press(work, name, button)}
    return paths


def _writes(work: Workspace, entity: Entity, action: str) -> bool:
    by_people = entity.written_by == "people" and not entity.part_of
    return by_people and is_allowed(work, entity.name, action)


def _many(work: Workspace, entity: Entity) -> Json:
    name = entity.name
    listing = get(f"{name}.list", ref(f"{name}.page"))
    found: Json = {"get": {**listing, "parameters": [query(n, text) for n, text in _LIST]}}
    if _writes(work, entity, "create"):
        found["post"] = {
            "operationId": f"{name}.create",
            "parameters": [key()],
            "requestBody": body(ref(f"{name}.sent")),
            "responses": answers(ref(name), "201"),
        }
    return found


def _one(work: Workspace, entity: Entity) -> Json:
    name = entity.name
    found: Json = {"parameters": [number("record_id")], "get": get(f"{name}.get", ref(name))}
    if _writes(work, entity, "change"):
        found["patch"] = {
            "operationId": f"{name}.change",
            "parameters": [key(), if_match()],
            "requestBody": body(ref(f"{name}.sent")),
            "responses": answers(ref(name)),
        }
    if _writes(work, entity, "delete") and entity.delete != "never":
        found["delete"] = {
            "operationId": f"{name}.delete",
            "parameters": [key(), if_match()],
            "responses": answers(
                {"type": "object", "properties": {"deleted": {"type": "integer"}}}
            ),
        }
    return found


def _look_up(name: str, field: str) -> Json:
    one = {
        "value": {"type": "integer"},
        "text": {"type": "string"},
        "sub": {"type": "string"},
    }
    items = {"type": "array", "items": {"type": "object", "properties": one}}
    schema = {"type": "object", "properties": {"items": items, "more": {"type": "boolean"}}}
    words = query("q", "words in its name")
    kind = query("entity", "of which entity, when there are several")
    return {**get(f"{name}.lookup.{field}", schema), "parameters": [words, kind]}


def _comments(work: Workspace, entity: Entity) -> Json:
    one = {"id": {"type": "integer"}, **{n: {"type": "string"} for n in ("text", "by", "at")}}
    items = {"type": "array", "items": {"type": "object", "properties": one}}
    name = entity.name
    found: Json = {
        "parameters": [number("record_id")],
        "get": get(f"{name}.comments", {"type": "object", "properties": {"items": items}}),
    }
    if is_allowed(work, name, "comment"):
        sent = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
        found["post"] = {
            "operationId": f"{name}.comment",
            "parameters": [key()],
            "requestBody": body(sent),
            "responses": answers(ref("Done"), "201"),
        }
    return found


def _reveal(name: str, field: str) -> Json:
    schema = {"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]}
    return {
        "parameters": [number("record_id")],
        "post": {**get(f"{name}.reveal.{field}", schema), "summary": "it is noted who asked"},
    }


def _bulk(name: str) -> Json:
    properties = {
        "ids": {"type": "array", "items": {"type": "integer"}},
        "values": ref(f"{name}.sent"),
        "preview": {"type": "boolean", "description": "only say what would happen"},
    }
    sent = {"type": "object", "properties": properties, "required": ["ids", "values"]}
    return {
        "operationId": f"{name}.bulk",
        "parameters": [key()],
        "requestBody": body(sent),
        "responses": answers(ref("Outcome")),
    }


def _press(work: Workspace, name: str, button: Button) -> Json:
    ask = {n: dict(field_type(f.type).openapi(f)) for n, f in button.ask.items()}
    ids = {"type": "array", "items": {"type": "integer"}}
    required = [n for n, f in button.ask.items() if f.required]
    asked = {"type": "object", "properties": ask, "required": required}
    sent: Json = {"ids": ids, "ask": asked}
    if button.preview:
        sent["preview"] = {"type": "boolean", "description": "only say what it would do"}
    return {
        "operationId": f"{name}.button.{button.name}",
        "summary": button.label.in_(work.language),
        "parameters": [key()],
        "requestBody": body({"type": "object", "properties": sent}),
        "responses": answers(ref("Done")),
    }
