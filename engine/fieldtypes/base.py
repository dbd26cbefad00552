"""What every field type answers; one file per type beside this one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Column

from engine.expressions import Type
from engine.metadata import Field, Text

if TYPE_CHECKING:
    from engine.metadata import Catalog


Texts = Callable[[Any], Text]


class InvalidValue(ValueError):
    """A value a person typed cannot be taken.

    `message` is an English gettext msgid with %(name)s places filled from `params`, so that
    the edge can say it in the reader's language.
    """

    def __init__(self, message: str, **params: Any) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


@dataclass(frozen=True, slots=True)
class Look:
    """How the generic screens draw a value of this type."""

    widget: str  # the macro of templates/ui/macros/fields.html: 'text', 'number', 'lookup' …
    cell: str  # the macro of templates/ui/macros/cells.html
    align: str = "start"  # 'start' or 'end'
    input_mode: str = ""  # the phone keyboard: 'decimal', 'numeric', 'tel', 'email'
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Format:
    """What is needed to write values for people."""

    language: str = "zh_Hant"
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which naive times are meant and all times are shown."""
        return ZoneInfo(self.time_zone)


PLAIN = Format()  # the product's own defaults, for callers that know no reader


class FieldType(ABC):
    """One kind of value, from YAML option to database column to screen and wire."""

    name: ClassVar[str]
    doc: ClassVar[str]  # one line for the reference
    schema: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    # ^ JSON Schema `properties` of the options only this type has
    required_options: ClassVar[tuple[str, ...]] = ()
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "empty")
    # ^ of: eq ne in lt le gt ge between contains starts empty under (tree)
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    # ^ what an option is when the author left it out
    is_column: ClassVar[bool] = True  # lines are no column
    read_only: ClassVar[bool] = False  # nobody ever types it, whatever the field says
    searchable: ClassVar[bool] = False  # may stand in an entity's `search`

    def complete(self, options: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
        """Return the options with defaults filled in, frozen.

        `texts(value)` turns a label (a text or a map by language) into a Text. Called only
        with options that satisfy the schema.
        """
        return MappingProxyType({**self.defaults, **options})

    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        """Yield (option, message, hint) for options that make no sense in this catalog.

        Called with completed options. An override yields these of the base class too.
        """
        if field.default is not None:
            try:
                self.parse(field, field.default)
            except InvalidValue as refusal:
                yield "default", f"the default of {field.name!r} cannot be taken", str(refusal)

    @abstractmethod
    def value_type(self, field: Field) -> Type:
        """Return the type that formulas see."""

    def columns(self, field: Field) -> list[Column[Any]]:
        """Return the table columns, all nullable; no keys, no indexes.

        One named like the field, but `<field>_id` for a link, `<field>_entity` and
        `<field>_id` for an any_link, none for lines.
        """
        return []

    def constraints(self, field: Field) -> list[CheckConstraint]:
        """Return check constraints that hold whatever writes the row; names are given."""
        return []

    @abstractmethod
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        """Turn what a form, a spreadsheet or JSON gives into a value, or None if empty.

        Takes full-width digits and surrounding blanks as people type them. `style` says in
        which zone a time without one is meant, and which day is today.

        Raises:
            InvalidValue: with a sentence for the person who typed it.
        """

    @abstractmethod
    def to_wire(self, field: Field, value: Any) -> Any:
        """Return what JSON carries: numbers with decimals as text, dates in ISO form."""

    @abstractmethod
    def text(self, field: Field, value: Any, style: Format) -> str:
        """Return the value as people read it; '' for None. Never HTML."""

    def input_text(self, field: Field, value: Any, style: Format) -> str:
        """Return what stands in the input of a form; `parse` takes it back unchanged."""
        return "" if value is None else str(self.to_wire(field, value))

    def rounded(self, field: Field, value: Any) -> Any:
        """Return a computed value as the column keeps it: half up to its scale."""
        return value

    @abstractmethod
    def look(self, field: Field) -> Look:
        """Return how screens draw it."""

    def openapi(self, field: Field) -> Mapping[str, Any]:
        """Return the JSON Schema of the wire form."""
        return {"type": "string"}

    def excel_format(self, field: Field) -> str:
        """Return the number format of a spreadsheet cell; '' for text."""
        return ""

    def for_excel(self, field: Field, value: Any, style: Format) -> Any:
        """Return the value a spreadsheet cell gets: a number, a date or text."""
        return None if value is None else self.text(field, value, style)


_registry: dict[str, FieldType] = {}


def register(kind: FieldType) -> None:
    """Make a field type known.

    Raises:
        ValueError: another type has that name already.
    """
    first = _registry.get(kind.name)
    if first is not None and type(first) is not type(kind):
        raise ValueError(
            f"field type {kind.name!r} is registered twice: "
            f"by {type(first).__module__} and {type(kind).__module__}"
        )
    _registry[kind.name] = kind


def field_type(name: str) -> FieldType:
    """Return the type of that name.

    Raises:
        KeyError: no such type.
    """
    return _registry[name]


def field_types() -> Mapping[str, FieldType]:
    """Return all types by name."""
    return MappingProxyType(_registry)
