"""The shop of the records' tests."""

from tests.records.conftest import as_, connection, shop_engine

__all__ = ["as_", "connection", "shop_engine"]
