"""What one run of the pipeline knows so far, and all it has found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.diagnostics import Place
from engine.loading.findings import Findings
from engine.loading.site import Site
from engine.loading.texts import Texts
from engine.metadata import (
    Entity,
    Formula,
    Groups,
    HomeItem,
    Module,
    Organization,
    People,
    Print,
    Product,
    Role,
    Text,
    WorkCalendar,
)
from engine.metadata import Field as FieldOf
from engine.metadata.flows import Flow


@dataclass(frozen=True, slots=True)
class Use:
    """What a formula is for: which names it may read and what it must give."""

    entity: str  # whose fields its names begin at
    gives: str | FieldOf = "boolean"  # a type's name, or the field whose value it is
    record: str = ""  # the entity behind `record.`; '' = no such name
    ask: Mapping[str, FieldOf] | None = None  # the fields behind `ask.`
    user: bool = True  # may read `user.`
    old: bool = False  # may read `old.`
    paths: bool = True  # may follow links and lines
    kept: str = ""  # why its answer must not change by itself; such a formula knows no clock


@dataclass(frozen=True, slots=True)
class Pending:
    """A formula that waits until every entity is known."""

    formula: Formula
    site: Site
    use: Use


@dataclass
class Draft:
    """The things built so far, beside the sites they were built from."""

    texts: Texts
    findings: Findings
    manifest: Site
    product: Product | None = None
    organization: Organization | None = None
    people: People | None = None
    groups: Groups | None = None
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    roles: dict[str, Role] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    prints: dict[str, Print] = field(default_factory=dict)
    home: dict[str, HomeItem] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    formulas: list[Pending] = field(default_factory=list)
    sites: dict[tuple[str, str], Site] = field(default_factory=dict)
    # ^ ('entity' | 'role' | 'module' | 'print' | 'home' | 'flow', name) -> where it is written
    plugins: frozenset[str] = frozenset()  # those that are loaded
    templates: dict[str, str] = field(default_factory=dict)  # Typst files that prints name

    def report(
        self, at: Place, code: str, message: str, hint: str = "", severity: str = "error"
    ) -> None:
        """Add a finding."""
        self.findings.report(at, code, message, hint, severity)

    def text(self, raw: Mapping[str, Any], key: str, site: Site) -> Text | None:
        """Return the label under a key of a map; None when there is none."""
        value = raw.get(key)
        return None if value is None else self.texts.text(value, site.down(key))

    def formula(self, raw: Mapping[str, Any], key: str, site: Site, use: Use) -> Formula | None:
        """Return the formula under a key, to be checked later; None when there is none."""
        value = raw.get(key)
        return None if value is None else self.formula_of(value, site.down(key), use)

    def formula_of(self, value: Any, site: Site, use: Use) -> Formula:
        """Return a value as a formula, to be checked later."""
        formula = Formula(_formula_text(value), site.text_at(0))
        self.formulas.append(Pending(formula, site, use))
        return formula

    def site(self, kind: str, name: str) -> Site:
        """Return where a thing is written."""
        return self.sites[kind, name]

    def declare(self, kind: str, name: str, site: Site) -> bool:
        """Note where a thing is written; False, with a finding, if its name is taken."""
        first = self.sites.get((kind, name))
        if first is None:
            self.sites[kind, name] = site
            return True
        hint = f"first declared at {first.key()}"
        self.report(site.key(), "duplicate-name", f"there are two {_PLURALS[kind]} '{name}'", hint)
        return False


_PLURALS = {
    "entity": "entities",
    "role": "roles",
    "module": "modules",
    "print": "prints",
    "home": "home items",
    "flow": "flows",
}


def _formula_text(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
