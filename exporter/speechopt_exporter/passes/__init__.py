"""What may be done to the network. One file and one row of `PASSES` per pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from speechopt_runtime.network import SpeechT5

from ..recipe import Recipe
from .prune import prune
from .quantize import quantize

PassReport = dict[str, Any]
Pass = Callable[[SpeechT5, Recipe], PassReport | None]

# In the order in which they are applied; a pass that the recipe does not ask for returns None.
PASSES: dict[str, Pass] = {"prune": prune, "quantize": quantize}


def apply(network: SpeechT5, recipe: Recipe) -> list[PassReport]:
    """Applies a recipe to a network, in place, and says what each pass did."""
    reports = (run(network, recipe) for run in PASSES.values())
    return [report for report in reports if report is not None]
