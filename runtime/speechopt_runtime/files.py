"""Writing files so that they are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from .errors import SystemFaultError

TEMPORARY_PREFIX = ".speechopt-"


def write_atomically(path: Path, data: bytes | bytearray | memoryview) -> None:
    """Writes to a temporary file in the same folder, flushes it to disk, and renames it.

    An existing device or pipe (such as /dev/stdout) is written to directly: it cannot be renamed.

    Raises:
        SystemFaultError: E_WRITE; nothing is left at the name that was not there before.
    """
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            if path.is_dir():
                raise IsADirectoryError(21, "is a folder")
            _write_all(os.open(path, os.O_WRONLY | os.O_CLOEXEC), data)
            return
        _write_and_rename(path, data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SystemFaultError(f"{path}: cannot be written ({reason})", code="E_WRITE") from None


def _write_and_rename(path: Path, data: bytes | bytearray | memoryview) -> None:
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(4)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        _write_all(os.open(temporary, flags, 0o666), data, durable=True)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def _write_all(
    descriptor: int, data: bytes | bytearray | memoryview, *, durable: bool = False
) -> None:
    try:
        view = memoryview(data)
        while view.nbytes:
            view = view[os.write(descriptor, view) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Makes a rename in this folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
