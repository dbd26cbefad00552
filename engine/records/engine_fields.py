"""The fields every record has, described like an author's own."""

from __future__ import annotations

from types import MappingProxyType

from engine.diagnostics import Place
from engine.fieldtypes import field_type
from engine.metadata import Catalog, Entity, Field, Text

_AT = Place("engine", 1, 1)


def _field(name: str, kind: str, labels: tuple[str, str, str], **options: object) -> Field:
    text = Text(MappingProxyType(dict(zip(("zh_Hant", "zh_Hans", "en"), labels, strict=True))))
    return Field(
        name=name,
        type=kind,
        label=text,
        at=_AT,
        read_only=True,
        options=field_type(kind).complete(dict(options), lambda text: text),
    )


ENGINE_FIELDS = {
    "id": _field("id", "integer", ("ID", "ID", "ID")),
    "version": _field("version", "integer", ("版本", "版本", "Version")),
    "created_at": _field("created_at", "datetime", ("建立於", "建立于", "Created at")),
    "updated_at": _field("updated_at", "datetime", ("更新於", "更新于", "Updated at")),
    "created_by": _field("created_by", "link", ("建立者", "建立者", "Created by"), to="user"),
    "updated_by": _field("updated_by", "link", ("更新者", "更新者", "Updated by"), to="user"),
}
USER_FIELDS = {
    "id": ENGINE_FIELDS["id"],
    "name": _field("name", "text", ("姓名", "姓名", "Name")),
    "login": _field("login", "text", ("登入名", "登录名", "Login")),
    "email": _field("email", "email", ("電郵", "电邮", "Email")),
}


def field_of(catalog: Catalog, entity: str, name: str) -> Field:
    """Return a field of an entity, engine fields and those of `user` included.

    Raises:
        KeyError: there is no such field.
    """
    if entity == "user":
        return USER_FIELDS[name]
    if name == "scope_unit" and catalog.organization is not None:
        return _field(
            "scope_unit", "link", ("所屬單位", "所属单位", "Unit"), to=catalog.organization.entity
        )
    own = catalog.entity(entity).fields.get(name)
    return own if own is not None else ENGINE_FIELDS[name]


def resolve(catalog: Catalog, entity: str, path: str) -> tuple[str, Field]:
    """Return the field at the end of a path, and the entity it belongs to.

    Raises:
        KeyError: a step is no field, or no link.
    """
    *links, last = path.split(".")
    owner = entity
    for step in links:
        target = field_of(catalog, owner, step).options.get("to")
        if not isinstance(target, str):
            raise KeyError(f"{owner}.{step} is not a link, in path {path!r}")
        owner = target
    return owner, field_of(catalog, owner, last)


def title_field(catalog: Catalog, entity: str) -> str:
    """Return the field that names a record of an entity."""
    return "name" if entity == "user" else catalog.entity(entity).title


def all_fields(entity: Entity) -> dict[str, Field]:
    """Return the author's fields, then the engine's."""
    return {**entity.fields, **ENGINE_FIELDS}
