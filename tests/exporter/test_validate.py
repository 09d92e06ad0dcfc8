from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from speechopt_exporter import validate
from speechopt_exporter.checkpoint import Checkpoint, read_checkpoint
from speechopt_exporter.formats import write_format
from speechopt_exporter.source import locate
from speechopt_exporter.writer import write_files
from speechopt_runtime import ValidationError
from speechopt_runtime.artifact import FORMAT_PATHS
from speechopt_runtime.manifest import Manifest


@pytest.fixture
def point(tiny_source: Path) -> Checkpoint:
    return read_checkpoint(locate(str(tiny_source)))


@pytest.fixture
def probe(point: Checkpoint, tiny_source: Path) -> validate.Probe:
    ids = [4, 6, 11, 5, 4, 10, 13, 8, 20, 2]
    return validate.Probe.of(ids, np.load(tiny_source / "speaker.npy"), point.model, seed=11)


def write(point: Checkpoint, folder: Path, name: str, voice: bytes) -> Path:
    manifest = Manifest("x", None, point.model, point.vocoder, ("default",))
    write_files(
        folder, write_format(name, point.network, manifest, point.tokenizer, {"default": voice})
    )
    return folder / FORMAT_PATHS[name]


@pytest.mark.parametrize("name", FORMAT_PATHS)
def test_agrees_with_transformers_under_the_same_masks(
    point: Checkpoint, probe: validate.Probe, tiny_source: Path, tmp_path: Path, name: str
) -> None:
    expected = validate.reference(point.network, point.model, point.vocoder, probe)
    assert probe.steps >= 50
    assert len(expected.spectrogram) == probe.steps * 2
    path = write(point, tmp_path, name, (tiny_source / "speaker.npy").read_bytes())
    report, _ = validate.check_float(path, point.model, probe, expected)
    assert report["passed"]
    assert report["max_abs_diff"] <= 1e-4


def test_other_masks_give_another_spectrogram(point: Checkpoint, probe: validate.Probe) -> None:
    other = validate.Probe(probe.input_ids, probe.speaker, probe.steps, seed=12)
    left = validate.reference(point.network, point.model, point.vocoder, probe)
    right = validate.reference(point.network, point.model, point.vocoder, other)
    assert np.abs(left.spectrogram - right.spectrogram).max() > 1e-3


@pytest.mark.parametrize("name", FORMAT_PATHS)
def test_a_planted_fault_is_caught(
    point: Checkpoint, probe: validate.Probe, tiny_source: Path, tmp_path: Path, name: str
) -> None:
    expected = validate.reference(point.network, point.model, point.vocoder, probe)
    with torch.no_grad():
        point.network.speecht5.decoder.wrapped_decoder.layers[1].self_attn.v_proj.weight.mul_(2)
    path = write(point, tmp_path, name, (tiny_source / "speaker.npy").read_bytes())
    with pytest.raises(ValidationError, match="differs from transformers"):
        validate.check_float(path, point.model, probe, expected)
