"""What runs the network. One file and one row of `BACKENDS` per format.

The caches live inside the state that `encode` returns and belong to the backend: the loop never
looks into it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import SystemFaultError
from ..identify import ONNX, STATE_DICT, TORCHSCRIPT

if TYPE_CHECKING:
    from ..artifact import Artifact

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


class Backend(Protocol):
    """The four calls of the decode loop. B batch, S tokens, T frames; arrays are C-contiguous."""

    def encode(
        self, input_ids: Integers, attention_mask: Integers, speaker_embeddings: Floats, steps: int
    ) -> Any:  # noqa: ANN401 (each backend has a state of its own)
        """Encodes texts and makes room for up to `steps` decoder steps.

        Args:
            input_ids: (B, S).
            attention_mask: (B, S), 1 for tokens and 0 for padding.
            speaker_embeddings: (B, speaker_embedding_dim).
            steps: Most decoder steps that will be asked for.
        """

    def decode_step(self, state: Any, frame: Floats, masks: Floats) -> tuple[Floats, Floats]:  # noqa: ANN401
        """One decoder step; the position is the number of steps so far.

        Args:
            state: From `encode`; changed in place.
            frame: (B, mel), the last frame so far, zeros at first.
            masks: (B, prenet layers, prenet units) of zeros and ones.

        Returns:
            Frames (B, reduction_factor, mel), stop probabilities (B, reduction_factor).
        """

    def postnet(self, spectrogram: Floats) -> Floats:
        """(B, T, mel) to (B, T, mel)."""

    def vocode(self, spectrogram: Floats) -> Floats:
        """(B, T, mel) to (B, T * hop_length)."""


# Format: module, class, and the extra that brings its packages.
BACKENDS = {
    ONNX: ("onnx", "OnnxBackend", ""),
    STATE_DICT: ("state_dict", "StateDictBackend", "torch"),
    TORCHSCRIPT: ("torchscript", "TorchScriptBackend", "torch"),
}


def import_backend(format: str) -> type[Backend]:  # noqa: A002 (the field's word)
    """The class that runs a format.

    Raises:
        SystemFaultError: E_PACKAGE, its packages are not installed.
    """
    module_name, class_name, extra = BACKENDS[format]
    try:
        module = importlib.import_module(f".{module_name}", __name__)
    except ModuleNotFoundError as error:
        message = f"{format} artifacts need the package {error.name}, which is not installed"
        hint = f"pip install 'speechopt[{extra}]', or pass onnx/" if extra else None
        raise SystemFaultError(message, code="E_PACKAGE", hint=hint) from None
    backend: type[Backend] = getattr(module, class_name)
    return backend


def make_backend(artifact: Artifact, threads: int) -> Backend:
    """The backend for an artifact, with its weights.

    Raises:
        SystemFaultError: E_PACKAGE, its packages are not installed.
        ArtifactError: the weights do not fit the architecture in the manifest.
    """
    make: Any = import_backend(artifact.format)
    backend: Backend = make(artifact, threads)
    return backend
