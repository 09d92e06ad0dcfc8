"""What the two torch backends share: they differ in where the network comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from . import Floats, Integers


class TorchNetwork(Protocol):
    """`SpeechT5`, eager or scripted."""

    def encode(self, input_ids: Tensor, attention_mask: Tensor, speaker: Tensor, /) -> Any: ...
    def new_self_cache(self, batch: int, capacity: int, /) -> Tensor: ...
    def decode_step(
        self,
        frame: Tensor,
        position: int,
        masks: Tensor,
        speaker_term: Tensor,
        self_cache: Tensor,
        cross_cache: Tensor,
        mask_bias: Tensor,
        /,
    ) -> tuple[Tensor, Tensor]: ...
    def postnet(self, spectrogram: Tensor, /) -> Tensor: ...
    def vocode(self, spectrogram: Tensor, /) -> Tensor: ...


@dataclass
class TorchState:
    """Caches of one encoded batch."""

    cross_cache: Tensor
    mask_bias: Tensor
    speaker_term: Tensor
    self_cache: Tensor
    position: int = 0


class TorchBackend:
    """Runs a torch network behind the `Backend` protocol.

    Args:
        network: The network.
        threads: Threads of torch's own pool; torch has one pool per process.
    """

    def __init__(self, network: TorchNetwork, threads: int) -> None:
        self.network = network
        self.threads = threads

    def encode(
        self, input_ids: Integers, attention_mask: Integers, speaker_embeddings: Floats, steps: int
    ) -> TorchState:
        """See `Backend.encode`."""
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        with torch.inference_mode():
            cross_cache, mask_bias, speaker_term = self.network.encode(
                torch.from_numpy(input_ids),
                torch.from_numpy(attention_mask),
                torch.from_numpy(speaker_embeddings),
            )
            self_cache = self.network.new_self_cache(len(input_ids), steps)
        return TorchState(cross_cache, mask_bias, speaker_term, self_cache)

    def decode_step(self, state: TorchState, frame: Floats, masks: Floats) -> tuple[Floats, Floats]:
        """See `Backend.decode_step`."""
        with torch.inference_mode():
            spectrum, prob = self.network.decode_step(
                torch.from_numpy(frame),
                state.position,
                torch.from_numpy(masks),
                state.speaker_term,
                state.self_cache,
                state.cross_cache,
                state.mask_bias,
            )
        state.position += 1
        return spectrum.numpy(), prob.numpy()

    def postnet(self, spectrogram: Floats) -> Floats:
        """See `Backend.postnet`."""
        return self._run(self.network.postnet, spectrogram)

    def vocode(self, spectrogram: Floats) -> Floats:
        """See `Backend.vocode`."""
        return self._run(self.network.vocode, spectrogram)

    @staticmethod
    def _run(part: Any, spectrogram: Floats) -> Floats:
        with torch.inference_mode():
            result: Tensor = part(torch.from_numpy(np.ascontiguousarray(spectrogram)))
        array: Floats = result.contiguous().numpy()
        return array
