"""轉辦, 委派, 代理, 離職: a task in other hands (rules 9 and 10)."""

from __future__ import annotations

import pytest

from engine.flows.core.refusals import FlowRefused
from engine.flows.handover import hand_over_all
from engine.flows.lists import Wanted, counts, items
from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.story import tell

ONE = flow("- {step: s, who: user:bob}\n- {step: g, who: user:gus}")


def test_a_transferred_task_is_somebody_elses(on: OnStage) -> None:
    tell(
        on(t=ONE),
        """
        ann submits
        bob transfers to zoe => open: s/zoe; bob: transferred
        bob approves         => refused: already_done
        zoe transfers to wes => open: s/wes
        wes approves         => open: g/gus
        """,
    )


def test_to_whom_a_task_cannot_go(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: [user:bob, user:fay], sign: all}")),
        """
        ann submits
        bob transfers to ann => refused: self_approval
        bob transfers to fay => refused: duplicate
        bob transfers to bob => refused: duplicate
        bob transfers to ina => refused: inactive
        bob delegates to ann => refused: self_approval
        bob delegates to ina => refused: inactive
        """,
    )
    tell(
        on(t=flow("- {step: s, who: user:bob, can: [reject]}")),
        """
        ann submits
        bob transfers to zoe => refused: not_allowed
        bob delegates to zoe => refused: not_allowed
        """,
    )


def test_a_delegate_gives_an_opinion_and_the_owner_decides(on: OnStage) -> None:
    tell(
        on(t=ONE),
        """
        ann submits
        bob delegates to zoe => open: s/zoe; waiting: s/bob
        bob approves         => refused: not_open
        zoe returns          => refused: not_allowed
        zoe adds wes with    => refused: not_allowed
        # even a refusal does not move the flow
        zoe rejects          => open: s/bob; status: running
        bob approves         => open: g/gus
        """,
    )


def test_a_delegated_task_can_be_called_back(on: OnStage) -> None:
    tell(
        on(t=ONE),
        """
        ann submits
        bob recalls          => refused: not_open
        bob delegates to zoe
        bob recalls          => open: s/bob; zoe: cancelled(recalled)
        bob approves         => open: g/gus
        """,
    )


def test_a_standing_proxy_sees_it_too_and_the_first_wins(on: OnStage) -> None:
    game = on(t=ONE)
    game.proxy("bob", "zoe")
    tell(game, "ann submits => open: s/bob")
    assert [counts(game.work(who))["todo"] for who in ("bob", "zoe")] == [1, 1]
    assert items(game.work("zoe"), Wanted())[0].on_behalf_of == game.users["bob"]
    assert game.told("zoe") == game.told("bob") != []
    tell(
        game,
        """
        zoe approves => open: g/gus
        bob approves => refused: already_done
        """,
    )
    entry = game.last_entry()
    assert (entry.actor_id, entry.on_behalf_of) == (game.users["zoe"], game.users["bob"])
    assert [one.step for one in items(game.work("zoe"), Wanted(kind="done"))] == ["s"]
    other = on(t=ONE)
    tell(
        other,
        """
        ann submits
        bob approves => open: g/gus
        zoe approves => refused: already_done
        """,
    )
    assert other.last_entry().on_behalf_of is None


def test_a_proxys_proxy_is_not_asked(on: OnStage) -> None:
    game = on(t=ONE)
    game.proxy("bob", "zoe")
    game.proxy("zoe", "wes")
    tell(
        game,
        """
        ann submits
        wes approves => refused: not_your_task
        zoe approves => open: g/gus
        """,
    )


def test_when_a_proxy_does_not_count(on: OnStage) -> None:
    initiator = on(t=ONE)
    initiator.proxy("bob", "ann")  # nobody stands in for who decides on his own request
    tell(
        initiator,
        """
        ann submits  => open: s/bob
        ann approves => refused: not_your_task
        ann withdraws
        """,
    )
    for days, flows, stands_in in (
        ((-5, -1), (), "zoe"),
        ((1, 5), (), "zoe"),
        ((0, 5), ("other",), "zoe"),
        ((0, 5), (), "ina"),
    ):
        game = on(t=ONE)
        game.connection.exec_driver_sql("delete from wy_flow_proxy")
        game.proxy("bob", stands_in, *flows, days=days)
        tell(game, "ann submits => open: s/bob")
        assert game.task("zoe") is None, (days, flows, stands_in)


def test_a_proxy_counts_on_his_first_and_last_day_and_for_the_flows_named(on: OnStage) -> None:
    for days in ((0, 0), (-3, 0), (0, 9)):
        game = on(t=ONE)
        game.connection.exec_driver_sql("delete from wy_flow_proxy")
        game.proxy("bob", "zoe", "other", "t", days=days)
        tell(
            game,
            """
            ann submits
            zoe approves => open: g/gus
            """,
        )


def test_a_leavers_tasks_go_to_his_successor(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: [user:bob, user:fay], sign: all}"))
    tell(
        game,
        """
        ann submits
        fay hands_over bob zoe => refused: not_admin
        adm hands_over bob ina => refused: inactive
        adm hands_over bob zoe => open: s/fay, s/zoe; bob: transferred(left)
        # who is asked already is not asked twice
        adm hands_over zoe fay => open: s/fay; zoe: cancelled(removed)
        fay approves           => status: approved
        """,
    )


def test_a_leaver_whose_successor_asked_for_it_leaves_the_step_to_an_administrator(
    on: OnStage,
) -> None:
    tell(
        on(t=flow("- {step: s, who: user:bob}")),
        """
        ann submits
        adm hands_over bob ann    => open: s/adm; bob: cancelled(removed)
        adm assigns zoe at s      => open: s/zoe
        zoe approves              => status: approved
        """,
    )


def test_everything_a_leaver_holds_is_handed_over_at_once(on: OnStage) -> None:
    games = [on(t=ONE) for _ in range(3)]
    for game in games:
        tell(game, "ann submits")
    tell(games[2], "bob approves")
    games[0].switch_off("bob")

    moved = hand_over_all(games[0].work("adm"), games[0].users["bob"], games[0].users["zoe"])

    assert (len(moved.done), moved.refused) == (2, [])
    assert [game.open for game in games] == [["s/zoe"], ["s/zoe"], ["g/gus"]]


def mended_by(login: str, name: str, **more: str) -> str:
    rules = f"{{admin: user:{login}}}"
    return flow("- {step: s, who: [user:bob, user:fay], sign: all}", name, rules=rules, **more)


def test_only_the_cases_of_ones_own_flows_are_handed_over(on: OnStage) -> None:
    """Pam and wes mend a flow each; an administrator of everything does the rest."""
    flows = {
        "pams": mended_by("pam", "pams", applies="{when: score == 1}"),
        "wess": mended_by("wes", "wess", applies="{when: score == 2}"),
    }
    games = [on({"score": score}, **flows) for score in (1, 2, 1)]
    for game in games:
        tell(game, "ann submits => open: s/bob, s/fay")
    first, users = games[0], games[0].users
    first.proxy("bob", "lia")
    first.proxy("leo", "bob")
    kept = "select count(*) from wy_flow_proxy where ended_at is null"

    moved = hand_over_all(first.work("pam"), users["bob"], users["zoe"])

    assert (moved.done, moved.refused) == ([games[0].case, games[2].case], [])
    assert [game.open for game in games] == [
        ["s/fay", "s/zoe"],
        ["s/bob", "s/fay"],
        ["s/fay", "s/zoe"],
    ]
    assert first.connection.exec_driver_sql(kept).scalar_one() == 2  # of other flows, too
    with pytest.raises(FlowRefused) as refused:
        hand_over_all(first.work("ann"), users["bob"], users["zoe"])
    assert refused.value.code == "not_admin"

    moved = hand_over_all(first.work("adm"), users["bob"], users["zoe"])

    assert moved.done == [games[1].case]
    assert games[1].open == ["s/fay", "s/zoe"]
    assert first.connection.exec_driver_sql(kept).scalar_one() == 0
