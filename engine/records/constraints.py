"""What the database refused, in words for the person who sent it."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy.exc import DBAPIError

from engine.extension import Problem
from engine.metadata import Entity
from engine.records.workspace import Workspace


def problem_of(work: Workspace, entity: Entity, error: DBAPIError) -> Problem:
    """Turn a violated constraint into a problem at its field."""
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    state = getattr(error.orig, "sqlstate", "") or ""
    if state == "23505":
        return _not_unique(work, entity, name)
    if state in ("23503", "23001"):
        return _still_used(work, getattr(diagnosis, "table_name", "") or "", entity)
    if state == "23502":
        column = getattr(diagnosis, "column_name", "") or ""
        return Problem("This field is required.", {}, _field_of(entity, column), "required")
    if state == "23514":
        return Problem("A value is not allowed here (%(rule)s).", {"rule": name}, code="check")
    return Problem("A value is too large or cannot be kept.", code="range")


def _not_unique(work: Workspace, entity: Entity, name: str) -> Problem:
    columns = _columns(work.tables.table(entity.name), name)
    fields = [f for f in (_field_of(entity, c) for c in columns) if f]
    for index in entity.indexes:
        if index.unique and set(index.fields) == set(fields) and index.message is not None:
            text = index.message.in_(work.language)
            return Problem(text, {}, fields[-1], "not-unique")
    labels = "、".join(entity.fields[f].label.in_(work.language) for f in fields)
    return Problem(
        "Another record has the same %(labels)s already.",
        {"labels": labels},
        fields[-1] if fields else "",
        "not-unique",
    )


def _columns(table: Table, name: str) -> list[str]:
    rules: list[Index | UniqueConstraint] = [
        *table.indexes,
        *(c for c in table.constraints if isinstance(c, UniqueConstraint)),
    ]
    for rule in rules:
        if rule.name == name:
            return [c.name for c in rule.columns]
    return [c.name for c in table.columns if name.endswith(f"_{c.name}")]


def _field_of(entity: Entity, column: str) -> str:
    if column in entity.fields:
        return column
    name = column.removesuffix("_id")
    return name if name in entity.fields else ""


def _still_used(work: Workspace, table: str, entity: Entity) -> Problem:
    user = work.catalog.entities.get(table)
    if user is None or user.name == entity.name:
        return Problem("It is still used elsewhere.", code="in-use")
    label = user.label.in_(work.language)
    return Problem("It is still used by: %(label)s.", {"label": label}, code="in-use")
