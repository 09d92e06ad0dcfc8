"""Whether an artifact computes what its source computes, asked of the runtime itself.

Float artifacts run freely beside transformers' own model, with the same dropout masks. Quantized
artifacts are fed the float model's frames (teacher forcing), since two free runs drift apart in time,
and must agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from speechopt_runtime import ValidationError
from speechopt_runtime.artifact import open_artifact
from speechopt_runtime.backends import Backend, make_backend
from speechopt_runtime.config import ModelConfig, VocoderConfig
from speechopt_runtime.masks import DropoutMasks
from speechopt_runtime.network import SpeechT5
from speechopt_runtime.network.layers import sinusoids
from speechopt_runtime.threads import usable_threads

Floats = NDArray[np.float32]

STEPS = 64
FLOAT_ATOL = 1e-4
INT8_ATOL = 0.15
"""Most that two formats' spectrograms (log10-mel units) may differ under teacher forcing. The
engines round activations to different 8-bit grids; weights are the same to the bit."""


@dataclass(frozen=True)
class Trajectory:
    """What a model said in a fixed number of steps."""

    frames: Floats
    """(steps, reduction_factor, mel), before the postnet."""
    spectrogram: Floats
    """(T, mel), after the postnet."""
    waveform: Floats
    """(samples,)."""


@dataclass(frozen=True)
class Probe:
    """The input that all models get."""

    input_ids: list[int]
    speaker: Floats
    steps: int
    seed: int

    @classmethod
    def of(cls, input_ids: list[int], speaker: Floats, config: ModelConfig, seed: int) -> Probe:
        """At most `STEPS` steps, or as many as the model has positions for."""
        return cls(input_ids, speaker, min(STEPS, config.max_speech_positions), seed)


def reference(
    network: SpeechT5, config: ModelConfig, vocoder: VocoderConfig, probe: Probe
) -> Trajectory:
    """Transformers' own model on the same weights, run by its own `generate_speech`."""
    from transformers import (
        SpeechT5Config,
        SpeechT5ForTextToSpeech,
        SpeechT5HifiGan,
        SpeechT5HifiGanConfig,
    )

    state = network.state_dict()
    with torch.device("meta"):
        model = SpeechT5ForTextToSpeech(SpeechT5Config(**config.to_json()))
        hifigan = SpeechT5HifiGan(SpeechT5HifiGanConfig(**vocoder.to_json()))
    acoustic = {name: value for name, value in state.items() if not name.startswith("vocoder.")}
    generator = {
        name.removeprefix("vocoder."): value
        for name, value in state.items()
        if name.startswith("vocoder.")
    }
    model.load_state_dict(acoustic, strict=False, assign=True)
    hifigan.load_state_dict(generator, strict=True, assign=True)
    for module in model.modules():
        if isinstance(getattr(module, "pe", None), torch.Tensor):
            module.pe = sinusoids(*module.pe.shape[-2:]).unsqueeze(0)
    left = [name for name, tensor in model.named_parameters() if tensor.is_meta]
    if left:
        raise ValidationError(f"transformers' model lacks {left[0]}", code="E_NAMES")
    prenet: Any = model.speecht5.decoder.prenet
    prenet._consistent_dropout = _Injected(config, probe.seed)  # noqa: SLF001 (the masks' only door)
    tokens = len(probe.input_ids)
    ratio = (probe.steps + 0.5) * config.reduction_factor / tokens
    with torch.inference_mode():
        spectrogram = model.eval().generate_speech(
            torch.tensor([probe.input_ids]),
            torch.from_numpy(probe.speaker)[None],
            threshold=float(config.reduction_factor + 1),
            maxlenratio=ratio,
        )
        waveform = hifigan.eval()(spectrogram)
    return Trajectory(np.zeros(0, np.float32), spectrogram.numpy(), waveform.numpy())


class _Injected:
    """Stands in for the prenet's dropout: keeps what the mask of this step and layer keeps."""

    def __init__(self, config: ModelConfig, seed: int) -> None:
        self._masks = DropoutMasks(config, seed)
        self._layers = config.speech_decoder_prenet_layers
        self._calls = 0

    def __call__(self, hidden: torch.Tensor, p: float) -> torch.Tensor:
        step, layer = divmod(self._calls, self._layers)
        self._calls += 1
        # Only the last frame of the prenet is used upstream, so one mask serves for all.
        return hidden * torch.from_numpy(self._masks.at(step)[layer].copy()) / (1 - p)


def run(
    backend: Backend, config: ModelConfig, probe: Probe, forced: Floats | None = None
) -> Trajectory:
    """Runs a backend for a fixed number of steps.

    Args:
        backend: What to run.
        config: Its architecture.
        probe: The input.
        forced: (steps, reduction_factor, mel); when given, these frames are fed back in place of the
            backend's own.
    """
    masks = DropoutMasks(config, probe.seed)
    ids = np.array([probe.input_ids], dtype=np.int64)
    state = backend.encode(ids, np.ones_like(ids), probe.speaker[None], probe.steps)
    frame = np.zeros((1, config.num_mel_bins), np.float32)
    frames = []
    for step in range(probe.steps):
        spectrum, _ = backend.decode_step(state, frame, masks.at(step)[None])
        frames.append(spectrum[0].copy())
        source = spectrum if forced is None else forced[step : step + 1]
        frame = np.ascontiguousarray(source[:, -1])
    stacked = np.stack(frames)
    spectrogram = backend.postnet(stacked.reshape(1, -1, config.num_mel_bins))
    return Trajectory(stacked, spectrogram[0], backend.vocode(spectrogram)[0])


def check_float(
    path: Path, config: ModelConfig, probe: Probe, expected: Trajectory
) -> tuple[dict[str, Any], Trajectory]:
    """Compares a float artifact with transformers, free running.

    Raises:
        ValidationError: spectrogram or waveform differ by more than `FLOAT_ATOL`.
    """
    got = run(_backend(path), config, probe)
    report = {
        "against": "transformers",
        "mode": "free running",
        "steps": probe.steps,
        "max_abs_diff": _difference(got.spectrogram, expected.spectrogram),
        "max_abs_diff_waveform": _difference(got.waveform, expected.waveform),
        "atol": FLOAT_ATOL,
    }
    return _judge(path, report), got


def check_int8(
    path: Path, config: ModelConfig, probe: Probe, forced: Floats, expected: Trajectory | None
) -> tuple[dict[str, Any], Trajectory]:
    """Compares a quantized artifact with another format of the same network, teacher forced.

    Args:
        path: The artifact.
        config: Its architecture.
        probe: The input.
        forced: The float model's frames.
        expected: What the first format gave; none for the first format itself.

    Raises:
        ValidationError: the spectrograms differ by more than `INT8_ATOL`.
    """
    got = run(_backend(path), config, probe, forced)
    report = {
        "against": "the other formats" if expected else "itself (first format)",
        "mode": "teacher forcing",
        "steps": probe.steps,
        "max_abs_diff": _difference(got.spectrogram, expected.spectrogram) if expected else 0.0,
        "atol": INT8_ATOL,
        "mean_abs_diff_from_float": float(np.abs(got.frames - forced).mean()),
        "max_abs_diff_from_float": _difference(got.frames, forced),
    }
    return _judge(path, report), got


def _backend(path: Path) -> Backend:
    return make_backend(open_artifact(path, trust_code=True), usable_threads())


def _difference(left: Floats, right: Floats) -> float:
    if left.shape != right.shape:
        return float("inf")
    return float(np.abs(left - right).max(initial=0.0))


def _judge(path: Path, report: dict[str, Any]) -> dict[str, Any]:
    worst = max(report["max_abs_diff"], report.get("max_abs_diff_waveform", 0.0))
    report["passed"] = bool(worst <= report["atol"])
    if not report["passed"]:
        message = f"{path.name}: differs from {report['against']} by {worst:.2g}, allowed {report['atol']}"
        raise ValidationError(message, hint="nothing was written; please report this as a bug")
    return report
