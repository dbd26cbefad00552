"""Functions of texts.

Letters change case from A to Z only, and texts are ordered by code point: a database's
own rules depend on its locale and version, and then two back ends would disagree.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Numeric,
    Text,
    case,
    cast,
    collate,
    func,
    literal,
)

from engine.expressions.arithmetic import CONTEXT
from engine.expressions.environment import Environment
from engine.expressions.function import Function
from engine.expressions.scopes import SqlScope
from engine.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    PRINTABLE,
    TEXT,
    TIME,
    Type,
)

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
_BLANKS = " \t\r\n\u3000"

Sql = ColumnElement[Any]


def by_code_point(text: Sql) -> Sql:
    """Order a text as Python does."""
    return collate(text, "C")


def _number_as_text(number: Decimal) -> str:
    return format(number.normalize(CONTEXT), "f") if number else "0"


def _moment_as_text(environment: Environment, moment: datetime) -> str:
    local = moment.astimezone(environment.now.tzinfo)
    return f"{local.year:04}-{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"


def _sql_moment(scope: SqlScope, moment: Sql) -> Sql:
    local = func.timezone(literal(scope.time_zone, Text()), moment)
    return func.to_char(local, literal("YYYY-MM-DD HH24:MI", Text()), type_=Text())


def _time_as_text(moment: time) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


def _printer(kind: Type, python: Any, sql: Any, *, environment: bool = False) -> Function:
    return Function(
        name="text",
        parameters=(kind,),
        result=TEXT,
        python=python,
        sql=sql,
        uses_environment=environment,
        weight=3,
    )


# How a value that is no text becomes one, by the name of its type.
PRINTERS = {
    "number": _printer(
        NUMBER, _number_as_text, lambda x: cast(func.trim_scale(x, type_=Numeric()), Text())
    ),
    "boolean": _printer(
        BOOLEAN,
        lambda x: "true" if x else "false",
        lambda x: case({True: literal("true", Text()), False: literal("false", Text())}, value=x),
    ),
    "date": _printer(
        DATE,
        date.isoformat,
        lambda x: func.to_char(x, literal("YYYY-MM-DD", Text()), type_=Text()),
    ),
    "datetime": _printer(DATETIME, _moment_as_text, _sql_moment, environment=True),
    "time": _printer(
        TIME, _time_as_text, lambda x: func.to_char(x, literal("HH24:MI", Text()), type_=Text())
    ),
}

EMPTY_TEXT = Function(
    name="is_empty",
    parameters=(TEXT,),
    result=BOOLEAN,
    python=lambda x: not x,
    sql=lambda x: func.coalesce(x, literal("", Text())) == literal("", Text()),
    takes_null=True,
    weight=2,
)
EMPTY_CHOICES = Function(
    name="is_empty",
    parameters=(Type("choices"),),
    result=BOOLEAN,
    python=lambda x: not x,
    sql=lambda x: func.coalesce(func.cardinality(x, type_=Integer()), 0) == 0,
    takes_null=True,
    weight=3,
)


def _text(name: str, python: Any, sql: Any, doc: str, doc_zh_hant: str) -> Function:
    return Function(
        name=name,
        parameters=(TEXT,),
        result=TEXT,
        python=python,
        sql=sql,
        names=("text",),
        weight=2,
        doc=doc,
        doc_zh_hant=doc_zh_hant,
    )


def _question(name: str, python: Any, sql: Any, doc: str, doc_zh_hant: str) -> Function:
    return Function(
        name=name,
        parameters=(TEXT, TEXT),
        result=BOOLEAN,
        python=python,
        sql=sql,
        names=("text", "part"),
        weight=3,
        doc=doc,
        doc_zh_hant=doc_zh_hant,
    )


def _sql_ends(text: Sql, part: Sql) -> Sql:
    return func.starts_with(func.reverse(text), func.reverse(part), type_=Boolean())


FUNCTIONS = (
    Function(
        name="concat",
        parameters=(PRINTABLE,),
        result=TEXT,
        python=lambda *texts: "".join(t for t in texts if t is not None),
        sql=lambda *texts: func.concat(*texts, type_=Text()),
        names=("a",),
        repeats=True,
        takes_null=True,
        weight=2,
        doc="Texts, numbers and dates joined; empty values add nothing.",
        doc_zh_hant="連接文字、數字、日期；空值不加任何字。",
    ),
    Function(
        name="text",
        parameters=(PRINTABLE,),
        result=TEXT,
        python=lambda text: text,
        sql=lambda text: text,
        names=("x",),
        doc="The value as a text: 12.5, 2026-01-31, 2026-01-31 09:30, true.",
        doc_zh_hant="轉成文字：12.5、2026-01-31、2026-01-31 09:30、true。",
    ),
    _text(
        "lower",
        lambda t: t.translate(_LOWER),
        lambda t: func.lower(by_code_point(t), type_=Text()),
        "The letters A-Z made small.",
        "英文字母轉小寫。",
    ),
    _text(
        "upper",
        lambda t: t.translate(_UPPER),
        lambda t: func.upper(by_code_point(t), type_=Text()),
        "The letters a-z made capital.",
        "英文字母轉大寫。",
    ),
    _text(
        "trim",
        lambda t: t.strip(_BLANKS),
        lambda t: func.btrim(t, literal(_BLANKS, Text()), type_=Text()),
        "The text without blanks at both ends.",
        "去掉首尾空白。",
    ),
    Function(
        name="length",
        parameters=(TEXT,),
        result=NUMBER,
        python=lambda t: Decimal(len(t)),
        sql=lambda t: cast(func.length(t), Numeric()),
        names=("text",),
        weight=3,
        doc="The number of characters.",
        doc_zh_hant="字元數。",
    ),
    _question(
        "starts_with",
        str.startswith,
        lambda t, p: func.starts_with(t, p, type_=Boolean()),
        "Whether the text begins with the part.",
        "是否以該字開頭。",
    ),
    _question(
        "ends_with", str.endswith, _sql_ends, "Whether it ends with the part.", "是否以該字結尾。"
    ),
    _question(
        "contains",
        lambda t, p: p in t,
        lambda t, p: func.strpos(t, p, type_=Integer()) > 0,
        "Whether the part stands in the text.",
        "是否包含該字。",
    ),
)
