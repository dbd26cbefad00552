"""Prints a project declares: groups, totals, field rights, and what a template may touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from engine.access import SYSTEM, Actor
from engine.documents import TemplateError, render
from engine.documents.typesetting import typeset
from engine.extension import document_data
from engine.records import RecordService, Workspace
from engine.storage.apply import apply
from engine.storage.tables import tables_of
from tests.documents.paper import pages_of, text_of

NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
MODULE = """\
module: shop
label: Shop
prints:
  slip:
    label: Slip
    entity: sale
    template: reports/slip.typ
    fields: [buyer, what, price, secret]
    group_by: buyer
    where: "price > 0"
    extra: {totals: [price, bonus], sort: [what]}
entities:
  sale:
    label: Sale
    title: what
    fields:
      what: {type: text, label: What, required: true}
      buyer: {type: text, label: Buyer}
      price: {type: money, label: Price}
      secret: {type: text, label: Secret}
      phone: {type: phone, mask: phone, label: Phone}
    list: {columns: [what, price, secret], totals: [price]}
    rights:
      clerk: {can: [read, print], hide: [secret]}
"""
SLIP = """\
#import "/wuye.typ": *
#documents(doc => {
  [FOR #doc.records.first().t.buyer]
  for one in doc.records [ #one.t.what/#one.t.secret/#one.x.at("bonus", default: "-") ]
  [SUM #doc.totals.price.t #doc.totals.price.c #doc.totals.bonus.t]
})
"""
CLERK = Actor(
    user_id=None, login="ann", name="Ann", roles=frozenset({"clerk"}),
    rights={"clerk": frozenset({("read", "sale"), ("print", "sale")})},
)  # fmt: skip


@pytest.fixture
def work(connection: Connection, catalog_of) -> Workspace:
    catalog = catalog_of(MODULE, **{"reports/slip.typ": SLIP})
    apply(connection, catalog, author="test")
    return Workspace(
        catalog=catalog, tables=tables_of(catalog), connection=connection, actor=SYSTEM, now=NOW
    )


@pytest.fixture
def ids(work: Workspace) -> list[int]:
    rows = [("pear", "Bo", "3"), ("fig", "Al", "0"), ("apple", "Bo", "2.5"), ("nut", "Al", "1000")]
    return [
        RecordService(work).create(
            "sale",
            {"what": a, "buyer": b, "price": c, "secret": f"hush {a}", "phone": "13800138000"},
        )["id"]
        for a, b, c in rows
    ]


@document_data("slip")
def bonus(context, ids):
    return {one: {"bonus": Decimal("1.5")} for one in ids}


def test_one_document_for_each_value_of_the_group_with_its_own_sum(work, ids) -> None:
    printed = render(work, "slip", ids=ids)
    pages = pages_of(printed.pdf)

    assert printed.documents == 2
    assert "FOR Bo apple/hush apple/1.50 pear/hush pear/1.50 SUM 5.50 伍元伍角整 3.00" in pages[0]
    assert "FOR Al nut/hush nut/1.50 SUM 1,000.00 壹仟元整 1.50" in pages[1]


def test_a_record_that_fails_the_prints_condition_is_left_out(work, ids) -> None:
    assert "fig" not in text_of(render(work, "slip", ids=ids).pdf)


def test_a_declared_print_shows_what_its_author_named_a_list_only_what_the_reader_may(
    work, ids
) -> None:
    clerk = replace(work, actor=CLERK)

    assert "hush" in text_of(render(clerk, "slip", ids=ids).pdf)
    for name in ("list.sale", "record.sale"):
        said = text_of(render(clerk, name, ids=ids).pdf)
        assert "hush" not in said
        assert "Secret" not in said
        assert "13800138000" not in said


@pytest.mark.parametrize(
    "source",
    [b'#read("/etc/passwd")', b'#read("../../etc/passwd")', b'#import "@preview/tablex:0.0.8": *'],
)
def test_a_template_reads_nothing_of_the_machine_or_the_network(source: bytes) -> None:
    with pytest.raises(TemplateError):
        typeset(source, {}, at=NOW)


def test_a_wrong_template_says_where(work, ids) -> None:
    with pytest.raises(TemplateError, match=r"main\.typ:1"):
        typeset(b"#nonsense()", {}, at=NOW)


def test_equal_data_give_equal_bytes() -> None:
    assert typeset(b"hello", {}, at=NOW) == typeset(b"hello", {}, at=NOW)
