"""Entities."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.fieldtypes.base import field_type
from engine.loading.build.fields import build_fields
from engine.loading.build.freezing import extra_of, names_of
from engine.loading.build.rules import build_buttons, build_checks, build_indexes, build_rights
from engine.loading.build.views import build_form, build_list, build_page
from engine.loading.draft import Draft, Use
from engine.loading.site import Site
from engine.metadata import Entity, Field, Text

_PLAIN_KEYS = (
    "icon",
    "scope",
    "own",
    "department",
    "parent",
    "part_of",
    "written_by",
    "delete",
    "audit",
    "comments",
    "attachments",
    "renamed_from",
)


def build_entity(
    draft: Draft, module: str, name: str, raw: Mapping[str, Any], site: Site
) -> Entity:
    """Build one entity of a module."""
    use = Use(entity=name)
    fields = build_fields(draft, raw["fields"], site.down("fields"), use)
    title = raw.get("title") or next(iter(fields))
    form = build_form(draft, raw.get("form", {}), site.down("form"), fields)
    return Entity(
        name=name,
        module=module,
        label=draft.text(raw, "label", site) or Text(),
        at=site.key(),
        fields=MappingProxyType(fields),
        title=title,
        subtitle=names_of(raw, "subtitle"),
        search=names_of(raw, "search") if "search" in raw else _default_search(fields, title),
        search_links=names_of(raw, "search_links"),
        checks=build_checks(draft, raw.get("checks", {}), site.down("checks"), name),
        indexes=build_indexes(draft, raw, site, name),
        buttons=build_buttons(draft, raw.get("buttons", {}), site.down("buttons"), name, fields),
        list=build_list(draft, raw.get("list", {}), site.down("list"), fields, title),
        form=form,
        page=build_page(draft, raw.get("page", {}), site.down("page"), form),
        rights=build_rights(draft, raw.get("rights", {}), site.down("rights"), name),
        lock_when=draft.formula(raw, "lock_when", site, use),
        lock_except=frozenset(raw.get("lock_except", ())),
        extra=extra_of(raw),
        **{key: raw[key] for key in _PLAIN_KEYS if key in raw},
    )


def _default_search(fields: Mapping[str, Field], title: str) -> tuple[str, ...]:
    found = fields.get(title)
    return (title,) if found and field_type(found.type).searchable else ()
