"""The steps that give a live table its wanted checks, indexes and foreign keys."""

from __future__ import annotations

from collections.abc import Iterator

from engine.storage.context import Context, Matched
from engine.storage.live import LiveRule
from engine.storage.probes import InTheWay
from engine.storage.shape import RuleShape, quoted
from engine.storage.steps import Phase, Step

_WHY = {
    "check": "rows break it",
    "link": "rows link to records that are not there",
    "unique index": "rows have the same values",
}


def rule_steps(context: Context, matched: Matched) -> Iterator[Step]:
    """Yield the steps for new, altered and gone rules; rules made by hand are left alone."""
    lost = _rebuilt_columns(context, matched)
    for rule in matched.wanted.rules.values():
        live = matched.live.rules.get(rule.name)
        if live is None:
            yield _made(context, matched, rule, None)
        elif not _is_same(context, matched, rule, live) or lost & set(live.columns):
            yield _made(context, matched, rule, live)
    used = set(matched.sources.values())
    for live in matched.live.rules.values():
        if live.name in matched.wanted.rules or not context.live.is_ours(
            matched.live.name, live.name
        ):
            continue
        if live.kind != "f" or used & set(live.columns):  # the others: compare_unused
            yield _gone(matched, live)


def _rebuilt_columns(context: Context, matched: Matched) -> set[str]:
    """Return live columns whose rules cannot outlive the change: other type, computed anew."""
    generated = {name for name, column in matched.live.columns.items() if column.is_generated}
    kept = generated & set(matched.wanted.columns)
    anew = {name for name in kept if matched.is_recomputed(context, name)}
    return set(matched.converted) | anew


def _is_same(context: Context, matched: Matched, rule: RuleShape, live: LiveRule) -> bool:
    signature = context.live.signatures.get(f"{matched.live.name}.{rule.name}")
    return signature == rule.signature and live.kind != "x"


def drop_rule(table: str, live: LiveRule) -> str:
    """Return the statement that drops a live rule."""
    if live.kind in "ix":
        # Gone already when a column it stands on was dropped before.
        return f"DROP INDEX IF EXISTS {quoted(live.name)}"
    return f"ALTER TABLE {quoted(table)} DROP CONSTRAINT IF EXISTS {quoted(live.name)}"


def _gone(matched: Matched, live: LiveRule) -> Step:
    return Step(
        sign="-",
        kind="rule",
        target=f"{matched.wanted.name}.{live.name}",
        detail={"c": "check", "f": "link"}.get(live.kind, "index"),
        statements=((Phase.CLEAR, drop_rule(matched.wanted.name, live)),),
    )


def _made(context: Context, matched: Matched, rule: RuleShape, live: LiveRule | None) -> Step:
    found = _in_the_way(context, matched, rule)
    later = " NOT VALID" if found.rows and rule.kind in ("check", "link") else ""
    phase = Phase.LINK if rule.kind == "link" else Phase.RULE
    cleared = () if live is None else ((Phase.CLEAR, drop_rule(matched.wanted.name, live)),)
    return Step(
        sign="+" if live is None else "~",
        kind=rule.kind,
        target=f"{matched.wanted.name}.{rule.name}",
        detail=rule.kind,
        statements=(*cleared, (phase, rule.ddl + later)),
        safe=not found.rows,
        possible=not found.rows or rule.kind != "unique index",
        why=_WHY[rule.kind] if found.rows else "",
        rows=found.rows,
        ids=found.ids,
    )


def _in_the_way(context: Context, matched: Matched, rule: RuleShape) -> InTheWay:
    if rule.kind == "check":
        return matched.rows.breaking(rule.condition)
    if rule.kind == "unique index":
        return matched.rows.repeated(rule)
    if rule.kind == "link" and not rule.target.startswith("ab_"):
        return matched.rows.dangling(rule, context.live_table(rule.target))
    return InTheWay(0, ())
