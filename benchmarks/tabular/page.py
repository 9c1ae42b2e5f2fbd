"""The tables of `results/tabular.md`, from the records."""

import os
import platform

import numpy as np
from models import OTHERS
from records import RESULTS
from scipy.stats import rankdata

TITLES = {
    "research": (
        "California Housing, research split",
        "13,209 rows to train on, 3,303 to keep the best epoch by, 4,128 to test on. RMSE in $100,000.",
    ),
    "random split 1": ("Another random split", "The same sizes; nothing was chosen on it."),
    "random split 2": ("A third", "The same."),
    "blocked": (
        "Blocked split",
        "Whole neighbourhoods (60 k-means blocks of latitude and longitude) are held back: no test row has a "
        "training row beside it. The boosted trees and scikit-learn's MLP train on both other parts.",
    ),
    "alone": ("`fit(X, y)` alone", "The 16,512 rows that are not for the test, and nothing else."),
}


def write_page(rows):
    parts = [
        "# Tabular presets", "",
        "Written by `make bench-tabular`. Mean ± standard deviation over seeds; times are of one `fit`.", "",
        f"On {os.cpu_count()} cores ({platform.machine()}); the load average says what else ran.", "",
    ]  # fmt: skip
    for section, (title, text) in TITLES.items():
        mine = [row for row in rows if row["section"] == section]
        if mine:
            parts += [f"## {title}", "", text, "", *_california(mine), ""]
    mine = [row for row in rows if row["section"] == "sets"]
    if mine:
        parts += [*_sets(mine), ""]
    (RESULTS / "tabular.md").write_text("\n".join(parts))


def _names(rows, key):
    """Each name once: of models ours first, however they were measured."""
    names = list(dict.fromkeys(row[key] for row in rows))
    return sorted(names, key=lambda name: name in OTHERS) if key == "model" else names


def _california(rows):
    lines = [
        "| model | seeds | validation | test | seconds | CPU seconds | load |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in _names(rows, "model"):
        mine = [row for row in rows if row["model"] == name]
        load = f"{min(r['load'] for r in mine)} to {max(r['load'] for r in mine)}"
        lines.append(
            f"| {name} | {len(mine)} | {_spread(mine, 'validation')} | {_spread(mine, 'test')} "
            f"| {_mean(mine, 'seconds'):.1f} | {_mean(mine, 'CPU seconds'):.1f} | {load} |"
        )
    return lines


def _spread(rows, key):
    values = [row[key] for row in rows if key in row]
    if not values:
        return ""
    return f"{np.mean(values):.4f}" + (f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else "")


def _mean(rows, key):
    return float(np.mean([row[key] for row in rows]))


def _sets(rows):
    """A table of losses and seconds, and the mean ranks, over the sets that every contestant has done."""
    models, sets = _names(rows, "model"), _names(rows, "data")
    cells = {(d, m): [r for r in rows if r["data"] == d and r["model"] == m] for d in sets for m in models}
    sets = [d for d in sets if all(cells[d, m] for m in models)]
    if not sets:
        return []
    losses = np.array([[_mean(cells[d, m], "loss") for m in models] for d in sets])
    ranks = rankdata(losses, axis=1).mean(axis=0)
    folds = len(cells[sets[0], models[0]])
    lines = [
        "## scikit-learn's sets and generated problems", "",
        f"Cross-validation, {folds} folds in all. Regression: RMSE over the target's standard deviation;",
        "classification: log loss, and the share of rows that are wrong. In brackets the seconds of a fit.",
        "",
        "| data | " + " | ".join(models) + " |", "|---" * (len(models) + 1) + "|",
    ]  # fmt: skip
    lines += [f"| {d} | " + " | ".join(_cell(cells[d, m]) for m in models) + " |" for d in sets]
    lines.append("| mean rank | " + " | ".join(f"{r:.2f}" for r in ranks) + " |")
    return lines


def _cell(rows):
    wrong = f", {100 * _mean(rows, 'wrong'):.1f} %" if "wrong" in rows[0] else ""
    return f"{_mean(rows, 'loss'):.3f}{wrong} [{_mean(rows, 'seconds'):.1f}]"
