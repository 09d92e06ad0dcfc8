"""HiFi-GAN: log-mel spectrogram to waveform.

Source: Kong et al. 2020 (https://arxiv.org/abs/2010.05646); transformers ``modeling_speecht5.py``
(``SpeechT5HifiGan``), whose parameter names are kept. Weight norm is folded before the weights get
here.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..config import VocoderConfig

# The slope before the last convolution is torch's default, not the configured one: upstream calls
# leaky_relu there without an argument.
FINAL_SLOPE = 0.01


class ResidualBlock(nn.Module):
    """Three pairs of convolutions, the first of each pair dilated, each pair with a residual."""

    def __init__(
        self, channels: int, kernel: int, dilations: tuple[int, ...], slope: float
    ) -> None:
        super().__init__()
        self.slope = slope
        self.convs1 = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, dilation=d, padding=(kernel - 1) * d // 2)
            for d in dilations
        )
        self.convs2 = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, padding=(kernel - 1) // 2) for _ in dilations
        )

    def forward(self, hidden: Tensor) -> Tensor:
        """(B, channels, T) to (B, channels, T)."""
        for conv1, conv2 in zip(self.convs1, self.convs2):  # noqa: B905 (TorchScript has no strict=)
            inner = conv1(functional.leaky_relu(hidden, self.slope))
            hidden = hidden + conv2(functional.leaky_relu(inner, self.slope))
        return hidden


class HifiGan(nn.Module):
    """The generator."""

    mean: Tensor
    scale: Tensor

    def __init__(self, config: VocoderConfig) -> None:
        super().__init__()
        width = config.upsample_initial_channel
        self.slope = config.leaky_relu_slope
        self.final_slope = FINAL_SLOPE
        self.normalize_before = config.normalize_before
        self.kernels = len(config.resblock_kernel_sizes)
        self.conv_pre = nn.Conv1d(config.model_in_dim, width, 7, padding=3)
        self.upsampler = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        for rate, kernel in zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True):
            padding = (kernel - rate) // 2
            self.upsampler.append(nn.ConvTranspose1d(width, width // 2, kernel, rate, padding))
            width //= 2
            for size, dilations in zip(
                config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True
            ):
                self.resblocks.append(ResidualBlock(width, size, dilations, self.slope))
        self.conv_post = nn.Conv1d(width, 1, 7, padding=3)
        self.register_buffer("mean", torch.zeros(config.model_in_dim))
        self.register_buffer("scale", torch.ones(config.model_in_dim))

    def forward(self, spectrogram: Tensor) -> Tensor:
        """(B, T, mel) to (B, T * hop_length), in -1 to 1."""
        if self.normalize_before:
            spectrogram = (spectrogram - self.mean) / self.scale
        hidden = self.conv_pre(spectrogram.transpose(1, 2))
        for stage, upsample in enumerate(self.upsampler):
            hidden = upsample(functional.leaky_relu(hidden, self.slope))
            total = torch.zeros_like(hidden)
            for index, block in enumerate(self.resblocks):
                if index // self.kernels == stage:
                    total = total + block(hidden)
            hidden = total / self.kernels
        hidden = self.conv_post(functional.leaky_relu(hidden, self.final_slope))
        return torch.tanh(hidden).squeeze(1)
