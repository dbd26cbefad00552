"""What each due period costs, or why it costs nothing, in SQL (rules.md 2, M1-M6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    FromClause,
    Integer,
    Numeric,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
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
    """Return the due periods with amount, months, raw, low and high price, pieces and reason.

    `reason` is NULL for those to bill, else a code of bill_skip; an amount of 0 has none yet.
    Full periods at one price, which most are, take a way of their own without any slots.

    Raises:
        Invalid: the item's formula is wrong.
    """
    cut = _cut_periods(context, terms, due)
    if terms.basis == "formula":
        found: Any = cut
    else:
        plain = _is_plain(due)
        found = union_all(_full_periods(terms, due).where(plain), cut.where(not_(plain)))
    return found.cte("priced").prefix_with("MATERIALIZED")  # type: ignore[no-any-return]


def _is_plain(due: CTE) -> Sql:
    """Tell whether a period is a full one at one price."""
    one_price = or_(due.c.agreed.is_not(null()), func.cardinality(due.c.prices) == 1)
    return and_(due.c.first == due.c.begin, due.c.last == due.c.finish, one_price)


def _full_periods(terms: Terms, due: CTE) -> Select[Any]:
    """Price × basis × months, all of them finite decimals: rounding needs no division."""
    price = cast(func.coalesce(due.c.agreed, due.c.prices[1]), Numeric())
    basis, months = _basis(terms, due), max(terms.cycle.months, 1)
    raw = price * basis * sql.number(months // terms.months_per_price)
    piece = func.concat(
        '[{"from": "', due.c.first, '", "to": "', due.c.last, '", "price": ', price, "}]",
        type_=String(),
    )  # fmt: skip
    return select(
        *due.c,
        sql.number(months).label("months"),
        price.label("low_price"),
        price.label("high_price"),
        piece.label("pieces"),
        basis.label("basis"),
        sql.round_finite(func.greatest(raw, 0), terms.rounding).label("amount"),
        raw.label("raw"),
        _reason(terms, due, price.is_(null())).label("reason"),
    )


def _cut_periods(context: BillingContext, terms: Terms, due: CTE) -> Select[Any]:
    """Price a period slot by slot and price by price (rules.md 4)."""
    piece = _piece(terms, due)
    value, source = _value(context, terms, due, piece)
    sums = _sums(piece, value)
    basis, whole = _basis(terms, due), sql.whole_units(terms.cycle)
    denominator = whole * terms.months_per_price
    if terms.basis == "formula" and terms.formula_is_whole:
        denominator = 1
    numerator = sums.c.weighted * basis
    amount = sql.round_exactly(func.greatest(numerator, 0), denominator, terms.rounding)
    invalid = None
    if terms.basis == "formula":
        # A negative answer is no charge either; NULL comes of a missing area or of ÷ 0.
        invalid = or_(sums.c.without_value, sums.c.weighted < 0)
    return select(
        *due.c,
        func.round(cast(sums.c.units, Numeric()) / sql.number(whole), 8).label("months"),
        sums.c.low_price,
        sums.c.high_price,
        cast(sums.c.pieces, String()).label("pieces"),
        basis.label("basis"),
        amount.label("amount"),
        func.trim_scale(func.round(numerator / sql.number(denominator), 10)).label("raw"),
        _reason(terms, due, sums.c.without_price, invalid).label("reason"),
    ).select_from(source.join(sums, true()))


def _span(due: CTE) -> Any:
    """Return the price versions of a due slot as rows."""
    versions = func.unnest(due.c.sinces, due.c.untils, due.c.prices)
    return versions.table_valued("since", "until", "price").render_derived(name="span")


def _piece(terms: Terms, due: CTE) -> _Piece:
    span = _span(due)
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


def _sums(piece: _Piece, value: Sql) -> FromClause:
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
        .where(piece.inside)
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


def _reason(terms: Terms, due: CTE, without_price: Sql, invalid: Sql | None = None) -> Sql:
    tests: list[tuple[Any, str]] = [
        (due.c.closed, "ROOM_CLOSED"),
        (due.c.payer_id.is_(null()), "PAYER_MISSING"),
    ]
    if terms.basis in AREAS:
        tests.append((or_(due.c.area.is_(null()), due.c.area <= 0), "AREA_MISSING"))
    if terms.basis != "formula" or "price" in terms.formula:
        tests.append((without_price, "PRICE_MISSING"))
    if invalid is not None:
        tests.append((invalid, "FORMULA_INVALID"))
    return case(*((test, literal(code, String())) for test, code in tests), else_=null())


def skip_reason(rows: CTE) -> Sql:
    """Return why a priced row is no bill."""
    return func.coalesce(rows.c.reason, literal("ZERO", String()), type_=String())


def is_billable(rows: CTE) -> Any:
    """Keep the priced rows that become bills."""
    return and_(rows.c.reason.is_(null()), func.coalesce(rows.c.amount, 0) > 0)
