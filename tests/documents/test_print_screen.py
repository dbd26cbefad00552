"""Printing in the browser: addresses, rights, copies, large batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

import engine.documents.jobs as background
from engine.access import NewUser, create_users
from engine.jobs import Runner
from engine.storage.database import engine_for
from engine.web.app import create_app
from tests.documents.paper import bill, receipt, text_of, write_head
from tests.plugins.charging.world import World, company
from tests.web.company_app import FAST, PASSWORD, close, config, sign_in


@dataclass
class Office:
    app: Flask
    engine: Engine
    receipts: list[int]

    def client(self, login: str) -> FlaskClient:
        return sign_in(self.app.test_client(), login)


@pytest.fixture(scope="module")
def office(product_database, tmp_path_factory) -> Iterator[Office]:
    url = product_database()
    engine = engine_for(url)
    with engine.begin() as connection:
        world = World(connection).settle()
        write_head(world)
        room, item = world.room(), world.item(name="物業管理費")
        made = [receipt(world, room, [bill(world, room, item, month)]) for month in (3, 4, 5)]
        people = [
            NewUser(
                login=role, name="王小明", password=PASSWORD, roles={role: [world.ids["office"]]}
            )
            for role in ("cashier", "customer_service")
        ]
        create_users(connection, people, method=FAST)
    app = create_app(company(), database_url=url, config=config())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WUYE_FILES", str(tmp_path_factory.mktemp("files")))
        yield Office(app, engine, made)
    close(app)
    engine.dispose()


def printed(client: FlaskClient, address: str):
    return client.get(address, follow_redirects=True)


def test_a_receipt_opens_in_the_browser_as_a_pdf(office: Office) -> None:
    answer = printed(office.client("cashier"), f"/print/receipt?ids={office.receipts[0]}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "收款收據" in text_of(answer.data)


def test_reloading_is_no_new_copy_but_asking_again_is(office: Office) -> None:
    cashier, number = office.client("cashier"), office.receipts[1]
    first = cashier.get(f"/print/receipt?ids={number}")
    papers = [cashier.get(first.location), cashier.get(first.location)]
    again = printed(cashier, f"/print/receipt?ids={number}")

    assert ["補印" in text_of(paper.data) for paper in papers] == [False, False]
    assert "補印 第 1 次" in text_of(again.data)


def test_the_lists_filter_chooses_what_is_printed(office: Office) -> None:
    cashier = office.client("cashier")
    found = printed(cashier, f"/print/list.receipt?where=id == {office.receipts[2]}&lang=en")

    assert "1 records" in text_of(found.data)


def test_an_empty_choice_is_said_in_plain_words(office: Office) -> None:
    answer = printed(office.client("cashier"), "/print/receipt?ids=999999")

    assert answer.status_code == 422
    assert b"Traceback" not in answer.data


@pytest.mark.parametrize("ids", ["x", "1;2", "9" * 30, "-1"])
def test_numbers_that_are_none_are_refused(office: Office, ids: str) -> None:
    assert printed(office.client("cashier"), f"/print/receipt?ids={ids}").status_code == 422


def test_without_the_right_or_without_a_name_nothing_is_printed(office: Office) -> None:
    number = office.receipts[0]

    refused = printed(office.client("customer_service"), f"/print/receipt?ids={number}")
    unknown = printed(office.client("cashier"), "/print/nonsense?ids=1")
    visitor = office.app.test_client().get(f"/print/receipt?ids={number}")

    assert refused.status_code == 403
    assert unknown.status_code == 404
    assert visitor.status_code in (302, 401)


def test_a_large_batch_is_left_to_the_background(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(background, "MOST_AT_ONCE", 2)
    cashier = office.client("cashier")
    waiting = printed(cashier, "/print/receipt?where=kind == 'receipt'")
    address = waiting.request.path

    assert address.startswith("/print/jobs/")
    assert office.client("customer_service").get(address).status_code == 404

    Runner(office.engine).run_due()
    with office.engine.begin() as connection:
        row = connection.execute(text("select state, last_error, result from wy_outbox")).one()
    paper = cashier.get(f"/files/{row.result['file']}") if row.result else None

    assert (row.state, row.last_error) == ("done", "")
    assert f"/files/{row.result['file']}" in cashier.get(address).text
    assert paper.data.startswith(b"%PDF")
    assert row.result["documents"] == 3
