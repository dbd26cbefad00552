"""The whole of a company's metadata: an immutable value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from types import MappingProxyType
from typing import Any

from engine.diagnostics import Place
from engine.metadata.entity import Entity, Field
from engine.metadata.flows import Flow
from engine.metadata.text import Text
from engine.metadata.views import HomeItem, MenuItem, Print


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the installation as a whole is called and speaks."""

    name: Text
    languages: tuple[str, ...] = ("zh_Hant", "zh_Hans", "en")
    default_language: str = "zh_Hant"
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Which entity is the org tree that data scopes are drawn over."""

    entity: str
    parent: str = "parent"
    code: str = ""  # the field by which flows name a unit; '' = the entity's title
    head: str = ""  # the link to the user who heads a unit; '' = units have no head


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Which entity says where a person works and who stands above him."""

    entity: str
    user: str  # link to `user`
    unit: str  # link to the organization's entity
    manager: str = ""  # link to `user` or to this entity; '' = the unit's head
    post: str = ""  # a field, or a path to one, that names the post
    phone: str = ""  # the field a text message goes to


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Which entity names groups of people."""

    entity: str
    code: str  # the field flows name a group by
    members: str  # a lines field
    user: str  # link to `user` in those lines


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """When the company works; deadlines in workdays and workhours are counted on it."""

    week: tuple[int, ...] = (1, 2, 3, 4, 5)  # ISO weekdays
    hours: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13, 30), time(18)))
    entity: str = ""  # of single days that differ: holidays, and weekends that are worked
    date: str = ""
    works: str = ""  # boolean field: that day is worked


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A job; people get roles, each within some units of the org tree."""

    name: str
    label: Text
    includes: tuple[str, ...] = ()  # roles whose rights it has too
    home: tuple[str, ...] = ()  # names of home items in order; empty: all it may see
    at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One business area: a group of the menu."""

    name: str
    label: Text
    icon: str = "point"
    menu: tuple[MenuItem, ...] = ()
    home: tuple[HomeItem, ...] = ()
    at: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything the engine interprets. Equal text gives an equal catalog."""

    product: Product
    organization: Organization | None
    people: People | None = None
    groups: Groups | None = None
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    roles: Mapping[str, Role]
    modules: Mapping[str, Module]  # in menu order
    entities: Mapping[str, Entity]
    plugins: frozenset[str] = frozenset()  # folders of plugins/ whose listeners count here
    prints: Mapping[str, Print] = field(default_factory=lambda: MappingProxyType({}))
    flows: Mapping[str, Flow] = field(default_factory=lambda: MappingProxyType({}))
    reports: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    origins: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))
    # ^ 'room.built_area.label' -> where that value was written, for `explain`
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # ^ file -> full text, kept with each release
    digest: str = ""  # sha256 of the sources

    def entity(self, name: str) -> Entity:
        """Return the entity.

        Raises:
            KeyError: there is none of that name.
        """
        try:
            return self.entities[name]
        except KeyError:
            raise KeyError(f"no entity {name!r}") from None

    def field_at(self, entity: str, path: str) -> Field:
        """Return the field at the end of a link path such as `room.building.name`.

        Raises:
            KeyError: a step is no field, or is not a link.
        """
        owner = self.entity(entity)
        *links, last = path.split(".")
        for step in links:
            target = owner.field(step).options.get("to")
            if not isinstance(target, str):
                raise KeyError(f"{owner.name}.{step} is not a link, in path {path!r}")
            owner = self.entity(target)
        return owner.field(last)

    @cached_property
    def links_to(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Map each entity to the (entity, field) pairs of the links that point at it."""
        found: dict[str, list[tuple[str, str]]] = {name: [] for name in self.entities}
        for owner, link in self._links():
            found[link.options["to"]].append((owner.name, link.name))
        return MappingProxyType({name: tuple(pairs) for name, pairs in found.items()})

    def _links(self) -> Iterator[tuple[Entity, Field]]:
        for entity in self.entities.values():
            for one in entity.fields.values():
                if one.options.get("to") in self.entities:
                    yield entity, one
