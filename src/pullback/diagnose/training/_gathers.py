"""Which rows a step takes of all that it is given, read off a recording of it.

A step that draws some dozens of rows out of many hundreds takes an array of them out of X. Its rows are
looked up in X; that those of y are among them, and that no others are taken, is found out by changing them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pullback.diagnose.loops._patient import Body, Patient
from pullback.diagnose.recording._record import recording


def gathers(patient: Patient, leaves: list[np.ndarray], steps: int) -> list[np.ndarray] | None:
    """The rows of X that each of the first steps takes out of it at once; None where nobody can tell.

    Nor where they are the same each time: the others may be left out for what they are.
    """
    places = {row.tobytes(): i for i, row in enumerate(_flat(patient.X))}
    if len(places) < patient.n:  # rows that are alike
        return None
    body = patient.followed()
    np.random.set_state(patient.random)
    found = [_rows(body, patient.batch(t), leaves, places) for t in range(steps)]
    rows = [some for some in found if some is not None]
    return rows if len(rows) == steps and any(not np.array_equal(rows[0], some) for some in rows) else None


def alone(found: list[np.ndarray], heeds: Callable[..., bool], n: int) -> bool:
    """Whether steps heed X and y of the rows that are found for them, and nothing of all others."""
    return all(
        not heeds(t, np.setdiff1d(np.arange(n), rows)) and heeds(t, rows, "X") and heeds(t, rows, "y")
        for t, rows in enumerate(found)
    )


def _rows(
    body: Body, batch: np.ndarray, leaves: list[np.ndarray], places: dict[bytes, int]
) -> np.ndarray | None:
    """The one set of rows that are taken out of X in one step, each of them once."""
    n = len(leaves)
    try:
        with recording() as tape:
            params = body.tree([tape.leaf(x, k) for k, x in enumerate(leaves)])
            X = tape.leaf(body.X[batch], n)
            body.step(params, X, tape.leaf(body.y[batch], n + 1))
    except Exception:  # a step that cannot be recorded is not read
        return None
    taken = [node.value for node in tape.nodes if node.deps == 1 << n and node.value.ndim == body.X.ndim
             and 1 < len(node.value) < len(batch)]  # fmt: skip
    sets = {tuple(places.get(row.tobytes(), -1) for row in _flat(value)) for value in taken
            if value.shape[1:] == body.X.shape[1:]}  # fmt: skip
    rows = sets.pop() if len(sets) == 1 else (-1,)
    return np.array(sorted(rows)) if min(rows) >= 0 and len(set(rows)) == len(rows) else None


def _flat(X: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(X, float).reshape(len(X), -1))
