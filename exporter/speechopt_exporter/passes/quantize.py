"""Dynamic int8 quantization of linear layers."""

from __future__ import annotations

from typing import Any

from speechopt_runtime.network import SpeechT5
from speechopt_runtime.network.int8 import int8_class

from ..recipe import Recipe


def quantize(network: SpeechT5, recipe: Recipe) -> dict[str, Any] | None:
    """Replaces linear layers by int8 ones: symmetric weights, one scale per output channel.

    Activations are quantized at run time, per call. Zeros stay zeros, so pruning survives.

    Args:
        network: Changed in place.
        recipe: Says whether, and which layers to leave.

    Returns:
        The pass report; none when the recipe quantizes nothing.
    """
    if recipe.quantize == "none":
        return None
    layers = recipe.linear_layers(network, for_quantize=True)
    worst = 0.0
    for name, layer in layers.items():
        kind = int8_class(layer)
        if kind is None:
            raise AssertionError(f"{name} has no int8 form")
        int8 = kind.from_float(layer)
        error = float((int8.dequantized_weight() - layer.weight).abs().max())
        worst = max(worst, error / max(float(layer.weight.abs().max()), 1e-12))
        network.set_submodule(name, int8)
    return {
        "pass": "quantize",
        "kind": "dynamic",
        "dtype": "int8",
        "scheme": "symmetric, per_channel",
        "layers": len(layers),
        "kept_float": sorted(set(_all_linear(network))),
        "max_relative_weight_error": worst,
    }


def _all_linear(network: SpeechT5) -> list[str]:
    return list(Recipe().linear_layers(network))
