"""The parts that operations of the API's description are made of."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
REFUSALS = {
    "401": "no proof of who asks",
    "403": "the right is missing, or the record is closed",
    "404": "no such record, or not one the caller may see",
    "409": "somebody else was faster; carries the differences",
    "422": "values that cannot be taken, each with its field",
}


def ref(name: str) -> Json:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def query(name: str, text: str) -> Json:
    """Return an argument of the address."""
    return {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}


def number(name: str) -> Json:
    """Return a number in the path."""
    schema = {"type": "integer", "minimum": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def header(name: str, text: str) -> Json:
    """Return a header."""
    return {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}


def key() -> Json:
    """Return the header that makes two calls one."""
    return header("Idempotency-Key", "the same key again gets the first answer, and does nothing")


def if_match() -> Json:
    """Return the header with the version that was seen."""
    return header("If-Match", "the version that was seen; another one is refused with 409")


def get(operation: str, schema: Json) -> Json:
    """Return an operation that reads."""
    return {"operationId": operation, "responses": answers(schema)}


def answers(schema: Json, status: str = "200") -> Json:
    """Return what an operation answers: this, or a refusal."""
    refusal = {"application/json": {"schema": ref("Error")}}
    refusals = {code: {"description": t, "content": refusal} for code, t in REFUSALS.items()}
    done = {"description": "done", "content": {"application/json": {"schema": schema}}}
    return {status: done, **refusals}


def body(schema: Json) -> Json:
    """Return what is sent."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}
