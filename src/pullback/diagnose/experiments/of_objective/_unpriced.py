"""Part of the objective experiment: an output that brings every row's loss down, whatever its target.

A model that says how far off it expects to be divides each error by that, and pays for it by a logarithm.
Where that term is lost, or has the other sign, errors cost nothing once they are expected to be endless. One
bias shows it: far out all rows cost the same, with their own targets or with others', and less than anywhere
nearer.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.of_objective._least import added
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels

ROWS, UNITS = 12, 16
"""Rows with unlike targets that are asked, and entries that are moved."""
WAY = np.array([0.0, 3.0, 30.0, 1e3, 1e8])
"""How far a bias goes: to where a root or a logarithm of it is out of sight too."""
TIGHT = 1e-6


def unpriced(case: Case) -> list[Finding]:
    """The finding that the loss of all rows falls to one value as a bias grows, or shrinks."""
    y = np.asarray(case.y, float).reshape(case.n, -1)
    if labels(case.y):
        return []
    order = np.argsort(y[:, 0], kind="stable")
    rows = np.unique(order[np.linspace(0, case.n - 1, ROWS).astype(int)])
    if len(rows) < ROWS or len(np.unique(y[rows, 0])) < ROWS / 2:
        return []
    try:
        found = any(_buys_off(case, one, rows) for unit in _units(case) for one in (unit, [-x for x in unit]))
    except Failure:  # a loss that takes no single row
        return []
    if not found:
        return []
    return [Finding(
        "loss_formula_wrong", "loss",
        "the loss falls for ever as one output grows, whatever the targets: nothing holds it back",
        f"a bias of that output brings {ROWS} rows, with their own targets or with others', to one and the "
        "same loss, below all that they have before",
        "write the formula again, term by term: what divides the errors has to cost its logarithm", 0.95, 90,
    )]  # fmt: skip


def _units(case: Case) -> Iterator[Leaves]:
    """Ways to move the parameters by one entry each of those that are no matrices, the last first."""
    flat = [(k, np.arange(x.size)) for k, x in enumerate(case.leaves) if x.ndim < 2 or min(x.shape) == 1]
    entries = [(k, i) for k, places in (*flat, *added(case)) for i in places.ravel()]
    for k, i in sorted(entries)[::-1][:UNITS]:
        way = [np.zeros(x.size) for x in case.generic]
        way[k][i] = 1.0
        yield [w.reshape(x.shape) for w, x in zip(way, case.generic, strict=True)]


def _buys_off(case: Case, way: Leaves, rows: np.ndarray) -> bool:
    """Whether no row's loss rises on the way, and at its end all cost the same."""
    size = max(float(np.abs(case.y).max()), 1.0)
    places = [[x + by * size * one for x, one in zip(case.generic, way, strict=True)] for by in WAY]

    def cost(place: Leaves, i: int, j: int) -> float:
        return case.truth.value(place, case.X[i : i + 1], case.y[j : j + 1])

    one, last = (cost(places[-1], i, i) for i in rows[[0, -1]])
    if not abs(one - last) <= TIGHT * max(1.0, abs(one)):
        return False
    pairs = [(i, j) for others in (rows, np.roll(rows, ROWS // 2)) for i, j in zip(rows, others, strict=True)]
    losses = np.array([[cost(p, i, j) for p in places] for i, j in pairs])
    tight = TIGHT * max(float(np.ptp(losses)), abs(one))
    whole = case.truth.value(places[-1], case.X[case.judged], case.y[case.judged]) / case.per_row
    return _fall(losses) and max(float(np.ptp(losses[:, -1])), abs(whole - one)) <= tight


def _fall(losses: np.ndarray) -> bool:
    """Whether losses never rise on the way, and are less at its end; what underflows is level there."""
    level = np.isfinite(losses).all() and (np.diff(losses) <= 0).all()
    return bool(level and (losses[:, -1] < losses[:, 0]).all())
