from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from speechopt_exporter.checkpoint import fold_weight_norm, read_checkpoint
from speechopt_exporter.source import locate
from speechopt_runtime import ArtifactError, NotFoundError, OptionError, SystemFaultError


@pytest.fixture
def copy(tiny_source: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_source, tmp_path / "copy"))


def parameters(folder: Path) -> dict[str, torch.Tensor]:
    return read_checkpoint(locate(str(folder))).network.state_dict()


def same(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> None:
    assert left.keys() == right.keys()
    for name, tensor in left.items():
        torch.testing.assert_close(tensor, right[name])


def test_bundled_voice_is_the_default() -> None:
    source = locate()
    assert source.id == "bundled"
    assert source.licence == "Apache-2.0"
    assert read_checkpoint(source).model.hidden_size == 256


@pytest.mark.parametrize("new_keys", [False, True])
def test_weight_norm_is_folded(tiny_source: Path, copy: Path, new_keys: bool) -> None:
    path = copy / "vocoder/model.safetensors"
    state = load_file(path)
    for name in [n for n in state if n.endswith(".weight")]:
        weight = state.pop(name)
        layer = name.removesuffix(".weight")
        norm = weight.norm(2, dim=(1, 2), keepdim=True)
        names = ("parametrizations.weight.original0", "parametrizations.weight.original1")
        g, v = names if new_keys else ("weight_g", "weight_v")
        state[f"{layer}.{g}"], state[f"{layer}.{v}"] = norm, weight * 3.0
    save_file(state, path)
    same(parameters(copy), parameters(tiny_source))


def test_fold_agrees_with_torch() -> None:
    conv = torch.nn.utils.parametrizations.weight_norm(torch.nn.ConvTranspose1d(4, 2, 3))
    conv.parametrizations.weight.original0.data.mul_(1.7)
    folded = fold_weight_norm({f"up.{k}": v.detach() for k, v in conv.state_dict().items()})
    torch.testing.assert_close(folded["up.weight"], conv.weight.detach())


@pytest.mark.parametrize("sharded", [False, True])
def test_pytorch_bin(tiny_source: Path, copy: Path, sharded: bool) -> None:
    path = copy / "model/model.safetensors"
    state = load_file(path)
    path.unlink()
    if not sharded:
        torch.save(state, copy / "model/pytorch_model.bin")
    else:
        names = sorted(state)
        shards = {"pytorch_model-1.bin": names[::2], "pytorch_model-2.bin": names[1::2]}
        for shard, held in shards.items():
            torch.save({name: state[name] for name in held}, copy / "model" / shard)
        index = {"weight_map": {n: shard for shard, held in shards.items() for n in held}}
        (copy / "model/pytorch_model.bin.index.json").write_text(json.dumps(index))
    same(parameters(copy), parameters(tiny_source))


def test_missing_tensor_is_named(copy: Path) -> None:
    path = copy / "model/model.safetensors"
    state = load_file(path)
    del state["speech_decoder_postnet.prob_out.bias"]
    save_file(state, path)
    with pytest.raises(ArtifactError, match="1 missing .speech_decoder_postnet.prob_out.bias"):
        parameters(copy)


def test_nan_weight_is_refused(copy: Path) -> None:
    path = copy / "model/model.safetensors"
    state = load_file(path)
    state["speech_decoder_postnet.feat_out.bias"][3] = float("nan")
    save_file(state, path)
    with pytest.raises(ArtifactError, match="feat_out.bias holds NaN") as caught:
        parameters(copy)
    assert caught.value.code == "E_NONFINITE"


def test_pickled_code_in_a_checkpoint_never_runs(copy: Path, tmp_path: Path) -> None:
    class Attack:
        def __reduce__(self):  # type: ignore[no-untyped-def]
            return Path.touch, (tmp_path / "owned",)

    (copy / "model/model.safetensors").unlink()
    torch.save({"a": Attack()}, copy / "model/pytorch_model.bin")
    with pytest.raises(ArtifactError, match="cannot read it safely"):
        parameters(copy)
    assert not (tmp_path / "owned").exists()


def test_truncated_safetensors(copy: Path) -> None:
    path = copy / "model/model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ArtifactError, match="damaged"):
        parameters(copy)


@pytest.mark.parametrize(
    ("model", "error", "text"),
    [
        ("./nosuch", NotFoundError, "no such folder"),
        ("nosuch", NotFoundError, "no such folder"),
        ("bad id/x y", OptionError, "neither a folder nor a hub id"),
    ],
)
def test_unknown_models(model: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        locate(model)


def test_hub_ids_go_to_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The real client, told to stay offline: it looks into its (empty) cache and says so.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(SystemFaultError, match="microsoft/speecht5_tts: cannot be fetched"):
        locate("microsoft/speecht5_tts")


def test_other_architectures_are_refused(copy: Path) -> None:
    (copy / "model/config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ArtifactError, match="model_type is 'bert'"):
        locate(str(copy))


def test_no_vocoder(copy: Path) -> None:
    shutil.rmtree(copy / "vocoder")
    with pytest.raises(OptionError, match="holds no vocoder"):
        locate(str(copy))
    assert locate(str(copy), str(locate().vocoder)).vocoder.name == "vocoder"


def test_older_vocoder_without_statistics(copy: Path) -> None:
    path = copy / "vocoder/model.safetensors"
    state = {k: v for k, v in load_file(path).items() if k not in {"mean", "scale"}}
    save_file(state, path)
    assert np.all(parameters(copy)["vocoder.scale"].numpy() == 1)
