"""The ward: every patient of `tests/ward/` diagnosed, and how often the diagnosis is right.

`python -m pullback.diagnose._ward` prints, by fault and for the part that may be read while building (open)
and the part kept unseen (held) apart: how many sick loops are found sick (detection), have their fault named
first (top-1) or among the first three (top-3), have it placed (where), and how many healthy loops are called
sick (false alarms).
"""

from __future__ import annotations

import argparse
import json as jsons
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Lock
from typing import Any

from pullback.diagnose._explain import GROUPS

HOME = Path(__file__).resolve().parents[3] / "tests" / "ward"
PARTS = ("open", "held")
GOALS = {"detection": 0.98, "top-1": 0.90, "top-3": 0.97, "where": 0.90, "false alarms": 0.0}
BEYOND = set(GROUPS["generalisation and evaluation"])  # shown by id, outside the totals
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}
# A process that begins looks at all others, and an exit status can be read once.
ONE_AT_A_TIME = Lock()

Row = dict[str, Any]


def run_ward(
    folder: str | Path | None = None,
    part: str = "all",
    fraction: float = 1.0,
    json: str | Path | None = None,
    *,
    voice: str = "",
    processes: int = 2,
    timeout: float = 60.0,
) -> int:
    """Diagnose the patients of a ward and print the score.

    Parameters
    ----------
    folder
        Where `truth.json`, `open/` and `held/` lie; by default `tests/ward/` of this checkout.
    part
        `"open"`, `"held"` or `"all"`.
    fraction
        The share of patients to take: always the same ones, spread over faults and parts.
    json
        A file to write the score and every diagnosis to; `"-"` prints them instead of the table.
    voice
        Take the patients whose voice's name begins with this.
    processes
        How many patients are diagnosed at once.
    timeout
        Seconds a patient may take; one that takes longer counts as not diagnosed.

    Returns
    -------
    int
        0 where every goal is met, 1 where one is not, 3 where there is no ward.
    """
    place = Path(folder) if folder is not None else HOME
    if not (place / "truth.json").exists():
        print(
            f"No ward: {place / 'truth.json'} does not exist. Give the folder that holds it.", file=sys.stderr
        )
        return 3
    results = diagnose_all(place, choose(read_truth(place), part, fraction, voice), processes, timeout)
    score = tally(results)
    if json is not None:
        text = jsons.dumps({"score": score, "patients": results}, indent=1)
        if str(json) == "-":
            print(text)
        else:
            Path(json).write_text(text + "\n")
    if str(json) != "-":
        show(score, results)
    return int(not all(score["all"]["goals"].values()))


def read_truth(folder: Path) -> dict[str, Row]:
    """What each patient has, by file."""
    truth: dict[str, Row] = jsons.loads((folder / "truth.json").read_text())
    return truth


def choose(truth: dict[str, Row], part: str, fraction: float, voice: str = "") -> dict[str, Row]:
    """The patients of a part; of these a share, the same every time, spread over faults."""
    own = sorted(
        (t["id"], t["part"], name)
        for name, t in truth.items()
        if part in ("all", t["part"]) and t["voice"].startswith(voice)
    )
    take = max(1, round(len(own) * fraction))
    picked = {own[int((i + 0.5) * len(own) / take)][2] for i in range(take)}
    return {name: truth[name] for name in sorted(picked)}


def diagnose_all(
    folder: Path, chosen: dict[str, Row], processes: int = 2, timeout: float = 60.0
) -> dict[str, Row]:
    """Each patient's truth, its diagnosis, and which of the questions the diagnosis answers rightly."""
    with ThreadPoolExecutor(processes) as pool:
        found = pool.map(lambda one: in_process(folder / one[1]["part"] / one[0], timeout), chosen.items())
        return {name: judge(truth, said) for (name, truth), said in zip(chosen.items(), found, strict=True)}


def in_process(path: Path, timeout: float) -> Row:
    """The diagnosis of one patient, made in a process of its own: whatever it does, the ward goes on.

    The process is a fork of one that has imported what most loops do, and nothing else has happened in.
    """
    receive, send = _fork_server().Pipe(duplex=False)
    process = _fork_server().Process(target=one, args=(str(path), send), daemon=True)
    with ONE_AT_A_TIME:
        process.start()
    send.close()
    try:
        if not receive.poll(timeout):
            return {"verdict": "none", "faults": [], "error": f"no diagnosis after {timeout:g} s"}
        said: Row = receive.recv()
        return said
    except EOFError:
        return {"verdict": "none", "faults": [], "error": f"the process ended with {_ended(process, 5)}"}
    finally:
        process.kill()
        _ended(process)


def _ended(process: Any, timeout: float | None = None) -> int | None:
    """The exit status of a process that ends; None of one that closed its pipe and goes on."""
    wait([process.sentinel], timeout)
    with ONE_AT_A_TIME:
        process.join(0)
        status: int | None = process.exitcode
    return status


@cache
def _fork_server() -> Any:
    """Where processes are forked: begun once, with one thread for matrix products."""
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pullback.diagnose", "sklearn.datasets"])
    return context


def one(path: str, answer: Connection) -> None:
    """Diagnose a file and send what the ward needs of it."""
    from pullback.diagnose import diagnose_file

    began = time.perf_counter()
    try:
        diagnosis = diagnose_file(path)
    except BaseException:  # whatever a loop does is told, not passed on
        answer.send({"verdict": "none", "faults": [], "error": traceback.format_exc()[-2000:]})
        return
    faults = [{"id": fault.id, "where": str(fault.where)} for fault in diagnosis.faults]
    took = round(time.perf_counter() - began, 2)
    answer.send({"verdict": diagnosis.verdict, "faults": faults, "seconds": took})


def judge(truth: Row, said: Row) -> Row:
    """Hold a diagnosis against the truth."""
    ids = [fault["id"] for fault in said["faults"]]
    named = next((fault for fault in said["faults"] if fault["id"] == truth["id"]), None)
    return {
        **{key: truth[key] for key in ("part", "id", "where", "voice")},
        "said": said,
        "detection": said["verdict"] == "faulty",
        "top-1": ids[:1] == [truth["id"]],
        "top-3": truth["id"] in ids[:3],
        "where right": named is not None and named["where"] in truth["where"],
        "healthy": said["verdict"] == "healthy",
    }


def tally(results: dict[str, Row]) -> Row:
    """The score of all, of each part, and of each fault in each part."""
    score: Row = {"all": rates(results.values())}
    for part in PARTS:
        own = [r for r in results.values() if r["part"] == part]
        score[part] = rates(own)
    score["by id"] = {
        name: {part: rates([r for r in results.values() if r["id"] == name and r["part"] == part], True)
               for part in PARTS}
        for name in sorted({r["id"] for r in results.values()})
    }  # fmt: skip
    return score


def rates(results: Iterable[Row], beyond: bool = False) -> Row:
    """Shares of sick loops found, named and placed, and of healthy ones called sick.

    The place is counted over the loops whose fault was named first; the generalisation group only
    where asked.
    """
    rows = [r for r in results if beyond or r["id"] not in BEYOND]
    sick = [r for r in rows if r["id"] != "healthy"]
    well = [r for r in rows if r["id"] == "healthy"]
    named = [r for r in sick if r["top-1"]]
    out: Row = {"sick": len(sick), "healthy": len(well)}
    for question in ("detection", "top-1", "top-3"):
        out[question] = share(sick, question)
    out["where"] = share(named, "where right")
    out["false alarms"] = share(well, "detection")
    out["called healthy"] = share(well, "healthy")
    out["goals"] = {goal: met(goal, out[goal]) for goal in GOALS}
    return out


def share(rows: list[Row], question: str) -> float | None:
    """The share of these of which this is true; None of none."""
    return round(sum(bool(r[question]) for r in rows) / len(rows), 4) if rows else None


def met(goal: str, value: float | None) -> bool:
    """Whether a goal is met; one that nobody was asked about is."""
    if value is None:
        return True
    return value <= GOALS[goal] if goal == "false alarms" else value >= GOALS[goal]


def show(score: Row, results: dict[str, Row]) -> None:
    """Print the score by fault, the totals against the goals, and the patients that went wrong."""
    from rich.console import Console
    from rich.table import Table

    questions = ("detection", "top-1", "top-3", "where")
    table = Table(title="The ward")
    table.add_column("fault")
    for part in PARTS:
        for question in ("n", *questions):
            table.add_column(f"{part}\n{question}", justify="right")
    for name, parts in score["by id"].items():
        if name != "healthy":
            cells = [
                cell
                for part in PARTS
                for cell in (str(parts[part]["sick"]), *percents(parts[part], questions))
            ]
            table.add_row(name, *cells)
    console = Console(width=130)
    console.print(table)
    totals = Table(title="Totals and goals")
    for column in ("", "sick", "healthy", *GOALS, "called healthy"):
        totals.add_column(column, justify="right")
    for part in ("all", *PARTS):
        own = score[part]
        totals.add_row(
            part, str(own["sick"]), str(own["healthy"]), *percents(own, (*GOALS, "called healthy"))
        )
    totals.add_row("goal", "", "", *(f"{100 * goal:.0f} %" for goal in GOALS.values()))
    console.print(totals)
    for name, r in results.items():
        if wrong(r):
            said = (
                ", ".join(f"{f['id']} at {f['where']}" for f in r["said"]["faults"][:3])
                or r["said"]["verdict"]
            )
            error = r["said"].get("error", "")
            last = error.strip().splitlines()[-1] if error.strip() else ""
            place = f" at {r['where'][0]}" if r["where"] else ""
            console.print(
                f"{r['part']}/{name}: {r['id']}{place}; said {said} {last}", markup=False, highlight=False
            )


def wrong(result: Row) -> bool:
    """Whether a diagnosis is wrong in anything."""
    if result["id"] == "healthy":
        return not result["healthy"]
    return not (result["detection"] and result["top-1"] and result["where right"])


def percents(rates: Row, questions: Iterable[str]) -> list[str]:
    """Shares as percentages, a dash for none."""
    return ["–" if rates[q] is None else f"{100 * rates[q]:.0f} %" for q in questions]


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m pullback.diagnose._ward", description=__doc__)
    parser.add_argument("--folder", default=None)
    parser.add_argument("--part", choices=("all", *PARTS), default="all")
    parser.add_argument("--fraction", type=float, default=1.0)
    parser.add_argument("--json", default=None, help="a file, or - to print JSON instead of the table")
    parser.add_argument("--voice", default="", help="only the voices whose name begins with this")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds a patient")
    given = parser.parse_args(arguments)
    return run_ward(
        given.folder,
        given.part,
        given.fraction,
        given.json,
        voice=given.voice,
        processes=given.processes,
        timeout=given.timeout,
    )


if __name__ == "__main__":
    raise SystemExit(main())
