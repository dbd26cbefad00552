"""Running numbers of documents."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from engine.fieldtypes.base import PLAIN, Format, Look
from engine.fieldtypes.kept_text import KeptTextType
from engine.fieldtypes.owner import owner_of
from engine.fieldtypes.reading import halfwidth_words, read_line
from engine.fieldtypes.series_pattern import Part, field_paths, parts_of
from engine.fieldtypes.text import check_length
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog

_ALLOWED = "allowed: {yyyy} {yy} {mm} {dd} {n} {n:6} {unit}, and a field such as {kind.code}"
# What a number must show so that it is not given twice when the count starts again.
_SHOWN = {"never": (), "year": ("y",), "month": ("y", "mm"), "day": ("y", "mm", "dd")}

Finding = tuple[str, str, str]


class SeriesType(KeptTextType):
    """A number that storage gives out when a record is made; see `series_pattern`."""

    name = "series"
    doc = "A running number made from a pattern; nobody types it."
    schema = MappingProxyType(
        {
            "pattern": {
                "type": "string",
                "minLength": 3,
                "description": "text with {n:6} for the number and its width, {yyyy} {yy} {mm}"
                " {dd}, {unit} for the code of the org unit, and fields such as {kind.code}",
            },
            "reset": {
                "enum": ["never", "year", "month", "day"],
                "description": "when the count starts again at 1, never if left out",
            },
            "gap_free": {
                "type": "boolean",
                "description": "no number may be missing: taken in the saving transaction,"
                " one after the other",
            },
            "per": {
                "enum": ["", "unit"],
                "description": "unit: each org unit counts for itself",
            },
        }
    )
    required_options = ("pattern",)
    defaults = MappingProxyType({"reset": "never", "gap_free": False, "per": ""})
    operators = ("eq", "ne", "in", "contains", "starts", "empty")
    read_only = True

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[Finding]:
        yield from super().findings(field, catalog)
        parts = tuple(parts_of(field.options["pattern"]))
        yield from _token_findings(parts)
        yield from _repeat_findings(field, parts)
        yield from _owner_findings(field, catalog, parts)

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        """Take a number given elsewhere: an import brings those of old documents."""
        text = read_line(raw)
        if text is None:
            return None
        text = halfwidth_words(text)
        check_length(text, 0, 100)
        return text

    @override
    def look(self, field: Field) -> Look:
        return Look("readonly", "code")


def _token_findings(parts: tuple[Part, ...]) -> Iterable[Finding]:
    for part in parts:
        if part.kind == "unknown":
            yield "pattern", f"'{part.value}' in the pattern is not understood", _ALLOWED
    count = sum(part.kind == "number" for part in parts)
    if count != 1:
        message = f"a pattern must have the number once, and this has it {count} times"
        yield "pattern", message, "write {n:6} where the number goes"


def _repeat_findings(field: Field, parts: tuple[Part, ...]) -> Iterable[Finding]:
    shown = {part.value.removeprefix("yy").replace("yy", "y") or "y" for part in parts}
    reset = field.options["reset"]
    missing = [token for token in _SHOWN[reset] if token not in shown]
    if missing:
        tokens = " ".join("{yyyy}" if token == "y" else f"{{{token}}}" for token in missing)
        message = f"a number that starts again each {reset} must show {tokens}, or it repeats"
        yield "pattern", message, f"add {tokens} to the pattern"
    if field.options["per"] == "unit" and all(part.kind != "unit" for part in parts):
        message = "units that count for themselves must be told apart by {unit}"
        yield "pattern", message, "add {unit} to the pattern, or leave out per"


def _owner_findings(field: Field, catalog: Catalog, parts: tuple[Part, ...]) -> Iterable[Finding]:
    owner = owner_of(field, catalog)
    if owner is None:
        yield "pattern", "a series must stand in an entity, not in a dialog", "remove the field"
        return
    uses_unit = field.options["per"] == "unit" or any(part.kind == "unit" for part in parts)
    if uses_unit and not owner.scope:
        message = f"{{unit}} needs an org unit, and {owner.name!r} has no scope"
        yield "pattern", message, f"give {owner.name!r} a scope, or leave out the unit"
    for path in field_paths(field.options["pattern"]):
        try:
            catalog.field_at(owner.name, path)
        except KeyError as problem:
            yield "pattern", str(problem.args[0]), _ALLOWED
