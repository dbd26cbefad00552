"""The field that holds a record's state: made for the flow, and set by nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Entity, Field
from engine.metadata.flows import Flow

_OTHERS = ("default_formula", "compute", "fetch")


def check_status(draft: Draft, paths: Paths, flow: Flow, site: Site) -> None:
    """Check that the entity has such a field, with every state among its options."""
    entity = draft.entities[flow.entity]
    here = site.down("status") if site.has("status") else site.down("for")
    if flow.status not in entity.fields and not site.has("status"):
        message = f"'{entity.name}' has no field '{flow.status}' for the states of the flow"
        hint = "add a choice field with `read_only: true`, or name one with `status:`"
        draft.report(here.at(), "unknown-field", message, hint)
        return
    field = paths.fitting(entity.name, flow.status, here, _is_choice, "a choice field")
    missing = [name for name in flow.states if field and name not in field.options["options"]]
    if field is None or not missing:
        return
    hint = f"add it to the options of '{entity.name}.{field.name}' at {field.at}"
    if site.has("states"):
        for name in missing:
            message = f"'{name}' is not an option of '{field.name}', which holds the state"
            draft.report(site.key("states", name), "unknown-option", message, hint)
    else:
        names = " or ".join(f"'{name}'" for name in missing)
        message = f"'{field.name}' has no option {names}, as the short form needs"
        draft.report(here.at(), "unknown-option", message, hint.replace("add it", "add them"))


def _is_choice(field: Field) -> bool:
    return field.type == "choice"


def check_status_fields(draft: Draft) -> None:
    """Check, once for each, the fields that hold the states of flows."""
    for (name, status), flows in _governed(draft).items():
        entity = draft.entities[name]
        field = entity.fields.get(status)
        if field is None or not _is_choice(field):
            continue  # reported with each flow
        site = draft.site("entity", name)
        _check_field(draft, field, flows[0], site.down("fields", status))
        for flow in flows:
            _check_default(draft, field, flow, site.down("fields", status))
        _check_buttons(draft, entity, status, flows[0], site)


def _governed(draft: Draft) -> dict[tuple[str, str], list[Flow]]:
    found: dict[tuple[str, str], list[Flow]] = {}
    for flow in draft.flows.values():
        if flow.entity in draft.entities:
            found.setdefault((flow.entity, flow.status), []).append(flow)
    return found


def _check_field(draft: Draft, field: Field, flow: Flow, site: Site) -> None:
    if not field.read_only:
        message = f"'{field.name}' is the state of the flow '{flow.name}', so nobody may type it"
        draft.report(site.key(), "flow-status", message, "add `read_only: true`")
    for key in (one for one in _OTHERS if getattr(field, one)):
        message = f"'{field.name}' is the state of the flow '{flow.name}', so it has no '{key}'"
        draft.report(site.key(key), "flow-status", message, "remove it")


def _check_default(draft: Draft, field: Field, flow: Flow, site: Site) -> None:
    initial = next(_initial(flow), "")
    if not initial or field.default == initial:
        return
    message = f"'{field.name}' must begin as '{initial}', the first state of '{flow.name}'"
    place = site.at("default") if site.has("default") else site.key()
    draft.report(place, "flow-default", message, f"write `default: {initial}`")


def _initial(flow: Flow) -> Iterator[str]:
    return (state.name for state in flow.states.values() if state.initial)


def _check_buttons(draft: Draft, entity: Entity, status: str, flow: Flow, site: Site) -> None:
    for button in entity.buttons.values():
        if status in button.set:
            message = f"a button cannot set '{status}': it is the state of '{flow.name}'"
            hint = "make it an action of the flow"
            place = site.key("buttons", button.name, "set", status)
            draft.report(place, "flow-status", message, hint)
