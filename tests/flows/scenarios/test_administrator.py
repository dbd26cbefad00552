"""自由跳轉, suspend, terminate, force, migrate: what mends a flow (rules 15 and 25)."""

from __future__ import annotations

import pytest

from engine.extension import NotFound
from engine.flows.core.refusals import FlowRefused
from engine.flows.migration import migrate
from engine.loading import catalog_from_texts
from engine.storage.apply import PlanRefused, apply
from engine.storage.plan import plan
from tests.flows.company import catalog_with, texts
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.sound import snapshot
from tests.flows.story import tell

LINE = """
- {step: a, who: user:bob}
- {step: b, who: user:fay, due: 1 workday}
- parallel: p
  branches:
    - steps: [{step: l, who: user:leo}, {step: l2, who: user:lia}]
    - steps: [{step: f, who: user:fin}]
- {step: g, who: user:gus}
"""


def test_jumping_to_any_step_outside_foreign_blocks(on: OnStage) -> None:
    game = on(t=flow(LINE))
    tell(
        game,
        """
        ann submits
        bob jumps to g  => refused: not_admin
        adm jumps to l  => refused: bad_target
        adm jumps to p  => refused: bad_target
        adm jumps to zz => refused: bad_target
        adm jumps to g  => open: g/gus; bob: cancelled(jumped)
        gus approves    => status: approved
        """,
    )
    assert game.visit_of("b") == ("skipped", "jumped")
    assert game.visit_of("p") == ("skipped", "jumped")


def test_jumping_out_of_and_within_a_block(on: OnStage) -> None:
    game = on(t=flow(LINE))
    tell(
        game,
        """
        ann submits
        bob approves
        fay approves
        adm jumps to l2 => open: f/fin, l2/lia; leo: cancelled(jumped)
        adm jumps to a  => open: a/bob; lia: cancelled(jumped); fin: cancelled(jumped)
        bob approves    => open: b/fay
        """,
    )


def test_a_flow_may_name_who_mends_it(on: OnStage) -> None:
    tell(
        on(t=flow(LINE, rules="{admin: user:zoe}")),
        """
        ann submits
        wes jumps to g => refused: not_admin
        zoe jumps to g => open: g/gus
        """,
    )


def test_nobody_acts_while_it_is_suspended_and_time_stands_still(on: OnStage) -> None:
    game = on(t=flow(LINE))
    tell(
        game,
        """
        ann submits
        bob approves => open: b/fay; timers: due
        bob suspends => refused: not_admin
        adm resumes  => refused: not_suspended
        adm suspends => open: b/fay
        """,
    )
    due = "select due_at from wy_flow_timer where cancelled_at is null and fired_at is null"
    before = game.connection.exec_driver_sql(due).scalar_one()
    tell(
        game,
        """
        fay approves       => refused: suspended
        fay transfers to zoe => refused: suspended
        adm jumps to g     => refused: suspended
        bob takes_back     => refused: suspended
        adm suspends       => refused: suspended
        +10 days           => open: b/fay; timers: due
        adm resumes        => timers: due
        """,
    )
    after = game.connection.exec_driver_sql(due).scalar_one()
    assert (after - before).days == 10
    tell(
        game,
        """
        +23 hours    => timers: due
        fay approves => open: l/leo, f/fin
        adm suspends
        adm terminates => status: terminated; open: {}
        """,
    )


def test_a_suspended_case_can_be_withdrawn_but_not_decided(on: OnStage) -> None:
    tell(
        on(t=flow(LINE)),
        """
        ann submits
        adm suspends
        ann withdraws => status: withdrawn; state: draft
        """,
    )


def test_a_step_is_decided_by_an_administrator(on: OnStage) -> None:
    tell(
        on(t=flow(LINE)),
        """
        ann submits
        adm forces rejected at a => status: rejected; bob: cancelled(forced)
        adm forces approved at a => refused: not_running
        """,
    )
    game = on(t=flow("- {wait: w, event: paid}\n- {step: g, who: user:gus}"))
    tell(
        game,
        """
        ann submits
        adm forces approved at w => open: g/gus
        """,
    )


NEW = flow(
    """
- {step: first, who: user:bob}
- {step: between, who: user:pam}
- {step: l, who: user:lia, when: amount > 100}
- {step: g, who: user:gus}
"""
)
OLD = flow("- {step: a, who: user:bob}\n- {step: b, who: user:fay}\n- {step: g, who: user:gus}")


def _migrate(game: Stage, text: str, steps: dict[str, str], login: str = "adm") -> None:
    game.catalog = catalog_with(t=text)
    migrate(game.work(login), game.case, steps)


def test_running_cases_keep_the_text_they_began_with(on: OnStage) -> None:
    game = on(t=OLD)
    tell(game, "ann submits")
    game.catalog = catalog_with(t=NEW)
    tell(
        game,
        """
        bob approves => open: b/fay
        fay returns to a => open: a/bob
        bob approves
        fay approves
        gus approves => status: approved
        """,
    )
    digests = game.connection.exec_driver_sql("select distinct digest from wy_flow_log").all()
    assert len(digests) == 1
    game.new()
    tell(game, "ann submits => open: first/bob")


def test_a_running_case_is_moved_to_the_newest_text(on: OnStage) -> None:
    game = on(t=OLD)
    tell(
        game,
        """
        ann submits
        bob approves => open: b/fay
        """,
    )
    old = game.case_row().definition_id
    _migrate(game, NEW, {"a": "first", "b": "between"})
    assert game.case_row().definition_id != old
    assert game.last_entry().command == "migrate"
    tell(
        game,
        """
        # who was asked is asked still
        fay approves => open: g/gus
        gus returns to first => open: first/bob
        bob approves => open: between/pam
        pam transfers to zoe
        zoe approves => open: g/gus
        gus approves => status: approved
        """,
    )
    assert game.logged()[:3] == ["submit", "approve", "migrate"]


def test_a_case_is_not_moved_where_an_open_step_has_no_place(on: OnStage) -> None:
    game = on(t=OLD)
    tell(
        game,
        """
        ann submits
        bob approves
        """,
    )
    before = snapshot(game.connection)
    for steps, login, code in (
        ({"a": "first"}, "adm", "no_place"),
        ({"a": "first", "b": "nowhere"}, "adm", "no_place"),
        ({"a": "between", "b": "between"}, "adm", "no_place"),  # two steps in one place
        ({"a": "first", "b": "between"}, "bob", "not_admin"),
    ):
        with pytest.raises(FlowRefused) as refused:
            _migrate(game, NEW, steps, login)
        assert refused.value.code == code, steps
    game.catalog = catalog_with(other=OLD.replace("flow: t", "flow: other"))
    with pytest.raises((FlowRefused, NotFound)):
        migrate(game.work("adm"), game.case, {})
    assert snapshot(game.connection) == before


def test_a_finished_case_and_one_that_is_up_to_date_are_not_moved(on: OnStage) -> None:
    game = on(t=OLD)
    tell(game, "ann submits")
    with pytest.raises(FlowRefused) as refused:
        migrate(game.work("adm"), game.case, {})
    assert refused.value.code == "up_to_date"
    tell(game, "ann withdraws")
    with pytest.raises(FlowRefused) as refused:
        _migrate(game, NEW, {})
    assert refused.value.code == "not_running"


NOTED = flow('- {step: a, who: user:bob, when: "score > 1"}\n- {step: b, who: user:fay}')
WITHOUT = {
    name: body.replace("      score: {type: integer, label: {zh_Hant: 評分, en: Score}}\n", "")
    for name, body in texts().items()
}


def test_a_field_that_runs_is_not_dropped_silently(on: OnStage) -> None:
    game = on({"score": 5}, t=NOTED)
    tell(game, "ann submits => open: a/bob")
    smaller = catalog_from_texts({**WITHOUT, "workflows/t.yaml": OLD})

    (step,) = plan(game.connection, smaller).lossy
    assert "flow t" in str(step)
    assert "score" in str(step)
    assert not plan(game.connection, catalog_with(t=OLD)).lossy
    with pytest.raises(PlanRefused):
        apply(game.connection, smaller, author="test")
    # who did it all the same is told by name, and can mend it
    before, game.catalog = game.catalog, smaller
    tell(game, "bob approves => refused: unfit")
    migrate(game.work("adm"), game.case, {})
    tell(game, "bob approves => open: b/fay")
    assert not plan(game.connection, smaller).lossy
    game.catalog = before
    tell(game, "fay approves => open: g/gus")
