"""Which rows a step really takes: its own, where it does not look at those it is given.

A step that gives the same for any batch keeps its own data. Rows of X and of y are changed, group by group
and half by half, and those whose change changes the step are the ones it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pullback.diagnose._patient import Patient, flatten
from pullback.diagnose._sandbox import Failure

Leaves = list[np.ndarray]
STEPS, PROBES = 3, 500
FIRST, SAMPLE, PASSES = 4, 40, 6
"""Of a step that is given all rows: the rows changed first, all those changed, and how often it should have
come by each of them.
"""


@dataclass
class OwnRows:
    """The rows of X and of y that each of the first steps takes."""

    X: list[np.ndarray]
    y: list[np.ndarray]

    @property
    def both(self) -> list[np.ndarray]:
        """The rows each step takes: those seen in X or in y, for a row that no unit answers to hides in X."""
        return [np.union1d(x, y) for x, y in zip(self.X, self.y, strict=True)]


def own_rows(patient: Patient, leaves: Leaves) -> OwnRows | None:
    """The rows the first steps take by themselves; None where they take the batch, or nobody can tell."""
    try:
        if not _ignores(patient, leaves):
            return None
        X, y = _taken(patient, leaves, "X"), _taken(patient, leaves, "y")
    except Failure:  # rows that the step cannot take say nothing
        return None
    if X is None or y is None or not all(map(len, (*X, *y))):
        return None
    return OwnRows(X, y)


def heeded(
    patient: Patient, leaves: Leaves, gradient: Callable[..., Leaves]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Some rows that a first step which is given all rows heeds, and some with a slope that it does not.

    None where it takes all of them, as most do, or draws anew each time.
    """
    if patient.batch_size < patient.n or patient.n < 2 * SAMPLE:
        return None
    places = np.random.default_rng(0).permutation(patient.n)[:SAMPLE]
    try:
        usual = _ends(patient, leaves, 0, steps=1)
        if np.array_equal(usual[0], np.concatenate([x.ravel() for x in leaves])):
            return None
        seen: list[bool] = []
        for i in range(SAMPLE):
            seen.append(not _same(usual, _ends(patient, leaves, 0, "X", places[i : i + 1], 1))[0])
            if len(seen) == FIRST and sum(seen) >= FIRST - 1:
                return None
        again = _ends(patient, leaves, 0, steps=1)
    except Failure:  # rows that the step cannot take say nothing
        return None
    if not any(seen) or not all(_same(usual, again)):
        return None
    unseen = places[~np.array(seen)]
    slopes = [any(map(np.any, gradient(leaves, patient.X[[i]], patient.y[[i]]))) for i in unseen]
    # rows without a slope tell a step nothing
    return (places[seen], unseen[slopes]) if np.mean(slopes) > 0.5 else None


def never_heeded(patient: Patient, leaves: Leaves, found: tuple[np.ndarray, np.ndarray]) -> int:
    """In so many steps, by which each row should have had its turn several times, none of these rows has any
    effect; 0 where one has.
    """
    seen, unseen = found
    steps = int(PASSES * SAMPLE / len(seen))
    usual = _ends(patient, leaves, 0, steps=steps)
    return steps if all(_same(usual, _ends(patient, leaves, 0, "X", unseen, steps))) else 0


def _ends(
    patient: Patient, leaves: Leaves, feed: int, name: str = "", rows: object = None, steps: int = STEPS
) -> list[np.ndarray]:
    """Where each of the first steps leads from `leaves`; with some rows of X or y changed."""
    body = patient.fresh()
    np.random.set_state(patient.random)
    if name:
        data = getattr(body, name)
        data[rows] = _changed(data[rows], patient)
    X, y = np.array(patient.X), np.array(patient.y)
    if name == "X" and patient.batch_size >= patient.n:
        X = np.array(body.X)  # what it is given is what it picks from
    out = []
    for t in range(steps):
        batch = patient.batch(t + feed)
        params = body.tree([x.copy() if x.ndim else float(x) for x in leaves])
        after = body.step(params, X[batch], y[batch])
        out.append(np.concatenate([np.ravel(np.array(x, float)) for x in flatten(after)]))
    return out


def _changed(rows: np.ndarray, patient: Patient) -> np.ndarray:
    if rows.dtype.kind == "f":
        return rows * 1.25 + 0.25
    others = np.roll(np.unique(patient.y.reshape(len(patient.y), -1), axis=0), 1, 0)
    if rows.shape[1:] != others.shape[1:] and others.shape[1:] != (1,):
        return rows
    values = np.unique(patient.y) if rows.ndim == 1 else others
    if rows.ndim == 1:
        return values[(np.searchsorted(values, rows) + 1) % len(values)].astype(rows.dtype)
    return np.roll(rows, 1, axis=-1) if rows.shape[-1] > 1 else rows + 1


def _same(a: list[np.ndarray], b: list[np.ndarray]) -> list[bool]:
    return [np.array_equal(x, z, equal_nan=True) for x, z in zip(a, b, strict=True)]


def _ignores(patient: Patient, leaves: Leaves) -> bool:
    """Whether the steps do the same on other batches, and not by doing nothing at all."""
    if patient.batch_size >= patient.n:
        return False
    ends = _ends(patient, leaves, 0)
    start = np.concatenate([x.ravel() for x in leaves])
    if any(np.array_equal(end, start) for end in ends):
        return False
    return all(_same(ends, _ends(patient, leaves, 1))) and all(_same(ends, _ends(patient, leaves, 0)))


def _taken(patient: Patient, leaves: Leaves, name: str) -> list[np.ndarray] | None:
    usual = _ends(patient, leaves, 0)
    found: list[list[int]] = [[] for _ in range(STEPS)]
    todo: list[np.ndarray] = [np.arange(patient.n)]
    probes = 0
    while todo:
        rows = todo.pop()
        probes += 1
        if probes > PROBES:
            return None
        same = _same(usual, _ends(patient, leaves, 0, name, rows))
        if all(same):
            continue
        if len(rows) == 1:
            for t in range(STEPS):
                found[t] += [] if same[t] else [int(rows[0])]
        else:
            todo += [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
    return [np.array(sorted(rows), int) for rows in found]


__all__ = ["OwnRows", "heeded", "never_heeded", "own_rows"]
