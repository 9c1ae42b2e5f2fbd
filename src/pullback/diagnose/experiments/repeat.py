"""Whether loss and prediction say the same twice: noise that belongs to training alone is still on.

Does: calls loss, and predict or forward where they are given, twice on one copy, on the same rows.
Measures: by how much the two answers differ, against what rounding can do.
Speaks for: dropout_at_eval.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._leaves import flatten


def experiment(case: Case) -> list[Finding]:
    """Findings about noise where the model is judged."""
    case.tried.append("the loss of the same rows twice")
    body = case.patient.fresh()
    X, y = case.batch()
    twice = [float(np.asarray(body.loss(*_copies(case.generic, X, y))).reshape(-1)[0]) for _ in range(2)]
    gap = abs(twice[0] - twice[1])
    if gap > 1e-6 * max(map(abs, twice)):
        return [
            _noise(
                "loss", "loss", f"two calls on the same rows give {number(twice[0])} and {number(twice[1])}"
            )
        ]
    for name in ("predict", "forward"):
        share = _differ(case, name, X)
        if share > 1e-6:
            return [
                _noise(
                    "model", name, f"two calls of {name} on the same rows differ by {number(100 * share)} %"
                )
            ]
    return []


def _differ(case: Case, name: str, X: Any) -> float:
    """The difference of two predictions relative to their size; 0 where they cannot be had."""
    if case.patient.get(name) is None:
        return 0.0
    body = case.patient.fresh()
    try:
        a, b = ([np.array(x, float) for x in flatten(body.given(name)(body.tree(leaves), rows))]
                for leaves, rows in (_copies(case.generic, X) for _ in range(2)))  # fmt: skip
    except Exception:  # called in another way than the protocol's
        return 0.0
    size = max((float(np.abs(x).max(initial=0)) for x in a), default=0.0)
    off = max((float(np.abs(x - z).max(initial=0)) for x, z in zip(a, b, strict=False)), default=0.0)
    return off / size if size and np.isfinite(off) else 0.0


def _copies(leaves: Leaves, *rows: Any) -> list[Any]:
    """The same once more: what writes into its arguments does not draw at random."""
    return [[x.copy() for x in leaves], *(np.array(r) for r in rows)]


def _noise(where: str, name: str, evidence: str) -> Finding:
    return Finding(
        "dropout_at_eval", where, f"{name} draws at random: dropout or other noise is on where it is judged",
        evidence, f"draw no mask in {name}: noise belongs in step alone", 0.9, 92)  # fmt: skip
