"""How the network is written down. One file and one row of `FORMATS` per format.

A format turns a network into files, in memory; writing them to disk is `writer`'s job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from speechopt_runtime.identify import ONNX, STATE_DICT, TORCHSCRIPT
from speechopt_runtime.manifest import TOKENIZER_NAME, VOICES_FOLDER, Manifest
from speechopt_runtime.network import SpeechT5

from .onnx import onnx_files
from .state_dict import state_dict_files
from .torchscript import torchscript_files

Files = dict[str, bytes | bytearray]
"""Contents by path, relative to the folder of the export."""
Write = Callable[[SpeechT5, Manifest, Mapping[str, bytes]], Files]

FORMATS: dict[str, Write] = {
    STATE_DICT: state_dict_files,
    TORCHSCRIPT: torchscript_files,
    ONNX: onnx_files,
}


def write_format(
    name: str,
    network: SpeechT5,
    manifest: Manifest,
    tokenizer: bytes,
    voices: Mapping[str, bytes],
) -> Files:
    """The files of one format, each self-contained.

    Args:
        name: A row of `FORMATS`.
        network: With its passes applied, int8 layers in stored form; not changed.
        manifest: Of the export; its format is filled in.
        tokenizer: The sentencepiece model.
        voices: `.npy` files by voice name.
    """
    extras = {TOKENIZER_NAME: tokenizer}
    extras |= {f"{VOICES_FOLDER}/{voice}.npy": data for voice, data in voices.items()}
    return FORMATS[name](network, replace(manifest, format=name), extras)
