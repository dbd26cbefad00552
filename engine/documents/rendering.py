"""From a print and a selection to a PDF."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine.documents import generic, log
from engine.documents.batch import Document, Pictures, as_json, documents_of
from engine.documents.fonts import faces
from engine.documents.letterhead import heads_of
from engine.documents.prints import Settings, find_print, is_generic, settings_of
from engine.documents.reading import Item, in_language
from engine.documents.selection import selected
from engine.documents.shape import Shape, read, shape_of
from engine.documents.typesetting import shared_sources, typeset
from engine.extension.printing import data_of, tell_printed
from engine.metadata import Print
from engine.records import PluginContext, Query, Workspace

_PAGES = re.compile(rb"/Type\s*/Pages\s*/Count\s+(\d+)")


class Printed(NamedTuple):
    """A batch that was printed."""

    pdf: bytes
    documents: int
    pages: int
    file_name: str


def render(
    work: Workspace,
    name: str,
    *,
    ids: Sequence[int] | None = None,
    query: Query | None = None,
    language: str = "",
    run: str = "",
) -> Printed:
    """Print records by number, or all that a list's query has.

    The reader's rights and row rules hold; a declared print shows the paths its author
    named, masked where the field is. Asked again within an hour under the same `run`, it
    is the same print and no new copy.

    Raises:
        NotFound: there is no such print.
        Refused: the right `print` is missing.
        Invalid: nothing can be printed, or too much at once.
        TemplateError: the template is wrong.
    """
    work = in_language(work, language)
    one = find_print(work.catalog, name)
    chosen = selected(work, one, ids, query)
    settings = settings_of(one) if not is_generic(one) else generic.settings(work, one)
    shape = shape_of(work, one, settings, query)
    items = read(work, shape, chosen)
    _add_plugin_data(work, one, items)
    documents = documents_of(items, shape.group_by, together=settings.together)
    copies = None if settings.together else log.take_copies(work, one, chosen, run)
    if one.marks_reprint and copies is not None:
        for document in documents:
            document.reprint = max(copies.numbers[item.id] for item in document.items) - 1
    pdf, pages = _set(work, one, settings, shape, documents)
    digest = hashlib.sha256(pdf).hexdigest()
    log.note(work, one, copies, documents=len(documents), sha256=digest, run=run)
    if copies is None or not copies.is_again:
        tell_printed(one.name, PluginContext(work), chosen)
    return Printed(pdf, len(documents), pages, _file_name(work, one))


def _add_plugin_data(work: Workspace, one: Print, items: Sequence[Item]) -> None:
    found = data_of(one.name, PluginContext(work), [item.id for item in items])
    for item in items:
        item.more = dict(found.get(item.id, {}))


def _set(
    work: Workspace, one: Print, settings: Settings, shape: Shape, documents: Sequence[Document]
) -> tuple[bytes, int]:
    for document in documents:
        document.unit = document.items[0].values.get(shape.unit) if shape.unit else None
    heads, files = heads_of(work, [document.unit for document in documents])
    pictures = Pictures()
    places = {unit: place for place, unit in enumerate(heads)}
    data = _common(work, one) | {
        "long": False,
        "labels": shape.labels,
        "line_labels": shape.line_labels,
        "layout": shape.layout,
        "heads": list(heads.values()),
        "documents": as_json(work, documents, places, settings, pictures),
    }
    files |= {**pictures.files, **_libraries(work)}
    template = _template(work, one)
    pdf = typeset(template, data, at=work.now, files=files)
    if page_count(pdf) != len(documents):
        pdf = typeset(template, data | {"long": True}, at=work.now, files=files)
    return pdf, page_count(pdf)


def _common(work: Workspace, one: Print) -> dict[str, Any]:
    chosen = faces(work.language)
    return {
        "language": work.language,
        "fonts": {
            "sans": chosen.sans,
            "serif": chosen.serif,
            "lang": chosen.language,
            "region": chosen.region,
        },
        "print": {"name": one.name, "label": one.label.in_(work.language)},
        "printed": {
            "by": work.actor.name,
            "at": work.local_now.strftime("%Y-%m-%d %H:%M"),
            "on": work.today.isoformat(),
        },
    }


def _template(work: Workspace, one: Print) -> bytes:
    if is_generic(one):
        return shared_sources()[one.template]
    return work.catalog.sources[one.template].encode()


def _libraries(work: Workspace) -> Mapping[str, bytes]:
    """Return the project's Typst files, so that a template may import another one."""
    sources = work.catalog.sources
    return {name: sources[name].encode() for name in sources if name.endswith(".typ")}


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF of ours has.

    Raises:
        ValueError: it is none of ours.
    """
    found = _PAGES.search(pdf)
    if found is None:
        raise ValueError("the PDF does not say how many pages it has")
    return int(found.group(1))


def _file_name(work: Workspace, one: Print) -> str:
    label = one.label.in_(work.language)
    if is_generic(one):
        label = work.catalog.entity(one.entity).label.in_(work.language)
    plain = "".join("_" if c in '\\/:*?"<>|' else c for c in label)
    return f"{plain}-{work.today.isoformat()}.pdf"
