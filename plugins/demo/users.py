"""People who sign in: every job, in every office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from plugins.demo.blueprint import UNITS
from plugins.demo.estate_plans import ESTATES
from plugins.demo.names import given_name, surname

_OFFICE_JOBS = (
    "office_head", "estate_clerk", "customer_service", "cashier", "accountant", "engineer",
    "storekeeper",
)  # fmt: skip
LEAVERS = frozenset({"accountant.yq"})  # so that an approval there finds nobody


@dataclass(frozen=True, slots=True)
class DemoUser:
    """An account to be made; the password is the caller's affair."""

    login: str  # 'cashier.th': the role and the code of the unit
    name: str
    role: str
    unit: str  # code of the org unit the role is given in
    manages: bool = False  # stands as the unit's manager
    has_left: bool = False  # his account is switched off, and nobody has his job yet


def make_users(random: Random) -> list[DemoUser]:
    """Return the accounts, from the head of the group to the guards of each estate."""
    users = [
        _user(random, "executive", "G", manages=True),
        _user(random, "hq_finance", "G"),
        _user(random, "admin", "G"),
    ]
    for unit in UNITS:
        if unit.kind == "branch":
            users.append(_user(random, "branch_manager", unit.code, manages=True))
        elif unit.kind == "office":
            users += [
                _user(random, role, unit.code, manages=role == "office_head")
                for role in _OFFICE_JOBS
            ]
    users += [_user(random, "guard", estate.code) for estate in ESTATES]
    users.append(_user(random, "hq_operations", "G"))  # last: the others keep their names
    return [replace(one, has_left=one.login in LEAVERS) for one in users]


def _user(random: Random, role: str, unit: str, *, manages: bool = False) -> DemoUser:
    male = random.random() < 0.5
    born = random.randrange(1968, 2000)
    name = surname(random) + given_name(random, male=male, born=born)
    return DemoUser(f"{role}.{unit.lower()}", name, role, unit, manages)
