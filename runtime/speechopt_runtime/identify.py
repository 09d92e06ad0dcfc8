"""What a file is, told from its content, and why it is refused when it is not an artifact."""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections.abc import Iterable

from . import container
from .errors import ArtifactError

STATE_DICT = "state-dict"
TORCHSCRIPT = "torchscript"
ONNX = "onnx"

# What the pickle of a plain state dict refers to; anything else is refused by name.
ALLOWED_GLOBALS = frozenset(
    {
        "collections.OrderedDict",
        "torch._utils._rebuild_tensor_v2",
        "torch.FloatStorage",
        "torch.HalfStorage",
        "torch.BFloat16Storage",
        "torch.CharStorage",
        "torch.LongStorage",
        "torch.IntStorage",
    }
)
# A pickle that refers to one of these holds classes, not an attack; the advice differs.
_MODULE_PREFIXES = ("torch.nn.", "transformers.", "__main__.", "speechopt_")
# A ModelProto begins with its IR version (field 1), then the producer's name (field 2).
_ONNX_IR_VERSIONS = 32
_EXPORT_HINT = "make an artifact of the checkpoint with speechopt-export"
_COPY_HINT = "copy or download the file again"

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"version https://git-lfs", "a git-lfs pointer", "run 'git lfs pull' where it came from"),
    (b"<!doctype", "an HTML page", _COPY_HINT),
    (b"<html", "an HTML page", _COPY_HINT),
    (b"{", "JSON text", "pass the artifact itself, or its folder"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"RIFF", "a WAV file", "pass an artifact made by speechopt-export"),
)


def identify(data: bytes, where: str) -> str:
    """The format of a speechopt container.

    Args:
        data: The whole file.
        where: Its path, for messages.

    Returns:
        `STATE_DICT` or `TORCHSCRIPT`.

    Raises:
        ArtifactError: E_EMPTY, E_NOT_ARTIFACT, E_FORMAT, E_UNSAFE_GLOBAL, E_CODE_FORMAT,
            E_TRUNCATED: the message says what the file is instead.
    """
    if not data:
        raise ArtifactError(f"{where}: file is empty (0 bytes)", code="E_EMPTY", hint=_COPY_HINT)
    if container.stated_length(data) is not None:
        container.verify(data, where)
        names = container.read_records(data, where)
        return TORCHSCRIPT if _is_torchscript(names) else STATE_DICT
    raise _explain(data, where)


def _explain(data: bytes, where: str) -> ArtifactError:
    """Why a file that is no speechopt container is refused."""
    start = data[:512].lstrip().lower()
    for magic, what, hint in _MAGIC:
        if start.startswith(magic.lower()):
            return ArtifactError(
                f"{where}: looks like {what}, not an artifact", code="E_NOT_ARTIFACT", hint=hint
            )
    if data.startswith(b"PK"):
        return _explain_zip(data, where)
    if data.startswith(b"\x80"):
        return _explain_pickle(data, where, "a bare pickle")
    if data[8:10] == b'{"':
        return _not_ours(where, "a safetensors file", _EXPORT_HINT)
    if data[:1] == b"\x08" and len(data) > 2 and data[1] < _ONNX_IR_VERSIONS and data[2] == 0x12:
        return _not_ours(where, "one ONNX graph", "pass the folder that holds it and manifest.json")
    if data[257:262] == b"ustar":
        return ArtifactError(
            f"{where}: is a tar archive (torch's legacy format)", code="E_FORMAT", hint=_EXPORT_HINT
        )
    return _not_ours(where, "no known format", _EXPORT_HINT)


def _explain_zip(data: bytes, where: str) -> ArtifactError:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            pickles = [name for name in names if name.endswith("data.pkl")]
            pickled = archive.read(pickles[0]) if pickles and len(names) < 100_000 else b""
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError):
        message = f"{where}: zip directory is missing or damaged after {len(data)} bytes"
        return ArtifactError(message, code="E_TRUNCATED", hint=_COPY_HINT)
    if _is_torchscript(names):
        return code_refused(where)
    if any(".data/extern_modules" in name for name in names):
        return _wrong_format(where, "a torch.package")
    exported = ("serialized_exported_program.json", "archive_format", "models/model.json")
    if any(name.endswith(exported) for name in names):
        return _wrong_format(where, "a torch.export archive (.pt2)")
    if pickled:
        return _explain_pickle(pickled, where, "a torch checkpoint")
    return _not_ours(where, "a zip archive of something else", _EXPORT_HINT)


def _explain_pickle(pickled: bytes, where: str, what: str) -> ArtifactError:
    unsafe = sorted(pickle_globals(pickled) - ALLOWED_GLOBALS)
    if not unsafe:
        return _not_ours(where, f"{what} without a speechopt manifest", _EXPORT_HINT)
    if all(name.startswith(_MODULE_PREFIXES) or _is_torch_plain(name) for name in unsafe):
        classes = next((n for n in unsafe if n.startswith(_MODULE_PREFIXES)), unsafe[0])
        return _wrong_format(where, f"a whole pickled module ({classes})")
    worst = next(n for n in unsafe if not n.startswith(_MODULE_PREFIXES) and not _is_torch_plain(n))
    return ArtifactError(
        f"{where}: its pickle calls {worst}, which artifacts never do",
        code="E_UNSAFE_GLOBAL",
        hint="do not load this file; get the model from a source that you trust",
    )


def pickle_globals(pickled: bytes) -> set[str]:
    """Every global that a pickle names, found without running it.

    A pickle that cannot be followed to its end reports what was seen, plus "unreadable pickle".
    """
    found: set[str] = set()
    strings: list[str] = []
    memo: dict[int, str] = {}
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name in {"GLOBAL", "INST"}:
                found.add(str(argument).replace(" ", "."))
            elif opcode.name == "STACK_GLOBAL":
                found.add(".".join(strings[-2:]))
            elif isinstance(argument, str):
                strings.append(argument)
            elif opcode.name in {"BINPUT", "LONG_BINPUT", "PUT", "MEMOIZE"} and strings:
                memo[int(argument) if argument is not None else len(memo)] = strings[-1]
            elif opcode.name in {"BINGET", "LONG_BINGET", "GET"} and int(argument or 0) in memo:
                strings.append(memo[int(argument or 0)])
            elif opcode.name in {"EXT1", "EXT2", "EXT4"}:
                found.add("copyreg extension")
    except Exception:  # noqa: BLE001 (pickletools raises many kinds on damaged input)
        found.add("unreadable pickle")
    return found


def code_refused(where: str) -> ArtifactError:
    """The refusal of a TorchScript file whose origin is not known."""
    return ArtifactError(
        f"{where}: TorchScript contains executable code and its origin is not known here",
        code="E_CODE_FORMAT",
        hint="pass --sha256 with its digest, or --trust-code if you made it yourself",
    )


def _is_torchscript(names: Iterable[str]) -> bool:
    return any("/code/" in f"/{name}" for name in names)


def _is_torch_plain(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    if module in {"builtins", "__builtin__"}:
        return attribute in {"set", "frozenset", "list", "dict", "tuple", "object"}
    return module in {"torch", "collections", "numpy"} or module.startswith("torch._utils")


def _wrong_format(where: str, what: str) -> ArtifactError:
    return ArtifactError(f"{where}: is {what}, not an artifact", code="E_FORMAT", hint=_EXPORT_HINT)


def _not_ours(where: str, what: str, hint: str) -> ArtifactError:
    return ArtifactError(f"{where}: is {what}, not an artifact", code="E_NOT_ARTIFACT", hint=hint)
