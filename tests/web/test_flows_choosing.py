"""Who starts, or decides in the step before, chooses on screen who decides next."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.office_app import Office


def memo(office: Office, amount: str = "1") -> int:
    return int(office.caller("ann").create("memo", title="Whom?", amount=amount)["id"])


def start(office: Office, record: int, form: dict[str, Any]) -> Any:
    return office.person("ann").post(f"/flows/start/memo/{record}/submit", form)


def started(office: Office, amount: str) -> int:
    form = {"chosen.named": str(office.users["lia"])}
    return case_of(start(office, memo(office, amount), form))


def case_of(answer: Any) -> int:
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def box(page: str, step: str) -> str:
    """Return the box of a step; empty if there is none."""
    found = re.search(rf'<select[^>]*name="chosen.{step}".*?</select>', page)
    return found[0] if found else ""


def test_who_starts_must_name_the_people_whom_the_flow_leaves_to_him(office: Office) -> None:
    record, ann = memo(office), office.person("ann")
    page = ann.get(f"/flows/start/memo/{record}/submit").text
    assert " required" in box(page, "named")
    assert "Who decides in «Handler»" in page
    empty = start(office, record, {"chosen.named": "", "comment": "an urgent one"})
    assert empty.status_code == 422
    assert 'aria-invalid="true"' in box(empty.text, "named")
    assert 'href="#f-chosen-named"' in empty.text
    assert empty.text.count("Choose at least one person.") == 2  # at the box, and above
    assert "an urgent one" in empty.text
    row = office.row("memo", record)
    assert row is not None
    assert row["state"] == "draft"
    case = case_of(start(office, record, {"chosen.named": str(office.users["lia"])}))
    assert office.open(case) == ["named/lia"]


def test_who_is_to_name_somebody_is_told_why(office: Office) -> None:
    path = f"/flows/start/memo/{memo(office)}/submit"
    case = office.caller("ann")("POST", path, {}).json["case"]
    page = office.person("adm").get(f"/flows/{case}").text
    decision = page[page.index('class="card sec decision') :].partition("</section>")[0]
    assert "Nobody was found for this step." in decision
    assert f'href="/flows/{case}/assign"' in decision


def test_people_are_asked_in_the_order_in_which_they_were_chosen(office: Office) -> None:
    names = [str(office.users[login]) for login in ("wes", "lia", "bob")]
    case = case_of(start(office, memo(office), {"chosen.named": names}))
    assert office.open(case) == ["named/wes", "named/lia", "named/bob"]


def test_a_step_that_nothing_leads_to_asks_for_nobody(office: Office) -> None:
    case, lia = started(office, "99.99"), office.person("lia")
    assert "chosen." not in lia.get(f"/flows/{case}").text
    lia.post(f"/flows/{case}/approve", {})
    assert office.case("ann", case)["status"] == "approved"


def test_who_agrees_names_the_people_of_the_step_after_his(office: Office) -> None:
    case, lia = started(office, "100"), office.person("lia")
    page = lia.get(f"/flows/{case}").text
    assert " required" in box(page, "two")
    assert box(page, "last") == ""  # that is for those who check
    (offer,) = [o for o in office.case("lia", case)["can"] if o["command"] == "approve"]
    assert offer["chosen"] == ["two"]
    empty = lia.post(f"/flows/{case}/approve", {"comment": "good"})
    assert empty.status_code == 422
    assert "Choose at least one person." in empty.text
    one = {"chosen.two": str(office.users["bob"]), "comment": "good"}
    few = lia.post(f"/flows/{case}/approve", one)
    assert few.status_code == 422
    assert "Choose more people: so few cannot decide this step." in few.text
    assert "Bob Tester</option>" in box(few.text, "two")  # what was chosen stands
    assert office.open(case) == ["named/lia"]
    many = {"chosen.two": [str(office.users[login]) for login in ("bob", "wes")]}
    assert lia.post(f"/flows/{case}/approve", many).status_code == 302
    assert office.open(case) == ["two/bob", "two/wes"]


def test_what_a_flow_does_without_is_asked_for_and_may_stay_empty(office: Office) -> None:
    case = started(office, "100")
    chosen = {"two": [office.users["bob"], office.users["wes"]]}
    office.do("lia", case, "approve", chosen=chosen)
    assert "chosen." not in office.person("bob").get(f"/flows/{case}").text  # wes must agree too
    office.do("bob", case, "approve")
    wes = office.person("wes")
    found = box(wes.get(f"/flows/{case}").text, "last")
    assert found
    assert " required" not in found
    assert wes.post(f"/flows/{case}/approve", {}).status_code == 302
    assert office.case("ann", case)["status"] == "approved"


def test_a_box_appears_for_a_step_to_which_only_what_is_typed_leads(office: Office) -> None:
    """The form showed no box; the refusal brings it."""
    case, lia = started(office, "1"), office.person("lia")
    assert "chosen." not in lia.get(f"/flows/{case}").text
    typed = lia.post(f"/flows/{case}/approve", {"amount": "200"})
    assert typed.status_code == 422
    assert 'aria-invalid="true"' in box(typed.text, "two")
    many = {"chosen.two": [str(office.users[login]) for login in ("bob", "wes")], "amount": "200"}
    assert lia.post(f"/flows/{case}/approve", many).status_code == 302
    assert office.open(case) == ["two/bob", "two/wes"]


def test_people_may_be_looked_up_by_who_is_asked(office: Office) -> None:
    started(office, "100")
    answer = office.person("lia").get("/flows/people?q=bob")
    assert [one["text"] for one in answer.json["items"]] == ["Bob Tester"]


def test_nobody_is_chosen_who_has_left(office: Office) -> None:
    record = memo(office)
    start(office, record, {"chosen.named": str(office.users["ina"])})
    page = office.person("ann").get(f"/e/memo/{record}").text
    assert "This account is switched off." in page
    row = office.row("memo", record)
    assert row is not None
    assert row["state"] == "draft"


def test_many_at_once_leave_out_what_somebody_must_be_named_for(office: Office) -> None:
    case = started(office, "100")
    task = office.task("lia", case)
    done = office.caller("lia")("POST", "/flows/bulk", {"tasks": [task]}).json
    assert done["approved"] == []
    assert done["refused"][0]["message"] == "Choose at least one person."
    assert office.open(case) == ["named/lia"]


@pytest.mark.parametrize(
    "form",
    [
        {"chosen.named": "9" * 18},
        {"chosen.named": ["²", "x", "-1", "9" * 40]},
        {"chosen.__class__": "1"},
        {"chosen.": "1", "chosen.two": "1"},
        {"chosen.named": [str(n) for n in range(1, 2_000)]},
        {"comment": "x" * 5_000, "chosen.named": "1"},
    ],
)
def test_nonsense_starts_nothing(office: Office, form: dict[str, Any]) -> None:
    record = memo(office)
    answer = start(office, record, form)
    assert answer.status_code in (302, 422)
    row = office.row("memo", record)
    assert row is not None
    assert row["state"] == "draft"
    case = started(office, "100")
    answer = office.person("lia").post(f"/flows/{case}/approve", form)
    assert answer.status_code in (302, 422)
    assert office.open(case) == ["named/lia"]
