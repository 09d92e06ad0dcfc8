"""`speechopt-export`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from speechopt_runtime import OptionError
from speechopt_runtime.artifact import FORMATS
from speechopt_runtime.cli.reporting import reported_errors

from .export import DEFAULT_TEXT, Exported, Options, export, plan, stage_names
from .recipe import PRUNE_METHODS, QUANTIZE_KINDS, Recipe
from .report import plain_table

_MB = 1_000_000


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--model", default="bundled", show_default=True, help="'bundled', a local folder or a hub id."
)
@click.option("--vocoder", help="Folder or hub id. [default: the one beside the model]")
@click.option("--voice", "voices", multiple=True, metavar="NAME=PATH.npy", help="Add a speaker.")
@click.option("--prune", type=float, help="Fraction of each linear layer's weights to zero.")
@click.option(
    "--prune-method", type=click.Choice(PRUNE_METHODS), default=PRUNE_METHODS[0], show_default=True
)
@click.option("--quantize", type=click.Choice(QUANTIZE_KINDS), default="none", show_default=True)
@click.option("--ignore", multiple=True, metavar="PATTERN", help="Layers that no pass touches.")
@click.option(
    "--quantize-sensitive",
    is_flag=True,
    help="Quantize the decoder prenet and the output heads as well.",
)
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(FORMATS), help="[default: all three]"
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("artifacts"), show_default=True
)
@click.option("--name", help="Folder name. [default: <source>-<recipe>]")
@click.option("--force", is_flag=True, help="Replace an export of the same name.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and the sizes to expect.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the two audio files.")
@click.option("--text", default=DEFAULT_TEXT, show_default=True, help="What the audio files say.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def command(**given: Any) -> None:  # noqa: ANN401 (click's options)
    """Prunes and quantizes a SpeechT5 model, and writes artifacts to deploy."""
    with reported_errors(debug=given["debug"]):
        options = _options(given)
        if given["dry_run"]:
            planned = plan(options)
            click.echo(json.dumps(planned, indent=1) if given["as_json"] else _describe(planned))
            return
        _quiet_libraries()
        with _progress(stage_names(options), hidden=given["quiet"]) as stage:
            exported = export(options, stage)
        if not given["quiet"]:
            click.echo(_as_json(exported) if given["as_json"] else _as_text(exported))


def _options(given: dict[str, Any]) -> Options:
    recipe = Recipe(
        prune=given["prune"],
        prune_method=given["prune_method"],
        quantize=given["quantize"],
        ignore=given["ignore"],
        quantize_sensitive=given["quantize_sensitive"],
    )
    voices = {}
    for voice in given["voices"]:
        name, separator, path = voice.partition("=")
        if not separator or not name or not path:
            raise OptionError(f"--voice {voice!r} is not NAME=PATH.npy")
        voices[name] = Path(path)
    return Options(
        model=given["model"],
        vocoder=given["vocoder"],
        voices=voices,
        recipe=recipe,
        formats=given["formats"] or Options().formats,
        output=given["output"],
        name=given["name"],
        force=given["force"],
        seed=given["seed"],
        text=given["text"],
    )


def _quiet_libraries() -> None:
    """Transformers reports its own progress and advice; neither is about this command."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


@contextmanager
def _progress(stages: list[str], *, hidden: bool) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, nothing elsewhere."""
    from tqdm import tqdm

    with tqdm(
        total=len(stages), disable=hidden or not sys.stderr.isatty(), leave=False, unit="stage"
    ) as bar:
        begun = False

        def stage(name: str) -> None:
            nonlocal begun
            bar.update(1 if begun else 0)
            begun = True
            bar.set_description(name)

        yield stage


def _describe(planned: dict[str, Any]) -> str:
    recipe = planned["recipe"]
    return "\n".join(
        [
            f"would export {planned['source']} as {', '.join(planned['formats'])}",
            f"  to          {planned['folder']}",
            f"  prune       {recipe['prune'] or 'none'} ({planned['layers_pruned']} layers)",
            f"  quantize    {recipe['quantize']} ({planned['layers_quantized']} layers)",
            f"  tensors     {planned['bytes_before'] / _MB:.2f} MB before, about "
            f"{planned['bytes_after'] / _MB:.2f} MB after, for each format",
        ]
    )


def _as_text(exported: Exported) -> str:
    folder = exported.folder
    return f"{plain_table(exported.manifest)}\n\nwrote {folder}\nreport  {folder}/report.md"


def _as_json(exported: Exported) -> str:
    manifest = exported.manifest
    return json.dumps(
        {
            "folder": str(exported.folder),
            "name": manifest.name,
            "totals": manifest.totals,
            "timing": manifest.timing,
            "validation": manifest.validation,
        },
        indent=1,
        sort_keys=True,
    )


def main() -> None:
    """Entry point of `speechopt-export`."""
    command(prog_name="speechopt-export")
