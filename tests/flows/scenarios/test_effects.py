"""What a flow does itself: set, call, cc, notify; in the transaction that decides (rule 19)."""

from __future__ import annotations

import pytest

from engine.extension import Invalid, Refused, action
from engine.records import Action, RecordService
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.sound import snapshot
from tests.flows.story import tell

DID: list[tuple[str, int, str]] = []


@action("flow_tests.write")
def write(context: Action) -> None:
    """Write something, as a plugin does."""
    DID.append((context.entity, context.ids[0], context.asked["step"]))
    values = {"title": "A follow-up", "unit": 3, "depth": 9}
    context.records.create("request", values)


@action("flow_tests.fail")
def fail(context: Action) -> None:
    """Write something, and then fail."""
    write(context)
    raise Refused("The bank says no.")


@action("flow_tests.appoint")
def appoint(context: Action) -> None:
    """Make zoe ann's manager, as a plugin does."""
    found = context.records.find("person", "name == 'Zoe' or name == 'Ann'", sort=["name"])
    ann, zoe = (one["id"] for one in found)
    context.records.change("person", ann, {"manager": zoe})


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DID.clear()


EFFECTS = """
- step: a
  who: user:bob
  before: [{set: {note: "'asked'"}}]
  after: [{set: {score: score + 1}}, {notify: user:zoe}, {cc: role:legal}]
- {step: b, who: user:fay, when: score == 2}
- {step: c, who: user:gus}
"""


def made(game: Stage) -> int:
    query = "select count(*) from request where depth = 9"
    return int(game.connection.exec_driver_sql(query).scalar_one())


def record(game: Stage) -> dict[str, object]:
    return RecordService(game.work("adm")).get("request", game.request)


def test_a_step_sets_fields_when_it_is_reached_and_passed(on: OnStage) -> None:
    game = on({"score": 1}, t=flow(EFFECTS))
    tell(game, "ann submits")
    assert record(game)["note"] == "asked"
    # later conditions see what was set
    tell(game, "bob approves => open: b/fay; copied: leo, lia")
    assert record(game)["score"] == 2
    assert game.told("zoe")
    assert game.told("leo")


AFTER = """{submitted: [{set: {note: "'in'"}}], approved: [{set: {effective_on: today()}}],
  rejected: [{set: {note: "'no'"}}], withdrawn: [{set: {note: "'back'"}}],
  terminated: [{set: {note: "'off'"}}], returned: [{set: {note: "'mend'"}}]}"""


@pytest.mark.parametrize(
    ("act", "note"),
    [
        ("ann comments", "in"),
        ("bob rejects", "no"),
        ("ann withdraws", "back"),
        ("adm terminates", "off"),
        ("bob returns", "mend"),
    ],
)
def test_what_happens_at_the_beginning_and_at_every_end(on: OnStage, act: str, note: str) -> None:
    game = on(t=flow("- {step: s, who: user:bob}", after=AFTER))
    tell(game, "ann submits")
    tell(game, act)
    assert record(game)["note"] == note


def test_what_happens_once_all_have_agreed(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: user:bob}", after=AFTER))
    tell(
        game,
        """
        ann submits
        bob approves => status: approved
        """,
    )
    assert str(record(game)["effective_on"]) == "2026-06-15"


def test_a_call_is_part_of_the_decision(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: user:bob}", after="{approved: [{call: flow_tests.write}]}"))
    tell(
        game,
        """
        ann submits
        bob approves => status: approved
        """,
    )
    assert [("request", game.request, "")] == DID
    assert made(game) == 1


def test_a_call_that_fails_leaves_nothing_behind(on: OnStage) -> None:
    game = on(
        t=flow(
            "- {step: s, who: user:bob, edit: [note]}",
            after="{approved: [{set: {score: 5}}, {call: flow_tests.fail}]}",
        )
    )
    tell(game, "ann submits")
    before = snapshot(game.connection)
    tell(game, "bob approves note=lost => refused: refused")
    assert snapshot(game.connection) == before
    assert (made(game), game.open, record(game)["score"]) == (0, ["s/bob"], None)
    tell(game, "bob rejects => status: rejected")


def test_a_wrong_value_in_what_the_flow_sets_leaves_nothing_behind(on: OnStage) -> None:
    game = on(t=flow("- {step: s, who: user:bob}", after='{approved: [{set: {title: "note"}}]}'))
    game.set(note="x" * 61)  # a title has 60 letters at most
    tell(game, "ann submits")
    before = snapshot(game.connection)
    with pytest.raises((Invalid, Refused)):
        tell(game, "bob approves")
    assert snapshot(game.connection) == before


def test_what_a_call_has_done_cannot_be_taken_back(on: OnStage) -> None:
    steps = (
        "- {step: s, who: user:bob, after: [{call: flow_tests.write}]}\n- {step: g, who: user:gus}"
    )
    tell(
        on(t=flow(steps)),
        """
        ann submits
        bob approves   => open: g/gus
        bob takes_back => refused: irreversible
        """,
    )
    work = (
        "- {step: s, who: user:bob}\n- do: [{call: flow_tests.write}]\n- {step: g, who: user:gus}"
    )
    tell(
        on(t=flow(work)),
        """
        ann submits
        bob approves   => open: g/gus
        bob takes_back => refused: irreversible
        """,
    )


def test_a_flow_works_between_steps(on: OnStage) -> None:
    steps = "- do: [{set: {amount: 500}}]\n- {step: g, who: user:gus, when: amount == 500}"
    game = on(t=flow(steps))
    tell(game, "ann submits => open: g/gus")


def test_a_call_that_no_plugin_brings_is_refused_by_name(on: OnStage) -> None:
    tell(
        on(t=flow("- {step: s, who: user:bob, after: [{call: flow_tests.nothing}]}")),
        """
        ann submits
        bob approves => refused: unknown_call
        bob rejects  => status: rejected
        """,
    )


@pytest.mark.parametrize(
    "appoints",
    [
        "- {step: b, who: initiator.manager, repeated: skip_any, after: [CALL]}",
        "- {step: b, who: initiator.manager, repeated: skip_any}\n- do: [CALL]",
    ],
)
def test_who_is_asked_next_is_found_after_what_the_flow_has_done(
    on: OnStage, appoints: str
) -> None:
    """Step b looks the manager up and is passed in the same breath: he has agreed before."""
    steps = f"- {{step: a, who: initiator.manager}}\n{appoints}\n"
    steps = steps.replace("CALL", "{call: flow_tests.appoint}")
    game = on(t=flow(f"{steps}- {{step: c, who: initiator.manager}}"))
    tell(
        game,
        """
        ann submits  => open: a/bob
        bob approves => open: c/zoe
        """,
    )
