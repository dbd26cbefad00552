"""What integer, decimal, money and percent share."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, column
from typing_extensions import override

from engine.expressions import NUMBER, Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, InvalidValue, Texts
from engine.fieldtypes.reading import halfwidth, is_blank, read_word
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog

_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]{1,40}|[0-9]{1,3}(,[0-9]{3}){1,12})(\.[0-9]{0,40})?")
_EXACT = Context(prec=60)
UNIT = {
    "type": ["string", "object"],
    "description": "written after the number, such as ㎡; a text, or a text by language",
}


def unit_of(field: Field, language: str) -> str:
    """Return what stands after the number; '' without a unit."""
    unit = field.options.get("unit")
    return unit.in_(language) if unit else ""


class NumberType(FieldType):
    """A number with a fixed count of decimals; the value is a Decimal."""

    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "in", "empty")

    @abstractmethod
    def scale(self, field: Field) -> int:
        """Return how many decimals are kept."""

    @abstractmethod
    def whole_digits(self, field: Field) -> int:
        """Return how many digits may stand before the point."""

    def signs(self, field: Field, style: Format) -> tuple[str, ...]:
        """Return what people write before or after the number: a unit, a currency."""
        unit = field.options.get("unit")
        return tuple(dict.fromkeys(unit.by_language.values())) if unit else ()

    @override
    def complete(self, options: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
        bounds = {name: exact(options[name]) for name in ("min", "max") if name in options}
        unit = {"unit": texts(options["unit"])} if "unit" in options else {}
        return MappingProxyType({**self.defaults, **options, **bounds, **unit})

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        yield from super().findings(field, catalog)
        low, high = field.options.get("min"), field.options.get("max")
        if low is not None and high is not None and low > high:
            yield "min", f"min {low} must not be above max {high}", "swap them"
        for name in ("min", "max"):
            bound = field.options.get(name)
            if bound is not None and decimals(bound) > self.scale(field):
                hint = f"the field keeps {self.scale(field)} decimals"
                yield name, f"{name} {bound} has more decimals than the field", hint

    @override
    def value_type(self, field: Field) -> Type:
        return NUMBER

    @override
    def constraints(self, field: Field) -> list[CheckConstraint]:
        return bounds_constraints(field, field.options.get("min"), field.options.get("max"))

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        if is_blank(raw):
            return None
        value = _fewer_decimals(raw, read_number(raw, self.signs(field, style)), self.scale(field))
        if decimals(value) > self.scale(field):
            raise self._too_many_decimals(field)
        self._check_size(field, value)
        return self._kept(field, value)

    @override
    def rounded(self, field: Field, value: Any) -> Any:
        return None if value is None else self._kept(field, exact(value))

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return None if value is None else f"{self._kept(field, exact(value)):f}"

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "decimal", "examples": [f"{0:.{self.scale(field)}f}"]}

    @override
    def excel_format(self, field: Field) -> str:
        scale = self.scale(field)
        return "#,##0." + "0" * scale if scale else "#,##0"

    @override
    def for_excel(self, field: Field, value: Any, style: Format) -> Any:
        return value

    def extra(self, field: Field) -> Mapping[str, Any]:
        """Return what the input needs: min, max, step, unit (a Text); numbers as text."""
        step = f"{Decimal(1).scaleb(-self.scale(field)):f}"
        given = {name: field.options[name] for name in ("min", "max") if name in field.options}
        limits = {name: f"{bound:f}" for name, bound in given.items()}
        unit = field.options.get("unit", "")
        return MappingProxyType({"step": step, "scale": self.scale(field), "unit": unit, **limits})

    def _kept(self, field: Field, value: Decimal) -> Any:
        # Adding zero turns a negative zero, which nobody means, into zero.
        return _EXACT.add(_half_up(value, self.scale(field)), 0)

    def _too_many_decimals(self, field: Field) -> InvalidValue:
        scale = self.scale(field)
        if scale == 0:
            return InvalidValue("Enter a whole number.")
        return InvalidValue("Use at most %(count)s digits after the point.", count=scale)

    def _check_size(self, field: Field, value: Decimal) -> None:
        low, high = field.options.get("min"), field.options.get("max")
        if low is not None and value < low:
            raise InvalidValue("This must be at least %(min)s.", min=f"{low:f}")
        if high is not None and value > high:
            raise InvalidValue("This must be at most %(max)s.", max=f"{high:f}")
        if value and value.adjusted() >= self.whole_digits(field):
            digits = self.whole_digits(field)
            raise InvalidValue("Use at most %(count)s digits before the point.", count=digits)


def exact(raw: Any) -> Decimal:
    """Return a number as the Decimal a person would write for it."""
    return raw if isinstance(raw, Decimal) else Decimal(str(raw))


def decimals(value: Decimal) -> int:
    """Count the digits after the point, without trailing zeros."""
    if not value:
        return 0
    exponent = value.normalize(_EXACT).as_tuple().exponent
    return max(0, -int(exponent))


def grouped(value: Decimal, scale: int) -> str:
    """Return `1,234.50`."""
    return f"{_half_up(value, scale):,f}"


def shortest(value: Decimal, scale: int, least: int = 0) -> str:
    """Return `1,234.5`: trailing zeros dropped, but at least so many decimals kept."""
    return grouped(value, max(least, min(scale, decimals(value))))


def bounds_constraints(field: Field, low: Any, high: Any) -> list[CheckConstraint]:
    """Return the check constraints `ck_<field>_min` and `ck_<field>_max` that are needed."""
    kept: Any = column(field.name)
    found = []
    if low is not None:
        found.append(CheckConstraint(kept >= low, name=f"ck_{field.name}_min"))
    if high is not None:
        found.append(CheckConstraint(kept <= high, name=f"ck_{field.name}_max"))
    return found


def read_number(raw: Any, signs: tuple[str, ...] = ()) -> Decimal:
    """Return the number a form, a cell or JSON gave, with the decimals it has.

    Raises:
        InvalidValue: not a number, or not a finite one.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise _not_a_number()
    if not isinstance(raw, str):
        # The shortest text of a float, not its binary value: 0.1 is one tenth.
        number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
        if not number.is_finite() or not -400 < number.adjusted() < 40:
            raise _not_a_number()
        return number
    word = _without_signs((read_word(raw) or "").lower(), signs)
    if not _PLAIN_NUMBER.fullmatch(word):
        raise _not_a_number()
    return Decimal(word.replace(",", ""))


def _half_up(value: Decimal, scale: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=_EXACT)


def _fewer_decimals(raw: Any, number: Decimal, scale: int) -> Decimal:
    """Forget the noise of a spreadsheet's own sums: 0.1 + 0.2 gives 0.30000000000000004."""
    if not isinstance(raw, float) or decimals(number) <= scale:
        return number
    shown = Decimal(f"{raw:.15g}")
    return shown if decimals(shown) <= scale else number


def _without_signs(word: str, signs: tuple[str, ...]) -> str:
    word = word.replace("\u2212", "-")
    for sign in (halfwidth(sign).replace(" ", "").lower() for sign in signs):
        word = word.removesuffix(sign)
        minus = "-" if word.startswith("-") else ""
        word = minus + word.removeprefix("-").removeprefix(sign)
    return word


def _not_a_number() -> InvalidValue:
    return InvalidValue("Enter a number, such as 1234.50.")
