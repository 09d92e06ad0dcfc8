"""The state-dict backend: parameters from `model.pth`, code from this package."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ..container import ROOT, read_record
from ..errors import ArtifactError
from ..identify import ALLOWED_GLOBALS, STATE_DICT, pickle_globals
from ..network.int8 import pack_network
from ..network.model import SpeechT5, build, fill
from .torch_network import TorchBackend

if TYPE_CHECKING:
    from ..artifact import Artifact


class StateDictBackend(TorchBackend):
    """Runs `model.pth`."""

    def __init__(self, artifact: Artifact, threads: int) -> None:
        network = load_network(artifact)
        pack_network(network)
        super().__init__(network, threads)


def load_network(artifact: Artifact) -> SpeechT5:
    """The network of a state-dict artifact, its int8 layers in stored form.

    Raises:
        ArtifactError: names, shapes or dtypes do not fit the architecture in the manifest.
    """
    manifest = artifact.manifest
    network = build(manifest.model, manifest.vocoder, manifest.int8_layers)
    return fill(network, load_state_dict(artifact.content[STATE_DICT], str(artifact.path)))


def load_state_dict(data: bytes, where: str) -> dict[str, Tensor]:
    """Unpickles a container's tensors, with torch's restricted unpickler and nothing else.

    Args:
        data: A verified container.
        where: Its path, for messages.

    Returns:
        Tensors by transformers' names; an int8 `X.weight` goes with a `X.scale`.

    Raises:
        ArtifactError: E_UNSAFE_GLOBAL, E_FORMAT.
    """
    unsafe = pickle_globals(read_record(data, f"{ROOT}/data.pkl", where)) - ALLOWED_GLOBALS
    if unsafe:
        message = f"{where}: its pickle names {sorted(unsafe)[0]}, which artifacts never do"
        raise ArtifactError(message, code="E_UNSAFE_GLOBAL")
    try:
        loaded: Any = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 (torch raises a dozen kinds on damaged input)
        message = f"{where}: torch cannot read its tensors ({type(error).__name__})"
        raise ArtifactError(message, code="E_FORMAT") from None
    if not isinstance(loaded, dict) or not all(
        isinstance(name, str) and type(value) is Tensor for name, value in loaded.items()
    ):
        raise ArtifactError(f"{where}: is not a dictionary of tensors", code="E_FORMAT")
    return loaded


def dequantize(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Turns int8 weights back to float32, so that the names and dtypes are transformers' own."""
    layers = {
        name.removesuffix(".weight")
        for name, tensor in state_dict.items()
        if name.endswith(".weight") and tensor.dtype == torch.int8
    }
    plain = {}
    for name, tensor in state_dict.items():
        layer, _, kind = name.rpartition(".")
        if layer in layers and kind == "scale":
            continue
        if layer in layers and kind == "weight":
            plain[name] = tensor.to(torch.float32) * state_dict[f"{layer}.scale"].unsqueeze(1)
        else:
            plain[name] = tensor
    return plain
