"""How an entity is shown: lists, forms, record pages, menu, home, prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.diagnostics import Place
from engine.metadata.expression import Formula
from engine.metadata.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A named filter shipped with the module; shown as a tab above the list."""

    name: str
    label: Text
    filter: Formula | None = None  # in the expression language, over the entity's fields
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A row on a phone, and a card on a board."""

    title: str = ""  # field names; empty means the entity's title
    subtitle: tuple[str, ...] = ()
    badge: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Kanban columns by a choice field."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """Records on a month sheet."""

    start: str
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLayout:
    """The generated list. Paths such as `room.building` may be columns and filters."""

    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()  # '-name' for descending; the id is always added last
    totals: tuple[str, ...] = ()  # columns summed below the list
    card: Card = field(default_factory=Card)
    views: tuple[SavedFilter, ...] = ()
    board: Board | None = None
    calendar: CalendarView | None = None
    tree: bool = False  # drawn as a tree over the entity's `parent` field
    edit_inline: tuple[str, ...] = ()  # columns that may be changed in the list


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled group of fields in a form or on a record page."""

    label: Text | None
    fields: tuple[str, ...]  # a `lines` field stands alone in its section
    visible_when: Formula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page of a form."""

    name: str
    label: Text
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLayout:
    """The form; one nameless tab when the author gave sections only."""

    tabs: tuple[Tab, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A list of linked records on a record page."""

    entity: str
    by: str  # the link field of that entity that points here
    label: Text | None = None
    columns: tuple[str, ...] = ()
    filter: Formula | None = None
    sort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLayout:
    """The record page: facts on top, sections (the form's by default), linked lists."""

    facts: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One entry of a module's menu."""

    label: Text
    icon: str = "point"
    entity: str = ""  # opens its list …
    view: str = ""  # … with this saved filter
    screen: str = ""  # or a screen registered by a plugin, by name
    report: str = ""  # or a report
    shortcut: frozenset[str] = frozenset()  # roles that find it on their home page too
    at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeItem:
    """A card on the home page of some roles."""

    name: str
    label: Text
    entity: str
    filter: Formula | None = None
    show: str = "count"  # 'count', 'sum' or 'list'
    field: str = ""  # what is summed
    columns: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()  # empty: all who may read the entity
    icon: str = "point"
    color: str = "blue"
    at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A printed document bound to an entity."""

    name: str
    label: Text
    entity: str
    template: str  # a Typst file, relative to the project's root
    fields: tuple[str, ...] = ()  # paths given to the template; empty means all readable fields
    group_by: str = ""  # one document per value of this path, e.g. one notice per payer
    where: Formula | None = None  # only such records can be printed
    marks_reprint: bool = False  # a second print says so, and is logged
    at: Place | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
