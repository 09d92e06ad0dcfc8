"""Magnitude pruning of linear layers, made permanent."""

from __future__ import annotations

from typing import Any

from torch.nn.utils import prune as torch_prune

from speechopt_runtime.network import SpeechT5

from ..recipe import Recipe


def prune(network: SpeechT5, recipe: Recipe) -> dict[str, Any] | None:
    """Sets the smallest weights to zero, with `torch.nn.utils.prune`.

    `l1-unstructured` takes the fraction from each layer, `global-l1-unstructured` from all layers
    together. The masks are folded into the weights: no reparametrization is left.

    Args:
        network: Changed in place.
        recipe: Says how much, by which method, and which layers to leave.

    Returns:
        The pass report; none when the recipe prunes nothing.
    """
    if recipe.prune is None:
        return None
    layers = recipe.linear_layers(network)
    pairs = [(layer, "weight") for layer in layers.values()]
    if recipe.prune_method.startswith("global"):
        torch_prune.global_unstructured(
            pairs, pruning_method=torch_prune.L1Unstructured, amount=recipe.prune
        )
    else:
        for layer, weight in pairs:
            torch_prune.l1_unstructured(layer, weight, amount=recipe.prune)
    zeros = total = 0
    for layer, weight in pairs:
        torch_prune.remove(layer, weight)
        layer.weight.requires_grad_(False)  # noqa: FBT003
        zeros += int((layer.weight == 0).sum())
        total += layer.weight.numel()
    return {
        "pass": "prune",
        "method": recipe.prune_method,
        "amount": recipe.prune,
        "layers": len(layers),
        "weights": total,
        "zeros": zeros,
        "sparsity": zeros / total if total else 0.0,
    }
