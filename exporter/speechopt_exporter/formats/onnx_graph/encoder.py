"""`encoder_model.onnx`: text and speaker to everything that is computed once per text."""

from __future__ import annotations

from typing import Any

import numpy as np

from speechopt_runtime.config import ModelConfig
from speechopt_runtime.network import Int8Linear, SpeechT5
from speechopt_runtime.network.model import MASKED

from .builder import Dims, Graph

_ROOT = "speecht5.encoder"


def encoder_graph(network: SpeechT5, config: ModelConfig) -> Graph:
    """Inputs `input_ids`, `attention_mask`, `speaker_embeddings`; outputs as the decoder takes them."""
    graph = Graph("encoder_model")
    ids = graph.input("input_ids", np.int64, ["batch", "tokens"])
    mask = graph.input("attention_mask", np.int64, ["batch", "tokens"])
    size = config.speaker_embedding_dim
    speaker = graph.input("speaker_embeddings", np.float32, ["batch", size])
    encoder: Any = network.speecht5.encoder
    mask_bias = _mask_bias(graph, mask)
    length = graph.op("Shape", ids, start=1, end=2)
    hidden = _prenet(graph, encoder.prenet, ids, length)
    stack = encoder.wrapped_encoder
    name = f"{_ROOT}.wrapped_encoder"
    hidden = graph.layer_norm(hidden, stack.layer_norm, f"{name}.layer_norm")
    positions = _relative_positions(graph, stack.embed_positions, length)
    for index, layer in enumerate(stack.layers):
        hidden = _layer(
            graph, layer, f"{name}.layers.{index}", hidden, positions, mask_bias, config
        )
    _cross_caches(graph, network, config, hidden)
    graph.output(mask_bias, "attention_bias", ["batch", 1, 1, "tokens"])
    graph.output(
        _speaker_term(graph, network, speaker), "speaker_term", ["batch", config.hidden_size]
    )
    return graph


def _mask_bias(graph: Graph, mask: str) -> str:
    missing = graph.op("Sub", graph.scalar(1.0), graph.op("Cast", mask, to=1))
    bias = graph.op("Mul", missing, graph.scalar(MASKED))
    return graph.op("Unsqueeze", bias, graph.integers(1, 2))


def _prenet(graph: Graph, prenet: Any, ids: str, length: str) -> str:  # noqa: ANN401 (torch module)
    table = graph.weight(f"{_ROOT}.prenet.embed_tokens.weight", prenet.embed_tokens.weight)
    embedded = graph.op("Gather", table, ids)
    encode = prenet.encode_positions
    scaled = graph.weight(f"{_ROOT}.prenet.positions", (encode.alpha * encode.pe).detach())
    start, axis = graph.integers(0), graph.integers(0)
    return graph.op("Add", embedded, graph.op("Slice", scaled, start, length, axis))


def _relative_positions(graph: Graph, encoding: Any, length: str) -> str:  # noqa: ANN401
    """Embeddings of all pairs of tokens, transposed for the product: (S, D, S)."""
    zero = graph.weight("zero", np.array(0, dtype=np.int64))
    one = graph.weight("one", np.array(1, dtype=np.int64))
    index = graph.op("Range", zero, graph.op("Squeeze", length), one)
    rows = graph.op("Unsqueeze", index, graph.integers(1))
    columns = graph.op("Unsqueeze", index, graph.integers(0))
    reach = int(encoding.reach)
    low = graph.weight("reach_low", np.array(-reach, dtype=np.int64))
    high = graph.weight("reach_high", np.array(reach - 1, dtype=np.int64))
    clipped = graph.op("Clip", graph.op("Sub", rows, columns), low, high)
    shifted = graph.op("Add", clipped, graph.weight("reach", np.array(reach, dtype=np.int64)))
    name = f"{_ROOT}.wrapped_encoder.embed_positions.pe_k.weight"
    pairs = graph.op("Gather", graph.weight(name, encoding.pe_k.weight), shifted)
    return graph.op("Transpose", pairs, perm=[0, 2, 1])


def _layer(
    graph: Graph,
    layer: Any,  # noqa: ANN401
    name: str,
    hidden: str,
    positions: str,
    mask_bias: str,
    config: ModelConfig,
) -> str:
    attended = _attention(
        graph, layer.attention, f"{name}.attention", hidden, positions, mask_bias, config
    )
    hidden = graph.op("Add", hidden, attended)
    hidden = graph.layer_norm(hidden, layer.layer_norm, f"{name}.layer_norm")
    fed = graph.feed_forward(hidden, layer.feed_forward, f"{name}.feed_forward")
    hidden = graph.op("Add", hidden, fed)
    return graph.layer_norm(hidden, layer.final_layer_norm, f"{name}.final_layer_norm")


def _attention(
    graph: Graph,
    layer: Any,  # noqa: ANN401
    name: str,
    hidden: str,
    positions: str,
    mask_bias: str,
    config: ModelConfig,
) -> str:
    heads, size = config.encoder_attention_heads, config.hidden_size
    width = size // heads
    query = graph.linear(hidden, layer.q_proj, f"{name}.q_proj")
    query = graph.op("Mul", query, graph.scalar(width**-0.5))
    query = graph.split_heads(query, heads, width)
    keys = graph.split_heads(graph.linear(hidden, layer.k_proj, f"{name}.k_proj"), heads, width)
    values = graph.split_heads(graph.linear(hidden, layer.v_proj, f"{name}.v_proj"), heads, width)
    scores = graph.op("MatMul", query, graph.op("Transpose", keys, perm=[0, 1, 3, 2]))
    # One product per token i: its queries of all rows and heads with its own table of positions.
    by_token = graph.op("Transpose", query, perm=[2, 0, 1, 3])
    by_token = graph.op("Reshape", by_token, graph.integers(0, -1, width))
    relative = graph.op("Transpose", graph.op("MatMul", by_token, positions), perm=[1, 0, 2])
    relative = graph.op("Reshape", relative, graph.op("Shape", scores))
    scores = graph.op("Add", graph.op("Add", scores, relative), mask_bias)
    attended = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), values)
    merged = graph.merge_heads(attended, size)
    return graph.linear(merged, layer.out_proj, f"{name}.out_proj")


def _cross_caches(graph: Graph, network: SpeechT5, config: ModelConfig, encoded: str) -> None:
    heads = config.decoder_attention_heads
    width = config.hidden_size // heads
    decoder: Any = network.speecht5.decoder
    for index, layer in enumerate(decoder.wrapped_decoder.layers):
        for kind, letter in (("key", "k"), ("value", "v")):
            name = f"speecht5.decoder.wrapped_decoder.layers.{index}.encoder_attn.{letter}_proj"
            projected = graph.linear(encoded, getattr(layer.encoder_attn, f"{letter}_proj"), name)
            cache = graph.split_heads(projected, heads, width)
            dims: Dims = ["batch", heads, "tokens", width]
            graph.output(cache, f"past_key_values.{index}.encoder.{kind}", dims)


def _speaker_term(graph: Graph, network: SpeechT5, speaker: str) -> str:
    """The speaker's share of `speaker_embeds_layer`, with its bias."""
    layer: Any = network.speecht5.decoder.prenet.speaker_embeds_layer
    size, name = int(layer.hidden_size), "speaker_term"
    norm = graph.op("ReduceL2", speaker, axes=[-1], keepdims=1)
    unit = graph.op("Div", speaker, graph.op("Max", norm, graph.scalar(1e-12)))
    columns = layer.weight[:, size:]
    if isinstance(layer, Int8Linear):
        return graph.int8_matmul(unit, columns, layer.scale, layer.bias, name)
    return graph.float_matmul(unit, columns, layer.bias, name)
