"""Buttons: an action with a right and a condition of its own, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.expressions import holds
from engine.extension import ActionResult, Invalid, NotFound, Preview, Problem, Refused, actions
from engine.fieldtypes import InvalidValue, field_type
from engine.metadata import Button
from engine.records.contexts import Action
from engine.records.covers import shown_title
from engine.records.environment import RecordEnvironment
from engine.records.plans import plan_of
from engine.records.reach import is_allowed
from engine.records.rows import fetch
from engine.records.workspace import Workspace
from engine.records.writing import change

MAX_AT_ONCE = 5_000


def offered(work: Workspace, entity: str, values: Mapping[str, Any]) -> list[tuple[Button, str]]:
    """Return the buttons the actor has a right to, each with why it is grey ('' if it is not)."""
    plan = plan_of(work.catalog, entity)
    environment = RecordEnvironment(work, entity, values)
    found = []
    for button in plan.entity.buttons.values():
        if button.list_only or not is_allowed(work, entity, button.name):
            continue
        allowed = button.when is None or holds(plan.run(button.when, environment))
        reason = "" if allowed else _why_not(work, button)
        found.append((button, reason))
    return found


def _why_not(work: Workspace, button: Button) -> str:
    if button.why_not is not None:
        return button.why_not.in_(work.language)
    return work.message("Not possible in this state.")


def preview(
    work: Workspace, entity: str, name: str, ids: Sequence[int], asked: Mapping[str, Any]
) -> Preview:
    """Say what pressing a button would do; nothing of it stays.

    Raises:
        Refused, NotFound, Invalid: as pressing it would.
    """
    button = work.catalog.entity(entity).buttons.get(name)
    if button is None or not button.preview:
        raise NotFound(f"{entity}.{name}", "")
    trial = work.connection.begin_nested()
    try:
        result = press(work, entity, name, ids, asked, is_preview=True)
    finally:
        trial.rollback()
    if result.preview is None:
        raise ValueError(f"the action {button.action!r} was asked for a preview and gave none")
    return result.preview


def press(
    work: Workspace,
    entity: str,
    name: str,
    ids: Sequence[int],
    asked: Mapping[str, Any] | None = None,
    *,
    is_preview: bool = False,
) -> ActionResult:
    """Press a button on some records; all of them or none.

    Raises:
        Refused: no right, or a record's state forbids it (says which and why).
        NotFound: a record is not there, or not within the actor's rows for this button.
        Invalid: the dialog's answers are wrong.
    """
    described = work.catalog.entity(entity)
    button = described.buttons.get(name)
    if button is None:
        raise NotFound(f"{entity}.{name}", "")
    if not is_allowed(work, entity, name):
        raise Refused("You have no right to do this here.")
    _check_count(button, ids)
    records = _locked(work, entity, name, ids)
    answers = _answers(work, button, asked or {})
    for record in records:
        _must_be_possible(work, entity, button, record)
        _set(work, entity, button, record, answers)
    result = None
    if button.action:
        chosen = [record["id"] for record in records]
        action = Action(work, entity, chosen, answers, is_preview=is_preview)
        result = actions()[button.action].run(action)
    return result or ActionResult("Done.")


def _check_count(button: Button, ids: Sequence[int]) -> None:
    if button.list_only:
        if ids:
            raise Refused("This is not done to single records.")
        return
    if not ids:
        raise Invalid("Choose at least one record.")
    if len(ids) > MAX_AT_ONCE:
        raise Invalid("At most %(most)s records at once.", most=MAX_AT_ONCE)


def _locked(work: Workspace, entity: str, name: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Hold the records in the order of their ids, so that two people never wait in a circle."""
    if not ids:
        return []
    table = work.tables.table(entity)
    wanted = sorted(set(ids))
    found = fetch(work, entity, table.c.id.in_(wanted), action=name, lock=True)
    missing = set(wanted) - {r["id"] for r in found}
    if missing:
        raise NotFound(entity, min(missing))
    return found


def _answers(work: Workspace, button: Button, asked: Mapping[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    problems = [
        Problem("There is no field %(name)s.", {"name": name}, name, "unknown")
        for name in asked
        if name not in button.ask
    ]
    for name, field in button.ask.items():
        try:
            raw = asked.get(name, field.default)
            answers[name] = field_type(field.type).parse(field, raw, work.style)
        except InvalidValue as wrong:
            problems.append(Problem(wrong.message, wrong.params, name))
            continue
        if field.required and answers[name] in (None, "", []):
            problems.append(Problem("This field is required.", {}, name, "required"))
    if problems:
        raise Invalid(problems)
    return answers


def _must_be_possible(
    work: Workspace, entity: str, button: Button, record: Mapping[str, Any]
) -> None:
    if button.when is None:
        return
    plan = plan_of(work.catalog, entity)
    if not holds(plan.run(button.when, RecordEnvironment(work, entity, record))):
        title = shown_title(work, entity, record.get(plan.entity.title)) or f"#{record['id']}"
        raise Refused("%(title)s: %(reason)s", title=title, reason=_why_not(work, button))


def _set(
    work: Workspace,
    entity: str,
    button: Button,
    record: Mapping[str, Any],
    answers: Mapping[str, Any],
) -> None:
    if not button.set:
        return
    plan = plan_of(work.catalog, entity)
    environment = RecordEnvironment(work, entity, record, asked=answers)
    values = {name: plan.run(formula, environment) for name, formula in button.set.items()}
    change(
        work.as_trusted(),
        entity,
        record["id"],
        values,
        right=button.name,
        by_engine=frozenset(values),
    )
