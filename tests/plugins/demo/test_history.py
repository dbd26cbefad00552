"""The demo company's charging history: every sum agrees, and it looks like a real one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engine.storage import plan, take_numbers
from plugins.charging import computing, runs
from plugins.charging.late_fee_ledger import policy_of
from plugins.charging.late_fees import Paid, late_fee
from plugins.charging.month_sql import NAMES, movements
from plugins.demo.history.numbers import SERIES
from tests.plugins.demo.conftest import TODAY, Books, catalog

pytestmark = pytest.mark.xdist_group("demo-history")

ENTITIES = (
    "fee_item", "fee_price", "late_fee_rule", "room_fee", "area_change", "area_change_line",
    "gift", "bill_run", "bill_run_item", "bill_skip", "receivable", "late_fee", "reduction",
    "reduction_line", "notice", "notice_line", "dunning", "payment", "payment_way", "allocation",
    "receipt", "prepayment_account", "prepayment_txn", "deposit", "refund", "refund_line",
    "cashier_day", "cashier_day_line", "month_close", "month_close_line", "owner_change",
)  # fmt: skip
OFFICE = "JOIN estate e ON e.id = {0}.estate_id JOIN org_unit o ON o.id = e.office_id"


def test_there_is_a_believable_amount_of_it(books: Books) -> None:
    count = {name: books.one(f"SELECT count(*) FROM {name}") for name in ENTITIES}

    assert 150_000 <= count["receivable"] <= 250_000
    assert count["payment"] > 30_000
    assert count["allocation"] > 100_000
    assert min(count.values()) > 0
    assert len(books.rows("SELECT DISTINCT bill_from FROM bill_run")) == 19


def test_what_is_open_is_what_was_not_reduced_or_received(books: Books) -> None:
    books.none("""
        SELECT id FROM receivable
         WHERE open <> CASE state WHEN 'published' THEN amount - reduced - received ELSE 0 END
            OR least(open, received, reduced, late_fixed - late_received - late_reduced) < 0
            OR pay_state <> CASE WHEN state = 'published' AND open = 0 THEN 'paid'
                                 WHEN received > 0 THEN 'part' ELSE 'unpaid' END
            OR (settled_on IS NULL) <> (open > 0 OR state = 'draft' OR kind = 'gift')
            OR net + tax <> amount""")


def test_bills_received_what_was_allocated(books: Books) -> None:
    books.none("""
        SELECT r.id, r.received, s.amount, r.late_received, s.late
          FROM receivable r LEFT JOIN (
            SELECT receivable_id, sum(amount) AS amount, sum(late_fee) AS late
              FROM allocation GROUP BY 1) s ON s.receivable_id = r.id
         WHERE r.received <> coalesce(s.amount, 0) OR r.late_received <> coalesce(s.late, 0)""")


def test_bills_were_reduced_by_the_reductions_in_force(books: Books) -> None:
    books.none("""
        SELECT r.id FROM receivable r LEFT JOIN (
            SELECT l.receivable_id, sum(l.amount) AS amount, sum(l.late_fee) AS late
              FROM reduction_line l JOIN reduction h ON h.id = l.reduction_id
             WHERE h.state = 'approved' GROUP BY 1) s ON s.receivable_id = r.id
         WHERE r.reduced <> coalesce(s.amount, 0) OR r.late_reduced <> coalesce(s.late, 0)""")
    books.none("""
        SELECT h.id FROM reduction h JOIN reduction_line l ON l.reduction_id = h.id
         GROUP BY h.id HAVING h.total <> sum(l.amount + l.late_fee)""")


def test_reductions_were_approved_by_somebody_who_may(books: Books) -> None:
    books.none("""
        SELECT r.id FROM reduction r JOIN ab_user u ON u.id = r.approved_by_id
         WHERE split_part(u.username, '.', 1) <> CASE WHEN total <= 500 THEN 'office_head'
               WHEN total <= 5000 THEN 'branch_manager' ELSE 'hq_finance' END""")


def test_payments_add_up(books: Books) -> None:
    books.none("""
        SELECT p.id FROM payment p
          JOIN (SELECT payment_id, sum(amount) AS amount FROM payment_way GROUP BY 1) w
            ON w.payment_id = p.id
          LEFT JOIN (SELECT payment_id, sum(amount + late_fee) AS amount, sum(late_fee) AS late
                       FROM allocation WHERE kind IN ('payment', 'reversal') GROUP BY 1) a
            ON a.payment_id = p.id
          LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM prepayment_txn
                      WHERE kind = 'surplus' GROUP BY 1) t ON t.payment_id = p.id
         WHERE p.total <> w.amount OR p.applied <> coalesce(a.amount, 0)
            OR p.late_fee <> coalesce(a.late, 0) OR p.surplus <> coalesce(t.amount, 0)""")
    books.none("""
        SELECT p.id FROM payment p
          LEFT JOIN receipt r ON r.payment_id = p.id AND r.refund_id IS NULL
         GROUP BY p.id HAVING count(r.id) <> 1 OR max(r.amount) <> p.total""")


def test_prepayments_add_up(books: Books) -> None:
    books.none("""
        SELECT a.id FROM prepayment_account a JOIN prepayment_txn t ON t.account_id = a.id
         GROUP BY a.id HAVING a.balance <> sum(t.amount)""")
    books.none("""
        SELECT * FROM (SELECT id, balance_after,
                 sum(amount) OVER (PARTITION BY account_id ORDER BY id) AS balance,
                 on_date < lag(on_date) OVER (PARTITION BY account_id ORDER BY id) AS back
            FROM prepayment_txn) x WHERE balance <> balance_after OR balance < 0 OR back""")
    assert books.money("SELECT -sum(amount) FROM prepayment_txn WHERE kind = 'offset'") == (
        books.money("SELECT sum(amount) FROM allocation WHERE kind = 'offset'")
    )


def test_nothing_was_paid_before_it_was_billed(books: Books) -> None:
    books.none("""
        SELECT a.id FROM allocation a JOIN receivable r ON r.id = a.receivable_id
         WHERE a.on_date < r.bill_on OR a.on_date < r.published_at::date
            OR r.state <> 'published'""")
    books.none(f"SELECT id FROM payment WHERE paid_on > DATE '{TODAY}'")


def test_late_fees_are_what_the_product_computes(books: Books) -> None:
    rules: dict[int, list[Any]] = {}
    for row in books.connection.exec_driver_sql("SELECT * FROM late_fee_rule").mappings():
        rules.setdefault(row["fee_item_id"], []).append(row)
    books.none("""
        SELECT r.id FROM receivable r JOIN late_fee f ON f.receivable_id = r.id
         GROUP BY r.id HAVING r.late_fixed <> sum(f.amount)""")
    bills = books.connection.exec_driver_sql("""
        SELECT r.*, (SELECT max(to_date) FROM late_fee WHERE receivable_id = r.id) AS until
          FROM receivable r WHERE late_fixed > 0 AND mod(id, 7) = 0""").mappings()
    paid = _paid(books)
    checked = 0
    for bill in bills:
        policy = policy_of(rules[bill["fee_item_id"]], bill["due_on"])
        history = paid.get(bill["id"], [])
        found = late_fee(bill["amount"], bill["due_on"], bill["until"], policy, history)
        assert found == bill["late_fixed"], bill["no"]
        checked += 1
    assert checked > 500


def _paid(books: Books) -> dict[int, list[Paid]]:
    found: dict[int, list[Paid]] = {}
    for bill, on, amount in books.rows("""
            SELECT receivable_id, on_date, amount FROM allocation
             WHERE kind <> 'reversal' AND NOT is_reversed
            UNION ALL SELECT l.receivable_id, h.applied_on, l.amount FROM reduction_line l
              JOIN reduction h ON h.id = l.reduction_id WHERE h.state = 'approved'"""):
        found.setdefault(bill, []).append(Paid(on, amount))
    return found


def test_series_are_those_of_the_metadata() -> None:
    for name, pattern in SERIES.items():
        entity, field = name.split(".")
        options = catalog().entity(entity).fields[field].options
        assert (options["pattern"], options["reset"]) == (pattern, "year"), name


@pytest.mark.parametrize("name", SERIES)
def test_numbers_have_no_gaps_and_go_on(books: Books, name: str) -> None:
    entity, _ = name.split(".")
    number = "[0-9]{2}-[0-9]+$" if name == "bill_run.no" else "[0-9]+$"  # the first has a month
    groups = books.rows(
        f"""
        SELECT regexp_replace(no, :number, '') AS start, count(*),
               max(CAST(substring(no FROM '[0-9]+$') AS int)), count(DISTINCT no)
          FROM {entity} GROUP BY start""",
        number=number,
    )
    for start, count, last, different in groups:
        assert count == last == different, start
    kept = books.rows("SELECT sum(last) FROM wy_series WHERE series = :s", s=name)
    assert kept == [(sum(group[1] for group in groups),)]


def test_the_next_receipt_goes_on_from_the_last(books: Books) -> None:
    last = books.one("SELECT max(no) FROM receipt WHERE no LIKE 'SJTH-2026-%'")
    pattern = SERIES["receipt.no"]
    (number,) = take_numbers(
        books.connection, "receipt.no", pattern, values={"estate.office.code": "TH"}, on_date=TODAY
    )
    assert int(number[-7:]) == int(last[-7:]) + 1


def test_about_a_tenth_is_in_arrears_and_of_every_age(books: Books) -> None:
    due = f"state = 'published' AND kind <> 'deposit' AND due_on < DATE '{TODAY}'"
    share = books.money(
        f"SELECT 100 * sum(open) / sum(amount - reduced) FROM receivable WHERE {due}"
    )
    assert 5 < share < 15
    buckets = books.rows(f"""
        SELECT width_bucket(DATE '{TODAY}' - due_on, array[1, 31, 61, 91, 181, 366]), sum(open)
          FROM receivable WHERE open > 0 GROUP BY 1 ORDER BY 1""")
    assert [b for b, _ in buckets] == [0, 1, 2, 3, 4, 5, 6]
    assert min(amount for _, amount in buckets) > 10_000


def test_every_office_is_paid_in_every_month(books: Books) -> None:
    paid = books.rows(f"""
        SELECT o.code, count(DISTINCT date_trunc('month', paid_on)) FROM payment p
        {OFFICE.format("p")} GROUP BY 1 ORDER BY 1""")
    assert paid == [(code, 19) for code in ("BJ", "NH", "TH", "YQ")]
    mean = books.one("""
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY a.on_date - r.bill_on)
          FROM allocation a JOIN receivable r ON r.id = a.receivable_id WHERE a.kind = 'payment'""")
    assert 10 <= mean <= 40


def test_months_are_closed_as_the_product_closes_them(books: Books) -> None:
    closes = books.rows(
        "SELECT id, unit_id, month, closing FROM month_close WHERE state = 'closed'"
    )
    assert len(closes) == 4 * 18
    assert max(close[2] for close in closes) == date(2026, 5, 1)
    for head, office, month, closing in closes:
        lines = {
            row[0]: dict(zip(NAMES, row[1:], strict=True))
            for row in books.rows(
                f"SELECT fee_item_id, {', '.join(NAMES)} FROM month_close_line "
                "WHERE month_close_id = :head", head=head,
            )
        }  # fmt: skip
        assert sum(line["closing"] for line in lines.values()) == closing
        if month in (date(2026, 5, 1), date(2025, 9, 1)):
            last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            assert lines == movements(books.context, office, month, last)


def test_cashier_days_hold_what_was_taken(books: Books) -> None:
    books.none(f"""
        SELECT d.id FROM cashier_day d
          JOIN (SELECT o.id AS unit, p.cashier_id, p.paid_on, sum(w.amount) AS amount
                  FROM payment p {OFFICE.format("p")} JOIN payment_way w ON w.payment_id = p.id
                 GROUP BY 1, 2, 3) s
            ON s.unit = d.unit_id AND s.cashier_id = d.cashier_id AND s.paid_on = d.day
         WHERE d.system <> s.amount OR (d.state = 'closed' AND d.difference <> 0
               AND d.reason IS NULL)""")
    books.none("""
        SELECT d.id FROM cashier_day d JOIN cashier_day_line l ON l.cashier_day_id = d.id
         GROUP BY d.id HAVING d.system <> sum(l.system)
             OR d.counted <> coalesce(sum(l.counted), 0)""")
    waiting = books.rows("""
        SELECT o.code, day FROM cashier_day d JOIN org_unit o ON o.id = d.unit_id
         WHERE d.state = 'open' ORDER BY 2 DESC""")
    assert waiting == [("TH", TODAY), ("NH", TODAY - timedelta(days=1))]


def test_deposits_are_held_until_they_are_given_back(books: Books) -> None:
    books.none("""
        SELECT d.id FROM deposit d JOIN receivable r ON r.id = d.receivable_id
         WHERE d.held + d.forfeited + d.refunded <> r.received""")
    states = {row[0] for row in books.rows("SELECT DISTINCT state FROM deposit")}
    assert states >= {"held", "settled"}


def test_runs_know_what_they_billed(books: Books) -> None:
    books.none("""
        SELECT b.id FROM bill_run b
          LEFT JOIN (SELECT bill_run_id, count(*) AS n, sum(amount) AS amount FROM receivable
                      GROUP BY 1) r ON r.bill_run_id = b.id
         WHERE b.bills <> coalesce(r.n, 0) OR b.amount <> coalesce(r.amount, 0)
            OR b.skipped <> (SELECT count(*) FROM bill_skip s WHERE s.bill_run_id = b.id)""")
    reasons = {row[0] for row in books.rows("SELECT DISTINCT reason FROM bill_skip")}
    assert reasons >= {"AREA_MISSING", "PAYER_MISSING", "PRICE_MISSING", "ZERO"}
    assert books.money("SELECT sum(b.offset) FROM bill_run b") == books.money(
        "SELECT sum(amount) FROM allocation WHERE kind = 'offset'"
    )


def test_this_months_draft_can_be_computed_checked_and_published(books: Books) -> None:
    drafts = books.rows("""
        SELECT o.code, r.id, bills, amount, skipped
          FROM bill_run r JOIN org_unit o ON o.id = r.unit_id
         WHERE r.state = 'draft' ORDER BY o.code DESC""")
    assert [draft[0] for draft in drafts] == ["TH", "BJ"]
    for _, run, *expected in drafts:
        done = computing.generate(books.context, run)
        assert [done["bills"], done["amount"], done["skipped"]] == expected
    _, run, bills, *_ = drafts[-1]
    books.connection.exec_driver_sql(f"UPDATE bill_run SET state = 'checked' WHERE id = {run}")
    assert runs.publish(books.context, run) == bills


def test_first_periods_are_prorated_and_prices_rose(books: Books) -> None:
    assert books.one("""
        SELECT count(*) FROM receivable WHERE kind = 'cyclic' AND months < 1 AND months > 0
           AND extract(day FROM period_from) > 1""") > 50  # fmt: skip
    prices = books.one("""
        SELECT count(DISTINCT r.price) FROM receivable r JOIN estate e ON e.id = r.estate_id
          JOIN fee_item f ON f.id = r.fee_item_id
          LEFT JOIN room_fee l ON l.id = r.room_fee_id
         WHERE e.code = 'CHHY' AND f.code = 'WY01' AND l.price IS NULL""")
    assert prices == 2


def test_area_changes_charge_or_credit_the_difference(books: Books) -> None:
    books.none("""
        SELECT c.id FROM area_change c JOIN area_change_line l ON l.area_change_id = c.id
          LEFT JOIN receivable r ON r.note = c.no AND r.kind = 'difference'
          LEFT JOIN prepayment_txn t ON t.area_change_id = c.id
         GROUP BY c.id HAVING c.difference <> sum(l.difference)
             OR c.difference <> coalesce(max(r.amount), 0) - coalesce(max(t.amount), 0)""")
    books.none("""
        SELECT c.id FROM area_change c JOIN room r ON r.id = c.room_id
         WHERE r.charge_area <> c.new_area""")


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_row_is_one_the_forms_would_have_taken(books: Books, entity: str) -> None:
    fields = catalog().entity(entity).fields
    for field in fields.values():
        if field.type == "choice":
            found = {r[0] for r in books.rows(f'SELECT DISTINCT "{field.name}" FROM {entity}')}
            assert found - {None} <= set(field.options["options"]), field.name
        if field.required and field.type not in ("lines", "link", "choice"):
            missing = f'SELECT count(*) FROM {entity} WHERE "{field.name}" IS NULL'
            assert field.visible_when or not books.one(missing), field.name
    if catalog().entity(entity).scope:
        assert books.one(f"SELECT count(*) FROM {entity} WHERE scope_unit_id IS NULL") == 0


def test_rows_belong_to_the_unit_of_their_estate(books: Books) -> None:
    for entity in ("receivable", "payment", "receipt", "refund", "prepayment_account"):
        books.none(f"""
            SELECT x.id FROM {entity} x JOIN estate e ON e.id = x.estate_id
             WHERE x.scope_unit_id <> e.unit_id""")
    for entity in ("room_fee", "reduction", "notice", "dunning", "deposit", "gift", "bill_skip"):
        books.none(f"""
            SELECT x.id FROM {entity} x JOIN room r ON r.id = x.room_id
              JOIN estate e ON e.id = r.estate_id WHERE x.scope_unit_id <> e.unit_id""")


def test_keys_and_indexes_are_back(books: Books) -> None:
    assert list(plan(books.connection, catalog()).steps) == []


def test_some_rooms_were_forgotten(books: Books) -> None:
    assert 10 < books.one("""
        SELECT count(*) FROM room r WHERE handed_over_on IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM room_fee f WHERE f.room_id = r.id)""") < 60  # fmt: skip
