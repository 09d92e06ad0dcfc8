"""What is shipped, and whether the README tells the truth."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_wheel_contents(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, timeout=120)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "speechopt_exporter",
        "speechopt_runtime",
    }
    for needed in (
        "speechopt_runtime/py.typed",
        "speechopt_exporter/py.typed",
        "speechopt_exporter/voices/bundled/model/model.safetensors",
        "speechopt_exporter/voices/bundled/vocoder/model.safetensors",
        "speechopt_exporter/voices/bundled/speaker.npy",
        "speechopt_exporter/voices/bundled/README.md",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]
    sources = {f.relative_to(ROOT / "runtime").as_posix() for f in (ROOT / "runtime").rglob("*.py")}
    assert sources <= set(names)


def test_readme_code_runs(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    (tmp_path / "artifacts").mkdir()
    shutil.copytree(exported, tmp_path / "artifacts/bundled-p25-int8")
    monkeypatch.chdir(tmp_path)
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert (tmp_path / "hello.wav").exists()


def test_readme_names_files_that_exist() -> None:
    tree = re.search(r"## The files\n\n```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert tree
    listed, folders = [], []
    for line in tree[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        folders = [*folders[:depth], name]
        listed.append("".join(folders) if name.endswith("/") else "".join(folders[:-1]) + name)
    for path in listed:
        assert (ROOT / path).exists(), path
    for package in ("exporter/speechopt_exporter", "runtime/speechopt_runtime"):
        for source in (ROOT / package).rglob("*.py"):
            relative = source.relative_to(ROOT).as_posix()
            assert relative in listed or source.name == "__init__.py", (
                f"{relative} is not in the README"
            )


def test_changelog_is_kept() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
