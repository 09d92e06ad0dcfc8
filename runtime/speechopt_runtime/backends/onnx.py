"""The ONNX backend: four graphs in onnxruntime, and nothing else installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime as ort

from ..errors import ArtifactError
from . import Floats, Integers

if TYPE_CHECKING:
    from ..artifact import Artifact

GRAPHS = ("encoder_model.onnx", "decoder_model.onnx", "postnet.onnx", "vocoder.onnx")


@dataclass
class OnnxState:
    """Bound inputs of one encoded batch; `past` are the outputs of the step before."""

    binding: ort.IOBinding
    past: list[ort.OrtValue]
    position: int = 0


class OnnxBackend:
    """Runs an `onnx/` folder.

    Args:
        artifact: The artifact.
        threads: Threads that each operator may use.
    """

    def __init__(self, artifact: Artifact, threads: int) -> None:
        missing = [name for name in GRAPHS if name not in artifact.content]
        if missing:
            raise ArtifactError(f"{artifact.path}: lacks {', '.join(missing)}", code="E_MISSING")
        model = artifact.manifest.model
        self._layers = model.decoder_layers
        self._has_masks = model.has_dropout_masks
        self._heads = model.decoder_attention_heads
        self._head_dim = model.hidden_size // model.decoder_attention_heads
        sessions = [_session(artifact, name, threads) for name in GRAPHS]
        self._encoder, self._decoder, self._postnet, self._vocoder = sessions
        self._past_names = cache_names("past_key_values", self._layers)
        self._present_names = cache_names("present", self._layers)

    def encode(
        self, input_ids: Integers, attention_mask: Integers, speaker_embeddings: Floats, steps: int
    ) -> OnnxState:
        """See `Backend.encode`."""
        del steps  # the cache grows with the steps
        binding = self._encoder.io_binding()
        binding.bind_cpu_input("input_ids", input_ids)
        binding.bind_cpu_input("attention_mask", attention_mask)
        binding.bind_cpu_input("speaker_embeddings", speaker_embeddings)
        names = [output.name for output in self._encoder.get_outputs()]
        for name in names:
            binding.bind_output(name, "cpu")
        self._encoder.run_with_iobinding(binding)
        step = self._decoder.io_binding()
        for name, value in zip(names, binding.get_outputs(), strict=True):
            step.bind_ortvalue_input(name, value)
        shape = [len(input_ids), self._heads, 0, self._head_dim]
        empty = ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, dtype=np.float32))
        return OnnxState(step, [empty] * (2 * self._layers))

    def decode_step(self, state: OnnxState, frame: Floats, masks: Floats) -> tuple[Floats, Floats]:
        """See `Backend.decode_step`."""
        binding = state.binding
        binding.bind_cpu_input("frame", frame)
        binding.bind_cpu_input("position", np.array([state.position], dtype=np.int64))
        if self._has_masks:
            binding.bind_cpu_input("prenet_masks", masks)
        for name, value in zip(self._past_names, state.past, strict=True):
            binding.bind_ortvalue_input(name, value)
        binding.clear_binding_outputs()
        for name in ("spectrum", "prob", *self._present_names):
            binding.bind_output(name, "cpu")
        self._decoder.run_with_iobinding(binding)
        spectrum, prob, *state.past = binding.get_outputs()
        state.position += 1
        return spectrum.numpy(), prob.numpy()

    def postnet(self, spectrogram: Floats) -> Floats:
        """See `Backend.postnet`."""
        return _run(self._postnet, spectrogram)

    def vocode(self, spectrogram: Floats) -> Floats:
        """See `Backend.vocode`."""
        return _run(self._vocoder, spectrogram)


def cache_names(prefix: str, layers: int) -> list[str]:
    """Names of the self-attention cache tensors, in the order in which they are bound."""
    return [
        f"{prefix}.{layer}.decoder.{kind}" for layer in range(layers) for kind in ("key", "value")
    ]


def _session(artifact: Artifact, name: str, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Four sessions with a pool each share the processors: a pool that spins while another computes
    # would take them away. Subnormal numbers in quiet audio cost time and are inaudible.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    try:
        return ort.InferenceSession(
            artifact.content[name], options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # noqa: BLE001 (onnxruntime raises a class per status code)
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        message = f"{artifact.path}/{name}: onnxruntime refuses the graph ({reason})"
        raise ArtifactError(message, code="E_FORMAT") from None


def _run(session: ort.InferenceSession, spectrogram: Floats) -> Floats:
    inputs: dict[str, Any] = {"spectrogram": np.ascontiguousarray(spectrogram)}
    result: Floats = session.run(None, inputs)[0]
    return result
