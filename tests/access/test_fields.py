"""Which fields an actor sees, changes and reveals."""

from __future__ import annotations

from engine.access import (
    SYSTEM,
    changeable_fields,
    masked_fields,
    may_reveal,
    readable_fields,
    revealable_fields,
)
from tests.access.project import company

FIELDS = {"no", "estate", "state", "phone", "area"}


def test_a_field_a_role_hides_is_not_read(hire) -> None:
    assert readable_fields(company(), hire(clerk=[1]), "room") == FIELDS - {"phone"}


def test_a_field_hidden_by_one_role_is_shown_by_another(hire) -> None:
    ann = hire(clerk=[1], viewer=[1])

    assert readable_fields(company(), ann, "room") == FIELDS


def test_who_may_not_read_the_entity_reads_no_field(hire) -> None:
    assert readable_fields(company(), hire(cashier=[]), "room") == frozenset()


def test_read_only_and_hidden_fields_are_not_changed(hire) -> None:
    ann = hire(clerk=[1])

    assert changeable_fields(company(), ann, "room") == FIELDS - {"phone", "area"}
    assert changeable_fields(company(), ann, "room", "create") == FIELDS - {"phone", "area"}
    assert changeable_fields(company(), hire("bob", viewer=[1]), "room") == frozenset()


def test_a_role_that_only_reads_does_not_widen_what_is_changed(hire) -> None:
    ann = hire(clerk=[1], viewer=[1])

    assert "phone" not in changeable_fields(company(), ann, "room")


def test_a_masked_field_is_revealed_by_those_who_may(hire) -> None:
    ann, bob = hire(caller=[1]), hire("bob", chief=[1])

    assert revealable_fields(company(), ann, "room") == {"phone"}
    assert masked_fields(company(), ann, "room") == frozenset()
    assert masked_fields(company(), bob, "room") == {"phone"}
    assert not may_reveal(company(), bob, "room", "phone")
    assert may_reveal(company(), SYSTEM, "room", "phone")


def test_the_right_to_reveal_a_hidden_field_is_none(hire) -> None:
    assert not may_reveal(company(), hire(clerk=[1]), "room", "phone")
