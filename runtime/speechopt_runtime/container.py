"""The zip file that a state-dict or TorchScript artifact is.

Both kinds are zip archives that torch reads. speechopt adds three things, none of which disturbs
torch: a first record that says what the file is and how long it should be, the records that make the
file self-contained (`extra/manifest.json`, tokenizer, voices), and a zip comment with the sha256 of
every byte before the digest itself. Standard library only.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from .errors import ArtifactError

ROOT = "archive"
HEADER_NAME = f"{ROOT}/speechopt"
EXTRA = f"{ROOT}/extra/"
MAX_RECORDS = 20_000
_HEADER = "speechopt artifact, {length:016d} bytes\n"
_HEADER_PATTERN = re.compile(rb"speechopt artifact, (\d{16}) bytes\n")
_COMMENT = b"speechopt-sha256:"
_COMMENT_BYTES = len(_COMMENT) + 64
_ALIGNMENT = 64
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LOCAL_HEADER_BYTES = 30
_EXTRA_HEADER_BYTES = 4
_END_BYTES = 22


def build(records: Iterable[tuple[str, bytes | memoryview]]) -> bytearray:
    """Lays out a container.

    Equal records give equal bytes: entries are stored (not compressed) in the given order, dated
    1980, each aligned to 64 bytes.

    Args:
        records: Names below the archive's root, with their contents.

    Returns:
        The file.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        _append(archive, buffer, HEADER_NAME, _HEADER.format(length=0).encode())
        for name, content in records:
            _append(archive, buffer, f"{ROOT}/{name}", content)
        archive.comment = _COMMENT + b"0" * 64
    length = buffer.getbuffer().nbytes
    view = buffer.getbuffer()
    _write_header(view, length)
    digest = hashlib.sha256(view[: length - 64]).hexdigest().encode()
    view[length - 64 :] = digest
    return bytearray(view)


def _append(
    archive: zipfile.ZipFile, buffer: io.BytesIO, name: str, content: bytes | memoryview
) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 0
    start = buffer.tell() + _LOCAL_HEADER_BYTES + len(name.encode()) + _EXTRA_HEADER_BYTES
    padding = -start % _ALIGNMENT
    info.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    archive.writestr(info, content)


def _write_header(view: memoryview, length: int) -> None:
    """Fills in the length, and the checksum of the first record that changes with it."""
    content = _HEADER.format(length=length).encode()
    match = _HEADER_PATTERN.search(view[:512])
    if match is None:
        raise AssertionError("a container without its header")
    view[match.start() : match.end()] = content
    checksum = struct.pack("<L", zlib.crc32(content))
    view[14:18] = checksum
    directory = struct.unpack_from("<L", view, len(view) - _COMMENT_BYTES - _END_BYTES + 16)[0]
    view[directory + 16 : directory + 20] = checksum


def stated_length(data: bytes | memoryview) -> int | None:
    """How long a speechopt container says that it is; none for other files."""
    match = _HEADER_PATTERN.search(bytes(data[:512]))
    return int(match.group(1)) if match else None


def verify(data: bytes, where: str) -> str:
    """Checks a container's length and digest.

    Returns:
        The sha256 of the whole file.

    Raises:
        ArtifactError: E_TRUNCATED or E_DIGEST.
    """
    expected = stated_length(data)
    if expected != len(data):
        message = f"{where}: has {len(data)} bytes, was written with {expected}"
        raise ArtifactError(message, code="E_TRUNCATED", hint="copy the file again")
    running = hashlib.sha256(memoryview(data)[:-64])
    comment, stated = data[-_COMMENT_BYTES:-64], data[-64:]
    if comment != _COMMENT or running.hexdigest().encode() != stated:
        message = (
            f"{where}: content was altered (sha256 {running.hexdigest()[:12]}… does not match)"
        )
        raise ArtifactError(message, code="E_DIGEST", hint="copy or export the file again")
    running.update(stated)
    return running.hexdigest()


def read_records(data: bytes, where: str) -> dict[str, zipfile.ZipInfo]:
    """Lists a zip file's records, refusing what no writer of ours makes.

    Raises:
        ArtifactError: E_TRUNCATED (no directory), E_LIMIT (too many, compressed, duplicate names).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, UnicodeDecodeError):
        message = f"{where}: zip directory is missing or damaged after {len(data)} bytes"
        raise ArtifactError(message, code="E_TRUNCATED", hint="copy the file again") from None
    if len(infos) > MAX_RECORDS:
        message = f"{where}: {len(infos)} zip entries, at most {MAX_RECORDS} are read"
        raise ArtifactError(message, code="E_LIMIT")
    records: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.filename in records:
            raise ArtifactError(f"{where}: two zip entries named {info.filename!r}", code="E_LIMIT")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise ArtifactError(
                f"{where}: zip entry {info.filename!r} is compressed", code="E_LIMIT"
            )
        records[info.filename] = info
    return records


def read_record(data: bytes, name: str, where: str) -> bytes:
    """The content of one record.

    Raises:
        ArtifactError: the record is absent or fails its checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(name)
    except (KeyError, zipfile.BadZipFile, EOFError, ValueError, RuntimeError):
        raise ArtifactError(
            f"{where}: record {name!r} is missing or damaged", code="E_FORMAT"
        ) from None


def extra_records(extras: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """Records that make a container self-contained, in a fixed order."""
    return [(f"extra/{name}", extras[name]) for name in sorted(extras)]
