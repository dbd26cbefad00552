"""Each reader is told in his own language, whoever decides."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, event, select

from engine.access import set_preference
from engine.access.tables import wy_preference
from engine.extension import registry
from engine.messages import SMS, Said, reach
from engine.storage.work_tables import wy_message as messages
from tests.flows.conftest import OnStage
from tests.flows.playing import Stage, flow
from tests.flows.story import tell

BOTH = "- {step: a, who: user:bob}\n- {step: b, who: [user:fay, user:leo, user:gus], sign: all}"


def speaks(game: Stage, login: str, language: str) -> None:
    """Let a person choose a language; '' is none."""
    mine = wy_preference.c.user_id == game.users[login]
    game.connection.execute(delete(wy_preference).where(mine))
    if language:
        set_preference(game.connection, game.users[login], "language", language)


def told(game: Stage, login: str, channel: str = "inbox") -> list[tuple[str, str]]:
    query = select(messages.c.language, messages.c.subject).order_by(messages.c.id)
    mine = (messages.c.user_id == game.users[login], messages.c.channel == channel)
    return [tuple(row) for row in game.connection.execute(query.where(*mine))]


def subject(game: Stage) -> str:
    return str(game.case_row().subject)


def test_two_readers_of_one_decision_are_told_in_their_own_languages(on: OnStage) -> None:
    game = on(t=flow(BOTH))
    speaks(game, "fay", "zh_Hans")
    speaks(game, "leo", "en")
    speaks(game, "gus", "")  # the company's own
    tell(game, "ann submits\nbob approves => open: b/fay, b/leo, b/gus")
    what = subject(game)
    assert told(game, "fay") == [("zh_Hans", f"待您审批：{what}")]
    assert told(game, "leo") == [("en", f"For your approval: {what}")]
    assert told(game, "gus") == [("zh_Hant", f"待您審批：{what}")]


def test_a_language_the_company_does_not_speak_is_its_own(on: OnStage) -> None:
    game = on(t=flow(BOTH))
    speaks(game, "bob", "pt")
    tell(game, "ann submits")
    assert [language for language, _ in told(game, "bob")] == ["zh_Hant"]


def test_urging_copies_outcomes_and_reminders_too(on: OnStage) -> None:
    steps = BOTH.replace("who: user:bob", "who: user:bob, due: 1 day, cc: user:wes")
    game = on(t=flow(steps))
    speaks(game, "ann", "zh_Hans")
    speaks(game, "bob", "zh_Hant")
    speaks(game, "wes", "zh_Hans")
    tell(
        game,
        """
        ann submits
        ann urges
        +2 days
        bob approves
        fay rejects
        """,
    )
    what = subject(game)
    assert [text for _, text in told(game, "bob")] == [
        f"待您審批：{what}",
        f"催辦：{what}",
        f"已超時：{what}",
    ]
    assert told(game, "wes") == [("zh_Hans", f"抄送给您：{what}")]
    assert told(game, "ann") == [("zh_Hans", f"已驳回：{what}")]
    mails = told(game, "bob", "mail")
    assert [text for _, text in mails] == [f"催辦：{what}", f"已超時：{what}"]


def test_a_command_asks_once_for_the_languages_of_all_it_tells(on: OnStage) -> None:
    game = on(t=flow(BOTH))
    tell(game, "ann submits")
    assert _asked_for_languages(game, "bob approves") == 1


def test_mail_and_text_messages_speak_the_readers_language(
    on: OnStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._channels, SMS, registry.Channel(SMS, lambda message: None))
    game = on(t=flow(BOTH))
    speaks(game, "fay", "zh_Hans")
    game.connection.exec_driver_sql("update person set phone = '13800138000'")
    people = [game.users[one] for one in ("fay", "leo")]
    reach(game.work("ann"), people, Said("Overdue: %(subject)s", {"subject": "x"}), "as I said")
    for way in ("mail", SMS):
        assert told(game, "fay", way) == [("zh_Hans", "已超时：x")]
        assert told(game, "leo", way) == [("en", "Overdue: x")]


def _asked_for_languages(game: Stage, said: str) -> int:
    heard: list[str] = []

    def hear(*args: object) -> None:
        heard.append(str(args[2]))

    event.listen(game.connection, "before_cursor_execute", hear)
    tell(game, said)
    event.remove(game.connection, "before_cursor_execute", hear)
    return len([one for one in heard if "wy_preference.user_id IN" in one])
