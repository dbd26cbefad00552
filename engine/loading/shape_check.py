"""Check a value against a schema, and say in our words all that does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from engine.diagnostics import Diagnostic, did_you_mean
from engine.loading.people_words import how_to_name
from engine.loading.site import Site
from engine.loading.wording import as_hint, how_written, rule_broken, shown, wanted

Path = list[str | int]
_NAME_FORM = "small letters a-z, digits and '_', beginning with a letter, at most 50"


class Shape:
    """A schema ready to check with."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = dict(schema)
        self._validator = jsonschema_rs.validator_for(self.schema)

    def findings(self, value: Any, site: Site) -> Iterator[Diagnostic]:
        """Yield everything in a value that breaks the schema; `site` is where it stands."""
        if self._validator.is_valid(value):
            return
        for error in self._validator.iter_errors(value):
            yield from self._in_words(error, site)

    def _in_words(self, error: Any, site: Site) -> Iterator[Diagnostic]:
        path: Path = list(error.instance_path)
        here = site.down(*path)
        schema = self._schema_at(list(error.schema_path)[:-1])
        facts = error.kind.as_dict()
        match error.kind.name:
            case "additionalProperties":
                for key in facts["unexpected"]:
                    yield _unknown_key(key, here, schema)
            case "uniqueItems":
                yield from _named_twice(error.instance, here)
            case "oneOf":
                yield from _not_one(error.instance, here, schema)
            case kind:
                yield _one_wrong(kind, facts, error.instance, here, schema)

    def _schema_at(self, path: Path) -> dict[str, Any]:
        schema: Any = self.schema
        for step in path:
            schema = schema[step]
        return schema if isinstance(schema, dict) else {}


def _one_wrong(
    kind: str, facts: dict[str, Any], value: Any, site: Site, schema: dict[str, Any]
) -> Diagnostic:
    match kind:
        case "required":
            return _missing_key(facts["property"], site, schema)
        case "type":
            return _wrong_type(value, facts["types"], site, schema)
        case "enum":
            return _wrong_choice(value, facts["options"], site)
        case "propertyNames":
            return _bad_key(facts["error"].instance, site)
        case "pattern":
            return _wrong_form(value, facts, site, schema)
    message, hint = rule_broken(kind, facts, value, site.name, schema)
    return Diagnostic(site.at(), "wrong-value", message, hint)


def _unknown_key(key: str, site: Site, schema: dict[str, Any]) -> Diagnostic:
    title = schema.get("title") or f"'{site.name}'"
    noun = "an option" if title.endswith(" field") else "a key"
    return Diagnostic(
        site.key(key),
        "unknown-key",
        f"'{key}' is not {noun} of {title}",
        did_you_mean(key, schema.get("properties", ())),
    )


def _bad_key(key: Any, site: Site) -> Diagnostic:
    hint = "small letters a-z, digits and '_'"
    message = f"'{key}' is not a proper name in '{site.name}'"
    return Diagnostic(site.key(str(key)), "bad-name", message, hint)


def _missing_key(key: str, site: Site, schema: dict[str, Any]) -> Diagnostic:
    title = schema.get("title") or f"'{site.name}'"
    doc = schema.get("properties", {}).get(key, {}).get("description", "")
    owner = f"'{site.name}': " if isinstance(site.last, str) else ""
    message = f"{owner}{title} must have the key '{key}'"
    needed = f"needed: {', '.join(schema.get('required', ()))}"
    return Diagnostic(site.key(), "missing-key", message, as_hint(doc) or needed)


def _wrong_type(value: Any, types: list[str], site: Site, schema: dict[str, Any]) -> Diagnostic:
    message = f"{site.quoted} must be {wanted(types, schema)}, not {shown(value)}"
    hint = "put it between quotes to make it a text"
    if "string" not in types or not isinstance(value, (bool, int, float)):
        meaning = "" if types == ["boolean"] else schema.get("description", "")
        hint = as_hint(meaning) or how_written(types[0])
    return Diagnostic(site.at(), "wrong-type", message, hint)


def _wrong_choice(value: Any, options: list[Any], site: Site) -> Diagnostic:
    message = f"{site.quoted} cannot be {shown(value)}"
    allowed = [str(o) for o in options if o != ""]
    return Diagnostic(site.at(), "wrong-choice", message, did_you_mean(str(value), allowed))


def _wrong_form(
    value: str, facts: dict[str, Any], site: Site, schema: dict[str, Any]
) -> Diagnostic:
    if "examples" in schema:
        return _wrong_choice(value, schema["examples"], site)
    if schema.get("format") == "people":
        return Diagnostic(site.at(), "bad-who", f"'{value}' names nobody", how_to_name(value))
    if schema.get("format") == "name":
        return Diagnostic(site.at(), "bad-name", f"'{value}' is not a proper name", _NAME_FORM)
    message, hint = rule_broken("pattern", facts, value, site.name, schema)
    return Diagnostic(site.at(), "wrong-value", message, hint)


def _not_one(value: Any, site: Site, schema: dict[str, Any]) -> Iterator[Diagnostic]:
    """Report a map that has none of some keys, or two."""
    if not isinstance(value, dict):
        return  # reported by its type
    keys = [key for one in schema["oneOf"] for key in one.get("required", ())]
    written = [key for key in site.value if key in keys]
    words = " or ".join(f"'{key}'" for key in keys)
    title = schema.get("title") or f"'{site.name}'"
    owner = f"'{site.name}': " if isinstance(site.last, str) else ""
    if written:
        message = f"{owner}{title} cannot have both '{written[0]}' and '{written[1]}'"
        hint = f"write {words}"
        yield Diagnostic(site.key(written[1]), "conflicting-keys", message, hint)
    else:
        message = f"{owner}{title} must have the key {words}"
        near = next((k for k in value if k not in schema.get("properties", ())), None)
        hint = did_you_mean(str(near), keys) if near is not None else ""
        yield Diagnostic(site.key(), "missing-key", message, hint)


def _named_twice(values: list[Any], site: Site) -> Iterator[Diagnostic]:
    for position, value in enumerate(values):
        first = values.index(value)
        if first != position:
            message = f"{shown(value)} is named twice in '{site.name}'"
            hint = f"first at {site.at(first)}"
            yield Diagnostic(site.at(position), "named-twice", message, hint)
