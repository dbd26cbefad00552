"""An employee for each account, with who is whose manager; and groups of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from plugins.demo.blueprint import UNITS
from plugins.demo.company import Company
from plugins.demo.estate_plans import ESTATES
from plugins.demo.identifiers import mobile
from plugins.demo.ledger import Row
from plugins.demo.users import DemoUser

_POSTS = {
    "hq_finance": "finance",
    "hq_operations": "operations",
    "admin": "it",
}  # others have the role's name
_YEARS_OF_SERVICE = 12
_GONE = 20  # days since a leaver's last one
GROUPS = (
    ("tender", "招標評審小組", ("executive", "hq_finance", "branch_manager")),
    ("refund", "退款覆核小組", ("hq_finance", "accountant")),
    ("safety", "安全生產小組", ("office_head", "engineer")),
)


def staff_rows(company: Company, user_ids: Mapping[str, int]) -> dict[str, list[Row]]:
    """Return the rows by entity."""
    users = [one for one in company.users if one.login in user_ids]
    return {"employee": _employees(company, users, user_ids), **_groups(users, user_ids)}


def _employees(
    company: Company, users: Sequence[DemoUser], user_ids: Mapping[str, int]
) -> list[Row]:
    random = Random(company.seed)  # one of its own: the rest of the company stays as it was
    units = {row["code"]: row["id"] for row in company.rows["org_unit"]}
    numbers = {one.login: n for n, one in enumerate(users, start=1)}
    heads = {one.unit: one.login for one in users if one.manages}
    rows = []
    for one in users:
        unit, boss = units[one.unit], _manager(one, heads)
        served = timedelta(days=random.randrange(90, _YEARS_OF_SERVICE * 365))
        rows.append(
            {
                "id": numbers[one.login],
                "scope_unit": unit,
                "no": f"HY{numbers[one.login]:04}",
                "name": one.name,
                "account": user_ids[one.login],
                "unit": unit,
                "manager": numbers.get(boss),
                "position": _POSTS.get(one.role, one.role),
                "phone": mobile(random),
                "email": f"{one.login}@example.com",
                "hired_on": company.today - served,
                "state": "left" if one.has_left else "on_duty",
                "left_on": company.today - timedelta(days=_GONE) if one.has_left else None,
                "note": None,
            }
        )
    return rows


def _manager(user: DemoUser, heads: Mapping[str, str]) -> str:
    """Return who heads his unit, or the nearest unit above that he does not head himself."""
    above = {one.code: one.parent for one in UNITS} | {one.code: one.office for one in ESTATES}
    unit = user.unit
    while unit and heads.get(unit, user.login) == user.login:
        unit = above.get(unit, "")
    return heads.get(unit, "")


def _groups(users: Sequence[DemoUser], user_ids: Mapping[str, int]) -> dict[str, list[Row]]:
    groups: list[Row] = []
    members: list[Row] = []
    for number, (code, name, roles) in enumerate(GROUPS, start=1):
        groups.append({"id": number, "code": code, "name": name, "note": None})
        for one in users:
            if one.role in roles:
                members.append(
                    {
                        "id": len(members) + 1,
                        "work_group": number,
                        "member": user_ids[one.login],
                        "note": None,
                    }
                )
    return {"work_group": groups, "work_group_member": members}
