"""Labels: read, checked by language, and given their simplified form all at once."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Any

from engine.diagnostics import did_you_mean
from engine.loading.findings import Findings
from engine.loading.site import Site
from engine.metadata import Text

LANGUAGES = ("zh_Hant", "zh_Hans", "en")
TRADITIONAL, SIMPLIFIED = "zh_Hant", "zh_Hans"
_BETWEEN = "\n\x1f\n"  # no phrase of the conversion runs over it


class Texts:
    """All labels of one run.

    A Text is handed out at once and its simplified form written into it by `simplify`,
    before anybody outside sees it: one conversion of everything is far faster than many.
    """

    def __init__(
        self, languages: tuple[str, ...], default_language: str, findings: Findings
    ) -> None:
        self.languages = languages
        self.default_language = default_language
        self._report = findings.report
        self._waiting: list[dict[str, str]] = []

    def text(self, value: Any, site: Site) -> Text:
        """Turn a label as written into a Text; reports what is wrong with its languages."""
        if isinstance(value, str):
            by_language = {self.default_language: value}
        else:
            by_language = dict(value)
            self._check(by_language, site)
        if TRADITIONAL in by_language and SIMPLIFIED not in by_language:
            self._waiting.append(by_language)
        return Text(MappingProxyType(by_language), self.default_language)

    def simplify(self) -> None:
        """Give every label that lacks it its simplified form."""
        if SIMPLIFIED in self.languages and self._waiting:
            joined = _BETWEEN.join(one[TRADITIONAL] for one in self._waiting)
            parts = _converter().convert(joined).split(_BETWEEN)
            for one, simplified in zip(self._waiting, parts, strict=True):
                one[SIMPLIFIED] = simplified
        self._waiting = []

    def _check(self, by_language: dict[str, str], site: Site) -> None:
        for language in by_language:
            if language not in self.languages:
                message = f"'{language}' is not a language of this product"
                hint = did_you_mean(language, self.languages)
                self._report(site.key(language), "unknown-language", message, hint)
        if self.default_language not in by_language:
            message = f"'{site.name}' has no text in {self.default_language}"
            hint = "it is the product's default language, shown where others are missing"
            self._report(site.key(), "missing-language", message, hint)


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def languages_of(raw: Any) -> tuple[tuple[str, ...], str]:
    """Return a product's languages and its default language, as written or by default."""
    languages = tuple(raw.get("languages", LANGUAGES))
    default = raw.get("default_language")
    if default is None:
        default = TRADITIONAL if TRADITIONAL in languages else languages[0]
    return languages, default
