"""The whole network: text and speaker in, waveform out, in the four calls that the loop makes."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from ..config import ModelConfig, VocoderConfig
from ..errors import ArtifactError
from .decoder import Decoder
from .encoder import Encoder
from .int8 import int8_class
from .postnet import SpeechDecoderPostnet
from .vocoder import HifiGan

# Added to attention weights at padding: far below any weight, and finite, so that a row of padding
# alone cannot become NaN.
MASKED = -1e9


class AcousticModel(nn.Module):
    """Encoder and decoder under the names that transformers gives them."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)


class SpeechT5(nn.Module):
    """SpeechT5 text-to-speech with its vocoder.

    Args:
        config: sizes of the acoustic model.
        vocoder_config: sizes of the vocoder.

    The methods take and return float32 unless they say otherwise. B batch, S tokens, T frames, C
    hidden size, H heads, D = C / H.
    """

    def __init__(self, config: ModelConfig, vocoder_config: VocoderConfig) -> None:
        super().__init__()
        self.masked = MASKED
        self.config_layers = config.decoder_layers
        self.config_heads = config.decoder_attention_heads
        self.config_head_dim = config.hidden_size // config.decoder_attention_heads
        self.speecht5 = AcousticModel(config)
        self.speech_decoder_postnet = SpeechDecoderPostnet(config)
        self.vocoder = HifiGan(vocoder_config)

    def encode(
        self, input_ids: Tensor, attention_mask: Tensor, speaker_embeddings: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Everything that is computed once per text.

        Args:
            input_ids: (B, S) int64.
            attention_mask: (B, S) int64, 1 for tokens and 0 for padding.
            speaker_embeddings: (B, speaker_embedding_dim).

        Returns:
            Cross-attention keys and values (layers, 2, B, H, S, D), the bias (B, 1, 1, S) that masks
            padding, and the speaker's term (B, C) of the decoder prenet.
        """
        mask_bias = (1.0 - attention_mask.to(torch.float32)) * self.masked
        mask_bias = mask_bias.unsqueeze(1).unsqueeze(1)
        encoded = self.speecht5.encoder(input_ids, mask_bias)
        cross_cache = self.speecht5.decoder.wrapped_decoder.cross_cache(encoded)
        speaker = self.speecht5.decoder.prenet.speaker_embeds_layer.speaker_term(speaker_embeddings)
        return cross_cache, mask_bias, speaker

    def new_self_cache(self, batch: int, capacity: int) -> Tensor:
        """An empty cache for up to `capacity` steps, (layers, 2, B, H, capacity, D)."""
        return torch.zeros(
            self.config_layers, 2, batch, self.config_heads, capacity, self.config_head_dim
        )

    def decode_step(
        self,
        frame: Tensor,
        position: int,
        masks: Tensor,
        speaker_term: Tensor,
        self_cache: Tensor,
        cross_cache: Tensor,
        mask_bias: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """One step of the decoder; writes this step's keys and values into `self_cache`.

        Args:
            frame: (B, mel), the last frame so far, zeros at position 0.
            position: index of this step.
            masks: (B, prenet layers, prenet units) of zeros and ones.
            speaker_term: (B, C) from `encode`.
            self_cache: from `new_self_cache`.
            cross_cache: from `encode`.
            mask_bias: from `encode`.

        Returns:
            Frames (B, reduction_factor, mel) and stop probabilities (B, reduction_factor).
        """
        hidden = self.speecht5.decoder.prenet(frame, position, masks, speaker_term)
        hidden = self.speecht5.decoder.wrapped_decoder(
            hidden, position, self_cache, cross_cache, mask_bias
        )
        return self.speech_decoder_postnet.heads(hidden)

    def postnet(self, spectrogram: Tensor) -> Tensor:
        """Refines a whole spectrogram, (B, T, mel) to (B, T, mel)."""
        return self.speech_decoder_postnet(spectrogram)

    def vocode(self, spectrogram: Tensor) -> Tensor:
        """Log-mel (B, T, mel) to waveform (B, T * hop_length)."""
        return self.vocoder(spectrogram)


def build(
    config: ModelConfig, vocoder_config: VocoderConfig, int8_layers: Iterable[str] = ()
) -> SpeechT5:
    """A network without weights (on torch's meta device), some layers in stored int8 form.

    Raises:
        ArtifactError: a name in `int8_layers` is no linear layer of this network.
    """
    with torch.device("meta"):
        network = SpeechT5(config, vocoder_config)
        for name in int8_layers:
            try:
                layer = network.get_submodule(name)
            except AttributeError:
                layer = nn.Identity()
            int8 = int8_class(layer)
            if int8 is None or not isinstance(layer, nn.Linear):
                message = f"{name} is stored as int8 but is no linear layer of this architecture"
                raise ArtifactError(message, code="E_SHAPE")
            replacement = int8(layer.in_features, layer.out_features)
            network.set_submodule(name, replacement)
    return network.eval()


def fill(network: SpeechT5, state_dict: Mapping[str, Tensor]) -> SpeechT5:
    """Gives a network from `build` its weights, after checking names, shapes and dtypes.

    Raises:
        ArtifactError: naming the first tensors that are missing, unknown or of another shape.
    """
    expected = network.state_dict()
    check_names(expected.keys(), state_dict.keys())
    for name, want in expected.items():
        have = state_dict[name]
        if have.shape != want.shape or have.dtype != want.dtype:
            message = (
                f"{name} is {tuple(have.shape)} {have.dtype}, "
                f"expected {tuple(want.shape)} {want.dtype}"
            )
            raise ArtifactError(message, code="E_SHAPE")
        if have.is_floating_point() and not bool(torch.isfinite(have).all()):
            raise ArtifactError(f"{name} holds NaN or infinity", code="E_NONFINITE")
    network.load_state_dict(dict(state_dict), strict=True, assign=True)
    _restore_buffers(network)
    return network.eval().requires_grad_(requires_grad=False)


def check_names(expected: Iterable[str], found: Iterable[str]) -> None:
    """Compares two sets of tensor names.

    Raises:
        ArtifactError: with counts and up to three names of each kind.
    """
    missing = sorted(set(expected) - set(found))
    unknown = sorted(set(found) - set(expected))
    if not missing and not unknown:
        return
    parts = [
        f"{len(names)} {kind} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"
        for kind, names in (("missing", missing), ("unknown", unknown))
        if names
    ]
    raise ArtifactError(f"tensors do not fit the architecture: {'; '.join(parts)}", code="E_NAMES")


def _restore_buffers(network: SpeechT5) -> None:
    """Computes the position tables, which no state dict holds, on the CPU."""
    from .layers import ScaledPositionalEncoding, sinusoids

    for module in network.modules():
        if isinstance(module, ScaledPositionalEncoding):
            positions, width = module.pe.shape
            module.pe = sinusoids(positions, width)
