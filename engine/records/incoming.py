"""What a person or program sends, turned into values; every problem at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.access import changeable_fields
from engine.expressions import holds
from engine.extension import Problem
from engine.fieldtypes import InvalidValue, field_type
from engine.metadata import Entity, Field
from engine.records.engine_fields import ENGINE_FIELDS
from engine.records.environment import RecordEnvironment
from engine.records.plans import plan_of
from engine.records.sent_back import is_engine_value, is_sent_back
from engine.records.workspace import Workspace

FORBIDDEN = "You may not set this field."


class Draft:
    """A record on its way into the table: its values, what was sent, what is wrong."""

    def __init__(
        self,
        work: Workspace,
        entity: str,
        *,
        old: Mapping[str, Any] | None = None,
        prefix: str = "",
        parent_link: str = "",
        parent: Draft | None = None,
    ) -> None:
        self.work = work
        self.plan = plan_of(work.catalog, entity)
        self.old = old
        self.values: dict[str, Any] = dict(old or {})
        self.sent: set[str] = set()
        self.refused: set[str] = set()  # sent, and not taken
        self.lines: dict[str, list[Draft]] = {}
        self.problems: list[Problem] = []
        self.prefix = prefix
        self.parent_link = parent_link  # of a line: filled in when its record is written
        self.parent = parent  # of a line: the draft of its record

    @property
    def entity(self) -> Entity:
        """The entity of the record."""
        return self.plan.entity

    @property
    def is_new(self) -> bool:
        """Tell whether the record is being created."""
        return self.old is None

    def environment(self, asked: Mapping[str, Any] | None = None) -> RecordEnvironment:
        """Return the record as formulas see it now."""
        values = dict(self.values)
        for name, drafts in self.lines.items():
            values[name] = [draft.values for draft in drafts]
        return RecordEnvironment(self.work, self.entity.name, values, old=self.old, asked=asked)

    def environment_before(self) -> RecordEnvironment:
        """Return the record as formulas see what is stored."""
        return RecordEnvironment(self.work, self.entity.name, self.old or {}, old=self.old)

    def complain(self, message: str, field: str = "", code: str = "invalid", **params: Any) -> None:
        """Note a problem at a field of this record."""
        self.problems.append(Problem(message, params, self.prefix + field, code))

    def all_problems(self) -> Iterator[Problem]:
        """Yield the problems of the record and of its lines."""
        yield from self.problems
        for drafts in self.lines.values():
            for draft in drafts:
                yield from draft.all_problems()

    def changed(self) -> set[str]:
        """Return the names of the fields whose value differs from the stored one."""
        if self.old is None:
            return set(self.values)
        return {n for n, v in self.values.items() if n not in self.old or self.old[n] != v}


def take(
    draft: Draft, given: Mapping[str, Any], *, by_engine: frozenset[str] = frozenset()
) -> None:
    """Parse what was sent into the draft; `by_engine` names may be set though read-only."""
    allowed = _allowed(draft)
    for name, raw in given.items():
        field = draft.entity.fields.get(name)
        if field is None:
            _refuse_unknown(draft, name, raw)
            continue
        if is_sent_back(draft.work, draft.entity.name, field, raw, draft.old):
            continue
        if name not in by_engine and not _may_set(draft, field, allowed):
            draft.complain(FORBIDDEN, name, "forbidden")
            continue
        _take_one(draft, field, raw)


def _refuse_unknown(draft: Draft, name: str, raw: Any) -> None:
    """Complain of a field that is not there, or that only the engine writes."""
    if draft.work.trusted and name in ENGINE_FIELDS:
        return
    if name not in ENGINE_FIELDS and name != "scope_unit":
        draft.complain("There is no field %(name)s.", name, "unknown", name=name)
    elif not is_engine_value(draft.work, draft.entity.name, name, raw, draft.old):
        draft.complain(FORBIDDEN, name, "forbidden")


def _allowed(draft: Draft) -> frozenset[str] | None:
    work = draft.work
    if work.trusted:
        return None
    action = "create" if draft.is_new else "change"
    return changeable_fields(work.catalog, work.actor, draft.entity.name, action)


def _may_set(draft: Draft, field: Field, allowed: frozenset[str] | None) -> bool:
    if field.compute is not None:
        return False
    if allowed is None:
        return True
    is_fixed = field.read_only or field_type(field.type).read_only or field.hidden
    if is_fixed or field.name not in allowed:
        return False
    return field.editable == "always" or draft.is_new


def _take_one(draft: Draft, field: Field, raw: Any) -> None:
    if field.type == "lines":
        _take_lines(draft, field, raw)
        return
    try:
        value = field_type(field.type).parse(field, raw, draft.work.style)
    except InvalidValue as wrong:
        draft.complain(wrong.message, field.name, **wrong.params)
        draft.refused.add(field.name)
        return
    if field.type == "choice" and not _may_pick(draft, field, value):
        draft.complain("You may not choose this.", field.name, "forbidden")
        draft.refused.add(field.name)
        return
    draft.values[field.name] = value
    draft.sent.add(field.name)


def _may_pick(draft: Draft, field: Field, value: Any) -> bool:
    if draft.work.trusted or value is None:
        return True
    if draft.old is not None and draft.old.get(field.name) == value:
        return True
    pick = field.options["options"][value].get("pick") or ()
    actor = draft.work.actor
    return not pick or actor.is_admin or bool(set(pick) & set(actor.roles))


def _take_lines(draft: Draft, field: Field, raw: Any) -> None:
    if not isinstance(raw, list | tuple) or not all(isinstance(r, Mapping) for r in raw):
        draft.complain("The lines must be a list of records.", field.name)
        return
    options = field.options
    stored = _stored_lines(draft, field)
    drafts = []
    for number, row in enumerate(raw):
        old = stored.get(_line_id(row))
        if old is None and row.get("id"):
            draft.complain("That line is no longer there.", f"{field.name}.{number}", "stale")
            continue
        child = Draft(
            draft.work,
            options["of"],
            old=old,
            prefix=f"{draft.prefix}{field.name}.{number}.",
            parent_link=options["by"],
            parent=draft,
        )
        take(child, {k: v for k, v in row.items() if k not in {"id", "version", options["by"]}})
        drafts.append(child)
    draft.lines[field.name] = drafts
    draft.sent.add(field.name)


def _line_id(row: Mapping[str, Any]) -> int | None:
    text = str(row.get("id") or "")
    return int(text) if text.isdecimal() else None


def _stored_lines(draft: Draft, field: Field) -> dict[int | None, dict[str, Any]]:
    from engine.records.rows import lines_of

    if draft.old is None:
        return {}
    found = lines_of(draft.work, draft.entity.name, field.name, draft.old["id"])
    return {row["id"]: row for row in found}


def complete(draft: Draft) -> None:
    """Fill in defaults and what is fetched from newly linked records."""
    for field in draft.entity.fields.values():
        if field.type == "lines" or field.compute is not None:
            continue
        if field.fetch and field.name not in draft.sent and _link_changed(draft, field):
            draft.values[field.name] = draft.environment().value(tuple(field.fetch.split(".")))
        elif draft.is_new and field.name not in draft.sent and field.name not in draft.refused:
            draft.values[field.name] = _default(draft, field)
    for drafts in draft.lines.values():
        for child in drafts:
            complete(child)


def _link_changed(draft: Draft, field: Field) -> bool:
    link = field.fetch.split(".")[0]
    before = None if draft.old is None else draft.old.get(link)
    return draft.values.get(link) != before


def _default(draft: Draft, field: Field) -> Any:
    if field.default_formula is not None:
        return draft.plan.run(field.default_formula, draft.environment())
    if field.default is not None:
        return field_type(field.type).parse(field, field.default, draft.work.style)
    return None


def judge(draft: Draft, *, rules: bool = True) -> None:
    """Evaluate conditional rules, computed fields and checks; problems are noted."""
    for drafts in draft.lines.values():
        for child in drafts:
            judge(child, rules=rules)
    if rules:
        _conditional(draft)
    _compute(draft)
    environment = draft.environment()
    for check in draft.entity.checks:
        if draft.plan.run(check.that, environment) is False:
            draft.complain(check.message.in_(draft.work.language), check.field, check.name)


def _conditional(draft: Draft) -> None:
    environment = draft.environment()
    before = environment if draft.old is None else draft.environment_before()
    for field in draft.entity.fields.values():
        if field.visible_when is not None and not holds(
            draft.plan.run(field.visible_when, environment)
        ):
            _put_back(draft, field)
            continue
        if _is_held(draft, field, before):
            draft.complain("This field cannot be changed now.", field.name, "read-only")
        if _is_empty(draft, field) and _is_required(draft, field, environment):
            draft.complain("This field is required.", field.name, "required")


def _put_back(draft: Draft, field: Field) -> None:
    """An invisible field keeps what it had: nobody meant to send it."""
    if field.name in draft.sent and not draft.work.trusted:
        draft.lines.pop(field.name, None)
        draft.values[field.name] = None if draft.old is None else draft.old.get(field.name)


def _is_held(draft: Draft, field: Field, before: RecordEnvironment) -> bool:
    """Tell whether a rule forbids this change."""
    rule = field.read_only_when
    if rule is None or draft.work.trusted:
        return False
    if field.name not in draft.sent or draft.old is None:
        return False
    if draft.values.get(field.name) == draft.old.get(field.name):
        return False
    return holds(draft.plan.run(rule, before))


def _is_empty(draft: Draft, field: Field) -> bool:
    if field.type == "lines":
        if field.name in draft.lines:
            return not draft.lines[field.name]
        return draft.is_new
    return draft.values.get(field.name) in (None, "", [])


def _is_required(draft: Draft, field: Field, environment: RecordEnvironment) -> bool:
    if field.type == "series" or field.compute is not None or field.name == draft.parent_link:
        return False
    if field.name in draft.refused:
        return False  # what was sent is wrong, and that was said
    if field.required:
        return True
    return field.required_when is not None and holds(
        draft.plan.run(field.required_when, environment)
    )


def _compute(draft: Draft) -> None:
    for field in draft.plan.computed:
        if field.compute is None:
            continue
        value = draft.plan.run(field.compute, draft.environment())
        try:
            draft.values[field.name] = field_type(field.type).rounded(field, value)
        except InvalidValue as wrong:
            draft.complain(wrong.message, field.name, **wrong.params)
