"""`speechopt`: the group of all commands.

Commands of other packages join through the entry point group `speechopt.commands`, and are imported
only when they are called: `speechopt run` needs no torch.
"""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint, entry_points

import click

from .. import __version__
from .reporting import fail

_OWN = {"run": "run:run", "inspect": "inspect:inspect", "verify": "inspect:verify"}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are looked up."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        del ctx
        return sorted([*_OWN, *_plugins()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports one command."""
        if cmd_name in _OWN:
            module, _, attribute = _OWN[cmd_name].partition(":")
            found = getattr(importlib.import_module(f".{module}", __package__), attribute)
        elif cmd_name in _plugins():
            try:
                found = _plugins()[cmd_name].load()
            except ModuleNotFoundError as error:
                return _absent(cmd_name, str(error.name))
        else:
            return super().get_command(ctx, cmd_name)
        return found if isinstance(found, click.Command) else None


def _absent(name: str, package: str) -> click.Command:
    """Stands in for a command whose packages are not installed: listed, but fails when called."""

    def refuse() -> None:
        fail(
            4,
            f"'{name}' needs the package {package} [E_PACKAGE]",
            "pip install 'speechopt[export]'",
        )

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(
        name,
        callback=refuse,
        context_settings=settings,
        help="(not installed: pip install 'speechopt[export]')",
    )


def _plugins() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group="speechopt.commands")}


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="speechopt")
def main() -> None:
    """Exports SpeechT5 text-to-speech models for CPU servers, and speaks with them."""
