"""The report: the table of an export, before against after, and the text around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from speechopt_runtime.manifest import Manifest

REPORT_NAME = "report.md"
Row = tuple[str, ...]
_MB = 1_000_000

_STAGES = ("encode_s", "decode_s", "vocode_s", "total_s")


def table(manifest: Manifest) -> list[Row]:
    """Rows of (measure, format, before, after, change); the first row is the heading."""
    before, after = manifest.totals["before"], manifest.totals["after"]
    rows: list[Row] = [("measure", "format", "before", "after", "after/before")]
    for key in ("parameters", "nonzero"):
        rows.append(_row(key, "all", before[key], after[key], _count))
    rows.append(
        _row(
            "bytes of tensors",
            "all",
            before["bytes_of_tensors"],
            after["bytes_of_tensors"],
            _megabytes,
        )
    )
    for name in after["formats"]:
        sizes = before["formats"][name], after["formats"][name]
        for key in ("bytes_on_disk", "bytes_compressed", "bytes_in_memory"):
            rows.append(_row(key.replace("_", " "), name, sizes[0][key], sizes[1][key], _megabytes))
        times = manifest.timing["before"][name], manifest.timing["after"][name]
        for key in _STAGES:
            rows.append(_row(key.replace("_s", ""), name, times[0][key], times[1][key], _seconds))
        rows.append(_row("audio", name, times[0]["audio_s"], times[1]["audio_s"], _seconds))
        rows.append(_row("RTF", name, times[0]["rtf"], times[1]["rtf"], lambda v: f"{v:.4f}"))
    return rows


def plain_table(manifest: Manifest) -> str:
    """The table for a terminal."""
    rows = table(manifest)
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for row in rows:
        texts = [row[0].ljust(widths[0]), row[1].ljust(widths[1])]
        numbers = [row[column].rjust(widths[column]) for column in range(2, 5)]
        lines.append("  ".join([*texts, *numbers]).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def markdown_table(rows: list[Row]) -> str:
    """Rows as a Markdown table."""
    head, *body = rows
    lines = ["| " + " | ".join(head) + " |", "|---|---|---:|---:|---:|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def markdown(manifest: Manifest) -> str:
    """The report of an export, in the chapters that people write by hand."""
    chapters = (
        _introduction,
        _techniques,
        _results,
        _validation,
        _audio,
        _summary,
    )
    parts = [f"# Model optimization report: {manifest.name}"]
    parts += [
        f"## {number}. {title}\n\n{text}"
        for number, (title, text) in enumerate((chapter(manifest) for chapter in chapters), 1)
    ]
    return "\n\n".join(parts) + "\n"


def _introduction(manifest: Manifest) -> tuple[str, str]:
    source, machine = manifest.source, manifest.timing["machine"]
    versions = ", ".join(
        f"{name} {version}" for name, version in sorted(manifest.created_with.items())
    )
    licence = f" (licence: {source['licence']})" if source.get("licence") else ""
    return "Introduction", (
        f"The text-to-speech model `{source['id']}`{licence}, of the SpeechT5 architecture, was exported "
        f"with the recipe below. Every value in this report was measured by the export itself, on "
        f"{machine['processor']} with {machine['threads']} threads.\n\nVersions: {versions}."
    )


def _techniques(manifest: Manifest) -> tuple[str, str]:
    described = []
    for report in manifest.passes:
        if report["pass"] == "prune":
            described.append(
                "**Pruning** sets the weights of least magnitude to zero, for good. "
                f"Method `{report['method']}`, amount {report['amount']:.0%}: {report['zeros']:,} of "
                f"{report['weights']:,} weights in {report['layers']} linear layers are zero "
                f"({report['sparsity']:.1%}). Zeros at arbitrary places do not make a dense file "
                "smaller, nor a dense product faster; they show only after compression."
            )
        if report["pass"] == "quantize":
            described.append(
                "**Quantization** stores weights as 8-bit integers with one scale per output channel, "
                "and rounds activations to 8 bits at run time (dynamic). "
                f"{report['layers']} linear layers are int8; in float stay: "
                + ", ".join(f"`{name}`" for name in report["kept_float"])
                + ", all convolutions, embeddings and norms."
            )
    return "Techniques", "\n\n".join(
        described
    ) or "None: the model was exported as it is, in float32."


def _results(manifest: Manifest) -> tuple[str, str]:
    return "Size and time, before and after", (
        markdown_table(table(manifest))
        + "\n\n1 MB is 10^6 bytes. Compressed: deflate, level 1. In memory: growth of the process when the "
        "artifact is loaded. Times are medians of several runs after a warm-up, in seconds, of a process "
        f"that speaks: “{manifest.totals['text']}” RTF is processing time / audio time; below 1 is "
        "faster than real time. Both sides run in speechopt's own runtime."
    )


def _validation(manifest: Manifest) -> tuple[str, str]:
    lines = [
        "| side | format | against | mode | steps | largest difference | allowed |",
        "|" + "---|" * 7,
    ]
    for side, checks in manifest.validation.items():
        for name, check in checks.items():
            lines.append(
                f"| {side} | {name} | {check['against']} | {check['mode']} | {check['steps']} | "
                f"{check['max_abs_diff']:.2g} | {check['atol']} |"
            )
    return "Validation", "\n".join(
        lines
    ) + "\n\nDifferences are of the log-mel spectrogram (log10)."


def _audio(manifest: Manifest) -> tuple[str, str]:
    seed = manifest.generation.seed
    return "Audio", (
        f"Same text, same voice (`{manifest.voices[0]}`), same seed ({seed}):\n\n"
        "- before: [speech_before.wav](speech_before.wav)\n- after: [speech_after.wav](speech_after.wav)"
    )


def _summary(manifest: Manifest) -> tuple[str, str]:
    lines = []
    for name in manifest.totals["after"]["formats"]:
        sizes = [
            manifest.totals[side]["formats"][name]["bytes_on_disk"] for side in ("before", "after")
        ]
        rtf = [manifest.timing[side][name]["rtf"] for side in ("before", "after")]
        lines.append(
            f"- {name}: {_megabytes(sizes[0])} to {_megabytes(sizes[1])} on disk "
            f"({sizes[1] / sizes[0]:.2f}x), RTF {rtf[0]:.3f} to {rtf[1]:.3f} ({rtf[1] / rtf[0]:.2f}x)"
        )
    return "Summary", "\n".join(lines)


def _row(
    label: str, name: str, before: float, after: float, show: Callable[[Any], str]
) -> tuple[str, ...]:
    change = f"{after / before:.2f}" if before else "-"
    return (label, name, show(before), show(after), change)


def _count(value: int) -> str:
    return f"{value:,}"


def _megabytes(value: int) -> str:
    return f"{value / _MB:.2f} MB"


def _seconds(value: float) -> str:
    return f"{value:.4f} s"
