from __future__ import annotations

import json
from decimal import Decimal

import jsonschema_rs
import pytest

from engine.fieldtypes.base import field_types
from engine.loading import json_schema
from engine.source import parse
from tests.loading.projects import ESTATE, MANIFEST


def _errors(schema: str, text: str) -> list[str]:
    document, _ = parse(text, "a.yaml")
    assert document is not None
    validator = jsonschema_rs.validator_for(json_schema()[schema])
    return [error.message for error in validator.iter_errors(document.value)]


def test_schemas_are_plain_json() -> None:
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_a_right_project_satisfies_the_editors_schemas() -> None:
    assert _errors("manifest.schema.json", MANIFEST) == []
    assert _errors("module.schema.json", ESTATE) == []


def test_the_editor_knows_the_options_of_each_type() -> None:
    found = _errors("module.schema.json", ESTATE.replace("max_length", "max_lenght"))

    assert any("max_lenght" in message for message in found)


@pytest.mark.parametrize("name", sorted(field_types()))
def test_every_field_type_is_spelt_out(name: str) -> None:
    schema = json_schema()["module.schema.json"]["$defs"][f"{name}_field"]

    assert schema["properties"]["type"] == {"const": name}
    assert schema["additionalProperties"] is False


def test_every_key_has_a_description() -> None:
    def missing(schema: object, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        found = []
        for key, inner in schema.get("properties", {}).items():
            if not {"description", "const", "title"} & inner.keys():
                found.append(f"{path}.{key}")
            found += missing(inner, f"{path}.{key}")
        for part in ("items", "additionalProperties"):
            found += missing(schema.get(part), path)
        return found

    assert [one for s in json_schema().values() for one in missing(s, "")] == []


def test_decimals_are_checked_exactly() -> None:
    validator = jsonschema_rs.validator_for({"type": "number", "minimum": 0.1})

    assert validator.is_valid(Decimal("0.1"))
