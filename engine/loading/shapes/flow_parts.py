"""The bricks of the schema of flows: people, lengths of time, fields, a word or a map."""

from __future__ import annotations

from engine.loading.people_words import PATTERN
from engine.loading.shapes.parts import Schema

TIME_UNITS = ("minutes", "hours", "days", "workdays", "workhours")


def identifier(doc: str) -> Schema:
    """Describe a name that others refer to."""
    return {
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]{0,49}$",
        "format": "name",
        "description": doc,
    }


def people(doc: str) -> Schema:
    """Describe one way of naming people, or a list of them."""
    one = {"type": "string", "pattern": PATTERN, "format": "people"}
    return {
        **one,
        "type": ["string", "array"],
        "items": one,
        "minItems": 1,
        "uniqueItems": True,
        "description": doc,
    }


def duration(doc: str) -> Schema:
    """Describe a length of time."""
    units = "|".join(f"{unit[:-1]}s?" for unit in TIME_UNITS)
    return {
        "type": "string",
        "pattern": f"^[1-9][0-9]{{0,4}} ({units})$",
        "format": "duration",
        "description": f"{doc} A number and minutes, hours, days, workdays or workhours.",
    }


def fields(doc: str, default: str = "") -> Schema:
    """Describe a list of fields, or all, or none."""
    return {
        **_words("all", "none"),
        "type": ["string", "array"],
        "items": {"type": "string", "minLength": 1},
        "uniqueItems": True,
        "description": doc,
        **({"default": default} if default else {}),
    }


def word_or_names(doc: str, *words: str) -> Schema:
    """Describe one of a few words, or a list of names; the first word is the default."""
    return {
        **_words(*words),
        "type": ["string", "array"],
        "items": {"type": "string", "minLength": 1},
        "minItems": 1,
        "uniqueItems": True,
        "description": doc,
        "default": words[0],
    }


def word_or(inner: Schema, doc: str, *words: str, default: str = "") -> Schema:
    """Describe one of a few words, or a map."""
    return {
        **inner,
        **_words(*words),
        "type": ["string", "object"],
        "description": doc,
        **({"default": default} if default else {}),
    }


def _words(*words: str) -> Schema:
    return {"pattern": f"^({'|'.join(words)})$", "examples": list(words)}


def exactly_one(schema: Schema, *keys: str) -> Schema:
    """Let a map have one of some keys and not two; where a text may stand, it may."""
    maps = [{"type": "object", "required": [key]} for key in keys]
    return {**schema, "oneOf": [{"type": "string"}, *maps]}
