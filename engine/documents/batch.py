"""From records to the documents of a batch, as templates get them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import segno

from engine.documents.amounts import chinese_amount
from engine.documents.prints import Settings
from engine.documents.reading import Item
from engine.documents.values import amount_text, told_data
from engine.records import Workspace

Json = dict[str, Any]
_MASK = 3  # trying all eight masks costs ten times as much, and scanners read any


@dataclass(slots=True)
class Document:
    """One document of a batch: the records it is about."""

    items: list[Item]
    unit: int | None = None
    reprint: int = 0  # 0 for the first print, then 1, 2 …


@dataclass(slots=True)
class Pictures:
    """QR codes by file name; each text is drawn once."""

    files: dict[str, bytes] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def code(self, text: str) -> str:
        """Return the name of the file with the code of a text; '' for none."""
        if not text:
            return ""
        if text not in self._names:
            name = f"qr-{len(self._names)}.svg"
            self._names[text], self.files[name] = name, _qr(text)
        return self._names[text]


def _qr(text: str) -> bytes:
    target = io.BytesIO()
    code = segno.make_qr(text, error="m", mask=_MASK, boost_error=False, encoding="utf-8")
    code.save(target, kind="svg", border=0, xmldecl=False)
    return target.getvalue()


def documents_of(
    items: Sequence[Item], group_by: Sequence[str], *, together: bool
) -> list[Document]:
    """Split records into documents, in the order in which each group first comes."""
    if group_by:
        groups: dict[tuple[Any, ...], Document] = {}
        for item in items:
            key = tuple(item.values.get(path) for path in group_by)
            groups.setdefault(key, Document([])).items.append(item)
        return list(groups.values())
    if together:
        return [Document(list(items))]
    return [Document([item]) for item in items]


def as_json(
    work: Workspace, documents: Iterable[Document], heads: Mapping[int | None, int],
    settings: Settings, pictures: Pictures,
) -> list[Json]:  # fmt: skip
    """Return the documents as the template reads them."""
    writer = _Writer(work, settings, pictures)
    return [
        {
            "head": heads[one.unit],
            "reprint": one.reprint,
            "records": [writer.record(item) for item in one.items],
            "totals": writer.totals(one.items),
        }
        for one in documents
    ]


@dataclass(frozen=True)
class _Writer:
    work: Workspace
    settings: Settings
    pictures: Pictures

    def record(self, item: Item) -> Json:
        """Return a record with its rows and what plugins added."""
        found = self._plain(item)
        found["c"] = {path: self._capitals(item, path) for path in self.settings.capitals}
        found["x"] = told_data(item.more, self.work.style)
        found["lines"] = {
            name: [self._plain(row) for row in rows] for name, rows in item.rows.items()
        }
        found["qr"] = self.pictures.code(item.texts.get(self.settings.qr, ""))
        return found

    def _plain(self, item: Item) -> Json:
        return {"id": item.id, "t": item.texts, "v": item.plain}

    def _capitals(self, item: Item, path: str) -> str:
        value = item.values.get(path, item.more.get(path))
        return chinese_amount(value, self.work.language) if isinstance(value, Decimal) else ""

    def totals(self, items: Sequence[Item]) -> Json:
        """Return the sums of a document, as text, digits and capitals."""
        found = {}
        for path in self.settings.totals:
            total = sum(_values(items, path), Decimal(0))
            capitals = chinese_amount(total, self.work.language)
            found[path] = {"t": amount_text(total), "v": f"{total:f}", "c": capitals}
        return found


def _values(items: Sequence[Item], path: str) -> Iterable[Decimal]:
    name, _, rest = path.partition(".")
    for item in items:
        if rest and name in item.rows:
            yield from _values(item.rows[name], rest)
            continue
        value = item.values.get(path, item.more.get(path))
        if value is not None:
            yield Decimal(value)
