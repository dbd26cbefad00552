"""Files that come with the start of an approval, and what its administrator reads."""

from __future__ import annotations

import io

from tests.web.office_app import Office
from tests.web.test_api_flows_files import field_file, form, hung_on, seen
from tests.web.test_api_records import PNG


def start_file(office: Office, login: str, record: int, status: int = 201) -> int:
    """Keep a file for a start; return its number."""
    answer = office.caller(login)("POST", f"/flows/files/request/{record}", data=form("plan.png"))
    assert answer.status_code == status, answer.text
    return int(answer.json["id"]) if status == 201 else 0


def test_files_come_with_the_start_and_stay_with_its_entry(office: Office) -> None:
    record = office.request()
    file = start_file(office, "ann", record)
    assert not seen(office, "bob", file)  # not sent yet
    body = {"comment": "as agreed", "attachments": [file]}
    key = {"headers": {"Idempotency-Key": f"start {record}"}}
    ask, where = office.caller("ann"), f"/flows/start/request/{record}/submit"
    case = ask("POST", where, body, **key).json["case"]
    assert ask("POST", where, body, **key).json["case"] == case
    (first,) = office.case("zoe", case)["log"]
    assert first["comment"] == "as agreed"
    assert first["files"] == [{"id": file, "name": "plan.png", "size_bytes": len(PNG)}]
    for login in ("zoe", "ann", "cat"):
        assert seen(office, login, file), login
    for login in ("out", "lim"):
        assert not seen(office, login, file), login


def test_a_start_takes_only_ones_own_fresh_files(office: Office) -> None:
    record, other = office.request(), office.request(by="bob")
    theirs, used = start_file(office, "bob", other), start_file(office, "ann", record)
    where = "/flows/start/request/{}/submit"
    first = office.request()
    office.caller("ann")("POST", where.format(first), {"attachments": [used]})
    for file in (theirs, used, field_file(office, "proof"), 10**12):
        answer = office.caller("ann")("POST", where.format(record), {"attachments": [file]})
        assert answer.status_code == 422, answer.text
        problem = answer.json["error"]["problems"][0]
        assert (problem["field"], problem["code"]) == ("attachments", "no-file")
    row = office.row("request", record)
    assert row is not None
    assert row["state"] == "draft"


def test_a_file_for_a_start_is_kept_for_who_may_start(office: Office) -> None:
    record = office.request()
    start_file(office, "out", record, 404)
    start_file(office, "ann", 10**9, 404)
    office.caller("ann")("POST", f"/flows/start/request/{record}/submit", {})
    start_file(office, "ann", record, 403)  # it runs already
    answer = office.caller("ann")("POST", f"/flows/files/person/{record}", data=form())
    assert answer.status_code == 404, answer.text
    bad = office.caller("ann")("POST", f"/flows/files/request/{office.request()}", data={})
    assert bad.status_code == 422


def test_the_start_dialog_takes_a_remark_and_files(office: Office) -> None:
    record, ann = office.request(), office.person("ann")
    where = f"/flows/start/request/{record}/submit"
    page = ann.get(where).text
    assert 'enctype="multipart/form-data"' in page
    assert 'name="files"' in page
    bad = ann.post(where, {"comment": "x", "files": (io.BytesIO(b"MZ"), "a.exe")})
    assert bad.status_code == 422
    row = office.row("request", record)
    assert row is not None
    assert row["state"] == "draft"
    sent = {"comment": "as agreed", "files": (io.BytesIO(PNG), "plan.png")}
    case = int(ann.post(where, sent).headers["Location"].rsplit("/", 1)[1])
    (first,) = office.case("zoe", case)["log"]
    assert (first["comment"], [f["name"] for f in first["files"]]) == ("as agreed", ["plan.png"])
    assert "plan.png" in office.person("zoe").get(f"/flows/{case}").text


def test_who_mends_the_flow_reads_the_files_of_its_cases_only(office: Office) -> None:
    """Max has no right to requests; that he mends the flow shows him what is decided on."""
    proof, papers = field_file(office, "proof"), field_file(office, "papers")
    record = office.request(proof=proof, papers=[papers])
    hung = hung_on(office, record)
    files = (proof, papers, hung)
    assert not any(seen(office, "max", one) for one in files)
    case = office.caller("ann")("POST", f"/flows/start/request/{record}/submit", {}).json["case"]

    assert all(seen(office, "max", one) for one in files)
    page = office.person("max").get(f"/flows/{case}").text
    assert all(f"/files/{one}" in page for one in files)
    assert office.person("max").get(f"/e/request/{record}").status_code == 403
    assert not any(seen(office, "out", one) for one in files)
    draft = field_file(office, "papers")
    office.request(papers=[draft])
    assert not seen(office, "max", draft)  # nobody decides on it
    office.do("ann", case, "withdraw")
    assert all(seen(office, "max", one) for one in files)  # as the case does
