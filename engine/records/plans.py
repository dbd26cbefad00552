"""What the formulas of an entity need, worked out once per catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.expressions import compile_python
from engine.fieldtypes.series_pattern import field_paths
from engine.metadata import Catalog, Entity, Field, Formula

Path = tuple[str, ...]
GIVEN = frozenset({"user", "old", "ask", "record"})  # roots that are no field of the record


@dataclass(frozen=True, slots=True)
class EntityPlan:
    """An entity with its formulas compiled and the paths they read from linked records."""

    entity: Entity
    linked: dict[str, tuple[Path, ...]]  # link field -> what is read from its record
    computed: tuple[Field, ...]  # stored computed fields, each after those it reads
    lines: tuple[Field, ...]
    only_scope: bool  # of linked records nothing is read but the owning unit
    _compiled: dict[int, Callable[[Any], Any]] = field(default_factory=dict)

    def run(self, formula: Formula, environment: Any) -> Any:
        """Evaluate a formula of this entity."""
        closure = self._compiled.get(id(formula))
        if closure is None:
            closure = self._compiled[id(formula)] = compile_python(formula.typed)
        return closure(environment)


def plan_of(catalog: Catalog, entity: str) -> EntityPlan:
    """Return the plan of an entity; kept with the catalog."""
    plans: dict[str, EntityPlan] = vars(catalog).setdefault("_record_plans", {})
    plan = plans.get(entity)
    if plan is None:
        plan = plans[entity] = _plan(catalog.entity(entity))
    return plan


def _plan(entity: Entity) -> EntityPlan:
    linked: dict[str, set[Path]] = {}
    for path in _paths(entity):
        if len(path) > 1 and path[0] not in GIVEN and _is_link(entity, path[0]):
            linked.setdefault(path[0], set()).add(path[1:])
    head, *rest = entity.scope.split(".") if entity.scope else [""]
    return EntityPlan(
        entity,
        {name: tuple(sorted(paths)) for name, paths in linked.items()},
        tuple(_in_order(entity)),
        tuple(f for f in entity.fields.values() if f.type == "lines"),
        all((name, paths) == (head, {tuple(rest)}) for name, paths in linked.items()),
    )


def _is_link(entity: Entity, name: str) -> bool:
    found = entity.fields.get(name)
    return found is not None and found.type == "link"


def _paths(entity: Entity) -> Iterator[Path]:
    for formula in formulas_of(entity):
        if formula.typed is not None:
            yield from formula.typed.paths
    for one in entity.fields.values():
        if one.fetch:
            yield tuple(one.fetch.split("."))
        if one.type == "series":
            yield from (tuple(path.split(".")) for path in field_paths(one.options["pattern"]))
    for path in (entity.scope, entity.department):
        if path:
            steps = tuple(path.split("."))
            yield steps


def formulas_of(entity: Entity) -> Iterator[Formula]:
    """Yield every formula that is evaluated on one record in Python."""
    for one in entity.fields.values():
        yield from _present(
            one.required_when, one.visible_when, one.read_only_when, one.default_formula
        )
        yield from _present(one.compute)
    for check in entity.checks:
        yield check.that
    yield from _present(entity.lock_when)
    for button in entity.buttons.values():
        yield from _present(button.when)
        yield from button.set.values()


def _present(*formulas: Formula | None) -> Iterator[Formula]:
    return (f for f in formulas if f is not None)


def _in_order(entity: Entity) -> Iterable[Field]:
    stored = {f.name: f for f in entity.fields.values() if f.compute is not None and f.stored}
    done: dict[str, Field] = {}

    def visit(one: Field) -> None:
        if one.name in done or one.compute is None:
            return
        for path in one.compute.typed.paths:
            below = stored.get(path[0])
            if below is not None and below.name != one.name:
                visit(below)
        done[one.name] = one

    for one in stored.values():
        visit(one)
    return done.values()
