"""Who is asked in the steps that a return went over (rule 2)."""

from __future__ import annotations

from tests.flows.conftest import OnStage
from tests.flows.playing import flow
from tests.flows.scenarios.test_returning import BLOCK
from tests.flows.story import tell

LATER = """
- {step: a, who: user:bob}
- {step: b, who: WHO, MORE}
- {step: c, who: user:gus}
"""


def later(who: str, more: str = "can: [reject, return, transfer, add_sign]") -> str:
    return flow(LATER.replace("WHO", who).replace("MORE", more))


def test_later_steps_ask_those_again_who_held_their_tasks(on: OnStage) -> None:
    """Rule 2 is about every step that is gone through again, not the target alone."""
    game = on(t=later("user:fay"))
    tell(
        game,
        """
        ann submits
        bob approves
        fay transfers to wes
        wes adds zoe with => open: b/wes, b/zoe
        zoe approves      => open: c/gus
        gus returns to a  => open: a/bob
        bob approves      => open: b/wes, b/zoe
        wes approves
        gus returns       => open: resubmit/ann
        ann resubmits
        bob approves      => open: b/wes, b/zoe
        """,
    )
    game.switch_off("zoe")
    tell(game, "wes approves\ngus returns to a\nbob approves => open: b/wes")
    game.switch_off("wes")
    tell(game, "adm forces approved at b\ngus returns to a\nbob approves => open: b/fay")


def test_who_was_asked_and_had_not_answered_is_asked_again_too(on: OnStage) -> None:
    game = on(t=flow(BLOCK))
    tell(
        game,
        """
        ann submits
        bob approves       => open: l/leo, f/fay
        leo transfers to pam
        fay returns to a   => pam: cancelled(returned); open: a/bob
        bob approves       => open: l/pam, f/fay
        """,
    )


def test_whom_an_administrator_named_is_not_looked_for_again(on: OnStage) -> None:
    tell(
        on(t=later("role:audit", "nobody: hold")),
        """
        ann submits
        bob approves       => open: b/adm
        adm assigns fox at b => open: b/fox
        fox approves
        gus returns to a
        bob approves       => open: b/fox
        """,
    )


def test_a_step_that_means_other_people_by_now_asks_those(on: OnStage) -> None:
    """A return is there to have something mended: the buyer, say."""
    game = on(t=later("field:buyer"))
    game.set(buyer=game.users["fay"])
    tell(
        game,
        """
        ann submits
        bob approves
        fay transfers to wes
        wes approves
        gus returns => open: resubmit/ann
        """,
    )
    game.set(buyer=game.users["fin"])
    tell(game, "ann resubmits\nbob approves => open: b/fin")


def test_who_has_agreed_once_more_is_spared_later_as_before(on: OnStage) -> None:
    tell(
        on(t=later("user:bob", "repeated: skip_adjacent")),
        """
        ann submits
        bob approves     => open: c/gus; bob/b: skipped(repeated)
        gus returns to a
        bob approves     => open: c/gus; bob/b: skipped(repeated)
        """,
    )
