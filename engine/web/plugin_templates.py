"""Templates of plugins: plugins/<name>/templates, each in a folder of the plugin's name."""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader


def register(app: Flask) -> None:
    """Let templates be found in the plugins that were loaded, after the product's own."""
    folders = [
        str(folder)
        for name, module in sorted(sys.modules.items())
        if name.startswith("plugins.") and name.count(".") == 1 and module.__file__
        if (folder := Path(module.__file__).parent / "templates").is_dir()
    ]
    own: list[BaseLoader] = [app.jinja_loader] if app.jinja_loader is not None else []
    app.jinja_loader = ChoiceLoader([*own, FileSystemLoader(folders)])
