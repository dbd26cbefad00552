"""Check every formula of the draft once; upper layers only run what is left here."""

from __future__ import annotations

from functools import lru_cache

from engine.diagnostics import did_you_mean
from engine.expressions import (
    Expression,
    ExpressionError,
    ExpressionErrors,
    Type,
    Typed,
    check,
    parse,
)
from engine.expressions.types import fits
from engine.fieldtypes.base import field_type
from engine.loading.builtin import USER
from engine.loading.draft import Draft, Pending, Use
from engine.loading.scopes import EntityScope, FixedScope
from engine.loading.site import Site
from engine.metadata import Field, Formula

_CLOCK = frozenset({"today", "now"})
Scopes = dict[tuple[object, ...], EntityScope]


def check_formulas(draft: Draft) -> None:
    """Parse and type every formula, and report all that is wrong at its place in the text."""
    scopes: Scopes = {}
    for pending in draft.formulas:
        use = pending.use
        if use.entity not in draft.entities and use.entity != USER:
            continue  # reported where the entity is named
        try:
            typed = _typed(pending, _scope(draft, use, scopes), draft)
        except ExpressionErrors as errors:
            for error in errors.errors:
                _report(draft, error, pending.site)
        except ExpressionError as error:
            _report(draft, error, pending.site)
        else:
            _check_clock(draft, typed, pending)
            _keep(pending.formula, typed)


def _scope(draft: Draft, use: Use, scopes: Scopes) -> EntityScope:
    key = (use.entity, use.record, id(use.ask), use.user, use.old, use.paths)
    found = scopes.get(key)
    if found is None:
        found = scopes[key] = EntityScope(
            draft,
            use.entity,
            record=use.record,
            ask=use.ask,
            user=use.user,
            old=use.old,
            paths=use.paths,
        )
    return found


@lru_cache(maxsize=8192)
def _parsed(text: str) -> Expression:
    """Parse a formula once, however often it is written and the project is loaded."""
    return parse(text)


def _typed(pending: Pending, scope: EntityScope | FixedScope, draft: Draft) -> Typed:
    expression = _parsed(pending.formula.text)
    gives = pending.use.gives
    if isinstance(gives, str):
        return check(expression, scope, expected=gives)
    wanted = field_type(gives.type).value_type(gives)
    typed = check(expression, scope, expected=wanted.name)
    _check_value(typed, wanted, gives, pending, draft)
    return typed


def _check_value(typed: Typed, wanted: Type, field: Field, pending: Pending, draft: Draft) -> None:
    """Report a link to the wrong entity, and a word that is no option."""
    if not fits(typed.type, wanted):
        message = f"'{field.name}' needs {wanted}, but the formula gives {typed.type}"
        hint = f"let it give {wanted}, or change the field's type"
        draft.report(pending.site.text_at(0), "formula-type", message, hint)
    constant = getattr(typed.root, "value", None)
    if wanted.options and isinstance(constant, str) and constant not in wanted.options:
        message = f"'{constant}' is not an option of '{field.name}'"
        hint = did_you_mean(constant, wanted.options)
        draft.report(pending.site.text_at(0), "unknown-option", message, hint)


def _check_clock(draft: Draft, typed: Typed, pending: Pending) -> None:
    """Report a formula that would give another answer tomorrow, where the answer is kept."""
    clock = sorted(typed.expression.functions() & _CLOCK)
    if pending.use.kept and clock:
        message = f"{clock[0]}() cannot stand here: its answer changes by itself"
        draft.report(pending.site.text_at(0), "formula-ages", message, pending.use.kept)


def _report(draft: Draft, error: ExpressionError, site: Site) -> None:
    draft.report(site.text_at(error.offset), error.code, error.message, error.hint)


def _keep(formula: Formula, typed: Typed) -> None:
    """Leave the checked form in the formula: the one place that changes a frozen object."""
    object.__setattr__(formula, "typed", typed)
