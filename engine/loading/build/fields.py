"""Fields of entities and of button dialogs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.fieldtypes.base import FieldType, field_type
from engine.loading.build.freezing import extra_of
from engine.loading.draft import Draft, Use
from engine.loading.shapes import COMMON
from engine.loading.site import Site
from engine.metadata import Field, Text

_PLAIN_KEYS = (
    "required",
    "read_only",
    "editable",
    "stored",
    "fetch",
    "unique",
    "index",
    "mask",
    "renamed_from",
    "hidden",
)
_CONDITIONS = ("required_when", "visible_when", "read_only_when")


def build_fields(draft: Draft, raw: Mapping[str, Any], site: Site, use: Use) -> dict[str, Field]:
    """Build fields by name; `use` says what their formulas may read."""
    return {name: _field(draft, name, one, site.down(name), use) for name, one in raw.items()}


def _field(draft: Draft, name: str, raw: Mapping[str, Any], site: Site, use: Use) -> Field:
    kind = field_type(raw["type"])
    plain = {key: raw[key] for key in _PLAIN_KEYS if key in raw}
    conditions: dict[str, Any] = {
        key: draft.formula(raw, key, site, use) for key in _CONDITIONS if key in raw
    }
    bare = Field(
        name=name,
        type=raw["type"],
        label=draft.text(raw, "label", site) or Text(),
        help=draft.text(raw, "help", site),
        at=site.key(),
        options=_options(draft, kind, raw, site, use),
        default=_wire(raw.get("default")),
        extra=extra_of(raw),
        **plain,
        **conditions,
    )
    return _with_values(draft, bare, raw, site, use)


def _with_values(draft: Draft, bare: Field, raw: Mapping[str, Any], site: Site, use: Use) -> Field:
    """Add the formulas that give the field its value, so typed as the field is."""
    if "compute" not in raw and "default_formula" not in raw:
        return bare
    value = replace(use, gives=bare)
    # Who happens to look must not change what is stored.
    kept = "a stored value is computed when the record is saved" if bare.stored else ""
    computed = replace(value, user=False, kept=kept)
    return replace(
        bare,
        default_formula=draft.formula(raw, "default_formula", site, value),
        compute=draft.formula(raw, "compute", site, computed),
    )


def _options(
    draft: Draft, kind: FieldType, raw: Mapping[str, Any], site: Site, use: Use
) -> Mapping[str, Any]:
    options = {key: value for key, value in raw.items() if key not in COMMON}
    for key, value in options.items():
        if kind.schema.get(key, {}).get("format") == "formula" or key == "filter":
            options[key] = draft.formula_of(value, site.down(key), _use_of(options, use))
    return MappingProxyType(dict(kind.complete(options, _texts(draft, raw, site))))


def _use_of(options: Mapping[str, Any], use: Use) -> Use:
    """Let a link's filter read the linked record, and the edited one as `record.`."""
    target = options.get("to")
    return replace(use, entity=target, record=use.entity) if isinstance(target, str) else use


def _texts(draft: Draft, raw: Mapping[str, Any], site: Site) -> Callable[[Any], Text]:
    def text(value: Any) -> Text:
        return draft.texts.text(value, site.down(*_path_of(raw, value)))

    return text


def _path_of(raw: Any, wanted: Any) -> tuple[str | int, ...]:
    """Find where a label stands inside a field's options; () when a type made it up."""
    if isinstance(wanted, str):
        return ()  # a plain text is right in every language, so no place is needed
    items = raw.items() if isinstance(raw, dict) else enumerate(raw)
    for key, value in items:
        if value is wanted:
            return (key,)
        if isinstance(value, (dict, list)) and (found := _path_of(value, wanted)):
            return (key, *found)
    return ()


def _wire(value: Any) -> Any:
    """Return a default as JSON would carry it: decimals as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return tuple(value) if isinstance(value, list) else value
