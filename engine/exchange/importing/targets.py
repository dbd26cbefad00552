"""What the columns of a file can be read into, and under which heads people know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.access import changeable_fields, readable_fields
from engine.exchange.importing.spelling import heading
from engine.metadata import Catalog, Entity, Field, Text
from engine.records import Workspace, resolve, title_field

_NOT_IN_CELLS = frozenset({"lines", "file", "image", "signature", "json", "any_link", "rich_text"})
# Links that are found by what is written in a cell; the field's own `extra` may name more heads.
EXTRA_HEADS = "import_names"


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column, or a constant for the whole file, can fill."""

    path: str  # 'estate', or 'room.estate': helps to find the room, and is not written
    field: Field
    label: str
    heads: frozenset[str]  # as `heading` spells them
    writes: frozenset[str]  # of 'create', 'change': where the actor may set it

    @property
    def is_helper(self) -> bool:
        """Tell whether it only helps to find the record a link leads to."""
        return "." in self.path

    @property
    def link(self) -> str:
        """Return the entity it leads to, or ''."""
        return str(self.field.options["to"]) if self.field.type == "link" else ""


def targets_of(work: Workspace, entity: Entity) -> dict[str, Target]:
    """Return what this actor may import into the entity, by path, in the entity's order."""
    found = {one.path: one for one in _fields(work, entity)}
    for one in list(found.values()):
        for helper in _helpers(work, one):
            found.setdefault(helper.path, helper)
    return found


def _fields(work: Workspace, entity: Entity) -> Iterator[Target]:
    allowed = {
        action: changeable_fields(work.catalog, work.actor, entity.name, action)
        for action in ("create", "change")
    }
    readable = readable_fields(work.catalog, work.actor, entity.name)
    for field in entity.fields.values():
        if field.type in _NOT_IN_CELLS or field.name not in readable:
            continue
        writes = _writes(field, allowed)
        if not writes and not is_kept(field):
            continue
        label = field.label.in_(work.language)
        yield Target(field.name, field, label, _heads(work.catalog, field), writes)


def _writes(field: Field, allowed: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if field.compute is not None or field.read_only or field.type == "series" or field.hidden:
        return frozenset()
    found = {action for action, names in allowed.items() if field.name in names}
    if field.editable != "always":
        found.discard("change")
    return frozenset(found)


def is_kept(field: Field) -> bool:
    """Tell whether existing records can be found by the field."""
    return field.compute is None or field.stored


def _heads(catalog: Catalog, field: Field) -> frozenset[str]:
    names = {field.name, field.name.replace("_", " "), *_texts(field.label)}
    extra = field.extra.get(EXTRA_HEADS, ())
    names |= {extra} if isinstance(extra, str) else {str(e) for e in extra}
    if field.type == "link" and field.options["to"] != "user":
        # an export calls the column «Building · Name»
        _, title = resolve(catalog, field.options["to"], title_field(catalog, field.options["to"]))
        names |= {f"{a} · {b}" for a in _texts(field.label) for b in _texts(title.label)}
    return frozenset(h for h in (heading(n) for n in names) if h)


def _texts(text: Text) -> Iterable[str]:
    return text.by_language.values()


def _helpers(work: Workspace, target: Target) -> Iterator[Target]:
    """Yield links that tell apart records of the same name: the estate of a room."""
    if not target.link or target.link == "user":
        return
    linked = work.catalog.entity(target.link)
    telling = {name for index in linked.indexes if index.unique for name in index.fields}
    readable = readable_fields(work.catalog, work.actor, linked.name)
    for name in linked.fields:
        field = linked.fields[name]
        if field.type != "link" or name not in telling or name not in readable:
            continue
        label = f"{target.label} · {field.label.in_(work.language)}"
        heads = {f"{a} · {b}" for a in _texts(target.field.label) for b in _texts(field.label)}
        found = frozenset(heading(h) for h in heads)
        yield Target(f"{target.path}.{name}", field, label, found, frozenset())


def all_heads(targets: Mapping[str, Target]) -> frozenset[str]:
    """Return every head that is known."""
    return frozenset(head for one in targets.values() for head in one.heads)
