"""The options of choice and multi_choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from engine.fieldtypes.base import FieldType, Format, InvalidValue, Texts
from engine.fieldtypes.reading import halfwidth, read_line
from engine.metadata import Field, Text

if TYPE_CHECKING:
    from engine.metadata import Catalog

COLORS = (
    "blue",
    "green",
    "red",
    "orange",
    "yellow",
    "azure",
    "purple",
    "teal",
    "secondary",
    "cyan",
)
_LABEL = {"type": ["string", "object"], "description": "a text, or a text by language"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_]*$"},
    "description": "what can be picked, in order: a key that is stored, and its label",
    "additionalProperties": {
        "type": ["string", "object"],
        "description": "the label alone, or a map",
        "properties": {
            "label": _LABEL,
            "color": {"enum": list(COLORS), "description": "the color of its badge"},
            "pick": {
                "type": "array",
                "items": {"type": "string"},
                "description": "only these roles may set it; everybody if left out",
            },
            "hidden": {
                "type": "boolean",
                "description": "kept for old records and offered no more",
            },
        },
        "patternProperties": {"^[a-z]{2,3}(_[A-Z][A-Za-z]+)?$": {"type": "string"}},
        "additionalProperties": False,
    },
}


def complete_options(options: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
    """Return each option as a map of `label` (Text), `color`, `pick` and `hidden`."""
    return MappingProxyType({key: _completed(key, value, texts) for key, value in options.items()})


def option_findings(field: Field) -> Iterable[tuple[str, str, str]]:
    """Yield the options that a clerk could not tell apart."""
    seen: dict[tuple[str, str], str] = {}
    for key, option in field.options["options"].items():
        for language, label in option["label"].by_language.items():
            first = seen.setdefault((language, _folded(label)), key)
            if first != key:
                message = f"options {first!r} and {key!r} have the same label '{label}'"
                yield "options", message, "a person picks by label, so each needs its own"


def label_of(field: Field, key: str, language: str) -> str:
    """Return the label; the key itself for an option that is no more."""
    option = field.options["options"].get(key)
    return option["label"].in_(language) if option else key


def read_option(field: Field, raw: Any) -> str:
    """Return the key of the option that was given by its key or a label of any language.

    Who may pick it, and whether it is offered still, is for the caller to check.

    Raises:
        InvalidValue: there is no such option.
    """
    given = read_line(raw) or ""
    options = field.options["options"]
    if given in options:
        return given
    wanted = _folded(given)
    for key, option in options.items():
        if wanted == key.casefold() or wanted in {_folded(one) for one in _names(option["label"])}:
            return str(key)
    raise InvalidValue("'%(value)s' is not one of the options.", value=given)


def offered(field: Field, style: Format) -> tuple[str, ...]:
    """Return the labels of the options that are not hidden, for a spreadsheet's list."""
    options = field.options["options"].values()
    return tuple(one["label"].in_(style.language) for one in options if not one["hidden"])


def _completed(key: str, value: Any, texts: Texts) -> Mapping[str, Any]:
    given: dict[str, Any] = {"label": value}
    if isinstance(value, Mapping) and value.keys() & {"label", "color", "pick", "hidden"}:
        given = dict(value)
    label = texts(given.get("label") or key)
    pick = tuple(given.get("pick", ()))
    color = given.get("color", "secondary")
    hidden = bool(given.get("hidden", False))
    return MappingProxyType({"label": label, "color": color, "pick": pick, "hidden": hidden})


def _names(label: Text) -> Iterable[str]:
    return label.by_language.values()


def _folded(text: str) -> str:
    return " ".join(halfwidth(text).split()).casefold()


class OptionsType(FieldType):
    """A base for types whose values are keys of declared options."""

    schema = MappingProxyType({"options": SCHEMA})
    required_options: ClassVar[tuple[str, ...]] = ("options",)

    @override
    def complete(self, options: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
        completed = complete_options(options["options"], texts)
        return MappingProxyType({**options, "options": completed})

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        yield from super().findings(field, catalog)
        yield from option_findings(field)
