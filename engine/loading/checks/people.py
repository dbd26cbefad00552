"""The manifest's people, groups and work calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from engine.fieldtypes.base import field_type
from engine.loading.builtin import USER
from engine.loading.draft import Draft
from engine.loading.paths import Paths, links_to
from engine.loading.site import Site
from engine.metadata import Field, Organization, People

Fits = Callable[[Field], bool]
_TEXTS = ("text", "choice")


def check_people(draft: Draft, paths: Paths) -> None:
    """Check that the fields named exist and are of the right kind."""
    _check_people(draft, paths, draft.manifest.down("people"))
    _check_groups(draft, paths, draft.manifest.down("groups"))
    _check_calendar(draft, paths, draft.manifest.down("work_calendar"))


def check_units(organization: Organization, paths: Paths, site: Site) -> None:
    """Check by which fields a unit is named and headed."""
    owner = organization.entity
    if organization.code:
        what = "a text or choice field"
        paths.fitting(owner, organization.code, site.down("code"), _is_code, what)
    if organization.head:
        head = site.down("head")
        paths.fitting(owner, organization.head, head, links_to(USER), f"a link to '{USER}'")


def _is_code(field: Field) -> bool:
    kind = field_type(field.type)
    kept = kind.is_column and (field.compute is None or field.stored)
    return kept and kind.value_type(field).name in _TEXTS


def _check_people(draft: Draft, paths: Paths, site: Site) -> None:
    people = draft.people
    if people is None:
        return
    if draft.organization is None:
        message = "'people' needs the organization of the manifest"
        draft.report(site.key(), "bad-scope", message, "add `organization: {entity: …}`")
        return
    if not paths.entity(people.entity, site.down("entity")):
        return
    own, unit = people.entity, draft.organization.entity
    paths.fitting(own, people.user, site.down("user"), links_to(USER), f"a link to '{USER}'")
    paths.fitting(own, people.unit, site.down("unit"), links_to(unit), f"a link to '{unit}'")
    if people.manager:
        what = f"a link to '{USER}' or to '{own}' itself"
        paths.fitting(own, people.manager, site.down("manager"), _leads_up(people), what)
    if people.post:
        here = site.down("post")
        kind = paths.path(own, people.post, here)
        if kind is not None and kind.name not in _TEXTS:
            message = f"'{people.post}' must be a text or choice field"
            draft.report(here.at(), "wrong-field", message, f"it is {kind}")
    if people.phone:
        what = "a phone field"
        paths.fitting(own, people.phone, site.down("phone"), lambda f: f.type == "phone", what)


def _leads_up(people: People) -> Fits:
    def fits(field: Field) -> bool:
        return field.type == "link" and field.options.get("to") in (USER, people.entity)

    return fits


def _check_groups(draft: Draft, paths: Paths, site: Site) -> None:
    groups = draft.groups
    if groups is None or not paths.entity(groups.entity, site.down("entity")):
        return
    what = "a text or choice field"
    paths.fitting(groups.entity, groups.code, site.down("code"), _is_code, what)
    here = site.down("members")
    lines = paths.fitting(groups.entity, groups.members, here, _are_lines, "a lines field")
    if lines is not None:
        user, member = site.down("user"), str(lines.options["of"])
        paths.fitting(member, groups.user, user, links_to(USER), f"a link to '{USER}'")


def _are_lines(field: Field) -> bool:
    return field.type == "lines"


def _check_calendar(draft: Draft, paths: Paths, site: Site) -> None:
    calendar = draft.calendar
    if site.has("hours"):
        _check_hours(draft, site.down("hours"))
    days = site.down("days")
    if calendar.entity and paths.entity(calendar.entity, days.down("entity")):
        for key, kind in (("date", "date"), ("works", "boolean")):
            name = getattr(calendar, key)
            paths.fitting(calendar.entity, name, days.down(key), _is(kind), f"a {kind} field")


def _is(kind: str) -> Fits:
    return lambda field: field.type == kind


def _check_hours(draft: Draft, site: Site) -> None:
    before = time.min
    for position, (begins, ends) in enumerate(draft.calendar.hours):
        at = site.at(position)
        if begins >= ends:
            message = f"work begins at {begins:%H:%M} and must end later, not at {ends:%H:%M}"
            draft.report(at, "bad-hours", message, "hours over midnight are written as two days")
        elif begins < before:
            message = f"{begins:%H:%M} is before {before:%H:%M}, when the hours above end"
            draft.report(at, "bad-hours", message, "write the hours in order; none may overlap")
        before = max(before, ends)
