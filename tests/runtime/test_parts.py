"""Masks, threads, files and the container."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from speechopt_runtime import OptionError, SystemFaultError, container
from speechopt_runtime.config import ModelConfig
from speechopt_runtime.files import write_atomically
from speechopt_runtime.masks import DropoutMasks
from speechopt_runtime.threads import cgroup_quota, usable_threads


def test_masks_depend_on_seed_chunk_and_step_alone() -> None:
    config = ModelConfig()
    masks = DropoutMasks(config, 3)
    late = masks.at(200).copy()
    assert masks.at(0).shape == (2, 256)
    assert set(np.unique(late)) == {0.0, 1.0}
    np.testing.assert_array_equal(DropoutMasks(config, 3).at(200), late)
    for other in (DropoutMasks(config, 4), DropoutMasks(config, 3, chunk=1)):
        assert not np.array_equal(other.at(200), late)
    drawn = np.stack([masks.at(step) for step in range(200)])
    assert abs(drawn.mean() - 0.5) < 0.01


def test_masks_are_the_same_for_ever() -> None:
    assert DropoutMasks(ModelConfig(), 0).at(0)[0, :16].astype(int).tolist() == FIRST


FIRST = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0]


def test_a_model_without_prenet_layers_has_empty_masks() -> None:
    assert DropoutMasks(ModelConfig(speech_decoder_prenet_layers=0), 0).at(70).shape == (0, 256)


def test_threads_follow_affinity_and_quota(tmp_path: Path) -> None:
    assert usable_threads() <= len(os.sched_getaffinity(0))
    assert usable_threads(3) == 3
    assert cgroup_quota(tmp_path) is None
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert cgroup_quota(tmp_path) == 0.5
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert cgroup_quota(tmp_path) is None
    with pytest.raises(OptionError):
        usable_threads(0)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_atomically(path, b"old")
    with pytest.raises(SystemFaultError, match="cannot be written"):
        write_atomically(tmp_path / "no" / "x", b"new")
    with pytest.raises(SystemFaultError, match="is a folder"):
        write_atomically(tmp_path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_container_is_an_aligned_plain_zip() -> None:
    data = bytes(container.build([("a", b"123"), ("b/c", bytes(100))]))
    container.verify(data, "x")
    with zipfile.ZipFile(__import__("io").BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.read("archive/a") == b"123"
        for info in archive.infolist():
            name, extra = data[info.header_offset + 26 : info.header_offset + 30][:2], info.extra
            start = info.header_offset + 30 + int.from_bytes(name, "little") + len(extra)
            assert start % 64 == 0
    assert container.stated_length(data) == len(data)
    assert bytes(container.build([("a", b"123"), ("b/c", bytes(100))])) == data
