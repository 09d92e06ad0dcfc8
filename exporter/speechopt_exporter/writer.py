"""Committing an export: everything is made in a hidden folder, which then takes the final name."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speechopt_runtime import SystemFaultError
from speechopt_runtime.files import TEMPORARY_PREFIX, sync_folder, write_atomically


@contextmanager
def staging(output: Path, name: str, *, force: bool) -> Iterator[Path]:
    """A folder to fill; it becomes `output/name` when the block ends well, and vanishes otherwise.

    Args:
        output: The folder of artifacts, made when absent.
        name: Of the export.
        force: Replace an export of that name; the old one stays until the new one is whole.

    Raises:
        SystemFaultError: E_EXISTS without `force`; E_WRITE when the folder cannot be made.
    """
    final = output / name
    if final.exists() and not force:
        raise SystemFaultError(
            f"{final}: exists already", code="E_EXISTS", hint="pass --force, or another --name"
        )
    folder = output / f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        output.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except OSError as error:
        message = f"{output}: cannot be written ({error.strerror})"
        raise SystemFaultError(message, code="E_WRITE") from None
    try:
        yield folder
        _commit(folder, final)
    except OSError as error:
        if isinstance(error, SystemFaultError):
            raise
        message = f"{final}: cannot be written ({error.strerror or error})"
        raise SystemFaultError(message, code="E_WRITE") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _commit(folder: Path, final: Path) -> None:
    retired = folder.with_name(f"{folder.name}.old")
    had_old = final.exists()
    if had_old:
        final.rename(retired)
    try:
        folder.rename(final)
    except OSError:
        if had_old:
            with contextlib.suppress(OSError):
                retired.rename(final)
        raise
    sync_folder(final.parent)
    shutil.rmtree(retired, ignore_errors=True)


def write_files(folder: Path, files: dict[str, bytes | bytearray]) -> None:
    """Writes files below a folder, each flushed to disk."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
