"""Fields of every type, completed as loading does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.diagnostics import Place
from engine.fieldtypes import FieldType, field_type
from engine.metadata import Catalog, Entity, Field, Organization, Product, Text

HERE = Place("models.yaml")

OPTIONS: Mapping[str, Any] = {
    "new": {"zh_Hant": "新建", "zh_Hans": "新建", "en": "New"},
    "in_use": {"label": {"zh_Hant": "使用中", "en": "In use"}, "color": "green", "pick": ["clerk"]},
    "gone": {"label": "已註銷", "hidden": True},
}
NEEDED: Mapping[str, Mapping[str, Any]] = {
    "choice": {"options": OPTIONS},
    "multi_choice": {"options": OPTIONS},
    "link": {"to": "room"},
    "any_link": {"to": ["room", "owner"]},
    "lines": {"of": "receipt_line", "by": "receipt"},
    "series": {"pattern": "R{yyyy}-{n:6}"},
}


def texts(value: Any) -> Text:
    return Text(dict(value) if isinstance(value, Mapping) else {"zh_Hant": value})


def make(type_: str, name: str = "f", /, **given: Any) -> Field:
    common = {key: given.pop(key) for key in ("required", "default") if key in given}
    options = field_type(type_).complete({**NEEDED.get(type_, {}), **given}, texts)
    return Field(name=name, type=type_, label=Text(), at=HERE, options=options, **common)


def kind_of(field: Field) -> FieldType:
    return field_type(field.type)


def parse(field: Field, raw: Any) -> Any:
    return kind_of(field).parse(field, raw)


def catalog_of(**entities: Mapping[str, Field]) -> Catalog:
    built = {
        name: Entity(
            name=name, module="m", label=Text(), at=HERE, fields=fields, title=next(iter(fields))
        )
        for name, fields in entities.items()
    }
    return Catalog(
        product=Product(name=Text()),
        organization=Organization(entity="unit"),
        roles={},
        modules={},
        entities=built,
    )


def findings(field: Field, catalog: Catalog | None = None) -> list[tuple[str, str, str]]:
    return list(kind_of(field).findings(field, catalog or catalog_of(thing={field.name: field})))
