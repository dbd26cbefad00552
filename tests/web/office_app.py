"""The company of the flow scenarios as an application: people decide over the API, on screens."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from engine.access import NewUser, create_users, ensure_access, sync_rights
from engine.loading import catalog_from_texts
from engine.metadata import Catalog
from engine.storage import Tables, tables_of
from engine.storage.apply import apply
from engine.storage.database import engine_for
from engine.storage.flow_tables import (
    wy_flow_case,
    wy_flow_definition,
    wy_flow_task,
    wy_flow_visit,
)
from engine.web.app import create_app
from tests.flows.company import fill, people_now, texts
from tests.web.bazaar_app import Bazaar
from tests.web.company_app import FAST, PASSWORD, close, config
from tests.web.test_api_records import PNG

# zoe has no role at all: what she is asked is all she sees.
STANDARD = """
flow: standard
title: {zh_Hant: 申請審批, en: Approval of requests}
for: request
subject: "{title} {amount}"
rules: {comment: on_negative, admin: [user:cat, user:max]}
steps:
  - step: look
    title: {zh_Hant: 初審, en: First look}
    who: user:zoe
    hide: [special_terms, proof, lines]
    edit: [approved_amount, papers]
    require: [approved_amount]
    can: [reject, return, transfer, delegate, add_sign, remove_sign, cc]
  - {step: pool, who: role:finance, sign: claim}
  - step: both
    who: [user:leo, user:pam]
    sign: {at_least: 1, refuse: when_lost}
    can: [reject, return, abstain]
  - {step: gm, who: user:gus}
"""
CHOSEN = """
flow: chosen
title: Memo
for: memo
steps:
  - step: named
    title: {zh_Hant: 經辦, en: Handler}
    who: chosen_by:initiator
    edit: [amount]
  - step: two
    title: {zh_Hant: 覆核, en: Check}
    when: amount >= 100
    who: chosen_by:previous
    sign: {at_least: 2}
  - {step: last, when: amount >= 100, who: chosen_by:previous, nobody: skip}
"""
MORE_FIELDS = """
      proof: {type: image, label: {zh_Hant: 憑證, en: Proof}}
      papers: {type: file, multiple: true, label: {zh_Hant: 文件, en: Papers}}
      phone: {type: phone, mask: phone, label: {zh_Hant: 電話, en: Phone}}
"""
MORE_RIGHTS = """
    attachments: true
    comments: true
    buttons:
      raise: {label: {zh_Hant: 提價, en: Raise}, set: {amount: "amount + 1"}, bulk: true}
    rights:
      staff: [read, create, change, delete, export, history, comment, attach, bulk, import, raise]
"""


@cache
def office() -> Catalog:
    """Return the catalog of the scenarios with files, a mask, a button and two flows."""
    files = dict(texts())
    module = files["models/requests.yaml"]
    can = "read, create, change, delete, export, history, comment, attach"
    own = f"    rights:\n      staff: [{can}]\n"
    note = "      note: {type: long_text,"
    assert own in module
    assert note in module
    module = module.replace(own, MORE_RIGHTS.lstrip("\n"), 1)
    files["models/requests.yaml"] = module.replace(note, MORE_FIELDS.lstrip("\n") + note, 1)
    flows = {"workflows/standard.yaml": STANDARD, "workflows/chosen.yaml": CHOSEN}
    return catalog_from_texts({**files, **flows})


@cache
def tables() -> Tables:
    return tables_of(office())


MORE_PEOPLE: dict[str, dict[str, list[int]]] = {
    "out": {},  # takes part in nothing
    "max": {},  # mends the flow of requests, with no right to any
    "lim": {"staff": [5]},  # of the legal department only
}


class Office(Bazaar):
    """The application, and what tests do with its approvals."""

    users: dict[str, int]

    @property
    def today(self) -> date:
        """The date in the company's zone."""
        return datetime.now(ZoneInfo(office().product.time_zone)).date()

    def row(self, entity: str, record_id: int) -> dict[str, Any] | None:
        table = tables().table(entity)
        found = self.query(select(table).where(table.c.id == record_id))
        return dict(found[0]._mapping) if found else None

    def request(self, by: str = "ann", **values: Any) -> int:
        """Create a request; return its number."""
        given = {"title": "A request", "unit": 3, "amount": "10", **values}
        return int(self.caller(by).create("request", **given)["id"])

    def submitted(self, by: str = "ann", **values: Any) -> int:
        """Create a request and hand it in; return the number of its case."""
        record = self.request(by, **values)
        answer = self.caller(by)("POST", f"/flows/start/request/{record}/submit", {})
        assert answer.status_code == 201, answer.text
        return int(answer.json["case"])

    def do(self, login: str, case: int, command: str, status: int = 200, **body: Any) -> Any:
        """Carry out a command; return the answer."""
        answer = self.caller(login)("POST", f"/flows/{case}/{command}", body)
        assert answer.status_code == status, f"{login} {command}: {answer.text}"
        return answer.json

    def case(self, login: str, case: int) -> dict[str, Any]:
        answer = self.caller(login)("GET", f"/flows/{case}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def follow(self, case: int, flow: str, older: str, **steps: str) -> None:
        """Let a case follow an older text of its flow, in which steps (new=old) were called so."""
        row = {"flow": flow, "file": f"workflows/{flow}.yaml", "text": older,
               "digest": hashlib.sha256(older.encode()).hexdigest()}  # fmt: skip
        mine = wy_flow_visit.c.case_id == case
        with self.engine.begin() as connection:
            made = insert(wy_flow_definition).values(row).on_conflict_do_nothing()
            connection.execute(made)
            kept = select(wy_flow_definition.c.id).where(
                wy_flow_definition.c.digest == row["digest"]
            )
            values = {"definition_id": connection.scalar(kept)}
            connection.execute(update(wy_flow_case).where(wy_flow_case.c.id == case).values(values))
            for new, old in steps.items():
                visit = update(wy_flow_visit).where(mine, wy_flow_visit.c.node == new)
                connection.execute(visit.values(node=old))

    def record_of(self, case: int) -> int:
        query = select(wy_flow_case.c.record_id).where(wy_flow_case.c.id == case)
        return int(self.query(query)[0][0])

    def task(self, login: str, case: int) -> int:
        """Return the id of somebody's newest task in a case."""
        query = select(wy_flow_task.c.id).where(
            wy_flow_task.c.case_id == case, wy_flow_task.c.user_id == self.users[login]
        )
        return int(self.query(query.order_by(wy_flow_task.c.no.desc()))[0][0])

    def open(self, case: int) -> list[str]:
        """Return who is asked now, as step/login."""
        names = {number: login for login, number in self.users.items()}
        query = select(wy_flow_task.c.step, wy_flow_task.c.user_id).where(
            wy_flow_task.c.case_id == case, wy_flow_task.c.state == "open"
        )
        found = self.query(query.order_by(wy_flow_task.c.no))
        return [f"{row.step}/{names[row.user_id]}" for row in found]

    def upload(self, login: str, case: int, name: str = "a.png", content: bytes = PNG) -> int:
        """Keep a file for a decision; return its number."""
        form = {"file": (io.BytesIO(content), name)}
        answer = self.caller(login)("POST", f"/flows/{case}/files", data=form)
        assert answer.status_code == 201, answer.text
        return int(answer.json["id"])


@contextmanager
def open_office(new_database: Callable[[], str]) -> Iterator[Office]:
    """Give the application over a database of its own."""
    url = new_database()
    engine = engine_for(url)
    with engine.begin() as connection:
        ensure_access(connection)
        apply(connection, office(), author="test")
        sync_rights(connection, office())
        fill(connection)
        people = [
            NewUser(login=login, name=f"{login.title()} Tester", password=PASSWORD, roles=roles)
            for login, roles in MORE_PEOPLE.items()
        ]
        create_users(connection, people, method=FAST)
        users = people_now(connection)
    engine.dispose()
    app = create_app(office(), database_url=url, config=config(LISTEN_FOR_RELEASES=False))
    found = Office(app)
    found.users = dict(users)
    yield found
    close(app)
