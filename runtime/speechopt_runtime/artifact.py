"""Opening an artifact: read once, verify, and only then look inside.

An artifact is a container file (state dict or TorchScript), a folder with an ONNX model, or the
folder of an export that holds several of these.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from . import container, trust
from .errors import ArtifactError, NotFoundError, OptionError, SystemFaultError
from .identify import ONNX, STATE_DICT, TORCHSCRIPT, code_refused, identify
from .manifest import (
    MANIFEST_NAME,
    TOKENIZER_NAME,
    VOICES_FOLDER,
    FileEntry,
    Manifest,
    read_manifest,
)

FORMATS = (ONNX, STATE_DICT, TORCHSCRIPT)
"""Known formats, the one that starts fastest first."""
FORMAT_PATHS = {STATE_DICT: "model.pth", TORCHSCRIPT: "model.torchscript.pt", ONNX: "onnx"}
"""Where each format lies in the folder of an export."""
MAX_FILE_BYTES = 8 * 1024**3


@dataclass(frozen=True)
class Artifact:
    """A verified artifact in memory.

    Attributes:
        path: Where it was read from.
        format: One of `FORMATS`.
        manifest: Its manifest.
        sha256: Digest of the file, or for a folder of its manifest.
        bytes_on_disk: Of all files that belong to it.
        tokenizer: The sentencepiece model.
        voices: `.npy` files by voice name, not yet parsed.
        content: The weights: one file's bytes under its format, or ONNX graphs by file name.
    """

    path: Path
    format: str
    manifest: Manifest
    sha256: str
    bytes_on_disk: int
    tokenizer: bytes
    voices: Mapping[str, bytes]
    content: Mapping[str, bytes]


def open_artifact(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002 (the field's word)
    sha256: str | None = None,
    trust_code: bool = False,
) -> Artifact:
    """Reads and verifies an artifact.

    Args:
        path: A container file, an ONNX folder, or the folder of an export.
        format: Which format to take from the folder of an export; the first of `FORMATS` present
            when not given.
        sha256: The digest that the file must have (for a folder, that of its manifest.json). A
            TorchScript file that matches is trusted.
        trust_code: Load TorchScript whatever its origin.

    Raises:
        NotFoundError: there is no such file, or it is not a regular file.
        ArtifactError: the content is refused.
    """
    target = Path(path)
    if format is not None and format not in FORMATS:
        raise OptionError(f"format {format!r} is unknown, known: {', '.join(FORMATS)}")
    if target.is_dir():
        target, manifest = _enter_folder(target, format)
        if target.is_dir():
            return _open_onnx(target, manifest, sha256)
    artifact = _open_container(target, sha256, trust_code=trust_code)
    if format is not None and artifact.format != format:
        raise OptionError(f"{target}: is a {artifact.format} artifact, not {format}")
    return artifact


def _enter_folder(folder: Path, format: str | None) -> tuple[Path, Manifest | None]:  # noqa: A002
    manifest_path = folder / MANIFEST_NAME
    if not manifest_path.is_file():
        raise NotFoundError(
            f"{folder}: is a folder without {MANIFEST_NAME}",
            hint="pass model.pth, model.torchscript.pt, onnx/ or the folder of an export",
        )
    manifest = read_manifest(read_file(manifest_path), str(manifest_path))
    if manifest.format is not None:
        if format not in {None, manifest.format}:
            raise OptionError(f"{folder}: is an {manifest.format} artifact, not {format}")
        return folder, manifest
    held = [name for name in FORMATS if (folder / FORMAT_PATHS[name]).exists()]
    wanted = [name for name in held if format in {None, name}]
    if not wanted:
        raise NotFoundError(
            f"{folder}: holds no {format or 'artifact'}", hint=f"it holds: {', '.join(held) or '-'}"
        )
    inner = folder / FORMAT_PATHS[wanted[0]]
    return _enter_folder(inner, None) if inner.is_dir() else (inner, None)


def choose_format(path: Path, format: str | None = None) -> str:  # noqa: A002
    """Which format `open_artifact` would open; errors as there."""
    if not path.is_dir():
        return identify(read_file(path), str(path))
    target, _ = _enter_folder(path, format)
    return ONNX if target.is_dir() else identify(read_file(target), str(target))


def _open_onnx(folder: Path, manifest: Manifest | None, sha256: str | None) -> Artifact:
    if manifest is None:
        raise AssertionError("an ONNX folder is entered through its manifest")
    if manifest.format != ONNX:
        message = f"{folder}: manifest says {manifest.format!r}, a folder holds {ONNX!r}"
        raise ArtifactError(message, code="E_MANIFEST")
    manifest_bytes = read_file(folder / MANIFEST_NAME)
    _check_pin(hashlib.sha256(manifest_bytes).hexdigest(), sha256, folder)
    files = {entry.path: read_verified(folder, entry) for entry in manifest.files}
    voices = {name: f"{VOICES_FOLDER}/{name}.npy" for name in manifest.voices}
    for needed in (TOKENIZER_NAME, *voices.values()):
        if needed not in files:
            raise ArtifactError(f"{folder}: manifest lists no {needed}", code="E_MANIFEST")
    return Artifact(
        path=folder,
        format=ONNX,
        manifest=manifest,
        sha256=hashlib.sha256(manifest_bytes).hexdigest(),
        bytes_on_disk=len(manifest_bytes) + sum(map(len, files.values())),
        tokenizer=files[TOKENIZER_NAME],
        voices={name: files[file] for name, file in voices.items()},
        content={name: data for name, data in files.items() if name.endswith(".onnx")},
    )


def _open_container(path: Path, sha256: str | None, *, trust_code: bool) -> Artifact:
    data = read_file(path)
    where = str(path)
    kind = identify(data, where)
    digest = container.verify(data, where)
    _check_pin(digest, sha256, path)
    if kind == TORCHSCRIPT and not (trust_code or sha256 or trust.is_own(digest)):
        raise code_refused(where)
    manifest_name = container.EXTRA + MANIFEST_NAME
    manifest = read_manifest(container.read_record(data, manifest_name, where), where)
    if manifest.format != kind:
        message = f"{where}: manifest says {manifest.format!r}, the file is {kind!r}"
        raise ArtifactError(message, code="E_MANIFEST")
    voices = {
        name: container.read_record(data, f"{container.EXTRA}{VOICES_FOLDER}/{name}.npy", where)
        for name in manifest.voices
    }
    return Artifact(
        path=path,
        format=kind,
        manifest=manifest,
        sha256=digest,
        bytes_on_disk=len(data),
        tokenizer=container.read_record(data, container.EXTRA + TOKENIZER_NAME, where),
        voices=voices,
        content={kind: data},
    )


def read_verified(folder: Path, entry: FileEntry) -> bytes:
    """Reads a file that a manifest lists, and compares size and digest.

    Raises:
        ArtifactError: E_MISSING, E_TRUNCATED or E_DIGEST.
    """
    path = folder / entry.path
    try:
        data = read_file(path)
    except NotFoundError as error:
        message = f"{path}: listed in the manifest, but {error.message.split(': ', 1)[-1]}"
        raise ArtifactError(message, code="E_MISSING", hint="copy the whole folder") from None
    if len(data) != entry.bytes:
        message = f"{path}: has {len(data)} bytes, the manifest says {entry.bytes}"
        raise ArtifactError(message, code="E_TRUNCATED", hint="copy the file again")
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        message = f"{path}: content was altered (sha256 does not match the manifest)"
        raise ArtifactError(message, code="E_DIGEST", hint="copy or export the file again")
    return data


def read_file(path: Path) -> bytes:
    """Reads a regular file once, whole.

    Raises:
        NotFoundError: absent, a folder, a device, a pipe, or not readable.
        ArtifactError: E_LIMIT, above `MAX_FILE_BYTES`.
    """
    try:
        # Non-blocking, or opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFoundError(f"{path}: no such file or folder", hint="check the path") from None
    except OSError as error:
        raise NotFoundError(f"{path}: cannot be read ({error.strerror})") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device, pipe or socket"
            raise NotFoundError(f"{path}: is {kind}, not a file", hint="pass an artifact")
        if status.st_size > MAX_FILE_BYTES:
            message = f"{path}: has {status.st_size} bytes, at most {MAX_FILE_BYTES} are read"
            raise ArtifactError(message, code="E_LIMIT")
        try:
            return file.read(status.st_size + 1)
        except (OSError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or "not enough memory"
            raise SystemFaultError(f"{path}: cannot be read ({reason})", code="E_READ") from None


def verify_files(folder: Path) -> tuple[Manifest, list[tuple[FileEntry, ArtifactError | None]]]:
    """Re-hashes every file that a folder's manifest lists.

    Returns:
        The manifest, and each file with what is wrong with it, none where nothing is.
    """
    path = folder / MANIFEST_NAME
    manifest = read_manifest(read_file(path), str(path))
    results: list[tuple[FileEntry, ArtifactError | None]] = []
    for entry in manifest.files:
        try:
            read_verified(folder, entry)
        except ArtifactError as error:
            results.append((entry, error))
        else:
            results.append((entry, None))
    return manifest, results


def read_only_manifest(path: Path) -> Manifest:
    """The manifest of any artifact, verified, without trusting or reading the weights' code.

    Raises:
        NotFoundError: as `open_artifact`.
        ArtifactError: as `open_artifact`, but for TorchScript of unknown origin.
    """
    if path.is_dir():
        manifest_path = path / MANIFEST_NAME
        if not manifest_path.is_file():
            raise NotFoundError(f"{path}: is a folder without {MANIFEST_NAME}")
        return read_manifest(read_file(manifest_path), str(manifest_path))
    data = read_file(path)
    kind = identify(data, str(path))
    record = container.read_record(data, container.EXTRA + MANIFEST_NAME, str(path))
    manifest = read_manifest(record, str(path))
    size = FileEntry(path.name, len(data), container.verify(data, str(path)), format=kind)
    return replace(manifest, files=(size,))


def _check_pin(digest: str, pinned: str | None, path: Path) -> None:
    if pinned is None:
        return
    wanted = pinned.strip().lower()
    if len(wanted) != 64 or any(letter not in "0123456789abcdef" for letter in wanted):
        raise OptionError(f"sha256 {pinned!r} is not 64 hexadecimal digits")
    if digest != wanted:
        message = f"{path}: sha256 is {digest}, pinned was {wanted}"
        raise ArtifactError(message, code="E_DIGEST", hint="this is not the file that was pinned")
