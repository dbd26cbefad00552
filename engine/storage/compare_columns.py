"""The steps that give a live table its wanted columns."""

from __future__ import annotations

from collections.abc import Iterator

from engine.storage.context import Context, Matched
from engine.storage.live import LiveColumn
from engine.storage.names import named
from engine.storage.probes import InTheWay, converted, literal
from engine.storage.shape import ColumnShape, digest, quoted
from engine.storage.steps import Phase, Step

_NOTHING = InTheWay(0, ())


def column_steps(context: Context, matched: Matched) -> Iterator[Step]:
    """Yield the steps for new, renamed and altered columns."""
    for name, column in matched.wanted.columns.items():
        source = matched.sources.get(name)
        if source is None:
            yield _new_column(context, matched, column)
            continue
        live = matched.live.columns[source]
        if source != name:
            yield _renamed(matched, source, name)
        if column.generated or live.is_generated:
            yield from _generated(context, matched, column)
            continue
        if live.type != column.type:
            yield _converted(matched, column, live)
        yield from _default(context, matched, column, live)
        yield from _required(context, matched, column, live)
        yield from _label(matched, column, live)


def _alter(matched: Matched, action: str) -> str:
    return f"ALTER TABLE {quoted(matched.wanted.name)} {action}"


def _target(matched: Matched, name: str) -> str:
    return f"{matched.wanted.name}.{name}"


def _new_column(context: Context, matched: Matched, column: ColumnShape) -> Step:
    statements = []
    found = _NOTHING
    if column.required and not column.default and not column.generated:
        found = matched.rows.all()
        optional = ColumnShape(column.name, column.type, is_identity=column.is_identity)
        statements.append((Phase.SHAPE, _alter(matched, f"ADD COLUMN {optional.definition}")))
        statements.append((Phase.REQUIRE, _require(matched, column.name, found)))
    else:
        # A generated column reads others, which must all be there.
        phase = Phase.REQUIRE if column.generated else Phase.SHAPE
        statements.append((phase, _alter(matched, f"ADD COLUMN {column.definition}")))
    if column.comment:
        statements.append((Phase.COMMENT, _comment(matched, column)))
    return Step(
        sign="+",
        kind="column",
        target=_target(matched, column.name),
        detail=column.type,
        statements=tuple(statements),
        safe=not found.rows,
        possible=not found.rows or _can_postpone(context),
        why="required, and the rows there are have no value" if found.rows else "",
        rows=found.rows,
        ids=found.ids,
    )


def _renamed(matched: Matched, source: str, name: str) -> Step:
    sql = _alter(matched, f"RENAME COLUMN {quoted(source)} TO {quoted(name)}")
    return Step(
        sign="~",
        kind="column",
        target=_target(matched, name),
        detail=f"renamed from {source}",
        statements=((Phase.RENAME, sql),),
    )


def _generated(context: Context, matched: Matched, column: ColumnShape) -> Iterator[Step]:
    if not matched.is_recomputed(context, column.name):
        return
    yield Step(
        sign="~",
        kind="generated",
        target=_target(matched, column.name),
        detail="computed anew",
        statements=(
            (Phase.CLEAR, _alter(matched, f"DROP COLUMN {quoted(column.name)}")),
            (Phase.REQUIRE, _alter(matched, f"ADD COLUMN {column.definition}")),
        ),
    )


def _converted(matched: Matched, column: ColumnShape, live: LiveColumn) -> Step:
    name = quoted(column.name)
    actions = [f"ALTER COLUMN {name} DROP DEFAULT"] if live.has_default else []
    if matched.keeps_values(column.name):
        found, why = _NOTHING, ""
        actions.append(f"ALTER COLUMN {name} TYPE {column.type} USING {name}::{column.type}")
    else:
        found, why = _conversion_loss(matched, column, live)
        value = converted(column.name, column.type)
        actions.append(f"ALTER COLUMN {name} TYPE {column.type} USING {value}")
    return Step(
        sign="~",
        kind="type",
        target=_target(matched, column.name),
        detail=f"{live.type} -> {column.type}",
        statements=((Phase.SHAPE, _alter(matched, ", ".join(actions))),),
        safe=not why,
        possible=not (found.rows and column.required and live.required),
        why=why,
        rows=found.rows,
        ids=found.ids,
    )


def _conversion_loss(
    matched: Matched, column: ColumnShape, live: LiveColumn
) -> tuple[InTheWay, str]:
    if not matched.rows.with_value(live.name).rows:
        return _NOTHING, ""
    unfit = matched.rows.unfit(live.name, column.type)
    if unfit.rows:
        return unfit, f"values that are no {column.type} would be lost"
    return _NOTHING, "values may be rounded or written otherwise"


def _default(
    context: Context, matched: Matched, column: ColumnShape, live: LiveColumn
) -> Iterator[Step]:
    known = context.live.signatures.get(f"{matched.live.name}.{live.name}:default", "unknown")
    wanted = digest(column.default) if column.default else ""
    has_default = live.has_default and live.name not in matched.converted
    if wanted == (known if has_default else ""):
        return
    action = f"SET DEFAULT {column.default}" if column.default else "DROP DEFAULT"
    sql = _alter(matched, f"ALTER COLUMN {quoted(column.name)} {action}")
    yield Step(
        sign="~",
        kind="default",
        target=_target(matched, column.name),
        detail=f"default {column.default}" if column.default else "no default",
        statements=((Phase.SHAPE, sql),),
    )


def _required(
    context: Context, matched: Matched, column: ColumnShape, live: LiveColumn
) -> Iterator[Step]:
    if column.required == live.required:
        return
    name = quoted(column.name)
    if not column.required:
        sql = _alter(matched, f"ALTER COLUMN {name} DROP NOT NULL")
        # First of all: a conversion may leave rows without a value.
        yield _requirement(matched, column, "optional", ((Phase.CLEAR, sql),))
        return
    found = matched.rows.without_value(column.name)
    if found.rows and column.default:
        fill = f"UPDATE {quoted(matched.wanted.name)} SET {name} = {column.default}"
        statements = (
            (Phase.FILL, f"{fill} WHERE {name} IS NULL"),
            (Phase.REQUIRE, _require(matched, column.name, _NOTHING)),
        )
        detail = f"required; {found.rows} rows get the default"
        yield _requirement(matched, column, detail, statements)
        return
    statement = (Phase.REQUIRE, _require(matched, column.name, found))
    yield _requirement(
        matched, column, "required", (statement,), found, possible=_can_postpone(context)
    )


def _requirement(
    matched: Matched,
    column: ColumnShape,
    detail: str,
    statements: tuple[tuple[Phase, str], ...],
    found: InTheWay = _NOTHING,
    *,
    possible: bool = True,
) -> Step:
    return Step(
        sign="~",
        kind="required",
        target=_target(matched, column.name),
        detail=detail,
        statements=statements,
        safe=not found.rows,
        possible=possible or not found.rows,
        why="rows have no value there" if found.rows else "",
        rows=found.rows,
        ids=found.ids,
    )


def _require(matched: Matched, name: str, found: InTheWay) -> str:
    """Require a value, of new rows only when old ones have none."""
    if not found.rows:
        return _alter(matched, f"ALTER COLUMN {quoted(name)} SET NOT NULL")
    rule = quoted(named("nn", matched.wanted.name, name))
    return _alter(matched, f"ADD CONSTRAINT {rule} NOT NULL {quoted(name)} NOT VALID")


def _can_postpone(context: Context) -> bool:
    """Tell whether the server knows NOT NULL for new rows only (PostgreSQL 18)."""
    version = context.connection.dialect.server_version_info or (0,)
    return int(version[0]) >= 18


def _label(matched: Matched, column: ColumnShape, live: LiveColumn) -> Iterator[Step]:
    if column.comment != live.comment:
        yield Step(
            sign="~",
            kind="label",
            target=_target(matched, column.name),
            detail=f"label {column.comment}".rstrip(),
            statements=((Phase.COMMENT, _comment(matched, column)),),
        )


def _comment(matched: Matched, column: ColumnShape) -> str:
    target = f"{quoted(matched.wanted.name)}.{quoted(column.name)}"
    return f"COMMENT ON COLUMN {target} IS {literal(column.comment)}"
