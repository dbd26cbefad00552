"""Which prints there are: those of the metadata, and two that every entity has for free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.extension import NotFound
from engine.metadata import Catalog, Print, Text

RECORD, LIST = "record.", "list."  # before an entity's name; no declared print has a dot
_LABELS = {
    RECORD: Text({"zh_Hant": "打印資料頁", "zh_Hans": "打印资料页", "en": "Print this page"}),
    LIST: Text({"zh_Hant": "打印列表", "zh_Hans": "打印列表", "en": "Print the list"}),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows a document shows below a record: lines of a `lines` field, or a list of `extra`."""

    name: str
    entity: str
    by: str  # the link of that entity …
    owner: str  # … and the path of the record it points at; '' for the record itself
    columns: tuple[str, ...]
    where: str = ""  # in the expression language
    sort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a print's `extra` says, in the engine's words."""

    together: bool = False  # all records in one document, unless `group_by` says otherwise
    then_by: tuple[str, ...] = ()  # paths that split documents further than `group_by`
    sort: tuple[str, ...] = ()  # the order of the batch, whatever the list's is
    totals: tuple[str, ...] = ()  # summed per document; 'lines.amount' sums over lines
    capitals: tuple[str, ...] = ()  # also written in Chinese capitals
    qr: str = ""  # the path whose text the QR code carries
    unmask: tuple[str, ...] = ()  # masked paths that this paper shows in full
    lists: Mapping[str, Any] | None = None  # name -> {entity, by, of, columns, where, sort}
    line_columns: Mapping[str, Any] | None = None  # lines field -> paths, instead of its own


def settings_of(one: Print) -> Settings:
    """Return a print's settings."""
    extra = one.extra
    return Settings(
        together=bool(extra.get("together", False)),
        then_by=tuple(extra.get("then_by", ())),
        sort=tuple(extra.get("sort", ())),
        totals=tuple(extra.get("totals", ())),
        capitals=tuple(extra.get("capitals", ())),
        qr=str(extra.get("qr", "")),
        unmask=tuple(extra.get("unmask", ())),
        lists=extra.get("lists"),
        line_columns=extra.get("lines"),
    )


def find_print(catalog: Catalog, name: str) -> Print:
    """Return a print by name.

    Raises:
        NotFound: there is none.
    """
    declared = catalog.prints.get(name)
    if declared is not None:
        return declared
    for kind, label in _LABELS.items():
        entity = name.removeprefix(kind)
        if name.startswith(kind) and entity in catalog.entities:
            return Print(name=name, label=label, entity=entity, template=f"{kind}typ")
    raise NotFound("print", name)


def prints_of(catalog: Catalog, entity: str, *, of_list: bool) -> Sequence[Print]:
    """Return what can be printed of an entity: of one record, or of a list of them."""
    declared = [one for one in catalog.prints.values() if one.entity == entity]
    return (*declared, find_print(catalog, (LIST if of_list else RECORD) + entity))


def is_generic(one: Print) -> bool:
    """Tell whether a print is one that every entity has."""
    return "." in one.name
