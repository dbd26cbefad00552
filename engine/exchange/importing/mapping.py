"""Which column is which field: guessed from heads, from what the person chose before, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select

from engine.exchange.importing.spelling import heading
from engine.exchange.importing.table import Table
from engine.exchange.importing.targets import Target, is_kept
from engine.extension import Invalid
from engine.metadata import Entity
from engine.records import Workspace
from engine.storage import wy_import

MODES = ("both", "create", "update")
_NEAR = 0.6
_REMEMBERED = 10  # earlier imports that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a file is to be read; kept as JSON with the import."""

    sheet: str = ""
    head_row: int = 0  # 0: guessed
    columns: Mapping[int, str] = field(default_factory=dict)  # column -> path of a target
    constants: Mapping[str, str] = field(default_factory=dict)  # path -> what a cell would hold
    key: tuple[str, ...] = ()  # fields by which existing records are found
    mode: str = "both"
    good_rows_only: bool = True  # else one bad row keeps all from being written

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON carries it."""
        return asdict(self) | {"columns": {str(k): v for k, v in self.columns.items()}}

    @property
    def paths(self) -> frozenset[str]:
        """Return all paths that are filled."""
        return frozenset(self.columns.values()) | frozenset(self.constants)


def plan_of(kept: Mapping[str, Any]) -> Plan:
    """Return what `as_json` made; missing parts as in a new plan."""
    return Plan(
        sheet=str(kept.get("sheet", "")),
        head_row=int(kept.get("head_row", 0)),
        columns={int(k): str(v) for k, v in kept.get("columns", {}).items()},
        constants={str(k): str(v) for k, v in kept.get("constants", {}).items()},
        key=tuple(kept.get("key", ())),
        mode=str(kept.get("mode", "both")),
        good_rows_only=bool(kept.get("good_rows_only", True)),
    )


def guess_columns(
    table: Table, targets: Mapping[str, Target], remembered: Mapping[str, str]
) -> dict[int, str]:
    """Return the likely field of each column; no field twice.

    What the person chose for such a head before comes first ('' for left out), then heads
    that are known, then heads that are alike.
    """
    found: dict[int, str] = {}
    spelled = {i: heading(h) for i, h in enumerate(table.heads) if h}
    for column, head in spelled.items():
        path = remembered.get(head, "")
        if path in targets and path not in found.values():
            found[column] = path
    for alike in (_known, _near):
        for column, head in spelled.items():
            if column in found or head in remembered:
                continue
            free = [t for t in targets.values() if t.path not in found.values()]
            path = alike(head, free)
            if path:
                found[column] = path
    return found


def _known(head: str, targets: Sequence[Target]) -> str:
    return next((t.path for t in targets if head in t.heads), "")


def _near(head: str, targets: Sequence[Target]) -> str:
    """Return the field whose head is most alike, when no other is as much."""
    scores = sorted(
        ((max(_alike(head, h) for h in t.heads), t.path) for t in targets if not t.is_helper),
        reverse=True,
    )
    if not scores or scores[0][0] < _NEAR:
        return ""
    is_alone = len(scores) == 1 or scores[1][0] < scores[0][0]
    return scores[0][1] if is_alone else ""


def _alike(one: str, other: str) -> float:
    if len(one) > 1 and len(other) > 1 and (one in other or other in one):
        return 0.7 + 0.3 * min(len(one), len(other)) / max(len(one), len(other))
    return SequenceMatcher(None, one, other).ratio()


def remembered_heads(work: Workspace, entity: str) -> dict[str, str]:
    """Return what this person chose for heads in imports of the entity that were written."""
    query = (
        select(wy_import.c.options["heads"])
        .where(
            wy_import.c.entity == entity,
            wy_import.c.created_by == work.actor.user_id,
            wy_import.c.state == "done",
        )
        .order_by(wy_import.c.id.desc())
        .limit(_REMEMBERED)
    )
    found: dict[str, str] = {}
    for heads in reversed(work.connection.scalars(query).all()):
        found.update(heads or {})
    return found


def guess_key(
    entity: Entity, targets: Mapping[str, Target], paths: frozenset[str]
) -> tuple[str, ...]:
    """Return the first unique rule whose fields are all filled."""
    return next((k for k in key_choices(entity, targets) if set(k) <= paths), ())


def key_choices(entity: Entity, targets: Mapping[str, Target]) -> list[tuple[str, ...]]:
    """Return the field sets that tell one record from another."""
    found: list[tuple[str, ...]] = [(f.name,) for f in entity.fields.values() if f.unique]
    found += [index.fields for index in entity.indexes if index.unique]
    title = entity.fields.get(entity.title)
    if title is not None and is_kept(title):
        found.append((entity.title,))
    return [k for k in dict.fromkeys(found) if all(name in targets for name in k)]


def check_plan(plan: Plan, targets: Mapping[str, Target], width: int) -> None:
    """Refuse a plan that was forged or is none.

    Raises:
        Invalid: a field that cannot be filled, one filled twice, no key, an unknown mode.
    """
    _check_columns(plan, targets, width)
    if plan.mode not in MODES:
        raise Invalid("Choose what to do with the rows.")
    for name in plan.key:
        if name not in targets or targets[name].is_helper or not is_kept(targets[name].field):
            raise Invalid("There is no field %(name)s.", name=name)
    if plan.mode == "update" and not plan.key:
        raise Invalid("Choose the fields by which existing records are found.")


def _check_columns(plan: Plan, targets: Mapping[str, Target], width: int) -> None:
    paths = [*plan.columns.values(), *plan.constants]
    for path in paths:
        if path not in targets:
            raise Invalid("There is no field %(name)s.", name=path)
        if paths.count(path) > 1:
            raise Invalid("%(label)s is filled by two columns.", label=targets[path].label)
    if any(not 0 <= column < width for column in plan.columns):
        raise Invalid("There is no such column.")
    if not paths:
        raise Invalid("Say for at least one column which field it is.")
