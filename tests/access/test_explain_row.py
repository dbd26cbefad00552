"""Why a record is seen, or not."""

from __future__ import annotations

from engine.access import explain_row
from tests.access.project import company, company_tables, own
from tests.access.test_identity import statements


def said(connection, actor, entity: str, record_id: int) -> tuple[bool, list[str]]:
    answer = explain_row(connection, company(), company_tables(), actor, entity, record_id)
    return answer.allowed, [one.in_("en") for one in answer.sentences]


def test_the_unit_lets_in(connection, hire) -> None:
    assert said(connection, hire(viewer=[3]), "room", 51) == (
        True,
        ["The record belongs to South office, where you have the role Viewer."],
    )


def test_the_unit_shuts_out(connection, hire) -> None:
    assert said(connection, hire(viewer=[2]), "room", 51) == (
        False,
        ["The record belongs to South office, where you do not have the role Viewer."],
    )


def test_a_role_given_nowhere_shuts_out(connection, hire) -> None:
    assert said(connection, hire(viewer=[]), "room", 51) == (
        False,
        ["You have the role Viewer in no unit."],
    )


def test_each_role_has_its_say_in_one_statement(connection, hire) -> None:
    ann = hire(caller=[1], viewer=[2])
    with statements(connection.engine) as made:
        answer = said(connection, ann, "room", 52)

    assert answer == (
        False,
        [
            "You have the role Caller everywhere.",
            "It does not satisfy the condition of the role Caller: state == 'sold'",
            "The record belongs to South office, where you do not have the role Viewer.",
        ],
    )
    assert len(made) == 1


def test_own_records_are_said_to_be_so(connection, hire) -> None:
    ann = hire(cashier=[5])
    own(connection, "receipt", 51, "keeper_id", ann.user_id)

    assert said(connection, ann, "receipt", 51) == (
        True,
        ["The record is your own; your role Cashier reaches such records."],
    )
    assert said(connection, ann, "receipt", 52)[0] is False


def test_a_line_is_explained_by_its_record(connection, hire) -> None:
    allowed, sentences = said(connection, hire(viewer=[5]), "receipt_line", 5)

    assert allowed
    assert sentences == [
        "The record belongs to South office, where you have the role Viewer.",
        "It satisfies the condition of the role Viewer: room.state == 'sold'",
    ]


def test_a_missing_right_is_named_before_any_row(connection, hire) -> None:
    allowed, sentences = said(connection, hire(worker=[1]), "room", 51)

    assert not allowed
    assert sentences[0] == "None of your roles (Worker) gives the right “read” on Room."


def test_a_record_that_is_not_there_is_not_explained(connection, hire) -> None:
    assert said(connection, hire(viewer=[1]), "room", 999) == (False, ["There is no such record."])


def test_an_administrator_is_told_why_he_sees_all(connection, hire) -> None:
    assert said(connection, hire(Admin=[]), "room", 51) == (
        True,
        ["Your role Admin may do everything."],
    )
