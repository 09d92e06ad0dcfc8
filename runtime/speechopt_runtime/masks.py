"""The dropout masks of the decoder prenet, from a counter-based generator.

SpeechT5's prenet drops units at inference as well (https://arxiv.org/abs/1712.05884 §2.2). The masks
are a function of seed, chunk and step alone (Philox4x64, Salmon et al. 2011), so equal requests give
equal speech on every backend, at any thread count and under any load.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .config import ModelConfig
from .errors import OptionError

MAX_SEED = 2**64 - 1
_STEPS_PER_BLOCK = 64


def check_seed(seed: int) -> int:
    """Returns the seed.

    Raises:
        OptionError: it is not a whole number from 0 to 2^64 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise OptionError(f"seed is {seed!r}, allowed: whole numbers from 0 to {MAX_SEED}")
    return seed


class DropoutMasks:
    """Masks of one chunk of text.

    Args:
        config: Gives the number of layers and units, and the probability.
        seed: Of the request.
        chunk: Index of the chunk within the request.
    """

    def __init__(self, config: ModelConfig, seed: int, chunk: int = 0) -> None:
        self._shape = (config.speech_decoder_prenet_layers, config.speech_decoder_prenet_units)
        # Upstream keeps a unit with probability p, not 1 - p (`_consistent_dropout` draws
        # bernoulli(p) and keeps the ones); the two agree at the published p = 0.5.
        self._threshold = round(config.speech_decoder_prenet_dropout * 2**32)
        self._key = np.array([check_seed(seed), chunk], dtype=np.uint64)
        self._block_index = -1
        self._block = np.zeros((0, *self._shape), dtype=np.float32)

    def at(self, step: int) -> NDArray[np.float32]:
        """The masks of one step, (prenet layers, prenet units) float32 of zeros and ones."""
        index, offset = divmod(step, _STEPS_PER_BLOCK)
        if index != self._block_index:
            self._block = self._draw(index)
            self._block_index = index
        masks: NDArray[np.float32] = self._block[offset]
        return masks

    def _draw(self, index: int) -> NDArray[np.float32]:
        layers, units = self._shape
        count = _STEPS_PER_BLOCK * layers * units
        generator = np.random.Philox(key=self._key, counter=np.array([0, 0, 0, index], np.uint64))
        # Raw 64-bit words, since only those are promised to stay the same between numpy versions.
        words = generator.random_raw(-(-count // 2)).astype("<u8").view("<u4")[:count]
        kept = words < np.uint64(self._threshold)
        return kept.astype(np.float32).reshape(_STEPS_PER_BLOCK, layers, units)
