"""Pieces that encoder and decoder share.

Source: transformers ``modeling_speecht5.py``; parameter names are kept.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def sinusoids(positions: int, width: int) -> Tensor:
    """The fixed table of positions, (positions, width) float32 (Vaswani et al. 2017)."""
    position = torch.arange(positions, dtype=torch.float32).unsqueeze(1)
    step = torch.arange(0, width, 2, dtype=torch.int64).float()
    angle = position * torch.exp(step * -(math.log(10000.0) / width))
    return torch.stack((torch.sin(angle), torch.cos(angle)), dim=2).reshape(positions, width)


class ScaledPositionalEncoding(nn.Module):
    """Adds sinusoids times a learned scale (Li et al. 2019, https://arxiv.org/abs/1809.08895 §3.2)."""

    pe: Tensor

    def __init__(self, positions: int, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(()))
        self.register_buffer("pe", sinusoids(positions, width), persistent=False)

    def forward(self, hidden: Tensor) -> Tensor:
        """(B, S, C): every row gets its own position."""
        return hidden + self.alpha * self.pe[: hidden.size(1)]

    def at(self, hidden: Tensor, position: int) -> Tensor:
        """(B, C): all rows are at one position."""
        return hidden + self.alpha * self.pe[position]


class FeedForward(nn.Module):
    """Two linear layers with an activation between them."""

    def __init__(self, hidden_size: int, intermediate_size: int, hidden_act: str) -> None:
        super().__init__()
        self.intermediate_dense = nn.Linear(hidden_size, intermediate_size)
        self.output_dense = nn.Linear(intermediate_size, hidden_size)
        self.hidden_act = hidden_act

    def forward(self, hidden: Tensor) -> Tensor:
        """(B, S, C) to (B, S, C)."""
        inner = self.intermediate_dense(hidden)
        inner = functional.gelu(inner) if self.hidden_act == "gelu" else functional.relu(inner)
        return self.output_dense(inner)
