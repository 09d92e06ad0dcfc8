"""The autoregressive loop, once, for every backend.

Source: transformers ``modeling_speecht5.py`` (``_generate_speech``), with its stop rule: decoding ends
when the sum of a step's stop probabilities reaches the threshold. Where upstream raises at the end of
its table of positions, this loop keeps the audio so far and says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .backends import Backend, Floats
from .config import ModelConfig
from .errors import NonFiniteAudioError, OptionError
from .masks import DropoutMasks
from .speech import Stopped
from .timing import Stopwatch

MAX_RATIO = 1000.0


@dataclass(frozen=True)
class StopRule:
    """When decoding ends.

    Args:
        threshold: Of the summed stop probabilities; above `reduction_factor` it is never reached.
        minlenratio: Least frames per token.
        maxlenratio: Most frames per token.
    """

    threshold: float = 0.5
    minlenratio: float = 0.0
    maxlenratio: float = 20.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.threshold) and self.threshold > 0):
            raise OptionError(f"threshold is {self.threshold!r}, allowed: numbers above 0")
        if not 0 <= self.minlenratio <= MAX_RATIO:
            raise OptionError(f"minlenratio is {self.minlenratio!r}, allowed: 0 to {MAX_RATIO}")
        if not (self.minlenratio <= self.maxlenratio <= MAX_RATIO and self.maxlenratio > 0):
            allowed = f"minlenratio ({self.minlenratio}) to {MAX_RATIO}, above 0"
            raise OptionError(f"maxlenratio is {self.maxlenratio!r}, allowed: {allowed}")

    def least_steps(self, tokens: int, config: ModelConfig) -> int:
        """Decoder steps before which the stop probabilities are not looked at."""
        return int(tokens * self.minlenratio / config.reduction_factor)

    def most_steps(self, tokens: int, config: ModelConfig) -> int:
        """Decoder steps after which decoding ends in any case; at least one."""
        by_ratio = int(tokens * self.maxlenratio / config.reduction_factor)
        return max(1, min(by_ratio, config.max_speech_positions))


def decode(
    backend: Backend,
    config: ModelConfig,
    input_ids: Sequence[int],
    speaker_embedding: Floats,
    masks: DropoutMasks,
    rule: StopRule,
    stopwatch: Stopwatch,
) -> tuple[Floats, Stopped]:
    """Encodes one text and decodes its spectrogram, before the postnet.

    Args:
        backend: What runs the network.
        config: Its architecture.
        input_ids: Tokens with the end mark.
        speaker_embedding: (speaker_embedding_dim,).
        masks: Of this chunk.
        rule: When to stop.
        stopwatch: Gets the seconds of "encode" and "decode", and the steps.

    Returns:
        (T, mel) float32, and whether the model stopped or the limit was reached.

    Raises:
        NonFiniteAudioError: a step gave NaN or infinity.
    """
    tokens = len(input_ids)
    least, most = rule.least_steps(tokens, config), rule.most_steps(tokens, config)
    ids = np.array([input_ids], dtype=np.int64)
    with stopwatch.stage("encode"):
        state = backend.encode(ids, np.ones_like(ids), speaker_embedding[np.newaxis], most)
    spectrogram = np.empty((most, config.reduction_factor, config.num_mel_bins), dtype=np.float32)
    frame = np.zeros((1, config.num_mel_bins), dtype=np.float32)
    stopped: Stopped = "limit"
    step = 0
    with stopwatch.stage("decode"):
        for step in range(1, most + 1):
            spectrum, prob = backend.decode_step(state, frame, masks.at(step - 1)[np.newaxis])
            total = float(prob.sum())
            if not math.isfinite(total):
                raise NonFiniteAudioError(f"decoder step {step} gave NaN or infinity")
            spectrogram[step - 1] = spectrum[0]
            frame = np.ascontiguousarray(spectrum[:, -1])
            if step >= least and step < most and total >= rule.threshold:
                stopped = "stop"
                break
    stopwatch.steps += step
    frames = spectrogram[:step].reshape(-1, config.num_mel_bins)
    if not np.isfinite(frames).all():
        raise NonFiniteAudioError("the decoder gave NaN or infinity")
    return frames, stopped
