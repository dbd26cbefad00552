"""Approvals over REST: the lists, one case, every command, starting, proxies, the monitor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.flows.needs import COMMANDS
from tests.web.company_app import PASSWORD
from tests.web.office_app import STANDARD, Office


def offered(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["command"]: one for one in case["can"]}


def listed(office: Office, login: str, query: str = "") -> list[int]:
    answer = office.caller(login)("GET", f"/flows/?{query}")
    assert answer.status_code == 200, answer.text
    return [one["case"] for one in answer.json["items"]]


def test_a_request_is_taken_from_hand_to_hand_to_its_end(office: Office) -> None:
    record = office.request(amount="25")
    ask = office.caller("ann")
    before = ask("POST", f"/flows/start/request/{record}/submit", {"preview": True}).json
    assert before["can"]
    assert [one["step"] for one in before["coming"]] == ["look", "pool", "both", "gm"]
    assert [p["name"] for p in before["coming"][0]["people"]] == ["Zoe Tester"]
    case = ask("POST", f"/flows/start/request/{record}/submit", {"comment": "please"}).json["case"]

    assert office.open(case) == ["look/zoe"]
    office.do("zoe", case, "approve", values={"approved_amount": "20"}, comment="20 will do")
    office.do("fin", case, "claim")
    office.do("fin", case, "approve")
    office.do("pam", case, "approve")
    done = office.do("gus", case, "approve")

    assert done["status"] == "approved"
    row = office.row("request", record)
    assert row is not None
    assert (row["state"], str(row["approved_amount"])) == ("approved", "20.00")
    found = office.case("ann", case)
    assert [e["command"] for e in found["log"]] == [
        "submit", "approve", "claim", "approve", "approve", "approve"]  # fmt: skip
    assert found["log"][1]["changes"] == {"approved_amount": [None, "20.00"]}
    assert found["log"][1]["by"]["name"] == "Zoe Tester"
    assert found["log"][1]["comment"] == "20 will do"
    assert found["can"] == []
    assert found["record"]["state"] == "approved"


def test_a_case_says_who_holds_it_and_what_the_caller_can_do(office: Office) -> None:
    case = office.submitted()
    found = office.case("zoe", case)

    can = offered(found)
    assert set(can) >= {"approve", "reject", "return", "transfer", "delegate", "add_sign", "copy"}
    assert can["approve"] == {
        "command": "approve", "task": office.task("zoe", case), "values": True}  # fmt: skip
    assert can["reject"]["comment"]
    assert can["return"]["targets"] == ["initiator"]
    assert can["add_sign"]["modes"] == ["before", "after", "with"]
    assert (can["transfer"]["users"], can["copy"]["users"]) == ("one", "many")
    assert found["edit"] == ["approved_amount", "papers"]
    assert found["require"] == ["approved_amount"]
    assert [one["step"] for one in found["coming"]] == ["pool", "both", "gm"]
    (task,) = found["steps"][0]["tasks"]
    assert (task["person"]["name"], task["state"]) == ("Zoe Tester", "open")
    assert task["since"]
    assert [node["id"] for node in found["map"]] == ["look", "pool", "both", "gm"]
    assert set(offered(office.case("ann", case))) == {"withdraw", "urge", "copy", "comment"}
    assert set(offered(office.case("cat", case))) >= {"terminate", "suspend", "jump", "force"}


def test_the_four_lists_with_filters_and_pages(office: Office) -> None:
    first = office.submitted(title="Blue paper")
    second = office.submitted(title="Green paper")

    assert listed(office, "zoe", "size=2") == [second, first]
    assert listed(office, "zoe", "q=blue") == [first]
    assert listed(office, "zoe", "flow=chosen") == []
    assert listed(office, "zoe", "overdue=1") == []
    assert listed(office, "ann", "list=started&size=2") == [second, first]
    page = office.caller("zoe")("GET", "/flows/?size=1").json
    assert [one["case"] for one in page["items"]] == [second]
    assert listed(office, "zoe", f"size=1&before={page['next']}") == [first]
    waiting = office.caller("zoe")("GET", "/flows/counts").json["todo"]
    office.do("zoe", second, "approve", values={"approved_amount": "1"})
    assert office.caller("zoe")("GET", "/flows/counts").json["todo"] == waiting - 1
    assert listed(office, "zoe", "list=done&size=1") == [second]
    office.do("ann", first, "copy", users=[office.users["lia"]])
    copy = office.caller("lia")("GET", "/flows/?list=copies").json["items"][0]
    assert (copy["case"], copy["is_new"]) == (first, True)
    office.case("lia", first)
    assert not office.caller("lia")("GET", "/flows/?list=copies").json["items"][0]["is_new"]


def test_hands_change_and_come_back(office: Office) -> None:
    users, case = office.users, office.submitted()
    office.do("zoe", case, "delegate", users=[users["lia"]], comment="what do you say?")
    assert office.open(case) == ["look/lia"]
    office.do("zoe", case, "recall")
    office.do("zoe", case, "add_sign", users=[users["wes"], users["lia"]], mode="before")
    assert office.open(case) == ["look/wes", "look/lia"]
    removable = offered(office.case("ann", case))
    assert "remove_sign" not in removable
    office.do("wes", case, "approve", values={"approved_amount": "3"})
    office.do("lia", case, "approve")
    office.do("zoe", case, "transfer", users=[users["lim"]], comment="yours")
    assert office.open(case) == ["look/lim"]
    office.do("lim", case, "return", target="initiator", comment="what for?")
    assert office.open(case) == ["resubmit/ann"]
    office.do("ann", case, "resubmit", values={"title": "Better"})
    assert office.open(case) == ["look/lim"]  # who had it is asked again
    office.do("lim", case, "reject", comment="no")
    row = office.row("request", office.record_of(case))
    assert row is not None
    assert (row["state"], row["title"]) == ("rejected", "Better")


def test_added_signers_are_removed_by_their_tasks(office: Office) -> None:
    users, case = office.users, office.submitted()
    office.do("zoe", case, "add_sign", users=[users["wes"], users["lia"]], mode="with")
    can = offered(office.case("zoe", case))
    assert can["remove_sign"]["tasks"] == [office.task("wes", case), office.task("lia", case)]
    office.do("zoe", case, "remove_sign", tasks=[office.task("wes", case)])
    assert office.open(case) == ["look/zoe", "look/lia"]


def test_a_pool_is_claimed_put_back_and_a_decision_taken_back(office: Office) -> None:
    case = office.submitted()
    office.do("zoe", case, "approve", values={"approved_amount": "3"})
    office.do("fay", case, "claim")
    assert office.open(case) == ["pool/fay"]
    office.do("fay", case, "release")
    assert office.open(case) == ["pool/fay", "pool/fin", "pool/fox"]
    office.do("fox", case, "approve")
    assert office.open(case) == ["both/leo", "both/pam"]
    office.do("fox", case, "take_back")
    assert "pool/fox" in office.open(case)
    office.do("fox", case, "approve")
    office.do("leo", case, "abstain", comment="not mine to judge")
    assert office.open(case) == ["both/pam"]
    office.do("ann", case, "urge")
    office.do("ann", case, "comment", comment="any news?")
    office.do("ann", case, "withdraw")
    assert office.case("ann", case)["status"] == "withdrawn"


def test_who_mends_the_flow_suspends_jumps_forces_and_ends_it(office: Office) -> None:
    case = office.submitted()
    office.do("cat", case, "suspend")
    assert office.case("zoe", case)["suspended"]
    assert set(offered(office.case("zoe", case))) == set()
    office.do("cat", case, "resume")
    office.do("cat", case, "jump", target="both")
    assert office.open(case) == ["both/leo", "both/pam"]
    office.do("cat", case, "hand_over", leaver=office.users["leo"], users=[office.users["lia"]])
    assert office.open(case) == ["both/pam", "both/lia"]
    office.do("cat", case, "force", mode="approved")
    assert office.open(case) == ["gm/gus"]
    office.do("cat", case, "terminate", comment="enough")
    assert office.case("cat", case)["status"] == "terminated"


def test_people_are_named_for_a_step_that_found_nobody(office: Office) -> None:
    ask = office.caller("ann")
    memo = ask.create("memo", title="Whom?")["id"]
    before = ask("POST", f"/flows/start/memo/{memo}/submit", {"preview": True}).json
    assert (before["coming"][0]["chosen_by"], before["coming"][0]["nobody"]) == ("initiator", True)
    case = ask("POST", f"/flows/start/memo/{memo}/submit", {}).json["case"]
    assert office.case("ann", case)["steps"][0]["held"]
    office.do("adm", case, "assign", users=[office.users["fox"]])
    assert office.open(case) == ["named/fox"]
    named = ask.create("memo", title="You")["id"]
    chosen = {"chosen": {"named": [office.users["lia"]]}}
    case = ask("POST", f"/flows/start/memo/{named}/submit", chosen).json["case"]
    assert office.open(case) == ["named/lia"]


def test_what_a_record_can_be_told_to_do(office: Office) -> None:
    record = office.request()
    where = f"/flows/start/request/{record}"
    (submit,) = office.caller("ann")("GET", where).json["items"]
    assert (submit["action"], submit["can"], submit["asks_people"]) == ("submit", True, True)
    office.caller("ann")("POST", f"{where}/submit", {})
    (submit,) = office.caller("ann")("GET", where).json["items"]
    assert (submit["can"], submit["code"]) == (False, "already_running")
    assert submit["why_not"] == "An approval of this record is running already."


def test_many_are_approved_at_once_after_a_preview(office: Office) -> None:
    cases = [office.submitted(title=f"Many {n}") for n in range(3)]
    for case in cases:
        office.do("zoe", case, "approve", values={"approved_amount": "1"})
        office.do("fin", case, "approve")
        office.do("pam", case, "approve")
    mine = [office.task("gus", case) for case in cases]
    strange = office.task("zoe", cases[0])
    body = {"tasks": [*mine, strange, 10**15], "comment": "all right"}
    shown = office.caller("gus")("POST", "/flows/bulk", {**body, "preview": True}).json
    assert sorted(one["task"] for one in shown["tasks"]) == mine
    assert shown["gone"] == [strange, 10**15]
    assert office.open(cases[0]) == ["gm/gus"]
    done = office.caller("gus")("POST", "/flows/bulk", body).json
    assert done == {"approved": mine, "refused": [], "gone": [strange, 10**15]}
    assert [office.case("ann", case)["status"] for case in cases] == ["approved"] * 3


def test_of_many_one_that_is_refused_keeps_nobody_back(office: Office) -> None:
    cases = [office.submitted(title=f"Needs a figure {n}", approved_amount=a)
             for n, a in enumerate((None, "5"))]  # fmt: skip
    tasks = [office.task("zoe", case) for case in cases]
    done = office.caller("zoe")("POST", "/flows/bulk", {"tasks": tasks}).json
    assert done["approved"] == [tasks[1]]
    assert [one["task"] for one in done["refused"]] == [tasks[0]]
    assert done["refused"][0]["code"] == "required"
    assert office.open(cases[0]) == ["look/zoe"]
    assert "look/zoe" not in office.open(cases[1])


def test_a_proxy_is_given_used_and_ended(office: Office) -> None:
    ask, today = office.caller("gus"), office.today
    wish = {"proxy": office.users["wes"], "from": str(today), "to": str(today + timedelta(days=3)),
            "flows": ["standard"], "reason": "on leave"}  # fmt: skip
    number = ask("POST", "/flows/proxies", wish).json["id"]
    (kept,) = [one for one in ask("GET", "/flows/proxies").json["items"] if one["id"] == number]
    assert (kept["state"], kept["mine"], kept["proxy"]["name"]) == ("in_force", True, "Wes Tester")
    case = office.submitted()
    office.do("cat", case, "jump", target="gm")
    office.do("wes", case, "approve")
    entry = office.case("ann", case)["log"][-1]
    assert (entry["by"]["name"], entry["on_behalf_of"]["name"]) == ("Wes Tester", "Gus Tester")
    assert office.caller("wes")("POST", f"/flows/proxies/{number}/end").status_code == 404
    assert ask("POST", f"/flows/proxies/{number}/end").json == {"ended": number}
    assert ask("POST", f"/flows/proxies/{number}/end").status_code == 404


def test_the_monitor_is_for_who_mends_the_flow(office: Office) -> None:
    case = office.submitted()
    shown = office.caller("cat")("GET", "/flows/monitor?size=1").json
    assert [one["case"] for one in shown["items"]] == [case]
    assert [h["person"]["name"] for h in shown["items"][0]["holders"]] == ["Zoe Tester"]
    assert shown["counts"]["running"] >= 1
    assert shown["next"] == case
    older = office.caller("cat")("GET", f"/flows/monitor?size=200&before={case}").json["items"]
    assert all(one["case"] < case for one in older)
    office.do("zoe", case, "approve", values={"approved_amount": "1"})
    times = office.caller("cat")("GET", "/flows/monitor/times").json["items"]
    assert {"look"} <= {one["step"] for one in times}
    office.do("cat", case, "terminate", comment="x")
    ended = office.caller("cat")("GET", "/flows/monitor?show=ended&size=1").json["items"]
    assert [one["case"] for one in ended] == [case]
    for path in ("/flows/monitor", "/flows/monitor/times", "/flows/monitor?flow=chosen"):
        who = "ann" if "chosen" not in path else "cat"
        answer = office.caller(who)("GET", path)
        assert (answer.status_code, answer.json["error"]["code"]) == (403, "not_admin")


def test_a_leaver_is_handed_over_in_the_flows_one_mends(office: Office) -> None:
    case = office.submitted()
    office.do("cat", case, "jump", target="both")
    body = {"leaver": office.users["leo"], "heir": office.users["bob"]}
    done = office.caller("cat")("POST", "/flows/handover", body).json
    assert case in done["done"]
    assert set(office.open(case)) == {"both/pam", "both/bob"}
    refused = office.caller("ann")("POST", "/flows/handover", body)
    assert refused.json["error"]["code"] == "not_admin"
    gone = {"leaver": office.users["leo"], "heir": office.users["ina"]}
    answer = office.caller("cat")("POST", "/flows/handover", gone)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "inactive")


def test_colleagues_are_found_by_name(office: Office) -> None:
    found = office.caller("ann")("GET", "/flows/people?q=pam").json
    pam = {"id": office.users["pam"], "name": "Pam Tester", "login": "pam"}
    assert found == {"items": [pam], "more": False}
    assert office.caller("ann")("GET", "/flows/people?q=ina").json["items"] == []
    assert office.caller("out")("GET", "/flows/people?q=pam").status_code == 403


def test_a_token_does_what_a_key_does(office: Office) -> None:
    case = office.submitted()
    client = office.app.test_client()
    proof = {"username": "zoe", "password": PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=proof).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    found = client.get(f"/api/v1/flows/{case}", headers=headers)
    assert found.json["id"] == case
    body = {"values": {"approved_amount": "4"}}
    done = client.post(f"/api/v1/flows/{case}/approve", json=body, headers=headers)
    assert done.json == {"case": case, "status": "running", "seq": 2}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_refused_to_who_takes_no_part(office: Office, command: str) -> None:
    case = office.submitted()
    before = office.open(case)
    office.do("out", case, command, 404, comment="x", users=[office.users["out"]])
    refused = office.caller("fox")("POST", f"/flows/{case}/{command}", {"comment": "x"})
    assert refused.status_code in (403, 422), refused.text
    assert office.open(case) == before


def test_a_case_is_moved_to_the_newest_text_of_its_flow(office: Office) -> None:
    case = office.submitted()
    office.follow(case, "standard", STANDARD.replace("step: look", "step: glance"), look="glance")
    found = office.case("cat", case)
    assert found["outdated"]
    assert "migrate" in offered(found)
    assert "migrate" not in offered(office.case("zoe", case))
    office.do("cat", case, "migrate", 403)  # there is no glance any more
    office.do("cat", case, "migrate", 422, steps={"glance": 1})
    office.do("cat", case, "migrate", steps={"glance": "look"})
    assert not office.case("cat", case)["outdated"]
    assert office.open(case) == ["look/zoe"]
    office.do("zoe", case, "approve", values={"approved_amount": "1"})
