"""The command line `wuye`; one file per command, imported only when it is called."""

from __future__ import annotations

import importlib
import keyword
import pkgutil

import click


class _Commands(click.Group):
    """Finds each command in the module of its name: `wuye check` is engine/cli/check.py.

    Such a module has a click command called `command`, and its dashes are underscores;
    `wuye import` is import_.py.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands without importing them."""
        found = {m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")}
        return sorted(name.rstrip("_").replace("_", "-") for name in found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None when there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        name += "_" if keyword.iskeyword(name) else ""
        module = importlib.import_module(f"{__name__}.{name}")
        command: click.Command = module.command
        return command


@click.group(cls=_Commands)
def main() -> None:
    """Wuye: a property company's work, described in YAML."""
