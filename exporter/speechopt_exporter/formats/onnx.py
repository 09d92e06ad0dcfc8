"""`onnx/`: four graphs, tokenizer, voices and manifest; runs without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from speechopt_runtime.artifact import FORMAT_PATHS
from speechopt_runtime.identify import ONNX
from speechopt_runtime.manifest import MANIFEST_NAME, FileEntry, Manifest
from speechopt_runtime.network import SpeechT5

from .onnx_graph.builder import Graph
from .onnx_graph.decoder import decoder_graph
from .onnx_graph.encoder import encoder_graph
from .onnx_graph.waveform import postnet_graph, vocoder_graph

_GRAPHS: dict[str, Callable[[SpeechT5, Manifest], Graph]] = {
    "encoder_model.onnx": lambda network, manifest: encoder_graph(network, manifest.model),
    "decoder_model.onnx": lambda network, manifest: decoder_graph(network, manifest.model),
    "postnet.onnx": lambda network, manifest: postnet_graph(network, manifest.model),
    "vocoder.onnx": lambda network, manifest: vocoder_graph(network, manifest.vocoder),
}


def onnx_files(
    network: SpeechT5, manifest: Manifest, extras: Mapping[str, bytes]
) -> dict[str, bytes | bytearray]:
    """The folder's files; no graph refers to data outside of itself."""
    files: dict[str, bytes] = dict(extras)
    for name, make in _GRAPHS.items():
        metadata = {"speechopt.name": manifest.name, "speechopt.part": name.split(".")[0]}
        files[name] = make(network, manifest).serialize(metadata)
    entries = tuple(
        FileEntry(name, len(data), hashlib.sha256(data).hexdigest(), format=ONNX)
        for name, data in sorted(files.items())
    )
    files[MANIFEST_NAME] = replace(manifest, files=entries).to_bytes()
    return {f"{FORMAT_PATHS[ONNX]}/{name}": data for name, data in files.items()}
