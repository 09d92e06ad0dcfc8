"""Entry point of `speechopt-export`: says in one line when the `[export]` extra is missing."""

from __future__ import annotations

from speechopt_runtime.cli.reporting import fail


def main() -> None:
    """Runs the command."""
    try:
        from .cli import main as run
    except ModuleNotFoundError as error:
        message = f"speechopt-export needs the package {error.name} [E_PACKAGE]"
        fail(4, message, "pip install 'speechopt[export]'")
    run()
