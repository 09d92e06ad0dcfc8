"""The runtime alone: what it imports, how fast, and what it offers."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

import speechopt_runtime

BLOCK = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {'torch', 'transformers', 'onnx', 'safetensors', 'huggingface_hub', 'tqdm'}:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Block())
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BLOCK + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_onnx_runs_without_torch(exported: Path, tmp_path: Path) -> None:
    code = (
        "import speechopt_runtime as s; "
        "s.load(sys.argv[1]).synthesize('Hello there, 5 times.').save(sys.argv[2])"
    )
    done = python(code, str(exported), str(tmp_path / "a.wav"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.wav").stat().st_size > 10_000


def test_without_torch_the_others_say_what_to_install(exported: Path) -> None:
    code = (
        "from speechopt_runtime.cli.group import main\n"
        "sys.argv = ['speechopt', 'run', sys.argv[1], 'Hi.', '-o', '-']\nmain()"
    )
    done = python(code, str(exported / "model.pth"))
    assert done.returncode == 4
    assert "pip install 'speechopt[torch]'" in done.stderr
    code = "from speechopt_exporter.entry import main\nmain()"
    done = python(code)
    assert done.returncode == 4
    assert "pip install 'speechopt[export]'" in done.stderr


def test_the_group_lists_what_is_not_installed() -> None:
    code = "from speechopt_runtime.cli.group import main\nsys.argv = ['speechopt', *sys.argv[1:]]\nmain()"
    done = python(code, "--help")
    assert done.returncode == 0
    assert "export" in done.stdout
    done = python(code, "export", "--quantize", "int8")
    assert done.returncode == 4
    assert "pip install 'speechopt[export]'" in done.stderr


def test_import_is_light() -> None:
    code = "import time; t = time.perf_counter(); import speechopt_runtime; print(time.perf_counter() - t)"
    python(code)
    assert min(float(python(code).stdout) for _ in range(3)) < 0.5


def test_loading_is_quick(exported: Path) -> None:
    speechopt_runtime.load(exported)
    start = time.perf_counter()
    synthesizer = speechopt_runtime.load(exported)
    assert time.perf_counter() - start < 1.0
    assert synthesizer.load_s < 1.0


def test_public_names() -> None:
    assert sorted(speechopt_runtime.__all__) == speechopt_runtime.__all__
    for name in speechopt_runtime.__all__:
        assert hasattr(speechopt_runtime, name)


@pytest.mark.parametrize("name", [n for n in speechopt_runtime.__all__ if n.endswith("Error")])
def test_every_error_is_in_the_family(name: str) -> None:
    error = getattr(speechopt_runtime, name)
    assert issubclass(error, speechopt_runtime.SpeechoptError)
    if error is not speechopt_runtime.SpeechoptError:
        assert error.exit_code in {2, 3, 4, 5}
