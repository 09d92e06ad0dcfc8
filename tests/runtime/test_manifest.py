from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechopt_runtime import ArtifactError
from speechopt_runtime.config import ModelConfig, VocoderConfig
from speechopt_runtime.manifest import FileEntry, Generation, Manifest, is_safe_path, read_manifest

MANIFEST = Manifest(
    name="x",
    format="onnx",
    model=ModelConfig(),
    vocoder=VocoderConfig(),
    voices=("default", "b-2"),
    generation=Generation(seed=4, maxlenratio=12.5),
    files=(FileEntry("a/b.onnx", 3, "0" * 64, 2, "onnx"),),
)


def altered(**changes: object) -> bytes:
    """A manifest with other values and a digest that fits them."""
    from speechopt_runtime.manifest import _digest

    body = json.loads(MANIFEST.to_bytes())
    body |= changes
    body.pop("manifest_sha256")
    body["manifest_sha256"] = _digest(body)
    return json.dumps(body).encode()


def test_round_trip() -> None:
    data = MANIFEST.to_bytes()
    again = read_manifest(data, "m")
    assert again.to_bytes() == data
    assert again.generation == MANIFEST.generation
    assert again.files == MANIFEST.files
    assert again.model == MANIFEST.model
    assert again.vocoder == MANIFEST.vocoder


@given(st.integers(0, len(MANIFEST.to_bytes()) - 1), st.integers(0, 255))
def test_no_altered_byte_is_read(position: int, value: int) -> None:
    data = bytearray(MANIFEST.to_bytes())
    before = json.loads(data)
    data[position] = value
    try:
        manifest = read_manifest(bytes(data), "m")
    except ArtifactError as error:
        assert error.code in {"E_DIGEST", "E_MANIFEST", "E_SCHEMA"}
    else:
        # White space between values may change; values may not.
        assert json.loads(manifest.to_bytes()) == before


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"schema_version": 2}, "E_SCHEMA", "schema version 2, this speechopt reads 1"),
        ({"schema_version": True}, "E_SCHEMA", "schema version True"),
        ({"voices": []}, "E_MANIFEST", "voices"),
        ({"voices": ["../x"]}, "E_MANIFEST", "voices"),
        ({"voices": "x"}, "E_MANIFEST", "voices is missing or not a list"),
        ({"name": 5}, "E_MANIFEST", "name is missing or not a str"),
        ({"architecture": {}}, "E_MANIFEST", "architecture lacks"),
        (
            {"architecture": {"model": {"hidden_size": -1}, "vocoder": {}}},
            "E_CONFIG",
            "hidden_size",
        ),
        ({"files": [{"path": "../x", "bytes": 1, "sha256": "0" * 64}]}, "E_PATH", "'../x'"),
        ({"files": [{"path": "/x", "bytes": 1, "sha256": "0" * 64}]}, "E_PATH", "'/x'"),
        ({"files": [{"path": "x"}]}, "E_MANIFEST", "lacks bytes or sha256"),
        ({"generation": {"stop_rule": "any"}}, "E_MANIFEST", "stop_rule is 'any'"),
        ({"generation": {"threshold": "x"}}, "E_MANIFEST", "generation.threshold"),
    ],
)
def test_refusals(changes: dict[str, object], code: str, says: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        read_manifest(altered(**changes), "m")
    assert caught.value.code == code
    assert says in caught.value.message


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{", b"[" * 100_000])
def test_not_a_manifest(data: bytes) -> None:
    with pytest.raises(ArtifactError) as caught:
        read_manifest(data, "m")
    assert caught.value.code == "E_MANIFEST"


@pytest.mark.parametrize("path", ["", "/a", "../a", "a/../../b", "a\\b"])
def test_unsafe_paths(path: str) -> None:
    assert not is_safe_path(path)
