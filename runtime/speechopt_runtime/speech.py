"""What `synthesize` returns."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .errors import OptionError, SystemFaultError
from .files import write_atomically
from .timing import Timing

AUDIO_FORMATS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG"}

Stopped = Literal["stop", "limit"]


@dataclass(frozen=True)
class Speech:
    """Speech, and what is worth knowing about how it came about."""

    audio: NDArray[np.float32]
    """(n,) float32 within -1 to 1."""
    sample_rate: int
    """Samples per second."""
    timing: Timing
    stopped: Stopped
    """"stop": the model ended every chunk itself. "limit": one ran into the length limit; the audio up
    to there is kept."""
    seed: int
    voice: str
    text: str
    """What was spoken, after normalization."""
    unsupported: tuple[str, ...] = ()
    """Characters of the text that this voice cannot say and that were left out."""
    chunks: int = 1
    """How many pieces the text was split into."""

    @property
    def duration_s(self) -> float:
        """Length of the audio in seconds."""
        return len(self.audio) / self.sample_rate

    def encode(self, audio_format: str = "WAV") -> bytes:
        """The audio as the bytes of a WAV (16 bit), FLAC or OGG file.

        Raises:
            OptionError: another format was asked for.
        """
        import soundfile

        if audio_format not in AUDIO_FORMATS.values():
            allowed = ", ".join(AUDIO_FORMATS.values())
            raise OptionError(f"audio format {audio_format!r} is unknown, allowed: {allowed}")
        buffer = io.BytesIO()
        subtype = "VORBIS" if audio_format == "OGG" else "PCM_16"
        soundfile.write(buffer, self.audio, self.sample_rate, format=audio_format, subtype=subtype)
        return buffer.getvalue()

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = True) -> Path:
        """Writes the audio; the ending (.wav, .flac, .ogg) says in which format.

        The file appears whole or not at all.

        Args:
            path: Where to.
            overwrite: Replace an existing file; without it, that is an error.

        Raises:
            OptionError: the ending is unknown.
            SystemFaultError: the file exists and may not be replaced, or cannot be written.
        """
        target = Path(path)
        check_audio_path(target)
        if not overwrite and target.exists():
            raise SystemFaultError(
                f"{target}: exists already", code="E_EXISTS", hint="pass --force to replace it"
            )
        write_atomically(target, self.encode(AUDIO_FORMATS[target.suffix.lower()]))
        return target


def check_audio_path(path: Path) -> None:
    """Refuses a path whose ending names no audio format.

    Raises:
        OptionError: with the endings that are known.
    """
    if path.suffix.lower() not in AUDIO_FORMATS:
        allowed = ", ".join(AUDIO_FORMATS)
        raise OptionError(f"{path}: ending {path.suffix!r} is unknown, allowed: {allowed}")
