"""The pages of docs/reference/, each made from the code it is about."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTE = "<!-- Written by scripts/build_reference.py from the code; do not edit. -->\n\n"
