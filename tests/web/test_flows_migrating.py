"""An administrator moves a running case to the newest text of its flow, on screen."""

from __future__ import annotations

import re

from tests.web.office_app import STANDARD, Office

OLDER = STANDARD.replace("step: look", "step: glance").replace("en: First look", "en: A glance")
UNFIT = STANDARD.replace("edit: [approved_amount, papers]", "edit: [what_is_gone]")


def boxes(page: str) -> dict[str, list[str]]:
    """Return the boxes of the dialog, each with what can be chosen."""
    found = re.findall(r'<input type="radio"[^>]*name="(step\.[a-z]+)" value="([a-z]*)"', page)
    made: dict[str, list[str]] = {}
    for name, value in found:
        made.setdefault(name, []).append(value)
    return made


def test_a_case_is_moved_with_a_place_for_what_is_open(office: Office) -> None:
    case, cat = office.submitted(), office.person("cat")
    assert "/migrate" not in cat.get(f"/flows/{case}").text
    office.follow(case, "standard", OLDER, look="glance")
    where = f"/flows/{case}/migrate"
    assert f'href="{where}"' in cat.get(f"/flows/{case}").text
    page = cat.get(where).text
    assert "These open steps have no place" in page
    assert "A glance" in page  # as the old text calls it
    assert boxes(page) == {"step.glance": ["look", "pool", "both", "gm"]}
    empty = cat.post(where, {})
    assert empty.status_code == 422
    assert "This field is required." in empty.text
    assert cat.get(f"/flows/{case}").status_code == 200
    moved = cat.post(where, {"step.glance": "look"})
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/flows/{case}")
    assert not office.case("cat", case)["outdated"]
    assert office.open(case) == ["look/zoe"]
    assert office.case("cat", case)["log"][-1]["command"] == "migrate"


def test_what_has_its_place_is_moved_without_a_question(office: Office) -> None:
    case, cat = office.submitted(), office.person("cat")
    office.follow(case, "standard", STANDARD.replace("{step: gm, who", "{step: boss, who"))
    page = cat.get(f"/flows/{case}/migrate").text
    assert "Every open step has its place" in page
    assert boxes(page) == {}
    assert cat.post(f"/flows/{case}/migrate", {}).status_code == 302
    assert not office.case("cat", case)["outdated"]


def test_what_cannot_be_is_refused_by_name_and_moves_nothing(office: Office) -> None:
    case, cat = office.submitted(), office.person("cat")
    office.follow(case, "standard", OLDER, look="glance")
    for place in ("nothing", "x" * 500, "initiator"):
        answer = cat.post(f"/flows/{case}/migrate", {"step.glance": place})
        assert answer.status_code == 422
        assert "A step that is open has no place in the new text of the flow." in answer.text
    assert office.case("cat", case)["outdated"]
    current = office.submitted()
    answer = cat.post(f"/flows/{current}/migrate", {})
    assert answer.status_code == 422
    assert "This process follows the newest text already." in answer.text


def test_only_who_mends_the_flow_moves_its_cases(office: Office) -> None:
    case = office.submitted()
    office.follow(case, "standard", OLDER, look="glance")
    for login, status in (("ann", 403), ("zoe", 403), ("out", 404)):
        page = office.person(login)
        assert page.get(f"/flows/{case}/migrate").status_code == status, login
        assert page.post(f"/flows/{case}/migrate", {"step.glance": "look"}).status_code == status
    assert "/migrate" not in office.person("zoe").get(f"/flows/{case}").text
    assert office.person("cat").get("/flows/99999999/migrate").status_code == 404
    assert office.case("cat", case)["outdated"]


def test_a_case_whose_text_fits_no_more_is_found_and_moved(office: Office) -> None:
    case, cat = office.submitted(), office.person("cat")
    record = office.record_of(case)
    office.follow(case, "standard", UNFIT)
    assert office.person("ann").get(f"/e/request/{record}").status_code == 200
    assert office.person("zoe").get(f"/flows/{case}").status_code == 403
    led = cat.get(f"/flows/{case}")
    assert (led.status_code, led.headers["Location"]) == (302, f"/flows/{case}/migrate")
    assert cat.get(f"/flows/{case}/migrate").status_code == 200
    assert cat.post(f"/flows/{case}/migrate", {}).status_code == 302
    assert cat.get(f"/flows/{case}").status_code == 200
    again = office.submitted()
    office.follow(again, "standard", UNFIT)
    assert office.caller("ann")("POST", f"/flows/{again}/migrate", {}).status_code == 403
    office.do("cat", again, "migrate")
    assert office.open(again) == ["look/zoe"]
