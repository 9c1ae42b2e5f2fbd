"""Whether the patient's functions change what they are given: rows, parameters, and memory two arrays share.

Does: calls loss, grad and step on copies and compares them with the originals after each call.
Measures: arrays changed; parameters that share memory.
Speaks for: inplace_mutation.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._patient import flatten


def experiment(case: Case) -> list[Finding]:
    """Findings about inputs changed in place."""
    case.tried.append("whether loss, grad and step change their inputs")
    out = _data(case) or _weights(case) or _aliases(case)
    return out[:1]


def _data(case: Case) -> list[Finding]:
    body = case.patient.fresh()
    for name in ("loss", "grad", "step"):
        if case.patient.get(name) is None:
            continue
        rows = case.patient.batch(0)
        X, y = np.array(body.X[rows]), np.array(body.y[rows])
        whole = np.array(body.X), np.array(body.y)
        kept = X.copy(), y.copy()
        if name == "step":
            body.step(body.params, X, y)
        else:
            getattr(body, name)([x.copy() if x.ndim else x[()] for x in case.patient.leaves], X, y)
        now = {"X": (X, kept[0]), "y": (y, kept[1])}
        now |= {"X ": (np.asarray(body.X), whole[0]), "y ": (np.asarray(body.y), whole[1])}
        for what, (a, b) in now.items():
            if not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                gap = float(np.max(np.abs(a.astype(float) - b)))
                return [Finding(
                    "inplace_mutation", what.strip(), f"{name} writes into {what.strip()}: the rows change "
                    "from pass to pass", f"after one call {what.strip()} differs by up to {gap:.3g}",
                    f"work on a copy of {what.strip()}", 1.0, 91)]  # fmt: skip
    return []


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
