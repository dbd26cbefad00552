"""Say in sentences why an actor may or may not do something, or see a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.access.actor import Actor
from engine.access.rights import ADMIN, asked_of, roles_granting
from engine.metadata import Catalog, Text

Word = str | Text  # of a param: a msgid or a name, or a label
Words = Mapping[str, Word | tuple[Word, ...]]  # several are read as a list


@dataclass(frozen=True, slots=True)
class Sentence:
    """One reason; an English msgid with %(name)s places."""

    message: str
    params: Words = field(default_factory=lambda: MappingProxyType({}))
    allows: bool = False  # this alone is enough to be let in

    def in_(self, language: str, translate: Callable[[str], str] = str) -> str:
        """Return the sentence in a language; `translate` is its gettext."""
        comma = ", " if language == "en" else "、"
        said = {}
        for name, given in self.params.items():
            words = given if isinstance(given, tuple) else (given,)
            said[name] = comma.join(
                one.in_(language) if isinstance(one, Text) else translate(one) for one in words
            )
        return translate(self.message) % said

    def __str__(self) -> str:
        return self.in_("en")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer and its reasons."""

    allowed: bool
    sentences: tuple[Sentence, ...]

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.sentences)


def explained(sentences: Iterable[Sentence]) -> Explanation:
    """Return the explanation: allowed if one of the sentences allows."""
    said = tuple(sentences)
    return Explanation(any(one.allows for one in said), said)


def why(catalog: Catalog, actor: Actor, entity: str, action: str) -> Explanation:
    """Say which roles give the right, or what is missing."""
    if actor.is_unlimited:
        return explained([unlimited(actor)])
    owner, actions = asked_of(catalog, entity, action)
    words: Words = {
        "entity": catalog.entity(owner).label,
        "action": action_label(catalog, owner, action),
    }
    granting = roles_granting(catalog, actor, entity, action)
    if granting:
        message = "Your role %(role)s gives the right “%(action)s” on %(entity)s."
        return explained(
            Sentence(message, {"role": role_label(catalog, one), **words}, allows=True)
            for one in granting
        )
    return explained(_missing(catalog, actor, (owner, actions), words))


def _missing(
    catalog: Catalog,
    actor: Actor,
    asked: tuple[str, tuple[str, ...]],
    words: Words,
) -> Iterable[Sentence]:
    if not actor.roles:
        yield Sentence("You have no role.")
    else:
        names = tuple(role_label(catalog, one) for one in sorted(actor.roles))
        message = "None of your roles (%(roles)s) gives the right “%(action)s” on %(entity)s."
        yield Sentence(message, {"roles": names, **words})
    owner, actions = asked
    holders = sorted(
        role for role, rights in actor.rights.items() if any((a, owner) in rights for a in actions)
    )
    if holders:
        names = tuple(role_label(catalog, one) for one in holders)
        yield Sentence("These roles have it: %(roles)s.", {"roles": names})


def unlimited(actor: Actor) -> Sentence:
    """Return the reason of those of whom nothing is asked."""
    if actor.is_system:
        return Sentence("The system itself may do everything.", allows=True)
    return Sentence("Your role %(role)s may do everything.", {"role": ADMIN}, allows=True)


def role_label(catalog: Catalog, role: str) -> Word:
    """Return what a role is called; one made on FAB's screen has its name only."""
    declared = catalog.roles.get(role)
    return declared.label if declared is not None and declared.label else role


def action_label(catalog: Catalog, entity: str, action: str) -> Word:
    """Return what an action is called: a button's label, or the word itself as a msgid."""
    button = catalog.entity(entity).buttons.get(action)
    return button.label if button is not None else action
