"""What the OpenAPI document says of approvals: well formed, true, and no more than one may."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from engine.flows.needs import COMMANDS
from tests.web.office_app import Office
from tests.web.test_api_description import _DOCUMENT, references, schemas, validator
from tests.web.test_api_records import PNG

MENDS = {"/flows/monitor", "/flows/monitor/times", "/flows/handover"}


def described(office: Office, login: str) -> dict[str, Any]:
    return dict(office.caller(login)("GET", "/openapi.json").json)


def flow_paths(office: Office, login: str) -> dict[str, Any]:
    paths = described(office, login)["paths"]
    return {path: one for path, one in paths.items() if path.startswith("/flows/")}


@pytest.mark.parametrize("login", ["adm", "cat", "ann", "zoe", "out"])
def test_the_document_is_well_formed(office: Office, login: str) -> None:
    found = described(office, login)

    jsonschema.validate(found, _DOCUMENT)
    for schema in (*schemas(found["paths"]), *found["components"]["schemas"].values()):
        Draft202012Validator.check_schema(schema)
    for reference in references(found):
        assert reference.rsplit("/", 1)[1] in found["components"]["schemas"]
    for path, operations in found["paths"].items():
        named = {p["name"] for p in operations.get("parameters", ())}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    operations = [o for p in found["paths"].values() for m, o in p.items() if m != "parameters"]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))


def test_it_offers_only_what_its_reader_may_do(office: Office) -> None:
    ann, cat, out = (flow_paths(office, login) for login in ("ann", "cat", "out"))
    assert set(cat) >= MENDS | {"/flows/{case_id}/terminate", "/flows/{case_id}/migrate"}
    assert not MENDS & set(ann)
    assert "/flows/{case_id}/terminate" not in ann
    assert "/flows/{case_id}/approve" in ann
    assert "/flows/start/request/{record_id}/submit" in ann
    assert not any(path.startswith("/flows/start/") for path in out)


def test_every_route_of_approvals_is_described(office: Office) -> None:
    paths = flow_paths(office, "adm")
    rules = [r for r in office.app.url_map.iter_rules() if r.endpoint.startswith("api.flow_")]
    said = set()
    for rule in rules:
        path = rule.rule.removeprefix("/api/v1").replace("<int:", "{").replace(">", "}")
        path = path.replace("<entity}", "request").replace("<action}", "submit")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            names = COMMANDS if "<command}" in path else ("",)
            said |= {(path.replace("<command}", name), method.lower()) for name in names}
    assert {(p, m) for p, m in said if m not in paths.get(p, {})} == set()


class Calls:
    """Calls what is described, and holds the answers against it."""

    def __init__(self, office: Office, login: str) -> None:
        self.office, self.login = office, login
        self.document = described(office, login)
        self.called: set[tuple[str, str]] = set()

    def __call__(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        ask = self.office.caller(self.login)
        data, numbers = given.pop("data", None), given.pop("numbers", {})
        query = given.pop("query", "")
        address = path.format(**numbers) + query
        answer = ask(method, address, body, **({"data": data} if data else {}))
        operation = self.document["paths"][path][method.lower()]
        told = f"{method} {address}: {answer.text[:400]}"
        assert answer.status_code < 300, told
        if body is not None:
            sent = operation["requestBody"]["content"]["application/json"]["schema"]
            assert list(validator(self.document, sent).iter_errors(body)) == [], told
        schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]
        errors = validator(self.document, schema["schema"]).iter_errors(answer.json)
        assert [(e.json_path, e.message[:200]) for e in errors] == [], told
        self.called.add((path, method.lower()))
        return answer.json


def started(call: Calls, office: Office, **values: Any) -> int:
    record = office.request(by="ann", **values)
    numbers = {"record_id": record}
    path = "/flows/start/request/{record_id}"
    call("GET", path, numbers=numbers)
    call("POST", f"{path}/submit", {"preview": True}, numbers=numbers)
    made = call("POST", f"{path}/submit", {"comment": "please"}, numbers=numbers)
    return int(made["case"])


def test_each_call_is_answered_as_it_is_described(office: Office) -> None:
    """The administrator starts and mends; what only others may do is asked as them below."""
    call, users = Calls(office, "adm"), office.users
    case = started(call, office)
    at = {"case_id": case}

    def do(name: str, **body: Any) -> None:
        call("POST", f"/flows/{{case_id}}/{name}", body, numbers=at)

    file = call("POST", "/flows/{case_id}/files", data=form(), numbers=at)["id"]
    do("comment", comment="see", attachments=[file])
    do("copy", users=[users["lia"]])
    do("urge")
    do("suspend")
    do("resume")
    office.do("zoe", case, "approve", values={"approved_amount": "5"})
    call("GET", "/flows/{case_id}", numbers=at)
    do("jump", target="both")
    do("hand_over", leaver=users["leo"], users=[users["bob"]])
    do("force", mode="approved")
    call("GET", "/flows/monitor", query="?size=2")
    call("GET", "/flows/monitor", query="?show=ended")
    call("GET", "/flows/monitor/times")
    do("withdraw")
    call("GET", "/flows/{case_id}", numbers=at)
    call("POST", "/flows/handover", {"leaver": users["leo"], "heir": users["lia"]})
    for query in ("", "?list=done", "?list=started&size=1", "?list=copies"):
        call("GET", "/flows/", query=query)
    call("GET", "/flows/counts")
    call("GET", "/flows/people", query="?q=a")
    day = str(office.today + timedelta(days=300))
    wish = {"proxy": users["bob"], "from": day, "to": day, "flows": ["chosen"], "reason": "x"}
    number = call("POST", "/flows/proxies", wish)["id"]
    call("GET", "/flows/proxies")
    call("POST", "/flows/proxies/{proxy_id}/end", numbers={"proxy_id": number})
    other = started(call, office)
    call("POST", "/flows/{case_id}/terminate", {"comment": "x"}, numbers={"case_id": other})
    assert len(call.called) > 20


def form() -> dict[str, Any]:
    return {"file": (io.BytesIO(PNG), "a.png")}


def test_what_approvers_call_is_answered_as_it_is_described(office: Office) -> None:
    users, case = office.users, office.submitted()
    calls = {login: Calls(office, login) for login in ("zoe", "fin", "lia", "pam", "gus", "ann")}
    at = {"case_id": case}

    def do(login: str, name: str, **body: Any) -> None:
        calls[login]("POST", f"/flows/{{case_id}}/{name}", body, numbers=at)

    calls["zoe"]("GET", "/flows/{case_id}", numbers=at)
    do("zoe", "delegate", users=[users["lia"]])
    do("zoe", "recall")
    do("zoe", "add_sign", users=[users["lia"], users["wes"]], mode="with")
    do("zoe", "remove_sign", tasks=[office.task("wes", case)])
    do("lia", "transfer", users=[users["wes"]])
    do("zoe", "return", target="initiator", comment="why?", mode="again")
    do("ann", "resubmit", values={"title": "Better"})
    calls["ann"]("GET", "/flows/{case_id}", numbers=at)
    do("zoe", "approve", values={"approved_amount": "5"}, task=office.task("zoe", case))
    do("fin", "claim")
    do("fin", "release")
    do("fin", "approve")
    do("fin", "take_back")
    do("fin", "approve", chosen={})
    do("pam", "abstain", comment="not mine")
    office.do("leo", case, "approve")
    tasks = [office.task("gus", case)]
    calls["gus"]("GET", "/flows/")
    calls["gus"]("POST", "/flows/bulk", {"tasks": tasks, "preview": True})
    calls["gus"]("POST", "/flows/bulk", {"tasks": tasks, "comment": "yes"})
    case = at["case_id"] = office.submitted()
    do("zoe", "reject", comment="no")
