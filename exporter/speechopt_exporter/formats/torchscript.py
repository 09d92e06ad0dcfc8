"""`model.torchscript.pt`: the network's code and parameters in one file.

`torch.jit` is deprecated in torch; in the exporter, this module is the only one that touches it.
"""

import copy
import io
import warnings
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from speechopt_runtime.artifact import FORMAT_PATHS
from speechopt_runtime.identify import TORCHSCRIPT
from speechopt_runtime.manifest import MANIFEST_NAME, Manifest
from speechopt_runtime.network import SpeechT5
from speechopt_runtime.network.int8 import pack_network

from .state_dict import repack


class ScriptedNetwork(nn.Module):
    """Names the methods that the file offers; they are those of `SpeechT5`."""

    def __init__(self, network: SpeechT5) -> None:
        super().__init__()
        self.network = network

    @torch.jit.export
    def encode(
        self, input_ids: Tensor, attention_mask: Tensor, speaker_embeddings: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `SpeechT5.encode`."""
        return self.network.encode(input_ids, attention_mask, speaker_embeddings)

    @torch.jit.export
    def new_self_cache(self, batch: int, capacity: int) -> Tensor:
        """See `SpeechT5.new_self_cache`."""
        return self.network.new_self_cache(batch, capacity)

    @torch.jit.export
    def decode_step(
        self,
        frame: Tensor,
        position: int,
        masks: Tensor,
        speaker_term: Tensor,
        self_cache: Tensor,
        cross_cache: Tensor,
        mask_bias: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """See `SpeechT5.decode_step`."""
        return self.network.decode_step(
            frame, position, masks, speaker_term, self_cache, cross_cache, mask_bias
        )

    @torch.jit.export
    def postnet(self, spectrogram: Tensor) -> Tensor:
        """See `SpeechT5.postnet`."""
        return self.network.postnet(spectrogram)

    @torch.jit.export
    def vocode(self, spectrogram: Tensor) -> Tensor:
        """See `SpeechT5.vocode`."""
        return self.network.vocode(spectrogram)


def torchscript_files(
    network: SpeechT5, manifest: Manifest, extras: Mapping[str, bytes]
) -> dict[str, bytes | bytearray]:
    """A zip that `torch.jit.load` reads."""
    # Packing replaces layers, so it works on a copy; float tensors are shared with the original.
    memo = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    runnable = pack_network(copy.deepcopy(network, memo))
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*torch\.jit\.(script|save).*")
        scripted = torch.jit.script(ScriptedNetwork(runnable).eval())
        torch.jit.save(scripted, buffer)
    del scripted, runnable
    extras = {**extras, MANIFEST_NAME: manifest.to_bytes()}
    return {FORMAT_PATHS[TORCHSCRIPT]: repack(buffer, extras)}
