"""A small company: two offices with an estate each, buildings, owners, rooms."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, insert, text

from engine.access import NewUser, create_users, load_actor
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.records import Workspace
from engine.storage import Tables, tables_of
from engine.web.releases import apply_with_rights

MANIFEST = """
product: {name: {zh_Hant: 測試, en: Test}, languages: [zh_Hant, zh_Hans, en]}
organization: {entity: org_unit, parent: parent}
roles:
  clerk: {label: {zh_Hant: 文員, en: Clerk}}
  viewer: {label: {zh_Hant: 查閱者, en: Viewer}}
include: [models/estate.yaml]
"""
MODULE = """
module: estate
label: {zh_Hant: 房產, en: Property}
entities:
  org_unit:
    label: {zh_Hant: 組織, en: Unit}
    title: name
    parent: parent
    fields:
      name: {type: text, label: {zh_Hant: 名稱, en: Name}}
      parent: {type: link, to: org_unit, label: {zh_Hant: 上級, en: Parent}}
    rights: {clerk: [read], viewer: [read]}
  estate:
    label: {zh_Hant: 樓盤, en: Estate}
    title: name
    search: [name, code]
    scope: unit
    fields:
      code: {type: text, unique: true, required: true, label: {zh_Hant: 樓盤編碼, en: Code}}
      name: {type: text, required: true, label: {zh_Hant: 樓盤名稱, en: Name}}
      unit: {type: link, to: org_unit, label: {zh_Hant: 組織, en: Unit}}
    rights: {clerk: [read], viewer: [read]}
  building:
    label: {zh_Hant: 樓宇, en: Building}
    title: name
    search: [name]
    scope: estate.unit
    fields:
      estate: {type: link, to: estate, required: true, label: {zh_Hant: 樓盤, en: Estate}}
      name: {type: text, required: true, label: {zh_Hant: 樓宇名稱, en: Name}}
    unique: [{fields: [estate, name]}]
    rights: {clerk: [read], viewer: [read]}
  owner:
    label: {zh_Hant: 業主, en: Owner}
    title: name
    search: [name, phone]
    fields:
      name: {type: text, required: true, label: {zh_Hant: 姓名, en: Name}}
      phone: {type: phone, unique: true, mask: phone, label: {zh_Hant: 電話, en: Phone}}
    rights: {clerk: {can: [read], reveal: [phone]}, viewer: [read]}
  room:
    label: {zh_Hant: 房間, en: Room}
    title: full_no
    search: [full_no]
    scope: estate.unit
    fields:
      estate:
        type: link
        to: estate
        required: true
        editable: on_create
        label: {zh_Hant: 樓盤, en: Estate}
      building:
        type: link
        to: building
        required: true
        filter: "estate == record.estate"
        label: {zh_Hant: 樓宇, en: Building}
      full_no: {type: text, max_length: 40, required: true, label: {zh_Hant: 房號, en: Room number}}
      kind:
        type: choice
        default: residence
        options:
          residence: {label: {zh_Hant: 住宅, en: Residence}}
          shop: {label: {zh_Hant: 商鋪, en: Shop}}
        label: {zh_Hant: 房間用途, en: Use}
      built_area:
        type: decimal
        scale: 2
        unit: ㎡
        min: 0
        label: {zh_Hant: 建築面積, en: Built area}
      inner_area:
        type: decimal
        scale: 2
        unit: ㎡
        min: 0
        label: {zh_Hant: 套內面積, en: Inner area}
      charge_area:
        type: decimal
        scale: 2
        unit: ㎡
        default_formula: built_area
        label: {zh_Hant: 計費面積, en: Charge area}
      handed_over_on: {type: date, label: {zh_Hant: 交付日期, en: Handed over on}}
      payer: {type: link, to: owner, label: {zh_Hant: 繳費人, en: Payer}}
      is_corner: {type: boolean, label: {zh_Hant: 轉角, en: Corner}}
      secret: {type: text, label: {zh_Hant: 機密, en: Secret}}
      note: {type: long_text, label: {zh_Hant: 備註, en: Note}}
    checks:
      inner_in_built:
        that: "inner_area <= built_area"
        message: {zh_Hant: 套內面積不能大於建築面積, en: The inner area exceeds the built area}
        field: inner_area
    unique:
      - fields: [estate, full_no]
        message: {zh_Hant: 樓盤內已有此房號, en: The estate has that room}
    list:
      columns: [full_no, estate, building.name, kind, built_area, payer.phone]
      sort: [full_no]
      totals: [built_area]
      views:
        shops: {label: {zh_Hant: 商鋪, en: Shops}, filter: "kind == 'shop'"}
    rights:
      clerk: {can: [read, create, change, export, import], hide: [secret]}
      viewer: {can: [read]}
  contract:
    label: {zh_Hant: 合約, en: Contract}
    title: title
    scope: estate.unit
    fields:
      no: {type: series, pattern: "C{n:4}", gap_free: true, label: {zh_Hant: 編號, en: Number}}
      title: {type: text, required: true, label: {zh_Hant: 名稱, en: Title}}
      estate: {type: link, to: estate, required: true, label: {zh_Hant: 樓盤, en: Estate}}
      code: {type: text, fetch: estate.code, label: {zh_Hant: 盤號, en: Estate code}}
      kind:
        type: choice
        default: rent
        options:
          rent: {label: {zh_Hant: 租, en: Rent}}
          sale: {label: {zh_Hant: 售, en: Sale}}
          gift: {label: {zh_Hant: 贈, en: Gift}, pick: [viewer]}
        label: {zh_Hant: 類別, en: Kind}
      price: {type: money, label: {zh_Hant: 價, en: Price}}
      months: {type: integer, default: 12, min: 1, label: {zh_Hant: 月數, en: Months}}
      deposit:
        type: money
        default_formula: "price * 2"
        visible_when: "kind == 'rent'"
        label: {zh_Hant: 按金, en: Deposit}
      reason:
        {type: text, required_when: "price is None", label: {zh_Hant: 原因, en: Reason}}
      marks:
        type: multi_choice
        options: {a: {label: {zh_Hant: 甲, en: A}}, b: {label: {zh_Hant: 乙, en: B}}}
        label: {zh_Hant: 標記, en: Marks}
      total: {type: money, compute: "price * months + deposit", stored: true, label: 總額}
    checks:
      not_free: {that: "price > 0", message: {zh_Hant: 價須大於零, en: Not free}, field: price}
    unique: [{fields: [estate, title]}]
    rights: {clerk: {can: [read, create, change, export, import]}, viewer: {can: [read]}}
"""
USERS = ("ann", "bob", "vic", "amy")  # clerk north, clerk south, viewer north, clerk everywhere


@cache
def catalog() -> Catalog:
    return catalog_from_texts({"models.yaml": MANIFEST, "models/estate.yaml": MODULE})


@cache
def tables() -> Tables:
    return tables_of(catalog())


def build(engine: Engine) -> None:
    """Make tables, accounts, two estates with three buildings each, two owners."""
    with engine.begin() as connection:
        apply_with_rights(connection, catalog(), author="test")
        _fill(connection)


def _fill(connection: Connection) -> None:
    put(connection, "org_unit", [_unit(1, "總部", None), _unit(2, "北", 1), _unit(3, "南", 1)])
    create_users(
        connection,
        [
            NewUser(login="ann", name="Ann", password="long enough", roles={"clerk": [2]}),
            NewUser(login="bob", name="Bob", password="long enough", roles={"clerk": [3]}),
            NewUser(login="vic", name="Vic", password="long enough", roles={"viewer": [2]}),
            NewUser(login="amy", name="Amy", password="long enough", roles={"clerk": [None]}),
        ],
        method="pbkdf2:sha256:1",
    )
    put(connection, "estate", [_estate(2, "N1", "海濱花園"), _estate(3, "S1", "南山苑")])
    put(connection, "building", [_building(e, n) for e in (2, 3) for n in (1, 2, 3)])
    owners = [
        {"name": "陳大文", "phone": "13800000001"},
        {"name": "李小明", "phone": "13800000002"},
    ]
    put(connection, "owner", owners)


def _unit(number: int, name: str, parent: int | None) -> dict[str, Any]:
    return {"id": number, "name": name, "parent_id": parent}


def _estate(number: int, code: str, name: str) -> dict[str, Any]:
    return {"id": number, "code": code, "name": name, "unit_id": number, "scope_unit_id": number}


def _building(estate: int, number: int) -> dict[str, Any]:
    return {
        "id": estate * 10 + number,
        "estate_id": estate,
        "name": f"{number}棟",
        "scope_unit_id": estate,
    }


def put(connection: Connection, entity: str, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(tables().table(entity)), rows)


def room(estate: int, building: int, no: str, **more: Any) -> dict[str, Any]:
    row = {"estate_id": estate, "building_id": estate * 10 + building, "full_no": no}
    return {**row, "scope_unit_id": estate, "kind": "residence", **more}


def work_as(connection: Connection, login: str, language: str = "zh_Hant") -> Workspace:
    found = connection.scalar(
        text("select id from ab_user where username = :login"), {"login": login}
    )
    actor = load_actor(connection, int(found), catalog())
    assert actor is not None
    return Workspace(
        catalog=catalog(),
        tables=tables(),
        connection=connection,
        actor=actor,
        now=datetime.now(UTC),
        language=language,
    )
