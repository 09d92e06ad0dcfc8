"""The TorchScript backend: code and parameters from `model.torchscript.pt`.

`torch.jit` is deprecated in torch; in the runtime, this module is the only one that touches it. The
file holds executable code: `open_artifact` has settled that its origin is trusted.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import torch

from ..errors import ArtifactError
from ..identify import TORCHSCRIPT
from ..network.int8 import set_reduced_range
from .torch_network import TorchBackend

if TYPE_CHECKING:
    from ..artifact import Artifact


class TorchScriptBackend(TorchBackend):
    """Runs `model.torchscript.pt`."""

    def __init__(self, artifact: Artifact, threads: int) -> None:
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=r".*torch\.jit\.load.*")
                network: Any = torch.jit.load(
                    io.BytesIO(artifact.content[TORCHSCRIPT]), map_location="cpu"
                )
        except Exception as error:  # noqa: BLE001 (torch raises many kinds on damaged input)
            message = f"{artifact.path}: torch cannot read the program ({type(error).__name__})"
            raise ArtifactError(message, code="E_FORMAT") from None
        set_reduced_range(network)
        super().__init__(network, threads)
