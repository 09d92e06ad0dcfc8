"""The text encoder: characters to hidden states.

Source: transformers ``modeling_speecht5.py`` (``SpeechT5EncoderWithTextPrenet`` and below);
parameter names are kept. Dropout is absent: at inference it does nothing here.
"""

import torch
from torch import Tensor, nn

from ..config import ModelConfig
from .attention import EncoderAttention
from .layers import FeedForward, ScaledPositionalEncoding


class TextEncoderPrenet(nn.Module):
    """Embeds characters and adds their positions."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.encode_positions = ScaledPositionalEncoding(
            config.max_text_positions, config.hidden_size
        )

    def forward(self, input_ids: Tensor) -> Tensor:
        """(B, S) int64 to (B, S, C)."""
        return self.encode_positions(self.embed_tokens(input_ids))


class RelativePositionalEncoding(nn.Module):
    """A learned embedding per distance between two tokens, clipped at `reach`."""

    def __init__(self, width: int, reach: int) -> None:
        super().__init__()
        self.reach = reach
        self.pe_k = nn.Embedding(2 * reach, width)

    def forward(self, length: int) -> Tensor:
        """Embeddings of all pairs, (length, length, D)."""
        index = torch.arange(length, device=self.pe_k.weight.device)
        distance = index.unsqueeze(1) - index.unsqueeze(0)
        return self.pe_k(distance.clamp(-self.reach, self.reach - 1) + self.reach)


class EncoderLayer(nn.Module):
    """Attention and feed-forward, each followed by a residual and a norm."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size, eps = config.hidden_size, config.layer_norm_eps
        self.attention = EncoderAttention(size, config.encoder_attention_heads)
        self.layer_norm = nn.LayerNorm(size, eps)
        self.feed_forward = FeedForward(size, config.encoder_ffn_dim, config.hidden_act)
        self.final_layer_norm = nn.LayerNorm(size, eps)

    def forward(self, hidden: Tensor, positions: Tensor, mask_bias: Tensor) -> Tensor:
        """(B, S, C) to (B, S, C)."""
        hidden = self.layer_norm(hidden + self.attention(hidden, positions, mask_bias))
        return self.final_layer_norm(hidden + self.feed_forward(hidden))


class WrappedEncoder(nn.Module):
    """The stack of layers."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.embed_positions = RelativePositionalEncoding(
            config.hidden_size // config.encoder_attention_heads,
            config.encoder_max_relative_position,
        )

    def forward(self, hidden: Tensor, mask_bias: Tensor) -> Tensor:
        """(B, S, C) to (B, S, C)."""
        hidden = self.layer_norm(hidden)
        positions = self.embed_positions(hidden.size(1))
        for layer in self.layers:
            hidden = layer(hidden, positions, mask_bias)
        return hidden


class Encoder(nn.Module):
    """Prenet and stack."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.prenet = TextEncoderPrenet(config)
        self.wrapped_encoder = WrappedEncoder(config)

    def forward(self, input_ids: Tensor, mask_bias: Tensor) -> Tensor:
        """(B, S) int64 and (B, 1, 1, S) to (B, S, C)."""
        return self.wrapped_encoder(self.prenet(input_ids), mask_bias)
