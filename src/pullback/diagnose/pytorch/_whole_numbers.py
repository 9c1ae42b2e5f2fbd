"""Rows of which a PyTorch model sees the whole numbers only: `x.long()`, `x.int()` or `round` on the way in.

No gradient and no weight tells of it. The rows tell: without their fractions they give the same outputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding, number

ROWS, PART = 64, 0.1
"""Of so many rows so great a share of numbers has fractions, for a loss of them to count."""


def whole_numbers_seen(loop: Any, X: np.ndarray) -> list[Finding]:
    """The finding that outputs rest on the inputs' whole numbers alone."""
    x = X[:ROWS]
    if x.dtype.kind != "f" or not np.isfinite(x).all() or np.mean(x != np.trunc(x)) < PART:
        return []
    modes = [(m, m.training) for m in loop.model.modules()]
    if any("Embedding" in type(m).__name__ for m, _ in modes):
        return []  # a number of a row of a table is whole
    try:
        with loop.still(), loop.torch.random.fork_rng([]):
            for m, _ in modes:
                m.training = False
            cut = only_whole(lambda rows: _outputs(loop, rows), x)
    except Exception:  # a model that takes no such rows is not looked into
        return []
    finally:
        for m, mode in modes:
            m.training = mode
        loop.start.load(loop)
    if not cut:
        return []
    share = number(100 * float(np.mean(x != np.trunc(x))))
    return [Finding(
        "dtype_truncation", "X", "the model drops the fractions of its inputs",
        f"{share} % of the inputs have one; without it the outputs are the same to the last digit",
        "give the inputs as they are: no .long(), .int() or round()", 0.95, 94)]  # fmt: skip


def only_whole(outputs: Any, x: np.ndarray) -> bool:
    """Whether outputs, a row each, stay as they are for one way of dropping fractions.

    They are not the same for all rows, as of units that are off everywhere, and they change with the numbers
    that have fractions.
    """
    own, broken = outputs(x), x != np.trunc(x)
    if (own == own[0]).all() or np.array_equal(own, outputs(np.where(broken, np.trunc(x) + 2, x))):
        return False
    return any(np.array_equal(own, outputs(way(x))) for way in (np.trunc, np.floor, np.rint, np.ceil))


def _outputs(loop: Any, x: np.ndarray) -> np.ndarray:
    loop.start.load(loop)
    out = loop.model(loop.rows(x))
    parts = out if isinstance(out, (tuple, list)) else [out]
    return np.concatenate([p.detach().numpy().reshape(len(x), -1) for p in parts], 1)


__all__ = ["only_whole", "whole_numbers_seen"]
