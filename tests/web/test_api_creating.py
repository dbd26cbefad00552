"""REST: what a creation answers, and what it costs."""

from __future__ import annotations

import pytest

from tests.web.bazaar_app import Bazaar


@pytest.mark.parametrize("login", ["cora", "bea", "root"])
def test_the_answer_to_a_creation_is_what_reading_the_record_says(shop: Bazaar, login: str) -> None:
    ask = shop.caller(login)
    customer = ask.create("customer", name="Zoe", unit=2, phone=f"1351234{sum(map(ord, login)):04}")
    vip = ask.create("vip", phone="13512340009", note="yes") if login != "bea" else None
    more = {"about": {"entity": "customer", "id": customer["id"]}, "due_on": "2026-01-31"}
    made = ask.create("order", customer=customer["id"], vip=vip and vip["id"], kind="sale", **more)

    for entity, record in (("customer", customer), ("vip", vip), ("order", made)):
        if record is not None:
            assert ask("GET", f"/{entity}/{record['id']}").json == record
    assert customer["unit"]["title"]
    assert customer["phone"] != f"1351234{sum(map(ord, login)):04}"


def test_a_creation_costs_the_account_the_record_and_its_trail_in_two_statements(
    shop: Bazaar,
) -> None:
    ask = shop.caller("cora")
    ask.create("customer", name="Warm", unit=2)
    with shop.counted() as made:
        ask.create("customer", name="Cold", unit=2)

    assert len(made) == 2
