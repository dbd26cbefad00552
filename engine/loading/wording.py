"""Values and rules in plain words."""

from __future__ import annotations

from typing import Any

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map of keys",
    "null": "empty",
}
_WRITTEN = {
    "string": "write 'one text', in quotes where it has signs of YAML in it",
    "integer": "write 12, without quotes",
    "number": "write 0.5, without quotes",
    "boolean": "write true or false",
    "array": "write [one, two], or one entry a line, each after '- '",
    "object": "write its keys below it, indented by two blanks, or {key: value}",
    "null": "leave it empty",
}
_FORM = "docs/reference says which form it has"
_RULES = {
    "minimum": "must be at least {limit}, not {value}",
    "maximum": "must be at most {limit}, not {value}",
    "exclusiveMinimum": "must be more than {limit}, not {value}",
    "exclusiveMaximum": "must be less than {limit}, not {value}",
    "minLength": "must not be empty",
    "maxLength": "must have at most {limit} characters",
    "minItems": "must have at least {limit} entries",
    "maxItems": "must have at most {limit} entries",
    "minProperties": "must have at least {limit} entries",
    "maxProperties": "must have at most {limit} entries",
    "multipleOf": "must be a multiple of {limit}, not {value}",
    "pattern": "does not have the right form: {value}",
}


def shown(value: Any) -> str:
    """Return a value as the author would name it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a map of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}…'"
    return str(value)


def wanted(types: list[str], schema: dict[str, Any]) -> str:
    """Return what may stand there, as words."""
    if schema.get("title") == "a label":
        return "a text, or a map of texts by language"
    if schema.get("format") == "formula":
        return "a formula"
    return " or ".join(_TYPES.get(one, one) for one in types)


def rule_broken(
    kind: str, facts: dict[str, Any], value: Any, name: str, schema: dict[str, Any]
) -> tuple[str, str]:
    """Return message and hint for a limit that is not kept."""
    rule = _RULES.get(kind, "is not what is expected here: {value}")
    if kind.startswith("min") and not value and value != 0:
        rule = "must not be empty"
    words = rule.format(limit=facts.get("limit", facts.get("multiple_of", "")), value=shown(value))
    hint = as_hint(schema.get("description", ""))
    if not hint and rule == "must not be empty":
        hint = "give it a value, or leave the key out"
    return f"'{name}' {words}", hint or _FORM


def how_written(kind: str) -> str:
    """Return how a value of that kind is written in YAML."""
    return _WRITTEN.get(kind, "")


def as_hint(description: str) -> str:
    """Return a schema's description as a hint: no capital, no full stop."""
    return description[:1].lower() + description[1:].removesuffix(".")
