"""Who is where: what documents ask of estates, rooms and accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plugins.demo.company import Company


@dataclass(frozen=True, slots=True)
class Site:
    """An estate as documents need it."""

    id: int
    code: str
    unit: int
    office: int
    office_code: str


@dataclass(frozen=True, slots=True)
class Places:
    """The estates, and who works for them."""

    sites: Mapping[int, Site]  # by estate
    offices: Mapping[int, str]  # code by id
    branches: Mapping[str, str]  # code of the branch by that of the office
    users: Mapping[str, int]  # id by login

    def user(self, role: str, office: str) -> int | None:
        """Return who holds a job in an office."""
        return self.users.get(f"{role}.{office.lower()}")

    def approver(self, office: str, fen: int) -> int | None:
        """Return who may approve a reduction of that much."""
        if fen <= 50_000:
            return self.user("office_head", office)
        if fen <= 500_000:
            return self.user("branch_manager", self.branches[office])
        return self.user("hq_finance", "G")


def places_of(company: Company, users: Mapping[str, int]) -> Places:
    """Look the places of a company up."""
    units = {row["id"]: row for row in company.rows["org_unit"]}
    offices = {row["id"]: row["code"] for row in units.values() if row["kind"] == "office"}
    sites = {
        row["id"]: Site(row["id"], row["code"], row["unit"], row["office"], offices[row["office"]])
        for row in company.rows["estate"]
    }
    branches = {code: units[units[office]["parent"]]["code"] for office, code in offices.items()}
    return Places(sites, offices, branches, users)
