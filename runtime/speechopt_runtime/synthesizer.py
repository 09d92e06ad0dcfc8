"""The object that speaks."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .artifact import Artifact, open_artifact
from .backends import Backend, Floats, make_backend
from .errors import NonFiniteAudioError, VoiceError
from .loop import StopRule, decode
from .manifest import Manifest
from .masks import DropoutMasks, check_seed
from .speech import Speech, Stopped
from .threads import usable_threads
from .timing import Stopwatch
from .voices import check_voice, load_voice, parse_voices

if TYPE_CHECKING:
    from .text import PreparedChunk


def load(
    path: str | os.PathLike[str],
    threads: int | None = None,
    *,
    format: str | None = None,  # noqa: A002 (the field's word)
    sha256: str | None = None,
    trust_code: bool = False,
) -> Synthesizer:
    """Opens an artifact, verifies it, and gets it ready to speak.

    Args:
        path: `model.pth`, `model.torchscript.pt`, `onnx/`, or the folder that holds them.
        threads: Threads to compute with; all that this process may use when not given.
        format: "onnx", "state-dict" or "torchscript", to choose from a folder that holds several.
        sha256: Digest that the file must have.
        trust_code: Run TorchScript whatever its origin.

    Raises:
        SpeechoptError: see `speechopt_runtime.errors`.
    """
    start = time.perf_counter()
    count = usable_threads(threads)
    artifact = open_artifact(path, format=format, sha256=sha256, trust_code=trust_code)
    return Synthesizer(artifact, make_backend(artifact, count), threads=count, started=start)


class Synthesizer:
    """Speaks with one artifact. Made by `load`.

    Args:
        artifact: A verified artifact.
        backend: What runs it.
        threads: How many threads the backend uses.
        started: `time.perf_counter()` at the start of loading.
    """

    def __init__(
        self, artifact: Artifact, backend: Backend, *, threads: int, started: float
    ) -> None:
        from .text import TextFrontend, Tokenizer

        self.manifest: Manifest = artifact.manifest
        self.format = artifact.format
        self.path = artifact.path
        self.bytes_on_disk = artifact.bytes_on_disk
        self.threads = threads
        self.backend = backend
        model, generation = self.manifest.model, self.manifest.generation
        self._voices = parse_voices(
            artifact.voices, model.speaker_embedding_dim, str(artifact.path)
        )
        self._frontend = TextFrontend(
            Tokenizer(artifact.tokenizer, model.eos_token_id),
            max_chunk_characters=generation.max_chunk_characters,
            max_tokens=model.max_text_positions,
            final_mark=generation.final_mark,
        )
        self.load_s = time.perf_counter() - started

    @property
    def sample_rate(self) -> int:
        """Samples per second."""
        return self.manifest.vocoder.sampling_rate

    @property
    def voices(self) -> Mapping[str, Floats]:
        """Speaker embeddings by name; the first is the default."""
        return dict(self._voices)

    def synthesize(
        self,
        text: str,
        voice: str | os.PathLike[str] | Floats | None = None,
        seed: int | None = None,
        *,
        threshold: float | None = None,
        minlenratio: float | None = None,
        maxlenratio: float | None = None,
        normalize: bool = True,
    ) -> Speech:
        """Speaks.

        Args:
            text: English, up to 100,000 characters. Long text is split at sentences, then clauses.
            voice: Name of a voice in the artifact, path of a `.npy` file, or an array of
                `speaker_embedding_dim` numbers; the artifact's first voice when not given.
            seed: Of the dropout masks, 0 to 2^64 - 1. Equal seeds give equal speech.
            threshold: Decoding stops when the stop probabilities of a step sum up to this.
            minlenratio: Least spectrogram frames per token.
            maxlenratio: Most spectrogram frames per token.
            normalize: Speak numbers, money, times and abbreviations as words.

        Returns:
            The speech. Options that are not given come from the artifact's manifest.

        Raises:
            TextError: nothing in the text can be spoken, or it is too long.
            VoiceError: no such voice, or not a speaker embedding.
            OptionError: an option is out of range.
            NonFiniteAudioError: the network gave NaN or infinity.
        """
        stopwatch = Stopwatch()
        defaults = self.manifest.generation
        rule = StopRule(
            threshold=defaults.threshold if threshold is None else threshold,
            minlenratio=defaults.minlenratio if minlenratio is None else minlenratio,
            maxlenratio=defaults.maxlenratio if maxlenratio is None else maxlenratio,
        )
        seed = check_seed(defaults.seed if seed is None else seed)
        voice_name, embedding = self._find_voice(voice)
        with stopwatch.stage("text"):
            prepared = self._frontend.prepare(text, normalize=normalize)
        pieces: list[Floats] = []
        stopped: Stopped = "stop"
        for index, chunk in enumerate(prepared.chunks):
            masks = DropoutMasks(self.manifest.model, seed, index)
            audio, how = self._speak_chunk(chunk, embedding, masks, rule, stopwatch)
            stopped = "limit" if how == "limit" else stopped
            pieces.append(audio)
            if index < len(prepared.chunks) - 1:
                pieces.append(self._pause(chunk))
        samples = np.concatenate(pieces)
        return Speech(
            audio=samples,
            sample_rate=self.sample_rate,
            timing=stopwatch.finish(load_s=self.load_s, audio_s=len(samples) / self.sample_rate),
            stopped=stopped,
            seed=seed,
            voice=voice_name,
            text=prepared.normalized,
            unsupported=prepared.unsupported,
            chunks=len(prepared.chunks),
        )

    def _speak_chunk(
        self,
        chunk: PreparedChunk,
        embedding: Floats,
        masks: DropoutMasks,
        rule: StopRule,
        stopwatch: Stopwatch,
    ) -> tuple[Floats, Stopped]:
        frames, stopped = decode(
            self.backend, self.manifest.model, chunk.input_ids, embedding, masks, rule, stopwatch
        )
        with stopwatch.stage("postnet"):
            spectrogram = self.backend.postnet(frames[np.newaxis])
        with stopwatch.stage("vocode"):
            audio: Floats = self.backend.vocode(spectrogram)[0]
        if not np.isfinite(audio).all():
            raise NonFiniteAudioError("the vocoder gave NaN or infinity; no audio was kept")
        return audio, stopped

    def _pause(self, chunk: PreparedChunk) -> Floats:
        generation = self.manifest.generation
        seconds = {
            "sentence": generation.sentence_pause_s,
            "clause": generation.clause_pause_s,
            "word": 0.0,
        }[chunk.pause]
        return np.zeros(round(seconds * self.sample_rate), dtype=np.float32)

    def _find_voice(self, voice: str | os.PathLike[str] | Floats | None) -> tuple[str, Floats]:
        size = self.manifest.model.speaker_embedding_dim
        if voice is None:
            voice = self.manifest.voices[0]
        if isinstance(voice, np.ndarray):
            return "array", check_voice(voice, "voice", size)
        if isinstance(voice, str) and voice in self._voices:
            return voice, self._voices[voice]
        path = Path(voice)
        if path.suffix == ".npy":
            return path.stem, load_voice(path, size)
        known = ", ".join(self._voices)
        hint = "pass the name of a voice in the artifact, or the path of a .npy file"
        raise VoiceError(f"voice {str(voice)!r} is unknown, known: {known}", hint=hint)
