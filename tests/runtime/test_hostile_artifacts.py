"""What a stranger's file can be: each case is refused in one line, with its own code."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import socket
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import speechopt_runtime
from speechopt_runtime import ArtifactError, NotFoundError, SpeechoptError, container
from speechopt_runtime.artifact import open_artifact


class RunsCode:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.target}",)


@pytest.fixture
def pth(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(exported / "model.pth", tmp_path / "model.pth"))


def refused(path: Path, code: str) -> SpeechoptError:
    start = time.perf_counter()
    with pytest.raises(SpeechoptError) as caught:
        speechopt_runtime.load(path)
    assert time.perf_counter() - start < 5
    assert caught.value.code == code, caught.value.message
    assert "\n" not in caught.value.message
    assert "weights_only" not in f"{caught.value.message} {caught.value.hint}"
    return caught.value


def test_01_empty(tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_bytes(b"")
    assert refused(tmp_path / "a.pth", "E_EMPTY").exit_code == 3


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_02_truncated(pth: Path, keep: float) -> None:
    data = pth.read_bytes()
    pth.write_bytes(data[: int(len(data) * keep)])
    error = refused(pth, "E_TRUNCATED")
    assert str(len(data)) in error.message


def test_02_last_byte_missing(pth: Path) -> None:
    pth.write_bytes(pth.read_bytes()[:-1])
    refused(pth, "E_TRUNCATED")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9, 0.9999])
def test_03_one_bit(pth: Path, place: float) -> None:
    data = bytearray(pth.read_bytes())
    data[int(len(data) * place)] ^= 1
    pth.write_bytes(data)
    assert refused(pth, "E_DIGEST").exit_code == 3


def test_03_one_bit_in_an_onnx_graph(exported: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(exported / "onnx", tmp_path / "onnx")
    path = folder / "decoder_model.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "decoder_model.onnx" in refused(folder, "E_DIGEST").message
    path.unlink()
    refused(folder, "E_MISSING")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs pointer"),
        (b"<!DOCTYPE html><html>404</html>", "HTML page"),
        (b'\n{"error": "not found"}', "JSON"),
    ],
)
def test_04_not_the_file_itself(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "model.pth").write_bytes(data)
    assert says in refused(tmp_path / "model.pth", "E_NOT_ARTIFACT").message


def test_05_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "socket"))
    for path in (
        tmp_path,
        tmp_path / "fifo",
        tmp_path / "socket",
        Path("/dev/zero"),
        tmp_path / "no",
    ):
        with pytest.raises(NotFoundError) as caught:
            speechopt_runtime.load(path)
        assert caught.value.exit_code == 2
    server.close()


def test_06_content_decides_not_the_name(pth: Path, exported: Path) -> None:
    renamed = pth.with_name("model.onnx")
    pth.rename(renamed)
    assert speechopt_runtime.load(renamed).format == "state-dict"
    graph = shutil.copy(exported / "onnx/vocoder.onnx", pth)
    assert "ONNX graph" in refused(Path(graph), "E_NOT_ARTIFACT").message


@pytest.mark.parametrize("in_zip", [True, False])
def test_07_pickle_that_runs_code(tmp_path: Path, in_zip: bool) -> None:
    target, path = tmp_path / "owned", tmp_path / "a.pth"
    if in_zip:
        torch.save({"a": RunsCode(target)}, path)
    else:
        path.write_bytes(pickle.dumps(RunsCode(target)))
    assert "system" in refused(path, "E_UNSAFE_GLOBAL").message
    assert not target.exists()


def test_07_pickle_that_runs_code_inside_a_valid_container(pth: Path, tmp_path: Path) -> None:
    target = tmp_path / "owned"
    buffer = io.BytesIO()
    torch.save({"a": RunsCode(target)}, buffer)
    records: list[tuple[str, bytes]] = []
    with zipfile.ZipFile(pth) as ours, zipfile.ZipFile(buffer) as theirs:
        for name in ours.namelist():
            if name not in {container.HEADER_NAME, "archive/data.pkl"}:
                records.append((name.split("/", 1)[1], ours.read(name)))
        records.append(("data.pkl", theirs.read("archive/data.pkl")))
    pth.write_bytes(container.build(records))
    refused(pth, "E_UNSAFE_GLOBAL")
    assert not target.exists()


def package(path: Path) -> None:
    with torch.package.PackageExporter(path) as exporter:
        exporter.save_pickle("p", "x.pkl", [1])


def tar(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("storages"))


def exported_program(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/archive_format", "pt2")
        archive.writestr("m/models/model.json", "{}")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: torch.save(torch.nn.Linear(2, 2), path), "E_FORMAT"),
        (package, "E_FORMAT"),
        (exported_program, "E_FORMAT"),
        (tar, "E_FORMAT"),
        (lambda path: path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100)), "E_NOT_ARTIFACT"),
        (lambda path: torch.save({"w": torch.zeros(2)}, path), "E_NOT_ARTIFACT"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_08_other_torch_files(tmp_path: Path, make: Callable[[Path], None], code: str) -> None:
    make(tmp_path / "model.pth")
    refused(tmp_path / "model.pth", code)


@pytest.mark.filterwarnings("ignore")
def test_18_torchscript_of_unknown_origin(exported: Path, tmp_path: Path, monkeypatch) -> None:
    foreign = tmp_path / "foreign.pt"
    torch.jit.save(torch.jit.script(torch.nn.ReLU()), foreign)
    assert "--trust-code" in str(refused(foreign, "E_CODE_FORMAT").hint)
    # Our own export is known on this machine, and unknown on another.
    path = exported / "model.torchscript.pt"
    assert open_artifact(path).format == "torchscript"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    error = refused(path, "E_CODE_FORMAT")
    assert error.exit_code == 3
    digest = container.verify(path.read_bytes(), "x")
    assert open_artifact(path, sha256=digest).sha256 == digest
    assert open_artifact(path, trust_code=True).format == "torchscript"
    with pytest.raises(ArtifactError, match="pinned was"):
        open_artifact(path, sha256="0" * 64)


def test_manifest_of_another_format_is_refused(pth: Path) -> None:
    with zipfile.ZipFile(pth) as archive:
        records = [
            (name.split("/", 1)[1], archive.read(name))
            for name in archive.namelist()
            if name != container.HEADER_NAME
        ]
    manifest = open_artifact(pth).manifest
    import dataclasses

    other = dataclasses.replace(manifest, format="onnx").to_bytes()
    records = [(n, other if n == "extra/manifest.json" else d) for n, d in records]
    pth.write_bytes(container.build(records))
    refused(pth, "E_MANIFEST")


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("speech_decoder_postnet.feat_out.bias", lambda t: t[:-1].clone(), "E_SHAPE"),
        ("speech_decoder_postnet.feat_out.bias", lambda t: t * float("nan"), "E_NONFINITE"),
        ("speech_decoder_postnet.feat_out.bias", lambda t: t.double(), "E_SHAPE"),
        ("speech_decoder_postnet.feat_out.bias", lambda t: None, "E_NAMES"),
    ],
)
def test_tensors_are_checked_against_the_architecture(
    pth: Path, name: str, change: Callable[[torch.Tensor], torch.Tensor | None], code: str
) -> None:
    from speechopt_exporter.formats.state_dict import repack

    state = torch.load(pth, weights_only=True)
    changed = change(state.pop(name))
    if changed is not None:
        state[name] = changed
    buffer = io.BytesIO()
    torch.save(state, buffer)
    with zipfile.ZipFile(pth) as archive:
        extras = {
            n.removeprefix(container.EXTRA): archive.read(n)
            for n in archive.namelist()
            if n.startswith(container.EXTRA)
        }
    pth.write_bytes(repack(buffer, extras))
    with pytest.raises((ArtifactError, SpeechoptError)) as caught:
        speechopt_runtime.load(pth)
    assert caught.value.code in {code, "E_UNSAFE_GLOBAL"}
