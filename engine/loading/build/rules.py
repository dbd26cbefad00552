"""Checks, indexes, buttons and rights of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.loading.build.fields import build_fields
from engine.loading.build.freezing import names_of
from engine.loading.draft import Draft, Use
from engine.loading.site import Site
from engine.metadata import Button, Check, EntityRights, Field, Formula, Index, RoleRights, Text


def build_checks(
    draft: Draft, raw: Mapping[str, Any], site: Site, entity: str
) -> tuple[Check, ...]:
    """Build the conditions of every saved record; they alone may read `old.`."""
    use = Use(entity=entity, old=True)
    return tuple(
        Check(
            name=name,
            that=draft.formula_of(one["that"], site.down(name, "that"), use),
            message=draft.text(one, "message", site.down(name)) or Text(),
            field=one.get("field", ""),
            at=site.key(name),
        )
        for name, one in raw.items()
    )


def build_indexes(
    draft: Draft, raw: Mapping[str, Any], site: Site, entity: str
) -> tuple[Index, ...]:
    """Build `unique` and `indexes`; their conditions are in the database, so without paths."""
    why = "the database decides once which records an index holds"
    use = Use(entity=entity, user=False, paths=False, kept=why)
    return tuple(
        Index(
            fields=tuple(one["fields"]),
            unique=key == "unique",
            where=draft.formula(one, "where", site.down(key, i), use),
            message=draft.text(one, "message", site.down(key, i)),
            at=site.at(key, i),
        )
        for key in ("unique", "indexes")
        for i, one in enumerate(raw.get(key, ()))
    )


def build_buttons(
    draft: Draft, raw: Mapping[str, Any], site: Site, entity: str, fields: Mapping[str, Field]
) -> Mapping[str, Button]:
    """Build the buttons by name."""
    return MappingProxyType(
        {
            name: _button(draft, name, one, site.down(name), Use(entity=entity), fields)
            for name, one in raw.items()
        }
    )


_PLAIN = ("icon", "color", "action", "bulk", "list_only", "preview")


def _button(
    draft: Draft,
    name: str,
    raw: Mapping[str, Any],
    site: Site,
    use: Use,
    fields: Mapping[str, Field],
) -> Button:
    # The dialog's own formulas read what was asked, so its mapping is filled while in use.
    asked: dict[str, Field] = {}
    asking = Use(entity=use.entity, ask=asked)
    asked.update(build_fields(draft, raw.get("ask", {}), site.down("ask"), asking))
    plain = {k: raw[k] for k in _PLAIN if k in raw}
    return Button(
        name=name,
        label=draft.text(raw, "label", site) or Text(),
        when=draft.formula(raw, "when", site, use),
        why_not=draft.text(raw, "why_not", site),
        confirm=draft.text(raw, "confirm", site),
        ask=MappingProxyType(asked),
        set=MappingProxyType(_changes(draft, raw.get("set", {}), site, asking, fields)),
        at=site.key(),
        **plain,
    )


def _changes(
    draft: Draft, raw: Mapping[str, Any], site: Site, use: Use, fields: Mapping[str, Field]
) -> dict[str, Formula]:
    found: dict[str, Formula] = {}
    for name, value in raw.items():
        # An unknown field is reported with the button; its formula is checked all the same.
        gives = fields.get(name, "any")
        one = Use(entity=use.entity, ask=use.ask, gives=gives)
        found[name] = draft.formula_of(value, site.down("set", name), one)
    return found


def build_rights(draft: Draft, raw: Mapping[str, Any], site: Site, entity: str) -> EntityRights:
    """Build the rights by role; a bare list is a map with `can` only."""
    return EntityRights(
        by_role=MappingProxyType(
            {
                role: _role_rights(
                    draft,
                    {"can": one} if isinstance(one, list) else one,
                    site.down(role),
                    Use(entity=entity),
                )
                for role, one in raw.items()
            }
        )
    )


def _role_rights(draft: Draft, raw: Mapping[str, Any], site: Site, use: Use) -> RoleRights:
    return RoleRights(
        can=frozenset(raw["can"]),
        rows=raw.get("rows", "unit"),
        where=draft.formula(raw, "where", site, use),
        hide=frozenset(names_of(raw, "hide")),
        read_only=frozenset(names_of(raw, "read_only")),
        reveal=frozenset(names_of(raw, "reveal")),
    )
