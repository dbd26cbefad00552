"""Area changes and transfers of ownership as documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from plugins.demo.company import Company
from plugins.demo.history.books import Bill
from plugins.demo.history.bulk import line
from plugins.demo.history.days import HOUR, iso
from plugins.demo.history.extras import Extras
from plugins.demo.history.resurveys import Resurvey
from plugins.demo.history.writing import STAMPS, Writer

_KEPT = 6  # transfers with a document


def sold_lately(company: Company, first: date) -> dict[int, tuple[int, int]]:
    """Return by room the last day and the id of the owner who sold it since then."""
    payers = {row["id"]: row["payer"] for row in company.rows["room"]}
    gone = {
        row["room"]: (row["end_on"].toordinal(), row["owner"])
        for row in company.rows["room_owner"]
        if row["primary"] and row["end_on"] and row["end_on"] >= first
    }
    now = {
        row["room"]: row["owner"]
        for row in company.rows["room_owner"]
        if row["primary"] and row["end_on"] is None
    }
    return {room: sale for room, sale in gone.items() if payers[room] == now.get(room)}


@dataclass
class Changes:
    """Writes area changes with their bills and credits, and transfers."""

    writer: Writer
    company: Company

    def bill(self, found: Sequence[Resurvey], extras: Extras, bills: Mapping[int, Bill]) -> None:
        """Number the changes; bill what comes on top. `bills` are by temporary key."""
        for change in found:
            code = self.writer.site(change.room["estate"]).code
            day = change.approved.toordinal()
            change.no = self.writer.numbers.take("area_change.no", code, day)
            fen = int(change.difference * 100)
            if fen > 0:
                made = extras.bill(change.room, "WY01", "difference", day, fen, 30)
                made.first, made.last = change.days
                made.note = change.no
                made.snapshot = json.dumps({
                    "area_change": change.no, "old_area": str(change.old_area),
                    "new_area": str(change.new_area),
                    "bills": [bills[row["key"]].no for row in change.lines],
                })  # fmt: skip

    def write_areas(self, found: Sequence[Resurvey], extras: Extras, bills: Mapping[int, Bill],
                    ) -> None:  # fmt: skip
        """Write the area changes and what they made of each bill."""
        further = {bill.note: bill.id for bill in extras.books.bills if bill.kind == "difference"}
        self.writer.copy("area_change", _CHANGE, map(self._change, found))
        lines = [(change, row) for change in found for row in change.lines]
        self.writer.copy("area_change_line", _LINE, (
            line(
                n, change.id, bills[row["key"]].id, row["fee_item"], row["period_from"],
                row["period_to"], row["months"], row["difference"],
                "billed" if change.no in further else "credited", further.get(change.no),
            )
            for n, (change, row) in enumerate(lines, start=1)
        ))  # fmt: skip

    def _change(self, change: Resurvey) -> str:
        site = self.writer.site(change.room["estate"])
        head = self.writer.places.user("office_head", site.office_code)
        clerk = self.writer.places.user("estate_clerk", site.office_code)
        stamps = self.writer.stamps((change.approved.toordinal(), 10 * HOUR), clerk)
        return line(
            change.id, change.no, change.room["id"], "charge_area", change.old_area,
            change.new_area, change.effective, "不動產測繪成果複核，按實測面積更正", "approved",
            change.difference, head, stamps[0], site.unit, *stamps,
        )  # fmt: skip

    def write_transfers(self, sold: Mapping[int, tuple[int, int]]) -> None:
        """Write the documents of the last transfers."""
        rooms = {row["id"]: row for row in self.company.rows["room"]}
        latest = sorted(sold.items(), key=lambda s: (s[1][0], s[0]))[-_KEPT:]
        self.writer.copy("owner_change", _TRANSFER, self._transfers(latest, rooms))

    def _transfers(
        self, latest: Sequence[tuple[int, tuple[int, int]]], rooms: Mapping[int, dict[str, int]]
    ) -> Iterator[str]:
        for count, (room, (last, owner)) in enumerate(latest, start=1):
            site = self.writer.site(rooms[room]["estate"])
            no = self.writer.numbers.take("owner_change.no", "", last + 1)
            head = self.writer.places.user("office_head", site.office_code)
            clerk = self.writer.places.user("estate_clerk", site.office_code)
            stamps = self.writer.stamps((last + 1, 15 * HOUR), clerk)
            yield line(
                count, no, room, "whole", owner, rooms[room]["payer"], iso(last + 1), True,
                "refund", True, "二手買賣過戶", "approved", head, stamps[0], site.unit, *stamps,
            )  # fmt: skip


def credits_of(found: Sequence[Resurvey]) -> Iterator[tuple[tuple[int, int], tuple[int, int, int]]]:
    """Yield (payer, estate) and (day, fen, area change) of what is given back."""
    for change in found:
        fen = int(change.difference * 100)
        if fen < 0:
            key = (change.room["payer"], change.room["estate"])
            yield key, (change.approved.toordinal(), -fen, change.id)


_CHANGE = (
    "id", "no", "room", "kind", "old_area", "new_area", "effective_on", "reason", "state",
    "difference", "approved_by", "approved_at", "scope_unit", *STAMPS,
)  # fmt: skip
_LINE = (
    "id", "area_change", "bill", "fee_item", "period_from", "period_to", "months", "difference",
    "outcome", "further_bill",
)  # fmt: skip
_TRANSFER = (
    "id", "no", "room", "extent", "old_owner", "new_owner", "effective_on", "arrears_settled",
    "prepaid", "move_payer", "reason", "state", "approved_by", "approved_at", "scope_unit",
    *STAMPS,
)  # fmt: skip
