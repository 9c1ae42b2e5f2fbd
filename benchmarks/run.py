"""`make bench`: every row of the table, its JSON and its Markdown, into `results/`.

Contestants of one row run in one process, in turn, several times; the table shows medians and, in brackets,
the lowest and the highest. Each has to give the right weights first. With 1 thread the process is bound to
one processor; with 2 every library has two.
`--quick` takes fewer and shorter repeats, prints the table and writes nothing.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def call(*words, **more):
    environment = {**os.environ, **more}
    done = subprocess.run(
        [sys.executable, *words], cwd=HERE, env=environment, text=True, stdout=subprocess.PIPE
    )
    if done.returncode:
        raise SystemExit(f"{words} failed")
    return done.stdout


def rows_of(script, threads):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        call(script, str(threads), str(out))
        return json.loads(out.read_text())


def cold(name, **more):
    times = [float(call("cold.py", name, **more).split()[-1]) for _ in range(3)]
    return {"median": statistics.median(times), "low": min(times), "high": max(times)}


def cold_rows():
    empty, found = [], {}
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            empty.append(float(call("cold.py", "pullback", PULLBACK_CACHE=folder).split()[-1]))
    found["pullback, cache empty"] = {
        "median": statistics.median(empty),
        "low": min(empty),
        "high": max(empty),
    }
    with tempfile.TemporaryDirectory() as folder:
        call("cold.py", "pullback", PULLBACK_CACHE=folder)
        found["pullback, cache filled"] = cold("pullback", PULLBACK_CACHE=folder)
    for name in ("JAX jit + scan", "PyTorch eager"):
        found[name] = cold(name)
    return {"work": "first epoch from a cold process, seconds", "threads": 2, "times": found}


def line(row):
    ours = {k: v for k, v in row["times"].items() if k.startswith("pullback")}
    peers = {k: v for k, v in row["times"].items() if k not in ours and not k.startswith("C,")}
    best = min(peers, key=lambda k: peers[k]["median"])
    own = min(ours.values(), key=lambda x: x["median"])["median"]
    cells = "; ".join(f"{k} {show(v)}" for k, v in row["times"].items())
    ratio = f"{peers[best]['median'] / own:.2f}x {best}"
    sgemm = f"{100 * row['of sgemm']:.0f} %" if "of sgemm" in row else ""
    return f"| {row['work']} | {row['threads']} | {cells} | {ratio} | {sgemm} |"


def show(x):
    return f"{x['median']:.3g} [{x['low']:.3g}, {x['high']:.3g}]"


def quick():
    """The rows of steps and calls alone, for a look while working."""
    os.environ["QUICK"] = "1"
    rows = [*rows_of("steps.py", 1), *rows_of("steps.py", 2)[4:], *rows_of("single.py", 1)]
    print("\n".join(map(line, rows)))


def main():
    if "--quick" in sys.argv:
        quick()
        return
    RESULTS.mkdir(exist_ok=True)
    one, two = rows_of("steps.py", 1), rows_of("steps.py", 2)
    rows = [*one, *two[4:], *rows_of("single.py", 1), cold_rows()]
    ratio = float(call("memory.py").split()[-1])
    call("growth.py", str(RESULTS / "growth.json"), str(RESULTS / "growth.png"))
    load = round(os.getloadavg()[1], 1) if hasattr(os, "getloadavg") else None
    facts = {
        "load": load,
        "processor": platform.processor(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }
    whole = {"facts": facts, "rows": rows, "peak memory over the data": ratio}
    (RESULTS / "bench.json").write_text(json.dumps(whole, indent=1) + "\n")
    table = [
        "# Benchmarks", "", (__doc__ or "").strip(), "",
        f"On {os.cpu_count()} cores ({platform.machine()}), load average {load} at the end.",
        "Microseconds a step or call, unless said.", "",
        "The last column is the arithmetic a second of our whole step, of that of NumPy's BLAS in a product",
        "of the widest layer, on as many threads.", "",
        "| work | threads | times: median [lowest, highest] | best peer over ours | of sgemm |",
        "|---|---|---|---|---|",
        *map(line, rows), "",
        f"Peak memory of training on a million rows of 8 float32: {ratio:.2f} times the data.", "",
        "![arithmetic a second against width, depth and batch](growth.png)", "",
    ]  # fmt: skip
    (RESULTS / "bench.md").write_text("\n".join(table))
    print("\n".join(table))


if __name__ == "__main__":
    main()
