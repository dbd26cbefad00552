"""New rows as drafts, thousands at a time: what holds for all of them is worked out once.

The answers are those of taking, completing and judging each row by itself (drafting.Drafter does
that for changed rows, and for entities whose plugins listen), and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.exchange.importing.rows import Row
from engine.expressions import holds
from engine.extension import Conflict, Invalid, Problem, Refused
from engine.fieldtypes import InvalidValue, field_type
from engine.metadata import Entity, Field, Formula
from engine.records import Draft, Workspace
from engine.records.environment import RecordEnvironment
from engine.records.plans import EntityPlan, plan_of


class RowEnvironment(RecordEnvironment):
    """The environment of one row after the other."""

    def at(self, values: dict[str, Any]) -> RowEnvironment:
        """Look at another row."""
        self._values = values
        self._given["record"] = values
        return self


@dataclass(frozen=True, slots=True)
class _Step:
    """What is filled in at once, and the formula or the fetched path that may read it."""

    constants: Mapping[str, Any]
    name: str = ""
    formula: Formula | None = None
    fetched: tuple[str, ...] = ()


class NewRows:
    """Drafts new rows whose fields may all be set as they were read."""

    def __init__(self, work: Workspace, entity: Entity) -> None:
        self._work, self._entity = work, entity
        self._plan: EntityPlan = plan_of(work.catalog, entity.name)
        self._steps = tuple(_steps(work, entity))
        self._ruled = tuple(f for f in entity.fields.values() if _is_ruled(f))
        self._asks = any(f.visible_when or f.required_when for f in self._ruled)
        self._environment = RowEnvironment(work, entity.name, {})

    def make(self, row: Row, values: dict[str, Any], check_links: Any) -> None:
        """Give the row its draft and what is wrong with it; `values` are to be the draft's own."""
        draft = Draft(self._work, self._entity.name)
        draft.sent = set(values)
        draft.values = values
        try:
            self._complete(draft)
            check_links(draft)
            self._judge(draft)
        except Invalid as wrong:
            row.problems += wrong.problems
        except (Refused, Conflict) as wrong:
            row.problems.append(Problem(wrong.message, wrong.params))
        else:
            row.draft = draft
            row.problems += draft.problems

    def _complete(self, draft: Draft) -> None:
        """Fill in defaults and what is fetched, each seeing only what stands before it."""
        values, sent = draft.values, draft.sent
        for step in self._steps:
            for name, constant in step.constants.items():
                if name not in sent:
                    values[name] = constant
            if not step.name or step.name in sent:
                continue
            if step.fetched and values.get(step.fetched[0]) is not None:
                values[step.name] = self._environment.at(values).value(step.fetched)
            elif step.formula is not None:
                values[step.name] = self._plan.run(step.formula, self._environment.at(values))
            else:
                values[step.name] = _constant(self._work, self._entity.fields[step.name])

    def _judge(self, draft: Draft) -> None:
        values = draft.values
        here = self._environment.at(dict(values) if self._asks else values)
        for field in self._ruled:
            self._judge_field(draft, field, here)
        self._environment.at(values)
        for field in self._plan.computed:
            self._compute(draft, field)
        for check in self._entity.checks:
            if self._plan.run(check.that, self._environment) is False:
                message = check.message.in_(self._work.language)
                draft.complain(message, check.field, check.name)

    def _judge_field(self, draft: Draft, field: Field, here: RowEnvironment) -> None:
        shown = field.visible_when
        if shown is not None and not holds(self._plan.run(shown, here)):
            if field.name in draft.sent and not self._work.trusted:
                draft.values[field.name] = None
            return
        if field.type == "series" or field.compute is not None:
            return
        if draft.values.get(field.name) not in (None, "", []):
            return
        wanted = field.required_when
        if field.required or (wanted is not None and holds(self._plan.run(wanted, here))):
            draft.complain("This field is required.", field.name, "required")

    def _compute(self, draft: Draft, field: Field) -> None:
        if field.compute is None:
            return
        value = self._plan.run(field.compute, self._environment)
        try:
            draft.values[field.name] = field_type(field.type).rounded(field, value)
        except InvalidValue as wrong:
            draft.complain(wrong.message, field.name, **wrong.params)


def _steps(work: Workspace, entity: Entity) -> Iterator[_Step]:
    """Yield what `records.incoming.complete` does, in its order."""
    constants: dict[str, Any] = {}
    for field in entity.fields.values():
        if field.type == "lines" or field.compute is not None:
            continue
        if field.fetch or field.default_formula is not None:
            fetched = tuple(field.fetch.split(".")) if field.fetch else ()
            yield _Step(constants, field.name, field.default_formula, fetched)
            constants = {}
        else:
            value = _constant(work, field)
            if isinstance(value, list):  # each row must have its own
                yield _Step(constants, field.name)
                constants = {}
            else:
                constants[field.name] = value
    yield _Step(constants)


def _constant(work: Workspace, field: Field) -> Any:
    if field.default is None:
        return None
    return field_type(field.type).parse(field, field.default, work.style)


def _is_ruled(field: Field) -> bool:
    """Tell whether a new record's field may be missing, or out of sight."""
    if field.visible_when is not None:
        return True
    if field.type == "series" or field.compute is not None:
        return False
    return field.required or field.required_when is not None


def own_values(given: Mapping[str, Any], plain: Collection[str]) -> dict[str, Any] | None:
    """Return what a row says of its own fields; None when one of them is not simply set."""
    found = {}
    for path, value in given.items():
        if path in plain:
            found[path] = value
        elif "." not in path:
            return None
    return found


__all__ = ["NewRows", "RowEnvironment", "own_values"]
