"""Where a checkpoint comes from: the bundled voice, a local folder, or a model hub id."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechopt_runtime import ArtifactError, NotFoundError, OptionError, SystemFaultError
from speechopt_runtime.artifact import read_file

BUNDLED = "bundled"
_BUNDLED_FOLDER = Path(__file__).parent / "voices" / "bundled"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_DEFAULT_VOCODER = "microsoft/speecht5_hifigan"
_HUB_FILES = ["*.json", "*.safetensors", "pytorch_model*.bin", "*.model", "*.npy"]


@dataclass(frozen=True)
class Source:
    """Folders in Hugging Face layout, and what is known about their origin."""

    id: str
    """What the user named: "bundled", a folder's name, or a hub id."""
    model: Path
    vocoder: Path
    voices: dict[str, Path]
    revision: str | None = None
    licence: str | None = None
    generation: dict[str, Any] | None = None
    """Generation defaults that the voice brings along (`speechopt.json`)."""

    @property
    def slug(self) -> str:
        """The id as part of a folder name."""
        return re.sub(r"[^A-Za-z0-9.]+", "-", self.id.rsplit("/", 1)[-1]).strip("-.") or "model"


def locate(model: str = BUNDLED, vocoder: str | None = None) -> Source:
    """Finds the folders of a checkpoint; a hub id is downloaded (or taken from the local cache).

    Args:
        model: "bundled", a local folder, or a hub id such as `microsoft/speecht5_tts`.
        vocoder: The same for the vocoder; by default the `vocoder` folder inside or beside `model`,
            or `microsoft/speecht5_hifigan` for a hub id.

    Raises:
        NotFoundError: no such folder, or it holds no SpeechT5 checkpoint.
        OptionError: neither a folder nor a hub id.
        SystemFaultError: the hub cannot be reached or refuses.
    """
    if model == BUNDLED:
        root, revision = _BUNDLED_FOLDER, None
    else:
        root, revision = _folder_or_hub("--model", model)
    inner = root / "model" if (root / "model" / "config.json").is_file() else root
    extras = read_json(root / "speechopt.json") if (root / "speechopt.json").is_file() else {}
    return Source(
        id=BUNDLED if model == BUNDLED else _name(model),
        model=_require_config(inner, "speecht5"),
        vocoder=_require_config(_find_vocoder(root, inner, model, vocoder), "hifigan"),
        voices={path.stem: path for path in sorted(root.glob("speaker*.npy"))},
        revision=revision,
        licence=extras.get("licence"),
        generation=extras.get("generation"),
    )


def _find_vocoder(root: Path, inner: Path, model: str, vocoder: str | None) -> Path:
    if vocoder is not None:
        return _folder_or_hub("--vocoder", vocoder)[0]
    for candidate in (root / "vocoder", inner / "vocoder"):
        if candidate.is_dir():
            return candidate
    if _is_local(model):
        raise OptionError(
            f"{root}: holds no vocoder folder",
            hint=f"pass --vocoder with a folder or {_DEFAULT_VOCODER}",
        )
    return _folder_or_hub("--vocoder", _DEFAULT_VOCODER)[0]


def _folder_or_hub(option: str, name: str) -> tuple[Path, str | None]:
    if _is_local(name):
        folder = Path(name)
        if not folder.is_dir():
            raise NotFoundError(
                f"{option} {name}: no such folder", hint="pass a folder, 'bundled' or a hub id"
            )
        return folder, None
    if not _HUB_ID.fullmatch(name):
        raise OptionError(
            f"{option} {name!r} is neither a folder nor a hub id",
            hint="a hub id looks like microsoft/speecht5_tts",
        )
    return _download(option, name)


def _is_local(name: str) -> bool:
    return Path(name).exists() or name.startswith((".", "/", "~")) or "/" not in name


def _download(option: str, name: str) -> tuple[Path, str | None]:
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(name, allow_patterns=_HUB_FILES))
    except Exception as error:  # noqa: BLE001 (hub and network errors share no base class)
        reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise SystemFaultError(
            f"{option} {name}: cannot be fetched from the hub ({reason})",
            code="E_HUB",
            hint="check the id and the network, or pass a local folder",
        ) from None
    return folder, folder.name


def _require_config(folder: Path, kind: str) -> Path:
    path = folder / "config.json"
    if not path.is_file():
        raise NotFoundError(f"{folder}: holds no config.json", hint="pass a Hugging Face layout")
    model_type = str(read_json(path).get("model_type", ""))
    if kind not in model_type:
        message = f"{path}: model_type is {model_type!r}, expected one with {kind!r}"
        raise ArtifactError(
            message, code="E_CONFIG", hint="only SpeechT5 text-to-speech is exported"
        )
    return folder


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file of a checkpoint.

    Raises:
        NotFoundError: there is no such file.
        ArtifactError: E_CONFIG, it is not a JSON object.
    """
    try:
        values = json.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        raise ArtifactError(
            f"{path}: is not JSON ({type(error).__name__})", code="E_CONFIG"
        ) from None
    if not isinstance(values, dict):
        raise ArtifactError(f"{path}: is not a JSON object", code="E_CONFIG")
    return values


def _name(model: str) -> str:
    return model if not Path(model).exists() else Path(model).resolve().name
