"""`speechopt-run` and its neighbours, as processes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import speechopt_runtime
from speechopt_runtime import NonFiniteAudioError, VoiceError


def run(
    *arguments: str, command: str = "run", **options: object
) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-m", "speechopt_runtime.cli", command, *arguments]
    return subprocess.run(line, capture_output=True, timeout=120, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module")
def onnx(exported: Path) -> str:
    return str(exported / "onnx")


def test_speaks_and_prints_the_table(onnx: str, tmp_path: Path) -> None:
    done = run(onnx, "Hello there.", "--repeat", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    audio, rate = soundfile.read(tmp_path / "speech.wav")
    assert rate == 16000
    assert len(audio) > 4000
    words = done.stdout.decode()
    for expected in (
        "load",
        "text",
        "encode",
        "decode",
        "postnet",
        "vocode",
        "total",
        "RTF",
        "steps",
        "per step",
    ):
        assert expected in words
    assert done.stderr == b""
    # A second run does not overwrite the first.
    assert run(onnx, "Hello again.", "--quiet", cwd=tmp_path).stdout == b""
    assert (tmp_path / "speech-2.wav").exists()


def test_json_and_stdin_and_stdout(onnx: str, tmp_path: Path) -> None:
    done = run(onnx, "-", "-o", "-", "--json", input=b"Hello there.\n")
    audio, rate = soundfile.read(io.BytesIO(done.stdout))
    values = json.loads(done.stderr)
    assert values["timing"]["audio_s"] == pytest.approx(len(audio) / rate)
    assert values["stopped"] == "stop"
    (tmp_path / "t.txt").write_text("Hello there.")
    from_file = run(onnx, "-f", str(tmp_path / "t.txt"), "-o", "-", "--quiet")
    assert from_file.stdout == done.stdout


@pytest.mark.parametrize("ending", [".flac", ".ogg"])
def test_other_audio_formats(onnx: str, tmp_path: Path, ending: str) -> None:
    assert run(onnx, "Hello.", "-o", str(tmp_path / f"a{ending}"), "--quiet").returncode == 0
    assert soundfile.info(str(tmp_path / f"a{ending}")).frames > 2000


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["", "-o", "x.wav"], 2, "E_TEXT_EMPTY"),
        (["😀", "-o", "x.wav"], 2, "E_TEXT_EMPTY"),
        (["你好世界", "-o", "x.wav"], 2, "E_TEXT_UNSUPPORTED"),
        (["x" * 100_001, "-o", "x.wav"], 2, "E_TEXT_TOO_LONG"),
        (["Hi.", "--voice", "nobody"], 2, "known: default"),
        (["Hi.", "--seed", "-1"], 2, "seed is -1"),
        (["Hi.", "--threads", "0"], 2, "threads is 0"),
        (["Hi.", "--threshold", "nan"], 2, "threshold is nan"),
        (["Hi.", "--maxlenratio", "0"], 2, "maxlenratio is 0.0"),
        (["Hi.", "-o", "x.mp3"], 2, "ending '.mp3' is unknown"),
        (["Hi.", "-o", "nosuch/x.wav"], 4, "no such folder"),
        (["Hi.", "-o", "/dev/full"], 4, "cannot be written"),
        ([], 2, "give TEXT"),
    ],
)
def test_bad_requests_are_one_line(
    onnx: str, tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    done = run(onnx, *arguments, cwd=tmp_path)
    errors = done.stderr.decode()
    assert done.returncode == code, errors
    assert says in errors
    assert errors.startswith("error: ")
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_existing_output_needs_force(onnx: str, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"precious")
    done = run(onnx, "Hi.", "-o", str(path))
    assert done.returncode == 4
    assert b"--force" in done.stderr
    assert path.read_bytes() == b"precious"
    assert run(onnx, "Hi.", "-o", str(path), "--force").returncode == 0
    assert path.read_bytes()[:4] == b"RIFF"


def test_closed_pipe(onnx: str) -> None:
    line = f"{sys.executable} -m speechopt_runtime.cli run {onnx} 'Hello there.' -o - --quiet | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=False)
    assert done.returncode == 4, done.stderr
    assert b"Traceback" not in done.stderr


def test_ten_thousand_characters(onnx: str, tmp_path: Path) -> None:
    text = "The sun is warm today, and the sea is calm. " * 230
    done = run(onnx, "-", "-o", str(tmp_path / "x.wav"), "--json", input=text[:10_000].encode())
    values = json.loads(done.stdout)
    assert values["chunks"] > 200
    assert values["timing"]["audio_s"] > 300


def test_stop_that_never_comes_ends_at_the_cap(onnx: str) -> None:
    synthesizer = speechopt_runtime.load(onnx)
    speech = synthesizer.synthesize("Hi there.", threshold=100.0)
    assert speech.stopped == "limit"
    assert speech.duration_s > 1
    speech = synthesizer.synthesize(
        "Long enough for the table. " * 3, threshold=100.0, maxlenratio=1000
    )
    assert speech.stopped == "limit"
    model = synthesizer.manifest.model
    assert speech.timing.steps == speech.chunks * model.max_speech_positions
    done = run(onnx, "Hi there.", "--threshold", "100", "-o", "-")
    assert done.returncode == 0
    assert b"length limit" in done.stderr


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: np.ones(511, np.float32), "has shape (511,)"),
        (lambda: np.ones((2, 512), np.float32), "has shape (2, 512)"),
        (lambda: np.full(512, np.nan, np.float32), "NaN"),
        (lambda: np.full(512, np.inf, np.float32), "NaN or infinity"),
        (lambda: np.full(512, 1e300), "NaN or infinity"),
        (lambda: np.zeros(512, np.float32), "all zeros"),
        (lambda: np.ones(512, np.int64), "holds int64"),
        (lambda: np.array([{}], dtype=object), "pickled"),
    ],
)
def test_voices_that_are_none(onnx: str, tmp_path: Path, make, says: str) -> None:
    path = tmp_path / "v.npy"
    np.save(path, make(), allow_pickle=True)
    done = run(onnx, "Hi.", "--voice", str(path), "-o", str(tmp_path / "x.wav"))
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert not (tmp_path / "x.wav").exists()


def test_voices_that_are_good(onnx: str, exported: Path, tmp_path: Path) -> None:
    synthesizer = speechopt_runtime.load(onnx)
    default = synthesizer.voices["default"]
    expected = synthesizer.synthesize("Hi.").audio
    for shape in ((512,), (1, 512)):
        np.testing.assert_array_equal(
            synthesizer.synthesize("Hi.", default.reshape(shape)).audio, expected
        )
    np.save(tmp_path / "v.npy", default.astype(np.float64))
    speech = synthesizer.synthesize("Hi.", tmp_path / "v.npy")
    np.testing.assert_array_equal(speech.audio, expected)
    assert speech.voice == "v"
    with pytest.raises(VoiceError, match="known: default"):
        synthesizer.synthesize("Hi.", "x")


def test_non_finite_audio_is_an_error(onnx: str) -> None:
    synthesizer = speechopt_runtime.load(onnx)
    with pytest.raises(NonFiniteAudioError) as caught:
        # Values that overflow inside the network, past the check of the embedding itself.
        synthesizer._speak_chunk(
            synthesizer._frontend.prepare("Hi.").chunks[0],
            np.full(512, np.nan, np.float32),
            __import__("speechopt_runtime.masks", fromlist=["x"]).DropoutMasks(
                synthesizer.manifest.model, 0
            ),
            __import__("speechopt_runtime.loop", fromlist=["x"]).StopRule(),
            __import__("speechopt_runtime.timing", fromlist=["x"]).Stopwatch(),
        )
    assert caught.value.exit_code == 5


def test_inspect_and_verify(exported: Path, tmp_path: Path) -> None:
    done = run(str(exported), command="inspect")
    assert b"bundled-p25-int8" in done.stdout
    assert b"nonzero" in done.stdout
    for name in ("model.pth", "model.torchscript.pt", "onnx", ""):
        assert run(str(exported / name), command="verify").returncode == 0
        assert json.loads(run(str(exported / name), "--json", command="inspect").stdout)["name"]
    import shutil

    copy = shutil.copytree(exported, tmp_path / "copy")
    (copy / "report.md").write_text("changed")
    done = run(str(copy), command="verify")
    assert done.returncode == 3
    assert b"ALTERED" in done.stdout
    assert b"report.md" in done.stderr
