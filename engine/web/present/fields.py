"""Fields of a form made ready: FieldView of templates/CONTEXT.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.access import actor_values, changeable_fields, masked_fields, readable_fields
from engine.fieldtypes import field_type, mask
from engine.metadata import Field, Text
from engine.records import Draft, Workspace, is_allowed
from engine.web.i18n import label as text_of
from engine.web.present.browser import tree_of
from engine.web.present.cells import cell_kind, maker
from engine.web.urls import file_url, lookup_url, new_url, record_url

View = dict[str, Any]
_WIDE = {"long_text", "rich_text", "lines", "file", "image", "signature"}


@dataclass(frozen=True)
class FormContext:
    """What the fields of one form share."""

    work: Workspace
    entity: str
    values: Mapping[str, Any]  # as stored, or as defaults gave them
    typed: Mapping[str, Any] = field(default_factory=dict)  # what a person sent, on a second try
    errors: Mapping[str, str] = field(default_factory=dict)  # by path: 'lines.0.price'
    titles: Mapping[tuple[str, Any], str] = field(default_factory=dict)  # (entity, id) -> title
    changeable: frozenset[str] | None = None  # None: all
    readable: frozenset[str] = frozenset()  # entities the reader may open
    lookup_base: str = ""  # look-ups of a dialog ask elsewhere
    masked: frozenset[str] = frozenset()  # fields the reader sees masked only, and cannot set
    prefix: str = ""

    @property
    def given(self) -> Mapping[str, Mapping[str, Any]]:
        """What formulas get as constants in the browser."""
        return {"user": actor_values(self.work.actor), "old": self.values}


def field_view(form: FormContext, described: Field, *, ro: bool = False) -> View:
    """Return one field as templates draw it."""
    path = form.prefix + described.name
    kind = field_type(described.type)
    look = kind.look(described)
    fixed = ro or is_fixed(form, described)
    value = form.values.get(described.name)
    if described.name in form.masked and value is not None:
        fixed, value = True, mask(described.mask, str(value))
    view: View = {
        "name": path,
        "id": "f-" + path.replace(".", "-"),
        "label": text_of(described.label),
        "help": text_of(described.help) if described.help else "",
        "widget": "readonly" if fixed else look.widget,
        "value": in_box(form, described, value, path),
        "error": form.errors.get(path, ""),
        "required": described.required and not fixed,
        "ro": fixed,
        "align": look.align,
        "input_mode": look.input_mode,
        "wide": described.type in _WIDE,
        "visible": True,
        **{
            name: text_of(value) if isinstance(value, Text) else value
            for name, value in look.extra.items()
            if name not in ("to", "of", "by", "columns")
        },
    }
    _add_rules(form, described, view)
    if fixed:
        title = form.titles.get((described.options.get("to", ""), value))
        hidden = described.name in form.masked
        make = maker(described, form.work.style, form.readable, masked=hidden)
        view["cell"] = make(value, title, ())
        view["text"] = value if hidden else kind.text(described, value, form.work.style)
    _KIND_VIEWS.get(described.type, _nothing)(form, described, view, value)
    return view


def is_fixed(form: FormContext, described: Field) -> bool:
    """Tell whether nobody may type into the field here."""
    fixed = described.read_only or field_type(described.type).read_only
    if fixed or described.compute is not None:
        return True
    if form.changeable is not None and described.name not in form.changeable:
        return True
    return described.editable == "on_create" and form.values.get("id") is not None


def in_box(form: FormContext, described: Field, value: Any, path: str) -> Any:
    """Return what stands in a field's box: what was typed, else the value as one types it."""
    if described.name in form.masked:
        return value or ""
    if described.name in form.typed:
        return form.typed[described.name]
    if described.type == "boolean":
        return bool(value)
    kind = field_type(described.type)
    if described.type == "multi_choice":
        return kind.to_wire(described, value) or []
    return kind.input_text(described, value, form.work.style)


def _add_rules(form: FormContext, described: Field, view: View) -> None:
    rules = {
        "visible": described.visible_when,
        "required": described.required_when,
        "read_only": described.read_only_when,
    }
    found = {
        name: tree
        for name, formula in rules.items()
        if formula is not None and (tree := tree_of(formula.typed, form.given)) is not None
    }
    if found:
        view["rules"] = found
    if described.compute is not None:
        tree = tree_of(described.compute.typed, form.given)
        if tree is not None:
            view["formula"] = tree


def _nothing(form: FormContext, described: Field, view: View, value: Any) -> None:
    return None


def _choice(form: FormContext, described: Field, view: View, value: Any) -> None:
    chosen = view["value"] if isinstance(view["value"], list) else [view["value"]]
    roles = set(form.work.actor.roles)
    choices = []
    if described.type == "choice" and not described.required:
        choices.append({"value": "", "label": "—", "selected": chosen in ([""], [])})
    for key, option in described.options["options"].items():
        pick = set(option.get("pick") or ())
        open_ = not pick or form.work.actor.is_unlimited or bool(pick & roles)
        if option.get("hidden") and key not in chosen:
            continue
        choices.append(
            {
                "value": key,
                "label": option["label"].in_(form.work.language),
                "color": option.get("color") or "",
                "selected": key in chosen,
                "disabled": not open_ and key not in chosen,
            }
        )
    view["choices"] = choices


def _link(form: FormContext, described: Field, view: View, value: Any) -> None:
    target = described.options["to"]
    base = form.lookup_base or lookup_url(form.entity, described.name)
    view["lookup_url"] = base if not form.lookup_base else f"{base}/{described.name}"
    chosen = view["value"]
    if chosen not in ("", None):
        number = int(chosen) if str(chosen).isdecimal() else chosen
        title = form.titles.get((target, number), f"#{chosen}")
        view["selected"] = [{"value": str(chosen), "text": title}]
    formula = described.options.get("filter")
    if formula:
        view["depends"] = _depends(form, formula)
    if described.options.get("quick_create") and _may_make(form.work, target):
        view["create_url"] = new_url(target)


def _may_make(work: Workspace, entity: str) -> bool:
    by_people = work.catalog.entity(entity).written_by == "people"
    return by_people and is_allowed(work, entity, "create")


def _depends(form: FormContext, formula: Any) -> list[str]:
    """Return the boxes a filter reads; of the document a line belongs to as 'link.name'."""
    above = "" if form.lookup_base else form.work.catalog.entity(form.entity).part_of
    paths = [p[1:] for p in formula.typed.paths if p[0] in ("record", "ask")]
    return sorted({".".join(p[:2]) if above and p[0] == above else p[0] for p in paths})


def _any_link(form: FormContext, described: Field, view: View, value: Any) -> None:
    view["lookup_url"] = lookup_url(form.entity, described.name)
    kind = value[0] if isinstance(value, tuple) else ""
    view["entities"] = [
        {
            "value": name,
            "label": text_of(form.work.catalog.entity(name).label),
            "selected": name == kind,
        }
        for name in described.options["to"]
    ]
    if isinstance(value, tuple):
        title = form.titles.get(value, f"#{value[1]}")
        view["value"] = str(value[1])
        view["selected"] = [{"value": str(value[1]), "text": title}]


def _file(form: FormContext, described: Field, view: View, value: Any) -> None:
    ids = value if isinstance(value, list) else [value] if value is not None else []
    view["files"] = [
        {"id": i, "name": form.titles.get(("wy_file", i), f"#{i}"), "url": file_url(i),
         "thumb_url": file_url(i)}
        for i in ids
    ]  # fmt: skip
    view["multiple"] = bool(described.options.get("multiple"))


def _lines(form: FormContext, described: Field, view: View, value: Any) -> None:
    child = form.work.catalog.entity(described.options["of"])
    names = described.options.get("columns") or [
        n for n in child.fields if n != described.options["by"]
    ]
    shown = readable_fields(form.work.catalog, form.work.actor, child.name)
    fields = [child.fields[n] for n in names if n in child.fields and n in shown]
    view["columns"] = [
        {
            "name": f.name,
            "label": text_of(f.label),
            "align": field_type(f.type).look(f).align,
            "kind": cell_kind(f),
        }
        for f in fields
    ]
    sent = form.typed.get(described.name)
    stored: Sequence[Mapping[str, Any]] = value or []
    fresh = Draft(form.work, child.name).values
    rows = sent if isinstance(sent, list) else stored
    view["rows"] = [
        _line(form, child.name, fields, described.name, i, row, typed=isinstance(sent, list))
        for i, row in enumerate(rows)
    ]
    view["blank"] = _line(
        form, child.name, fields, described.name, "__n__", _defaults(child.name, form, fresh),
        typed=False,
    )  # fmt: skip
    view["can_add"] = view["can_delete"] = not view["ro"]
    view["next"] = len(rows)
    view["totals"] = [
        {"column": f.name, "label": text_of(f.label), "text": ""}
        for f in fields
        if f.type == "money"
    ]
    view["widget"] = "lines"


def _defaults(entity: str, form: FormContext, values: dict[str, Any]) -> dict[str, Any]:
    found = dict(values)
    for one in form.work.catalog.entity(entity).fields.values():
        if one.default is not None:
            found[one.name] = field_type(one.type).parse(one, one.default)
    return found


def _masked_of(form: FormContext, entity: str) -> frozenset[str]:
    return masked_fields(form.work.catalog, form.work.actor, entity)


def _line(
    form: FormContext,
    entity: str,
    fields: Sequence[Field],
    name: str,
    index: int | str,
    row: Mapping[str, Any],
    *,
    typed: bool,
) -> View:
    inner = FormContext(
        form.work,
        entity,
        {} if typed else row,
        row if typed else {},
        form.errors,
        form.titles,
        changeable_fields(form.work.catalog, form.work.actor, entity),
        form.readable,
        masked=_masked_of(form, entity) if row.get("id") else frozenset(),
        prefix=f"{form.prefix}{name}.{index}.",
    )
    return {
        "index": index,
        "id": row.get("id") or "",
        "version": row.get("version") or "",
        "fields": [field_view(inner, f) | {"compact": True} for f in fields],
        "error": form.errors.get(f"{form.prefix}{name}.{index}", ""),
    }


_KIND_VIEWS = {
    "choice": _choice,
    "multi_choice": _choice,
    "link": _link,
    "any_link": _any_link,
    "file": _file,
    "image": _file,
    "signature": _file,
    "lines": _lines,
}

__all__ = ["FormContext", "View", "field_view", "in_box", "is_fixed", "record_url"]
