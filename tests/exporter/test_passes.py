from __future__ import annotations

from pathlib import Path

import pytest
import torch

from speechopt_exporter import passes
from speechopt_exporter.checkpoint import read_checkpoint
from speechopt_exporter.recipe import SENSITIVE, Recipe
from speechopt_exporter.source import locate
from speechopt_runtime import OptionError
from speechopt_runtime.network import Int8Linear, SpeechT5
from speechopt_runtime.network.int8 import pack_network, quantize_weight


@pytest.fixture
def network(tiny_source: Path) -> SpeechT5:
    return read_checkpoint(locate(str(tiny_source))).network


def linears(network: SpeechT5) -> dict[str, torch.nn.Linear]:
    return {n: m for n, m in network.named_modules() if isinstance(m, torch.nn.Linear)}


def test_prune_each_layer(network: SpeechT5) -> None:
    before = {name: layer.weight.clone() for name, layer in linears(network).items()}
    report = passes.apply(network, Recipe(prune=0.25))[0]
    for name, layer in linears(network).items():
        zeros = layer.weight == 0
        assert zeros.float().mean() == pytest.approx(0.25, abs=0.01), name
        # The smallest are gone, the others untouched.
        assert before[name][zeros].abs().max() <= before[name][~zeros].abs().min()
        torch.testing.assert_close(layer.weight[~zeros], before[name][~zeros])
        assert not hasattr(layer, "weight_mask")
        assert isinstance(layer.weight, torch.nn.Parameter)
    assert report["sparsity"] == pytest.approx(0.25, abs=0.01)
    assert not [name for name in network.state_dict() if "_orig" in name or "_mask" in name]


def test_prune_globally(network: SpeechT5) -> None:
    report = passes.apply(network, Recipe(prune=0.5, prune_method="global-l1-unstructured"))[0]
    shares = [float((layer.weight == 0).float().mean()) for layer in linears(network).values()]
    assert report["sparsity"] == pytest.approx(0.5, abs=0.001)
    assert max(shares) - min(shares) > 0.02


def test_ignored_layers_are_left_alone(network: SpeechT5) -> None:
    recipe = Recipe(prune=0.25, quantize="int8", ignore=("*.k_proj",))
    passes.apply(network, recipe)
    kept = [name for name in linears(network) if name.endswith("k_proj")]
    assert kept
    assert all((linears(network)[name].weight != 0).all() for name in kept)


def test_quantize_keeps_sensitive_layers_and_zeros(network: SpeechT5) -> None:
    reports = passes.apply(network, Recipe(prune=0.25, quantize="int8"))
    int8 = {n: m for n, m in network.named_modules() if isinstance(m, Int8Linear)}
    assert reports[1]["layers"] == len(int8) > 20
    assert not [n for n in int8 if n.startswith(SENSITIVE[0][:-1]) or "_out" in n.split(".")[1]]
    for layer in int8.values():
        assert (layer.weight == 0).float().mean() >= 0.24
    passes.apply(network, Recipe(quantize="int8", quantize_sensitive=True))
    assert linears(network) == {}


def test_quantize_weight_error_is_half_a_step() -> None:
    weight = torch.randn(7, 33)
    weight[2] = 0
    int8, scale = quantize_weight(weight)
    assert int8.dtype == torch.int8
    assert int(int8.abs().max()) == 127
    assert (int8.float() * scale[:, None] - weight).abs().max() <= scale.max() * 0.5001


def test_packed_layers_agree_with_stored_ones(network: SpeechT5) -> None:
    passes.apply(network, Recipe(quantize="int8", quantize_sensitive=True))
    layer = network.speecht5.decoder.prenet.speaker_embeds_layer
    speaker, hidden = torch.randn(2, 512), torch.randn(2, 64)
    unit = torch.nn.functional.normalize(speaker)
    expected = layer(torch.cat([hidden, unit], dim=1))
    pack_network(network)
    packed = network.speecht5.decoder.prenet.speaker_embeds_layer
    got = packed(hidden, packed.speaker_term(speaker))
    torch.testing.assert_close(got, expected, atol=0.05, rtol=0.05)


@pytest.mark.parametrize("prune", [0.0, 1.0, -1.0, 2.0, float("nan"), float("inf")])
def test_prune_out_of_range(prune: float) -> None:
    with pytest.raises(OptionError, match="allowed: above 0 and below 1"):
        Recipe(prune=prune)


@pytest.mark.parametrize("options", [{"prune_method": "x"}, {"quantize": "int3"}])
def test_unknown_words_list_the_known(options: dict[str, str]) -> None:
    with pytest.raises(OptionError, match="known: "):
        Recipe(**options)  # type: ignore[arg-type]


def test_pattern_that_fits_nothing(network: SpeechT5) -> None:
    with pytest.raises(OptionError, match="'nosuch.*' fits no linear layer"):
        Recipe(ignore=("nosuch.*",)).linear_layers(network)


@pytest.mark.parametrize(
    ("recipe", "suffix"),
    [
        (Recipe(), "fp32"),
        (Recipe(prune=0.25), "p25"),
        (Recipe(quantize="int8"), "int8"),
        (Recipe(prune=0.25, quantize="int8"), "p25-int8"),
        (Recipe(prune=0.125, prune_method="global-l1-unstructured"), "gp12.5"),
    ],
)
def test_suffix(recipe: Recipe, suffix: str) -> None:
    assert recipe.suffix == suffix
