"""Presets on California Housing's research split: validation and test RMSE, and the time of fit, by seed.

    python benchmarks/recipe/california.py fast default --seeds 5 --json out.json

Run one preset at a time with nothing beside it; the test figure is for the final table only.
"""

import argparse
import json
import time

import numpy as np

from pullback import data
from pullback.tabular import MLPRegressor


def rmse(model, X, y):
    return float(np.sqrt(np.mean((model.predict(X) - y) ** 2)))


def measure(preset, seed, neighbours, engine):
    table, rows = data.load_california(), data.research_split()
    X, y = np.asarray(table.X), np.asarray(table.y)
    model = MLPRegressor(preset, random_state=seed, neighbours=neighbours, engine=engine)
    began = time.perf_counter()
    model.fit(X[rows.train], y[rows.train], X_val=X[rows.val], y_val=y[rows.val])
    seconds = time.perf_counter() - began
    scores = {name: rmse(model, X[r], y[r]) for name, r in (("val", rows.val), ("test", rows.test))}
    return {"preset": preset, "seed": seed, "neighbours": neighbours, "seconds": seconds, **scores}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--no-neighbours", action="store_true")
    parser.add_argument("--engine", default="reference")
    parser.add_argument("--json")
    asked = parser.parse_args()
    found = []
    for preset in asked.presets:
        for seed in range(asked.seeds):
            found.append(measure(preset, seed, not asked.no_neighbours, asked.engine))
            print(json.dumps(found[-1]), flush=True)
        mine = [x for x in found if x["preset"] == preset]
        print(preset, {k: round(float(np.mean([x[k] for x in mine])), 4) for k in ("val", "test", "seconds")})
    if asked.json:
        with open(asked.json, "w") as file:
            json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
