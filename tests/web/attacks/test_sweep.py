"""Every route there is, with what a hostile user sends: a new one is swept by itself."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.web.attacks.conftest import SECRET, Theirs
from tests.web.bazaar_app import Bazaar, Person

# Each route, and what a visitor gets: 'in' to sign in first, '401' as a program, 'open' an answer.
ROUTES: dict[str, str] = {
    **dict.fromkeys(
        ("AuthDBView.login", "AuthDBView.logout", "LocaleView.index", "healthz", "static",
         "appbuilder.static", "SecurityApi.login", "SecurityApi.refresh"), "open"),
    **dict.fromkeys(
        ("api.openapi", "api.index", "api.list_records", "api.create", "api.get", "api.change",
         "api.delete", "api.bulk", "api.press", "api.look_up", "api.comments", "api.comment",
         "api.reveal", "api.upload", "api.file", "api.flow_actions", "api.flow_bulk",
         "api.flow_case", "api.flow_command", "api.flow_counts", "api.flow_end_proxy",
         "api.flow_file", "api.flow_give_proxy", "api.flow_handover", "api.flow_list",
         "api.flow_monitor", "api.flow_people", "api.flow_proxies", "api.flow_start",
         "api.flow_start_file",
         "api.flow_times", "ApiKeyApi.create_api_key",
         "ApiKeyApi.list_api_keys", "ApiKeyApi.get_api_key", "ApiKeyApi.revoke_api_key"), "401"),
    **dict.fromkeys(
        ("HomeView.index", "UtilView.back", "administration.grants", "administration.give",
         "administration.take_back", "administration.rights", "documents.print_records",
         "documents.print_job", "exporting.export_list", "exporting.download",
         "importing.upload", "importing.columns", "importing.back", "importing.commit",
         "importing.past", "importing.take_back", "importing.errors", "importing.preview",
         "importing.download_template",
         "flows.inbox", "flows.bulk", "flows.watch", "flows.handover", "flows.standing_proxies",
         "flows.end_proxy", "flows.people", "flows.start", "flows.case", "flows.command",
         "flows.migrate",
         "inbox.messages", "inbox.open_message", "inbox.read_all", "jobs.job_list",
         "jobs.job_page", "jobs.cancel", "jobs.retry", "screens.list_page",
         "screens.record_page", "screens.edit_cell", "screens.comment", "screens.delete_record",
         "screens.edit_record", "screens.attach", "screens.history", "screens.mentions",
         "screens.move_card", "screens.restore", "screens.reveal", "screens.why",
         "screens.bulk_edit", "screens.bulk_delete", "screens.press_button",
         "screens.look_up_for_button", "screens.look_up", "screens.new_record",
         "screens.save_view", "screens.delete_view", "screens.file", "screens.old_home",
         "screens.plugin_screen", "screens.search", "ResetMyPasswordView.this_form_get",
         "ResetMyPasswordView.this_form_post", "ResetPasswordView.this_form_get",
         "ResetPasswordView.this_form_post", "UserInfoEditView.this_form_get",
         "UserInfoEditView.this_form_post", "UserDBModelView.userinfo",
         "UserStatsChartView.chart"), "in"),
    **{f"{view}.{name}": "in" for view in ("UserDBModelView", "UserGroupModelView",
                                           "RoleModelView")
       for name in ("action", "action_post", "add", "delete", "download", "edit", "list",
                    "show")},
}  # fmt: skip
SAFE = {"GET", "HEAD", "OPTIONS"}
PAUSED = {"AuthDBView.logout", "LocaleView.index"}  # they end or change what the sweep needs
HUGE = "9" * 40
QUERIES: list[dict[str, str]] = [
    {"where": "().__class__.__bases__ == 1", "sort": "__class__", "as": "calendar"},
    {"where": "(" * 3_000, "cols": "created_by.password,__dict__", "month": "²²²²-01"},
    {"where": "today() + 999999999999 == created_at", "as": "calendar", "month": "9999-12"},
    {"q": "a\0b", "sort": "id; drop table customer", "page": HUGE, "size": "-1"},
    {"f.created_at.from": "0000-00-00", "f.created_at": "²", "f.id": HUGE, "after": "W10="},
    {"entity": "__class__", "ids": f"0,-1,{HUGE},²", "name": "x", "url": "//evil.example"},
    {"next": "//evil.example", "lang": "xx", "view": "9" * 30, "role": "'; --", "by": "\ud800"},
    {"columns": "*," * 900, "totals": "__class__", "unit": HUGE, "print": "1", "pk": "x"},
]
FORMS: list[dict[str, str]] = [
    {},
    {"name": "a\0b", "unit": HUGE, "text": "\0", "query": "\0", "_version": "²", "action": "x"},
    {"name": "x" * 100_000, "text": "@" * 100_000, "ids": HUGE, "user": "²", "value": "\0"},
    {"_request": "x" * 5_000, "_version": HUGE, "lines.0.id": "²", "about": "1", "rowid": "x",
     "about.entity": "__class__", "parts.999999999.name": "x", "next": "//evil.example"},
]  # fmt: skip
BODIES: list[bytes] = [
    b"", b"null", b"[]", b'"x"', b"1e999", b"\xff\xfe", b'{"a":' * 50_000, b"[" * 50_000,
    json.dumps({"ids": [2**70, None, "x"], "values": [], "ask": 1, "text": ["x"]}).encode(),
    json.dumps({"ids": [True], "__class__": {"__init__": 1}, "name": "\ud800"}).encode(),
    json.dumps({"created_by": 1, "scope_unit": 1, "version": "²", "text": "a\0"}).encode(),
    json.dumps({"name": "x", "expires_on": "99999-01-01", "scopes": {"a": 1}}).encode(),
]  # fmt: skip
UPLOADS = [
    ("../../etc/passwd", b"x"),
    ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("a\0.png", b"\x89PNG"),
    ("x" * 5_000 + ".xlsx", b"PK\x03\x04"),
]


@pytest.fixture(scope="module")
def attackers(shop: Bazaar) -> list[Person]:
    """The clerk of another office, and somebody without any role."""
    return [Person(shop.app, "cora"), Person(shop.app, "nemo")]


def rules(shop: Bazaar) -> list[Rule]:
    return sorted(shop.app.url_map.iter_rules(), key=lambda one: one.rule)


def addresses(rule: Rule, theirs: Theirs) -> list[str]:
    """Return the route's address for a record of the west, and for what is no record."""
    own = {
        "entity": "customer", "record_id": str(theirs.customer), "audit_id": str(theirs.audit),
        "file_id": str(theirs.file), "field": "phone", "button": "ready", "kind": "xlsx",
        "name": "bazaar_tests.counter" if rule.rule.startswith("/s/") else "list.customer",
    }  # fmt: skip
    ghosts = {
        "entity": "__class__", "record_id": HUGE, "field": "__dict__", "button": "__init__",
        "name": "delete", "pk": "%00", "kind": "exe", "filename": "..%2f..%2fmodels.yaml",
    }  # fmt: skip
    return [_filled(rule, {"": "1", **values}) for values in (own, ghosts)] + [
        _filled(rule, {"": "٣", **own, "entity": "order_line"})
    ]


def _filled(rule: Rule, values: dict[str, str]) -> str:
    def value(place: re.Match[str]) -> str:
        name = place.group(1).rpartition(":")[2]
        return values.get(name, values[""])

    return re.sub(r"<([^>]+)>", value, rule.rule)


def attacks(rule: Rule, address: str) -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = []
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        if method in SAFE:
            found += [(method, f"{address}?{urlencode(q, errors='surrogatepass')}", {})
                      for q in QUERIES]  # fmt: skip
            continue
        found += [(method, address, {"data": dict(form)}) for form in FORMS]
        found += [(method, address, {"data": body, "content_type": "application/json"})
                  for body in BODIES]  # fmt: skip
        found += [(method, address, {"data": {"file": (io.BytesIO(content), name),
                                              "files": (io.BytesIO(content), name),
                                              "entity": "customer", "field": "portrait"}})
                  for name, content in UPLOADS]  # fmt: skip
    return found


def test_every_route_is_known_here(shop: Bazaar) -> None:
    """A new route is first written down with what a visitor gets; then it is swept."""
    assert {rule.endpoint for rule in rules(shop)} == set(ROUTES)


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_a_visitor_gets_nothing_but_the_door(shop: Bazaar, theirs: Theirs, endpoint: str) -> None:
    visitor = shop.app.test_client()
    for rule in shop.app.url_map.iter_rules(endpoint):
        for address in addresses(rule, theirs):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                answer = visitor.open(address, method=method)

                told = f"{method} {address}: {answer.status_code}"
                assert answer.status_code < 500, told
                assert SECRET.encode() not in answer.data, told
                if answer.status_code in (404, 405, 308):
                    continue  # an address that is none
                if ROUTES[endpoint] == "401":
                    assert answer.status_code == 401, told
                elif ROUTES[endpoint] == "in":
                    assert answer.status_code == 302, told
                    assert answer.headers["Location"].startswith("/login/"), told


@pytest.mark.parametrize("endpoint", sorted(set(ROUTES) - PAUSED))
def test_no_attack_breaks_a_route_or_shows_another_office(
    shop: Bazaar, theirs: Theirs, attackers: list[Person], endpoint: str
) -> None:
    rows = [("customer", theirs.customer), ("order", theirs.order), ("order_line", theirs.line)]
    before = [shop.row(*one) for one in rows]
    for person in attackers:
        for rule in shop.app.url_map.iter_rules(endpoint):
            for address in addresses(rule, theirs):
                for method, url, sent in attacks(rule, address):
                    answer = _open(person, method, url, sent)

                    _judge(answer, f"{person.login} {method} {url[:200]} {str(sent)[:200]}")
    assert [shop.row(*one) for one in rows] == before


def _open(person: Person, method: str, url: str, sent: dict[str, Any]) -> TestResponse:
    headers = {"Accept-Language": "en", "X-CSRFToken": person._token}
    return person.client.open(url, method=method, headers=headers, **sent)


def _judge(answer: TestResponse, told: str) -> None:
    text = answer.data.decode(errors="replace")
    assert answer.status_code < 500, f"{told}: {answer.status_code} {text[-500:]}"
    assert SECRET not in text, told
    assert "Traceback" not in text, told
    if answer.status_code >= 400:
        assert len(text) > 20, f"{told}: {answer.status_code} says nothing"
    elif answer.status_code >= 300:
        target = answer.headers["Location"]
        assert not re.match(r"(//|/\\|[a-z]+:)", target.removeprefix("http://localhost")), told
    elif "/static/" not in told and "/lang/" not in told:
        assert re.search("private|no-store", answer.headers.get("Cache-Control", "")), told


@pytest.mark.parametrize("endpoint", sorted(n for n, kind in ROUTES.items() if kind != "open"))
def test_nothing_is_done_without_the_form_token(
    shop: Bazaar, theirs: Theirs, endpoint: str
) -> None:
    root = shop.person("root")
    for rule in shop.app.url_map.iter_rules(endpoint):
        for method in sorted((rule.methods or set()) - SAFE):
            for address in addresses(rule, theirs):
                with shop.counted() as statements:
                    answer = root.client.open(address, method=method, data={"name": "forged"})

                told = f"{method} {address}: {answer.status_code}"
                assert answer.status_code in (400, 404, 405, 308), told
                assert not any(
                    s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
                    for s in statements
                ), told
