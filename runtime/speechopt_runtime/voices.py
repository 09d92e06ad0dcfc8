"""Speaker embeddings: which voice speaks."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .artifact import read_file
from .errors import ArtifactError, VoiceError
from .manifest import VOICE_NAME

MAX_NPY_BYTES = 1024 * 1024


def parse_voice(data: bytes, where: str, size: int) -> NDArray[np.float32]:
    """Reads a speaker embedding from the bytes of a `.npy` file; pickled ones are refused.

    Args:
        data: The file.
        where: Its path, for messages.
        size: `speaker_embedding_dim` of the model.

    Returns:
        (size,) float32.

    Raises:
        VoiceError: it is not `size` finite floating-point numbers, or all are zero.
    """
    if len(data) > MAX_NPY_BYTES:
        raise _refuse(where, f"has {len(data)} bytes, at most {MAX_NPY_BYTES} are read")
    try:
        values = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError, SyntaxError, MemoryError, OverflowError):
        raise _refuse(where, "is not a plain .npy array (pickled arrays are never read)") from None
    if not isinstance(values, np.ndarray):
        raise _refuse(where, "is an archive of arrays, expected one .npy array")
    return check_voice(values, where, size)


def check_voice(values: NDArray[np.generic], where: str, size: int) -> NDArray[np.float32]:
    """Checks a speaker embedding, (size,) or (1, size) of any floating-point type.

    Returns:
        (size,) float32.

    Raises:
        VoiceError: naming what is wrong and what is allowed.
    """
    if values.dtype.kind != "f":
        raise _refuse(where, f"holds {values.dtype}, expected floating-point numbers")
    if values.shape not in {(size,), (1, size)}:
        raise _refuse(where, f"has shape {values.shape}, expected ({size},) or (1, {size})")
    with np.errstate(over="ignore"):
        voice = np.ascontiguousarray(values.reshape(size), dtype=np.float32)
    if not np.isfinite(voice).all():
        raise _refuse(where, "holds NaN or infinity")
    if not voice.any():
        raise _refuse(where, "is all zeros")
    return voice


def load_voice(path: Path, size: int) -> NDArray[np.float32]:
    """Reads a speaker embedding from a `.npy` file; errors as `parse_voice` and `read_file`."""
    return parse_voice(read_file(path), str(path), size)


def check_voice_name(name: str) -> str:
    """Returns the name.

    Raises:
        VoiceError: it is not 1 to 64 letters, digits, dots, dashes or underscores.
    """
    if not VOICE_NAME.fullmatch(name):
        message = f"voice name {name!r} is not 1 to 64 letters, digits, '.', '-' or '_'"
        raise VoiceError(message)
    return name


def parse_voices(
    files: Mapping[str, bytes], size: int, where: str
) -> dict[str, NDArray[np.float32]]:
    """Reads the voices of an artifact.

    Raises:
        ArtifactError: one of them is no speaker embedding.
    """
    try:
        return {
            name: parse_voice(data, f"{where}: voice {name}", size) for name, data in files.items()
        }
    except VoiceError as error:
        raise ArtifactError(error.message, code="E_VOICE") from None


def _refuse(where: str, reason: str) -> VoiceError:
    hint = "a voice is a .npy file with one speaker embedding (x-vector)"
    return VoiceError(f"{where}: {reason}", hint=hint)
