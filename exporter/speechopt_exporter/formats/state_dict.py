"""`model.pth`: tensors by transformers' names, int8 weights beside their scales."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import torch

from speechopt_runtime import container
from speechopt_runtime.artifact import FORMAT_PATHS
from speechopt_runtime.identify import STATE_DICT
from speechopt_runtime.manifest import MANIFEST_NAME, Manifest
from speechopt_runtime.network import SpeechT5


def state_dict_files(
    network: SpeechT5, manifest: Manifest, extras: Mapping[str, bytes]
) -> dict[str, bytes | bytearray]:
    """A zip that `torch.load(weights_only=True)` reads as a plain dictionary of tensors."""
    buffer = io.BytesIO()
    # A plain dict: the order is the network's, and no metadata that torch versions differ in.
    torch.save({name: tensor.clone() for name, tensor in network.state_dict().items()}, buffer)
    extras = {**extras, MANIFEST_NAME: manifest.to_bytes()}
    return {FORMAT_PATHS[STATE_DICT]: repack(buffer, extras)}


def repack(buffer: io.BytesIO, extras: Mapping[str, bytes]) -> bytearray:
    """Puts a zip that torch wrote into a speechopt container.

    Left out: records of debugging, which hold the paths of source files on the machine that wrote
    them, and torch's own random serialization id.
    """
    data = buffer.getbuffer()
    with zipfile.ZipFile(buffer) as archive:
        infos = [i for i in archive.infolist() if not _is_left_out(i.filename)]
        records = [
            (
                info.filename.split("/", 1)[1],
                _content(data, info)
                if info.compress_type == zipfile.ZIP_STORED
                else archive.read(info),
            )
            for info in infos
        ]
        return container.build([*container.extra_records(extras), *records])


def _content(data: memoryview, info: zipfile.ZipInfo) -> memoryview:
    """A stored record, without copying it out of the archive."""
    header = data[info.header_offset : info.header_offset + 30]
    name_length, extra_length = header[26:28], header[28:30]
    start = info.header_offset + 30
    start += int.from_bytes(name_length, "little") + int.from_bytes(extra_length, "little")
    return data[start : start + info.file_size]


def _is_left_out(name: str) -> bool:
    return name.endswith((".debug_pkl", "/.data/serialization_id"))
