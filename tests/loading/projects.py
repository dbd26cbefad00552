"""Small projects for the tests of this folder."""

from __future__ import annotations

from engine.diagnostics import InvalidMetadata
from engine.loading import catalog_from_texts, check_files
from engine.metadata import Catalog
from engine.source import TextFiles

MANIFEST = """\
product: {name: {zh_Hant: 物業, en: Wuye}}
organization: {entity: unit}
roles:
  staff: {label: {zh_Hant: 員工, en: Staff}}
  clerk: {label: 職員, includes: [staff], home: [vacant]}
include: ['models/*.yaml']
"""
ORGANIZATION = """\
module: organization
label: {zh_Hant: 組織, en: Organization}
entities:
  unit:
    label: 單位
    parent: parent
    fields:
      name: {type: text, label: 名稱}
      parent: {type: link, to: unit, label: 上級}
"""
ESTATE = """\
module: estate
label: {zh_Hant: 房產, en: Property}
icon: building
home:
  vacant: {label: 空置, entity: room, filter: "state == 'vacant'", roles: [clerk]}
entities:
  estate:
    label: 樓盤
    scope: office
    fields:
      name: {type: text, required: true, label: 名稱}
      office: {type: link, to: unit, label: 管理處}
      manager: {type: link, to: user, label: 經理}
  room:
    label: {zh_Hant: 房間, en: Room}
    icon: door
    title: no
    scope: estate.office
    own: keeper
    fields:
      no: {type: text, max_length: 20, required: true, label: {zh_Hant: 房號, en: Number}}
      estate: {type: link, to: estate, required: true, label: 樓盤}
      neighbour: {type: link, to: room, filter: "estate == record.estate", label: 鄰室}
      keeper: {type: link, to: user, default_formula: user.id, label: 管家}
      state:
        {type: choice, default: vacant, options: {vacant: 空置, sold: {label: 已售}}, label: 狀態}
      area: {type: decimal, scale: 2, min: 0.01, label: 建築面積}
      price: {type: decimal, label: 單價, visible_when: "state == 'sold'"}
      total: {type: money, compute: "round(price * area, 2)", stored: true, label: 合計}
      keys: {type: lines, of: room_key, by: room, label: 鑰匙}
      key_count: {type: integer, compute: count(keys), label: 鑰匙數}
    checks:
      area_only_grows: {that: area >= old.area, message: 面積不能變小, field: area}
    unique:
      - {fields: [estate, no], where: "state != 'sold'", message: 房號不能重複}
    list:
      columns: [no, estate.name, estate.manager.name, state, created_at, scope_unit.name]
      filters: [state, created_by]
      sort: [-area, no]
      views:
        sold: {label: 已售, filter: "state == 'sold' and keeper == user.id"}
    page:
      related:
        - {entity: room, by: neighbour, filter: "state == record.state", columns: [no]}
    buttons:
      sell:
        label: 出售
        when: "state == 'vacant'"
        ask: {price: {type: decimal, required: true, default_formula: price, label: 單價}}
        set: {state: "'sold'", price: ask.price, keeper: user.id}
    rights:
      clerk: {can: [read, create, sell], rows: unit, where: area > 10}
      staff: [read]
  room_key:
    label: 鑰匙
    part_of: room
    fields:
      room: {type: link, to: room, required: true, label: 房間}
      code: {type: text, label: 編號}
"""
TEXTS = {
    "models.yaml": MANIFEST,
    "models/organization.yaml": ORGANIZATION,
    "models/estate.yaml": ESTATE,
}


def catalog() -> Catalog:
    """Return the sample project's catalog."""
    return catalog_from_texts(TEXTS)


def catalog_with(old: str, new: str) -> Catalog:
    """Return the catalog after one change of text."""
    return catalog_from_texts(changed(old, new))


def findings_with(old: str, new: str) -> list[str]:
    """Return place, code and message of what a change of text breaks."""
    _, found = check_files(TextFiles(changed(old, new)))
    return [f"{d.at.line}:{d.at.column} {d.code}: {d.message}" for d in found]


def changed(old: str, new: str) -> dict[str, str]:
    """Return the texts after one change; it must be there to be made."""
    result = {name: text.replace(old, new, 1) for name, text in TEXTS.items()}
    assert result != TEXTS
    return result


def findings_of(module: str) -> list[str]:
    """Return the findings of a module alone."""
    texts = {"models.yaml": "product: {name: 物業}\ninclude: [m.yaml]\n", "m.yaml": module}
    try:
        catalog_from_texts(texts)
    except InvalidMetadata as refused:
        return [f"{d.at.line}:{d.at.column} {d.code}: {d.message}" for d in refused.found]
    return []
