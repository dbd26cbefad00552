"""A database of 200 entities, one of them with 200,000 rooms, and an app over it."""

from __future__ import annotations

import os
import re
import time
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text

from engine.access import NewUser, create_admin, create_users
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage.database import engine_for
from engine.storage.server import ensure_server
from engine.web.releases import apply_with_rights

ROOMS, BUILDINGS, OWNERS, OTHERS = 200_000, 400, 5_000, 197
PASSWORD = "bench2026"
DATA = Path(os.environ.get("BENCH_DATA", "var/bench")).resolve()

_MANIFEST = """
product: {name: {zh_Hant: 測量, en: Bench}, languages: [zh_Hant, zh_Hans, en]}
organization: {entity: unit, parent: parent}
roles: {clerk: {label: {zh_Hant: 文員, en: Clerk}}}
include: [models/base.yaml, models/others.yaml]
"""
_BASE = """
module: base
label: {zh_Hant: 房產, en: Property}
entities:
  unit:
    label: {zh_Hant: 單位, en: Unit}
    title: name
    parent: parent
    fields:
      code: {type: text, label: 代碼}
      name: {type: text, label: 名稱}
      parent: {type: link, to: unit, label: 上級}
    rights: {clerk: [read]}
  building:
    label: {zh_Hant: 樓宇, en: Building}
    title: name
    scope: unit
    search: [name]
    fields:
      name: {type: text, label: 名稱}
      unit: {type: link, to: unit, label: 單位}
    rights: {clerk: [read]}
  owner:
    label: {zh_Hant: 業主, en: Owner}
    title: name
    search: [name]
    fields: {name: {type: text, label: 姓名}, phone: {type: text, label: 電話}}
    rights: {clerk: [read]}
  room:
    label: {zh_Hant: 房間, en: Room}
    title: no
    search: [no]
    scope: building.unit
    fields:
      no: {type: text, required: true, label: 房號}
      building: {type: link, to: building, required: true, label: 樓宇}
      owner: {type: link, to: owner, label: 業主}
      floor: {type: integer, label: 樓層}
      kind:
        {type: choice, default: home, options: {home: 住宅, shop: 商舖, office: 辦公}, label: 用途}
      state:
        {type: choice, default: sold, options: {sold: 已售, free: 空置, let: 已租}, label: 狀態}
      built_area: {type: decimal, scale: 2, unit: ㎡, min: 0, label: 建築面積}
      inner_area: {type: decimal, scale: 2, unit: ㎡, label: 套內面積}
      charge_area: {type: decimal, scale: 2, unit: ㎡, label: 計費面積}
      price: {type: money, label: 單價}
      handed_over_on: {type: date, label: 交付日期}
      phone: {type: text, label: 電話}
      note: {type: long_text, label: 備註}
      coefficient: {type: decimal, scale: 2, label: 係數}
      active: {type: boolean, default: true, label: 有效}
    checks:
      areas: {that: "inner_area <= built_area", message: 套內不大於建築面積}
    list:
      columns: [no, building, owner, floor, kind, state, built_area, price, handed_over_on]
      filters: [building, state, kind, built_area]
      sort: [no]
    indexes: [{fields: [state, built_area]}, {fields: [no]}]
    rights: {clerk: [read, create, change, export]}
"""


def _others() -> str:
    lines = ["module: others", "label: {zh_Hant: 其他, en: Others}", "entities:"]
    for number in range(OTHERS - 1):
        lines += [
            f"  thing_{number}:",
            f"    label: {{zh_Hant: 物件{number}, en: Thing {number}}}",
            "    title: name",
            "    fields:",
            "      name: {type: text, required: true, label: {zh_Hant: 名稱, en: Name}}",
            "      room: {type: link, to: room, label: {zh_Hant: 房間, en: Room}}",
        ]
        for field in range(18):
            kind = ("text", "decimal", "date", "money", "boolean", "integer")[field % 6]
            label = f"{{zh_Hant: 欄位{field}, en: Field {field}}}"
            lines.append(f"      field_{field}: {{type: {kind}, label: {label}}}")
        lines += [
            "    checks: {positive: {that: 'field_1 >= 0', message: 不可為負}}",
            "    rights: {clerk: [read, create, change]}",
        ]
    return "\n".join(lines)


@cache
def texts() -> dict[str, str]:
    """Return the metadata's files."""
    return {
        "models.yaml": _MANIFEST,
        "models/base.yaml": _BASE,
        "models/others.yaml": _others(),
    }


@cache
def catalog() -> Catalog:
    """Return the catalog; made once."""
    return catalog_from_texts(texts())


@cache
def url() -> str:
    """Return the database's URL, filled on first use."""
    DATA.mkdir(parents=True, exist_ok=True)
    found = os.environ.get("BENCH_DATABASE_URL") or ensure_server(DATA)
    _fill(engine_for(found))
    return found


def _fill(engine: Engine) -> None:
    with engine.begin() as connection:
        apply_with_rights(connection, catalog(), author="bench")
        if connection.scalar(text("select count(*) from room")):
            return
        began = time.monotonic()
        connection.execute(text(_ROWS))
        create_admin(connection, "admin", "Admin", PASSWORD)
        users = [NewUser(login="clerk", name="Clerk", password=PASSWORD, roles={"clerk": [2]})]
        create_users(connection, users)
        print(f"filled the bench database in {time.monotonic() - began:.0f} s")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


_ROWS = f"""
insert into unit (code, name, parent_id) values ('G', '集團', null);
insert into unit (code, name, parent_id) select 'U' || i, '管理處' || i, 1
  from generate_series(1, 4) i;
insert into building (name, unit_id, scope_unit_id)
  select i || '棟', 2 + i % 4, 2 + i % 4 from generate_series(1, {BUILDINGS}) i;
insert into owner (name, phone) select '業主' || i, '13' || (100000000 + i)
  from generate_series(1, {OWNERS}) i;
insert into room (no, building_id, owner_id, floor, kind, state, built_area, inner_area,
    charge_area, price, handed_over_on, phone, coefficient, active, scope_unit_id)
  select b || '-' || lpad((i / {BUILDINGS})::text, 4, '0'), b, 1 + i % {OWNERS}, i % 30,
    (array['home', 'shop', 'office'])[1 + i % 3], (array['sold', 'free', 'let'])[1 + i % 3],
    60 + i % 9000 / 100.0, 50 + i % 9000 / 100.0, 60 + i % 9000 / 100.0, 2.8,
    date '2015-01-01' + i % 3000, '138' || lpad(i::text, 8, '0'), 1, true, 2 + b % 4
  from (select i, 1 + i % {BUILDINGS} b from generate_series(0, {ROOMS} - 1) i) x;
"""


@cache
def app() -> Flask:
    """Return our application."""
    from engine.web.app import create_app
    from engine.web.process import settle

    made = create_app(
        catalog(), database_url=url(), config={"SECRET_KEY": "bench", "RATELIMIT_ENABLED": False}
    )
    settle(made)
    return made


def signed_in(login: str) -> Any:
    """Return a test client of somebody who has signed in."""
    client = app().test_client()
    page = client.get("/login/").text
    client.post(
        "/login/",
        data={"username": login, "password": PASSWORD, "csrf_token": token_in(page)},
    )
    return client


def token_in(page: str) -> str:
    """Return the form token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise ValueError("the page has no form token")
    return found[1]
