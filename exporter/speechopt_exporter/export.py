"""The exporter's one verb: checkpoint in, validated and measured artifacts out."""

from __future__ import annotations

import copy
import hashlib
import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from speechopt_runtime import NotFoundError, OptionError, trust
from speechopt_runtime.artifact import FORMAT_PATHS, FORMATS
from speechopt_runtime.identify import ONNX, STATE_DICT, TORCHSCRIPT
from speechopt_runtime.manifest import MANIFEST_NAME, VOICE_NAME, FileEntry, Generation, Manifest
from speechopt_runtime.masks import check_seed
from speechopt_runtime.network import SpeechT5
from speechopt_runtime.network.int8 import Int8Linear
from speechopt_runtime.text import TextFrontend, Tokenizer
from speechopt_runtime.voices import check_voice_name, load_voice

from . import measure, passes, validate
from .checkpoint import Checkpoint, read_checkpoint
from .formats import Files, write_format
from .recipe import Recipe
from .report import REPORT_NAME, markdown
from .source import Source, locate
from .writer import staging, write_files

SPEECH_BEFORE, SPEECH_AFTER = "speech_before.wav", "speech_after.wav"
DEFAULT_TEXT = "The quick brown fox jumps over the lazy dog, and the sun is warm today."
_BASELINE = ".baseline"
_REPEAT = 25
_MEASURE_S = 5.0
_TORCH_FORMATS = (STATE_DICT, TORCHSCRIPT, ONNX)


@dataclass(frozen=True)
class Options:
    """What to export and where to; see `speechopt-export --help`."""

    model: str = "bundled"
    vocoder: str | None = None
    voices: Mapping[str, Path] = field(default_factory=dict)
    recipe: Recipe = field(default_factory=Recipe)
    formats: tuple[str, ...] = _TORCH_FORMATS
    output: Path = Path("artifacts")
    name: str | None = None
    force: bool = False
    seed: int = 0
    text: str = DEFAULT_TEXT


@dataclass(frozen=True)
class Exported:
    """A finished export."""

    folder: Path
    manifest: Manifest


Stage = Callable[[str], None]


@dataclass(frozen=True)
class _Job:
    """One run of `export`."""

    options: Options
    source: Source
    checkpoint: Checkpoint
    voices: dict[str, bytes]
    manifest: Manifest
    probe: validate.Probe
    stage: Stage


def stage_names(options: Options) -> list[str]:
    """What `export` will go through, for a progress bar."""
    made = [f"{when} {name}" for when in ("float", "optimized") for name in options.formats]
    return ["load", "reference", *made, "passes", "report"]


def plan(options: Options) -> dict[str, Any]:
    """What an export would do and the sizes to expect, without doing it.

    Raises:
        SpeechoptError: as `export` would.
    """
    source, checkpoint, _ = _read(options)
    network = checkpoint.network
    before = sum(row["bytes"] for row in measure.count_tensors(network))
    quantized = (
        options.recipe.linear_layers(network, for_quantize=True)
        if options.recipe.quantize != "none"
        else {}
    )
    saved = sum(3 * layer.weight.numel() - 4 * layer.out_features for layer in quantized.values())
    pruned = options.recipe.linear_layers(network) if options.recipe.prune else {}
    return {
        "source": source.id,
        "folder": str(options.output / (options.name or _name(source, options.recipe))),
        "formats": list(options.formats),
        "recipe": options.recipe.to_json(),
        "layers_pruned": len(pruned),
        "layers_quantized": len(quantized),
        "bytes_before": before,
        "bytes_after": before - saved,
    }


def export(options: Options, stage: Stage = lambda _: None) -> Exported:
    """Exports a model.

    Every format is written twice, without the recipe and with it; each file is loaded by the runtime
    and validated, spoken with and timed. Only then does the folder get its name.

    Args:
        options: What and where to.
        stage: Told each step of `stage_names` as it begins.

    Returns:
        The folder and its manifest.

    Raises:
        SpeechoptError: nothing is written then.
    """
    stage("load")
    source, checkpoint, voices = _read(options)
    name = options.name or _name(source, options.recipe)
    with staging(options.output, name, force=options.force) as folder:
        job = _prepare(options, source, checkpoint, voices, name, stage)
        manifest, digests = _run(job, folder)
        stage("report")
        write_files(folder, {REPORT_NAME: markdown(manifest).encode()})
        shutil.rmtree(folder / _BASELINE, ignore_errors=True)
        manifest = replace(manifest, files=(*manifest.files, *_other_files(folder)))
        write_files(folder, {MANIFEST_NAME: manifest.to_bytes()})
    for digest in digests:
        trust.remember(digest)
    return Exported(options.output / name, manifest)


def _read(options: Options) -> tuple[Source, Checkpoint, dict[str, bytes]]:
    check_seed(options.seed)
    unknown = [name for name in options.formats if name not in FORMATS]
    if unknown or not options.formats:
        raise OptionError(f"--format {unknown or '()'} is unknown, known: {', '.join(FORMATS)}")
    if options.name is not None and not VOICE_NAME.fullmatch(options.name):
        raise OptionError(
            f"--name {options.name!r} is not 1 to 64 letters, digits, '.', '-' or '_'"
        )
    source = locate(options.model, options.vocoder)
    checkpoint = read_checkpoint(source)
    options.recipe.linear_layers(checkpoint.network)
    return source, checkpoint, _voices(options, source, checkpoint)


def _voices(options: Options, source: Source, checkpoint: Checkpoint) -> dict[str, bytes]:
    """`.npy` files by name, the source's own first; each checked and rewritten."""
    size = checkpoint.model.speaker_embedding_dim
    paths = {_voice_name(stem): path for stem, path in source.voices.items()}
    paths |= {check_voice_name(name): path for name, path in options.voices.items()}
    if not paths:
        raise NotFoundError(
            f"{source.id}: brings no speaker embedding",
            hint="pass --voice NAME=path.npy (512 numbers, an x-vector)",
        )
    files = {}
    for name, path in paths.items():
        buffer = io.BytesIO()
        np.save(buffer, load_voice(path, size))
        files[name] = buffer.getvalue()
    return files


def _voice_name(stem: str) -> str:
    return stem.removeprefix("speaker").strip("-_.") or "default"


def _name(source: Source, recipe: Recipe) -> str:
    return f"{source.slug}-{recipe.suffix}"


def _prepare(
    options: Options,
    source: Source,
    checkpoint: Checkpoint,
    voices: dict[str, bytes],
    name: str,
    stage: Stage,
) -> _Job:
    generation = Generation(**{"seed": options.seed, **(source.generation or {})})
    manifest = Manifest(
        name=name,
        format=None,
        model=checkpoint.model,
        vocoder=checkpoint.vocoder,
        voices=tuple(voices),
        generation=generation,
        created_with=measure.versions(),
        source={
            "id": source.id,
            "revision": source.revision,
            "licence": source.licence,
            "weights_sha256": checkpoint.weights_sha256,
        },
        recipe=options.recipe.to_json(),
    )
    frontend = TextFrontend(
        Tokenizer(checkpoint.tokenizer, checkpoint.model.eos_token_id),
        generation.max_chunk_characters,
        checkpoint.model.max_text_positions,
        generation.final_mark,
    )
    ids = list(frontend.prepare(options.text).chunks[0].input_ids)
    speaker = np.load(io.BytesIO(next(iter(voices.values()))))
    probe = validate.Probe.of(ids, speaker, checkpoint.model, options.seed)
    return _Job(options, source, checkpoint, voices, manifest, probe, stage)


def _run(job: _Job, folder: Path) -> tuple[Manifest, list[str]]:
    """Writes, validates and measures everything into the staging folder."""
    checkpoint, options = job.checkpoint, job.options
    network = checkpoint.network
    job.stage("reference")
    expected = validate.reference(network, checkpoint.model, checkpoint.vocoder, job.probe)
    before = _Side(job, network, folder / _BASELINE, folder / SPEECH_BEFORE, job.manifest)
    float_frames = None
    for name in options.formats:
        job.stage(f"float {name}")
        path = before.write(name)
        before.validation[name], run = validate.check_float(
            path, checkpoint.model, job.probe, expected
        )
        float_frames = run.frames if float_frames is None else float_frames
        before.measure(name)
        shutil.rmtree(folder / _BASELINE)
    job.stage("passes")
    optimized = copy.deepcopy(network)
    reports = passes.apply(optimized, options.recipe)
    if options.recipe.quantize == "none" and reports:
        expected = validate.reference(optimized, checkpoint.model, checkpoint.vocoder, job.probe)
    rows = measure.count_tensors(optimized)
    manifest = replace(
        job.manifest,
        passes=reports,
        parts=measure.sum_parts(rows),
        tensors=[row for row in rows if row["name"].endswith("weight")],
        int8_layers=tuple(n for n, m in optimized.named_modules() if isinstance(m, Int8Linear)),
    )
    after = _Side(job, optimized, folder, folder / SPEECH_AFTER, manifest)
    first = None
    for name in options.formats:
        job.stage(f"optimized {name}")
        path = after.write(name)
        if options.recipe.quantize == "none":
            report, _ = validate.check_float(path, checkpoint.model, job.probe, expected)
        else:
            if float_frames is None:
                raise AssertionError("no float format was run")
            report, run = validate.check_int8(
                path, checkpoint.model, job.probe, float_frames, first
            )
            first = first or run
        after.validation[name] = report
        after.measure(name)
    manifest = replace(
        manifest,
        validation={"before": before.validation, "after": after.validation},
        totals={"before": before.totals(), "after": after.totals(), "text": options.text},
        timing={"machine": measure.machine(), "before": before.timing, "after": after.timing},
        files=tuple(after.entries),
    )
    return manifest, after.torchscript_digests


class _Side:
    """One of the two columns of the report: the model without the recipe, or with it."""

    def __init__(
        self, job: _Job, network: SpeechT5, folder: Path, wav: Path, manifest: Manifest
    ) -> None:
        self.job, self.network, self.folder, self.wav = job, network, folder, wav
        self.manifest = manifest
        self.validation: dict[str, Any] = {}
        self.timing: dict[str, Any] = {}
        self.sizes: dict[str, dict[str, int]] = {}
        self.entries: list[FileEntry] = []
        self.torchscript_digests: list[str] = []
        self.rows = measure.count_tensors(network)

    def write(self, name: str) -> Path:
        """Writes one format; returns the path to load."""
        job = self.job
        files: Files = write_format(
            name, self.network, self.manifest, job.checkpoint.tokenizer, job.voices
        )
        write_files(self.folder, files)
        sizes = {"bytes_on_disk": 0, "bytes_compressed": 0}
        for path, data in sorted(files.items()):
            digest, squeezed = hashlib.sha256(data).hexdigest(), measure.compressed_bytes(data)
            self.entries.append(FileEntry(path, len(data), digest, squeezed, name))
            sizes["bytes_on_disk"] += len(data)
            sizes["bytes_compressed"] += squeezed
            if name == TORCHSCRIPT:
                self.torchscript_digests.append(digest)
        self.sizes[name] = sizes
        return self.folder / FORMAT_PATHS[name]

    def measure(self, name: str) -> None:
        """Speaks with one format, times it, and keeps the audio."""
        result = measure.speak_and_time(
            self.folder / FORMAT_PATHS[name],
            self.job.options.text,
            self.wav,
            seed=self.job.options.seed,
            repeat=_REPEAT,
            most_s=_MEASURE_S,
        )
        self.timing[name] = result["timing"]
        self.sizes[name]["bytes_in_memory"] = result["memory"]["loaded_bytes"]

    def totals(self) -> dict[str, Any]:
        """Counts of the network, and the sizes of each format."""
        parts = measure.sum_parts(self.rows)
        return {
            "parameters": sum(part["parameters"] for part in parts),
            "nonzero": sum(part["nonzero"] for part in parts),
            "bytes_of_tensors": sum(row["bytes"] for row in self.rows),
            "formats": self.sizes,
        }


def _other_files(folder: Path) -> list[FileEntry]:
    entries = []
    for name in (SPEECH_BEFORE, SPEECH_AFTER, REPORT_NAME):
        data = (folder / name).read_bytes()
        entries.append(FileEntry(name, len(data), hashlib.sha256(data).hexdigest()))
    return entries
