from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from engine.expressions import Type
from engine.fieldtypes import (
    FieldType,
    Format,
    Look,
    field_type,
    field_types,
    mask,
    register,
)
from tests.fieldtypes.field_samples import NEEDED, OPTIONS, kind_of, make

WIDGETS = {
    *("text", "textarea", "richtext", "number", "money", "percent", "switch", "select"),
    *("segmented", "checks", "date", "time", "datetime", "duration", "lookup", "anylookup"),
    *("lines", "file", "image", "signature", "tel", "email", "url", "color", "json", "readonly"),
}
CELLS = {
    *("text", "code", "number", "money", "percent", "date", "datetime", "time", "duration"),
    *("longtext", "richtext", "badge", "tags", "link", "any_link", "boolean", "tel", "email"),
    *("url", "file", "image", "signature", "color", "json"),
}
OPERATORS = {
    *("eq", "ne", "in", "lt", "le", "gt", "ge", "between", "contains", "starts", "empty", "under"),
}
TYPES = {
    *("number", "text", "boolean", "date", "datetime", "time", "link", "lines", "choice"),
    *("choices", "json"),
}


@pytest.mark.parametrize("name", field_types())
def test_type_is_documented_for_the_reference(name: str) -> None:
    kind = field_type(name)

    assert kind.doc.endswith(".")
    assert all(option["description"] for option in kind.schema.values())
    assert set(kind.required_options) <= kind.schema.keys()
    assert kind.defaults.keys() <= kind.schema.keys() | {"accept", "max_mb", "multiple"}


@pytest.mark.parametrize("name", field_types())
def test_type_says_how_it_is_drawn_filtered_and_computed(name: str) -> None:
    field = make(name)
    look = kind_of(field).look(field)

    assert isinstance(look, Look)
    assert look.widget in WIDGETS
    assert look.cell in CELLS
    assert look.align in {"start", "end"}
    assert set(kind_of(field).operators) <= OPERATORS
    assert kind_of(field).value_type(field).name in TYPES


@pytest.mark.parametrize("name", field_types())
def test_missing_value_is_empty_everywhere(name: str) -> None:
    field = make(name)
    kind = kind_of(field)

    assert kind.parse(field, None) is None
    assert kind.parse(field, "") is None
    assert kind.to_wire(field, None) is None
    assert kind.text(field, None, Format()) == ""
    assert kind.input_text(field, None, Format()) == ""
    assert kind.for_excel(field, None, Format()) is None
    assert kind.rounded(field, None) is None


@pytest.mark.parametrize("name", field_types())
def test_schema_is_valid_and_takes_what_it_describes(name: str) -> None:
    kind = field_type(name)
    schema = {"type": "object", "properties": dict(kind.schema), "additionalProperties": False}

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(dict(NEEDED.get(name, {})))
    Draft202012Validator.check_schema(dict(kind.openapi(make(name))))


@pytest.mark.parametrize(
    "options",
    [
        {"a": {"label": "甲", "colour": "red"}},
        {"a": {"label": "甲", "color": "pink"}},
        {"A b": "甲"},
        {},
    ],
)
def test_schema_of_options_refuses(options: object) -> None:
    schema = dict(field_type("choice").schema["options"])

    assert Draft202012Validator(schema).is_valid(OPTIONS)
    assert not Draft202012Validator(schema).is_valid(options)


def test_completed_options_are_frozen() -> None:
    for name in field_types():
        with pytest.raises(TypeError):
            make(name).options["x"] = 1  # type: ignore[index]


def test_formulas_see_links_lines_and_options_with_what_they_lead_to() -> None:
    def of(name: str) -> Type:
        return kind_of(make(name)).value_type(make(name))

    assert of("link") == Type("link", entity="room")
    assert of("lines") == Type("lines", entity="receipt_line")
    assert of("choice") == Type("choice", options=("new", "in_use", "gone"))
    assert of("multi_choice") == Type("choices", options=("new", "in_use", "gone"))


def test_second_type_of_a_name_is_refused() -> None:
    class Other(type(field_type("text"))):  # type: ignore[misc]
        pass

    with pytest.raises(ValueError, match="'text' is registered twice"):
        register(Other())
    register(field_type("text"))


def test_numbers_of_series_are_typed_by_nobody() -> None:
    assert field_type("series").read_only
    assert field_type("json").read_only
    assert not field_type("text").read_only


def test_every_type_is_a_field_type() -> None:
    assert all(isinstance(kind, FieldType) for kind in field_types().values())


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("phone", "13812345678", "138****5678"),
        ("phone", "02022345678-801", "020****-801"),
        ("phone", "22345678", "22****78"),
        ("phone", "110", "****"),
        ("id_number", "110101199003071234", "110***********1234"),
        ("id_number", "E12345678", "E******78"),
        ("id_number", "E1", "****"),
        ("name", "陳大文", "陳**"),
        ("name", "陳", "陳**"),
        ("email", "john@x.com", "j***@x.com"),
        ("email", "broken", "****"),
        ("all", "anything", "****"),
        ("all", "", ""),
        ("phone", "", ""),
        ("", "plain", "plain"),
    ],
)
def test_mask_leaves_just_enough_to_tell_people_apart(kind: str, text: str, shown: str) -> None:
    assert mask(kind, text) == shown


def test_unknown_mask_is_a_programmers_error() -> None:
    with pytest.raises(ValueError, match="no mask 'half'"):
        mask("half", "text")
