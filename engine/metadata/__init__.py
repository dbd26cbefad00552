"""Typed, frozen objects that describe a company's work; no I/O."""

from engine.metadata.catalog import (
    Catalog,
    Groups,
    Module,
    Organization,
    People,
    Product,
    Role,
    WorkCalendar,
)
from engine.metadata.entity import Button, Check, Entity, Field, Index
from engine.metadata.expression import Formula
from engine.metadata.rights import EntityRights, RoleRights
from engine.metadata.text import Text
from engine.metadata.views import (
    Board,
    CalendarView,
    Card,
    FormLayout,
    HomeItem,
    ListLayout,
    MenuItem,
    PageLayout,
    Print,
    Related,
    SavedFilter,
    Section,
    Tab,
)

__all__ = [
    "Board",
    "Button",
    "CalendarView",
    "Card",
    "Catalog",
    "Check",
    "Entity",
    "EntityRights",
    "Field",
    "FormLayout",
    "Formula",
    "Groups",
    "HomeItem",
    "Index",
    "ListLayout",
    "MenuItem",
    "Module",
    "Organization",
    "PageLayout",
    "People",
    "Print",
    "Product",
    "Related",
    "Role",
    "RoleRights",
    "SavedFilter",
    "Section",
    "Tab",
    "Text",
    "WorkCalendar",
]
