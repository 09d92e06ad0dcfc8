from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from speechopt_exporter.writer import staging, write_files
from speechopt_runtime import SystemFaultError


def run(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "speechopt_runtime.cli", "export", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def test_dry_run_says_what_and_how_large(tmp_path: Path) -> None:
    done = run("--prune", "0.25", "--quantize", "int8", "--dry-run", "--json", "-o", str(tmp_path))
    planned = json.loads(done.stdout)
    assert done.returncode == 0
    assert planned["bytes_after"] < 0.45 * planned["bytes_before"]
    assert planned["folder"].endswith("bundled-p25-int8")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--prune", "0"], 2, "--prune is 0.0, allowed: above 0 and below 1"),
        (["--prune", "nan"], 2, "--prune is nan"),
        (["--ignore", "nosuch"], 2, "--ignore 'nosuch' fits no linear layer"),
        (["--model", "./nosuch"], 2, "no such folder"),
        (["--voice", "x"], 2, "is not NAME=PATH.npy"),
        (["--voice", "a/b=x.npy"], 2, "voice name 'a/b'"),
        (["--voice", "x=nosuch.npy"], 2, "no such file"),
        (["--seed", "-1"], 2, "seed is -1"),
        (["--name", "../x"], 2, "--name '../x'"),
        (["-o", "/proc/nowhere"], 4, "cannot be written"),
    ],
)
def test_bad_requests_are_one_line(
    arguments: list[str], code: int, says: str, tmp_path: Path
) -> None:
    done = run("-o", str(tmp_path), *arguments)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
    assert list(tmp_path.iterdir()) == []


def test_wrong_voice_shapes(tmp_path: Path) -> None:
    for shape in ((511,), (2, 512), (512, 1)):
        np.save(tmp_path / "v.npy", np.ones(shape, np.float32))
        done = run("--voice", f"x={tmp_path}/v.npy", "-o", str(tmp_path / "out"))
        assert done.returncode == 2
        assert f"has shape {shape}, expected (512,) or (1, 512)" in done.stderr


def test_interrupt_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "speechopt_runtime.cli", "export", "-o", str(tmp_path / "out")]
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("out/.speechopt-*/.baseline/*")):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == code, errors
        assert list((tmp_path / "out").iterdir()) == []


def test_existing_folder_needs_force(exported: Path) -> None:
    done = run("-o", str(exported.parent), "--name", exported.name)
    assert done.returncode == 4
    assert "exists already" in done.stderr
    assert "--force" in done.stderr


def test_failed_replacement_keeps_the_old_one(tmp_path: Path) -> None:
    with staging(tmp_path, "x", force=False) as folder:
        write_files(folder, {"a/b.txt": b"old"})
    with pytest.raises(ZeroDivisionError), staging(tmp_path, "x", force=True) as folder:
        write_files(folder, {"a/b.txt": b"new"})
        raise ZeroDivisionError
    assert (tmp_path / "x/a/b.txt").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    with staging(tmp_path, "x", force=True) as folder:
        write_files(folder, {"a/b.txt": b"new"})
    assert (tmp_path / "x/a/b.txt").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    with (
        pytest.raises(SystemFaultError, match="exists already"),
        staging(tmp_path, "x", force=False),
    ):
        pass
