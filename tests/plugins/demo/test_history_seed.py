"""The same seed and day make the same history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from engine.storage.database import engine_for
from tests.plugins.demo.conftest import load_company

pytestmark = pytest.mark.xdist_group("demo-history")

TOTALS = """
    SELECT (SELECT md5(string_agg(concat(no, amount, received, open, late_fixed), ',' ORDER BY id))
              FROM receivable),
           (SELECT md5(string_agg(concat(no, paid_on, total, surplus), ',' ORDER BY id))
              FROM payment),
           (SELECT md5(string_agg(concat(room_id, done_on, result), ',' ORDER BY id)) FROM dunning),
           (SELECT md5(string_agg(concat(unit_id, month, closing), ',' ORDER BY id))
              FROM month_close)
"""


def test_a_seed_gives_one_history(product_database: Callable[[], str]) -> None:
    found = []
    for seed in (5, 5, 6):
        engine = engine_for(product_database())
        load_company(engine, seed=seed, months=3)
        with engine.connect() as connection:
            found.append(tuple(connection.execute(text(TOTALS)).one()))
        engine.dispose()

    assert found[0] == found[1]
    assert all(a != b for a, b in zip(found[0], found[2], strict=True))
