"""Numbers of series fields, taken in the transaction that writes the record."""

from __future__ import annotations

from typing import Any

from engine.fieldtypes.series_pattern import field_paths
from engine.metadata import Field
from engine.records.draft import Draft
from engine.records.workspace import Workspace
from engine.storage import take_numbers


def take_series(draft: Draft) -> None:
    """Give a new record the next number of each of its series fields that has none."""
    for field in draft.entity.fields.values():
        if field.type == "series" and not draft.values.get(field.name):
            tokens, unit = tokens_of(draft, field), draft.values.get("scope_unit")
            numbers = next_numbers(draft.work, draft.entity.name, field, 1, tokens, unit)
            draft.values[field.name] = numbers[0]


def tokens_of(draft: Draft, field: Field) -> dict[str, Any]:
    """Return the values that a series field's pattern asks of its record."""
    paths = field_paths(field.options["pattern"])
    return {path: draft.environment().value(tuple(path.split("."))) for path in paths}


def next_numbers(
    work: Workspace,
    entity: str,
    field: Field,
    count: int,
    tokens: dict[str, Any],
    unit_id: int | None,
) -> list[str]:
    """Take numbers; those of a gap-free series come back when the transaction fails."""
    options = field.options
    per = f"/{unit_id}" if options.get("per") == "unit" else ""
    values = {name: "" if value is None else str(value) for name, value in tokens.items()}
    if "{unit}" in options["pattern"] and unit_id is not None:
        values["unit"] = _unit_code(work, unit_id)
    return take_numbers(
        work.connection,
        f"{entity}.{field.name}{per}",
        options["pattern"],
        values=values,
        on_date=work.today,
        count=count,
        reset=options.get("reset", "never"),
        gap_free=bool(options.get("gap_free")),
    )


def _unit_code(work: Workspace, unit_id: int) -> str:
    from sqlalchemy import select

    organization = work.catalog.organization
    if organization is None:
        return ""
    key = ("unit code", unit_id)
    if key not in work.memo:
        table = work.tables.table(organization.entity)
        column = table.c.code if "code" in table.c else table.c.id
        work.memo[key] = work.connection.scalar(select(column).where(table.c.id == unit_id))
    return str(work.memo[key] or "")
