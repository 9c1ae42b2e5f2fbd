"""`pullback train | predict | report | check | diagnose | cache`: the command line."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pullback.errors import PullbackError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _about() -> None:
    """Train small networks from gradients you can read."""


EXAMINATION = 60.0
"""Seconds that `train --diagnose` may take at the most; wide tables want more than the loops of a file."""
_COLUMNS = "; may be given more than once"


@app.command()
def train(
    data: Annotated[str, typer.Option(help="california, diabetes, or a CSV or Parquet file")] = "california",
    target: Annotated[str | None, typer.Option(help="the column to predict, for a file")] = None,
    preset: Annotated[
        str, typer.Option(help="fast, default or best; plain: an MLP as the options from --hidden on say")
    ] = "default",
    task: Annotated[
        str | None, typer.Option(help="regression or classification; by default as the target says")
    ] = None,
    neighbours: Annotated[bool, typer.Option(help="features from neighbours, in the presets")] = True,
    drop: Annotated[list[str] | None, typer.Option(help="a column to leave out" + _COLUMNS)] = None,
    categorical: Annotated[
        list[str] | None, typer.Option(help="a column of texts, codes say" + _COLUMNS)
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="a column not to leave out as useless" + _COLUMNS)
    ] = None,
    rows: Annotated[
        int | None, typer.Option(help="train on so many rows of the file, drawn at random")
    ] = None,
    hidden: Annotated[str, typer.Option(help="widths of the hidden layers; '' for none")] = "64,64",
    activation: Annotated[str, typer.Option(help="of the hidden layers")] = "relu",
    batch_size: Annotated[int, typer.Option(help="rows a step; 1 is SGD proper")] = 32,
    epochs: Annotated[int, typer.Option(help="passes over the training rows")] = 60,
    lr: Annotated[float, typer.Option(help="learning rate")] = 2e-3,
    optimizer: Annotated[str, typer.Option(help="sgd, momentum, nesterov, adam, adamw")] = "adam",
    schedule: Annotated[str, typer.Option(help="of the learning rate, by name")] = "cosine",
    weight_decay: Annotated[float, typer.Option(help="of the optimiser")] = 0.0,
    patience: Annotated[int | None, typer.Option(help="epochs without a better one")] = None,
    seed: Annotated[int, typer.Option(help="of the weights and the row order")] = 0,
    engine: Annotated[str, typer.Option(help="auto, native (machine code) or reference (NumPy)")] = "auto",
    out: Annotated[Path | None, typer.Option(help="the run's folder; runs/NAME by default")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the run in --out")] = False,
    examine: Annotated[
        bool, typer.Option("--diagnose", help="examine the loop afterwards: does it learn as it could?")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")] = False,
) -> None:
    """Train an MLP on a table and write the model, its history and its pictures into a folder."""
    from pullback import files, runs

    settings = runs.Settings(
        data, target, _widths(hidden), activation, batch_size, epochs, lr, optimizer, schedule, weight_decay,
        patience, seed, preset, neighbours, task, tuple(drop or ()), tuple(categorical or ()),
        tuple(keep or ()), rows,
    )  # fmt: skip
    runs.check_settings(settings, engine)
    with _interruptible("no model was made; the same command, with --resume and --out, begins again"):
        table = runs.load_table(settings)
        folder = out or runs.next_folder(Path("runs"), table.name)
        if not json:
            _say(f"{table!r}", table.note, *table.notes)
            _say(runs.how_it_resumes(settings, folder) if resume else "")
        run = runs.train_run(settings, folder, table=table, progress=not json, resume=resume, engine=engine)
    if json:
        print(files.to_json({**run.summary, "out": str(folder)}))
    else:
        _show(run)
        if examine:
            _examine(run)


@app.command()
def predict(
    run: Annotated[Path, typer.Argument(help="the folder of a trained run, or a model's file")],
    file: Annotated[Path, typer.Argument(help="a CSV or Parquet file with the model's columns")],
    out: Annotated[
        Path | None, typer.Option("--output", "--out", "-o", help="a CSV file; standard output by default")
    ] = None,
) -> None:
    """Apply a model to the rows of a file: a prediction a row, for classes with their probabilities."""
    from pullback import files, runs

    lines = runs.load_model(run).lines(file)
    with _interruptible("nothing was written" if out else "the rest of the rows is not predicted"):
        if out is None:
            csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
        else:
            files.write_parts(out, _as_csv(lines))


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="the folder of a trained run")],
    out: Annotated[
        Path | None, typer.Option("--output", "--out", "-o", help="the page; RUN/report.html by default")
    ] = None,
) -> None:
    """Write one page about a run, which needs no network: data, curves, errors, importance, health."""
    from pullback import runs

    with _interruptible("no page was written"):
        page = runs.report_run(run, out)
    _say(f"report in {page}")


@app.command()
def check(
    file: Annotated[str | None, typer.Argument(help="FILE.py, or FILE.py:name for one of its pairs")] = None,
    self_test: Annotated[bool, typer.Option("--self-test", help="seed mistakes, and count")] = False,
    seed: Annotated[int, typer.Option(help="of the self-test: another seed is another test")] = 0,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")] = False,
) -> None:
    """Say which gradient of a file is wrong, and how.

    The status is 0 for right, 1 for wrong, 2 for cannot tell, 3 for could not be run.
    """
    from pullback.check._cli import run_file, run_self_test

    if file is None and not self_test:
        raise typer.BadParameter("name a file, or give --self-test")
    sys.exit(run_self_test(json=json, seed=seed) if file is None else run_file(file, json=json))


@app.command()
def diagnose(
    file: Annotated[str | None, typer.Argument(help="a training loop in the patient protocol")] = None,
    html: Annotated[str | None, typer.Option(help="write the report with its curves to this page")] = None,
    budget: Annotated[float | None, typer.Option(help="seconds to take at most")] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="ID", help="print the page of one fault, by its id")
    ] = None,
    ward: Annotated[bool, typer.Option("--ward", help="score it on the ward of a source checkout")] = False,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")] = False,
) -> None:
    """Say why a training loop does not learn.

    The status is 0 for healthy, 1 for faulty, 2 for cannot tell, 3 for could not be run.
    """
    from pullback.diagnose._cli import run_file

    if explain is not None:
        from pullback.diagnose._explain import show

        show(explain)
        return
    if ward:
        from pullback.diagnose._ward import run_ward

        sys.exit(run_ward(json="-" if json else None))
    if file is None:
        raise typer.BadParameter("name a file, or give --explain or --ward")
    sys.exit(run_file(file, json=json, html=html, budget=budget))


@app.command()
def cache(
    action: Annotated[str, typer.Argument(help="info, or clear to remove every file")] = "info",
) -> None:
    """Say what the folder of machine code holds, or empty it."""
    from pullback.compile._cli import run_cache

    _say(run_cache(action))


def main() -> None:
    """The door of the command: errors of ours are printed without a traceback, with status 1."""
    try:
        app()
    except PullbackError as error:
        console = Console(stderr=True)
        console.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:  # whoever read has enough: `pullback predict ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _interruptible(left: str) -> Iterator[None]:
    """Ctrl-C where nothing could be kept: say so, with the status that shells expect."""
    try:
        yield
    except KeyboardInterrupt:
        Console(stderr=True).print(f"interrupted: {left}", highlight=False, soft_wrap=True)
        raise typer.Exit(130) from None


def _as_csv(rows: Iterable[list[str]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise typer.BadParameter(f"--hidden takes whole numbers, like 64,64; got {text!r}") from None


def _say(*texts: str) -> None:
    for text in filter(None, texts):
        Console().print(text, highlight=False, soft_wrap=True, markup=False)


def _health(said: dict[str, Any]) -> str:
    """The last word on a run: the first concern, or that there is none."""
    if said["stopped"] == "non-finite":
        return ""  # that was its message
    if said.get("health"):
        return f"concern: {said['health'][0]}"
    return f"health: no concern; {said['found']}" if said.get("found") else ""


def _examine(run: Any) -> None:
    """`--diagnose`: experiments on the run's own loop, and their report."""
    from pullback.diagnose import diagnose

    if run.result is None:
        _say("nothing was trained now, so there is no loop to examine: --diagnose wants a run of its own")
        return
    _say("", str(diagnose(run.result, budget=EXAMINATION)))


def _show(run: Any) -> None:
    from pullback import report

    said = run.summary
    errors = f", errors in {said['unit']}" if said["unit"] else ""
    report.print_table(run.metrics, f"{said['target']}{errors}")
    fits = said.get("fit_seconds", {})
    _say(", ".join(f"{name} fitted in {seconds:.1f} s" for name, seconds in fits.items()))
    if said.get("interrupted_before"):
        _say(f"interrupted before it was compared with {', '.join(said['interrupted_before'])}")
    if run.result is None:
        _say(f"this run had ended; nothing was done. Model, history and pictures in {run.folder}/")
        return
    _say(
        said["message"],
        f"{said['seconds']:.1f} s; model, history and pictures in {run.folder}/",
        _health(said),
    )


if __name__ == "__main__":
    main()
