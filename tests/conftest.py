"""Fixtures: the bundled voice exported once, and a tiny random-weight model that has dropout masks."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

BUNDLED = Path(__file__).parents[1] / "exporter/speechopt_exporter/voices/bundled"
TEXT = "The sun is warm."


def pytest_report_header() -> str:
    names = ("torch", "transformers", "onnx", "onnxruntime", "numpy")
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Digests of test exports do not go into the user's list."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


def save_tiny(folder: Path, *, max_speech_positions: int = 120) -> Path:
    """A random-weight checkpoint in Hugging Face layout, with the published model's mask layers."""
    import torch
    from transformers import (
        SpeechT5Config,
        SpeechT5ForTextToSpeech,
        SpeechT5HifiGan,
        SpeechT5HifiGanConfig,
    )

    torch.manual_seed(7)
    config = SpeechT5Config(
        vocab_size=39,
        hidden_size=64,
        encoder_layers=2,
        encoder_attention_heads=4,
        encoder_ffn_dim=128,
        decoder_layers=2,
        decoder_attention_heads=4,
        decoder_ffn_dim=128,
        speech_decoder_prenet_units=32,
        speech_decoder_postnet_units=32,
        max_speech_positions=max_speech_positions,
        max_text_positions=90,
        encoder_max_relative_position=20,
    )
    model = SpeechT5ForTextToSpeech(config)
    # So that speech neither stops at once nor never, and batch norm has something to fold.
    model.speech_decoder_postnet.prob_out.bias.data.fill_(-6.0)
    for layer in model.speech_decoder_postnet.layers:
        layer.batch_norm.running_mean.uniform_(-0.1, 0.1)
        layer.batch_norm.running_var.uniform_(0.5, 1.5)
    model.save_pretrained(folder / "model")
    vocoder = SpeechT5HifiGanConfig(
        upsample_initial_channel=32,
        upsample_rates=[8, 8, 4],
        upsample_kernel_sizes=[16, 16, 8],
        resblock_kernel_sizes=[3, 7],
        resblock_dilation_sizes=[[1, 3, 5], [1, 3, 5]],
    )
    SpeechT5HifiGan(vocoder).save_pretrained(folder / "vocoder")
    shutil.copy(BUNDLED / "model/spm_char.model", folder / "model")
    np.save(folder / "speaker.npy", np.random.default_rng(3).normal(size=512).astype(np.float32))
    return folder


@pytest.fixture(scope="session")
def tiny_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def export_tiny(
    tiny_source: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Exports the tiny model with a recipe named as its folder would be, once a session."""
    from speechopt_exporter.export import Options, export
    from speechopt_exporter.recipe import Recipe

    made: dict[str, Path] = {}

    def make(variant: str) -> Path:
        if variant not in made:
            recipe = Recipe(
                prune=0.25 if "p25" in variant else None,
                quantize="int8" if "int8" in variant else "none",
            )
            output = tmp_path_factory.mktemp("artifacts")
            options = Options(model=str(tiny_source), recipe=recipe, output=output, text=TEXT)
            made[variant] = export(options).folder
        return made[variant]

    return make


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled voice, pruned by 25% and quantized, in all formats."""
    from speechopt_exporter.export import Options, export
    from speechopt_exporter.recipe import Recipe

    output = tmp_path_factory.mktemp("bundled")
    return export(Options(recipe=Recipe(prune=0.25, quantize="int8"), output=output)).folder
