"""A small company: a head office, two branches, three offices; rooms, receipts, tasks."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Engine, insert, text

from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage.tables import Tables, tables_of
from engine.web.releases import apply_with_rights

MANIFEST = """
product: {name: {zh_Hant: 測試, en: Test}, languages: [zh_Hant, zh_Hans, en]}
organization: {entity: org_unit, parent: parent}
roles:
  staff: {label: {zh_Hant: 員工, en: Staff}}
  clerk: {label: {zh_Hant: 文員, en: Clerk}, includes: [staff]}
  cashier: {label: {zh_Hant: 收銀員, en: Cashier}}
  caller: {label: {zh_Hant: 客服, en: Caller}}
  viewer: {label: {zh_Hant: 查閱者, en: Viewer}}
  auditor: {label: {zh_Hant: 審計, en: Auditor}}
  worker: {label: {zh_Hant: 工人, en: Worker}}
  chief: {label: {zh_Hant: 主任, en: Chief}}
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
    rights: {staff: [read]}
  estate:
    label: {zh_Hant: 樓盤, en: Estate}
    title: name
    scope: unit
    fields:
      name: {type: text, label: {zh_Hant: 名稱, en: Name}}
      unit: {type: link, to: org_unit, label: {zh_Hant: 組織, en: Unit}}
    rights: {staff: [read]}
  room:
    label: {zh_Hant: 房間, en: Room}
    title: no
    scope: estate.unit
    fields:
      no: {type: text, label: {zh_Hant: 房號, en: No}}
      estate: {type: link, to: estate, label: {zh_Hant: 樓盤, en: Estate}}
      state:
        type: choice
        options:
          sold: {label: {zh_Hant: 已售, en: Sold}}
          free: {label: {zh_Hant: 空置, en: Free}}
        label: {zh_Hant: 狀態, en: State}
      phone: {type: phone, mask: phone, label: {zh_Hant: 電話, en: Phone}}
      area: {type: decimal, scale: 2, label: {zh_Hant: 面積, en: Area}}
    buttons:
      publish: {label: {zh_Hant: 發佈, en: Publish}, set: {state: "'sold'"}}
    rights:
      clerk: {can: [read, create, change], hide: [phone], read_only: [area]}
      caller: {can: [read], reveal: [phone], where: "state == 'sold'"}
      viewer: {can: [read], hide: [area]}
      chief: {can: [read, publish]}
      auditor: {can: [read, export], rows: all}
  receipt:
    label: {zh_Hant: 收據, en: Receipt}
    title: no
    scope: room.estate.unit
    own: keeper
    fields:
      no: {type: text, label: {zh_Hant: 編號, en: No}}
      room: {type: link, to: room, label: {zh_Hant: 房間, en: Room}}
      keeper: {type: link, to: user, label: {zh_Hant: 經手人, en: Keeper}}
      lines:
        type: lines
        of: receipt_line
        by: receipt
        columns: [item]
        label: {zh_Hant: 明細, en: Lines}
    rights:
      cashier: {can: [read, change], rows: own}
      viewer: {can: [read], where: "room.state == 'sold'"}
  receipt_line:
    label: {zh_Hant: 收據明細, en: Line}
    title: item
    part_of: receipt
    fields:
      receipt: {type: link, to: receipt, required: true, label: {zh_Hant: 收據, en: Receipt}}
      item: {type: text, label: {zh_Hant: 項目, en: Item}}
  notice:
    label: {zh_Hant: 通告, en: Notice}
    title: subject
    fields:
      subject: {type: text, label: {zh_Hant: 標題, en: Subject}}
    rights: {staff: [read]}
  task:
    label: {zh_Hant: 工單, en: Task}
    title: subject
    scope: estate.unit
    department: office
    fields:
      subject: {type: text, label: {zh_Hant: 標題, en: Subject}}
      estate: {type: link, to: estate, label: {zh_Hant: 樓盤, en: Estate}}
      office: {type: link, to: org_unit, label: {zh_Hant: 部門, en: Office}}
    rights:
      worker: {can: [read], rows: own}
      chief: {can: [read], rows: department}
"""
UNITS = {  # id -> (name, parent)
    1: ("HQ", None),
    2: ("North branch", 1),
    3: ("South branch", 1),
    4: ("North office", 2),
    5: ("South office", 3),
    6: ("Far office", 3),
}


def catalog_of(module: str = MODULE) -> Catalog:
    """Return the company's catalog, or that of an altered module."""
    return catalog_from_texts({"models.yaml": MANIFEST, "models/estate.yaml": module})


@cache
def company() -> Catalog:
    """Return the company's catalog."""
    return catalog_of()


@cache
def company_tables() -> Tables:
    """Return its tables."""
    return tables_of(company())


def build(engine: Engine) -> None:
    """Make the company in an empty database."""
    with engine.begin() as connection:
        apply_with_rights(connection, company(), author="test")
        fill(connection)


def fill(connection: Connection) -> None:
    """Put one estate with a sold and a free room, receipts and tasks into each office."""
    tables = company_tables()
    units = [{"id": k, "name": n, "parent_id": p} for k, (n, p) in UNITS.items()]
    connection.execute(insert(tables.table("org_unit")), units)
    offices = (4, 5, 6)
    _put(connection, "estate", [{"id": u, "name": f"E{u}", "unit_id": u} for u in offices])
    _put(connection, "room", [_room(u, state) for u in offices for state in ("sold", "free")])
    _put(connection, "receipt", [_receipt(u, state) for u in offices for state in (1, 2)])
    lines = [{"id": u, "receipt_id": u * 10 + 1, "item": f"L{u}"} for u in offices]
    connection.execute(insert(tables.table("receipt_line")), lines)
    connection.execute(insert(tables.table("notice")), [{"id": 1, "subject": "Hello"}])
    tasks = [{"id": u, "subject": f"T{u}", "estate_id": u, "office_id": 2} for u in offices]
    _put(connection, "task", tasks)


def _room(unit: int, state: str) -> dict[str, object]:
    number = unit * 10 + (1 if state == "sold" else 2)
    return {"id": number, "no": f"R{number}", "estate_id": unit, "state": state}


def _receipt(unit: int, last: int) -> dict[str, object]:
    number = unit * 10 + last
    return {"id": number, "no": f"B{number}", "room_id": number}


def _put(connection: Connection, entity: str, rows: list[dict[str, object]]) -> None:
    # The record service keeps scope_unit_id; here it follows from how ids are made.
    for row in rows:
        number = int(str(row["id"]))
        row["scope_unit_id"] = number // 10 if number > 10 else number
    connection.execute(insert(company_tables().table(entity)), rows)


def own(connection: Connection, entity: str, record_id: int, column: str, user_id: int) -> None:
    """Make a record somebody's."""
    connection.execute(
        text(f'update "{entity}" set {column} = :user where id = :id'),
        {"user": user_id, "id": record_id},
    )
