"""The manifest's product, organization, people and roles."""

from __future__ import annotations

from typing import Any

from engine.loading.build.freezing import names_of
from engine.loading.build.people import build_calendar
from engine.loading.draft import Draft
from engine.loading.site import Site
from engine.loading.texts import languages_of
from engine.metadata import Groups, Organization, People, Product, Role, Text


def build_manifest(draft: Draft, raw: dict[str, Any], site: Site) -> None:
    """Fill the draft with what the manifest says."""
    draft.product = _product(draft, raw["product"], site.down("product"))
    draft.organization = Organization(**raw["organization"]) if "organization" in raw else None
    draft.people = People(**raw["people"]) if "people" in raw else None
    draft.groups = Groups(**raw["groups"]) if "groups" in raw else None
    draft.calendar = build_calendar(raw.get("work_calendar", {}))
    for name, role in raw.get("roles", {}).items():
        place = site.down("roles", name)
        draft.declare("role", name, place)
        draft.roles[name] = Role(
            name=name,
            label=draft.text(role, "label", place) or Text(),
            includes=names_of(role, "includes"),
            home=names_of(role, "home"),
            at=place.key(),
        )


def _product(draft: Draft, raw: dict[str, Any], site: Site) -> Product:
    languages, default = languages_of(raw)
    chosen = {key: raw[key] for key in ("currency", "time_zone") if key in raw}
    return Product(
        name=draft.text(raw, "name", site) or Text(),
        languages=languages,
        default_language=default,
        **chosen,
    )
