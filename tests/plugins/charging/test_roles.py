"""Who may press what: every button of the charging modules × every role of models.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from engine.extension import Conflict, Invalid, NotFound, Refused
from plugins.charging.counter_screen import counter
from plugins.charging.payments import Request, Way, take_payment
from tests.plugins.charging.gallery import Gallery, gallery, is_list_only, rights
from tests.plugins.charging.test_linking_and_counter import Asked
from tests.plugins.charging.world import World, company

ROLES = tuple(role for role in company().roles if role != "staff")
NO_RIGHT = "You have no right to do this here."


@pytest.fixture(scope="module")
def offices(charging_engine: Engine) -> Iterator[Gallery]:
    with charging_engine.connect() as opened, opened.begin() as transaction:
        yield gallery(opened)
        transaction.rollback()


def outcome(world: World, entity: str, button: str, *ids: int) -> str:
    """Press and undo; 'no right', 'not found', or 'reached' whatever the action then said."""
    trial = world.connection.begin_nested()
    try:
        world.press(entity, button, *ids)
    except NotFound:
        return "not found"
    except Refused as refused:
        return "no right" if refused.message == NO_RIGHT else "reached"
    except (Invalid, Conflict):
        return "reached"
    finally:
        trial.rollback()
    return "reached"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_presses_the_buttons_that_the_yaml_gives_it_and_no_other(
    offices: Gallery, role: str
) -> None:
    world = offices.as_(role)
    wrong = []
    for (entity, button), given in rights().items():
        ids = () if is_list_only(entity, button) else (offices.ours.ids[entity],)
        expected = "reached" if role in given else "no right"
        if (found := outcome(world, entity, button, *ids)) != expected:
            wrong.append((entity, button, found, expected))

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_one_office_reaches_a_record_of_another(offices: Gallery, role: str) -> None:
    world = offices.as_(role)
    wrong = []
    for (entity, button), given in rights().items():
        everywhere = role in given and given[role].get("rows") == "all"
        shared = not company().entity(entity).scope
        if role not in given or everywhere or shared or is_list_only(entity, button):
            continue
        found = outcome(world, entity, button, offices.theirs.ids[entity])
        if found != "not found":
            wrong.append((entity, button, found))

    assert wrong == []


def test_every_button_is_somebodys(offices: Gallery) -> None:
    assert [button for button, given in rights().items() if not given] == []


def tried(world: World, work: Any) -> Exception:
    """Run what must be refused, undo whatever it wrote, and return the refusal."""
    trial = world.connection.begin_nested()
    try:
        with pytest.raises((Invalid, NotFound, Refused, Conflict)) as caught:
            work()
        return caught.value
    finally:
        trial.rollback()


def test_a_cashier_cannot_take_money_for_another_offices_bill(offices: Gallery) -> None:
    world, theirs = offices.as_("cashier"), offices.theirs
    room = world.get("room", offices.ours.ids["room"])
    request = Request(payer=room["payer"], estate=room["estate"], room=room["id"],
                      ways=[Way("cash", _one())], bills=[theirs.ids["receivable"]])  # fmt: skip

    tried(world, lambda: take_payment(world.context, request))
    forged = Request(payer=room["payer"], estate=theirs.world.ids["estate"],
                     ways=[Way("cash", _one())], bills=[theirs.ids["receivable"]])  # fmt: skip
    tried(world, lambda: take_payment(world.context, forged))


def _one() -> Any:
    from decimal import Decimal

    return Decimal(1)


def test_the_counter_does_not_open_another_offices_room(offices: Gallery) -> None:
    world, room = offices.as_("cashier"), str(offices.theirs.ids["room"])
    form = {"room": room, "amount_cash": "1", "bill": str(offices.theirs.ids["receivable"])}

    for method in ("GET", "POST"):
        asked = Asked(world, method, **form)
        assert isinstance(tried(world, lambda asked=asked: counter(asked)), NotFound)
    found = counter(Asked(world, "GET", q=f"業主{501}"))  # type: ignore[arg-type]
    assert found.data["found"] == []


def test_forged_ids_in_a_dialog_are_refused(offices: Gallery) -> None:
    world, ours, theirs = offices.as_("accountant"), offices.ours.ids, offices.theirs.ids
    their_payer = offices.theirs.world.get("room", theirs["room"])["payer"]
    item = offices.ours.world.item(None, kind="adhoc")
    charge = {"fee_item": item, "amount": "5"}

    for asked in ({"room": theirs["room"]}, {"room": ours["room"], "payer": their_payer}):
        tried(world, lambda a=asked: world.press("receivable", "charge", **charge, **a))
    tried(world, lambda: world.press("prepayment_account", "top_up", room=theirs["room"],
                                     amount="1", way="cash"))  # fmt: skip


def test_documents_cannot_name_another_offices_bills(offices: Gallery) -> None:
    world, ours, theirs = offices.as_("accountant"), offices.ours.ids, offices.theirs.ids
    lines = [{"receivable": theirs["receivable"], "amount": "1"}]
    payment = offices.ours.world.get("payment", ours["payment"])

    tried(world, lambda: world.make("reduction", room=ours["room"], reason="x", lines=lines))
    tried(world, lambda: world.make("reduction", room=theirs["room"], reason="x"))
    tried(world, lambda: world.make(
        "refund", estate=payment["estate"], payment=theirs["payment"], payer=payment["payer"],
        amount="1", reason="x", lines=lines,
    ))  # fmt: skip
    tried(world, lambda: world.make(
        "bill_run", unit=offices.theirs.world.ids["office"], bill_from="2026-06-01",
        bill_to="2026-06-30",
    ))  # fmt: skip


def test_a_reduction_cannot_take_in_a_bill_of_another_estate(offices: Gallery) -> None:
    """Not even for a person who sees both."""
    world = offices.ours.world
    lines = [{"receivable": offices.theirs.ids["receivable"], "amount": "1"}]

    def hand_in() -> None:
        made = world.make("reduction", room=offices.ours.ids["room"], reason="x", lines=lines)
        world.decide("reduction", made)

    assert "another estate" in str(tried(world, hand_in))


def test_a_cashier_cannot_open_or_close_a_colleagues_day(
    offices: Gallery, charging_engine: Engine
) -> None:
    cashier = offices.as_("cashier")
    colleague = offices.staff["accountant"]
    office = offices.ours.world.ids["office"]
    day = offices.ours.world.make("cashier_day", unit=office, cashier=colleague, day="2026-06-27")

    assert isinstance(tried(cashier, lambda: cashier.press("cashier_day", "close", day)), NotFound)
    tried(cashier, lambda: cashier.make("cashier_day", unit=offices.theirs.world.ids["office"],
                                        day="2026-06-26"))  # fmt: skip
    tried(cashier, lambda: cashier.make("cashier_day", unit=office, cashier=colleague,
                                        day="2026-06-26"))  # fmt: skip


def test_ledgers_are_nobodys_to_write(offices: Gallery) -> None:
    admin = offices.as_("admin")
    for entity in ("receivable", "payment", "allocation", "receipt", "prepayment_txn", "late_fee"):
        assert isinstance(tried(admin, lambda e=entity: admin.make(e)), Refused)
    bill = offices.ours.ids["receivable"]
    change = {"open": "0"}
    refusal = tried(admin, lambda: admin.records.change("receivable", bill, change))
    assert isinstance(refusal, Refused)


def test_a_run_of_one_office_never_bills_anothers_rooms(
    offices: Gallery, connection: Connection
) -> None:
    world = offices.as_("office_head")
    trial = world.connection.begin_nested()
    run = world.run("2026-08-01", "2026-08-31", offices.theirs.ids["fee_item"])

    world.press("bill_run", "generate", run)

    assert world.bills(run) == []
    trial.rollback()
