"""Cut a formula into tokens and write it anew in plain Python.

The keyboard of a Chinese clerk gives `×`, `（` or `≤`; a field may be called `from`.
Both are put right here, and each token remembers where it stood in the text.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from dataclasses import dataclass

from engine.expressions.errors import ExpressionError
from engine.expressions.refused import REFUSED_SIGNS, REFUSED_WORDS

MAX_TEXT = 2_000
MAX_DEPTH = 50
MAX_DIGITS = 30

_SAME_LENGTH = str.maketrans("×÷−（），＋－＊／＜＞＝！．［］％：", "*/-(),+-*/<>=!.[]%:")
_WRITTEN = {"≤": "<=", "≥": ">=", "≠": "!="}
_SPACES = " \t\r\n\u00a0\u3000"
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_CJK = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f\U00030000-\U000323af"
_NAME = re.compile(f"[A-Za-z_{_CJK}][A-Za-z0-9_{_CJK}]*")
_SIGN = re.compile(
    "|".join(re.escape(s) for s in sorted(REFUSED_SIGNS, key=len, reverse=True) if len(s) > 1)
    + r"|==|!=|<=|>=|[≤≥≠<>+\-*/()\[\],.]|"
    + "|".join(re.escape(s) for s in REFUSED_SIGNS if len(s) == 1)
)
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t"}
_LITERALS = {"true": "True", "false": "False", "null": "None", "none": "None"}
_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "True", "False", "None"})
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the formula."""

    kind: str  # 'name', 'number', 'text', 'sign' or 'word'
    text: str  # a text's content, else as it stands
    offset: int  # in the formula's text, from 0
    python: str  # as written anew


def tokenise(text: str) -> list[Token]:
    """Cut the formula; raises ExpressionError for signs and words that are refused."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(
            "formula-limit", f"a formula must not be longer than {MAX_TEXT:,} characters", MAX_TEXT
        )
    tokens = _Tokens(text).read()
    _check_brackets(tokens)
    return tokens


class _Tokens:
    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = text.translate(_SAME_LENGTH)
        self.at = 0
        self.found: list[Token] = []

    def read(self) -> list[Token]:
        while self.at < len(self.text):
            if self.text[self.at] in _SPACES:
                self.at += 1
            else:
                self._next()
        return self.found

    def _next(self) -> None:
        if self.text[self.at] in "'\"":
            self._string()
        elif match := _NUMBER.match(self.text, self.at):
            self._number(match[0])
        elif match := _NAME.match(self.text, self.at):
            self._name(match[0])
        elif match := _SIGN.match(self.plain, self.at):
            self._sign(match[0])
        else:
            raise _refused_character(self.text[self.at], self.at)

    def _add(self, kind: str, text: str, python: str, length: int) -> None:
        self.found.append(Token(kind, text, self.at, python))
        self.at += length

    def _sign(self, sign: str) -> None:
        if sign in REFUSED_SIGNS:
            message, hint, code = REFUSED_SIGNS[sign]
            raise ExpressionError(code, message, self.at, hint=hint)
        self._add("sign", sign, _WRITTEN.get(sign, sign), len(sign))

    def _number(self, number: str) -> None:
        end = self.at + len(number)
        if _NAME.match(self.text, end) or self.text[end : end + 1] == ".":
            raise ExpressionError(
                "formula-syntax",
                f"'{self.text[self.at : end + 1]}' is not a number",
                self.at,
                hint="write numbers as 1200 or 0.35",
            )
        if sum(c != "." for c in number) > MAX_DIGITS:
            message = f"a number must not have more than {MAX_DIGITS} digits"
            raise ExpressionError("formula-limit", message, self.at)
        self._add("number", number, "0", len(number))  # the parser takes the token's own text

    def _name(self, name: str) -> None:
        end = self.at + len(name)
        after_dot = bool(self.found) and self.found[-1].text == "."
        if name.startswith("_"):
            message = f"'{name}': a name must not begin with an underscore"
            raise ExpressionError("formula-refused", message, self.at)
        if self.text[end : end + 1] in ("'", '"') and name not in _WORDS:
            message = f"'{name}' before a text is not part of the formula language"
            hint = "write the text alone; join texts with concat()"
            raise ExpressionError("formula-refused", message, self.at, hint=hint)
        if name in REFUSED_WORDS and not after_dot:
            message = f"'{name}' ({REFUSED_WORDS[name]}) is not part of the formula language"
            raise ExpressionError("formula-refused", message, self.at)
        kind, python = self._written(name, after_dot)
        self._add(kind, name, python, len(name))

    def _written(self, name: str, after_dot: bool) -> tuple[str, str]:
        if after_dot:
            return "name", f"__{name}__" if keyword.iskeyword(name) else name
        if name in _LITERALS:
            return "word", _LITERALS[name]
        if name == "if" and self._begins_call():
            return "name", "__if__"
        if name in _WORDS:
            return "word", name
        return "name", f"__{name}__" if keyword.iskeyword(name) else name

    def _begins_call(self) -> bool:
        """Tell whether `if` begins `if(c, a, b)`: a bracket after, no value before."""
        rest = self.plain[self.at + 2 :].lstrip(_SPACES)
        if not rest.startswith("("):
            return False
        return not self.found or not _ends_value(self.found[-1])

    def _string(self) -> None:
        start, quote = self.at, self.text[self.at]
        content: list[str] = []
        at = start + 1
        while at < len(self.text) and self.text[at] != quote:
            step = 2 if self.text[at] == "\\" else 1
            content.append(_character(self.text, at))
            at += step
        if at >= len(self.text):
            message = "a text must end with the quote it began with"
            raise ExpressionError("formula-syntax", message, start)
        if self.found and self.found[-1].kind == "text":
            message = "two texts side by side"
            raise ExpressionError("formula-syntax", message, start, hint="join with concat()")
        self._add("text", "".join(content), "''", at + 1 - start)


def _ends_value(token: Token) -> bool:
    if token.kind == "sign":
        return token.text in ")]"
    return token.kind != "word" or token.python in {"True", "False", "None"}


def _character(text: str, at: int) -> str:
    character = text[at]
    if character == "\\":
        escaped = text[at + 1 : at + 2]
        if escaped not in _ESCAPES or not escaped:
            message = f"'\\{escaped}' in a text has no meaning"
            hint = r"allowed after a backslash: \ ' " + '" n t'
            raise ExpressionError("formula-syntax", message, at, hint=hint)
        return _ESCAPES[escaped]
    if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n":
        raise _refused_character(character, at)
    return character


def _refused_character(character: str, at: int) -> ExpressionError:
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    shown = f"'{character}' ({name})" if character.isprintable() else name
    hint = "names: letters A-Z, digits, underscore and Chinese characters"
    if character in "“”‘’「」『』＂＇":
        hint = "write texts in straight quotes, as 'paid'"
    return ExpressionError("formula-refused", f"{shown} has no place in a formula", at, hint=hint)


def _check_brackets(tokens: list[Token]) -> None:
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in _PAIRS:
            if not opened or opened.pop().text != _PAIRS[token.text]:
                message = f"'{token.text}' closes no bracket"
                raise ExpressionError("formula-syntax", message, token.offset)
        elif token.text in _PAIRS.values():
            opened.append(token)
            if len(opened) > MAX_DEPTH:
                message = f"brackets must not stand more than {MAX_DEPTH} deep"
                raise ExpressionError("formula-limit", message, token.offset)
    if opened:
        message = f"'{opened[-1].text}' is never closed"
        raise ExpressionError("formula-syntax", message, opened[-1].offset)
