"""Time a step against width, depth and batch, and a plot of it. `python growth.py out.json out.png`."""

import itertools
import json
import statistics
import sys
import time

from contestants import Work, ours

SERIES = {
    "width, batch 32": [([8, w, w, 1], 32) for w in (8, 16, 32, 64, 128, 256, 512, 1024, 2048)],
    "depth, width 64, batch 32": [([8, *[64] * d, 1], 32) for d in range(1, 9)],
    "batch, width 64": [([8, 64, 64, 1], b) for b in (1, 4, 16, 64, 256, 1024, 4096)],
}


SECONDS = 0.3
"""Of each point, after a tenth of that to warm up: caches, clocks and helping threads settle."""


def microseconds(sizes, batch):
    rows = max(4096, 4 * batch)
    run, _ = ours(Work(sizes, batch, "float32", "sgd", rows=rows))
    laps(run, rows // batch, SECONDS / 10)
    return statistics.median(laps(run, rows // batch, SECONDS)) * 1e6


def laps(run, n, seconds):
    """Seconds a step of each lap, for so long."""
    found, begun = [], time.perf_counter()
    while not found or time.perf_counter() - begun < seconds:
        started = time.perf_counter()
        run(n)
        found.append((time.perf_counter() - started) / n)
    return found


def multiplications(sizes, batch):
    return 3 * batch * sum(a * b for a, b in itertools.pairwise(sizes))


if __name__ == "__main__":
    found = {
        name: [(sizes, batch, microseconds(sizes, batch)) for sizes, batch in points]
        for name, points in SERIES.items()
    }
    with open(sys.argv[1], "w") as file:
        json.dump(found, file)
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 3, figsize=(12, 6), sharex="col", sharey="row", layout="constrained")
    for (above, below), (name, points) in zip(axes.T, found.items(), strict=True):
        x = [s[1] if name[0] == "w" else len(s) - 2 if name[0] == "d" else b for s, b, _ in points]
        above.plot(x, [us for *_, us in points], marker="o")
        below.plot(x, [2 * multiplications(s, b) / us / 1e3 for s, b, us in points], marker="o")
        above.set_yscale("log")
        below.set_xlabel(name)
        if name[0] != "d":
            below.set_xscale("log", base=2)
            below.xaxis.set_major_formatter("{x:.0f}")
        for ax in (above, below):
            ax.grid(alpha=0.3)
    axes[1, 0].set_ylim(0, None)
    axes[0, 0].set_ylabel("microseconds a step")
    axes[1, 0].set_ylabel("GFLOP/s")
    figure.suptitle("pullback: one SGD step, float32, against the size of its network and batch")
    figure.savefig(sys.argv[2], dpi=110)
