"""`pullback train | predict | check | cache`: the command line."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pullback.errors import PullbackError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _about() -> None:
    """Train small networks from gradients you can read."""


@app.command()
def train(
    data: Annotated[str, typer.Option(help="california, diabetes, or a CSV or Parquet file")] = "california",
    target: Annotated[str | None, typer.Option(help="the column to predict, for a file")] = None,
    preset: Annotated[
        str, typer.Option(help="fast, default or best; plain: an MLP as the options from --hidden on say")
    ] = "plain",
    neighbours: Annotated[bool, typer.Option(help="features from neighbours, in the presets")] = True,
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
    json: Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")] = False,
) -> None:
    """Train an MLP on a table and write the model, its history and its pictures into a folder."""
    from pullback import files, runs

    settings = runs.Settings(
        data, target, _widths(hidden), activation, batch_size, epochs, lr, optimizer, schedule, weight_decay,
        patience, seed, preset, neighbours,
    )  # fmt: skip
    table = runs.load_table(settings)
    if not json:
        _say(f"{table!r}", table.note)
    folder = out or runs.next_folder(Path("runs"), table.name)
    run = runs.train_run(settings, folder, table=table, progress=not json, resume=resume, engine=engine)
    if json:
        print(files.to_json({**run.summary, "out": str(folder)}))
    else:
        _show(run)


@app.command()
def predict(
    run: Annotated[Path, typer.Argument(help="the folder of a trained run")],
    file: Annotated[Path, typer.Argument(help="a CSV or Parquet file with the model's columns")],
    out: Annotated[Path | None, typer.Option(help="a CSV file to write; standard output by default")] = None,
) -> None:
    """Apply a run's model to the rows of a file: one predicted target a row, in its own unit."""
    from pullback import data, files, runs

    model = runs.load_model(run)
    predicted = model.predict(data.read_features(file, model.feature_names))
    lines = [f"predicted_{model.target_name}", *(repr(float(p)) for p in predicted)]
    if out is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows([line] for line in lines)
    else:
        files.write_text(out, "\n".join(lines) + "\n")


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
    ward: Annotated[bool, typer.Option("--ward", help="score it on the ward of a source checkout")] = False,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")] = False,
) -> None:
    """Say why a training loop does not learn.

    The status is 0 for healthy, 1 for faulty, 2 for cannot tell, 3 for could not be run.
    """
    from pullback.diagnose._cli import run_file

    if ward:
        from pullback.diagnose._ward import run_ward

        sys.exit(run_ward(json="-" if json else None))
    if file is None:
        raise typer.BadParameter("name a file, or give --ward")
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
        Console(stderr=True).print(f"[bold red]error:[/] {error}", highlight=False, soft_wrap=True)
        sys.exit(1)


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise typer.BadParameter(f"--hidden takes whole numbers, like 64,64; got {text!r}") from None


def _say(*texts: str) -> None:
    for text in filter(None, texts):
        Console().print(text, highlight=False, soft_wrap=True)


def _show(run: Any) -> None:
    from pullback import report

    unit = run.summary["unit"]
    title = f"{run.summary['target']}, errors in {unit}" if unit else run.summary["target"]
    report.print_table(run.metrics, title)
    fits = run.summary.get("fit_seconds", {})
    _say(", ".join(f"{name} fitted in {seconds:.1f} s" for name, seconds in fits.items()))
    _say(run.result.message, f"{run.summary['seconds']:.1f} s; model, history and pictures in {run.folder}/")


if __name__ == "__main__":
    main()
