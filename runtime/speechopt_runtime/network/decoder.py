"""The speech decoder, one step at a time.

Source: transformers ``modeling_speecht5.py`` (``SpeechT5DecoderWithSpeechPrenet`` and below);
parameter names are kept. Two things differ, and give the same numbers: the prenet sees only the last
frame (upstream reruns it over the whole sequence and uses the last row), and the speaker's share of
`speaker_embeds_layer` is computed once per text instead of once per step.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..config import ModelConfig
from .attention import CrossAttention, DecoderSelfAttention
from .layers import FeedForward, ScaledPositionalEncoding


class SpeakerLinear(nn.Linear):
    """A linear layer over (hidden, speaker embedding), applied in two parts."""

    def __init__(self, hidden_size: int, speaker_embedding_dim: int) -> None:
        super().__init__(hidden_size + speaker_embedding_dim, hidden_size)
        self.hidden_size = hidden_size

    def speaker_term(self, speaker_embeddings: Tensor) -> Tensor:
        """What the speaker adds, (B, speaker_embedding_dim) to (B, C), with the bias."""
        unit = functional.normalize(speaker_embeddings)
        return functional.linear(unit, self.weight[:, self.hidden_size :], self.bias)

    def forward(self, hidden: Tensor, speaker_term: Tensor) -> Tensor:  # type: ignore[override]
        """(B, C) and (B, C) to (B, C)."""
        return functional.linear(hidden, self.weight[:, : self.hidden_size]) + speaker_term


class SpeechDecoderPrenet(nn.Module):
    """The last frame to the decoder's width; its dropout is on at inference as well.

    Wang et al. 2017 (https://arxiv.org/abs/1712.05884 §2.2) keep the dropout on to make the output
    vary. Here its masks are an input, so that equal seeds give equal speech on every backend.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        units, layers = config.speech_decoder_prenet_units, config.speech_decoder_prenet_layers
        self.layers = nn.ModuleList(
            nn.Linear(units if i else config.num_mel_bins, units) for i in range(layers)
        )
        self.final_layer = nn.Linear(units, config.hidden_size)
        self.encode_positions = ScaledPositionalEncoding(
            config.max_speech_positions, config.hidden_size
        )
        self.speaker_embeds_layer = SpeakerLinear(config.hidden_size, config.speaker_embedding_dim)
        self.dropout_scale = 1.0 / (1.0 - config.speech_decoder_prenet_dropout)

    def forward(self, frame: Tensor, position: int, masks: Tensor, speaker_term: Tensor) -> Tensor:
        """One frame.

        Args:
            frame: (B, mel) float32, the last frame so far, zeros at the start.
            position: its index.
            masks: (B, layers, units) float32 of zeros and ones.
            speaker_term: (B, C) from `SpeakerLinear.speaker_term`.

        Returns:
            (B, C).
        """
        hidden = frame
        for index, layer in enumerate(self.layers):
            hidden = functional.relu(layer(hidden)) * masks[:, index] * self.dropout_scale
        hidden = self.encode_positions.at(self.final_layer(hidden), position)
        return functional.relu(self.speaker_embeds_layer(hidden, speaker_term))


class DecoderLayer(nn.Module):
    """Self-attention, cross-attention and feed-forward, each with residual and norm."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size, heads, eps = config.hidden_size, config.decoder_attention_heads, config.layer_norm_eps
        self.self_attn = DecoderSelfAttention(size, heads)
        self.self_attn_layer_norm = nn.LayerNorm(size, eps)
        self.encoder_attn = CrossAttention(size, heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(size, eps)
        self.feed_forward = FeedForward(size, config.decoder_ffn_dim, config.hidden_act)
        self.final_layer_norm = nn.LayerNorm(size, eps)

    def forward(
        self,
        hidden: Tensor,
        position: int,
        self_cache: Tensor,
        cross_cache: Tensor,
        mask_bias: Tensor,
    ) -> Tensor:
        """(B, 1, C) to (B, 1, C); the caches are (2, B, H, K or S, D), keys first."""
        attended = self.self_attn(hidden, self_cache[0], self_cache[1], position)
        hidden = self.self_attn_layer_norm(hidden + attended)
        attended = self.encoder_attn(hidden, cross_cache[0], cross_cache[1], mask_bias)
        hidden = self.encoder_attn_layer_norm(hidden + attended)
        return self.final_layer_norm(hidden + self.feed_forward(hidden))


class WrappedDecoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))

    def cross_cache(self, encoded: Tensor) -> Tensor:
        """Cross-attention keys and values of all layers: (B, S, C) to (layers, 2, B, H, S, D)."""
        caches: list[Tensor] = []
        for layer in self.layers:
            keys, values = layer.encoder_attn.project(encoded)
            caches.append(torch.stack([keys, values]))
        return torch.stack(caches)

    def forward(
        self,
        hidden: Tensor,
        position: int,
        self_cache: Tensor,
        cross_cache: Tensor,
        mask_bias: Tensor,
    ) -> Tensor:
        """(B, C) to (B, C); the caches have a leading axis of layers."""
        hidden = hidden.unsqueeze(1)
        for index, layer in enumerate(self.layers):
            hidden = layer(hidden, position, self_cache[index], cross_cache[index], mask_bias)
        return hidden.squeeze(1)


class Decoder(nn.Module):
    """Prenet and stack."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.prenet = SpeechDecoderPrenet(config)
        self.wrapped_decoder = WrappedDecoder(config)
