"""Checks, indexes and buttons."""

from __future__ import annotations

from collections.abc import Iterator

from engine.extension import actions
from engine.fieldtypes.base import field_type
from engine.loading.checks.modules import check_registered
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.site import Site
from engine.metadata import Button, Entity, Field
from engine.metadata.rights import ACTIONS


def check_rules(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check what the checks and indexes of an entity name."""
    for check in entity.checks:
        if check.field:
            paths.field(entity.name, check.field, site.down("checks", check.name, "field"))
    for here, fields in _index_fields(entity, site):
        for position, name in enumerate(fields):
            what = "a field that the database keeps"
            paths.fitting(entity.name, name, here.down(position), _is_stored, what)


def _index_fields(entity: Entity, site: Site) -> Iterator[tuple[Site, tuple[str, ...]]]:
    position = {True: 0, False: 0}
    for index in entity.indexes:
        key = "unique" if index.unique else "indexes"
        yield site.down(key, position[index.unique], "fields"), index.fields
        position[index.unique] += 1


def _is_stored(field: Field) -> bool:
    computed = field.compute is not None and not field.stored
    return field_type(field.type).is_column and not computed


def check_buttons(draft: Draft, paths: Paths, entity: Entity, site: Site) -> None:
    """Check what buttons are called, set and run."""
    for button in entity.buttons.values():
        here = site.down("buttons", button.name)
        if button.name in ACTIONS:
            message = f"a button cannot be called '{button.name}': it is a right of its own"
            draft.report(here.key(), "reserved-name", message, "choose another name")
        for name in button.set:
            check_change(draft, paths, entity, name, here.down("set", name))
        if button.action:
            inner = here.down("action")
            check_registered(draft, button.action, inner, "action", set(actions()))
        _check_effect(draft, button, here)


def check_change(
    draft: Draft, paths: Paths, entity: Entity, name: str, site: Site, who: str = "a button"
) -> None:
    """Report a field that a button or a flow cannot set."""
    field = entity.fields.get(name)
    if field is None:
        paths.field(entity.name, name, site, key=True)
    elif field.compute is not None or not field_type(field.type).is_column:
        message = f"{who} cannot set '{name}', which is computed or a list of lines"
        draft.report(site.key(), "wrong-field", message, "set the fields it is computed from")


def _check_effect(draft: Draft, button: Button, site: Site) -> None:
    if not button.set and not button.action:
        message = f"the button '{button.name}' does nothing"
        draft.report(site.key(), "missing-key", message, "give it `set` or `action`")
    if button.preview and not button.action:
        message = f"'{button.name}' has nothing to show before it is pressed"
        hint = "give it an `action` that answers what it would do, or remove `preview`"
        draft.report(site.key("preview"), "conflicting-keys", message, hint)
    if button.list_only and button.set:
        message = f"'{button.name}' is pressed with no record chosen, so it can set nothing"
        hint = "use `bulk: true`, or an `action`"
        draft.report(site.key("set"), "conflicting-keys", message, hint)
