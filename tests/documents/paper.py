"""A small company with notices, receipts and letters to print."""

from __future__ import annotations

import re
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.access import Actor, NewUser, create_users, load_actor
from tests.plugins.charging.world import World, company

HOSTILE = '#read("/etc/passwd") $x$ `rm` *b* _i_ <b> \\ ] ) " @preview/x // /* 王'


def write_head(world: World) -> None:
    """Give the company a name, a telephone and a bank account."""
    change = world.records.change
    change("org_unit", world.ids["group"], {
        "print_name": "和泰物業服務集團有限公司", "phone": "0755 8888 6666",
        "address": "深圳市南山區科苑路 15 號", "bank_name": "招商銀行深圳南山支行",
        "bank_account": "7559 0000 1111 222",
    })  # fmt: skip
    change("org_unit", world.ids["office"], {"phone": "0755 2222 3333"})


def bill(world: World, room: int, item: int, month: int, **more: Any) -> int:
    world.count += 1
    owner = world.get("room", room)["payer"]
    values = {
        "no": f"ZD{world.count:05}", "estate": world.ids["estate"], "room": room,
        "payer": owner, "fee_item": item, "kind": "cyclic", "slot": 0,
        "period_from": f"2026-{month:02}-01", "period_to": f"2026-{month:02}-28",
        "bill_on": f"2026-{month:02}-01", "due_on": f"2026-{month:02}-15",
        "price": "2.5", "quantity": "128.00", "amount": "320.00", "open": "320.00",
        "state": "published", "pay_state": "unpaid",
    }  # fmt: skip
    return world.make("receivable", **(values | more))


def notice(world: World, room: int, bills: list[int], **more: Any) -> int:
    world.count += 1
    values = {
        "no": f"TZ{world.count:05}", "batch": "B1", "room": room,
        "payer": world.get("room", room)["payer"], "as_of": "2026-06-30",
        "current": "320.00", "arrears": "640.00", "late_fee": "12.35", "balance": "0.00",
        "total": "972.35",
        "lines": [{"receivable": b, "amount": "320.00", "late_fee": "4.10"} for b in bills],
    }  # fmt: skip
    return world.make("notice", **(values | more))


def receipt(world: World, room: int, bills: list[int], **more: Any) -> int:
    payer, estate = world.get("room", room)["payer"], world.ids["estate"]
    total = Decimal(320 * len(bills) + 100)
    payment = world.make(
        "payment", estate=estate, room=room, payer=payer, paid_on="2026-06-30", total=total,
        applied=total - 100, surplus="100.00",
        ways=[{"way": "cash", "amount": "200.00"},
              {"way": "wechat", "amount": total - 200, "reference": "4200 0018 33"}],
    )  # fmt: skip
    for one in bills:
        world.make("allocation", receivable=one, payment=payment, kind="payment",
                   amount="320.00", late_fee="0.00", on_date="2026-06-30")  # fmt: skip
    values = {
        "estate": estate, "payment": payment, "payer": payer, "issued_on": "2026-06-30",
        "amount": total,
    }  # fmt: skip
    return world.make("receipt", **(values | more))


class Said(str):
    """The text of a PDF without blanks: where letters stand apart, programs differ."""

    def __contains__(self, word: object) -> bool:
        return super().__contains__(squeezed(str(word)))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def pages_of(pdf: bytes) -> list[Said]:
    """Return the text of each page of a PDF, as a reader's program finds it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.pdf"
        path.write_bytes(pdf)
        said = subprocess.run(
            ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
        )
    return [Said(squeezed(page)) for page in said.stdout.decode().split("\f")]


def text_of(pdf: bytes) -> Said:
    return Said("".join(pages_of(pdf)))


def hired(world: World, role: str, unit: int | None) -> Actor:
    """Return a person with one role in one unit; None is everywhere."""
    login = f"{role}{unit}"
    person = NewUser(login=login, name="王小明", password="long enough", roles={role: [unit]})
    ids = create_users(world.connection, [person], method="pbkdf2:sha256:1")
    found = load_actor(world.connection, ids[login], company())
    assert found is not None
    return found
