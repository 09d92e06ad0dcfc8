"""`postnet.onnx` and `vocoder.onnx`: decoder frames to spectrogram, spectrogram to waveform.

Convolutions are written in two dimensions with a height of one: onnxruntime's fast (blocked) kernels
take no others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from speechopt_runtime.config import ModelConfig, VocoderConfig
from speechopt_runtime.network import SpeechT5
from speechopt_runtime.network.vocoder import FINAL_SLOPE

from .builder import Dims, Graph


def postnet_graph(network: SpeechT5, config: ModelConfig) -> Graph:
    """`spectrogram` (B, T, mel) to `refined` (B, T, mel); batch norm is folded into the weights."""
    graph = Graph("postnet")
    dims: Dims = ["batch", "frames", config.num_mel_bins]
    spectrogram = graph.input("spectrogram", np.float32, dims)
    hidden = _to_image(graph, spectrogram)
    layers: Any = network.speech_decoder_postnet.layers
    for index, layer in enumerate(layers):
        weight, bias = _fold_batch_norm(layer.conv, layer.batch_norm)
        name = f"speech_decoder_postnet.layers.{index}"
        hidden = _conv(graph, hidden, name, weight, bias, padding=layer.conv.padding[0])
        if layer.has_tanh:
            hidden = graph.op("Tanh", hidden)
    residual = graph.op("Squeeze", hidden, graph.integers(2))
    residual = graph.op("Transpose", residual, perm=[0, 2, 1])
    graph.output(graph.op("Add", spectrogram, residual), "refined", dims)
    return graph


def vocoder_graph(network: SpeechT5, config: VocoderConfig) -> Graph:
    """`spectrogram` (B, T, mel) to `waveform` (B, samples)."""
    graph = Graph("vocoder")
    value = graph.input("spectrogram", np.float32, ["batch", "frames", config.model_in_dim])
    vocoder: Any = network.vocoder
    if config.normalize_before:
        value = graph.op("Sub", value, graph.weight("vocoder.mean", vocoder.mean))
        value = graph.op("Div", value, graph.weight("vocoder.scale", vocoder.scale))
    hidden = _module_conv(graph, _to_image(graph, value), vocoder.conv_pre, "vocoder.conv_pre")
    kernels = len(config.resblock_kernel_sizes)
    for stage, upsample in enumerate(vocoder.upsampler):
        hidden = _leaky(graph, hidden, config.leaky_relu_slope)
        hidden = _upsample(graph, hidden, upsample, f"vocoder.upsampler.{stage}")
        blocks = [
            _residual_block(graph, hidden, vocoder.resblocks[index], f"vocoder.resblocks.{index}")
            for index in range(stage * kernels, (stage + 1) * kernels)
        ]
        total = blocks[0]
        for block in blocks[1:]:
            total = graph.op("Add", total, block)
        hidden = graph.op("Mul", total, graph.scalar(1.0 / kernels))
    hidden = _leaky(graph, hidden, FINAL_SLOPE)
    hidden = _module_conv(graph, hidden, vocoder.conv_post, "vocoder.conv_post")
    waveform = graph.op("Squeeze", graph.op("Tanh", hidden), graph.integers(1, 2))
    graph.output(waveform, "waveform", ["batch", "samples"])
    return graph


def _to_image(graph: Graph, value: str) -> str:
    """(B, T, channels) to (B, channels, 1, T)."""
    turned = graph.op("Transpose", value, perm=[0, 2, 1])
    return graph.op("Unsqueeze", turned, graph.integers(2))


def _conv(
    graph: Graph,
    value: str,
    name: str,
    weight: Tensor,
    bias: Tensor,
    *,
    padding: int,
    dilation: int = 1,
) -> str:
    result: str = graph.op(
        "Conv",
        value,
        graph.weight(f"{name}.weight", weight.detach().unsqueeze(2)),
        graph.weight(f"{name}.bias", bias),
        kernel_shape=[1, weight.shape[2]],
        dilations=[1, dilation],
        pads=[0, padding, 0, padding],
    )
    return result


def _module_conv(graph: Graph, value: str, layer: nn.Conv1d, name: str) -> str:
    if layer.bias is None:
        raise AssertionError(f"{name} has no bias")
    return _conv(
        graph,
        value,
        name,
        layer.weight,
        layer.bias,
        padding=int(layer.padding[0]),
        dilation=layer.dilation[0],
    )


def _upsample(graph: Graph, value: str, layer: nn.ConvTranspose1d, name: str) -> str:
    if layer.bias is None:
        raise AssertionError(f"{name} has no bias")
    padding = int(layer.padding[0])
    result: str = graph.op(
        "ConvTranspose",
        value,
        graph.weight(f"{name}.weight", layer.weight.detach().unsqueeze(2)),
        graph.weight(f"{name}.bias", layer.bias),
        kernel_shape=[1, layer.kernel_size[0]],
        strides=[1, layer.stride[0]],
        pads=[0, padding, 0, padding],
    )
    return result


def _residual_block(graph: Graph, value: str, block: Any, name: str) -> str:  # noqa: ANN401
    for index, (conv1, conv2) in enumerate(zip(block.convs1, block.convs2, strict=True)):
        inner = _leaky(graph, value, block.slope)
        inner = _module_conv(graph, inner, conv1, f"{name}.convs1.{index}")
        inner = _leaky(graph, inner, block.slope)
        inner = _module_conv(graph, inner, conv2, f"{name}.convs2.{index}")
        value = graph.op("Add", value, inner)
    return value


def _leaky(graph: Graph, value: str, slope: float) -> str:
    return graph.op("LeakyRelu", value, alpha=slope)


def _fold_batch_norm(conv: nn.Conv1d, norm: nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    if norm.running_var is None or norm.running_mean is None:
        raise AssertionError("batch norm without statistics")
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = conv.weight * factor[:, None, None]
    return weight.detach(), (norm.bias - norm.running_mean * factor).detach()
