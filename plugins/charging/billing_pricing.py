"""What each due period costs, or why it costs nothing, in SQL (rules.md 2, M1-M6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    FromClause,
    Integer,
    Numeric,
    String,
    Table,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from plugins.charging import sql_parts as sql
from plugins.charging.billing_due import BillingContext
from plugins.charging.sql_parts import Sql
from plugins.charging.terms import AREAS, Terms

FORMULA_NAMES = ("price", "R", "area", "I", "U", "F", "C", "X", "L", "N", "months", "days")
"""Variables of a charge formula (rules.md 2), besides the fields of the room."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One price inside one slot of one period."""

    source: FromClause
    inside: Sql  # condition: the piece has days
    first: Sql
    last: Sql
    days: Sql
    units: Sql
    price: Sql


def priced(context: BillingContext, terms: Terms, due: CTE) -> CTE:
    """Return the due periods with amount, units, raw, low and high price, pieces and reason.

    `reason` is NULL for those to bill, else a code of bill_skip.

    Raises:
        Invalid: the item's formula is wrong.
    """
    piece = _piece(terms, due)
    value, source = _value(context, terms, due, piece)
    plain = _is_plain(terms, due)
    sums = _sums(piece, value, plain)
    totals = _totals(terms, due, sums, plain)
    basis = _basis(terms, due)
    denominator = sql.whole_units(terms.cycle) * terms.months_per_price
    if terms.basis == "formula" and terms.formula_is_whole:
        denominator = 1
    numerator = totals["weighted"] * basis
    amount = sql.round_exactly(func.greatest(numerator, 0), denominator, terms.rounding)
    found = select(
        *due.c,
        *(value.label(name) for name, value in totals.items()),
        basis.label("basis"),
        amount.label("amount"),
        (numerator / sql.number(denominator)).label("raw"),
        _reason(terms, due, totals, amount).label("reason"),
    ).select_from(source.join(sums, true()))
    return found.cte("priced").prefix_with("MATERIALIZED")


def _piece(terms: Terms, due: CTE) -> _Piece:
    span = (
        func.unnest(due.c.sinces, due.c.untils, due.c.prices)
        .table_valued("since", "until", "price")
        .render_derived(name="span")
    )
    begin: Sql = due.c.begin
    finish: Sql = due.c.finish
    source: FromClause = span
    months = terms.cycle.months
    if months > 1:
        start = due.c.n * months
        slots = func.generate_series(start, start + months - 1).table_valued("n")
        slot = slots.render_derived(name="slot")
        index = cast(slot.c.n, Integer())
        begin = sql.months_later(due.c.anchor, index)
        finish = sql.days_later(sql.months_later(due.c.anchor, index + 1), -1)
        source = span.join(slot, true())
    slot_first, slot_last = func.greatest(begin, due.c.first), func.least(finish, due.c.last)
    covered = sql.days_in(slot_first, slot_last)
    first, last = func.greatest(slot_first, span.c.since), func.least(slot_last, span.c.until)
    days = sql.days_in(first, last)
    share = sql.share_units(covered, sql.days_in(begin, finish), terms.proration, terms.cycle)
    return _Piece(
        source,
        first <= last,
        first,
        last,
        days,
        func.div(share * days, cast(covered, Numeric()), type_=Numeric()),
        cast(func.coalesce(due.c.agreed, span.c.price), Numeric()),
    )


def _is_plain(terms: Terms, due: CTE) -> Sql:
    """Tell whether a period is a full one at one price: most are, and need no slots."""
    if terms.basis == "formula":
        return false()
    one_price = or_(due.c.agreed.is_not(null()), func.cardinality(due.c.prices) == 1)
    return and_(due.c.first == due.c.begin, due.c.last == due.c.finish, one_price)


def _totals(terms: Terms, due: CTE, sums: FromClause, plain: Sql) -> dict[str, Sql]:
    """Return units, weighted, low and high price, missing values and pieces of a period."""
    price = cast(func.coalesce(due.c.agreed, due.c.prices[1]), Numeric())
    whole = sql.number(sql.whole_units(terms.cycle) * max(terms.cycle.months, 1))
    described = func.jsonb_build_array(
        func.jsonb_build_object("from", due.c.first, "to", due.c.last, "price", price),
        type_=JSONB(),
    )
    full: dict[str, Sql] = {
        "units": whole,
        "weighted": whole * price,
        "low_price": price,
        "high_price": price,
        "without_price": price.is_(null()),
        "without_value": price.is_(null()),
        "pieces": described,
    }
    return {name: case((plain, value), else_=sums.c[name]) for name, value in full.items()}


def _sums(piece: _Piece, value: Sql, plain: Sql) -> FromClause:
    described = func.jsonb_build_object(
        "from", piece.first, "to", piece.last, "price", piece.price, type_=JSONB()
    )
    return (
        select(
            func.sum(piece.units, type_=Numeric()).label("units"),
            func.sum(value, type_=Numeric()).label("weighted"),
            func.min(piece.price, type_=Numeric()).label("low_price"),
            func.max(piece.price, type_=Numeric()).label("high_price"),
            func.bool_or(piece.price.is_(null())).label("without_price"),
            func.bool_or(value.is_(null())).label("without_value"),
            func.jsonb_agg(described, type_=JSONB()).label("pieces"),
        )
        .select_from(piece.source)
        .where(not_(plain), piece.inside)
        .lateral("sums")
    )


def _value(
    context: BillingContext, terms: Terms, due: CTE, piece: _Piece
) -> tuple[Sql, FromClause]:
    """Return what is summed over the pieces, and where the rows come from."""
    if terms.basis != "formula":
        return piece.units * piece.price, due
    room = context.table("room")
    compiled = context.formula("room", terms.formula, dict.fromkeys(FORMULA_NAMES))
    names = _variables(context, terms, due, piece, room)
    value, rooms = compiled.sql(room, names)
    value = cast(value, Numeric())
    if not terms.formula_is_whole:
        value = value * piece.units
    return value, due.join(rooms, room.c.id == due.c.room_id)


def _variables(
    context: BillingContext, terms: Terms, due: CTE, piece: _Piece, room: Table
) -> dict[str, Sql]:
    """Return the names of a formula; those it does not use cost nothing."""
    neighbour, building, estate = (
        context.table(n).alias(f"of_{n}") for n in ("room", "building", "estate")
    )
    of_unit = neighbour.c.building_unit_id == room.c.building_unit_id
    of_building = neighbour.c.building_id == room.c.building_id

    def one(column: Any, condition: Any) -> Sql:
        return cast(select(column).where(condition).scalar_subquery(), Numeric())

    whole = sql.number(sql.whole_units(terms.cycle))
    months = piece.units / whole * max(terms.cycle.months and 1, 1)
    return {
        "price": piece.price,
        "R": cast(room.c.charge_area, Numeric()),
        "area": cast(room.c.charge_area, Numeric()),
        "I": cast(room.c.inner_area, Numeric()),
        "U": one(func.sum(neighbour.c.built_area), of_unit),
        "F": one(building.c.area, building.c.id == room.c.building_id),
        "C": one(estate.c.built_area, estate.c.id == room.c.estate_id),
        "X": cast(func.coalesce(due.c.coefficient, room.c.fee_coefficient, 1), Numeric()),
        "L": cast(room.c.floor_no, Numeric()),
        "N": one(func.count(neighbour.c.id), of_building),
        "months": months,
        "days": cast(piece.days, Numeric()),
    }


def _basis(terms: Terms, due: CTE) -> Sql:
    factor = func.coalesce(due.c.coefficient, 1, type_=Numeric())
    if terms.basis in AREAS:
        return cast(due.c.area * factor, Numeric())
    if terms.basis == "fixed":
        return cast(due.c.quantity * factor, Numeric())
    return sql.number(1)


def _reason(terms: Terms, due: CTE, totals: dict[str, Sql], amount: Sql) -> Sql:
    tests: list[tuple[Any, str]] = [
        (due.c.closed, "ROOM_CLOSED"),
        (due.c.payer_id.is_(null()), "PAYER_MISSING"),
    ]
    if terms.basis in AREAS:
        tests.append((or_(due.c.area.is_(null()), due.c.area <= 0), "AREA_MISSING"))
    if terms.basis != "formula" or "price" in terms.formula:
        tests.append((totals["without_price"], "PRICE_MISSING"))
    if terms.basis == "formula":
        # A negative answer is no charge either; NULL comes of a missing area or of ÷ 0.
        tests.append((or_(totals["without_value"], totals["weighted"] < 0), "FORMULA_INVALID"))
    tests.append((func.coalesce(amount, 0) <= 0, "ZERO"))
    return case(*((test, literal(code, String())) for test, code in tests), else_=null())


def is_billable(rows: CTE) -> Any:
    """Keep the priced rows that become bills."""
    return and_(rows.c.reason.is_(null()), rows.c.amount > 0)
