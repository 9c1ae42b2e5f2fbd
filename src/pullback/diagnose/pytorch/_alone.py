"""A row alone in a PyTorch model that normalises by its batch: it is taken as one of the first batch.

PyTorch refuses to normalise one row by itself, and of its own mean nothing would be left of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def as_of_a_batch(loop: Any, rows: int) -> Iterator[None]:
    """Have the model's batch normalisation use the first batch's means and variances, for one row."""
    from torch.nn.modules.batchnorm import _BatchNorm

    if rows > 1 or loop.first is None:
        yield
        return
    norms = [m for m in loop.model.modules()
             if isinstance(m, _BatchNorm) and m.training and m.running_mean is not None]  # fmt: skip
    if not norms:
        yield
        return
    kept = [m.momentum for m in norms]
    try:
        for m in norms:
            m.momentum = 1.0  # what is kept is then the last batch's
        with loop.still():
            loop.model(loop.rows(loop.first))
        for m in norms:
            m.training = False
        yield
    finally:
        for m, momentum in zip(norms, kept, strict=True):
            m.momentum, m.training = momentum, True


__all__ = ["as_of_a_batch"]
