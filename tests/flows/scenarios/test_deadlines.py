"""Due dates on the work calendar, and what happens then (rule 16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.flows.core.refusals import FlowRefused
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.story import pass_time, tell

# The stage's clock stands at Monday 10:00; the company works 9-12 and 13:30-18.


def due(text: str, more: str = "") -> str:
    return flow(f"- {{step: s, who: user:bob, due: {text}{more}}}\n- {{step: g, who: user:gus}}")


def reminded(game: Stage, login: str) -> int:
    return len([text for text in game.told(login) if text.startswith(("Please decide", "Overdue"))])


def test_a_deadline_is_counted_on_the_days_the_company_works(on: OnStage) -> None:
    game = on(t=due("{in: 5 workdays, then: approve}"))
    tell(
        game,
        """
        ann submits
        +6 days     => open: s/bob
        +1 days     => open: g/gus; bob: approved(timeout); log: submit due
        """,
    )
    hours = on(t=due("{in: 9 workhours, then: approve}"))
    tell(
        hours,
        """
        ann submits
        # two hours before noon, 4.5 after it; 2.5 are left for Tuesday, until 11:30
        +25 hours   => open: s/bob
        +30 minutes => open: g/gus
        """,
    )


def test_people_are_reminded_before_and_after_so_often_and_no_more(on: OnStage) -> None:
    game = on(t=due("{in: 1 workday, remind: {before: 4 workhours, every: 1 hour, max: 3}}"))
    tell(game, "ann submits => timers: remind, due")
    counts = []
    for hours in (7, 17, 1, 1, 1, 24):
        pass_time(game, timedelta(hours=hours))
        counts.append(reminded(game, "bob"))
    # Monday 17:00 one before; Tuesday 10:00 late, then twice more
    assert counts[-1] == 4
    assert counts == sorted(counts)
    tell(game, "bob approves => open: g/gus; timers: {}")


def test_a_superior_may_decide_too(on: OnStage) -> None:
    game = on(t=due("{in: 1 workday, then: {escalate: initiator.manager+1}}"))
    tell(
        game,
        """
        ann submits
        +1 days      => open: s/bob, s/cat
        cat approves => open: g/gus; bob: cancelled(not_needed)
        """,
    )
    first = on(t=due("{in: 1 workday, then: {escalate: initiator.manager+1}}"))
    tell(
        first,
        """
        ann submits
        +1 days
        bob approves => open: g/gus; cat: cancelled(not_needed)
        """,
    )


def test_it_may_go_to_somebody_else(on: OnStage) -> None:
    game = on(t=due("{in: 1 workday, then: {transfer: user:zoe}}"))
    tell(
        game,
        """
        ann submits
        +1 days      => open: s/zoe; bob: transferred(timeout)
        bob approves => refused: already_done
        zoe approves => open: g/gus
        """,
    )


def test_it_may_go_back(on: OnStage) -> None:
    tell(
        on(t=due("{in: 1 workday, then: {return: initiator}}")),
        """
        ann submits
        +1 days       => open: resubmit/ann; bob: returned(timeout); state: draft
        ann resubmits => open: s/bob; timers: due
        """,
    )


def test_it_may_be_refused(on: OnStage) -> None:
    tell(
        on(t=due("{in: 1 workday, then: reject}")),
        """
        ann submits
        +1 days => status: rejected; state: rejected; bob: rejected(timeout)
        """,
    )


def test_silence_does_not_agree_to_what_is_not_filled_in(on: OnStage) -> None:
    game = on(t=due("{in: 1 workday, then: approve}", ", edit: [score], require: [score]"))
    tell(
        game,
        """
        ann submits
        +1 days              => open: s/bob; status: running
        bob approves         => refused: required
        bob approves score=3 => open: g/gus
        """,
    )
    assert reminded(game, "bob") == 1
    assert reminded(game, "adm") == 1  # somebody must look


def test_nobody_is_there_to_escalate_to(on: OnStage) -> None:
    game = on(t=due("{in: 1 workday, then: {transfer: role:audit}}"))
    tell(
        game,
        """
        ann submits
        +1 days => open: s/bob; status: running
        """,
    )
    assert reminded(game, "adm") == 1


@pytest.mark.parametrize(
    "act",
    [
        "bob approves",
        "bob rejects",
        "bob returns",
        "bob transfers to zoe",
        "ann withdraws",
        "adm terminates",
        "adm jumps to g",
        "adm removes fay",
    ],
)
def test_a_timer_dies_with_its_task(on: OnStage, act: str) -> None:
    game = on(
        t=flow(
            "- {step: s, who: [user:bob, user:fay], due: {in: 1 workday, then: approve}}\n"
            "- {step: g, who: user:gus}"
        )
    )
    tell(game, "ann submits => timers: due, due")
    tell(game, act)
    live = "select t.no from wy_flow_timer m join wy_flow_task t on t.case_id = m.case_id"
    live += " and t.no = m.task where m.fired_at is null and m.cancelled_at is null"
    live += " and t.state <> 'open'"
    assert game.connection.exec_driver_sql(live).all() == []


def test_a_wait_ends_after_some_time_or_on_a_day(on: OnStage) -> None:
    tell(
        on(t=flow("- {wait: w, delay: 2 hours}\n- {step: g, who: user:gus}")),
        """
        ann submits => open: {}
        +1 hours    => open: {}
        +1 hours    => open: g/gus
        """,
    )
    game = on(
        {"effective_on": "2026-06-20"},
        t=flow("- {wait: w, until: effective_on}\n- {step: g, who: user:gus}"),
    )
    tell(
        game,
        """
        ann submits => open: {}; timers: elapsed
        +4 days     => open: {}
        +1 days     => open: g/gus
        """,
    )
    past = on(
        {"effective_on": "2026-01-01"},
        t=flow("- {wait: w, until: effective_on}\n- {step: g, who: user:gus}"),
    )
    tell(
        past,
        """
        ann submits
        +0 minutes  => open: g/gus
        """,
    )


def test_no_person_sets_a_timer_off(on: OnStage) -> None:
    game = on(t=due("{in: 1 workday, then: approve}"))
    tell(game, "ann submits")
    for name in ("due", "elapsed", "child", "parent_ended"):
        with pytest.raises(FlowRefused) as refused:
            game.do(name, "bob")
        assert refused.value.code == "unknown_action"
    with pytest.raises(FlowRefused) as refused:
        game.do("event", "bob", target="paid", task=None)
    assert refused.value.code == "not_admin"
