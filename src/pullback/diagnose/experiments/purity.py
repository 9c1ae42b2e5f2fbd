"""Whether the patient's functions change what they are given: rows, parameters, and memory two arrays share.

Does: calls loss, grad and step on copies and compares them with the originals after each call.
Measures: arrays changed; parameters that share memory, with each other or with what a step keeps; whether a
step comes further than its first.
Speaks for: inplace_mutation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._columnwise import PIECE
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments._restarted import restarted
from pullback.diagnose.experiments.of_gradient._match import compare
from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.loops._sandbox import Failure


def experiment(case: Case) -> list[Finding]:
    """Findings about inputs changed in place."""
    case.tried.append("whether loss, grad and step change their inputs")
    out = _data(case) or _weights(case) or _aliases(case) or _kept_as_weights(case) or restarted(case)
    return out[:1]


def _data(case: Case) -> list[Finding]:
    """Rows written over: by the first weights, or by others, where the first are zero and change nothing."""
    return _rows(case, case.patient.leaves) or _rows_elsewhere(case)


def _rows_elsewhere(case: Case) -> list[Finding]:
    try:
        return _rows(case, case.generic)
    except Failure:  # no function has to work anywhere but on its own way
        return []


def _rows(case: Case, leaves: list[np.ndarray]) -> list[Finding]:
    body = case.patient.fresh()
    for name in ("loss", "grad", "step"):
        if case.patient.get(name) is None:
            continue
        rows = case.patient.batch(0)
        X, y = np.array(body.X[rows]), np.array(body.y[rows])
        kept = X.copy(), y.copy()
        given = [_own(x) for x in leaves]
        if name == "step":
            body.step(body.params if leaves is case.patient.leaves else body.tree(given), X, y)
        else:
            getattr(body, name)(given, X, y)
        now = {"X": (X, kept[0]), "y": (y, kept[1])}
        now |= {"X ": (body.X, case.patient.X), "y ": (body.y, case.patient.y)}
        for what, (a, b) in now.items():
            if not _unchanged(a, b):
                gap = float(np.max(np.abs(a.astype(float) - b)))
                return [Finding(
                    "inplace_mutation", what.strip(), f"{name} writes into {what.strip()}: the rows change "
                    "from pass to pass", f"after one call {what.strip()} differs by up to {gap:.3g}",
                    f"work on a copy of {what.strip()}", 1.0, 91)]  # fmt: skip
    return []


def _unchanged(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays hold the same numbers; of long ones a piece at a time, which takes no memory."""
    a, b = np.asarray(a), np.asarray(b)
    pieces = (slice(i, i + PIECE) for i in range(0, len(a), PIECE))
    return a.shape == b.shape and all(
        np.array_equal(a[i], b[i], equal_nan=a.dtype.kind == "f") for i in pieces
    )


def _weights(case: Case) -> list[Finding]:
    body = case.patient.fresh()
    for name in ("loss", "grad"):
        if case.patient.get(name) is None:
            continue
        leaves = [x.copy() if x.ndim else x[()] for x in case.patient.leaves]
        X, y = case.batch()
        getattr(body, name)(leaves, X, y)
        changed = [k for k, (a, b) in enumerate(zip(leaves, case.patient.leaves, strict=True))
                   if not np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")]  # fmt: skip
        if changed:
            these = f"parameter{'s' if changed[1:] else ''} {', '.join(map(str, changed))}"
            return [Finding(
                "inplace_mutation", name if changed[1:] else changed[0], f"{name} writes into {these}",
                f"after one call of {name} {these} {'have' if changed[1:] else 'has'} changed",
                "work on a copy", 1.0, 91)]  # fmt: skip
    return []


def _aliases(case: Case) -> list[Finding]:
    body = case.patient.fresh()
    params = body.params
    for _ in range(2):
        leaves = [x for x in flatten(params) if isinstance(x, np.ndarray) and x.size]
        for k in range(len(leaves)):
            for j in range(k):
                if leaves[j].size == leaves[k].size and np.shares_memory(leaves[j], leaves[k]):
                    return [Finding(
                        "inplace_mutation", j, f"parameters {j} and {k} are one array",
                        "they share their memory: changing one changes the other",
                        "make each parameter its own copy", 1.0, 91)]  # fmt: skip
        if not case.patient.has_step:
            break
        rows = case.patient.batch(0)
        params = body.step(params, body.X[rows], body.y[rows])
    return []


def _kept_as_weights(case: Case) -> list[Finding]:
    """Whether what a step keeps is the first weights themselves, which it writes over and moves on from.

    A step that updates weights in place returns them, or what they are now. Here others are returned, and
    weights of the same values that are no part of what is kept stay as they are.
    """
    if not case.patient.has_step:
        return []
    body = case.patient.begun()
    move, written = _written(case, body, body.params)
    body = case.patient.begun()
    if not written or _written(case, body, body.tree([_own(x) for x in case.patient.leaves]))[1]:
        return []
    match = compare(move, case.gradient(case.leaves, *case.batch()))
    if all(match.gaps[k] < 1e-3 for k in written):
        return []  # the weights themselves go on elsewhere, and what is returned is made of them
    these = ", ".join(map(str, written))
    return [Finding(
        "inplace_mutation", "step" if written[1:] else written[0],
        "what is kept from step to step is the weights' own arrays: each overwrites the other",
        f"one step writes into the arrays of parameters {these} that it was given, and returns others",
        "start what is kept from arrays of its own, such as np.zeros_like", 1.0, 91)]  # fmt: skip


def _written(case: Case, body: Any, params: Any) -> tuple[list[np.ndarray], list[int]]:
    """One step's move, and the parameters that it writes into while it returns something else for them."""
    given, rows = flatten(params), case.patient.batch(0)
    before = [np.array(x, float) for x in given]
    after = flatten(body.step(params, body.X[rows], body.y[rows]))
    if [np.shape(x) for x in after] != [np.shape(x) for x in given]:
        return [], []
    changed = [
        k for k, (x, old, new) in enumerate(zip(given, before, after, strict=True))
        if isinstance(x, np.ndarray) and not np.array_equal(x, old, equal_nan=True)
        and not np.array_equal(x, new, equal_nan=True)
    ]  # fmt: skip
    return [np.asarray(a, float) - b for a, b in zip(after, before, strict=True)], changed


def _own(x: np.ndarray) -> Any:
    return x.copy() if x.ndim else x[()]
