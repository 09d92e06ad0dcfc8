"""Counting parameters, bytes and seconds: every figure of a report comes from here."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from speechopt_runtime import SystemFaultError
from speechopt_runtime.network import SpeechT5
from speechopt_runtime.threads import usable_threads

PARTS = ("encoder", "decoder", "postnet", "vocoder")
_BLOCK_BYTES = 8 * 1024 * 1024
_BOOKKEEPING = ("num_batches_tracked", "running_mean", "running_var")


def part_of(name: str) -> str:
    """Which part of the network a tensor belongs to."""
    if name.startswith("vocoder."):
        return "vocoder"
    if name.startswith("speech_decoder_postnet.layers"):
        return "postnet"
    return "encoder" if name.startswith("speecht5.encoder") else "decoder"


def count_tensors(network: SpeechT5) -> list[dict[str, Any]]:
    """Parameters, zeros and bytes of every tensor."""
    rows = []
    for name, tensor in network.state_dict().items():
        nonzero = int(torch.count_nonzero(tensor))
        rows.append(
            {
                "name": name,
                "part": part_of(name),
                "dtype": str(tensor.dtype).removeprefix("torch."),
                "shape": list(tensor.shape),
                "values": tensor.numel(),
                "nonzero": nonzero,
                "sparsity": round(1 - nonzero / tensor.numel(), 6) if tensor.numel() else 0.0,
                "bytes": tensor.numel() * tensor.element_size(),
            }
        )
    return rows


def is_parameter(row: Mapping[str, Any]) -> bool:
    """Whether a tensor is a trained parameter, not a scale, a statistic or a constant."""
    name = str(row["name"])
    return not (name.endswith(_BOOKKEEPING) or name.endswith(".scale") or name == "vocoder.mean")


def sum_parts(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `count_tensors` added up by part."""
    rows = list(rows)
    return [_sum(part, [row for row in rows if row["part"] == part]) for part in PARTS]


def _sum(part: str, rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    parameters = [row for row in rows if is_parameter(row)]
    return {
        "part": part,
        "parameters": sum(row["values"] for row in parameters),
        "nonzero": sum(row["nonzero"] for row in parameters),
        "bytes": sum(row["bytes"] for row in rows),
        "dtypes": sorted({str(row["dtype"]) for row in parameters}),
    }


def compressed_bytes(data: bytes | bytearray) -> int:
    """Size after deflate (zlib level 1, in blocks of 8 MiB)."""
    view = memoryview(data)
    blocks = [view[start : start + _BLOCK_BYTES] for start in range(0, len(view), _BLOCK_BYTES)]
    with ThreadPoolExecutor(usable_threads()) as pool:
        return sum(pool.map(lambda block: len(zlib.compress(block, 1)), blocks))


def speak_and_time(
    artifact: Path,
    text: str,
    wav: Path,
    *,
    seed: int,
    repeat: int,
    most_s: float,
) -> dict[str, Any]:
    """Runs `speechopt-run` in a process of its own, as a user would, and reads its JSON.

    Args:
        artifact: A container file or an ONNX folder.
        text: What to speak.
        wav: Where the audio goes.
        seed: Of the dropout masks.
        repeat: How often to speak, after one warm-up.
        most_s: Repeat no more once this many seconds have passed.
    """
    command = [sys.executable, "-m", "speechopt_runtime.cli", "run", str(artifact), text]
    command += ["-o", str(wav), "--force", "--json", "--trust-code", "--seed", str(seed)]
    command += ["--repeat", str(repeat), "--warmup", "1", "--max-seconds", str(most_s)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(  # noqa: S603 (our own module, no shell)
        command, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[0] if done.stderr.strip() else "no message"
        raise SystemFaultError(f"speaking with {artifact.name} failed: {reason}", code="E_MEASURE")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def machine() -> dict[str, Any]:
    """What the times were measured on."""
    return {
        "processor": _processor(),
        "threads": usable_threads(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def versions() -> dict[str, str]:
    """Versions of what makes and runs an artifact."""
    import numpy as np
    import onnx
    import onnxruntime
    import transformers

    from speechopt_runtime import __version__

    return {
        "speechopt": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "onnx": onnx.__version__,
        "onnxruntime": onnxruntime.__version__,
        "numpy": np.__version__,
    }
