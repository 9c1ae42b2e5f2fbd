"""Time and peak memory of `pullback train` and `predict` on files of every size, each in its own process.

python benchmarks/files.py [--preset fast] [--json FILE] [ROWSxCOLUMNS ...]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIZES = ("3x1", "10x3", "100x1", "1000x10", "1000x2000", "20000x200", "100000x10", "1000000x10")
STRETCH = 10_000


def write_table(path: Path, rows: int, columns: int) -> None:
    """Numbers, every tenth column texts, some gaps, and a target that depends on the first columns."""
    rng = np.random.default_rng(0)
    with open(path, "w") as file:
        file.write(",".join([*(f"c{i}" for i in range(columns)), "y"]) + "\n")
        for start in range(0, rows, STRETCH):
            X = rng.normal(size=(min(STRETCH, rows - start), columns)).round(4)
            y = np.sin(2 * X[:, 0]) + X[:, -1] * X[:, columns // 2] + 0.1 * rng.normal(size=len(X))
            for row, value in zip(X.tolist(), y.tolist(), strict=True):
                cells = [f"k{int(3 * abs(x))}" if i % 10 == 9 else str(x) for i, x in enumerate(row)]
                if columns > 2 and value > 1:
                    cells[1] = ""
                file.write(",".join(cells) + f",{value:.4f}\n")


def measured(*args: str, cwd: Path) -> dict[str, float | int]:
    """The command's status, seconds on the clock and on the processor, and peak memory in MiB."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "pullback.cli", *args]
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.stdout.read(), process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        print(err.decode()[-400:], file=sys.stderr)
    found = json.loads(out) if not status and args[0] == "train" else {}
    return {
        "status": status >> 8, "seconds": round(time.perf_counter() - start, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1), "peak_mib": used.ru_maxrss // 1024,
        **{name: found[name] for name in ("rmse", "r2") if name in found},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=SIZES)
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--json")
    asked = parser.parse_args()
    results = []
    for size in asked.sizes or SIZES:
        rows, columns = map(int, size.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "t.csv"
            write_table(table, rows, columns)
            options = ["--data", "t.csv", "--target", "y", "--preset", asked.preset, "--out", "run", "--json"]
            trained = measured("train", *options, cwd=table.parent)
            predicted = measured("predict", "run", "t.csv", "--output", "p.csv", cwd=table.parent)
            sizes = {"rows": rows, "columns": columns, "file_mib": round(table.stat().st_size / 2**20, 1)}
            in_memory = {"table_mib": round(rows * (columns + 1) * 8 / 2**20, 1)}
            results.append(sizes | in_memory | {"train": trained, "predict": predicted})
        print(json.dumps(results[-1]), flush=True)
    if asked.json:
        text = json.dumps({"preset": asked.preset, "files": results}, indent=1)
        Path(asked.json).write_text(text + "\n")


if __name__ == "__main__":
    main()
