"""Files of decisions and of records: who is asked reads them, nobody else (rule 21)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from engine.storage.flow_tables import wy_flow_file
from engine.storage.system_tables import wy_file
from tests.web.office_app import Office
from tests.web.test_api_records import PNG


def seen(office: Office, login: str, file: int) -> bool:
    """Tell whether somebody gets a file, over the API and on screen alike."""
    answer = office.caller(login)("GET", f"/files/{file}")
    page = office.person(login).get(f"/files/{file}")
    assert (answer.status_code, page.status_code) in ((200, 200), (404, 404)), answer.text
    assert answer.status_code == 404 or answer.data == PNG
    return answer.status_code == 200


def field_file(office: Office, field: str) -> int:
    form = {"entity": "request", "field": field, "file": (io.BytesIO(PNG), "a.png")}
    return int(office.caller("ann")("POST", "/files", data=form).json["id"])


def hung_on(office: Office, record: int) -> int:
    """Hang a file on a record as ann does on its page; return its number."""
    form = {"files": (io.BytesIO(PNG), "hung.png")}
    assert office.person("ann").post(f"/e/request/{record}/files", form).status_code == 302
    query = select(wy_file.c.id).where(wy_file.c.entity == "request", wy_file.c.record_id == record)
    return int(office.query(query.where(wy_file.c.field == "attachment"))[0][0])


def test_a_file_stays_with_the_decision_it_came_with(office: Office) -> None:
    case = office.submitted()
    file = office.upload("zoe", case, "意見.png")
    assert seen(office, "zoe", file)
    assert not seen(office, "ann", file)  # not sent yet
    office.do("zoe", case, "comment", comment="see", attachments=[file])
    second = office.upload("zoe", case)
    office.do("zoe", case, "approve", values={"approved_amount": "1"}, attachments=[second])

    log = office.case("ann", case)["log"]
    assert [[f["id"] for f in entry["files"]] for entry in log] == [[], [file], [second]]
    assert log[1]["files"][0] == {"id": file, "name": "意見.png", "size_bytes": len(PNG)}
    for login in ("zoe", "ann", "cat", "fox"):
        assert seen(office, login, file), login
    for login in ("out", "lim"):
        assert not seen(office, login, file), login
    page = office.person("ann").get(f"/flows/{case}").text
    assert f'href="/files/{file}"' in page
    assert "意見.png" in page


def test_only_ones_own_fresh_upload_for_an_approval_is_taken(office: Office) -> None:
    case = office.submitted()
    theirs, used = office.upload("cat", case), office.upload("zoe", case)
    office.do("zoe", case, "comment", comment="x", attachments=[used])
    of_a_field = field_file(office, "proof")
    for login, file in (("zoe", theirs), ("zoe", used), ("ann", of_a_field)):
        refused = office.do(login, case, "comment", 422, comment="x", attachments=[file])
        assert refused["error"]["problems"][0]["code"] == "no-file"
    assert len(office.case("ann", case)["log"]) == 2
    (answer,) = [office.caller("out")("POST", f"/flows/{case}/files", data=form()) for _ in "x"]
    assert answer.status_code == 404


def form(name: str = "a.png", content: bytes = PNG) -> dict[str, Any]:
    return {"file": (io.BytesIO(content), name)}


def test_a_refused_decision_keeps_no_file(office: Office) -> None:
    case = office.submitted()
    file = office.upload("zoe", case)
    office.do("zoe", case, "approve", 422, attachments=[file])
    assert not seen(office, "ann", file)
    office.do("zoe", case, "approve", values={"approved_amount": "1"}, attachments=[file])
    assert seen(office, "ann", file)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload='alert(1)'/>"),
        ("a.png", b"no picture"),
        ("x.exe", b"MZ"),
        ("a.png", b""),
    ],
)
def test_what_is_no_proper_file_is_refused(office: Office, name: str, content: bytes) -> None:
    case = office.submitted()
    answer = office.caller("zoe")("POST", f"/flows/{case}/files", data=form(name, content))
    assert answer.status_code == 422, answer.text


def test_nobody_takes_a_file_out_of_the_log(office: Office) -> None:
    case = office.submitted()
    file = office.upload("ann", case)
    office.do("ann", case, "comment", comment="x", attachments=[file])
    for statement in (
        "update wy_flow_file set seq = 1",
        "delete from wy_flow_file",
        "truncate wy_flow_file",
        f"delete from wy_file where id = {file}",
    ):
        with pytest.raises(DBAPIError), office.engine.begin() as connection:
            connection.execute(text(statement))
    kept = select(wy_flow_file.c.case_id, wy_flow_file.c.seq).where(wy_flow_file.c.file_id == file)
    assert [tuple(row) for row in office.query(kept)] == [(case, 2)]


def test_a_person_without_any_right_reads_what_he_is_asked_about(office: Office) -> None:
    proof, papers = field_file(office, "proof"), field_file(office, "papers")
    record = office.request(
        proof=proof, papers=[papers], special_terms="in confidence", phone="13912345678",
        lines=[{"item": "secret item"}],
    )  # fmt: skip
    hung = hung_on(office, record)
    assert not any(seen(office, "zoe", one) for one in (proof, papers, hung))
    assert office.person("zoe").get(f"/e/request/{record}").status_code == 403
    case = office.caller("ann")("POST", f"/flows/start/request/{record}/submit", {}).json["case"]

    assert seen(office, "zoe", papers)
    assert seen(office, "zoe", hung)
    assert not seen(office, "zoe", proof)  # its step hides it
    shown = office.case("zoe", case)["record"]
    assert shown["papers"] == [papers]
    assert shown["phone"] != "13912345678"
    assert not {"special_terms", "proof", "lines"} & set(shown)
    page = office.person("zoe").get(f"/flows/{case}").text
    assert "hung.png" in page
    assert f"/files/{papers}" in page
    for secret in ("in confidence", "13912345678", "secret item", f'"/files/{proof}"'):
        assert secret not in page
    led = office.person("zoe").get(f"/e/request/{record}")
    assert (led.status_code, led.headers["Location"]) == (302, f"/flows/{case}")
    assert office.caller("zoe")("GET", "/request/").status_code == 403
    # after the decision as before
    office.do("zoe", case, "approve", values={"approved_amount": "1"})
    assert [seen(office, "zoe", one) for one in (papers, hung, proof)] == [True, True, False]
    assert not {"special_terms", "proof", "lines"} & set(office.case("zoe", case)["record"])
    page = office.person("zoe").get(f"/flows/{case}").text
    assert "in confidence" not in page
    assert "secret item" not in page


def test_who_gave_his_task_away_undecided_reads_no_more(office: Office) -> None:
    papers = field_file(office, "papers")
    case = office.submitted(papers=[papers])
    file = office.upload("ann", case)
    office.do("ann", case, "comment", comment="x", attachments=[file])
    assert seen(office, "zoe", papers)
    assert seen(office, "zoe", file)
    office.do("zoe", case, "transfer", users=[office.users["lim"]])

    assert not seen(office, "zoe", papers)
    assert not seen(office, "zoe", file)
    assert office.caller("zoe")("GET", f"/flows/{case}").status_code == 404
    assert seen(office, "lim", papers)  # whose own rows do not hold it
    assert seen(office, "lim", file)
    assert office.person("lim").get(f"/e/request/{office.record_of(case)}").status_code == 200
    others = office.submitted(papers=[field_file(office, "papers")])
    assert office.caller("lim")("GET", f"/flows/{others}").status_code == 404


def test_who_is_copied_reads_the_record_and_its_files(office: Office) -> None:
    papers = field_file(office, "papers")
    case = office.submitted(
        papers=[papers], special_terms="for all who read", lines=[{"item": "ink"}]
    )
    office.do("ann", case, "copy", users=[office.users["out"]])
    assert seen(office, "out", papers)
    record = office.case("out", case)["record"]
    assert record["special_terms"] == "for all who read"
    assert [line["item"] for line in record["lines"]] == ["ink"]
    assert "ink" in office.person("out").get(f"/flows/{case}").text
    assert [one["command"] for one in office.case("out", case)["can"]] == ["comment"]


def test_the_log_tells_no_reader_what_is_hidden_from_him(office: Office) -> None:
    case = office.submitted(special_terms="in confidence", phone="13912345678")
    office.do("zoe", case, "return", comment="why?")
    office.do("ann", case, "resubmit", values={"special_terms": "hush", "phone": "13812345678"})
    changes = {login: office.case(login, case)["log"][-1]["changes"] for login in ("ann", "zoe")}
    assert changes["ann"]["special_terms"] == ["in confidence", "hush"]
    assert "special_terms" not in changes["zoe"]
    assert "13812345678" not in str(changes)
    assert "phone" in changes["zoe"]


def test_a_file_comes_with_the_form_of_a_decision(office: Office) -> None:
    case = office.submitted()
    zoe = office.person("zoe")
    dialog = zoe.get(f"/flows/{case}/reject").text
    assert 'type="file"' in dialog
    assert 'name="files"' in zoe.get(f"/flows/{case}").text
    sent = {"comment": "see", "files": (io.BytesIO(PNG), "why.png"), "approved_amount": "3",
            "papers": (io.BytesIO(PNG), "paper.png"), "papers.present": "1"}  # fmt: skip
    assert zoe.post(f"/flows/{case}/approve", sent).status_code == 302
    entry = office.case("ann", case)["log"][-1]
    assert [f["name"] for f in entry["files"]] == ["why.png"]
    (paper,) = office.case("ann", case)["record"]["papers"]
    assert seen(office, "ann", paper)
    bad = {"comment": "x", "files": (io.BytesIO(b"MZ"), "a.exe")}
    answer = office.person("fin").post(f"/flows/{case}/reject", bad)
    assert answer.status_code == 422
    assert office.case("ann", case)["log"][-1]["seq"] == 2


def test_who_gives_his_part_away_is_led_to_his_list(office: Office) -> None:
    case = office.submitted()
    answer = office.person("zoe").post(f"/flows/{case}/transfer", {"users": office.users["lim"]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/flows/")
    assert office.open(case) == ["look/lim"]
    kept = office.person("lim").post(f"/flows/{case}/comment", {"comment": "mine now"})
    assert kept.headers["Location"] == f"/flows/{case}"


def test_an_approver_puts_his_own_file_into_a_field_and_nobody_elses(office: Office) -> None:
    case, fresh = office.submitted(), field_file(office, "papers")
    used = field_file(office, "proof")
    office.request(proof=used)
    for file in (fresh, used, 10**12):
        body = {"approved_amount": "1", "papers": [file]}
        wrong = office.do("zoe", case, "approve", 422, values=body)["error"]["problems"]
        assert [(p["field"], p["code"]) for p in wrong] == [("papers", "no-file")]
    assert not seen(office, "zoe", fresh)
    ask, where = office.caller("zoe"), f"/flows/{case}/files"
    for field in ("proof", "title", "nothing"):  # the step lets her change none of these
        answer = ask("POST", where, data={**form(), "field": field})
        assert (answer.status_code, answer.json["error"]["problems"][0]["field"]) == (422, "field")
    mine = ask("POST", where, data={**form(), "field": "papers"}).json["id"]
    body = {"approved_amount": "1", "papers": [mine]}
    office.do("zoe", case, "approve", values=body)
    assert office.case("ann", case)["record"]["papers"] == [mine]
    assert seen(office, "ann", mine)
