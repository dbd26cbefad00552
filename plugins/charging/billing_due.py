"""Which periods of which room fees a billing run has to bill, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Integer,
    Numeric,
    Select,
    Table,
    any_,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
)

from plugins.charging import sql_parts as sql
from plugins.charging.sql_parts import Sql
from plugins.charging.terms import AREAS, PriceSpan, Reach, Terms

_IDS = ARRAY(BigInteger())


class BillingContext(Protocol):
    """What a run needs of an extension.Context."""

    @property
    def connection(self) -> Connection:
        """The transaction."""

    @property
    def user_id(self) -> int | None:
        """The acting user."""

    @property
    def now(self) -> Any:
        """The moment."""

    def table(self, entity: str) -> Table:
        """Return the entity's table."""

    def visible(self, entity: str, table: Table | None = None) -> ColumnElement[bool]:
        """Return the predicate of the actor's rows."""

    def formula(self, entity: str, text: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Return a compiled formula."""


def estates_in_reach(context: BillingContext, reach: Reach) -> list[int]:
    """Return the ids of the estates below the run's unit that the actor may see."""
    estate = context.table("estate")
    found = select(estate.c.id).where(
        estate.c.unit_id.in_(_units_below(context, reach.unit_id)),
        context.visible("estate", estate),
    )
    if reach.estate_id is not None:
        found = found.where(estate.c.id == reach.estate_id)
    return list(context.connection.execute(found.order_by(estate.c.id)).scalars())


def _units_below(context: BillingContext, unit_id: int) -> Select[Any]:
    unit = context.table("org_unit")
    below = select(unit.c.id).where(unit.c.id == unit_id).cte("below", recursive=True)
    below = below.union(select(unit.c.id).where(unit.c.parent_id == below.c.id))
    return select(below.c.id)


def due_periods(
    context: BillingContext, reach: Reach, terms: Terms, spans: Sequence[PriceSpan]
) -> CTE:
    """Return one row per room fee and period, cut to the days to charge.

    Days that a live bill covers already are cut off; a period without days left is no row.
    """
    fee, room, estate = (context.table(n) for n in ("room_fee", "room", "estate"))
    prices, cycles = _prices(spans), _cycles(terms, reach, fee)
    billed = _billed_until(context, fee, cycles)
    first, last = _charged_days(terms, fee, cycles, billed)
    bill_on = sql.bill_date(first, last, terms.timing, terms.lead_days, terms.bill_at_month_end)
    source = (
        fee.join(room, room.c.id == fee.c.room_id)
        .join(estate, estate.c.id == room.c.estate_id)
        .join(prices, prices.c.estate_id == estate.c.id)
        .join(cycles, true())
        .outerjoin(billed, true())
    )
    found = select(
        fee.c.id.label("room_fee_id"),
        *_of_room(fee, room, estate, terms),
        *(cycles.c[n] for n in ("anchor", "n", "begin", "finish")),
        *(prices.c[n] for n in ("sinces", "untils", "prices")),
        *(day.label(n) for n, day in (("first", first), ("last", last), ("bill_on", bill_on))),
    ).select_from(source)
    found = found.where(
        fee.c.fee_item_id == terms.id,
        # as the join with the prices has it; said so that a run of one estate reads one estate
        room.c.estate_id == any_(literal(sorted({s.estate_id for s in spans}), _IDS)),
        first <= last,
        bill_on.between(reach.bill_from, reach.bill_to),
        context.visible("room", room),
    )
    if reach.building_id is not None:
        found = found.where(room.c.building_id == reach.building_id)
    # Kept, or every use of a date below would compute it again from its interval.
    return found.cte("due").prefix_with("MATERIALIZED")


def _of_room(fee: Table, room: Table, estate: Table, terms: Terms) -> list[Sql]:
    area = room.c[terms.basis] if terms.basis in AREAS else cast(null(), Numeric())
    return [
        room.c.id.label("room_id"),
        (room.c.state == "closed").label("closed"),
        estate.c.id.label("estate_id"),
        estate.c.unit_id.label("unit_id"),
        func.coalesce(fee.c.payer_id, room.c.payer_id).label("payer_id"),
        fee.c.price.label("agreed"),
        fee.c.coefficient.label("coefficient"),
        fee.c.quantity.label("quantity"),
        area.label("area"),
    ]


def _charged_days(
    terms: Terms, fee: Table, cycles: FromClause, billed: FromClause
) -> tuple[Sql, Sql]:
    starts: list[Sql] = [fee.c.starts_on, sql.days_later(billed.c.until, 1)]
    ends: list[Sql] = [fee.c.ends_on]
    if terms.starts_on:
        starts.append(sql.day(terms.starts_on))
    if terms.ends_on:
        ends.append(sql.day(terms.ends_on))
    # GREATEST and LEAST pass over NULL: no end, nothing billed before.
    first = func.greatest(cycles.c.begin, *starts, type_=Date())
    return first, func.least(cycles.c.finish, *ends, type_=Date())


def _prices(spans: Sequence[PriceSpan]) -> CTE:
    """Give the spans as one row per estate with three arrays, to be joined by hash."""

    def values(name: str, kind: Any) -> ColumnElement[Any]:
        return literal([getattr(s, name) for s in spans], ARRAY(kind))

    names = ("estate_id", "since", "until", "price")
    rows = (
        func.unnest(
            values("estate_id", BigInteger()),
            values("since", Date()),
            values("until", Date()),
            values("price", Numeric()),
        )
        .table_valued(*names)
        .render_derived(name="span")
    )
    kinds: tuple[Any, ...] = (Date(), Date(), Numeric())
    arrays = [
        func.array_agg(rows.c[n], type_=ARRAY(kind)).label(f"{n}s")
        for n, kind in zip(names[1:], kinds, strict=True)
    ]
    return select(rows.c.estate_id, *arrays).group_by(rows.c.estate_id).cte("prices")


def _cycles(terms: Terms, reach: Reach, fee: Table) -> FromClause:
    """Return the uncut periods near the window: begin, finish, and how to count their slots.

    Calendar cycles are the same for all rooms; others hang on the room fee's first day.
    """
    first, last = reach.days(terms)
    months, size = terms.cycle.months, terms.cycle.months or terms.cycle.days
    shared = bool(months) and terms.anchor == "calendar"
    anchor: Sql = sql.day(first.replace(month=1, day=1)) if shared else fee.c.starts_on
    low, high = (_cycle_number(sql.day(x), anchor, months, size) for x in (first, last))
    if not shared:  # the anchor's day may lie later in its month
        low = func.greatest(low - 1, 0)
    number = func.generate_series(low, high).table_valued("n").render_derived(name="cycle").c.n
    later = sql.months_later if months else sql.days_later
    index = cast(number, Integer())
    begin = later(anchor, index * size)
    finish = sql.days_later(later(anchor, (index + 1) * size), -1)
    found = select(
        (begin if shared else anchor).label("anchor"),
        (literal_column("0") if shared else index).label("n"),
        begin.label("begin"),
        finish.label("finish"),
    )
    if not shared:
        return found.lateral("cycles")
    return found.cte("cycles").prefix_with("MATERIALIZED")  # its dates are not for each room


def _cycle_number(value: Sql, anchor: Sql, months: int, size: int) -> Sql:
    if months:
        apart = sql.month_number(value) - sql.month_number(anchor)
    else:
        apart = cast(value.op("-")(anchor), Integer())
    return cast(func.floor(cast(apart, Numeric()) / size), Integer())


def _billed_until(context: BillingContext, fee: Table, cycles: FromClause) -> FromClause:
    """Return the last day of the period that live bills (slot 0) cover already.

    By days and not by equal periods: after a gift, a changed cycle or a changed start no
    day is charged twice.
    """
    bill = context.table("receivable").alias("billed_bill")
    return (
        select(func.max(bill.c.period_to).label("until"))
        .where(
            bill.c.room_fee_id == fee.c.id,
            bill.c.slot == 0,
            bill.c.period_from <= cycles.c.finish,
            bill.c.period_to >= cycles.c.begin,
        )
        .lateral("billed")
    )
