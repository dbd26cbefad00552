"""An entity that gets its scope after it has rows."""

from __future__ import annotations

from sqlalchemy import Engine, insert, select

from engine.loading import catalog_from_texts
from engine.storage import apply, tables_of

MANIFEST = """
product: {name: {zh_Hant: 測試, en: Test}, languages: [zh_Hant, en]}
organization: {entity: org_unit, parent: parent}
roles: {clerk: {label: Clerk}}
include: [models/a.yaml]
"""
MODULE = """
module: a
label: {zh_Hant: 甲, en: A}
entities:
  org_unit:
    label: {zh_Hant: 組織, en: Unit}
    fields:
      name: {type: text, label: 名}
      parent: {type: link, to: org_unit, label: 上}
  estate:
    label: {zh_Hant: 樓盤, en: Estate}
    fields:
      name: {type: text, label: 名}
      unit: {type: link, to: org_unit, label: 組織}
      other: {type: link, to: org_unit, label: 另一組織}
"""


def test_its_rows_find_their_units_and_follow_when_the_path_changes(engine: Engine) -> None:
    before = catalog_from_texts({"models.yaml": MANIFEST, "models/a.yaml": MODULE})
    scoped = MODULE.replace("樓盤, en: Estate}", "樓盤, en: Estate}\n    scope: unit")
    after = catalog_from_texts({"models.yaml": MANIFEST, "models/a.yaml": scoped})
    elsewhere = scoped.replace("scope: unit", "scope: other")
    moved = catalog_from_texts({"models.yaml": MANIFEST, "models/a.yaml": elsewhere})
    units = []
    with engine.begin() as connection:
        apply(connection, before, author="test")
        tables = tables_of(before)
        for number in (1, 2):
            connection.execute(insert(tables.table("org_unit")).values(id=number, name="x"))
        connection.execute(insert(tables.table("estate")).values(unit_id=1, other_id=2))
        for catalog in (after, moved):
            apply(connection, catalog, author="test")
            table = tables_of(catalog).table("estate")
            units.append(connection.scalar(select(table.c.scope_unit_id)))

    assert units == [1, 2]
