"""What steps and actions of a flow are made of: people, effects, rules, deadlines, formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.loading.draft import Draft, Use
from engine.loading.people_words import who_of
from engine.loading.site import Site
from engine.metadata import Field, Formula
from engine.metadata.flows import (
    CAN,
    Due,
    Duration,
    Effect,
    Effects,
    Fields,
    Otherwise,
    Sign,
    Who,
)

Raw = Mapping[str, Any]
_MANAGER = Otherwise(do="to", to=(who_of("initiator.manager"),))


class Ids:
    """Gives nodes without a name one made of their kind, by their place in the text."""

    def __init__(self, raw: Any) -> None:
        self._taken = set(_names_in(raw))

    def made(self, base: str, *, numbered: bool = True) -> str:
        """Return a name nobody has; without `numbered` the first is the base itself."""
        number = 1
        found = f"{base}_1" if numbered else base
        while found in self._taken:
            number += 1
            found = f"{base}_{number}"
        self._taken.add(found)
        return found


def _names_in(raw: Any) -> list[str]:
    """Return every name given to a node, wherever it stands."""
    if isinstance(raw, list):
        return [name for one in raw for name in _names_in(one)]
    if not isinstance(raw, dict):
        return []
    own = [raw.get(key) for key in ("step", "choose", "parallel", "wait", "id")]
    found = [name for name in own if isinstance(name, str)]
    return found + [name for one in raw.values() for name in _names_in(one)]


@dataclass(frozen=True, slots=True)
class Making:
    """What the parts of one flow need to know of it."""

    draft: Draft
    entity: str
    ids: Ids
    rules: Raw
    fields: Mapping[str, Field] = field(default_factory=dict)  # of the entity

    def formula(self, raw: Raw, key: str, site: Site, gives: str = "boolean") -> Formula | None:
        """Return a formula over the record; it never reads who happens to act."""
        return self.draft.formula(raw, key, site, Use(self.entity, gives=gives, user=False))

    def effects(self, raw: Raw, key: str, site: Site) -> Effects:
        """Return what the flow does, in order."""
        inner = site.down(key)
        return tuple(self._effect(one, inner.down(i)) for i, one in enumerate(raw.get(key, ())))

    def _effect(self, raw: Raw, site: Site) -> Effect:
        kind = next(iter(raw))
        people = people_of(raw, kind, site) if kind in ("cc", "notify") else ()
        changes: dict[str, Formula] = {}
        for name, value in raw.get("set", {}).items():
            # An unknown field is reported with the effect; its formula is checked all the same.
            use = Use(self.entity, gives=self.fields.get(name, "any"), user=False)
            changes[name] = self.draft.formula_of(value, site.down("set", name), use)
        return Effect(
            kind=kind,
            set=MappingProxyType(changes),
            call=raw.get("call", ""),
            who=people,
            at=site.at(),
        )

    def can(self, raw: Raw) -> frozenset[str]:
        """Return what an approver may do beside approving."""
        return frozenset(raw.get("can", self.rules.get("can", CAN)))

    def nobody(self, raw: Raw, site: Site, rules: Site) -> Otherwise:
        """Return what happens when nobody is found; the step's word counts before the rules'."""
        found = self._otherwise("nobody", raw, site, rules)
        return found or Otherwise(do="hold")

    def self_rule(self, raw: Raw, site: Site, rules: Site) -> Otherwise:
        """Return what happens when the approver is the initiator."""
        return self._otherwise("self", raw, site, rules) or _MANAGER

    def _otherwise(self, key: str, raw: Raw, site: Site, rules: Site) -> Otherwise | None:
        if key in raw:
            return _otherwise(raw[key], site.down(key))
        return _otherwise(self.rules[key], rules.down(key)) if key in self.rules else None


def _otherwise(value: Any, site: Site) -> Otherwise:
    if isinstance(value, str):
        return Otherwise(do=value)
    return Otherwise(do="to", to=people_of(value, "to", site))


def people_of(raw: Raw, key: str, site: Site) -> tuple[Who, ...]:
    """Return the ways in which people are named under a key."""
    value = raw.get(key, ())
    here = site.down(key)
    if isinstance(value, str):
        return (who_of(value, here.text_at(0)),)
    return tuple(who_of(one, here.down(i).text_at(0)) for i, one in enumerate(value))


def fields_of(raw: Raw, key: str, default: Fields) -> Fields:
    """Return a set of fields, or one of the words all and none."""
    value = raw.get(key, default)
    return frozenset(value) if isinstance(value, list) else value


def duration_of(text: str) -> Duration:
    """Read a length of time, whose form has been checked."""
    amount, unit = text.split(" ")
    return Duration(amount=int(amount), unit=f"{unit.removesuffix('s')}s")


def _duration(raw: Raw, key: str) -> Duration | None:
    return duration_of(raw[key]) if key in raw else None


def sign_of(value: Any) -> Sign:
    """Return how many must agree."""
    if value is None or isinstance(value, str):
        return Sign(mode=value or "any")
    mode = "at_least" if "at_least" in value else "percent"
    return Sign(
        mode=mode,
        threshold=Decimal(value[mode]),
        refuse=value.get("refuse", "when_lost"),
        rest=value.get("rest", "cancel"),
    )


def due_of(value: Any, site: Site) -> Due | None:
    """Return the deadline; a text is its length and nothing else."""
    if value is None:
        return None
    if isinstance(value, str):
        return Due(within=duration_of(value))
    remind = value.get("remind", {})
    then = value.get("then", "remind")
    kind = then if isinstance(then, str) else next(iter(then))
    inner = site.down("then")
    return Due(
        within=duration_of(value["in"]),
        remind_before=_duration(remind, "before"),
        remind_every=_duration(remind, "every"),
        remind_max=remind.get("max", 3 if "every" in remind else 1),
        then=kind,
        to=people_of(then, kind, inner) if kind in ("transfer", "escalate") else (),
        target=then["return"] if kind == "return" else "",
    )


_BRACES = re.compile(r"\{([^{}]*)\}")


def subject_of(making: Making, raw: Raw, site: Site) -> tuple[str | Formula, ...]:
    """Return a text's parts: what stands between braces is a formula."""
    text, here = raw.get("subject", ""), site.down("subject")
    parts: list[str | Formula] = []
    position = 0
    use = Use(making.entity, gives="any", user=False)
    for found in _BRACES.finditer(text):
        parts += _plain(making, text[position : found.start()], here.part(position))
        inner = found[1]
        start = found.start(1) + len(inner) - len(inner.lstrip())
        parts.append(making.draft.formula_of(inner.strip(), here.part(start), use))
        position = found.end()
    parts += _plain(making, text[position:], here.part(position))
    return tuple(parts)


def _plain(making: Making, text: str, site: Site) -> list[str | Formula]:
    stray = re.search(r"[{}]", text)
    if stray is not None:
        message = f"the subject has a '{stray[0]}' without its other half"
        hint = "a formula stands between { and }, as in '{customer.name}: {amount}'"
        making.draft.report(site.text_at(stray.start()), "bad-subject", message, hint)
    return [text] if text else []
