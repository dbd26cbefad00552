"""Every kind of value a field may have; importing the package registers them."""

from engine.fieldtypes.any_link import AnyLinkType
from engine.fieldtypes.base import (
    PLAIN,
    FieldType,
    Format,
    InvalidValue,
    Look,
    field_type,
    field_types,
    register,
)
from engine.fieldtypes.boolean import BooleanType
from engine.fieldtypes.choice import ChoiceType
from engine.fieldtypes.color import ColorType
from engine.fieldtypes.date import DateType
from engine.fieldtypes.datetime import DatetimeType
from engine.fieldtypes.decimal import DecimalType
from engine.fieldtypes.duration import DurationType
from engine.fieldtypes.email import EmailType
from engine.fieldtypes.file import FileType
from engine.fieldtypes.id_number import IdNumberType
from engine.fieldtypes.image import ImageType
from engine.fieldtypes.integer import IntegerType
from engine.fieldtypes.json import JsonType
from engine.fieldtypes.lines import LinesType
from engine.fieldtypes.link import LinkType
from engine.fieldtypes.long_text import LongTextType
from engine.fieldtypes.masks import MASKS, mask
from engine.fieldtypes.money import MoneyType
from engine.fieldtypes.multi_choice import MultiChoiceType
from engine.fieldtypes.numeric import unit_of
from engine.fieldtypes.percent import PercentType
from engine.fieldtypes.phone import PhoneType
from engine.fieldtypes.rich_text import RichTextType
from engine.fieldtypes.series import SeriesType
from engine.fieldtypes.signature import SignatureType
from engine.fieldtypes.text import TextType
from engine.fieldtypes.time import TimeType
from engine.fieldtypes.url import UrlType

BUILT_IN: tuple[FieldType, ...] = (
    TextType(),
    LongTextType(),
    RichTextType(),
    IntegerType(),
    DecimalType(),
    MoneyType(),
    PercentType(),
    BooleanType(),
    ChoiceType(),
    MultiChoiceType(),
    DateType(),
    TimeType(),
    DatetimeType(),
    DurationType(),
    LinkType(),
    AnyLinkType(),
    LinesType(),
    FileType(),
    ImageType(),
    SignatureType(),
    PhoneType(),
    EmailType(),
    UrlType(),
    IdNumberType(),
    SeriesType(),
    ColorType(),
    JsonType(),
)

for _kind in BUILT_IN:
    register(_kind)

__all__ = [
    "BUILT_IN",
    "MASKS",
    "PLAIN",
    "FieldType",
    "Format",
    "InvalidValue",
    "Look",
    "field_type",
    "field_types",
    "mask",
    "register",
    "unit_of",
]
