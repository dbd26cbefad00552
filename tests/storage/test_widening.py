import pytest

from engine.storage.widening import widens


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("character varying(20)", "text"),
        ("character varying(20)", "character varying(21)"),
        ("character(3)", "text"),
        ("smallint", "integer"),
        ("integer", "bigint"),
        ("integer", "numeric(14,2)"),
        ("bigint", "numeric"),
        ("numeric(14,2)", "numeric(16,2)"),
        ("numeric(14,2)", "numeric(16,4)"),
        ("numeric(14,2)", "numeric"),
        ("text[]", "text[]"),
        ("character varying(3)[]", "text[]"),
        ("real", "double precision"),
    ],
)
def test_every_value_survives_a_wider_type(old: str, new: str) -> None:
    assert widens(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text", "character varying(20)"),
        ("character varying(20)", "character varying(19)"),
        ("bigint", "integer"),
        ("integer", "numeric(11,2)"),
        ("numeric(14,2)", "numeric(14,1)"),
        ("numeric(14,2)", "numeric(14,3)"),
        ("numeric", "numeric(14,2)"),
        ("numeric(14,2)", "bigint"),
        ("date", "timestamp with time zone"),
        ("text", "text[]"),
        ("text", "bigint"),
        ("boolean", "text"),
    ],
)
def test_a_narrower_or_other_type_does_not_count_as_wider(old: str, new: str) -> None:
    assert not widens(old, new)
