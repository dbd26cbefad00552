"""The demo company in a real database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from engine.storage import apply
from plugins.demo import load
from tests.product import product, product_tables

TODAY = date(2026, 6, 30)


def test_it_loads_once_and_ids_count_on(engine: Engine) -> None:
    catalog, tables = product(), product_tables()
    room, district = tables.table("room"), tables.table("district")
    with engine.begin() as connection:
        apply(connection, catalog, author="test")
        company = load(connection, tables, 1, TODAY)

        rooms = connection.scalar(select(func.count()).select_from(room))
        assert rooms == len(company.rows["room"])
        new = district.insert().values(code="X", name="新片區").returning(district.c.id)
        assert connection.scalar(new) == len(company.rows["district"]) + 1
        with pytest.raises(ValueError, match="empty database"):
            load(connection, tables, 1, TODAY)
