"""Every variant in every format: exported, loaded by the runtime, spoken with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import speechopt_runtime
from speechopt_runtime.artifact import FORMAT_PATHS, open_artifact
from speechopt_runtime.backends.state_dict import dequantize, load_network, load_state_dict
from tests.conftest import TEXT

VARIANTS = ("fp32", "p25", "int8", "p25-int8")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("format", FORMAT_PATHS)
def test_speaks_and_repeats_itself(export_tiny, variant: str, format: str) -> None:
    path = export_tiny(variant) / FORMAT_PATHS[format]
    synthesizer = speechopt_runtime.load(path)
    speech = synthesizer.synthesize(TEXT, seed=5)
    again = synthesizer.synthesize(TEXT, seed=5)
    other = synthesizer.synthesize(TEXT, seed=6)
    assert speech.audio.dtype == np.float32
    assert np.isfinite(speech.audio).all()
    assert np.abs(speech.audio).max() <= 1
    np.testing.assert_array_equal(speech.audio, again.audio)
    assert not np.array_equal(speech.audio, other.audio)
    assert speech.timing.steps > 1
    assert speech.duration_s == pytest.approx(speech.timing.audio_s)
    assert len(speech.audio) == speech.timing.steps * 2 * 256
    stages = speech.timing
    total = stages.text_s + stages.encode_s + stages.decode_s + stages.postnet_s + stages.vocode_s
    assert total <= stages.total_s
    assert synthesizer.manifest.recipe["quantize"] == ("int8" if "int8" in variant else "none")


def test_float_formats_give_the_same_audio(export_tiny) -> None:
    audio = [
        speechopt_runtime.load(export_tiny("p25") / path).synthesize(TEXT, seed=1).audio
        for path in FORMAT_PATHS.values()
    ]
    for other in audio[1:]:
        np.testing.assert_allclose(audio[0], other, atol=1e-4)


@pytest.mark.parametrize("format", FORMAT_PATHS)
def test_thread_count_does_not_change_the_speech(export_tiny, format: str) -> None:
    path = export_tiny("fp32") / FORMAT_PATHS[format]
    one = speechopt_runtime.load(path, threads=1).synthesize(TEXT, seed=9)
    two = speechopt_runtime.load(path, threads=2).synthesize(TEXT, seed=9)
    assert one.timing.steps == two.timing.steps
    np.testing.assert_allclose(one.audio, two.audio, atol=1e-4)


def test_a_single_copied_file_is_enough(exported: Path, tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere.bin"
    shutil.copy(exported / "model.pth", copied)
    speech = speechopt_runtime.load(copied).synthesize(TEXT)
    original = speechopt_runtime.load(exported / "model.pth").synthesize(TEXT)
    np.testing.assert_array_equal(speech.audio, original.audio)


def test_the_folder_opens_its_onnx_artifact(exported: Path) -> None:
    assert speechopt_runtime.load(exported).format == "onnx"
    assert speechopt_runtime.load(exported, format="torchscript").format == "torchscript"


def test_dequantized_state_dict_loads_into_transformers(exported: Path) -> None:
    from transformers import SpeechT5Config, SpeechT5ForTextToSpeech

    artifact = open_artifact(exported / "model.pth")
    state = dequantize(load_state_dict(artifact.content["state-dict"], "model.pth"))
    acoustic = {k: v for k, v in state.items() if not k.startswith("vocoder.")}
    model = SpeechT5ForTextToSpeech(SpeechT5Config(**artifact.manifest.model.to_json()))
    result = model.load_state_dict(acoustic, strict=False)
    assert result.unexpected_keys == []
    assert [key for key in result.missing_keys if not key.endswith(".pe")] == []
    assert all(tensor.dtype != torch.int8 for tensor in acoustic.values())


def test_plain_torch_reads_the_state_dict(exported: Path) -> None:
    state = torch.load(exported / "model.pth", weights_only=True)
    assert (
        state["speecht5.encoder.wrapped_encoder.layers.0.attention.q_proj.weight"].dtype
        == torch.int8
    )


def test_what_is_sensitive_stays_float(exported: Path) -> None:
    network = load_network(open_artifact(exported / "model.pth"))
    assert isinstance(network.speech_decoder_postnet.feat_out, torch.nn.Linear)
    assert isinstance(network.speech_decoder_postnet.prob_out, torch.nn.Linear)
    assert isinstance(network.speecht5.decoder.prenet.final_layer, torch.nn.Linear)


def test_report_and_manifest_carry_measured_values(exported: Path) -> None:
    manifest = json.loads((exported / "manifest.json").read_text())
    for side in ("before", "after"):
        for name in FORMAT_PATHS:
            sizes = manifest["totals"][side]["formats"][name]
            assert 0 < sizes["bytes_compressed"] < sizes["bytes_on_disk"]
            assert sizes["bytes_in_memory"] > 0
            timing = manifest["timing"][side][name]
            assert timing["rtf"] == pytest.approx(timing["total_s"] / timing["audio_s"], rel=0.5)
            assert manifest["validation"][side][name]["passed"] is True
    before, after = manifest["totals"]["before"], manifest["totals"]["after"]
    assert after["nonzero"] < before["nonzero"]
    assert (
        after["formats"]["onnx"]["bytes_on_disk"] < 0.5 * before["formats"]["onnx"]["bytes_on_disk"]
    )
    pruned = next(report for report in manifest["passes"] if report["pass"] == "prune")
    assert pruned["sparsity"] == pytest.approx(0.25, abs=0.01)
    report = (exported / "report.md").read_text()
    for expected in ("Pruning", "Quantization", "speech_before.wav", "speech_after.wav", "RTF"):
        assert expected in report
    assert (exported / "speech_before.wav").stat().st_size > 20_000
    assert (exported / "speech_after.wav").stat().st_size > 20_000


def test_exports_are_reproducible(tiny_source: Path, tmp_path: Path) -> None:
    from speechopt_exporter.checkpoint import read_checkpoint
    from speechopt_exporter.formats import write_format
    from speechopt_exporter.source import locate
    from speechopt_runtime.manifest import Manifest

    made = []
    for _ in range(2):
        source = locate(str(tiny_source))
        point = read_checkpoint(source)
        manifest = Manifest("x", None, point.model, point.vocoder, ("default",))
        voices = {"default": (tiny_source / "speaker.npy").read_bytes()}
        made.append(
            [
                write_format(name, point.network, manifest, point.tokenizer, voices)
                for name in FORMAT_PATHS
            ]
        )
    assert made[0] == made[1]
    for files in made[0]:
        for data in files.values():
            assert str(Path(__file__).parents[1]).encode() not in bytes(data)
