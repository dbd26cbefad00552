"""The form of a record: new, changed, refused with reasons, or overtaken by another."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from engine.access import changeable_fields, entities_readable, masked_fields, readable_fields
from engine.expressions import holds
from engine.extension import Problem
from engine.metadata import Entity, Field
from engine.records import Draft, RecordService, Workspace
from engine.records.covers import shown_title
from engine.records.environment import RecordEnvironment
from engine.records.incoming import complete, take
from engine.records.links import check_links
from engine.records.plans import plan_of
from engine.web.i18n import label as text_of
from engine.web.i18n import say
from engine.web.present.browser import tree_of
from engine.web.present.drawn import drawn_in_advance
from engine.web.present.fields import FormContext, field_view
from engine.web.present.titles import Titles, titles_of
from engine.web.urls import list_url, record_url

View = dict[str, Any]


def form_fields(work: Workspace, entity: Entity) -> list[Field]:
    """Return the fields that stand on the form and that the reader may see."""
    readable = readable_fields(work.catalog, work.actor, entity.name)
    names = [n for t in entity.form.tabs for s in t.sections for n in s.fields]
    return [entity.fields[n] for n in dict.fromkeys(names) if n in readable]


def fresh_values(work: Workspace, entity: Entity, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new record's form starts with: defaults, and first values in the address.

    An address may be forged: a link to a record its reader may not see is left out, or its
    name, and what is fetched from it, would show.
    """
    draft = Draft(work, entity.name)
    plain = {n for n, f in entity.fields.items() if f.type != "lines"}
    take(draft, {k: v for k, v in given.items() if k in plain})
    check_links(draft)
    for problem in draft.problems:
        draft.values.pop(problem.field, None)
        draft.sent.discard(problem.field)
    complete(draft)
    return draft.values


def stored_values(work: Workspace, entity: Entity, record_id: int) -> tuple[dict[str, Any], Titles]:
    """Return a record's values with its lines, and what some of its links are called."""
    service = RecordService(work)
    values, titles = service.get_titled(entity.name, record_id)
    for field in plan_of(work.catalog, entity.name).lines:
        values[field.name] = service.lines(entity.name, field.name, record_id)
    return values, titles


def form_context(
    work: Workspace,
    entity: Entity,
    values: Mapping[str, Any],
    *,
    typed: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    version: int | str = "",
    titles: Titles | None = None,
) -> View:
    """Return all that ui/form.html wants, but for the frame; `titles` are what is known of them."""
    is_new = values.get("id") is None
    form = _form(work, entity, values, typed or {}, problems, titles)
    title = (
        work.message("New %(what)s", what=text_of(entity.label))
        if is_new
        else title_of(work, entity, values)
    )
    here = record_url(entity.name, values.get("id"))
    return {
        "entity": {"name": entity.name, "label": text_of(entity.label), "icon": entity.icon},
        "title": title,
        "crumbs": _crumbs(work, entity, values, title),
        "is_new": is_new,
        "action_url": request.full_path.rstrip("?"),
        "cancel_url": list_url(entity.name) if is_new else here,
        "save_and_new": is_new,
        "delete_url": "",
        "version": version if version != "" else values.get("version", ""),
        "request_id": request.form.get("_request") or secrets.token_urlsafe(12),
        "tabs": _tabs(form, entity),
        "errors": _summary(entity, problems),
        "draft_key": "" if problems else request.path,
    }


def _form(
    work: Workspace,
    entity: Entity,
    values: Mapping[str, Any],
    typed: Mapping[str, Any],
    problems: Sequence[Problem],
    known: Titles | None,
) -> FormContext:
    is_new = values.get("id") is None
    action = "create" if is_new else "change"
    return FormContext(
        work=work,
        entity=entity.name,
        values=values,
        typed=typed,
        errors={p.field: say(p) for p in reversed(problems) if p.field},
        titles=titles_of(work, entity, values, typed, known=known),
        changeable=changeable_fields(work.catalog, work.actor, entity.name, action),
        readable=entities_readable(work.catalog, work.actor),
        masked=frozenset() if is_new else masked_fields(work.catalog, work.actor, entity.name),
    )


def title_of(work: Workspace, entity: Entity, values: Mapping[str, Any]) -> str:
    """Return what a record is called, as its reader may see it."""
    return str(shown_title(work, entity.name, values.get(entity.title)) or f"#{values.get('id')}")


def _crumbs(work: Workspace, entity: Entity, values: Mapping[str, Any], title: str) -> list[View]:
    crumbs = [{"label": text_of(entity.label), "url": list_url(entity.name)}]
    if values.get("id") is not None:
        crumbs.append({"label": title, "url": record_url(entity.name, values["id"])})
        title = work.message("Edit")
    return [*crumbs, {"label": title, "url": ""}]


def _tabs(form: FormContext, entity: Entity) -> list[View]:
    readable = readable_fields(form.work.catalog, form.work.actor, entity.name)
    plan = plan_of(form.work.catalog, entity.name)
    environment = RecordEnvironment(form.work, entity.name, form.values, old=form.values)
    tabs = []
    for tab in entity.form.tabs:
        sections = []
        shown: list[list[View]] = []
        for section in tab.sections:
            fields = [
                _view(form, entity.fields[n], plan, environment)
                for n in section.fields
                if n in readable
            ]
            if not fields:
                continue
            rule = section.visible_when
            is_shown = rule is None or holds(plan.run(rule, environment))
            shown.append(fields)
            sections.append(
                {
                    "label": text_of(section.label) if section.label else "",
                    "fields": fields,
                    "visible": is_shown,
                    "rule": tree_of(rule.typed, form.given) if rule is not None else None,
                }
            )
        if sections:
            wrong = sum(bool(f["error"]) for views in shown for f in views)
            tabs.append(
                {
                    "name": tab.name,
                    "label": text_of(tab.label),
                    "errors": wrong,
                    "visible": True,
                    "sections": sections,
                }
            )
    return tabs


def _view(form: FormContext, field: Field, plan: Any, environment: RecordEnvironment) -> View:
    quick = drawn_in_advance(form, field)
    if quick is not None:
        return quick
    held = field.read_only_when is not None and form.values.get("id") is not None
    ro = held and holds(plan.run(field.read_only_when, environment))
    view = field_view(form, field, ro=ro)
    if field.visible_when is not None:
        view["visible"] = holds(plan.run(field.visible_when, environment))
    if field.required_when is not None and not view["ro"]:
        view["required"] = view["required"] or holds(plan.run(field.required_when, environment))
    return view


def _summary(entity: Entity, problems: Sequence[Problem]) -> list[View]:
    found = []
    for problem in problems:
        head = problem.field.split(".")[0]
        label = text_of(entity.fields[head].label) if head in entity.fields else ""
        anchor = "f-" + problem.field.replace(".", "-") if label else ""
        found.append({"id": anchor, "label": label, "message": say(problem)})
    return found
