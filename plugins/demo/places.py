"""The company's tree, its estates, buildings, floors and rooms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from plugins.demo.blueprint import DISTRICTS, LAYOUTS, UNITS, Block, Estate, Position
from plugins.demo.estate_plans import ESTATES
from plugins.demo.ledger import Ledger, Row
from plugins.estate.hotspots import arrange, in_rows
from plugins.estate.numbering import (
    Place,
    SkipList,
    floor_label,
    floors,
    room_number,
    search_key,
)

_CENT = Decimal("0.01")
_NAMES = {"villa": "{}區", "tower": "{}座", "mall": "{}座商場"}
_SUMMED_UP_LATER = dict.fromkeys(
    ("land_area", "built_area", "green_area", "plot_ratio", "households")
)
# Days since those got their keys who have only just moved in, or decorate.
_LATELY = {"handed_over": (2, 150), "decorating": (12, 330)}
_SOME_DAYS = 420  # within which an owner comes for his key


@dataclass(frozen=True, slots=True)
class Made:
    """An estate that was made, with what its rooms need."""

    plan: Estate
    row: Row
    layouts: dict[str, int]


def make_places(ledger: Ledger, random: Random, today: date) -> list[Made]:
    """Write the tree, the dictionaries and all estates with their rooms."""
    units = _make_units(ledger)
    districts = {
        code: ledger.add("district", code=code, name=name, city=city)["id"]
        for code, name, city in DISTRICTS
    }
    layouts = _make_layouts(ledger)
    made = []
    for plan in ESTATES:
        row = _make_estate(ledger, plan, units, districts)
        made.append(Made(plan, row, layouts))
        site = Site(ledger, random, today, made[-1])
        for position, (block, number) in enumerate(_buildings(plan)):
            site.build(block, number, position)
        _sum_up(ledger, row)
        _make_plan(ledger, row)
    return made


def _make_units(ledger: Ledger) -> dict[str, int]:
    ids: dict[str, int] = {}
    for unit in UNITS:
        row = ledger.add(
            "org_unit",
            code=unit.code,
            name=unit.name,
            short_name=unit.short,
            kind=unit.kind,
            parent=ids.get(unit.parent),
            address=unit.address,
            phone=unit.phone,
            print_name=unit.print_name,
        )
        ids[unit.code] = row["id"]
    return ids


def _make_layouts(ledger: Ledger) -> dict[str, int]:
    kind = ledger.add("dict_type", code="room_layout", name="戶型", note="房間的戶型")
    return {
        name: ledger.add("dict_item", dict_type=kind["id"], code=f"L{n:02}", name=name, position=n)[
            "id"
        ]
        for n, name in enumerate(LAYOUTS, start=1)
    }


def _make_estate(
    ledger: Ledger, plan: Estate, units: dict[str, int], districts: dict[str, int]
) -> Row:
    unit = _make_estate_unit(ledger, plan, units[plan.office])
    return ledger.add(
        "estate",
        code=plan.code,
        name=plan.name,
        short_name=plan.short,
        office=units[plan.office],
        unit=unit,
        scope_unit=unit,
        kind=plan.kind,
        district=districts[plan.district],
        address=plan.address,
        service_phone=plan.phone,
        developer=plan.developer,
        completed_on=plan.completed,
        handed_over_on=plan.handed_over,
        taken_over_on=plan.handed_over,
        parking_spaces=plan.parking,
        room_pattern=plan.pattern,
        state="active",
        **_SUMMED_UP_LATER,
    )


def _make_estate_unit(ledger: Ledger, plan: Estate, office: int) -> int:
    row = ledger.add(
        "org_unit",
        code=plan.code,
        name=plan.name,
        short_name=plan.short,
        kind="estate",
        parent=office,
        address=plan.address,
        phone=plan.phone,
        print_name=None,
    )
    return int(row["id"])


def _buildings(plan: Estate) -> Iterator[tuple[Block, str]]:
    for block in plan.blocks:
        for number in block.numbers:
            yield block, number


@dataclass(frozen=True, slots=True)
class Site:
    """Builds the buildings of one estate."""

    ledger: Ledger
    random: Random
    today: date
    made: Made

    def build(self, block: Block, number: str, position: int) -> None:
        """Write a building with its stairwells, floors and rooms."""
        plan, estate = self.made.plan, self.made.row
        building = self.ledger.add(
            "building",
            scope_unit=estate["unit"],
            estate=estate["id"],
            no=number,
            name=_NAMES.get(block.kind, "{}棟").format(number),
            position=position,
            kind=block.kind,
            structure=block.structure,
            street_no=f"{plan.address} {number}",
            floors_above=max(0, block.floors[1]),
            floors_below=-min(0, block.floors[0]),
            lifts=block.lifts,
            completed_on=plan.completed,
            area=None,
        )
        stairs = self._stairs(building, block)
        levels = self._floors(building, block)
        if block.has_rooms:
            building["area"] = self._rooms(block, building, stairs, levels)

    def _stairs(self, building: Row, block: Block) -> dict[str, int | None]:
        """Return the stairwells' ids by number; '' alone for a building that has none."""
        if not block.units:
            return {"": None}
        found: dict[str, int | None] = {}
        for n in range(1, block.units + 1):
            row = self.ledger.add(
                "building_unit",
                scope_unit=building["scope_unit"],
                building=building["id"],
                no=str(n),
                name=f"{n}單元",
                lifts=block.lifts // block.units,
            )
            found[str(n)] = row["id"]
        return found

    def _floors(self, building: Row, block: Block) -> dict[int, int]:
        levels = floors(*block.floors, SkipList(block.skip_floors))
        return {
            level: self.ledger.add(
                "floor",
                scope_unit=building["scope_unit"],
                building=building["id"],
                no=level,
                label=floor_label(level),
            )["id"]
            for level in levels
        }

    def _rooms(
        self, block: Block, building: Row, stairs: dict[str, int | None], levels: dict[int, int]
    ) -> Decimal:
        """Write the rooms; return their built area together, ㎡."""
        total = Decimal(0)
        for unit, unit_id in stairs.items():
            for level, floor_id in levels.items():
                for n, position in enumerate(block.positions, start=1):
                    place = Place(building["no"], unit, level, n)
                    where = {"building_unit": unit_id, "floor": floor_id}
                    self._room(block, building, place, position, where)
                    total += Decimal(position.built)
        return total

    def _room(
        self, block: Block, building: Row, place: Place, position: Position, where: Row
    ) -> None:
        full_no = room_number(self.made.plan.pattern, place)
        self.ledger.add(
            "room",
            scope_unit=building["scope_unit"],
            estate=self.made.row["id"],
            building=building["id"],
            floor_no=place.floor,
            no=f"{place.room:02}",
            full_no=full_no,
            search_key=search_key(full_no, place.building, place.unit),
            kind=block.room_kind,
            layout=self.made.layouts[position.layout],
            orientation=position.orientation,
            payer=None,
            **where,
            **_areas(position),
            **_state(self.random, self.today, self.made.plan),
        )


def _areas(position: Position) -> dict[str, Any]:
    built = Decimal(position.built)
    inner = (built * Decimal(position.inner_rate)).quantize(_CENT, ROUND_HALF_UP)
    return {
        "built_area": built,
        "inner_area": inner,
        "shared_area": built - inner,
        "charge_area": built,
        "fee_coefficient": Decimal(1),
    }


def _state(random: Random, today: date, plan: Estate) -> dict[str, Any]:
    if random.random() < plan.unsold:
        return {"state": "unsold", "handed_over_on": None}
    (state,) = random.choices(list(plan.states), list(plan.states.values()))
    if state in _LATELY:
        handed_over = today - timedelta(days=random.randrange(*_LATELY[state]))
        return {"state": state, "handed_over_on": max(plan.handed_over, handed_over)}
    # Most come in the first weeks; a few wait for more than a year.
    waited = timedelta(days=int(_SOME_DAYS * random.random() ** 3))
    return {"state": state, "handed_over_on": min(plan.handed_over + waited, today)}


def _sum_up(ledger: Ledger, estate: Row) -> None:
    rooms = [row for row in ledger.all("room") if row["estate"] == estate["id"]]
    built = sum((row["built_area"] for row in rooms), Decimal(0))
    estate["households"] = len(rooms)
    estate["built_area"] = (built * Decimal("1.08")).quantize(_CENT, ROUND_HALF_UP)
    ratio = Decimal("0.8") if any(row["kind"] == "villa" for row in rooms) else Decimal("3.2")
    estate["plot_ratio"] = ratio
    estate["land_area"] = (estate["built_area"] / ratio).quantize(_CENT, ROUND_HALF_UP)
    estate["green_area"] = (estate["land_area"] * Decimal("0.35")).quantize(_CENT, ROUND_HALF_UP)


def _make_plan(ledger: Ledger, estate: Row) -> None:
    ids = [row["id"] for row in ledger.all("building") if row["estate"] == estate["id"]]
    ledger.add(
        "plan_image",
        scope_unit=estate["unit"],
        estate=estate["id"],
        name=f"{estate['name']}總平面圖",
        hotspots=[spot.to_json() for spot in arrange("building", in_rows(ids, 6))],
    )
