"""A small company that uses every feature of records once."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Engine, insert

from engine.extension import ActionContext, ActionResult, action
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage import Tables, tables_of
from engine.web.releases import apply_with_rights

MANIFEST = """
product: {name: {zh_Hant: 測試, en: Test}, languages: [zh_Hant, zh_Hans, en]}
organization: {entity: org_unit, parent: parent}
roles:
  clerk: {label: {zh_Hant: 文員, en: Clerk}}
  boss: {label: {zh_Hant: 主任, en: Boss}}
  viewer: {label: {zh_Hant: 查閱者, en: Viewer}}
include: [models/shop.yaml]
"""
MODULE = """
module: shop
label: {zh_Hant: 商店, en: Shop}
entities:
  org_unit:
    label: {zh_Hant: 組織, en: Unit}
    title: name
    parent: parent
    fields:
      code: {type: text, label: {zh_Hant: 代碼, en: Code}}
      name: {type: text, label: {zh_Hant: 名稱, en: Name}}
      parent: {type: link, to: org_unit, label: {zh_Hant: 上級, en: Parent}}
    rights: {clerk: [read], boss: [read], viewer: [read]}
  customer:
    label: {zh_Hant: 客戶, en: Customer}
    title: name
    subtitle: [city]
    search: [name, phone]
    scope: unit
    fields:
      name: {type: text, required: true, label: {zh_Hant: 姓名, en: Name}}
      unit: {type: link, to: org_unit, required: true, label: {zh_Hant: 單位, en: Unit}}
      phone: {type: phone, mask: phone, label: {zh_Hant: 電話, en: Phone}}
      city: {type: text, label: {zh_Hant: 城市, en: City}}
      active: {type: boolean, default: true, label: {zh_Hant: 有效, en: Active}}
      discount: {type: percent, default: 0, label: {zh_Hant: 折扣, en: Discount}}
    list: {columns: [name, city, phone], sort: [name]}
    rights:
      clerk: {can: [read, create, change, delete, bulk, export], hide: [discount]}
      boss: {can: [read, create, change, delete, bulk], reveal: [phone]}
      viewer: [read]
  order:
    label: {zh_Hant: 訂單, en: Order}
    title: no
    search: [no]
    search_links: [customer]
    scope: customer.unit
    lock_when: "state == 'posted'"
    lock_except: [note]
    delete: unused
    fields:
      no: {type: series, pattern: "O{yyyy}-{n:4}", reset: year, gap_free: true, label: 編號}
      customer:
        type: link
        to: customer
        required: true
        filter: "active == True and unit == record.wanted_unit or record.wanted_unit is None"
        label: {zh_Hant: 客戶, en: Customer}
      wanted_unit: {type: link, to: org_unit, label: 限定單位}
      city: {type: text, fetch: customer.city, label: 城市}
      state:
        type: choice
        default: draft
        options:
          draft: {label: {zh_Hant: 草稿, en: Draft}}
          ready: {label: {zh_Hant: 就緒, en: Ready}, pick: [boss]}
          posted: {label: {zh_Hant: 已過帳, en: Posted}, pick: [boss]}
        label: {zh_Hant: 狀態, en: State}
      kind: {type: choice, default: sale, options: {sale: 銷售, gift: 贈送}, label: 種類}
      reason:
        type: text
        visible_when: "kind == 'gift'"
        required_when: "kind == 'gift'"
        label: 原因
      due_on: {type: date, default_formula: "today() + 30", label: 到期日}
      frozen: {type: text, editable: on_create, label: 定}
      limit: {type: money, read_only_when: "state == 'ready'", label: 上限}
      lines:
        {type: lines, of: order_line, by: order, columns: [item, qty, price, amount], label: 明細}
      total: {type: money, compute: "sum(lines.amount)", stored: true, label: 合計}
      late: {type: boolean, compute: "due_on < today()", label: 逾期}
      pieces: {type: integer, compute: "count(lines)", label: 件數}
      about: {type: any_link, to: [customer, org_unit], label: 關於}
      note: {type: long_text, label: 備註}
    checks:
      within_limit:
        that: "total <= limit"
        message: {zh_Hant: 合計不可超過上限, en: The total exceeds the limit}
        field: limit
      not_too_cheap:
        that: "customer.discount is None or customer.discount <= 50"
        message: {zh_Hant: 折扣過大, en: The discount is too high}
    unique:
      - fields: [customer, due_on]
        where: "state == 'posted'"
        message: {zh_Hant: 同一客戶同日已有過帳單, en: Posted already}
    buttons:
      post:
        label: {zh_Hant: 過帳, en: Post}
        when: "state == 'ready'"
        why_not: {zh_Hant: 只有就緒的訂單可以過帳, en: Only ready orders can be posted}
        ask: {why: {type: text, required: true, label: 原因}}
        set: {state: "'posted'", note: ask.why}
        action: records_tests.posted
        bulk: true
    list:
      columns: [no, customer, state, total, late]
      sort: [-no]
      totals: [total]
    rights:
      clerk: {can: [read, create, change, delete, bulk]}
      boss: {can: [read, create, change, delete, bulk, post]}
      viewer: {can: [read], rows: own}
  order_line:
    label: {zh_Hant: 明細, en: Line}
    part_of: order
    title: item
    fields:
      order: {type: link, to: order, required: true, on_delete: cascade, label: 訂單}
      item: {type: text, required: true, label: 項目}
      qty: {type: decimal, scale: 3, default: "1", min: 0, label: 數量}
      price: {type: money, required: true, label: 單價}
      amount: {type: money, compute: "round(qty * price, 2)", stored: true, label: 金額}
  parcel:
    label: {zh_Hant: 包裹, en: Parcel}
    fields:
      order: {type: link, to: order, label: 訂單}
      pieces: {type: integer, default_formula: order.pieces, label: 件數}
    rights: {boss: {can: [read, create, delete]}}
"""


@action("records_tests.posted")
def posted(context: ActionContext) -> ActionResult:
    """Note on the customer that an order was posted; refuse when the note says so."""
    if context.asked["why"] == "fail":
        raise ValueError("the plugin broke")
    for number in context.ids:
        order = context.records.get("order", number)
        context.records.change("customer", order["customer"], {"discount": "5"})
    return ActionResult("Done.")


@cache
def catalog() -> Catalog:
    """Return the catalog; made once."""
    return catalog_from_texts({"models.yaml": MANIFEST, "models/shop.yaml": MODULE})


@cache
def tables() -> Tables:
    """Return its tables."""
    return tables_of(catalog())


UNITS = {1: ("HQ", None), 2: ("East", 1), 3: ("West", 1)}


def build(engine: Engine) -> None:
    """Make the shop in an empty database."""
    with engine.begin() as connection:
        apply_with_rights(connection, catalog(), author="test")
        fill(connection)


def fill(connection: Connection) -> None:
    """Write the units."""
    table = tables().table("org_unit")
    for number, (name, parent) in UNITS.items():
        connection.execute(
            insert(table).values(id=number, name=name, code=name[0], parent_id=parent)
        )
