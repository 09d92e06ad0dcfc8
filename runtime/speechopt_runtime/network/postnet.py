"""The two heads of the decoder, and the postnet that refines the whole spectrogram.

Source: transformers ``modeling_speecht5.py`` (``SpeechT5SpeechDecoderPostnet``); parameter names
are kept.
"""

import torch
from torch import Tensor, nn

from ..config import ModelConfig


class PostnetLayer(nn.Module):
    """Convolution, batch norm and, but for the last layer, tanh."""

    def __init__(self, config: ModelConfig, index: int) -> None:
        super().__init__()
        last = index == config.speech_decoder_postnet_layers - 1
        units, kernel = config.speech_decoder_postnet_units, config.speech_decoder_postnet_kernel
        inputs = units if index else config.num_mel_bins
        outputs = config.num_mel_bins if last else units
        self.conv = nn.Conv1d(inputs, outputs, kernel, padding=(kernel - 1) // 2, bias=False)
        self.batch_norm = nn.BatchNorm1d(outputs)
        self.has_tanh = not last

    def forward(self, hidden: Tensor) -> Tensor:
        """(B, channels, T) to (B, channels, T)."""
        hidden = self.batch_norm(self.conv(hidden))
        return torch.tanh(hidden) if self.has_tanh else hidden


class SpeechDecoderPostnet(nn.Module):
    """Heads (`feat_out`, `prob_out`) and postnet (`layers`)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.num_mel_bins = config.num_mel_bins
        self.feat_out = nn.Linear(config.hidden_size, config.num_mel_bins * config.reduction_factor)
        self.prob_out = nn.Linear(config.hidden_size, config.reduction_factor)
        self.layers = nn.ModuleList(
            PostnetLayer(config, index) for index in range(config.speech_decoder_postnet_layers)
        )

    def heads(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C) to frames (B, reduction_factor, mel) and stop probabilities (B, reduction_factor)."""
        spectrum = self.feat_out(hidden).view(hidden.size(0), -1, self.num_mel_bins)
        return spectrum, torch.sigmoid(self.prob_out(hidden))

    def forward(self, spectrogram: Tensor) -> Tensor:
        """(B, T, mel) to (B, T, mel)."""
        hidden = spectrogram.transpose(1, 2)
        for layer in self.layers:
            hidden = layer(hidden)
        return spectrogram + hidden.transpose(1, 2)
