"""Check field names and paths that stand outside formulas."""

from __future__ import annotations

from collections.abc import Callable

from engine.diagnostics import did_you_mean
from engine.expressions import Type
from engine.loading.builtin import USER
from engine.loading.draft import Draft
from engine.loading.scopes import step_names, step_type
from engine.loading.site import Site
from engine.metadata import Field

MAX_STEPS = 6


class Paths:
    """Resolves paths and reports those that lead nowhere."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def entity(self, name: str, site: Site, *, user: bool = False) -> bool:
        """Tell whether an entity exists; reports at the site if not."""
        if name in self.draft.entities or (user and name == USER):
            return True
        known = [*self.draft.entities, *((USER,) if user else ())]
        message = f"there is no entity '{name}'"
        self.draft.report(site.at(), "unknown-entity", message, did_you_mean(name, known))
        return False

    def path(self, entity: str, path: str, site: Site, *, lines: bool = False) -> Type | None:
        """Return the type at the end of a path over links; reports at the step that fails.

        With `lines`, the path may end at a lines field; never does it lead through one.
        """
        owner, kind, offset = entity, None, path.startswith("-")
        steps = path.removeprefix("-").split(".")
        position = int(offset)
        for i, step in enumerate(steps):
            kind = step_type(self.draft, owner, step) if owner else None
            if kind is None or i >= MAX_STEPS:
                self._unknown(owner, step, site, position)
                return None
            last = i == len(steps) - 1
            if not last and (kind.name != "link" or kind.entity is None):
                message = f"'{step}' is not a link to one entity, so nothing can follow it"
                hint = "name the field itself; only a link leads on, as in owner.phone"
                self.draft.report(site.text_at(position), "not-a-link", message, hint)
                return None
            owner = kind.entity or ""
            position += len(step) + 1
        if kind is not None and kind.name == "lines" and not lines:
            message = f"'{path}' has many values, which cannot stand here"
            self.draft.report(site.at(), "wrong-field", message, "name a field with one value")
            return None
        return kind

    def _unknown(self, owner: str, step: str, site: Site, position: int) -> None:
        if owner != USER and owner not in self.draft.entities:
            return  # the entity itself is reported where it is named
        message = f"'{owner}' has no field '{step}'"
        hint = did_you_mean(step, step_names(self.draft, owner))
        self.draft.report(site.text_at(position), "unknown-field", message, hint)

    def field(self, entity: str, name: str, site: Site, *, key: bool = False) -> Field | None:
        """Return an author's own field of the entity; reports if there is none.

        With `key`, the name is written as the key of the site.
        """
        owner = self.draft.entities.get(entity)
        if owner is None:
            return None
        found = owner.fields.get(name)
        if found is None:
            message = f"'{entity}' has no field '{name}'"
            hint = did_you_mean(name, owner.fields)
            at = site.key() if key else site.text_at(0)
            self.draft.report(at, "unknown-field", message, hint)
        return found

    def fitting(
        self,
        entity: str,
        name: str,
        site: Site,
        fits: Callable[[Field], bool],
        what: str,
    ) -> Field | None:
        """Return a field that must be of a kind; `what` says which, as 'a choice field'."""
        found = self.field(entity, name, site)
        if found is None or fits(found):
            return found
        owner = self.draft.entities[entity]
        good = [one.name for one in owner.fields.values() if fits(one)]
        hint = f"allowed: {', '.join(good)}" if good else f"'{entity}' has no such field"
        self.draft.report(site.at(), "wrong-field", f"'{name}' must be {what}", hint)
        return None


def links_to(target: str) -> Callable[[Field], bool]:
    """Return a test for links to one entity."""
    return lambda field: field.type == "link" and field.options.get("to") == target


def is_link(field: Field) -> bool:
    """Tell whether the field leads to one record of one entity."""
    return field.type == "link"
