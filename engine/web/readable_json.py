"""JSON in which Chinese stands as it is, so that people can read it in a log or a terminal."""

from __future__ import annotations

from typing import Any

from flask.json.provider import DefaultJSONProvider


class ReadableJson(DefaultJSONProvider):
    """Flask's JSON in UTF-8; what cannot be said in UTF-8 is escaped."""

    ensure_ascii = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return the text; a refusal may quote half a character that somebody sent."""
        text = super().dumps(obj, **kwargs)
        try:
            text.encode()
        except UnicodeEncodeError:
            return super().dumps(obj, **{**kwargs, "ensure_ascii": True})
        return text
