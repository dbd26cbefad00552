"""Printed documents."""
from engine.documents.amounts import chinese_amount
__all__=["chinese_amount"]
