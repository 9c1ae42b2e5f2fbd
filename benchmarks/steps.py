"""Times of a training step, every contestant in this process in turn. `python steps.py THREADS out.json`."""

import itertools
import json
import os
import statistics
import sys
import time

THREADS = int(sys.argv[1])
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(THREADS)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])

import numpy as np  # noqa: E402 - the threads come first
from contestants import CONTESTANTS, Work  # noqa: E402

ROWS = [
    ("SGD step, batch 1, 9-5-5-1, float64", [9, 5, 5, 1], 1, "float64", "sgd"),
    ("minibatch 32, 9-5-5-1, float32", [9, 5, 5, 1], 32, "float32", "sgd"),
    ("minibatch 32, 8-64-64-1, float32, SGD", [8, 64, 64, 1], 32, "float32", "sgd"),
    ("minibatch 32, 8-64-64-1, float32, Adam", [8, 64, 64, 1], 32, "float32", "adam"),
    ("minibatch 256, 8-256-256-1, float32", [8, 256, 256, 1], 256, "float32", "sgd"),
    ("minibatch 256, 8-512-512-512-1, float32", [8, 512, 512, 512, 1], 256, "float32", "sgd"),
]
QUICK = bool(os.environ.get("QUICK"))
REPEATS = 3 if QUICK else 7
PAUSE = 0.1
"""Seconds until the threads of the contestant before have fallen asleep."""
SECONDS = 0.02 if QUICK else 0.15


def check(work, made):
    """Every contestant has to reach the weights of the one written by hand, after 8 steps."""
    run, weights = CONTESTANTS["NumPy by hand"](work)
    run(8)
    expected = [x.copy() for x in weights()]
    for name, (run, weights) in made.items():
        run(8)
        for a, b in zip(weights(), expected, strict=True):
            moved = max(np.abs(b).max(), 1e-3)
            loose = 2e-2 if work.optimizer == "adam" else 2e-4
            assert np.abs(a - b).max() <= loose * moved, (
                f"{name} is wrong by {np.abs(a - b).max() / moved:.1e}"
            )


def rate(sizes, batch, times):
    """Arithmetic of a step a microsecond: three products a layer, but two in the first."""
    products = [3 * a * b for a, b in itertools.pairwise(sizes)]
    return 2 * batch * (sum(products) - sizes[0] * sizes[1]) / statistics.median(times)


def sgemm_rate(work):
    """That of NumPy's BLAS on the product of the widest layer."""
    wide = max(work.sizes)
    a, b = (np.ones(s, work.dtype) for s in ((work.batch, wide), (wide, wide)))
    out, found = a @ b, []
    n = max(3, int(SECONDS * 1e10 / (2 * a.size * wide)))
    for _ in range(REPEATS):
        started = time.perf_counter()
        for _ in range(n):
            np.matmul(a, b, out=out)
        found.append((time.perf_counter() - started) / n * 1e6)
    return 2 * a.size * wide / statistics.median(found)


def measure(title, sizes, batch, dtype, optimizer):
    """Medians of alternating repeats, in microseconds a step."""
    work = Work(sizes, batch, dtype, optimizer)
    made = {name: build(work) for name, build in CONTESTANTS.items()}
    made = {name: x for name, x in made.items() if x is not None}
    check(work, made)
    most, counts, laps = len(work.X) // batch, {}, {}
    for name, (run, _) in made.items():
        started = time.perf_counter()
        run(8)
        one = (time.perf_counter() - started) / 8
        whole = name in ("pullback", "JAX jit + scan") or name[0] == "C"
        counts[name] = most if whole else int(max(8, min(most, SECONDS / one)))
        laps[name] = max(1, int(SECONDS / one / counts[name]))
        run(counts[name])
    times = {name: [] for name in made}
    for _ in range(REPEATS):
        for name, (run, _) in made.items():
            time.sleep(PAUSE)
            run(2)
            started = time.perf_counter()
            for _ in range(laps[name]):
                run(counts[name])
            spent = time.perf_counter() - started
            times[name].append(spent / laps[name] / counts[name] * 1e6)
    row = {"work": title, "threads": THREADS, "times": {}}
    if batch > 1:
        row["of sgemm"] = rate(sizes, batch, times["pullback"]) / sgemm_rate(work)
    for name, found in times.items():
        low, middle, high = min(found), statistics.median(found), max(found)
        row["times"][name] = {"median": middle, "low": low, "high": high}
        print(f"{title} | {THREADS} threads | {name}: {middle:.3f} us ({low:.3f} to {high:.3f})", flush=True)
    return row


if __name__ == "__main__":
    rows = [measure(*row) for row in ROWS]
    with open(sys.argv[2], "w") as file:
        json.dump(rows, file)
