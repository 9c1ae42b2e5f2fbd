"""Records of fits, kept as they come: a run that was cut off goes on where it ended."""

import json
import os
import time
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "results"


class Records:
    """Every fit that was measured, in `results/tabular.json`, by what it was."""

    def __init__(self, only=(), path=RESULTS / "tabular.json"):
        self.only, self.path = only, path
        self.rows = json.loads(path.read_text())["fits"] if path.exists() else []

    def has(self, **key):
        return any(key.items() <= row.items() for row in self.rows)

    def measure(self, fit, score, **key):
        """Fit and score once what was not yet; its times are those of `fit` alone."""
        if self.has(**key) or (self.only and key["model"] not in self.only):
            return
        wall, cpu = time.perf_counter(), time.process_time()
        model = fit()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        row = {**key, **score(model), "seconds": round(wall, 2), "CPU seconds": round(cpu, 2)}
        self.rows.append({**row, "load": round(os.getloadavg()[0], 1)})
        print(json.dumps(self.rows[-1]), flush=True)
        self.write()

    def write(self):
        self.path.parent.mkdir(exist_ok=True)
        lines = ",\n".join(json.dumps(row) for row in self.rows)
        self.path.write_text(f'{{"fits": [\n{lines}\n]}}\n')
