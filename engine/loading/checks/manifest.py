"""The manifest: time zone, organization, roles."""

from __future__ import annotations

from zoneinfo import available_timezones

from engine.diagnostics import did_you_mean
from engine.loading.checks.people import check_people, check_units
from engine.loading.draft import Draft
from engine.loading.paths import Paths, links_to
from engine.loading.site import Site


def check_manifest(draft: Draft, paths: Paths) -> None:
    """Check what the manifest refers to."""
    site = draft.manifest
    _check_product(draft, site.down("product"))
    _check_organization(draft, paths, site.down("organization"))
    check_people(draft, paths)
    for role in draft.roles.values():
        here = draft.site("role", role.name)
        for position, name in enumerate(role.includes):
            check_role(draft, name, here.down("includes", position))
        for position, name in enumerate(role.home):
            if name not in draft.home:
                message = f"there is no home item '{name}'"
                hint = did_you_mean(name, draft.home) if draft.home else "no module has any"
                draft.report(here.at("home", position), "unknown-home", message, hint)
    _check_circles(draft)


def check_role(draft: Draft, name: str, site: Site, *, key: bool = False) -> None:
    """Report a role that the manifest does not declare."""
    if name not in draft.roles:
        at = site.key() if key else site.at()
        message = f"there is no role '{name}'"
        draft.report(at, "unknown-role", message, did_you_mean(name, draft.roles))


def _check_product(draft: Draft, site: Site) -> None:
    product = draft.product
    if product is None:
        return
    if product.default_language not in product.languages:
        message = f"'{product.default_language}' is not among the product's languages"
        hint = did_you_mean(product.default_language, product.languages)
        draft.report(site.at("default_language"), "unknown-language", message, hint)
    zones = available_timezones()
    if product.time_zone not in zones:
        message = f"there is no time zone '{product.time_zone}'"
        hint = did_you_mean(product.time_zone, zones).split("allowed:", maxsplit=1)[0].strip()
        draft.report(site.at("time_zone"), "unknown-time-zone", message, hint)


def _check_organization(draft: Draft, paths: Paths, site: Site) -> None:
    organization = draft.organization
    if organization is None:
        return
    here = site.down("entity")
    if paths.entity(organization.entity, here):
        what = f"a link to '{organization.entity}' itself"
        parent = site.down("parent") if site.has("parent") else here
        test = links_to(organization.entity)
        paths.fitting(organization.entity, organization.parent, parent, test, what)
        check_units(organization, paths, site)


def _check_circles(draft: Draft) -> None:
    done: set[str] = set()
    for name in draft.roles:
        circle = _circle(draft, name, (), done)
        if circle:
            message = f"role '{circle[0]}' includes itself: {' → '.join((*circle, circle[0]))}"
            at = draft.site("role", circle[0]).key("includes")
            draft.report(at, "role-cycle", message, "remove one of these from 'includes'")


def _circle(draft: Draft, name: str, way: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    if name in way:
        return way[way.index(name) :]
    if name in done or name not in draft.roles:
        return ()
    done.add(name)
    for inner in draft.roles[name].includes:
        found = _circle(draft, inner, (*way, name), done)
        if found:
            return found
    return ()
