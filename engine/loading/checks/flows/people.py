"""The people a flow names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.loading.builtin import USER
from engine.loading.checks.flows.targets import Reach, check_step
from engine.loading.checks.manifest import check_role
from engine.loading.draft import Draft
from engine.loading.paths import Paths
from engine.loading.people_words import who_of
from engine.loading.site import Site
from engine.metadata.flows import Flow, Who


@dataclass(frozen=True, slots=True)
class Where:
    """Where people are named: what can be known of the flow's course there."""

    flow: Flow
    reach: Reach | None = None  # the steps before; None: no step is
    begins: bool = False  # the flow begins here, so it has no initiator
    chooses: bool = False  # people may have been chosen for this


def check_people(draft: Draft, paths: Paths, where: Where, site: Site) -> None:
    """Check what stands at a site that names people, if anything does."""
    for here in _each(site):
        who = who_of(here.value)
        reason = _why_not(where, who)
        if reason:
            hint = "name people in another way"
            draft.report(here.at(), "bad-who", f"'{who.text}' cannot stand here: {reason}", hint)
            continue
        inner = here.part(len(who.kind) + 1)
        if who.kind == "role":
            check_role(draft, who.name, inner)
            _check_within(draft, paths, where, who, here)
        elif who.kind == "field":
            _check_field(draft, paths, where, who, inner)
        elif who.kind == "same_as" and where.reach is not None:
            check_step(draft, where.reach, who.name, inner)
        elif who.kind == "dept_head":
            _check_organization(draft, who, here)


def _each(site: Site) -> Iterator[Site]:
    if site.has():
        if isinstance(site.value, list):
            yield from (site.down(i) for i in range(len(site.value)))
        else:
            yield site


def _why_not(where: Where, who: Who) -> str:
    if where.begins and who.kind == "initiator":
        return "whoever begins is the initiator himself"
    if who.kind == "same_as" and where.reach is None:
        return "no step is before it"
    if who.kind == "chosen_by" and not where.chooses:
        return "only the people of a step are chosen"
    return ""


def _check_within(draft: Draft, paths: Paths, where: Where, who: Who, site: Site) -> None:
    kind, _, path = who.within.partition(":")
    if not who.within or not _check_organization(draft, who, site) or kind != "field":
        return
    inner = site.part(len(who.text) - len(path))
    found = paths.path(where.flow.entity, path, inner)
    unit = draft.organization.entity if draft.organization else ""
    if found is not None and (found.name, found.entity) != ("link", unit):
        message = f"'{path}' must lead to a unit of the organization"
        draft.report(inner.at(), "wrong-field", message, f"name a link to '{unit}'")


def _check_organization(draft: Draft, who: Who, site: Site) -> bool:
    if draft.organization is not None:
        return True
    message = f"'{who.text}' needs the organization of the manifest"
    hint = "add `organization: {entity: …}` to models.yaml"
    draft.report(site.at(), "bad-scope", message, hint)
    return False


def _check_field(draft: Draft, paths: Paths, where: Where, who: Who, site: Site) -> None:
    found = paths.path(where.flow.entity, who.name, site)
    if found is None:
        return
    leads = [USER]
    leads += [one.entity for one in (draft.people, draft.organization) if one is not None]
    if found.name != "link" or found.entity not in leads:
        message = f"'{who.name}' names nobody"
        hint = f"name a link to {' or '.join(repr(one) for one in leads)}"
        draft.report(site.at(), "wrong-field", message, hint)
