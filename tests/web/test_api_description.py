"""The OpenAPI document: well formed, and true."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.web.bazaar_app import Bazaar
from tests.web.test_api_records import PNG

# What OpenAPI 3.1 asks of the parts this document uses.
_SCHEMA = {"type": ["object", "boolean"]}
_MEDIA = {"type": "object", "additionalProperties": {"properties": {"schema": _SCHEMA}}}
_PARAMETER = {
    "type": "object",
    "required": ["name", "in", "schema"],
    "properties": {"in": {"enum": ["query", "path", "header"]}, "schema": _SCHEMA},
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
}
_OPERATION = {
    "type": "object",
    "required": ["operationId", "responses"],
    "properties": {
        "parameters": {"type": "array", "items": _PARAMETER},
        "requestBody": {"required": ["content"], "properties": {"content": _MEDIA}},
        "responses": {
            "minProperties": 1,
            "propertyNames": {"pattern": "^[1-5][0-9][0-9]$"},
            "additionalProperties": {
                "required": ["description"],
                "properties": {"content": _MEDIA},
            },
        },
    },
    "additionalProperties": True,
}
_DOCUMENT = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "properties": {
        "openapi": {"pattern": r"^3\.1\.\d+$"},
        "info": {"required": ["title", "version"]},
        "servers": {"type": "array", "items": {"required": ["url"]}},
        "security": {"type": "array", "items": {"type": "object"}},
        "paths": {
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "properties": {
                    "parameters": {"type": "array", "items": _PARAMETER},
                    **dict.fromkeys(("get", "post", "patch", "delete"), _OPERATION),
                },
                "additionalProperties": False,
            },
        },
        "components": {
            "properties": {
                "schemas": {"propertyNames": {"pattern": r"^[a-zA-Z0-9._-]+$"}},
                "securitySchemes": {"additionalProperties": {"required": ["type"]}},
            }
        },
    },
}


@pytest.fixture(params=["root", "cora", "vic", "gus"])
def login(request: pytest.FixtureRequest) -> str:
    return request.param


def describe(shop: Bazaar, login: str) -> dict[str, Any]:
    return shop.caller(login)("GET", "/openapi.json").json


def schemas(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        for key, value in found.items():
            if key == "schema":
                yield value
            yield from schemas(value)
    elif isinstance(found, list):
        for value in found:
            yield from schemas(value)


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if isinstance(found.get("$ref"), str):
            yield found["$ref"]
        for value in found.values():
            yield from references(value)
    elif isinstance(found, list):
        for value in found:
            yield from references(value)


def test_the_document_is_well_formed(shop: Bazaar, login: str) -> None:
    found = describe(shop, login)

    jsonschema.validate(found, _DOCUMENT)
    for schema in (*schemas(found["paths"]), *found["components"]["schemas"].values()):
        Draft202012Validator.check_schema(schema)
    for reference in references(found):
        assert reference.rsplit("/", 1)[1] in found["components"]["schemas"]
    names = [
        o["operationId"]
        for path in found["paths"].values()
        for m, o in path.items()
        if m != "parameters"
    ]
    assert len(names) == len(set(names))
    for path, operations in found["paths"].items():
        named = {p["name"] for p in operations.get("parameters", ())}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_it_offers_only_what_its_reader_may_do(shop: Bazaar) -> None:
    admin, viewer, guest = (describe(shop, n) for n in ("root", "vic", "gus"))

    assert "post" in admin["paths"]["/customer/"]
    assert "post" not in viewer["paths"]["/customer/"]
    assert "/order/button/post" not in viewer["paths"]
    assert "/customer/" not in guest["paths"]
    assert "secret" in admin["components"]["schemas"]["customer"]["properties"]
    assert "secret" not in str(viewer["paths"])
    assert "secret" not in viewer["components"]["schemas"]["customer"]["properties"]
    assert "secret" not in viewer["components"]["schemas"]["customer.sent"]["properties"]
    assert "post" not in admin["paths"]["/order_line/"]  # lines are written with their order


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    resource = Resource(contents=document, specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", resource)
    return Draft202012Validator(absolute(schema), registry=registry)


def absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            k: f"urn:api{v}" if k == "$ref" and v.startswith("#") else absolute(v)
            for k, v in schema.items()
        }
    return [absolute(one) for one in schema] if isinstance(schema, list) else schema


BODIES: dict[str, Any] = {
    "customer.create": {"name": "From the document", "unit": 2},
    "vip.create": {"phone": "13700137000"},
    "order.create": {"customer": "{customer}", "lines": [{"item": "x", "price": "2"}]},
    "org_unit.create": {"name": "New unit", "code": "N", "parent": 1},
    "thing.create": {"name": "Thing", "tags": ["a"], "color_of": "red", "count": 3},
    "order.button.post": {"ids": ["{order}"], "ask": {"why": "so"}},
    "order.button.recount": {"ids": []},
    "order.button.clear_out": {"ids": [], "ask": {"unit": 2}},
}


def test_each_operation_answers_as_it_is_described(shop: Bazaar) -> None:
    ask = shop.caller("root")
    document = describe(shop, "root")
    made = Made(shop)
    wrong = []
    called = set()
    for path, operations in sorted(document["paths"].items(), key=in_order):
        for method in ("post", "get", "patch", "delete"):
            operation = operations.get(method)
            if operation is None:
                continue
            entity = path.split("/")[1]
            kept = made.ids.get(entity)
            if method == "delete":
                made.again(entity)  # what is deleted is nobody else's
            answer = call(ask, made, method, path, operation)
            made.ids[entity] = kept
            called.add(operation["operationId"])
            described = operation["responses"].get(str(answer.status_code))
            if described is None or answer.status_code >= 400:
                wrong.append((operation["operationId"], answer.status_code, answer.text[:300]))
                continue
            schema = described["content"].get("application/json", {}).get("schema")
            if schema is not None:
                wrong += [
                    (operation["operationId"], error.json_path, error.message[:200])
                    for error in validator(document, schema).iter_errors(answer.json)
                ]

    assert wrong == []
    assert len(called) > 40


def in_order(pair: tuple[str, Any]) -> tuple[int, str]:
    """Press «ready» before «post», and touch single records last."""
    path = pair[0]
    return ("{record_id}" in path) + 2 * path.endswith("}"), path.replace("/post", "/zpost")


class Made:
    """Records to call operations on."""

    def __init__(self, shop: Bazaar) -> None:
        self.ask = shop.caller("root")
        self.ids: dict[str, Any] = {}
        for entity in ("customer", "vip", "order", "thing"):
            self.again(entity)
        self.ids["org_unit"] = 2
        line = self.ask("GET", f"/order/{self.ids['order']}").json["lines"][0]
        self.ids["order_line"] = line["id"]
        thing = self.ask.create("thing", name="with parts", parts=[{"name": "p"}])
        self.ids["part"] = thing["parts"][0]["id"]
        self.ask("PATCH", f"/vip/{self.ids['vip']}", {"note": "yes"})
        with shop.engine.begin() as connection:
            from tests.web.bazaar import tables

            table = tables().table("ledger")
            kept = connection.execute(table.insert().values(text="one").returning(table.c.id))
            self.ids["ledger"] = kept.scalar_one()

    def again(self, entity: str) -> None:
        body = self.filled(BODIES[f"{entity}.create"])
        self.ids[entity] = self.ask.create(entity, **body)["id"]

    def filled(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {k: self.filled(v) for k, v in body.items()}
        if isinstance(body, list):
            return [self.filled(v) for v in body]
        if isinstance(body, str) and body.startswith("{"):
            return self.ids[body[1:-1]]
        return body


def call(ask: Any, made: Made, method: str, path: str, operation: dict[str, Any]) -> Any:
    entity = path.split("/")[1]
    if path == "/files":
        form = {"entity": "customer", "field": "portrait", "file": (io.BytesIO(PNG), "a.png")}
        answer = ask("POST", path, data=form)
        made.ids["file"] = answer.json["id"]
        return answer
    if path.endswith("{file_id}"):
        return ask("GET", f"/files/{made.ids['file']}")
    address = path.replace("{record_id}", str(made.ids.get(entity, 0)))
    if "/lookup/about" in path:
        kind = "customer" if entity == "order" else "thing"
        address += f"?entity={kind}"
    return ask(method.upper(), address, body_of(made, entity, method, operation))


def body_of(made: Made, entity: str, method: str, operation: dict[str, Any]) -> Any:
    name = operation["operationId"]
    if name in BODIES:
        return made.filled(BODIES[name])
    if name.endswith(".bulk"):
        return {"ids": [made.ids[entity]], "values": {}, "preview": True} | (
            {"values": {"name": "bulk"}} if entity not in ("order", "vip") else
            {"values": {"note": "yes"}}
        )  # fmt: skip
    if ".button." in name:
        return {"ids": [made.ids[entity]]}
    if name.endswith(".comment"):
        return {"text": "hello"}
    return {} if method in ("patch", "post") else None
