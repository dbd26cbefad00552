"""Notices, receipts and letters of a real company."""

from __future__ import annotations

import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.documents import find_print, prints_of, render, wy_print
from engine.extension import Invalid, NotFound, Refused
from engine.records import Query, condition_of
from tests.documents.paper import HOSTILE, bill, hired, notice, pages_of, receipt, text_of
from tests.plugins.charging.world import World, company


@pytest.fixture
def room(world: World) -> int:
    return world.room()


@pytest.fixture
def bills(world: World, room: int) -> list[int]:
    item = world.item(name="物業管理費")
    return [bill(world, room, item, month) for month in (4, 5, 7)]


def test_a_notice_says_who_owes_whom_what_for_which_room(world, room, bills) -> None:
    printed = render(world.work, "payment_notice", ids=[notice(world, room, bills)])
    said = text_of(printed.pdf)

    assert (printed.documents, printed.pages) == (1, 1)
    assert printed.file_name == "繳費通知單-2026-06-30.pdf"
    for word in ("和泰物業服務集團有限公司", "管理處", "075522223333", "7559 0000 1111 222",
                 "業主1", "翠園 3-1-0501", "128.00 × 2.50", "2026-07-01–2026-07-28",
                 "玖佰柒拾貳元叁角伍分", "¥972.35", "2026-07-15", "第 1 頁 / 共 1 頁"):  # fmt: skip
        assert word in said


def test_old_bills_stand_apart_from_those_not_due_yet(world, room, bills) -> None:
    said = text_of(render(world.work, "payment_notice", ids=[notice(world, room, bills)]).pdf)
    current, arrears = said.split("往期欠費", 1)

    assert "2026-07-01" in current
    assert "2026-04-01" not in current
    assert "2026-04-01" in arrears


def test_a_name_that_looks_like_a_program_is_printed_as_it_is(world, room, bills) -> None:
    owner = world.get("room", room)["payer"]
    world.records.change("owner", owner, {"name": HOSTILE})

    said = text_of(render(world.work, "payment_notice", ids=[notice(world, room, bills)]).pdf)

    assert [part for part in HOSTILE.split() if part not in said] == []
    assert "root:" not in said


def test_the_longest_names_stay_on_the_paper(world, room, bills, tmp_path: Path) -> None:
    owner = world.get("room", room)["payer"]
    world.records.change("owner", owner, {"name": "歐陽慧儀及其他共有人（香港）" * 5})
    world.records.change("room", room, {"full_no": "W" * 40})
    made = notice(world, room, bills), receipt(world, room, bills)

    for name, one in zip(("payment_notice", "receipt"), made, strict=True):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(render(world.work, name, ids=[one]).pdf)
        boxes = subprocess.run(
            ["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True, text=True
        ).stdout
        width = float(re.search(r'<page width="([\d.]+)"', boxes)[1])
        edges = [float(x) for x in re.findall(r'xMax="([\d.]+)"', boxes)]

        assert max(edges) <= width - 30


def test_each_document_counts_its_own_pages(world, room, bills) -> None:
    item = world.item(name="水費")
    many = [bill(world, room, item, 5) for _ in range(60)]
    long, short = notice(world, room, many), notice(world, room, bills)

    printed = render(world.work, "payment_notice", ids=[long, short])
    pages = pages_of(printed.pdf)

    assert (printed.documents, printed.pages) == (2, 3)
    assert "第 1 頁 / 共 2 頁" in pages[0]
    assert "第 2 頁 / 共 2 頁" in pages[1]
    assert "收費項目" in pages[1]
    assert "第 1 頁 / 共 1 頁" in pages[2]


def test_simplified_papers_use_simplified_words_and_glyphs(world, room, bills, tmp_path) -> None:
    one = notice(world, room, bills)
    path = tmp_path / "out.pdf"
    path.write_bytes(render(world.work, "payment_notice", ids=[one], language="zh_Hans").pdf)
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True, text=True)

    assert "缴费通知单" in text_of(path.read_bytes())
    assert "NotoSansSC" in fonts.stdout
    assert "no" not in [line.split()[-5] for line in fonts.stdout.splitlines()[2:]]  # embedded


def test_english_papers_say_it_in_english(world, room, bills) -> None:
    one = notice(world, room, bills)
    said = text_of(render(world.work, "payment_notice", ids=[one], language="en").pdf)

    assert "Payment Notice" in said
    assert "Page 1 of 1" in said


def test_a_receipt_lists_bills_ways_and_the_amount_in_capitals(world, room, bills) -> None:
    one = receipt(world, room, bills[:2])
    said = text_of(render(world.work, "receipt", ids=[one]).pdf)

    for word in ("收 款 收 據", "物業管理費", "3-1-0501", "轉入預存款", "柒佰肆拾元整", "¥740.00",
                 "現金 200.00", "微信 540.00", "4200 0018 33"):  # fmt: skip
        assert word in said
    assert world.get("receipt", one)["printed"] == 1


@pytest.mark.parametrize(
    ("values", "mark"), [({"kind": "red"}, "紅字收據"), ({"state": "void"}, "作廢")]
)
def test_a_receipt_that_counts_no_more_says_so(world, room, bills, values, mark) -> None:
    said = text_of(render(world.work, "receipt", ids=[receipt(world, room, bills, **values)]).pdf)

    assert mark in said


def test_the_second_print_is_marked_and_both_are_in_the_log(world, room, bills) -> None:
    one = receipt(world, room, bills)
    first = render(world.work, "receipt", ids=[one], run="a")
    second = render(world.work, "receipt", ids=[one], run="b")
    third = render(world.work, "receipt", ids=[one], run="c")

    assert "補印" not in text_of(first.pdf)
    assert "補印 第 1 次" in text_of(second.pdf)
    assert "補印 第 2 次" in text_of(third.pdf)
    query = select(wy_print.c.copy, wy_print.c.sha256).where(wy_print.c.record_id == one)
    rows = world.connection.execute(query.order_by(wy_print.c.copy)).all()
    assert [row.copy for row in rows] == [1, 2, 3]
    assert len({row.sha256 for row in rows}) == 3


def test_the_same_print_fetched_twice_is_one_copy_and_the_same_paper(world, room, bills) -> None:
    one = receipt(world, room, bills)
    first = render(world.work, "receipt", ids=[one], run="a")
    again = render(world.work, "receipt", ids=[one], run="a")

    assert first.pdf == again.pdf
    assert world.get("receipt", one)["printed"] == 1


def test_a_batch_goes_through_the_building_in_order(world, bills) -> None:
    rooms = [world.room(full_no=f"3-1-09{n:02}") for n in (7, 2, 5)]
    item = world.item(name="水費")
    made = [notice(world, room, [bill(world, room, item, 4)]) for room in rooms]
    other = world.make("building", estate=world.ids["estate"], no="4", name="4棟")
    outside = notice(world, world.room(building=other), bills)
    text = f"room.building == {world.ids['building']}"
    query = Query(entity="notice", conditions=(condition_of(world.work, "notice", text),))

    printed = render(world.work, "payment_notice", query=query)
    said = re.findall(r"翠園(3-1-\d{4})", text_of(printed.pdf))

    assert said == ["3-1-0902", "3-1-0905", "3-1-0907"]
    assert printed.documents == len(made)
    assert world.get("notice", outside)["state"] == "generated"
    assert {world.get("notice", one)["state"] for one in made} == {"printed"}
    assert [one["noticed_on"] for one in world.find("receivable")].count(None) == len(bills)


def test_a_letter_lists_what_is_overdue_with_late_fees_of_today(world, room, bills) -> None:
    rule = world.get("receivable", bills[0])["fee_item"]
    world.make("late_fee_rule", fee_item=rule, effective_from="2020-01-01", daily_rate="0.0005",
               grace_days=0)  # fmt: skip
    letters = [world.make("dunning", room=room, level=level) for level in ("letter", "legal")]

    said = text_of(render(world.work, "chasing_letter", ids=letters).pdf)

    assert "640.00" in said  # two bills of 320; the third is not due
    assert str(Decimal("12.16") + Decimal("7.36")) in said  # 76 and 46 days
    assert "律師函前最後通知" in said


def test_nothing_to_print_is_said_in_words(world, room, bills) -> None:
    with pytest.raises(Invalid, match="nothing to print"):
        render(world.work, "receipt", ids=[999_999])


def test_an_unknown_print_is_not_found(world) -> None:
    for name in ("nonsense", "record.nonsense", "list.user"):
        with pytest.raises(NotFound):
            render(world.work, name, ids=[1])


def test_who_may_not_print_is_refused(world, room, bills) -> None:
    one = receipt(world, room, bills)
    world.actor = hired(world, "customer_service", world.ids["office"])

    with pytest.raises(Refused):
        render(world.work, "receipt", ids=[one])


def test_rows_of_another_office_are_not_printed(world, room, bills) -> None:
    one = receipt(world, room, bills)
    other = world.make("org_unit", kind="office", code="O9", name="別處", parent=world.ids["group"])
    world.actor = hired(world, "cashier", other)
    with pytest.raises(Invalid, match="nothing to print"):
        render(world.work, "receipt", ids=[one])
    world.actor = hired(world, "cashier", world.ids["office"])

    assert render(world.work, "receipt", ids=[one]).documents == 1


def test_any_list_prints_as_a_table_with_totals(world, room, bills) -> None:
    world.actor = hired(world, "accountant", world.ids["office"])
    query = Query(entity="receivable", columns=("no", "payer", "amount", "open"), sort=("no",))

    printed = render(world.work, "list.receivable", query=query)
    said = text_of(printed.pdf)

    assert "共 3 條" in said
    assert "960.00" in said
    assert "王小明" in said


def test_any_record_prints_as_a_page_with_its_lines(world, room, bills) -> None:
    said = text_of(render(world.work, "record.notice", ids=[notice(world, room, bills)]).pdf)

    assert "玖佰" not in said
    assert "972.35" in said
    assert "ZD00003" in said


def test_a_masked_value_stays_masked_on_paper(world, room) -> None:
    owner = world.get("room", room)["payer"]
    world.records.change("owner", owner, {"phone": "13800138000"})
    world.actor = hired(world, "office_head", world.ids["office"])

    said = text_of(render(world.work, "record.owner", ids=[owner]).pdf)

    assert "13800138000" not in said
    assert "138****8000" in said


def test_every_entity_offers_a_page_or_a_list() -> None:
    names = [one.name for one in prints_of(company(), "receipt", of_list=False)]

    assert names == ["receipt", "record.receipt"]
    assert find_print(company(), "list.room").entity == "room"
