"""What one piece of work remembers of linked records is never older than what was written."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from engine.extension import Invalid
from engine.records import PluginContext, RecordService
from tests.records.conftest import As
from tests.records.shop import tables


@pytest.fixture
def boss(as_: As) -> RecordService:
    """The service as plugin code has it: what it has met once it does not ask about again."""
    return RecordService(as_(boss=[2]).work.as_trusted())


@pytest.fixture
def customer(boss: RecordService) -> int:
    return int(boss.create("customer", {"name": "Ann", "unit": 2, "city": "Foshan"})["id"])


def order(service: RecordService, customer: int, **values: Any) -> dict[str, Any]:
    return service.create("order", {"customer": customer, **values})


def sql(service: RecordService, statement: str, **values: Any) -> None:
    """Write as a plugin does."""
    PluginContext(service.work).connection.execute(text(statement), values)


def test_what_a_plugin_writes_is_read_by_the_next_record(
    boss: RecordService, customer: int
) -> None:
    assert order(boss, customer)["city"] == "Foshan"
    sql(boss, "update customer set city = 'Panyu' where id = :c", c=customer)

    assert order(boss, customer)["city"] == "Panyu"


def test_a_set_based_statement_counts_too(boss: RecordService, customer: int) -> None:
    order(boss, customer)
    table = tables().table("customer")
    context = PluginContext(boss.work)
    held = context.connection  # kept by the plugin, as they do
    found = table.update().values(city="Panyu").returning(table.c.id).cte("found")
    assert order(boss, customer)["city"] == "Foshan"
    held.execute(found.select())

    assert order(boss, customer)["city"] == "Panyu"


def test_a_check_of_a_change_sees_it(boss: RecordService, customer: int) -> None:
    made = order(boss, customer, note="a")
    boss.change("order", made["id"], {"note": "b"})
    sql(boss, "update customer set discount = 60 where id = :c", c=customer)

    with pytest.raises(Invalid, match="折扣過大"):
        boss.change("order", made["id"], {"note": "c"})


def test_what_was_undone_is_not_remembered(boss: RecordService, customer: int) -> None:
    trial = boss.work.connection.begin_nested()
    sql(boss, "update customer set city = 'Panyu' where id = :c", c=customer)
    assert order(boss, customer)["city"] == "Panyu"
    trial.rollback()

    assert order(boss, customer)["city"] == "Foshan"


def test_a_line_that_comes_or_goes_changes_what_its_record_says(
    boss: RecordService, customer: int
) -> None:
    made = order(boss, customer, lines=[{"item": "tea", "price": 1}])["id"]
    assert boss.create("parcel", {"order": made})["pieces"] == 1
    line = boss.create("order_line", {"order": made, "item": "ink", "price": 2})["id"]
    assert boss.create("parcel", {"order": made})["pieces"] == 2
    boss.delete("order_line", line)
    assert boss.create("parcel", {"order": made})["pieces"] == 1
    boss.create_many("order_line", [{"order": made, "item": "pen", "price": 2}] * 2)
    assert boss.create("parcel", {"order": made})["pieces"] == 3


@pytest.mark.parametrize("trusted", [False, True])
def test_what_was_deleted_is_not_there_any_more(as_: As, trusted: bool) -> None:
    mine = as_(boss=[2])
    service = RecordService(mine.work.as_trusted()) if trusted else mine
    gone = service.create("customer", {"name": "Bob", "unit": 2})["id"]
    service.delete("order", order(service, gone)["id"])
    service.delete("customer", gone)

    with pytest.raises(Invalid) as refused:
        order(service, gone)
    assert [one.code for one in refused.value.problems] == ["no-such-record"]


def test_new_records_cost_no_second_look(boss: RecordService, customer: int) -> None:
    """What others say of a linked record does not change because one more links to it."""
    order(boss, customer)
    known = boss.work.memo["linked"]
    order(boss, customer)
    assert boss.work.memo["linked"] is known
