"""`decoder_model.onnx`: one decoder step."""

from __future__ import annotations

from typing import Any

import numpy as np

from speechopt_runtime.config import ModelConfig
from speechopt_runtime.network import Int8Linear, SpeechT5

from .builder import Dims, Graph

_ROOT = "speecht5.decoder"


def decoder_graph(network: SpeechT5, config: ModelConfig) -> Graph:
    """Inputs: last frame, position, masks, caches; outputs: frames, stop probabilities, new caches."""
    graph = Graph("decoder_model")
    frame = graph.input("frame", np.float32, ["batch", config.num_mel_bins])
    position = graph.input("position", np.int64, [1])
    hidden = _prenet(graph, network, config, frame, position)
    bias = graph.input("attention_bias", np.float32, ["batch", 1, 1, "tokens"])
    decoder: Any = network.speecht5.decoder
    hidden = graph.op("Unsqueeze", hidden, graph.integers(1))
    for index, layer in enumerate(decoder.wrapped_decoder.layers):
        hidden = _layer(graph, layer, index, hidden, bias, config)
    hidden = graph.op("Squeeze", hidden, graph.integers(1))
    heads: Any = network.speech_decoder_postnet
    frames = graph.linear(hidden, heads.feat_out, "speech_decoder_postnet.feat_out")
    factor, mel = config.reduction_factor, config.num_mel_bins
    frames = graph.op("Reshape", frames, graph.integers(-1, factor, mel))
    logits = graph.linear(hidden, heads.prob_out, "speech_decoder_postnet.prob_out")
    graph.output(frames, "spectrum", ["batch", factor, mel])
    graph.output(graph.op("Sigmoid", logits), "prob", ["batch", factor])
    return graph


def _prenet(graph: Graph, network: SpeechT5, config: ModelConfig, frame: str, position: str) -> str:
    prenet: Any = network.speecht5.decoder.prenet
    name = f"{_ROOT}.prenet"
    hidden = frame
    if config.has_dropout_masks:
        layers, units = config.speech_decoder_prenet_layers, config.speech_decoder_prenet_units
        masks = graph.input("prenet_masks", np.float32, ["batch", layers, units])
        scale = graph.scalar(prenet.dropout_scale)
        for index, layer in enumerate(prenet.layers):
            mask = graph.op(
                "Gather", masks, graph.weight(f"index_{index}", np.array(index, np.int64)), axis=1
            )
            hidden = graph.op("Relu", graph.linear(hidden, layer, f"{name}.layers.{index}"))
            hidden = graph.op("Mul", graph.op("Mul", hidden, mask), scale)
    hidden = graph.linear(hidden, prenet.final_layer, f"{name}.final_layer")
    encode = prenet.encode_positions
    table = graph.weight(f"{name}.positions", (encode.alpha * encode.pe).detach())
    hidden = graph.op("Add", hidden, graph.op("Gather", table, position))
    term = graph.input("speaker_term", np.float32, ["batch", config.hidden_size])
    layer = prenet.speaker_embeds_layer
    columns = layer.weight[:, : int(layer.hidden_size)]
    if isinstance(layer, Int8Linear):
        own = graph.int8_matmul(hidden, columns, layer.scale, None, f"{name}.speaker_embeds_layer")
    else:
        own = graph.float_matmul(hidden, columns, None, f"{name}.speaker_embeds_layer")
    return graph.op("Relu", graph.op("Add", own, term))


def _layer(
    graph: Graph,
    layer: Any,  # noqa: ANN401 (torch module)
    index: int,
    hidden: str,
    bias: str,
    config: ModelConfig,
) -> str:
    name = f"{_ROOT}.wrapped_decoder.layers.{index}"
    attended = _self_attention(graph, layer.self_attn, f"{name}.self_attn", index, hidden, config)
    hidden = graph.op("Add", hidden, attended)
    hidden = graph.layer_norm(hidden, layer.self_attn_layer_norm, f"{name}.self_attn_layer_norm")
    attended = _cross_attention(
        graph, layer.encoder_attn, f"{name}.encoder_attn", index, hidden, bias, config
    )
    hidden = graph.op("Add", hidden, attended)
    norm = layer.encoder_attn_layer_norm
    hidden = graph.layer_norm(hidden, norm, f"{name}.encoder_attn_layer_norm")
    fed = graph.feed_forward(hidden, layer.feed_forward, f"{name}.feed_forward")
    hidden = graph.op("Add", hidden, fed)
    return graph.layer_norm(hidden, layer.final_layer_norm, f"{name}.final_layer_norm")


def _self_attention(
    graph: Graph,
    layer: Any,  # noqa: ANN401
    name: str,
    index: int,
    hidden: str,
    config: ModelConfig,
) -> str:
    heads = config.decoder_attention_heads
    width = config.hidden_size // heads
    caches = {}
    for kind, letter in (("key", "k"), ("value", "v")):
        dims: Dims = ["batch", heads, "past", width]
        past = graph.input(f"past_key_values.{index}.decoder.{kind}", np.float32, dims)
        new = graph.linear(hidden, getattr(layer, f"{letter}_proj"), f"{name}.{letter}_proj")
        caches[kind] = graph.op("Concat", past, graph.split_heads(new, heads, width), axis=2)
        dims = ["batch", heads, "past_and_present", width]
        graph.output(caches[kind], f"present.{index}.decoder.{kind}", dims)
    query = _query(graph, layer, name, hidden, heads, width)
    scores = graph.op("MatMul", query, graph.op("Transpose", caches["key"], perm=[0, 1, 3, 2]))
    attended = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), caches["value"])
    merged = graph.merge_heads(attended, config.hidden_size)
    return graph.linear(merged, layer.out_proj, f"{name}.out_proj")


def _cross_attention(
    graph: Graph,
    layer: Any,  # noqa: ANN401
    name: str,
    index: int,
    hidden: str,
    bias: str,
    config: ModelConfig,
) -> str:
    heads = config.decoder_attention_heads
    width = config.hidden_size // heads
    dims: Dims = ["batch", heads, "tokens", width]
    keys = graph.input(f"past_key_values.{index}.encoder.key", np.float32, dims)
    values = graph.input(f"past_key_values.{index}.encoder.value", np.float32, dims)
    query = _query(graph, layer, name, hidden, heads, width)
    scores = graph.op("MatMul", query, graph.op("Transpose", keys, perm=[0, 1, 3, 2]))
    weights = graph.op("Softmax", graph.op("Add", scores, bias), axis=-1)
    merged = graph.merge_heads(graph.op("MatMul", weights, values), config.hidden_size)
    return graph.linear(merged, layer.out_proj, f"{name}.out_proj")


def _query(
    graph: Graph,
    layer: Any,  # noqa: ANN401
    name: str,
    hidden: str,
    heads: int,
    width: int,
) -> str:
    query = graph.linear(hidden, layer.q_proj, f"{name}.q_proj")
    return graph.split_heads(graph.op("Mul", query, graph.scalar(width**-0.5)), heads, width)
