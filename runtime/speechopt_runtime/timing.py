"""One stopwatch for every backend."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

STAGES = ("text", "encode", "decode", "postnet", "vocode")


@dataclass(frozen=True)
class Timing:
    """Where the time of one call to `synthesize` went."""

    load_s: float
    """Opening, verifying and building the artifact; spent once, not part of the total."""
    text_s: float
    encode_s: float
    decode_s: float
    postnet_s: float
    vocode_s: float
    total_s: float
    """The whole call, including what lies between the stages."""
    steps: int
    """Decoder steps."""
    audio_s: float
    """Length of the speech."""

    @property
    def rtf(self) -> float:
        """Real-time factor: processing time / audio time; below 1 is faster than real time."""
        return self.total_s / self.audio_s if self.audio_s else float("inf")

    @property
    def ms_per_step(self) -> float:
        """Milliseconds per decoder step."""
        return 1000.0 * self.decode_s / self.steps if self.steps else 0.0


class Stopwatch:
    """Adds up seconds by stage."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self.steps = 0
        self._start = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times the block, whether or not it raises."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - start

    def finish(self, *, load_s: float, audio_s: float) -> Timing:
        """The times up to now."""
        return Timing(
            load_s=load_s,
            **{f"{name}_s": seconds for name, seconds in self.seconds.items()},
            total_s=time.perf_counter() - self._start,
            steps=self.steps,
            audio_s=audio_s,
        )
