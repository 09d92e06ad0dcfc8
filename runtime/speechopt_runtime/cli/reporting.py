"""How commands fail: one line that says what, one that says what to do, and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

from ..errors import SpeechoptError

INTERRUPTED = 130
TERMINATED = 143
BROKEN_PIPE = 4
BUG = 70


class Terminated(BaseException):
    """SIGTERM, as an exception, so that cleaning up happens on the way out."""


@contextmanager
def reported_errors(*, debug: bool = False) -> Iterator[None]:
    """Turns exceptions into `error:` and `hint:` lines on stderr, and exits.

    Exit codes: 2 bad request, 3 artifact refused, 4 environment, 5 non-finite audio, 130 and 143
    interrupted.
    """
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except SpeechoptError as error:
        if debug:
            raise
        fail(error.exit_code, f"{error.message} [{error.code}]", error.hint)
    except KeyboardInterrupt:
        fail(INTERRUPTED, "interrupted", None)
    except Terminated:
        fail(TERMINATED, "terminated", None)
    except BrokenPipeError:
        # What Python would flush at exit has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        fail(BROKEN_PIPE, "output was closed before all was written [E_PIPE]", None)
    except MemoryError:
        fail(4, "not enough memory [E_MEMORY]", "use a smaller model, or int8")
    except OSError as error:
        if debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        fail(4, f"{where}{error.strerror or error} [E_SYSTEM]", None)


def fail(exit_code: int, message: str, hint: str | None) -> NoReturn:
    """Prints and exits."""
    one_line = " ".join(message.split())
    click.echo(f"error: {one_line}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    raise SystemExit(exit_code)


def _terminate(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    raise Terminated
