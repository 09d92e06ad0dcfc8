"""`speechopt-run`: speaks with an artifact and prints where the time went."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ..artifact import FORMATS, choose_format
from ..backends import import_backend
from ..errors import OptionError, RequestError, TextError
from ..files import write_atomically
from ..speech import Speech, check_audio_path
from ..synthesizer import Synthesizer, load
from ..text import MAX_TEXT_CHARACTERS
from ..timing import STAGES, Timing
from .reporting import reported_errors

DEFAULT_OUTPUT = "speech.wav"


@dataclass(frozen=True)
class Run:
    """What one call of the command measured."""

    synthesizer: Synthesizer
    speech: Speech
    timings: list[Timing]
    loaded_bytes: int
    output: str


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("artifact", type=click.Path(path_type=Path))
@click.argument("text", required=False)
@click.option(
    "-f", "--text-file", type=click.Path(path_type=Path), help="Read the text from a file."
)
@click.option(
    "-o",
    "--output",
    help="Audio file (.wav, .flac, .ogg), or - for WAV on stdout. [default: speech.wav, numbered "
    "when that exists]",
)
@click.option("--force", is_flag=True, help="Replace an existing output file.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Which one of a folder.")
@click.option("--voice", help="Name of a voice in the artifact, or a .npy file.")
@click.option("--seed", type=int, help="Of the dropout masks; equal seeds give equal speech.")
@click.option("--threads", type=int, help="Threads to compute with. [default: all usable]")
@click.option("--threshold", type=float, help="Stop probability at which decoding ends.")
@click.option("--minlenratio", type=float, help="Least spectrogram frames per token.")
@click.option("--maxlenratio", type=float, help="Most spectrogram frames per token.")
@click.option("--no-normalize", is_flag=True, help="Do not speak numbers and symbols as words.")
@click.option("--repeat", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("--warmup", type=click.IntRange(0, 100), default=0, show_default=True)
@click.option("--max-seconds", type=float, help="Repeat no more after this many seconds.")
@click.option("--sha256", help="Digest that the artifact must have.")
@click.option("--trust-code", is_flag=True, help="Run TorchScript whatever its origin.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def run(artifact: Path, text: str | None, **options: Any) -> None:  # noqa: ANN401 (click's options)
    """Speaks TEXT with ARTIFACT.

    ARTIFACT is model.pth, model.torchscript.pt, onnx/, or the folder of an export. TEXT may be - to
    read it from stdin.
    """
    with reported_errors(debug=options["debug"]):
        words = read_text(text, options["text_file"])
        output = choose_output(options["output"])
        if output != "-":
            _check_output(Path(output), force=options["force"])
        result = _speak(artifact, words, output, options)
        _save(result, force=options["force"])
        if not options["quiet"]:
            shown = as_json(result) if options["as_json"] else as_table(result)
            click.echo(shown, err=output == "-")
            _warn(result)


def read_text(text: str | None, file: Path | None) -> str:
    """The text from the argument, a file, or stdin.

    Raises:
        RequestError: both or none were given, or the file is not UTF-8.
    """
    if (text is None) == (file is None):
        raise RequestError("give TEXT, '-' for stdin, or --text-file, one of them")
    if file is not None:
        from ..artifact import read_file

        data = read_file(file)
    elif text == "-":
        data = sys.stdin.buffer.read(4 * MAX_TEXT_CHARACTERS + 1)
    else:
        return str(text)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextError("the text is not UTF-8", code="E_TEXT_ENCODING") from None


def choose_output(output: str | None) -> str:
    """The path given, or the first of speech.wav, speech-2.wav, … that does not exist yet."""
    if output is not None:
        return output
    path, number = Path(DEFAULT_OUTPUT), 1
    while path.exists():
        number += 1
        path = Path(DEFAULT_OUTPUT).with_stem(f"{Path(DEFAULT_OUTPUT).stem}-{number}")
    return str(path)


def _check_output(path: Path, *, force: bool) -> None:
    """Fails before the work is done, not after."""
    from ..errors import SystemFaultError

    if path.exists() and not path.is_file():
        return
    check_audio_path(path)
    if path.exists() and not force:
        raise SystemFaultError(
            f"{path}: exists already", code="E_EXISTS", hint="pass --force to replace it"
        )
    if not path.parent.is_dir():
        raise SystemFaultError(f"{path.parent}: no such folder", code="E_WRITE")


def _speak(artifact: Path, text: str, output: str, options: dict[str, Any]) -> Run:
    # torch prints a deprecation notice of its own from C++ while it reads int8 TorchScript.
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    if options["as_json"]:
        # The libraries are not the model: import them before its memory is measured.
        import_backend(choose_format(artifact, options["format_"]))
    before = _resident_bytes()
    synthesizer = load(
        artifact,
        options["threads"],
        format=options["format_"],
        sha256=options["sha256"],
        trust_code=options["trust_code"],
    )
    loaded = max(0, _resident_bytes() - before)
    if options["max_seconds"] is not None and not options["max_seconds"] > 0:
        raise OptionError(f"--max-seconds is {options['max_seconds']}, allowed: above 0")
    deadline = time.monotonic() + (options["max_seconds"] or float("inf"))
    timings: list[Timing] = []
    for index in range(options["warmup"] + options["repeat"]):
        speech = synthesizer.synthesize(
            text,
            options["voice"],
            options["seed"],
            threshold=options["threshold"],
            minlenratio=options["minlenratio"],
            maxlenratio=options["maxlenratio"],
            normalize=not options["no_normalize"],
        )
        if index >= options["warmup"]:
            timings.append(speech.timing)
        if time.monotonic() > deadline and timings:
            break
    return Run(synthesizer, speech, timings, loaded, output)


def _save(result: Run, *, force: bool) -> None:
    if result.output == "-":
        sys.stdout.buffer.write(result.speech.encode())
        sys.stdout.buffer.flush()
    elif Path(result.output).exists() and not Path(result.output).is_file():
        write_atomically(Path(result.output), result.speech.encode())
    else:
        result.speech.save(result.output, overwrite=force)


def summarize(timings: list[Timing]) -> dict[str, Any]:
    """Medians and minima over repeats."""
    names = [*(f"{stage}_s" for stage in STAGES), "total_s", "rtf", "ms_per_step"]
    values = {name: [float(getattr(timing, name)) for timing in timings] for name in names}
    return {
        "load_s": timings[0].load_s,
        **{name: statistics.median(numbers) for name, numbers in values.items()},
        "min": {name: min(numbers) for name, numbers in values.items()},
        "audio_s": timings[0].audio_s,
        "steps": timings[0].steps,
        "repeats": len(timings),
    }


def as_json(result: Run) -> str:
    """Everything about a run, for programs."""
    speech, synthesizer = result.speech, result.synthesizer
    return json.dumps(
        {
            "artifact": str(synthesizer.path),
            "name": synthesizer.manifest.name,
            "format": synthesizer.format,
            "output": result.output,
            "text": speech.text,
            "voice": speech.voice,
            "seed": speech.seed,
            "stopped": speech.stopped,
            "chunks": speech.chunks,
            "unsupported": list(speech.unsupported),
            "sample_rate_hz": speech.sample_rate,
            "threads": synthesizer.threads,
            "timing": summarize(result.timings),
            "memory": {"loaded_bytes": result.loaded_bytes, "peak_rss_bytes": _peak_bytes()},
            "bytes_on_disk": synthesizer.bytes_on_disk,
        },
        indent=1,
        sort_keys=True,
    )


def as_table(result: Run) -> str:
    """The timing table."""
    values = summarize(result.timings)
    synthesizer = result.synthesizer
    head = f"{synthesizer.manifest.name} ({synthesizer.format}), {synthesizer.threads} threads"
    lines = [head, f"{'':<14}{'median':>10}{'min':>10}", f"{'load':<14}{values['load_s']:>8.3f} s"]
    for name in (*STAGES, "total"):
        median, least = values[f"{name}_s"], values["min"][f"{name}_s"]
        lines.append(f"{name:<14}{median:>8.3f} s{least:>8.3f} s")
    lines.append(f"{'audio':<14}{values['audio_s']:>8.3f} s")
    lines.append(f"{'RTF':<14}{values['rtf']:>10.4f}{values['min']['rtf']:>10.4f}")
    per_step = f"{values['ms_per_step']:>7.3f} ms{values['min']['ms_per_step']:>7.3f} ms"
    lines.append(f"{'steps':<14}{values['steps']:>10}")
    lines.append(f"{'per step':<14}{per_step}")
    lines.append(f"{'repeats':<14}{values['repeats']:>10}")
    return "\n".join([*lines, f"wrote {result.output}"])


def _warn(result: Run) -> None:
    speech = result.speech
    if speech.unsupported:
        shown = " ".join(speech.unsupported[:20])
        click.echo(f"warning: this voice cannot say, and left out: {shown}", err=True)
    if speech.stopped == "limit":
        click.echo("warning: the length limit ended the speech, not the model", err=True)


def _resident_bytes() -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * 4096
    return 0


def _peak_bytes() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Entry point of `speechopt-run`."""
    run(prog_name="speechopt-run")
