"""Linear layers with int8 weights: the form that is stored, and the form that runs.

Weights are symmetric int8 with one scale per output channel; activations are quantized to uint8 per
call (dynamic quantization). The stored form is plain tensors (`weight` int8, `scale`, `bias`), which
can be shape-checked, loaded without pickled classes, and turned back to float. The form that runs
hands them to torch's quantized kernels. Those kernels and the quantized tensor type are deprecated in
torch; this module is the only one that touches them.
"""

import warnings
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from .decoder import SpeakerLinear

INT8_MAX = 127

Network = TypeVar("Network", bound=nn.Module)


def quantize_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Symmetric int8, one scale per output channel.

    Args:
        weight: (out, in) float32.

    Returns:
        int8 (out, in) within -127 to 127, and float32 scales (out,); a row of zeros has scale 1.
    """
    largest = weight.abs().amax(dim=1)
    scale = torch.where(largest > 0, largest / INT8_MAX, torch.ones_like(largest))
    rounded = torch.round(weight / scale.unsqueeze(1)).clamp(-INT8_MAX, INT8_MAX)
    return rounded.to(torch.int8), scale


class Int8Linear(nn.Module):
    """The stored form of a linear layer; runs too, slowly, as a float layer with rounded weights."""

    weight: Tensor
    scale: Tensor
    bias: Tensor

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(out_features, in_features, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(out_features))
        self.register_buffer("bias", torch.zeros(out_features))

    @classmethod
    def from_float(cls, linear: nn.Linear) -> "Int8Linear":
        """Quantizes a float layer."""
        quantized = cls(linear.in_features, linear.out_features)
        quantized.weight, quantized.scale = quantize_weight(linear.weight.detach())
        if linear.bias is not None:
            quantized.bias = linear.bias.detach().clone()
        return quantized

    def dequantized_weight(self) -> Tensor:
        """The float32 weight (out, in) that the int8 values stand for."""
        return self.weight.to(torch.float32) * self.scale.unsqueeze(1)

    def forward(self, hidden: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        return functional.linear(hidden, self.dequantized_weight(), self.bias)

    def packed(self, *, reduce_range: bool) -> nn.Module:
        """The form that runs on int8 kernels."""
        return PackedInt8Linear(pack(self.weight, self.scale, self.bias), reduce_range)


class Int8SpeakerLinear(Int8Linear):
    """The stored form of `SpeakerLinear`."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__(in_features, out_features)
        self.hidden_size = out_features

    def packed(self, *, reduce_range: bool) -> nn.Module:
        """The form that runs: the two column blocks share their rows' scales."""
        size = self.hidden_size
        no_bias = torch.zeros_like(self.bias)
        return PackedInt8SpeakerLinear(
            pack(self.weight[:, :size], self.scale, no_bias),
            pack(self.weight[:, size:], self.scale, self.bias),
            reduce_range,
        )


class PackedInt8Linear(nn.Module):
    """A linear layer on torch's int8 kernels."""

    def __init__(self, weights: torch.ScriptObject, reduce_range: bool) -> None:
        super().__init__()
        self.weights = weights
        self.reduce_range = reduce_range

    def forward(self, hidden: Tensor) -> Tensor:
        """(..., in) float32 to (..., out) float32."""
        return torch.ops.quantized.linear_dynamic(hidden, self.weights, self.reduce_range)


class PackedInt8SpeakerLinear(nn.Module):
    """`SpeakerLinear` on torch's int8 kernels."""

    def __init__(
        self,
        hidden_weights: torch.ScriptObject,
        speaker_weights: torch.ScriptObject,
        reduce_range: bool,
    ) -> None:
        super().__init__()
        self.hidden_weights = hidden_weights
        self.speaker_weights = speaker_weights
        self.reduce_range = reduce_range

    def speaker_term(self, speaker_embeddings: Tensor) -> Tensor:
        """(B, speaker_embedding_dim) to (B, C)."""
        unit = functional.normalize(speaker_embeddings)
        return torch.ops.quantized.linear_dynamic(unit, self.speaker_weights, self.reduce_range)

    def forward(self, hidden: Tensor, speaker_term: Tensor) -> Tensor:
        """(B, C) and (B, C) to (B, C)."""
        product = torch.ops.quantized.linear_dynamic(hidden, self.hidden_weights, self.reduce_range)
        return product + speaker_term


def pack(weight: Tensor, scale: Tensor, bias: Tensor) -> torch.ScriptObject:
    """Hands int8 weights (out, in), scales (out,) and bias (out,) to torch's int8 kernels."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*quantiz.*", category=UserWarning)
        warnings.filterwarnings("ignore", message=".*quantiz.*", category=DeprecationWarning)
        quantized = torch._make_per_channel_quantized_tensor(  # noqa: SLF001
            weight.contiguous(), scale.double(), torch.zeros_like(scale, dtype=torch.int64), 0
        )
        return torch.ops.quantized.linear_prepack(quantized, bias)


def pack_network(network: Network) -> Network:
    """Replaces every stored int8 layer, in place, by the form that runs.

    Args:
        network: any module; layers in float are left as they are.

    Returns:
        The same module.
    """
    reduce_range = needs_reduced_range()
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, Int8Linear):
                setattr(parent, name, child.packed(reduce_range=reduce_range))
    return network


def set_reduced_range(network: nn.Module) -> None:
    """Sets what `needs_reduced_range` says on a network that was packed on another machine."""
    reduce_range = needs_reduced_range()
    for module in network.modules():
        if hasattr(module, "reduce_range"):
            setattr(module, "reduce_range", reduce_range)  # noqa: B010 (a buffer, says its type)


def needs_reduced_range() -> bool:
    """Whether activations must keep to 7 bits, since this processor's int8 sums would saturate.

    Without VNNI the kernels add pairs of uint8 x int8 products in 16 bits.
    """
    supported = getattr(torch.cpu, "_is_vnni_supported", None)
    return supported is None or not supported()


def int8_class(module: nn.Module) -> type[Int8Linear] | None:
    """The stored int8 form for a float layer, None where there is none."""
    if isinstance(module, SpeakerLinear):
        return Int8SpeakerLinear
    return Int8Linear if isinstance(module, nn.Linear) else None
