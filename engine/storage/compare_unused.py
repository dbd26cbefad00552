"""What the metadata no longer describes: kept with its data, and made to stand in no way."""

from __future__ import annotations

from collections.abc import Iterator

from engine.storage.compare_rules import drop_rule
from engine.storage.context import Context, Matched
from engine.storage.live import LiveRule, LiveTable
from engine.storage.probes import FutureRows
from engine.storage.shape import TableShape, link_rule, quoted
from engine.storage.steps import Phase, Step


def unused_columns(context: Context, matched: Matched) -> Iterator[Step]:
    """Yield what lets records be saved and deleted as if the unused columns were not there."""
    table = matched.wanted.name
    for name in matched.unused():
        column = matched.live.columns[name]
        if column.is_generated:
            yield _dropped_generated(table, name)
            continue
        if context.drop_unused:
            yield _dropped_column(matched, name)
            continue
        context.unused.append(f"{table}.{name}")
        if column.required:
            yield _optional(table, name)
        yield from _cleared_links(context, matched.live, table, [name])


def unused_tables(context: Context) -> Iterator[Step]:
    """Yield the same for whole tables that `apply` once made."""
    for live in _unused(context):
        if context.drop_unused:
            yield _dropped_table(context, live)
            continue
        context.unused.append(live.name)
        for name in _blocking_columns(context, live):
            if live.columns[name].required:
                yield _optional(live.name, name)
        yield from _cleared_links(context, live, live.name, list(live.columns))


def kept_signatures(context: Context) -> dict[str, str]:
    """Return the signatures of unused tables and links, so that they stay known as ours.

    Their foreign keys are signed 'unused': should the field come back, they are made anew.
    """
    kept: dict[str, str] = {}
    for name, signature in context.live.signatures.items():
        if name.partition(".")[0] in context.unused:
            kept[name] = signature
    for target in context.unused:
        table, _, column = target.partition(".")
        live = context.live.tables.get(table)
        if column:
            kept[f"{table}.{link_rule(table, column, '', '').name}"] = "unused"
        elif live is not None:
            kept.update({f"{table}.{rule.name}": "unused" for rule in _ours(context, live)})
    return kept


def _unused(context: Context) -> list[LiveTable]:
    wanted = context.former_names()
    return [
        table
        for name, table in context.live.tables.items()
        if name not in wanted and context.live.is_ours(name) and not name.startswith("wy_")
    ]


def _ours(context: Context, live: LiveTable) -> list[LiveRule]:
    return [
        rule
        for rule in live.rules.values()
        if rule.kind == "f" and context.live.is_ours(live.name, rule.name)
    ]


def _links(context: Context, live: LiveTable) -> list[LiveRule]:
    """Return the foreign keys that would refuse a delete on the other side."""
    return [rule for rule in _ours(context, live) if not rule.clears]


def _blocking_columns(context: Context, live: LiveTable) -> list[str]:
    return [column for rule in _links(context, live) for column in rule.columns]


def _cleared_links(
    context: Context, live: LiveTable, table: str, columns: list[str]
) -> Iterator[Step]:
    for rule in _links(context, live):
        if rule.columns[0] not in columns:
            continue
        new = link_rule(table, rule.columns[0], rule.target, "SET NULL")
        yield Step(
            sign="~",
            kind="unused",
            target=f"{table}.{rule.columns[0]}",
            detail="unused link, no longer refuses the other record's deletion",
            statements=((Phase.CLEAR, drop_rule(table, rule)), (Phase.LINK, new.ddl)),
        )


def _optional(table: str, name: str) -> Step:
    sql = f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(name)} DROP NOT NULL"
    return Step(
        sign="~",
        kind="unused",
        target=f"{table}.{name}",
        detail="unused, so optional",
        statements=((Phase.SHAPE, sql),),
    )


def _dropped_generated(table: str, name: str) -> Step:
    sql = f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(name)}"
    return Step(
        sign="-",
        kind="generated",
        target=f"{table}.{name}",
        detail="computed column",
        statements=((Phase.CLEAR, sql),),
    )


def _dropped_column(matched: Matched, name: str) -> Step:
    found = matched.rows.with_value(name)
    sql = f"ALTER TABLE {quoted(matched.wanted.name)} DROP COLUMN {quoted(name)}"
    return Step(
        sign="-",
        kind="column",
        target=f"{matched.wanted.name}.{name}",
        detail="column",
        statements=((Phase.DROP, sql),),
        safe=not found.rows,
        why="its values would be lost" if found.rows else "",
        rows=found.rows,
        ids=found.ids,
    )


def _dropped_table(context: Context, live: LiveTable) -> Step:
    shape = TableShape(name=live.name, columns={})
    found = FutureRows(context.connection, live, {}, shape).all()
    return Step(
        sign="-",
        kind="table",
        target=live.name,
        detail="table",
        statements=((Phase.DROP, f"DROP TABLE {quoted(live.name)} CASCADE"),),
        safe=not found.rows,
        why="its records would be lost" if found.rows else "",
        rows=found.rows,
        ids=found.ids,
    )
