"""What we say to configurators: place, code, message, hint."""

from engine.diagnostics.hints import did_you_mean
from engine.diagnostics.model import Diagnostic, InvalidMetadata, Place
from engine.diagnostics.rendering import as_json, as_text

__all__ = ["Diagnostic", "InvalidMetadata", "Place", "as_json", "as_text", "did_you_mean"]
