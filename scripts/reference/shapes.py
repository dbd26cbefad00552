"""What may stand in a manifest, in a module file, and in a field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.fieldtypes.base import FieldType, field_types
from engine.loading.builtin import ENGINE_FIELDS, USER_FIELDS
from engine.loading.people_words import FORMS
from engine.loading.shapes import ANY_NODE, COMMON, FLOW_SCHEMA, NODES
from engine.metadata.rights import ACTIONS
from scripts.reference import NOTE

Schema = Mapping[str, Any]


def shape_page(title: str, intro: str, schema: Schema) -> str:
    """Return the page of a kind of file: every map of fixed keys once."""
    parts = [f"{NOTE}# {title}\n\n{intro} A key that is not listed is refused.\n"]
    parts += [_section(name, shape) for name, shape in _records(schema)]
    if "entities" in schema["properties"]:
        parts.append(_rights_page())
    return "\n".join(parts)


def flow_page() -> str:
    """Return the page of flow files: the file, then each kind of node, then people."""
    text = shape_page(
        "A flow file",
        "How records of one entity are decided on, `workflows/<name>.yaml`.",
        FLOW_SCHEMA,
    )
    text += (
        "\n## node\n\nAn entry of `steps`; the first of these keys that it has says what it is: "
        + ", ".join(f"[`{key}`](#{_noun(one).replace(' ', '-')})" for key, one in NODES.items())
        + ".\n"
    )
    known = {name for name, _ in _records(FLOW_SCHEMA)}
    for node in NODES.values():
        for name, shape in _records(node):
            if name not in known:
                known.add(name)
                text += f"\n{_section(name, shape)}"
    rows = [
        f"| {'<br>'.join(f'`{one}`' for one in written)} | {doc} |"
        for _, written, doc in FORMS.values()
    ]
    table = "\n".join(["| words | whom |", "|---|---|", *rows])
    return f"{text}\n\n## people\n\nOne of these, or a list of them.\n\n{table}\n"


def _records(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Return each map with fixed keys once, in reading order."""
    seen = {""}
    waiting = [schema]
    while waiting:
        one = waiting.pop(0)
        name = _noun(one)
        if name in seen:
            continue
        seen.add(name)
        yield name, one
        waiting[:0] = [inner for p in one["properties"].values() if (inner := _inner(p))]


def _inner(schema: Schema) -> Schema | None:
    """Return the map with fixed keys that a key's value is, or is a list or map of."""
    for one in (schema, schema.get("items"), schema.get("additionalProperties")):
        if isinstance(one, Mapping) and "properties" in one and "$ref" not in one:
            return one
    return None


def _noun(schema: Schema) -> str:
    return re.sub(r"^(a|an|the) ", "", str(schema.get("title", "")))


def _section(name: str, schema: Schema) -> str:
    text = f"\n## {name}\n\n"
    if schema.get("description"):
        text += f"{schema['description']}\n\n"
    return text + _table(schema["properties"], schema.get("required", ()))


def _table(properties: Mapping[str, Schema], required: Any) -> str:
    rows = ["| key | value | meaning |", "|---|---|---|"]
    for key, one in _rows(properties):
        must = " **needed**" if key in required else ""
        rows.append(f"| `{key}` | {_kind(one)}{must} | {_meaning(one)} |")
    return "\n".join(rows) + "\n"


def _rows(properties: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Return keys and what they may hold; maps that have no section of their own are spelt out."""
    for key, one in properties.items():
        yield key, one
        inner = _inner(one)
        if inner is not None and not _noun(inner):
            between = "" if inner is one else ".…"
            yield from ((f"{key}{between}.{k}", v) for k, v in _rows(inner["properties"]))


_PLAIN = {
    "array": "list",
    "boolean": "true or false",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "object": "map",
}


def _kind(schema: Schema) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " · ".join(f"`{one}`" if one != "" else "(empty)" for one in schema["enum"])
    if schema.get("format") == "formula":
        return "formula"
    if schema.get("title") == "a label":
        return "label"
    if schema.get("format") == "people":
        return "[people](#people)"
    words = [f"`{one}`" for one in schema.get("examples", ())]
    words += ["duration"] if schema.get("format") == "duration" else []
    inner = _inner(schema)
    if words:
        words += ["list"] if "array" in schema["type"] else []
        words += [_kind_of_map(schema, inner)] if inner is not None else []
        return " · ".join(words)
    return _kind_of_map(schema, inner) if inner is not None else _kind_of_rest(schema)


def _kind_of_map(schema: Schema, inner: Schema) -> str:
    noun = _noun(inner)
    link = f"[{noun}](#{noun.replace(' ', '-')})" if noun else "map"
    if inner is schema:
        return link
    return f"list of {link}" if schema.get("type") == "array" else f"name → {link}"


def _kind_of_rest(schema: Schema) -> str:
    each = schema.get("additionalProperties")
    if isinstance(each, Mapping) and "$ref" in each:
        return "name → [field](field-types.md)"
    if isinstance(each, Mapping) and each.get("format") == "formula":
        return "field → formula"
    items = schema.get("items", {})
    if "enum" in items:
        return f"list of {_kind(items)}"
    if items is ANY_NODE:
        return "list of [node](#node)"
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " · ".join(_PLAIN.get(one, one) for one in kinds) or "value"


def _meaning(schema: Schema) -> str:
    text = str(schema.get("description", "")).replace("|", "\\|")
    limits = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "at least"), ("maximum", "at most"), ("maxLength", "at most"))
        if key in schema
    ]
    if "default" in schema and schema["default"] not in ("", None, "enum"):
        limits.append(f"`{json.dumps(schema['default']).strip(chr(34))}` if not given")
    return f"{text} ({', '.join(limits)})" if limits else text


def _rights_page() -> str:
    actions = ", ".join(f"`{action}`" for action in ACTIONS)
    engine = ", ".join(f"`{name}`" for name in ENGINE_FIELDS)
    user = ", ".join(f"`{name}`" for name in USER_FIELDS)
    return (
        "\n## actions\n\nWhat `can` and the short form of rights may list: "
        f"{actions}, and the names of the entity's buttons.\n"
        "\n## names that every entity has\n\nReadable in formulas, lists and filters: "
        f"{engine}; and `scope_unit` where there is a `scope`. A link `to: user` leads to"
        f" {user}.\n"
    )


def field_types_page() -> str:
    """Return every field type with its options and filters."""
    text = (
        f"{NOTE}# Field types\n\nEvery field has `type` and `label`, and may have what"
        " all fields may have; each type adds options of its own.\n"
        f"\n## what every field may say\n\n{_table(COMMON, ('type', 'label'))}"
    )
    return text + "".join(_field_type(kind) for _, kind in sorted(field_types().items()))


def _field_type(kind: FieldType) -> str:
    text = f"\n## {kind.name}\n\n{kind.doc}\n\n"
    if kind.schema:
        text += _table(kind.schema, kind.required_options) + "\n"
    text += f"Filters: {', '.join(f'`{name}`' for name in kind.operators) or 'none'}.\n"
    return text
