"""Lists, forms and pages, with what the author left out filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.fieldtypes.base import field_type
from engine.loading.build.freezing import names_of
from engine.loading.draft import Draft, Use
from engine.loading.site import Site
from engine.metadata import (
    Board,
    CalendarView,
    Card,
    Field,
    FormLayout,
    ListLayout,
    PageLayout,
    Related,
    SavedFilter,
    Section,
    Tab,
    Text,
)

_COLUMNS = 6  # of a list whose author named none
_LONG = frozenset({"long_text", "lines", "file", "files", "image", "images", "json"})


def build_list(
    draft: Draft, raw: Mapping[str, Any], site: Site, fields: Mapping[str, Field], title: str
) -> ListLayout:
    """Build the list layout; its columns are the title and a few more by default."""
    use = Use(entity=str(site.path[1]))
    board, calendar = raw.get("board"), raw.get("calendar")
    views = raw.get("views", {})
    return ListLayout(
        columns=names_of(raw, "columns") or _default_columns(fields, title),
        filters=names_of(raw, "filters"),
        sort=names_of(raw, "sort"),
        totals=names_of(raw, "totals"),
        card=_card(raw.get("card", {})),
        views=tuple(
            _view(draft, name, view, site.down("views", name), use) for name, view in views.items()
        ),
        board=Board(by=board["by"]) if board else None,
        calendar=CalendarView(start=calendar["start"], end=calendar.get("end", ""))
        if calendar
        else None,
        tree=raw.get("tree", False),
        edit_inline=names_of(raw, "edit_inline"),
    )


def _default_columns(fields: Mapping[str, Field], title: str) -> tuple[str, ...]:
    shown = [
        name
        for name, one in fields.items()
        if name != title and not one.hidden and one.type not in _LONG
    ]
    return (title, *shown[: _COLUMNS - 1])


def _card(raw: Mapping[str, Any]) -> Card:
    return Card(
        title=raw.get("title", ""),
        subtitle=names_of(raw, "subtitle"),
        badge=raw.get("badge", ""),
        amount=raw.get("amount", ""),
    )


def _view(draft: Draft, name: str, raw: Mapping[str, Any], site: Site, use: Use) -> SavedFilter:
    return SavedFilter(
        name=name,
        label=draft.text(raw, "label", site) or Text(),
        filter=draft.formula(raw, "filter", site, use),
        sort=names_of(raw, "sort"),
        columns=names_of(raw, "columns"),
        at=site.key(),
    )


def build_form(
    draft: Draft, raw: Mapping[str, Any], site: Site, fields: Mapping[str, Field]
) -> FormLayout:
    """Build the form: the author's tabs, or one nameless tab."""
    tabs = tuple(
        Tab(
            name=tab["name"],
            label=draft.text(tab, "label", site.down("tabs", i)) or Text(),
            sections=_sections(draft, tab, site.down("tabs", i)),
        )
        for i, tab in enumerate(raw.get("tabs", ()))
    )
    if tabs:
        return FormLayout(tabs=tabs)
    sections = _sections(draft, raw, site) or _default_sections(fields)
    return FormLayout(tabs=(Tab(name="", label=Text(), sections=sections),))


def _sections(draft: Draft, raw: Mapping[str, Any], site: Site) -> tuple[Section, ...]:
    use = Use(entity=str(site.path[1]))
    return tuple(
        Section(
            label=draft.text(section, "label", site.down("sections", i)),
            fields=names_of(section, "fields"),
            visible_when=draft.formula(section, "visible_when", site.down("sections", i), use),
        )
        for i, section in enumerate(raw.get("sections", ()))
    )


def _default_sections(fields: Mapping[str, Field]) -> tuple[Section, ...]:
    shown = [one for one in fields.values() if not one.hidden]
    plain = tuple(one.name for one in shown if field_type(one.type).is_column)
    lines = [one for one in shown if not field_type(one.type).is_column]
    first = (Section(label=None, fields=plain),) if plain else ()
    return (*first, *(Section(label=one.label, fields=(one.name,)) for one in lines))


def build_page(draft: Draft, raw: Mapping[str, Any], site: Site, form: FormLayout) -> PageLayout:
    """Build the record page; its sections are the form's by default."""
    sections = _sections(draft, raw, site)
    if not sections:
        sections = tuple(section for tab in form.tabs for section in tab.sections)
    return PageLayout(
        facts=names_of(raw, "facts"),
        sections=sections,
        related=tuple(
            _related(draft, one, site.down("related", i))
            for i, one in enumerate(raw.get("related", ()))
        ),
    )


def _related(draft: Draft, raw: Mapping[str, Any], site: Site) -> Related:
    use = Use(entity=raw["entity"], record=str(site.path[1]))
    return Related(
        entity=raw["entity"],
        by=raw["by"],
        label=draft.text(raw, "label", site),
        columns=names_of(raw, "columns"),
        filter=draft.formula(raw, "filter", site, use),
        sort=names_of(raw, "sort"),
    )
