"""From the wanted tables and the live ones to the steps between them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.storage.compare_columns import column_steps
from engine.storage.compare_rules import rule_steps
from engine.storage.compare_unused import kept_signatures, unused_columns, unused_tables
from engine.storage.context import Context, Matched
from engine.storage.live import LiveTable
from engine.storage.probes import literal
from engine.storage.shape import TableShape, quoted
from engine.storage.steps import Phase, Plan, Step


def compare(context: Context) -> Plan:
    """Return what makes the live database hold the wanted tables."""
    steps: list[Step] = []
    for wanted in context.wanted.values():
        live = context.live_table(wanted.name)
        if live is None:
            steps.append(_new_table(wanted))
        else:
            steps += _changed_table(context, wanted, live)
    steps += unused_tables(context)
    signatures = kept_signatures(context)
    for wanted in context.wanted.values():
        signatures.update(wanted.signatures())
    return Plan(tuple(steps), tuple(context.unused), tuple(sorted(signatures.items())))


def _new_table(wanted: TableShape) -> Step:
    parts = [column.definition for column in wanted.columns.values()]
    key = ", ".join(map(quoted, wanted.key))
    parts.append(f"CONSTRAINT {quoted('pk_' + wanted.name)} PRIMARY KEY ({key})")
    body = ",\n  ".join(parts)
    create = f"CREATE TABLE {quoted(wanted.name)} (\n  {body}\n)"
    rules = [
        (Phase.LINK if rule.kind == "link" else Phase.RULE, rule.ddl)
        for rule in wanted.rules.values()
    ]
    comments = [(Phase.COMMENT, sql) for sql in _comments(wanted)]
    return Step(
        sign="+",
        kind="table",
        target=wanted.name,
        detail=f"table, {len(wanted.columns)} columns",
        statements=((Phase.SHAPE, create), *rules, *comments),
    )


def _comments(wanted: TableShape) -> Iterator[str]:
    if wanted.comment:
        yield f"COMMENT ON TABLE {quoted(wanted.name)} IS {literal(wanted.comment)}"
    for column in wanted.columns.values():
        if column.comment:
            target = f"{quoted(wanted.name)}.{quoted(column.name)}"
            yield f"COMMENT ON COLUMN {target} IS {literal(column.comment)}"


def _changed_table(context: Context, wanted: TableShape, live: LiveTable) -> Iterator[Step]:
    matched = Matched.of(context, wanted, live)
    if live.name != wanted.name:
        yield _renamed_table(live, wanted)
    yield from column_steps(context, matched)
    yield from rule_steps(context, matched)
    yield from unused_columns(context, matched)
    if wanted.comment != live.comment:
        sql = f"COMMENT ON TABLE {quoted(wanted.name)} IS {literal(wanted.comment)}"
        yield Step(
            sign="~",
            kind="label",
            target=wanted.name,
            detail=f"label {wanted.comment}",
            statements=((Phase.COMMENT, sql),),
        )


def _renamed_table(live: LiveTable, wanted: TableShape) -> Step:
    old, new = quoted(live.name), quoted(wanted.name)
    statements = [(Phase.RENAME, f"ALTER TABLE {old} RENAME TO {new}")]
    if live.key_name:
        # Else a later table of the old name could not have its own key's name.
        key = f"RENAME CONSTRAINT {quoted(live.key_name)} TO {quoted('pk_' + wanted.name)}"
        statements.append((Phase.RENAME, f"ALTER TABLE {new} {key}"))
    return Step(
        sign="~",
        kind="table",
        target=wanted.name,
        detail=f"renamed from {live.name}",
        statements=tuple(statements),
    )
