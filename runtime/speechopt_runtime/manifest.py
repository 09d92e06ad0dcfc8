"""The manifest: what an artifact is, how it was made, and the digests of its files.

Standard library only. Written by the exporter, verified here; docs/artifact-format.md is the
specification.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import Any

from .config import ModelConfig, VocoderConfig
from .errors import ArtifactError

SCHEMA_VERSION = 1
MAX_MANIFEST_BYTES = 8 * 1024 * 1024
MANIFEST_NAME = "manifest.json"
TOKENIZER_NAME = "spm_char.model"
VOICES_FOLDER = "voices"
STOP_RULE = "sum"
VOICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_DIGEST_KEY = "manifest_sha256"
_JSON = dict[str, Any]


@dataclass(frozen=True)
class FileEntry:
    """One file of an artifact."""

    path: str
    """Relative to the manifest, with forward slashes."""
    bytes: int
    sha256: str
    bytes_compressed: int | None = None
    """Size after deflate, when it was measured."""
    format: str | None = None
    """Which format the file belongs to; none for files about all of them."""


@dataclass(frozen=True)
class Generation:
    """Defaults of speaking with this model, and the rules it was measured under."""

    threshold: float = 0.5
    """Decoding stops when the stop probabilities of one step reach this."""
    minlenratio: float = 0.0
    """Least spectrogram frames per token."""
    maxlenratio: float = 20.0
    """Most spectrogram frames per token."""
    stop_rule: str = STOP_RULE
    """How the reduction_factor probabilities of a step are combined; only "sum" is known."""
    seed: int = 0
    max_chunk_characters: int = 150
    """Longer text is split, at sentences first."""
    final_mark: str = "."
    """Put after a chunk that ends without one."""
    sentence_pause_s: float = 0.25
    clause_pause_s: float = 0.12


@dataclass(frozen=True)
class Manifest:
    """Everything about an artifact but its weights."""

    name: str
    format: str | None
    """"state-dict", "torchscript" or "onnx"; none for the manifest of a folder of several."""
    model: ModelConfig
    vocoder: VocoderConfig
    voices: tuple[str, ...]
    """Names of the speaker embeddings inside; the first is the default."""
    generation: Generation = Generation()
    created_with: _JSON = field(default_factory=dict)
    source: _JSON = field(default_factory=dict)
    recipe: _JSON = field(default_factory=dict)
    passes: list[_JSON] = field(default_factory=list)
    parts: list[_JSON] = field(default_factory=list)
    tensors: list[_JSON] = field(default_factory=list)
    int8_layers: tuple[str, ...] = ()
    """Names of the linear layers whose weights are int8."""
    validation: _JSON = field(default_factory=dict)
    totals: _JSON = field(default_factory=dict)
    timing: _JSON = field(default_factory=dict)
    files: tuple[FileEntry, ...] = ()
    digest: str = ""
    """sha256 of the document itself, as read or written."""

    def to_bytes(self) -> bytes:
        """The document: canonical JSON (sorted keys) that carries its own digest."""
        body = self._body()
        body[_DIGEST_KEY] = _digest(body)
        return (json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    def _body(self) -> _JSON:
        body: _JSON = {
            "schema_version": SCHEMA_VERSION,
            "architecture": {"model": self.model.to_json(), "vocoder": self.vocoder.to_json()},
            "audio": {
                "sample_rate_hz": self.vocoder.sampling_rate,
                "hop_length": self.vocoder.hop_length,
                "reduction_factor": self.model.reduction_factor,
                "num_mel_bins": self.model.num_mel_bins,
            },
            "generation": {f.name: getattr(self.generation, f.name) for f in fields(Generation)},
            "files": [_file_json(entry) for entry in self.files],
        }
        for key in _PLAIN:
            body[key] = getattr(self, key)
        loaded: _JSON = json.loads(json.dumps(body))
        return loaded


# Fields that are written and read as they stand, with the type that each must have.
_PLAIN: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "format": (str, type(None)),
    "voices": list,
    "created_with": dict,
    "source": dict,
    "recipe": dict,
    "passes": list,
    "parts": list,
    "tensors": list,
    "int8_layers": list,
    "validation": dict,
    "totals": dict,
    "timing": dict,
}


def read_manifest(data: bytes, where: str) -> Manifest:
    """Parses a manifest and checks it against its own digest.

    Args:
        data: The document.
        where: Its path, for messages.

    Raises:
        ArtifactError: E_MANIFEST (malformed), E_SCHEMA (another version), E_DIGEST (altered).
    """
    if len(data) > MAX_MANIFEST_BYTES:
        message = f"{where}: manifest has {len(data)} bytes, at most {MAX_MANIFEST_BYTES} are read"
        raise ArtifactError(message, code="E_LIMIT")
    try:
        body = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise _malformed(where, f"not JSON ({type(error).__name__})") from None
    if not isinstance(body, dict):
        raise _malformed(where, f"is a JSON {type(body).__name__}, expected an object")
    version = body.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        message = (
            f"{where}: manifest schema version {version!r}, this speechopt reads {SCHEMA_VERSION}"
        )
        hint = "export the model again, or install the speechopt that wrote it"
        raise ArtifactError(message, code="E_SCHEMA", hint=hint)
    stated = body.pop(_DIGEST_KEY, None)
    digest = _digest(body)
    if stated != digest:
        message = (
            f"{where}: manifest was altered (sha256 {digest[:12]}…, states {str(stated)[:12]}…)"
        )
        raise ArtifactError(message, code="E_DIGEST", hint="copy or export the artifact again")
    return _from_body(body, digest, where)


def _from_body(body: _JSON, digest: str, where: str) -> Manifest:
    plain = {}
    for key, kind in _PLAIN.items():
        if key not in body or not isinstance(body[key], kind):
            raise _malformed(where, f"{key} is missing or not a {_kind_name(kind)}")
        plain[key] = body[key]
    for key in ("voices", "int8_layers"):
        if not all(isinstance(name, str) for name in plain[key]):
            raise _malformed(where, f"{key} is not a list of names")
        plain[key] = tuple(plain[key])
    if not plain["voices"] or not all(map(VOICE_NAME.fullmatch, plain["voices"])):
        raise _malformed(where, f"voices {plain['voices']!r} are not names of letters and digits")
    architecture = body.get("architecture")
    if not isinstance(architecture, dict):
        raise _malformed(where, "architecture is missing")
    model, vocoder = architecture.get("model"), architecture.get("vocoder")
    if not isinstance(model, dict) or not isinstance(vocoder, dict):
        raise _malformed(where, "architecture lacks model or vocoder")
    return Manifest(
        **plain,
        model=ModelConfig.from_json(model),
        vocoder=VocoderConfig.from_json(vocoder),
        generation=_read_generation(body.get("generation"), where),
        files=_read_files(body.get("files"), where),
        digest=digest,
    )


def _read_generation(values: object, where: str) -> Generation:
    if not isinstance(values, dict):
        raise _malformed(where, "generation is missing")
    defaults = Generation()
    known: _JSON = {}
    for item in fields(Generation):
        default = getattr(defaults, item.name)
        value = values.get(item.name, default)
        kinds = (int, float) if isinstance(default, float) else (type(default),)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise _malformed(where, f"generation.{item.name} is {value!r}")
        known[item.name] = value
    if known["stop_rule"] != STOP_RULE:
        raise _malformed(
            where, f"generation.stop_rule is {known['stop_rule']!r}, known: {STOP_RULE!r}"
        )
    return Generation(**known)


def _read_files(values: object, where: str) -> tuple[FileEntry, ...]:
    if not isinstance(values, list):
        raise _malformed(where, "files is missing")
    entries = []
    for value in values:
        if not isinstance(value, dict):
            raise _malformed(where, "a file entry is not an object")
        path, size, sha256 = value.get("path"), value.get("bytes"), value.get("sha256")
        if not isinstance(path, str) or not is_safe_path(path):
            raise ArtifactError(f"{where}: manifest names the path {path!r}", code="E_PATH")
        if not isinstance(size, int) or not isinstance(sha256, str) or len(sha256) != 64:
            raise _malformed(where, f"file entry {path} lacks bytes or sha256")
        entries.append(
            FileEntry(path, size, sha256, value.get("bytes_compressed"), value.get("format"))
        )
    return tuple(entries)


def is_safe_path(path: str) -> bool:
    """Whether a path stays below the folder it is relative to."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path


def _file_json(entry: FileEntry) -> Mapping[str, Any]:
    values = {item.name: getattr(entry, item.name) for item in fields(FileEntry)}
    return {key: value for key, value in values.items() if value is not None}


def _digest(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _kind_name(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join("null" if k is type(None) else k.__name__ for k in kinds)


def _malformed(where: str, reason: str) -> ArtifactError:
    return ArtifactError(f"{where}: manifest {reason}", code="E_MANIFEST")
