from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import text

from engine.exchange.importing.giving_back import bad_rows_workbook, said, template
from engine.exchange.importing.keeping import bad_rows, problem_of_json
from engine.exchange.importing.mapping import Plan
from engine.exchange.importing.runs import Import, begin, choose, find_import, run, suggest
from engine.exchange.importing.undoing import undo
from engine.extension import Invalid, NotFound, Refused
from tests.exchange.books import HEAD, line, xlsx
from tests.exchange.world import put, room


@pytest.fixture
def started(work, files):
    """Return a function that uploads rows and chooses the guessed plan."""

    def start(data: bytes, login: str = "ann", name: str = "rooms.xlsx", **plan: Any) -> Import:
        mine = work(login)
        one = find_import(mine, files, begin(mine, files, "room", data, name))
        guessed, _, _ = suggest(one)
        return choose(one, replace(guessed, **plan))

    return start


def rooms(connection) -> list[tuple[Any, ...]]:
    query = text(
        "select full_no, building_id, built_area, kind, version from room order by full_no"
    )
    return [tuple(r) for r in connection.execute(query)]


def reasons(one: Import) -> dict[int, list[str]]:
    rows = bad_rows(one.work, one.id)
    return {r.number: [said(one.work, problem_of_json(p)) for p in r.problems] for r in rows}


def test_a_workbook_is_understood_previewed_and_written(started, connection) -> None:
    one = started(xlsx([HEAD, line("1-0101"), line("1-0102", building="2棟", kind="商鋪")]))

    previewed = run(one, "preview")
    assert previewed.row.options["counts"] == {"create": 2, "update": 0, "same": 0, "error": 0}
    assert rooms(connection) == []
    done = run(previewed, "commit")

    assert (done.row.state, done.row.done, done.row.failed) == ("done", 2, 0)
    assert rooms(connection) == [
        ("1-0101", 21, Decimal("80.00"), "residence", 1),
        ("1-0102", 22, Decimal("80.00"), "shop", 1),
    ]
    extra = connection.execute(
        text("select charge_area, scope_unit_id, created_by from room")
    ).all()
    assert {tuple(r) for r in extra} == {(Decimal("80.00"), 2, one.work.actor.user_id)}


def test_each_written_record_is_in_the_audit_trail(started, connection) -> None:
    one = started(xlsx([HEAD, line("1-0101")]))
    run(one, "commit")

    found = connection.execute(text("select * from wy_audit where entity = 'room'")).one()
    assert (found.event, found.note, found.actor_id) == ("create", "import", one.work.actor.user_id)
    assert found.snapshot["full_no"] == "1-0101"
    assert found.snapshot["built_area"] == "80.00"


def test_titles_wide_digits_units_blanks_totals_and_repeated_heads(started, connection) -> None:
    rows = [
        ["海濱花園三期 房屋明細表"],
        ["製表：銷售部", None, "單位：㎡"],
        HEAD,
        line("1-0101", building="１棟", area="８８．５ 平方米", inner="60㎡", kind="住 宅"),
        [],
        HEAD,
        line("1-0102", building="1號樓", area="1,088.50"),
        ["小計", None, None, 1177],
        ["製表人：", None, "審核人："],
    ]

    one = run(started(xlsx(rows)), "commit")

    assert [r[:3] for r in rooms(connection)] == [
        ("1-0101", 21, Decimal("88.50")),
        ("1-0102", 21, Decimal("1088.50")),
    ]
    told = [said(one.work, problem_of_json(n)) for n in one.row.options["notes"]]
    assert [t.split(" ")[1] for t in told] == ["6", "8", "9"]


def test_every_bad_row_says_why_and_the_good_ones_are_written(started, connection) -> None:
    rows = [
        HEAD,
        line("1-0101"),
        line("1-0102", building="7棟"),
        line("1-0103", inner=90),
        line("1-0104", area="很大"),
        line("1-0101", area=81),
        line("1-0105", estate="海濱花圓"),
        line(""),
        line("1-0106", kind="廠房"),
    ]

    one = run(started(xlsx(rows)), "commit")

    assert [r[0] for r in rooms(connection)] == ["1-0101"]
    found = reasons(one)
    assert found[3] == ["There is no 樓宇 '7棟'. Did you mean 1棟、2棟、3棟?"]
    assert found[4] == ["套內面積不能大於建築面積"]
    assert found[5] == ["Enter a number, such as 1234.50."]
    assert found[6] == ["It is the same as row 2."]
    assert found[7][0].startswith("There is no 樓盤 '海濱花圓'. Did you mean 海濱花園")
    assert found[8] == ["This field is required."]
    assert len(found[9]) == 1
    assert one.row.options["counts"]["error"] == 7


def test_all_or_nothing_writes_nothing_when_a_row_is_bad(started, connection) -> None:
    one = started(
        xlsx([HEAD, line("1-0101"), line("1-0102", building="7棟")]), good_rows_only=False
    )

    with pytest.raises(Invalid):
        run(one, "commit")

    assert rooms(connection) == []


def test_a_building_is_looked_for_in_the_estate_of_its_row(started, connection) -> None:
    rows = [HEAD, line("A"), line("B", estate="S1")]

    run(started(xlsx(rows), "amy"), "commit")

    assert [r[:2] for r in rooms(connection)] == [("A", 21), ("B", 31)]


def test_a_constant_fills_a_column_the_file_does_not_have(started, connection) -> None:
    rows = [["樓宇", "房號"], ["2棟", "0201"], ["２", "0202"]]

    run(started(xlsx(rows), constants={"estate": "N1"}), "commit")

    assert [r[:2] for r in rooms(connection)] == [("0201", 22), ("0202", 22)]


def test_records_of_other_offices_are_unknown_even_by_number(started, connection) -> None:
    rows = [HEAD, line("A", estate="南山苑"), line("B", estate="#3"), line("C", building="#31")]

    one = run(started(xlsx(rows)), "commit")

    assert rooms(connection) == []
    assert all("There is no" in found[0] for found in reasons(one).values())


def test_existing_records_are_found_by_the_key_and_changed(started, connection) -> None:
    put(
        connection,
        "room",
        [
            room(2, 1, "1-0101", built_area=Decimal(70), inner_area=None),
            room(2, 1, "1-0102", built_area=Decimal("80.00"), inner_area=Decimal("60.00")),
        ],
    )
    rows = [HEAD, line("1-0101"), line("1-0102"), line("1-0103")]

    one = started(xlsx(rows), key=("estate", "full_no"))
    assert run(one, "preview").row.options["counts"] == {
        "create": 1, "update": 1, "same": 1, "error": 0,
    }  # fmt: skip
    run(one, "commit")

    assert [(r[0], r[2], r[4]) for r in rooms(connection)] == [
        ("1-0101", Decimal("80.00"), 2),
        ("1-0102", Decimal("80.00"), 1),
        ("1-0103", Decimal("80.00"), 1),
    ]
    changes = connection.scalar(text("select changes from wy_audit where event = 'change'"))
    assert changes["built_area"] == ["70.00", "80.00"]


def test_the_same_file_again_changes_nothing(started, connection) -> None:
    data = xlsx([HEAD, line("1-0101"), line("1-0102")])
    run(started(data), "commit")

    again = run(started(data, key=("estate", "full_no")), "commit")

    assert again.row.options["counts"] == {"create": 0, "update": 0, "same": 2, "error": 0}
    assert [r[4] for r in rooms(connection)] == [1, 1]


def test_a_second_commit_of_one_import_does_nothing(started, connection) -> None:
    one = started(xlsx([HEAD, line("1-0101")]))
    done = run(one, "commit")

    assert run(done, "commit") is done
    assert len(rooms(connection)) == 1


@pytest.mark.parametrize(
    ("mode", "counts"),
    [("create", (1, 0, 1)), ("update", (0, 1, 1)), ("both", (1, 1, 0))],
)
def test_modes_say_what_may_happen(started, connection, mode, counts) -> None:
    put(connection, "room", [room(2, 1, "1-0101", built_area=Decimal(70))])
    data = xlsx([HEAD, line("1-0101"), line("1-0102")])

    one = run(started(data, mode=mode, key=("estate", "full_no")), "preview")

    found = one.row.options["counts"]
    assert (found["create"], found["update"], found["error"]) == counts


def test_empty_cells_clear_nothing(started, connection) -> None:
    put(connection, "room", [room(2, 1, "1-0101", built_area=Decimal(70), note="keep")])
    rows = [[*HEAD, "備註"], [*line("1-0101", area=None), None]]

    run(started(xlsx(rows), key=("estate", "full_no")), "commit")

    found = connection.execute(text("select built_area, inner_area, note from room")).one()
    assert tuple(found) == (Decimal("70.00"), Decimal("60.00"), "keep")


def test_the_bad_rows_come_back_with_reasons_and_can_be_imported_once_mended(
    started, connection
) -> None:
    rows = [HEAD, line("1-0101"), line("1-0102", building="7棟")]
    one = run(started(xlsx(rows)), "commit")

    lines = load_workbook(io.BytesIO(bad_rows_workbook(one))).get_sheet_by_index(0).to_python()
    assert lines[0][-1] == "Reason"
    assert lines[1][2] == "1-0102"
    assert "7棟" in lines[1][-1]
    lines[1][1] = "2棟"
    run(started(xlsx(lines)), "commit")
    assert [r[0] for r in rooms(connection)] == ["1-0101", "1-0102"]


def test_a_thousand_bad_rows_are_all_named(started) -> None:
    rows = [HEAD, *(line(f"R{i}", area="?") for i in range(1_000))]

    one = run(started(xlsx(rows)), "preview")

    assert len(reasons(one)) == 1_000
    assert (
        len(load_workbook(io.BytesIO(bad_rows_workbook(one))).get_sheet_by_index(0).to_python())
        == 1_001
    )


def test_what_a_person_chose_for_a_head_is_remembered(started, work, files) -> None:
    rows = [["樓盤", "樓宇", "門牌"], ["N1", "1棟", "X1"]]
    columns = {0: "estate", 1: "building", 2: "full_no"}
    run(started(xlsx(rows), columns=columns), "commit")

    guessed, _, _ = suggest(_begun(work("ann"), files, xlsx(rows)))
    others, _, _ = suggest(_begun(work("amy"), files, xlsx(rows)))
    assert guessed.columns == columns
    assert 2 not in others.columns


def _begun(work, files, data: bytes) -> Import:
    return find_import(work, files, begin(work, files, "room", data, "x.xlsx"))


def test_the_sheet_with_known_heads_is_chosen_and_another_can_be(started, work, files) -> None:
    data = xlsx(
        [["說明"], ["請勿修改"]], 明細=[HEAD, line("1-0101")], 二=[HEAD, line("2"), line("3")]
    )
    one = _begun(work(), files, data)

    assert one.plan.sheet == "明細"
    _, table, _ = suggest(one, "二")
    assert len(table.rows) == 2


def test_gbk_and_big5_text_files_are_read(started, connection) -> None:
    simplified = "樓盘,楼宇,房号\nN1,1栋,G-1\n".replace("樓", "楼")
    run(started(simplified.encode("gb18030"), name="a.csv"), "commit")
    run(started("樓盤\t樓宇\t房號\nN1\t1棟\tB-1\n".encode("big5"), name="b.txt"), "commit")

    assert [r[:2] for r in rooms(connection)] == [("B-1", 21), ("G-1", 21)]


def test_dates_come_as_dates_texts_and_serial_numbers(started, connection) -> None:
    days = [date(2026, 9, 3), "2026年9月3日", "2026.9.3", "20260903", 46268]
    rows = [
        ["樓盤", "樓宇", "房號", "交付日期"],
        *(["N1", "1棟", f"D{i}", d] for i, d in enumerate(days)),
    ]

    run(started(xlsx(rows)), "commit")

    found = connection.execute(text("select handed_over_on from room")).scalars().all()
    assert found == [date(2026, 9, 3)] * 5


def test_without_the_right_nothing_is_taken(work, files) -> None:
    with pytest.raises(Refused):
        begin(work("vic"), files, "room", xlsx([HEAD, line("1")]), "x.xlsx")
    with pytest.raises(Refused):
        begin(work("ann"), files, "estate", xlsx([HEAD, line("1")]), "x.xlsx")


def test_an_import_belongs_to_who_began_it(started, work, files) -> None:
    one = started(xlsx([HEAD, line("1")]))

    with pytest.raises(NotFound):
        find_import(work("bob"), files, one.id)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(columns={0: "secret"}),
        Plan(columns={0: "no_such"}),
        Plan(columns={0: "estate", 1: "estate"}),
        Plan(columns={99: "estate"}),
        Plan(columns={0: "estate"}, mode="drop"),
        Plan(columns={0: "estate"}, key=("version",)),
        Plan(columns={0: "estate"}, mode="update"),
        Plan(),
    ],
)
def test_a_forged_plan_is_refused(work, files, plan: Plan) -> None:
    with pytest.raises(Invalid):
        choose(_begun(work(), files, xlsx([HEAD, line("1")])), plan)


def test_a_template_has_the_heads_an_import_knows(work, files) -> None:
    data = template(work(), "room")

    heads = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()[0]
    assert heads[:3] == ["樓盤", "樓宇", "房號"]
    assert "機密" not in heads


def test_an_import_can_be_taken_back(started, connection) -> None:
    put(connection, "room", [room(2, 1, "1-0101", built_area=Decimal(70))])
    rows = [HEAD, line("1-0101"), line("1-0102")]
    one = run(started(xlsx(rows), key=("estate", "full_no")), "commit")

    assert undo(one) == {"deleted": 1, "restored": 1}

    assert [(r[0], r[2]) for r in rooms(connection)] == [("1-0101", Decimal("70.00"))]


def test_an_import_is_not_taken_back_over_later_changes(started, connection) -> None:
    one = run(started(xlsx([HEAD, line("1-0101"), line("1-0102")])), "commit")
    connection.execute(text("update room set version = 2 where full_no = '1-0102'"))

    with pytest.raises(Invalid, match="Row 3"):
        undo(one)
    assert len(rooms(connection)) == 2
