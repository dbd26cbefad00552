"""Files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BigInteger, Column
from sqlalchemy.dialects.postgresql import ARRAY
from typing_extensions import override

from engine.expressions import Type
from engine.fieldtypes.base import PLAIN, FieldType, Format, InvalidValue, Look, Texts
from engine.fieldtypes.reading import is_blank
from engine.fieldtypes.record_id import read_id
from engine.metadata import Field

if TYPE_CHECKING:
    from engine.metadata import Catalog

_PICTURES = ("jpg", "jpeg", "png", "webp", "gif")
_OFFICE = ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "zip")
# A browser or a desktop runs what is in these, with the reader's own rights.
_SCRIPTS = frozenset({"html", "htm", "xhtml", "svg", "xml", "js", "mjs", "css", "swf", "hta"})
_PROGRAMS = frozenset({"exe", "bat", "cmd", "com", "msi", "sh", "jar", "ps1", "vbs"})

_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "accept": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[a-z0-9]{1,8}$"},
            "description": "endings of file names that are taken, such as pdf",
        },
        "max_mb": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 500,
            "description": "the largest size in megabytes",
        },
        "multiple": {"type": "boolean", "description": "any number of files, not just one"},
    }
)


class FileType(FieldType):
    """The id of a stored file, or a list of ids when the field is `multiple`."""

    name = "file"
    doc = "An uploaded file, or several."
    schema: ClassVar[Mapping[str, Any]] = _SCHEMA
    defaults = MappingProxyType({"accept": (*_OFFICE, *_PICTURES), "max_mb": 20, "multiple": False})
    operators = ("empty",)
    allowed: ClassVar[frozenset[str] | None] = None  # endings the type can show; None: any

    @override
    def complete(self, options: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
        filled = {**self.defaults, **options}
        return MappingProxyType({**filled, "accept": tuple(filled["accept"])})

    @override
    def findings(self, field: Field, catalog: Catalog) -> Iterable[tuple[str, str, str]]:
        yield from super().findings(field, catalog)
        for ending in field.options["accept"]:
            if ending in _SCRIPTS | _PROGRAMS:
                message = f"files of type '{ending}' must not be taken"
                yield "accept", message, "they run on the reader's machine when opened"
            elif self.allowed is not None and ending not in self.allowed:
                message = f"'{ending}' is not a picture that every browser shows"
                yield "accept", message, f"allowed: {', '.join(sorted(self.allowed))}"

    @override
    def value_type(self, field: Field) -> Type:
        # Opaque: a formula may only ask whether there is a file.
        return Type("json")

    @override
    def columns(self, field: Field) -> list[Column[Any]]:
        kind = ARRAY(BigInteger) if field.options["multiple"] else BigInteger()
        return [Column(field.name, kind)]

    @override
    def parse(self, field: Field, raw: Any, style: Format = PLAIN) -> Any:
        """Takes ids, or the maps with an `id` that JSON readers were given; '1,2' for several."""
        if not field.options["multiple"]:
            return None if is_blank(raw) else read_id(_id_of(raw))
        if isinstance(raw, str):
            raw = raw.split(",")
        parts = raw if isinstance(raw, list | tuple) else () if raw is None else (raw,)
        ids = (read_id(_id_of(part)) for part in parts if not is_blank(part))
        return list(dict.fromkeys(ids)) or None

    @override
    def to_wire(self, field: Field, value: Any) -> Any:
        return list(value) if isinstance(value, list | tuple) else value

    @override
    def text(self, field: Field, value: Any, style: Format) -> str:
        """Return how many files there are: their names are in another table."""
        if value is None:
            return ""
        return str(len(value)) if isinstance(value, list | tuple) else "1"

    @override
    def input_text(self, field: Field, value: Any, style: Format) -> str:
        ids = value if isinstance(value, list | tuple) else () if value is None else (value,)
        return ",".join(str(one) for one in ids)

    @override
    def look(self, field: Field) -> Look:
        return Look("file", "file", extra=self._extra(field))

    @override
    def openapi(self, field: Field) -> Mapping[str, Any]:
        one = {"type": "integer", "format": "int64"}
        return {"type": "array", "items": one} if field.options["multiple"] else one

    def check_upload(self, field: Field, file_name: str, size_bytes: int) -> None:
        """Refuse a file this field does not take; the content's type is checked by storage.

        Raises:
            InvalidValue: its ending or its size is not allowed.
        """
        accept, max_mb = field.options["accept"], field.options["max_mb"]
        if PurePosixPath(file_name).suffix.lower().lstrip(".") not in accept:
            raise InvalidValue("Only files of these types: %(types)s.", types=", ".join(accept))
        if size_bytes > max_mb * 1024 * 1024:
            raise InvalidValue("The file must not be larger than %(size)s MB.", size=max_mb)
        if size_bytes == 0:
            raise InvalidValue("The file is empty.")

    def _extra(self, field: Field) -> Mapping[str, Any]:
        dotted = ",".join(f".{ending}" for ending in field.options["accept"])
        shown = {name: field.options[name] for name in ("max_mb", "multiple")}
        return MappingProxyType({"accept": dotted, **shown})


def _id_of(part: Any) -> Any:
    return part.get("id") if isinstance(part, Mapping) else part
