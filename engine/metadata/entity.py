"""An entity: what it has, what must hold, what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.diagnostics import Place
from engine.metadata.expression import Formula
from engine.metadata.rights import EntityRights
from engine.metadata.text import Text
from engine.metadata.views import FormLayout, ListLayout, PageLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One piece of a record."""

    name: str
    type: str  # a name in the field type registry
    label: Text
    at: Place
    help: Text | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    # ^ what this type alone knows, checked and completed by the type itself
    required: bool = False
    required_when: Formula | None = None
    visible_when: Formula | None = None
    read_only: bool = False  # nobody types it; defaults, formulas, buttons and plugins set it
    read_only_when: Formula | None = None
    editable: str = "always"  # 'always' or 'on_create'
    default: Any = None  # a value in wire form
    default_formula: Formula | None = None  # may read `user.` and the fields of the same record
    compute: Formula | None = None  # never typed in; see `stored`
    stored: bool = False  # computed at each save and kept; else computed in each query
    fetch: str = ""  # 'room.charge_area': copied from the linked record when that link is set
    unique: bool = False
    index: bool = False
    mask: str = ""  # '', 'phone', 'id_number', 'name', 'email', 'all': shown masked without right
    renamed_from: str = ""
    hidden: bool = False  # kept, and shown nowhere (a tailoring may hide, never drop)
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition every saved record satisfies (None counts as satisfied)."""

    name: str
    that: Formula
    message: Text
    field: str = ""  # where a clerk sees the message; empty: above the form
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A database index; `unique` refuses a second record with the same values."""

    fields: tuple[str, ...]
    unique: bool = False
    where: Formula | None = None  # only records that satisfy this count
    message: Text | None = None
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something a person may do with a record; each has a right of its own."""

    name: str
    label: Text
    icon: str = "point"
    color: str = ""  # '', 'primary', 'success', 'danger'
    when: Formula | None = None  # offered and accepted only on such records
    why_not: Text | None = None  # shown on the grey button when `when` is false
    confirm: Text | None = None
    ask: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))
    # ^ fields of a dialog opened first
    set: Mapping[str, Formula] = field(default_factory=lambda: MappingProxyType({}))
    # ^ what it changes in the record; formulas may read `ask.<name>`
    action: str = ""  # 'plugin.function', run in the same transaction
    bulk: bool = False  # offered above a list for many records at once
    list_only: bool = False  # offered above the list with no record chosen (a wizard, a run)
    preview: bool = False  # its action says first what it would do, and is asked to once more
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A kind of record: one table, one set of screens, one REST resource."""

    name: str
    module: str
    label: Text
    at: Place
    icon: str = "point"
    fields: Mapping[str, Field]
    title: str  # the field that names a record wherever it is linked
    subtitle: tuple[str, ...] = ()  # shown small beside the title in look-ups
    search: tuple[str, ...] = ()  # fields the one search box and the look-ups read
    search_links: tuple[str, ...] = ()  # links by whose records a list's box finds, too
    scope: str = ""  # path to the org unit that owns the record: 'estate.unit'; '' = shared by all
    own: str = ""  # link field to a user: who owns it for the row rule 'own'; '' = who created it
    department: str = ""  # path to the org unit used by the row rule 'department'
    parent: str = ""  # the link field that makes a tree
    part_of: str = ""  # the link field to the record whose lines these are; rights come from there
    checks: tuple[Check, ...] = ()
    indexes: tuple[Index, ...] = ()
    buttons: Mapping[str, Button] = field(default_factory=lambda: MappingProxyType({}))
    list: ListLayout = field(default_factory=ListLayout)
    form: FormLayout = field(default_factory=FormLayout)
    page: PageLayout = field(default_factory=PageLayout)
    rights: EntityRights = field(default_factory=EntityRights)
    written_by: str = "people"  # or 'plugins': no form, no REST write; only actions write it
    lock_when: Formula | None = None  # such a record is closed: no change, no delete …
    lock_except: frozenset[str] = frozenset()  # … but of these fields
    delete: str = "unused"  # 'unused' (nothing links here), 'never'
    audit: bool = True  # off only for bulk data that is itself a ledger
    comments: bool = True
    attachments: bool = True
    renamed_from: str = ""
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def field(self, name: str) -> Field:
        """Return the field.

        Raises:
            KeyError: there is no such field; the message names both.
        """
        try:
            return self.fields[name]
        except KeyError:
            raise KeyError(f"entity {self.name!r} has no field {name!r}") from None
