"""What is done to the network, in which order."""

from __future__ import annotations

import fnmatch
import math
from dataclasses import dataclass
from typing import Any

from torch import nn

from speechopt_runtime import OptionError

PRUNE_METHODS = ("l1-unstructured", "global-l1-unstructured")
QUANTIZE_KINDS = ("int8", "none")
SENSITIVE = (
    "speecht5.decoder.prenet.*",
    "speech_decoder_postnet.feat_out",
    "speech_decoder_postnet.prob_out",
)
"""Layers that stay in float: published int8 exports that quantized them are on record as distorted."""


@dataclass(frozen=True)
class Recipe:
    """Options of an export that change the network.

    Args:
        prune: Fraction of each linear layer's weights to set to zero, above 0 and below 1; none to
            prune nothing.
        prune_method: One of `PRUNE_METHODS`.
        quantize: One of `QUANTIZE_KINDS`.
        ignore: Patterns of layer names that no pass touches, such as `*.attention.*`.
        quantize_sensitive: Quantize the layers in `SENSITIVE` as well.

    Raises:
        OptionError: an option is outside of what is allowed.
    """

    prune: float | None = None
    prune_method: str = PRUNE_METHODS[0]
    quantize: str = "none"
    ignore: tuple[str, ...] = ()
    quantize_sensitive: bool = False

    def __post_init__(self) -> None:
        if self.prune is not None and not (math.isfinite(self.prune) and 0 < self.prune < 1):
            raise OptionError(
                f"--prune is {self.prune}, allowed: above 0 and below 1",
                hint="leave --prune out to prune nothing",
            )
        if self.prune_method not in PRUNE_METHODS:
            allowed = ", ".join(PRUNE_METHODS)
            raise OptionError(f"--prune-method {self.prune_method!r} is unknown, known: {allowed}")
        if self.quantize not in QUANTIZE_KINDS:
            allowed = ", ".join(QUANTIZE_KINDS)
            raise OptionError(f"--quantize {self.quantize!r} is unknown, known: {allowed}")

    @property
    def suffix(self) -> str:
        """The recipe as part of a folder name: `fp32`, `p25`, `int8`, `p25-int8`."""
        parts = []
        if self.prune is not None:
            global_ = "g" if self.prune_method.startswith("global") else ""
            parts.append(f"{global_}p{self.prune * 100:g}")
        if self.quantize != "none":
            parts.append(self.quantize)
        return "-".join(parts) or "fp32"

    def to_json(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "prune": self.prune,
            "prune_method": self.prune_method if self.prune is not None else None,
            "quantize": self.quantize,
            "ignore": list(self.ignore),
            "quantize_sensitive": self.quantize_sensitive,
            "kept_float": [] if self.quantize_sensitive else list(SENSITIVE),
        }

    def linear_layers(
        self, network: nn.Module, *, for_quantize: bool = False
    ) -> dict[str, nn.Linear]:
        """The linear layers that a pass may change, by name.

        Raises:
            OptionError: an ignore pattern fits no linear layer.
        """
        layers = {
            name: module
            for name, module in network.named_modules()
            if isinstance(module, nn.Linear)
        }
        for pattern in self.ignore:
            if not fnmatch.filter(layers, pattern):
                raise OptionError(
                    f"--ignore {pattern!r} fits no linear layer",
                    hint=f"layers are named like {next(iter(layers))}",
                )
        skip = list(self.ignore)
        if for_quantize and not self.quantize_sensitive:
            skip += SENSITIVE
        return {
            name: module
            for name, module in layers.items()
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in skip)
        }
