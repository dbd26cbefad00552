from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import select, text

from engine.exchange import exporting, writing
from engine.exchange.asked import Asked, asked_of, query_of
from engine.exchange.exporting import ExportFile, ExportJob, export, finished_file, run_export
from engine.extension import Invalid, NotFound, Refused
from engine.storage import FileStore, wy_export, wy_outbox
from tests.exchange.world import put, room

COLUMNS = ("full_no", "estate", "building.name", "kind", "built_area", "handed_over_on")


def asked(**more: Any) -> Asked:
    given: dict[str, Any] = {"entity": "room", "columns": COLUMNS, "sort": ("full_no",), **more}
    return Asked(**given)


def sheet(content: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def done(answer: ExportFile | ExportJob) -> ExportFile:
    assert isinstance(answer, ExportFile)
    return answer


@pytest.fixture(autouse=True)
def rooms(connection) -> None:
    area = {"built_area": Decimal("88.50"), "handed_over_on": date(2026, 1, 31)}
    rows = [room(2, 1, "1-0101", **area), room(2, 1, "=1+1", kind="shop"), room(3, 1, "S-0101")]
    put(connection, "room", [{"built_area": None, "handed_over_on": None, **r} for r in rows])


def test_an_export_shows_what_the_list_shows_with_labels_in_the_readers_language(work) -> None:
    file = done(export(work("ann", "en"), asked()))

    assert sheet(file.content) == [
        ["Room number", "Estate", "Building · Name", "Use", "Built area", "Handed over on"],
        ["1-0101", "海濱花園", "1棟", "Residence", 88.5, date(2026, 1, 31)],
        ["=1+1", "海濱花園", "1棟", "Shop", "", ""],
        ["Total", "", "", "", 88.5, ""],
    ]


def test_rows_of_other_offices_are_not_exported(work) -> None:
    file = done(export(work("bob"), asked(columns=("full_no",))))

    assert [row[0] for row in sheet(file.content)] == ["房號", "S-0101"]


def test_filters_views_search_and_chosen_ids_narrow_an_export(work, connection) -> None:
    ids = tuple(connection.scalars(text("select id from room where full_no = '1-0101'")))
    narrowed = [
        {"where": "kind == 'shop'"},
        {"view": "shops"},
        {"chips": (("f.kind", ("shop",)),)},
        {"search": "=1+1"},
    ]

    found = [done(export(work(), asked(**one))).rows for one in narrowed]
    assert found == [1, 1, 1, 1]
    assert done(export(work(), asked(ids=ids))).rows == 1


def test_a_text_that_looks_like_a_formula_stays_a_text_in_xlsx(work) -> None:
    import zipfile

    content = done(export(work(), asked())).content

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "<t>=1+1</t>" in xml


def test_a_text_that_looks_like_a_formula_gets_a_mark_in_csv(work) -> None:
    content = done(export(work(), asked(format="csv"))).content

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:3]] == ["1-0101", "'=1+1"]
    assert rows[1][4:] == ["88.50", "2026-01-31"]


def test_masked_values_leave_masked(work, connection) -> None:
    owner = connection.scalar(text("select id from owner order by id limit 1"))
    connection.execute(text("update room set payer_id = :owner"), {"owner": owner})
    wanted = asked(columns=("payer", "payer.phone"), where="kind == 'shop'")
    plain = done(export(work("ann"), wanted))
    connection.execute(
        text(
            "insert into ab_permission_view_role (id, permission_view_id, role_id) "
            "select nextval('ab_permission_view_role_id_seq'), v.permission_view_id, r.id from "
            "ab_permission_view_role v join ab_role c on c.id = v.role_id and c.name = 'clerk' "
            "join ab_role r on r.name = 'viewer' join ab_permission_view pv on "
            "pv.id = v.permission_view_id "
            "join ab_permission p on p.id = pv.permission_id and p.name = 'can_export' "
            "on conflict do nothing"
        )
    )
    connection.execute(text("update wy_version set value = value + 1000 where name = 'rights'"))
    masked = done(export(work("vic"), wanted))

    assert sheet(plain.content)[1] == ["陳大文", "13800000001"]
    assert sheet(masked.content)[1] == ["陳大文", "138****0001"]


def test_without_the_right_nothing_is_exported_and_nothing_logged(work, connection) -> None:
    with pytest.raises(Refused):
        export(work("vic"), asked())

    assert connection.execute(select(wy_export)).all() == []


def test_a_field_a_role_does_not_see_cannot_be_exported(work) -> None:
    with pytest.raises(Invalid, match="secret"):
        export(work(), asked(columns=("full_no", "secret")))
    with pytest.raises(Invalid):
        export(work(), asked(where="secret == 'x'"))


def test_each_export_is_logged_with_who_what_and_how_many(work, connection) -> None:
    actor = work().actor
    export(work(), asked(where="kind == 'shop'"))

    row = connection.execute(select(wy_export)).one()
    assert (row.entity, row.created_by, row.rows, row.state) == ("room", actor.user_id, 1, "done")
    assert row.settings["where"] == "kind == 'shop'"


def test_a_large_export_is_left_to_the_background_and_kept_for_its_owner(
    work, connection, files: FileStore, monkeypatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_AT_ONCE", 1)
    told: list[tuple[int, int, str]] = []

    left = export(work("ann"), asked())
    assert isinstance(left, ExportJob)
    job = connection.execute(select(wy_outbox).where(wy_outbox.c.id == left.job_id)).one()
    result = run_export(work("ann"), files, job.arguments["export"], lambda *t: told.append(t))

    file_id = finished_file(work("ann"), left.id)
    with files.open(connection, file_id) as stream:
        assert len(sheet(stream.read())) == 4
    assert (result["rows"], told[-1]) == (2, (2, 2, ""))
    with pytest.raises(NotFound):
        finished_file(work("bob"), left.id)


def test_expired_exports_lose_their_file_and_stay_in_the_log(work, connection, files) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "MOST_AT_ONCE", 0)
        left = export(work("ann"), asked())
    run_export(work("ann"), files, left.id, lambda *_: None)
    connection.execute(text("update wy_export set expires_at = now() - interval '1 day'"))

    assert exporting.forget_expired(work("ann"), files) == 1
    with pytest.raises(NotFound):
        finished_file(work("ann"), left.id)
    assert connection.scalar(text("select count(*) from wy_export")) == 1


def test_what_is_kept_of_a_request_gives_the_same_query(work) -> None:
    one = asked(chips=(("f.kind", ("shop",)),), ids=(1, 2), language="en")

    assert asked_of(one.as_settings()) == one
    assert query_of(work(), asked_of(one.as_settings())).ids == (1, 2)


def test_an_unknown_format_is_refused(work) -> None:
    with pytest.raises(Invalid):
        export(work(), asked(format="exe"))


def test_more_rows_than_a_sheet_holds_are_refused_to_the_row(work, monkeypatch) -> None:
    monkeypatch.setattr(writing, "MOST_SHEET_ROWS", 2)
    with pytest.raises(Invalid, match="use CSV"):
        export(work("amy"), asked())
    monkeypatch.setattr(writing, "MOST_SHEET_ROWS", 1_000)

    assert export(work("amy"), asked()).rows > 2
