"""The head of a document: which company writes, from where, and how to reach it.

Drawn from the organization's tree. For each of the fields below that its entity has, the
unit of the record counts, else the next above that says something: an office without an
address of its own writes its branch's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from engine.documents.values import clean
from engine.extension import NotFound
from engine.records import Workspace
from engine.storage import file_store
from engine.storage.joins import column_of

FIELDS = ("print_name", "phone", "address", "tax_no", "bank_name", "bank_account")
LOGO = "logo"  # an image field, if the organization's entity has one
Head = dict[str, str]


def heads_of(
    work: Workspace, units: Iterable[int | None]
) -> tuple[dict[int | None, Head], dict[str, bytes]]:
    """Return the head of each unit, and the images they name.

    A record of no unit gets the head of the top. Row rules do not apply: whose paper it is
    is no secret of the tree.
    """
    if work.catalog.organization is None:
        return dict.fromkeys(units, _head(work, [])), {}
    tree = _tree(work)
    top = next((number for number, row in tree.items() if row["_above"] is None), None)
    files: dict[str, bytes] = {}
    found = {}
    for unit in set(units):
        chain = _chain(tree, unit if unit in tree else top)
        found[unit] = _head(work, chain) | {"logo": _logo(work, chain, files)}
    return found, files


def _tree(work: Workspace) -> dict[int, Mapping[str, Any]]:
    organization = work.catalog.organization
    assert organization is not None
    entity = work.catalog.entity(organization.entity)
    table = work.tables.table(entity.name)
    names = [name for name in (*FIELDS, LOGO) if name in entity.fields]
    columns = [column_of(table, entity, name).label(name) for name in names]
    title = column_of(table, entity, entity.title).label("_title")
    above = column_of(table, entity, organization.parent).label("_above")
    query = select(table.c.id, title, above, *columns).order_by(table.c.id)
    return {row["id"]: dict(row) for row in work.connection.execute(query).mappings()}


def _chain(tree: Mapping[int, Mapping[str, Any]], unit: int | None) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    while unit is not None and unit in tree and len(found) < len(tree):
        found.append(tree[unit])
        unit = tree[unit]["_above"]
    return found


def _head(work: Workspace, chain: list[Mapping[str, Any]]) -> Head:
    values = {name: _first(chain, name) for name in FIELDS}
    top = clean(chain[-1]["_title"]) if chain else work.catalog.product.name.in_(work.language)
    units = [clean(row["_title"]) for row in chain]
    # The leaf of the tree is what is managed; whoever writes sits one above it.
    unit = units[1] if len(units) > 2 else (units[0] if units else "")
    return {**values, "name": values["print_name"] or top, "unit": unit, "logo": ""}


def _first(chain: list[Mapping[str, Any]], name: str) -> str:
    return next((clean(row[name]) for row in chain if row.get(name)), "")


def _logo(work: Workspace, chain: list[Mapping[str, Any]], files: dict[str, bytes]) -> str:
    number = next((row[LOGO] for row in chain if row.get(LOGO)), None)
    if number is None:
        return ""
    with suppress(NotFound):
        known = file_store().find(work.connection, number)
        name = f"logo-{number}.{known.name.rpartition('.')[2].lower()}"
        if name not in files:
            with file_store().open(work.connection, number) as stream:
                files[name] = stream.read()
        return name
    return ""
