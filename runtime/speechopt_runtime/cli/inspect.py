"""`speechopt inspect` and `speechopt verify`: what an artifact is, and whether it is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..artifact import read_only_manifest, verify_files
from ..manifest import Manifest
from .reporting import reported_errors

_MB = 1_000_000


@click.command()
@click.argument("artifact", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def inspect(artifact: Path, *, as_json: bool, debug: bool) -> None:
    """Prints the manifest of ARTIFACT for a person. Runs no code of the artifact."""
    with reported_errors(debug=debug):
        manifest = read_only_manifest(artifact)
        click.echo(manifest.to_bytes().decode() if as_json else describe(manifest))


@click.command()
@click.argument("artifact", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def verify(artifact: Path, *, as_json: bool, debug: bool) -> None:
    """Hashes every file of ARTIFACT again. Exits with 3 when one is missing or altered."""
    with reported_errors(debug=debug):
        if artifact.is_dir():
            read_only_manifest(artifact)
            _, results = verify_files(artifact)
            rows = [(entry.path, entry.sha256, error) for entry, error in results]
        else:
            entry = read_only_manifest(artifact).files[0]
            rows = [(entry.path, entry.sha256, None)]
        bad = [error for _, _, error in rows if error is not None]
        if as_json:
            click.echo(json.dumps([_row_json(*row) for row in rows], indent=1))
        else:
            for path, digest, error in rows:
                click.echo(f"{'ok     ' if error is None else 'ALTERED'}  {digest[:16]}…  {path}")
            click.echo("integrity only: the digests say nothing about who made the files")
        if bad:
            raise bad[0]


def _row_json(path: str, sha256: str, error: Exception | None) -> dict[str, Any]:
    return {"path": path, "sha256": sha256, "error": None if error is None else str(error)}


def describe(manifest: Manifest) -> str:
    """A manifest in about twenty lines."""
    model, vocoder, recipe = manifest.model, manifest.vocoder, manifest.recipe
    kinds = manifest.format or ", ".join(sorted({f.format for f in manifest.files if f.format}))
    lines = [
        f"{manifest.name} ({kinds})",
        f"  source      {manifest.source.get('id')}, licence {manifest.source.get('licence') or '?'}",
        f"  recipe      prune {recipe.get('prune') or 'none'}, quantize {recipe.get('quantize')}",
        f"  model       hidden {model.hidden_size}, {model.encoder_layers} + {model.decoder_layers} layers, "
        f"reduction factor {model.reduction_factor}",
        f"  audio       {vocoder.sampling_rate} Hz, hop {vocoder.hop_length}",
        f"  voices      {', '.join(manifest.voices)}",
        f"  made with   {', '.join(f'{k} {v}' for k, v in sorted(manifest.created_with.items()))}",
    ]
    for report in manifest.passes:
        detail = f"{report.get('layers')} layers"
        if "sparsity" in report:
            detail += f", {report['sparsity']:.1%} zeros"
        lines.append(f"  pass        {report.get('pass')}: {detail}")
    for part in manifest.parts:
        lines.append(
            f"  {part['part']:<11} {part['parameters']:>12,} parameters, {part['nonzero']:>12,} nonzero, "
            f"{part['bytes'] / _MB:8.2f} MB, {' + '.join(part['dtypes'])}"
        )
    lines += [
        f"  file        {entry.bytes / _MB:8.2f} MB  {entry.path}" for entry in manifest.files
    ]
    return "\n".join(lines)
