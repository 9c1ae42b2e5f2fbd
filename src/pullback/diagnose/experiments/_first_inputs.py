"""What the first layer is given: X, or what the model makes of each column of it by a factor and a shift.

Pixels from 0 to 255 that the model itself divides by 255 are on no unlike scale for any step, whatever the
table says; how large sums are, and which columns drown others, is decided by what the weights see.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.backward._tapes import Tape

SAME = 1e-8
"""The share of a column that a factor and a shift may leave of it."""
MOST = 64
"""Of more columns none is asked whether it is a feature."""


def first_inputs(case: Case) -> np.ndarray:
    """The rows as a table, (n, columns), as the first layer sees them."""
    if "first_inputs" not in case.kept:
        case.kept["first_inputs"] = _found(case)
    found: np.ndarray = case.kept["first_inputs"]
    return found


def features(case: Case) -> np.ndarray:
    """Which columns of X speak through the weights alone, as features do; (columns,) of bool.

    At weights of zero every row is predicted alike. A column that the loss heeds there is a weight of the
    rows, an exposure, an offset: standardised it would make another loss. Where it heeds all there, the rows
    themselves are what is to be foretold.
    """
    if "features" not in case.kept:
        case.kept["features"] = _told_apart(case)
    found: np.ndarray = case.kept["features"]
    return found


def _told_apart(case: Case) -> np.ndarray:
    everything = np.ones(case.X.reshape(case.n, -1).shape[1], bool)
    if case.X.dtype.kind != "f" or not 1 < len(everything) <= MOST:
        return everything
    table = np.asarray(case.X, float).reshape(case.n, -1)
    none, twice = [0 * x for x in case.leaves], table[np.arange(case.n) // 2]

    def heeded(columns: np.ndarray) -> bool:
        other = np.where(columns, twice, table).reshape(case.X.shape)
        told = [case.judge_on(none, X, case.y) for X in (case.X, case.X, other)]
        return told[0] == told[1] and abs(told[2] - told[0]) > 1e-6 * abs(told[0])

    if not heeded(everything):
        return everything
    alone = ~np.array([heeded(column) for column in np.eye(len(everything), dtype=bool)])
    return alone if alone.any() else everything


def _found(case: Case) -> np.ndarray:
    table = case.X.reshape(case.n, -1)
    rows = case.judged[:: max(1, len(case.judged) // 100)]
    tape = case.tape_at(case.generic, case.X[rows], case.y[rows])
    seen = None if tape is None else _seen(tape, (len(rows), table.shape[1]))
    if seen is None:
        return table
    some = np.asarray(table[rows], float)
    mean, middle = some.mean(0), seen.mean(0)
    power = np.sum((some - mean) ** 2, 0)
    if np.array_equal(some, seen):
        return np.where(power > 0, table, table[rows[0]])
    factor = np.sum((some - mean) * (seen - middle), 0) / np.where(power > 0, power, 1.0)
    left = seen - middle - (some - mean) * factor
    if not np.sum(left**2) <= SAME * np.sum((seen - middle) ** 2):
        return table
    return np.asarray((table - mean) * factor + middle)


def _seen(tape: Tape, shape: tuple[int, int]) -> np.ndarray | None:
    """The first product's other side, rows first, where it is no more and no less than a table like X."""
    for product in tape.products:
        node, seen = product.nodes[0], product.inputs[0]
        if len(product.nodes) > 1 or seen.deps & (tape.rows - 1) or node.name not in ("matmul", "dot"):
            continue
        values = np.asarray(seen.value, float)
        if values.ndim != 2 or shape not in (values.shape, values.shape[::-1]):
            return None
        first = product.weights[0] is node.parents[0]
        return values.T if first else values
    return None
