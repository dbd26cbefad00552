"""Creating, changing and deleting records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from engine.extension import Conflict, Invalid, NotFound, Refused
from engine.records import RecordService
from engine.storage.system_tables import wy_audit
from tests.records.conftest import As
from tests.records.shop import tables


def customer(service: RecordService, **values: Any) -> dict[str, Any]:
    return service.create("customer", {"name": "王小明", "unit": 2, "city": "廣州", **values})


def order(service: RecordService, owner: dict[str, Any], **values: Any) -> dict[str, Any]:
    lines = [{"item": "a", "qty": "2", "price": "10.01"}, {"item": "b", "price": "1"}]
    return service.create("order", {"customer": owner["id"], "lines": lines, **values})


def problems(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {p.field: p.code for p in error.value.problems}


def test_defaults_formulas_fetch_lines_and_roll_ups_are_filled_in(as_: As) -> None:
    clerk = as_(clerk=[2])
    made = order(clerk, customer(clerk))

    assert made["state"] == "draft"
    assert made["due_on"] == date(2026, 7, 15)
    assert made["city"] == "廣州"
    assert [line["amount"] for line in made["lines"]] == [Decimal("20.02"), Decimal("1.00")]
    assert made["total"] == Decimal("21.02")
    assert made["no"] == "O2026-0001"
    assert made["scope_unit"] == 2


def test_numbers_follow_each_other_without_a_gap_when_a_record_is_refused(as_: As) -> None:
    clerk = as_(clerk=[2])
    owner = customer(clerk)
    first = order(clerk, owner)
    savepoint = clerk.work.connection.begin_nested()
    with pytest.raises(Invalid):
        order(clerk, owner, limit="1")
    savepoint.rollback()
    second = order(clerk, owner)

    assert (first["no"], second["no"]) == ("O2026-0001", "O2026-0002")


def test_every_problem_comes_at_once_at_its_field(as_: As) -> None:
    clerk = as_(clerk=[2])
    with pytest.raises(Invalid) as wrong:
        clerk.create(
            "order",
            {"kind": "gift", "due_on": "soon", "colour": 1, "lines": [{"qty": "-1", "price": "x"}]},
        )

    found = problems(wrong)
    assert found["customer"] == "required"
    assert found["reason"] == "required"
    assert found["due_on"] == "invalid"
    assert found["colour"] == "unknown"
    assert found["lines.0.item"] == "required"
    assert found["lines.0.qty"] == "invalid"
    assert found["lines.0.price"] == "invalid"


def test_an_invisible_field_is_not_required_and_not_taken(as_: As) -> None:
    clerk = as_(clerk=[2])
    made = order(clerk, customer(clerk), reason="hidden all the same")

    assert made["reason"] is None


def test_a_check_speaks_the_readers_language_at_its_field(as_: As) -> None:
    clerk = as_(clerk=[2])
    with pytest.raises(Invalid) as wrong:
        order(clerk, customer(clerk), limit="20")

    assert str(wrong.value) == "limit: 合計不可超過上限"


@pytest.mark.parametrize("name", ["discount", "no", "total", "late"])
def test_nobody_sets_a_hidden_computed_or_numbered_field(as_: As, name: str) -> None:
    clerk = as_(clerk=[2])
    make = customer if name == "discount" else lambda s, **v: order(s, customer(s), **v)
    with pytest.raises(Invalid) as wrong:
        make(clerk, **{name: "9"})

    assert problems(wrong) == {name: "forbidden"}


def test_a_choice_only_some_may_pick_is_refused_to_others(as_: As) -> None:
    clerk, boss = as_(clerk=[2]), as_(boss=[2])
    made = order(clerk, customer(clerk))
    with pytest.raises(Invalid) as wrong:
        clerk.change("order", made["id"], {"state": "ready"})
    changed = boss.change("order", made["id"], {"state": "ready"})

    assert problems(wrong) == {"state": "forbidden"}
    assert changed["state"] == "ready"


def test_a_field_for_new_records_only_cannot_be_changed_later(as_: As) -> None:
    clerk = as_(clerk=[2])
    made = order(clerk, customer(clerk), frozen="x")
    same = clerk.change("order", made["id"], {"frozen": "x", "note": "n"})
    with pytest.raises(Invalid):
        clerk.change("order", made["id"], {"frozen": "y"})

    assert same["frozen"] == "x"


def test_a_read_only_rule_looks_at_the_stored_record(as_: As) -> None:
    boss = as_(boss=[2])
    made = order(boss, customer(boss), state="ready")
    with pytest.raises(Invalid) as wrong:
        boss.change("order", made["id"], {"limit": "500", "state": "draft"})

    assert problems(wrong) == {"limit": "read-only"}


def test_a_link_must_be_there_be_visible_and_fit_the_filter(as_: As) -> None:
    east, west = as_(clerk=[2]), as_(clerk=[3])
    foreign = west.create("customer", {"name": "李四", "unit": 3})
    own = customer(east)
    for target, code in ((foreign["id"], "no-such-record"), (999_999, "no-such-record")):
        with pytest.raises(Invalid) as wrong:
            east.create("order", {"customer": target, "lines": [{"item": "a", "price": 1}]})
        assert problems(wrong)["customer"] == code
    with pytest.raises(Invalid) as wrong:
        order(east, own, wanted_unit=1)

    assert problems(wrong) == {"customer": "filtered"}


def test_a_record_cannot_be_written_into_another_unit(as_: As) -> None:
    with pytest.raises(Refused):
        customer(as_(clerk=[2]), unit=3)


def test_a_record_of_another_unit_is_not_there(as_: As) -> None:
    made = customer(as_(clerk=[2]))
    west = as_(clerk=[3])
    for attempt in (
        lambda: west.get("customer", made["id"]),
        lambda: west.change("customer", made["id"], {"city": "x"}),
        lambda: west.delete("customer", made["id"]),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_right_that_is_missing_is_refused_before_anything_is_read(as_: As) -> None:
    viewer = as_(viewer=[2])
    for attempt in (
        lambda: viewer.create("customer", {"name": "x", "unit": 2}),
        lambda: viewer.change("customer", 1, {"name": "x"}),
        lambda: viewer.delete("customer", 1),
        lambda: viewer.press("order", "post", [1], {"why": "x"}),
    ):
        with pytest.raises(Refused):
            attempt()


def test_a_stale_save_gets_the_difference(as_: As) -> None:
    clerk = as_(clerk=[2])
    made = customer(clerk)
    clerk.change("customer", made["id"], {"city": "深圳"}, version=1)
    with pytest.raises(Conflict) as overtaken:
        clerk.change("customer", made["id"], {"city": "珠海"}, version=1)

    assert overtaken.value.differences == {"city": ("深圳", "珠海")}
    assert overtaken.value.current_version == 2


def test_a_save_that_changes_nothing_writes_nothing(as_: As, connection: Connection) -> None:
    clerk = as_(clerk=[2])
    made = customer(clerk)
    again = clerk.change("customer", made["id"], {"city": "廣州"})
    entries = select(func.count()).where(
        wy_audit.c.entity == "customer", wy_audit.c.record_id == made["id"]
    )

    assert again["version"] == 1
    assert connection.scalar(entries) == 1


def test_a_closed_record_changes_in_its_open_fields_only(as_: As) -> None:
    boss = as_(boss=[2])
    made = order(boss, customer(boss), state="posted")
    noted = boss.change("order", made["id"], {"note": "ok"})
    with pytest.raises(Refused):
        boss.change("order", made["id"], {"city": "x"})
    with pytest.raises(Refused):
        boss.change("order", made["id"], {"lines": []})
    with pytest.raises(Refused):
        boss.delete("order", made["id"])

    assert noted["note"] == "ok"


def test_lines_are_kept_changed_added_and_removed_as_sent(as_: As) -> None:
    clerk = as_(clerk=[2])
    made = order(clerk, customer(clerk))
    first, second = made["lines"]
    changed = clerk.change(
        "order",
        made["id"],
        {"lines": [{"id": second["id"], "price": "5"}, {"item": "c", "qty": "3", "price": "2"}]},
    )

    assert [line["item"] for line in changed["lines"]] == ["b", "c"]
    assert changed["lines"][0]["id"] == second["id"] != first["id"]
    assert changed["total"] == Decimal("11.00")


def test_a_line_of_another_order_cannot_be_taken_over(as_: As) -> None:
    clerk = as_(clerk=[2])
    owner = customer(clerk)
    one, other = order(clerk, owner), order(clerk, owner)
    stolen = one["lines"][0]["id"]
    with pytest.raises(Invalid) as wrong:
        clerk.change("order", other["id"], {"lines": [{"id": stolen, "price": "0"}]})

    assert problems(wrong) == {"lines.0": "stale"}


def test_what_is_still_used_is_not_deleted_and_says_by_what(as_: As) -> None:
    clerk = as_(clerk=[2])
    owner = customer(clerk)
    order(clerk, owner)
    savepoint = clerk.work.connection.begin_nested()
    with pytest.raises(Refused) as wrong:
        clerk.delete("customer", owner["id"])
    savepoint.rollback()

    assert "訂單" in str(wrong.value)


def test_a_deleted_record_stays_in_the_trail_with_its_lines(
    as_: As, connection: Connection
) -> None:
    clerk = as_(clerk=[2])
    made = order(clerk, customer(clerk))
    clerk.delete("order", made["id"])
    row = connection.execute(
        select(wy_audit).where(wy_audit.c.entity == "order", wy_audit.c.event == "delete")
    ).one()

    assert row.snapshot["total"] == "21.02"
    assert [line["item"] for line in row.snapshot["lines"]] == ["a", "b"]
    lines = tables().table("order_line")
    assert connection.scalar(select(func.count()).select_from(lines)) == 0


def test_a_second_posted_order_of_a_day_is_refused_in_the_authors_words(as_: As) -> None:
    boss = as_(boss=[2])
    owner = customer(boss)
    order(boss, owner, state="posted")
    savepoint = boss.work.connection.begin_nested()
    with pytest.raises(Invalid) as wrong:
        order(boss, owner, state="posted")
    savepoint.rollback()

    assert "同一客戶同日已有過帳單" in str(wrong.value)


def test_the_trail_cannot_be_changed_even_with_sql(as_: As, connection: Connection) -> None:
    customer(as_(clerk=[2]))
    savepoint = connection.begin_nested()
    with pytest.raises(Exception, match=r"wy_audit|append"):
        connection.execute(text("update wy_audit set note = 'x'"))
    savepoint.rollback()


def test_many_records_are_created_in_few_statements_all_or_none(as_: As) -> None:
    clerk = as_(clerk=[2])
    rows = [{"name": f"客戶{i}", "unit": 2} for i in range(50)]
    ids = clerk.create_many("customer", rows)
    with pytest.raises(Invalid) as wrong:
        clerk.create_many("customer", [*rows, {"name": "", "unit": 3}])
    with pytest.raises(Refused):
        clerk.create_many("customer", [*rows, {"name": "x", "unit": 3}])

    assert len(set(ids)) == 50
    assert problems(wrong)["50.name"] == "required"


def test_a_moved_record_takes_those_below_it_along(as_: As) -> None:
    hq = as_(boss=[1])
    owner = hq.create("customer", {"name": "x", "unit": 2})
    made = order(hq, owner)
    east, west = as_(boss=[2]), as_(boss=[3])
    hq.change("customer", owner["id"], {"unit": 3})

    assert west.get("order", made["id"])["scope_unit"] == 3
    with pytest.raises(NotFound):
        east.get("order", made["id"])
