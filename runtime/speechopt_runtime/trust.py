"""Which TorchScript files may run: those that this user's own exporter wrote on this machine.

TorchScript is code, so a digest lying next to the file proves nothing about its origin. The exporter
notes the digest of each TorchScript file that it writes in the user's data folder, where a downloaded
file cannot put itself.
"""

from __future__ import annotations

import os
from pathlib import Path

_LIST_NAME = "own-torchscript-sha256.txt"


def list_path() -> Path:
    """The file of digests, one hexadecimal sha256 a line."""
    import platformdirs

    return Path(platformdirs.user_data_dir("speechopt", appauthor=False)) / _LIST_NAME


def is_own(sha256: str) -> bool:
    """Whether this user's exporter wrote a TorchScript file with this digest."""
    try:
        return sha256 in list_path().read_text("ascii").split()
    except (OSError, UnicodeDecodeError):
        return False


def remember(sha256: str) -> None:
    """Notes a digest; a data folder that cannot be written only costs the convenience."""
    if is_own(sha256):
        return
    path = list_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="ascii") as file:
            file.write(f"{sha256}\n")
    except OSError:
        return
