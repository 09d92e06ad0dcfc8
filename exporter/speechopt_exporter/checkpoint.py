"""Reading a checkpoint's weights into the network.

transformers' own loader is not used for this: it initialises at random what a checkpoint in another
layout (weight norm, sharded vocoder) lacks, and only warns. Here every tensor must find its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from speechopt_runtime import ArtifactError, NotFoundError
from speechopt_runtime.artifact import read_file
from speechopt_runtime.config import ModelConfig, VocoderConfig
from speechopt_runtime.network.model import SpeechT5, build, fill

from .source import Source, read_json

TOKENIZER_FILE = "spm_char.model"
_SINGLE = ("model.safetensors", "pytorch_model.bin")
_INDEX = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
# Computed from the configuration, or bookkeeping of training; not parameters of the network.
_IGNORED_ENDINGS = ("encode_positions.pe", "num_batches_tracked")
_TRACKED = "num_batches_tracked"


@dataclass(frozen=True)
class Checkpoint:
    """A network with its weights, and everything else that an artifact takes from the source."""

    network: SpeechT5
    model: ModelConfig
    vocoder: VocoderConfig
    tokenizer: bytes
    weights_sha256: dict[str, str]
    """Digest of each file of weights, by part and name."""


def read_checkpoint(source: Source) -> Checkpoint:
    """Loads a source in float32.

    Raises:
        NotFoundError: files are missing.
        ArtifactError: they are damaged, or do not fit the architecture.
    """
    model = ModelConfig.from_json(read_json(source.model / "config.json"))
    vocoder = VocoderConfig.from_json(read_json(source.vocoder / "config.json"))
    digests: dict[str, str] = {}
    acoustic = _read_weights(source.model, "model", digests)
    generator = fold_weight_norm(_read_weights(source.vocoder, "vocoder", digests))
    # Buffers that older vocoder checkpoints leave at their initial value are not in the file.
    generator.setdefault("mean", torch.zeros(vocoder.model_in_dim))
    generator.setdefault("scale", torch.ones(vocoder.model_in_dim))
    state = {name: tensor for name, tensor in acoustic.items() if not _is_ignored(name)}
    state |= {f"vocoder.{name}": tensor for name, tensor in generator.items()}
    network = build(model, vocoder)
    for name, tensor in network.state_dict().items():
        if name.endswith(_TRACKED):
            state[name] = torch.zeros((), dtype=tensor.dtype)
    fill(network, {name: tensor.contiguous() for name, tensor in state.items()})
    return Checkpoint(network, model, vocoder, read_file(source.model / TOKENIZER_FILE), digests)


def fold_weight_norm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Replaces magnitude and direction (Salimans & Kingma 2016) by the weight that they make.

    Reads both spellings, `weight_g`/`weight_v` and `parametrizations.weight.original0/1`.
    """
    spellings = (
        (".weight_g", ".weight_v"),
        (".parametrizations.weight.original0", ".parametrizations.weight.original1"),
    )
    folded = dict(state)
    for magnitude, direction in spellings:
        for name in [name for name in folded if name.endswith(magnitude)]:
            layer = name[: -len(magnitude)]
            if layer + direction not in folded:
                continue
            g, v = folded.pop(name), folded.pop(layer + direction)
            # torch's weight_norm has dim=0 for all of these layers.
            norm = v.norm(2, dim=tuple(range(1, v.dim())), keepdim=True)
            folded[f"{layer}.weight"] = v * (g / norm)
    return folded


def _read_weights(folder: Path, part: str, digests: dict[str, str]) -> dict[str, Tensor]:
    """All tensors of a folder, as float32 where they are floating-point."""
    tensors: dict[str, Tensor] = {}
    for name in _weight_files(folder):
        data = read_file(folder / name)
        digests[f"{part}/{name}"] = hashlib.sha256(data).hexdigest()
        tensors |= _parse(data, folder / name)
    return {
        name: tensor.to(torch.float32) if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }


def _weight_files(folder: Path) -> list[str]:
    for name in _SINGLE:
        if (folder / name).is_file():
            return [name]
    for name in _INDEX:
        if (folder / name).is_file():
            shards = read_json(folder / name).get("weight_map")
            if not isinstance(shards, dict) or not all(isinstance(s, str) for s in shards.values()):
                raise ArtifactError(f"{folder / name}: lists no shards", code="E_CONFIG")
            names = sorted(set(shards.values()))
            if any("/" in shard or shard.startswith(".") for shard in names):
                raise ArtifactError(f"{folder / name}: names a path outside", code="E_PATH")
            return names
    raise NotFoundError(
        f"{folder}: holds no weights",
        hint=f"expected {' or '.join(_SINGLE)}, or shards with an index",
    )


def _parse(data: bytes, path: Path) -> dict[str, Tensor]:
    import io

    from safetensors import SafetensorError
    from safetensors.torch import load

    if path.suffix == ".safetensors":
        try:
            return load(data)
        except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
            raise ArtifactError(f"{path}: damaged ({error})", code="E_FORMAT") from None
    try:
        loaded: Any = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 (torch raises a dozen kinds on damaged input)
        message = f"{path}: torch cannot read it safely ({type(error).__name__})"
        hint = "it is damaged, or holds more than tensors; get a safetensors file"
        raise ArtifactError(message, code="E_FORMAT", hint=hint) from None
    if not isinstance(loaded, dict):
        raise ArtifactError(f"{path}: is not a dictionary of tensors", code="E_FORMAT")
    return {name: tensor for name, tensor in loaded.items() if isinstance(tensor, Tensor)}


def _is_ignored(name: str) -> bool:
    return name.endswith(_IGNORED_ENDINGS)
