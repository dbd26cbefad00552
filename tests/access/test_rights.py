"""What an actor may do."""

from __future__ import annotations

import pytest

from engine.access import SYSTEM, VISITOR, Rights, entities_readable, may, may_use, why
from engine.metadata.rights import ACTIONS
from tests.access.project import company

ALL_ENTITIES = frozenset(company().entities)


@pytest.mark.parametrize("action", [*ACTIONS, "publish"])
def test_everything_is_denied_by_default(hire, action: str) -> None:
    ann = hire()

    assert not any(may(company(), ann, entity, action) for entity in ALL_ENTITIES)
    assert not any(may(company(), VISITOR, entity, action) for entity in ALL_ENTITIES)


def test_an_administrator_and_the_system_may_do_everything(hire) -> None:
    assert may(company(), hire(Admin=[]), "room", "delete")
    assert may(company(), SYSTEM, "room", "publish")


def test_a_button_has_a_right_of_its_own(hire) -> None:
    ann, bob = hire(clerk=[1]), hire("bob", chief=[1])

    assert not may(company(), ann, "room", "publish")
    assert may(company(), bob, "room", "publish")


def test_a_role_has_the_rights_of_the_roles_it_includes(hire) -> None:
    ann = hire(clerk=[1])

    assert ann.roles == {"clerk", "staff"}
    assert may(company(), ann, "notice", "read")


def test_lines_follow_the_rights_to_their_record(hire) -> None:
    ann, bob = hire(cashier=[]), hire("bob", viewer=[1])

    for action in ("create", "change", "delete"):
        assert may(company(), ann, "receipt_line", action)
        assert not may(company(), bob, "receipt_line", action)
    assert may(company(), bob, "receipt_line", "read")


def test_an_entity_the_catalog_does_not_know_is_nobodys(hire) -> None:
    assert not may(company(), hire(Admin=[]), "ghost", "read")
    assert not may(company(), SYSTEM, "ghost", "read")


def test_readable_entities_are_those_with_the_right_to_read(hire) -> None:
    ann = hire(cashier=[])

    assert entities_readable(company(), ann) == {"receipt", "receipt_line"}
    assert Rights(company()).entities_readable(SYSTEM) == ALL_ENTITIES


def test_a_screen_of_fab_is_open_to_administrators_only(hire) -> None:
    assert not may_use(hire(clerk=[1]), "can_list", "UserDBModelView")
    assert may_use(hire("bob", Admin=[]), "can_list", "UserDBModelView")


def test_the_reason_names_the_role_that_gives_the_right(hire) -> None:
    answer = why(company(), hire(clerk=[1]), "room", "read")

    assert answer.allowed
    assert str(answer) == "Your role Clerk gives the right “read” on Room."


def test_the_reason_for_a_refusal_names_who_has_the_right(hire) -> None:
    answer = why(company(), hire(clerk=[1]), "room", "publish")

    assert not answer.allowed
    assert [one.in_("en") for one in answer.sentences] == [
        "None of your roles (Clerk, Staff) gives the right “Publish” on Room.",
        "These roles have it: Chief.",
    ]


def test_who_has_no_role_is_told_so(hire) -> None:
    assert str(why(company(), hire(), "room", "read")).startswith("You have no role.")
