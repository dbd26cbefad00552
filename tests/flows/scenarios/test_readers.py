"""Who may read a record because an approval shows it to him (rule 21)."""

from __future__ import annotations

import pytest

from engine.extension import Invalid, NotFound, Refused
from engine.records import Query, RecordService
from engine.records.shown import as_reader
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.story import tell

COLUMNS = ("title", "amount", "special_terms", "state", "unit")
STEPS = flow(
    """
- {step: s, who: user:zoe, hide: [special_terms, lines], cc: user:wes}
- {step: g, who: user:gus}
"""
)
RECORD = {"special_terms": "secret", "lines": [{"item": "paper"}]}


def reads(game: Stage, login: str) -> bool:
    service = RecordService(game.work(login))
    try:
        got = service.get("request", game.request)
    except NotFound:
        with pytest.raises((NotFound, Refused, Invalid)):
            service.view("request", game.request, COLUMNS)
        return False
    assert got["title"] == "A request"
    return True


def test_who_is_asked_reads_this_record_and_no_other(on: OnStage) -> None:
    game = on(RECORD, t=STEPS)
    other = game.new()
    game.request = other - 1
    assert not reads(game, "zoe")
    tell(game, "ann submits")
    assert reads(game, "zoe")
    service = RecordService(game.work("zoe"))
    with pytest.raises(NotFound):
        service.get("request", other)
    with pytest.raises((Refused, NotFound, Invalid)):
        service.page(Query(entity="request", columns=("title",)))
    with pytest.raises((Refused, NotFound, Invalid)):
        service.page(Query(entity="request", columns=("title",), ids=(game.request,)))
    field = game.catalog.entity("request").field("follow_up")
    assert service.look_up("request", field, "") == []
    assert service.search("A request") == []
    with pytest.raises((Refused, NotFound)):
        service.change("request", game.request, {"title": "x"})
    with pytest.raises((Refused, NotFound)):
        service.delete("request", game.request)


def test_what_a_step_hides_is_not_shown(on: OnStage) -> None:
    game = on(RECORD, t=STEPS)
    tell(game, "ann submits")
    service = RecordService(game.work("zoe"))
    got = service.get("request", game.request)
    assert "special_terms" not in got
    assert service.lines("request", "lines", game.request) == []
    page = service.view("request", game.request, COLUMNS)
    assert [column.path for column in page.columns] == ["title", "amount", "state", "unit"]
    assert "secret" not in str(page.rows)
    with pytest.raises(Invalid):
        service.view("request", game.request, ("nonsense",))
    # who may read it anyway sees it all
    assert RecordService(game.work("ann")).get("request", game.request)["special_terms"] == "secret"


def test_links_lead_no_further_than_ones_own_rights(on: OnStage) -> None:
    game = on(RECORD, t=STEPS)
    game.set(owner=1)
    tell(game, "ann submits")
    service = RecordService(game.work("zoe"))
    page = service.view("request", game.request, ("title", "owner"))
    assert page.rows
    with pytest.raises(Invalid):
        service.view("request", game.request, ("owner.post",))


def test_a_link_to_a_record_of_the_same_kind_leads_no_further(on: OnStage) -> None:
    game = on(RECORD, t=STEPS)
    other, first = game.new(amount="77"), game.request
    game.request = first
    mine = game.new(follow_up=other)
    game.request = mine
    tell(game, "ann submits")
    work = game.work("zoe")
    reader = as_reader(work, "request", mine)
    assert reader is not None
    page = RecordService(reader).view("request", mine, ("title", "follow_up.amount"))
    assert [column.path for column in page.columns] == ["title"]
    everything = RecordService(reader).page(Query(entity="request", columns=("title",)))
    assert [row[0] for row in everything.rows] == [mine]
    for path in ("follow_up.amount", "follow_up.special_terms"):
        with pytest.raises(Invalid):
            RecordService(reader).page(Query(entity="request", columns=(path,)))
    with pytest.raises((Refused, NotFound)):
        RecordService(reader).change("request", mine, {"title": "x"})
    lines = RecordService(reader).page(Query(entity="request_line", columns=("item",)))
    assert lines.rows == []  # its step hides them


def test_of_lines_a_reader_sees_those_of_his_record(on: OnStage) -> None:
    game = on(RECORD, t=flow("- {step: s, who: user:zoe}"))
    game.new(lines=[{"item": "of another"}])
    mine = game.new(lines=[{"item": "of mine"}])
    tell(game, "ann submits")
    reader = as_reader(game.work("zoe"), "request", mine)
    assert reader is not None
    page = RecordService(reader).page(Query(entity="request_line", columns=("item",)))
    assert [row[page.columns[0].value] for row in page.rows] == ["of mine"]


def test_a_list_prepared_for_a_reader_serves_nobody_else(on: OnStage) -> None:
    game = on(RECORD, t=STEPS)
    tell(game, "ann submits")
    RecordService(game.work("zoe")).view("request", game.request, ("title", "amount"))
    query = Query(entity="request", columns=("title", "amount"))
    with pytest.raises((Refused, Invalid, NotFound)):
        RecordService(game.work("zoe")).page(query)


def test_the_right_stays_after_deciding_and_goes_with_a_transfer(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: user:zoe}\n- {step: g, who: user:gus}"))
    tell(
        game,
        """
        ann submits
        zoe approves
        """,
    )
    assert reads(game, "zoe")
    tell(game, "gus approves => status: approved")
    assert reads(game, "zoe")
    handed = on(t=flow("- {step: s, who: user:zoe}\n- {step: g, who: user:gus}"))
    handed.give_role("ina", "staff")
    tell(
        handed,
        """
        ann submits
        zoe transfers to wes
        """,
    )
    assert not reads(handed, "zoe")
    tell(handed, "wes transfers to zoe")
    assert reads(handed, "zoe")


def test_who_is_copied_reads_it(on: OnStage) -> None:
    game = on(t=flow("- {step: g, who: user:gus}"))
    tell(game, "ann submits")
    assert not reads(game, "zoe")
    tell(game, "ann copies zoe")
    assert reads(game, "zoe")


def test_a_standing_proxy_reads_it(on: OnStage) -> None:
    game = on(t=flow("- {step: g, who: user:gus}"))
    game.proxy("gus", "zoe")
    tell(game, "ann submits")
    assert reads(game, "zoe")


def test_who_is_asked_twice_sees_what_either_step_shows(on: OnStage) -> None:
    game = on(
        RECORD,
        t=flow(
            """
- {step: a, who: user:zoe, hide: [special_terms, amount]}
- {step: b, who: user:zoe, hide: [amount, note]}
"""
        ),
    )
    tell(game, "ann submits")
    hidden = "select hide from wy_flow_reader where user_id = %s"
    me = (game.users["zoe"],)
    assert game.connection.exec_driver_sql(hidden, me).scalar_one() == ["amount", "special_terms"]
    tell(game, "zoe approves")
    assert game.connection.exec_driver_sql(hidden, me).scalar_one() == ["amount"]
