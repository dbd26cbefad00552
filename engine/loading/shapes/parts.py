"""The bricks of the schemas. A `title` is the noun that messages use, with its article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]


def record(
    title: str, properties: Mapping[str, Schema], required: Sequence[str] = (), doc: str = ""
) -> Schema:
    """Describe a map with fixed keys; all others are refused."""
    schema: Schema = {
        "title": title,
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    if doc:
        schema["description"] = doc
    return schema


def named(title: str, each: Schema, doc: str) -> Schema:
    """Describe a map from free names to things of one kind."""
    return {"title": title, "type": "object", "additionalProperties": each, "description": doc}


def listing(each: Schema, doc: str) -> Schema:
    """Describe a list of things of one kind."""
    return {"type": "array", "items": each, "description": doc}


def names(doc: str) -> Schema:
    """Describe a list of names, none of them twice."""
    return {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "uniqueItems": True,
        "description": doc,
    }


def name(doc: str) -> Schema:
    """Describe one name or path."""
    return {"type": "string", "minLength": 1, "description": doc}


def word(doc: str, default: str = "") -> Schema:
    """Describe a short text."""
    return {"type": "string", "description": doc, **({"default": default} if default else {})}


def choice(doc: str, *allowed: str) -> Schema:
    """Describe one word of several; the first is the default."""
    return {"enum": list(allowed), "default": allowed[0], "description": doc}


def flag(doc: str, *, default: bool = False) -> Schema:
    """Describe a yes/no key."""
    return {"type": "boolean", "default": default, "description": doc}


def formula(doc: str) -> Schema:
    """Describe a formula; a bare number or true/false is one too."""
    return {
        "type": ["string", "number", "boolean"],
        "minLength": 1,
        "format": "formula",
        "description": doc,
    }


def label(doc: str = "What people read; a text, or a map by language.") -> Schema:
    """Describe a text in one or several languages."""
    return {
        "type": ["string", "object"],
        "title": "a label",
        "minLength": 1,
        "minProperties": 1,
        "additionalProperties": {"type": "string", "minLength": 1},
        "description": doc,
    }


EXTRA: Schema = {
    "type": "object",
    "description": "Anything a plugin or a template wants to read; the engine does not.",
}
ICON = word("A Tabler icon's name, such as 'building'.", "point")


def plain(value: Any) -> Any:
    """Return frozen maps and tuples as dict and list, as JSON and validators want them."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value
