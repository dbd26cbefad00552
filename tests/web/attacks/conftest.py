"""What the attackers know: the numbers of another office's records."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

from tests.web.bazaar_app import Bazaar
from tests.web.test_api_records import PNG

SECRET = "Zephyrine"  # in the names of what must not be seen


@dataclass(frozen=True)
class Theirs:
    """Records of the west, which the clerk of the east must neither see nor touch."""

    customer: int
    idle: int
    order: int
    line: int
    file: int
    audit: int


@pytest.fixture(scope="session")
def theirs(shop: Bazaar) -> Theirs:
    """Made once: nobody may change them."""
    from sqlalchemy import select

    from engine.storage.system_tables import wy_audit

    wes = shop.caller("wes")
    form = {"entity": "customer", "field": "portrait", "file": (io.BytesIO(PNG), "a.png")}
    file = wes("POST", "/files", data=form).json["id"]
    customer = wes.create(
        "customer", name=SECRET, unit=3, city=f"{SECRET} city", phone="13912345678", portrait=file
    )
    idle = wes.create("customer", name=f"{SECRET} idle", unit=3, active=False)
    order = wes.create(
        "order", customer=customer["id"], lines=[{"item": f"{SECRET} item", "price": "1"}]
    )
    query = select(wy_audit.c.id).where(
        wy_audit.c.entity == "customer", wy_audit.c.record_id == customer["id"]
    )
    return Theirs(
        customer["id"],
        idle["id"],
        order["id"],
        order["lines"][0]["id"],
        file,
        shop.query(query)[0][0],
    )
