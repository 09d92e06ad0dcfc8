"""The architecture of a SpeechT5 text-to-speech model, as plain data.

Field names and defaults are those of transformers' ``SpeechT5Config`` and
``SpeechT5HifiGanConfig`` (``configuration_speecht5.py``), so that a ``config.json`` from a
checkpoint reads straight in. Standard library only: every backend needs it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from .errors import ArtifactError

_Config = TypeVar("_Config", bound="_JsonConfig")

ACTIVATIONS = ("gelu", "relu")
_LARGEST = 1_000_000


class _JsonConfig:
    """Reading and writing that both configurations share."""

    @classmethod
    def from_json(cls: type[_Config], values: Mapping[str, Any]) -> _Config:
        """Takes the known keys out of a ``config.json`` mapping; others are left out.

        Raises:
            ArtifactError: a value has the wrong type or is outside of what the network can be.
        """
        known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        picked = {
            key: _tuples(value)
            for key, value in values.items()
            if key in known and value is not None
        }
        try:
            config = cls(**picked)
        except TypeError as error:
            raise _refuse(cls.__name__, "fields", str(error)) from None
        config.check()
        return config

    def to_json(self) -> dict[str, Any]:
        """The mapping that `from_json` reads."""
        return dataclasses.asdict(self)  # type: ignore[call-overload,no-any-return]

    def check(self) -> None:
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class ModelConfig(_JsonConfig):
    """Encoder, decoder and postnet of one SpeechT5 text-to-speech model."""

    vocab_size: int = 81
    hidden_size: int = 768
    encoder_layers: int = 12
    encoder_attention_heads: int = 12
    encoder_ffn_dim: int = 3072
    decoder_layers: int = 6
    decoder_attention_heads: int = 12
    decoder_ffn_dim: int = 3072
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-5
    num_mel_bins: int = 80
    speech_decoder_prenet_layers: int = 2
    speech_decoder_prenet_units: int = 256
    speech_decoder_prenet_dropout: float = 0.5
    speaker_embedding_dim: int = 512
    speech_decoder_postnet_layers: int = 5
    speech_decoder_postnet_units: int = 256
    speech_decoder_postnet_kernel: int = 5
    reduction_factor: int = 2
    max_speech_positions: int = 4000
    max_text_positions: int = 450
    encoder_max_relative_position: int = 160
    pad_token_id: int = 1
    eos_token_id: int = 2

    def check(self) -> None:
        """Refuses sizes that no network can have.

        Raises:
            ArtifactError: naming the field, its value and what is allowed.
        """
        may_be_zero = {"speech_decoder_prenet_layers", "pad_token_id", "eos_token_id"}
        for name, value in self.to_json().items():
            if name in {"hidden_act", "layer_norm_eps", "speech_decoder_prenet_dropout"}:
                continue
            _check_integer("ModelConfig", name, value, 0 if name in may_be_zero else 1)
        if self.hidden_act not in ACTIVATIONS:
            raise _refuse(
                "ModelConfig", "hidden_act", f"{self.hidden_act!r} is not in {ACTIVATIONS}"
            )
        _check_real("ModelConfig", "layer_norm_eps", self.layer_norm_eps, 0.0, 1.0)
        dropout = self.speech_decoder_prenet_dropout
        _check_real("ModelConfig", "speech_decoder_prenet_dropout", dropout, 0.0, 0.999)
        for heads in ("encoder_attention_heads", "decoder_attention_heads"):
            if self.hidden_size % getattr(self, heads):
                raise _refuse(
                    "ModelConfig", heads, f"does not divide hidden_size={self.hidden_size}"
                )
        if self.hidden_size % 2:
            raise _refuse("ModelConfig", "hidden_size", f"{self.hidden_size} is odd")
        if self.speech_decoder_postnet_kernel % 2 == 0:
            kernel = self.speech_decoder_postnet_kernel
            raise _refuse("ModelConfig", "speech_decoder_postnet_kernel", f"{kernel} is even")

    @property
    def has_dropout_masks(self) -> bool:
        """Whether the prenet drops units at inference, so that a step takes masks."""
        return self.speech_decoder_prenet_layers > 0


@dataclasses.dataclass(frozen=True)
class VocoderConfig(_JsonConfig):
    """HiFi-GAN: log-mel spectrogram to waveform."""

    model_in_dim: int = 80
    sampling_rate: int = 16000
    upsample_initial_channel: int = 512
    upsample_rates: tuple[int, ...] = (4, 4, 4, 4)
    upsample_kernel_sizes: tuple[int, ...] = (8, 8, 8, 8)
    resblock_kernel_sizes: tuple[int, ...] = (3, 7, 11)
    resblock_dilation_sizes: tuple[tuple[int, ...], ...] = ((1, 3, 5), (1, 3, 5), (1, 3, 5))
    leaky_relu_slope: float = 0.1
    normalize_before: bool = True

    def check(self) -> None:
        """Refuses sizes that no vocoder can have.

        Raises:
            ArtifactError: naming the field, its value and what is allowed.
        """
        name = "VocoderConfig"
        for field in ("model_in_dim", "sampling_rate", "upsample_initial_channel"):
            _check_integer(name, field, getattr(self, field), 1)
        self._check_lists(name)
        for rate, kernel in zip(self.upsample_rates, self.upsample_kernel_sizes, strict=True):
            if kernel < rate or (kernel - rate) % 2:
                raise _refuse(name, "upsample_kernel_sizes", f"{kernel} does not fit rate {rate}")
        if self.upsample_initial_channel % (1 << len(self.upsample_rates)):
            channels = self.upsample_initial_channel
            raise _refuse(
                name, "upsample_initial_channel", f"{channels} cannot be halved per stage"
            )
        _check_real(name, "leaky_relu_slope", self.leaky_relu_slope, 0.0, 1.0)
        if not isinstance(self.normalize_before, bool):
            raise _refuse(name, "normalize_before", f"{self.normalize_before!r} is no boolean")

    def _check_lists(self, name: str) -> None:
        for field in ("upsample_rates", "upsample_kernel_sizes", "resblock_kernel_sizes"):
            _check_sizes(name, field, getattr(self, field))
        if not isinstance(self.resblock_dilation_sizes, tuple):
            raise _refuse(name, "resblock_dilation_sizes", "is not a list")
        for dilations in self.resblock_dilation_sizes:
            _check_sizes(name, "resblock_dilation_sizes", dilations)
        if len(self.upsample_rates) != len(self.upsample_kernel_sizes):
            raise _refuse(name, "upsample_rates", "needs one upsample_kernel_sizes entry each")
        if len(self.resblock_kernel_sizes) != len(self.resblock_dilation_sizes):
            raise _refuse(
                name, "resblock_kernel_sizes", "needs one resblock_dilation_sizes entry each"
            )

    @property
    def hop_length(self) -> int:
        """Samples of audio per spectrogram frame."""
        return math.prod(self.upsample_rates)


def _tuples(value: object) -> object:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _check_integer(config: str, name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _LARGEST:
        raise _refuse(config, name, f"{value!r} is not a whole number from {least} to {_LARGEST}")


def _check_sizes(config: str, name: str, values: object) -> None:
    if not isinstance(values, tuple) or not 0 < len(values) <= 16:
        raise _refuse(config, name, f"{values!r} is not a list of 1 to 16 sizes")
    for value in values:
        _check_integer(config, name, value, 1)


def _check_real(config: str, name: str, value: object, least: float, most: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not least <= value <= most:  # type: ignore[operator]
        raise _refuse(config, name, f"{value!r} is not a number from {least} to {most}")


def _refuse(config: str, name: str, reason: str) -> ArtifactError:
    return ArtifactError(f"{config}.{name}: {reason}", code="E_CONFIG")
