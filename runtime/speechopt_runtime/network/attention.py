"""Multi-head attention in the three places where SpeechT5 uses it.

Source: transformers ``modeling_speecht5.py`` (``SpeechT5Attention``), whose parameter names are
kept; relative positions after Shaw et al. 2018 (https://aclanthology.org/N18-2074). Shapes: B batch,
S source tokens, C hidden size, H heads, D = C / H, K capacity of the cache.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """The four projections, and the split into heads."""

    def __init__(self, hidden_size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = hidden_size // heads
        self.scaling = self.head_dim**-0.5
        self.k_proj = nn.Linear(hidden_size, hidden_size)
        self.v_proj = nn.Linear(hidden_size, hidden_size)
        self.q_proj = nn.Linear(hidden_size, hidden_size)
        self.out_proj = nn.Linear(hidden_size, hidden_size)

    def split_heads(self, hidden: Tensor) -> Tensor:
        """(B, S, C) to (B, H, S, D)."""
        return hidden.view(hidden.size(0), hidden.size(1), self.heads, self.head_dim).transpose(
            1, 2
        )

    def merge_heads(self, attended: Tensor) -> Tensor:
        """(B, H, S, D) to (B, S, C)."""
        merged = attended.transpose(1, 2)
        return merged.reshape(merged.size(0), merged.size(1), self.heads * self.head_dim)


class EncoderAttention(Attention):
    """Self-attention over the whole text with a learned bias per relative position."""

    def forward(self, hidden: Tensor, positions: Tensor, mask_bias: Tensor) -> Tensor:
        """Attends.

        Args:
            hidden: (B, S, C) float32.
            positions: (S, S, D), the embedding of each relative position.
            mask_bias: (B, 1, 1, S), 0 where a token counts and a large negative where it is padding.

        Returns:
            (B, S, C).
        """
        query = self.split_heads(self.q_proj(hidden) * self.scaling)
        keys = self.split_heads(self.k_proj(hidden))
        values = self.split_heads(self.v_proj(hidden))
        relative = torch.einsum("bhid,ijd->bhij", query, positions)
        weights = torch.matmul(query, keys.transpose(2, 3)) + relative + mask_bias
        return self.out_proj(self.merge_heads(torch.matmul(torch.softmax(weights, -1), values)))


class DecoderSelfAttention(Attention):
    """Self-attention of one new frame over all frames so far."""

    def forward(self, hidden: Tensor, keys: Tensor, values: Tensor, position: int) -> Tensor:
        """Appends this frame's key and value to the cache, in place, and attends.

        Args:
            hidden: (B, 1, C) float32.
            keys: (B, H, K, D), rows before `position` filled.
            values: the same for the values.
            position: index of this frame, below K.

        Returns:
            (B, 1, C).
        """
        keys[:, :, position] = self.split_heads(self.k_proj(hidden))[:, :, 0]
        values[:, :, position] = self.split_heads(self.v_proj(hidden))[:, :, 0]
        attended = functional.scaled_dot_product_attention(
            self.split_heads(self.q_proj(hidden)),
            keys[:, :, : position + 1],
            values[:, :, : position + 1],
        )
        return self.out_proj(self.merge_heads(attended))


class CrossAttention(Attention):
    """Attention of one frame over the encoded text, whose keys and values are made once."""

    def project(self, encoded: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the encoded text: (B, S, C) to two of (B, H, S, D)."""
        return self.split_heads(self.k_proj(encoded)), self.split_heads(self.v_proj(encoded))

    def forward(self, hidden: Tensor, keys: Tensor, values: Tensor, mask_bias: Tensor) -> Tensor:
        """Attends: (B, 1, C) with keys and values of (B, H, S, D) and a bias of (B, 1, 1, S)."""
        query = self.split_heads(self.q_proj(hidden))
        attended = functional.scaled_dot_product_attention(query, keys, values, attn_mask=mask_bias)
        return self.out_proj(self.merge_heads(attended))
