"""A softmax over an axis of length 1: it is 1 whatever comes in, and nothing below it can learn through it.

It stands for one over the axis beside it: an image of one channel, weights of attention with the steps of
time one axis before the last. An output of one number a row is the business of other experiments, and
attention over a sequence of one step takes its softmax over one number by right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding

ROWS = 8


def of_one(loop: Any, X: np.ndarray, y: np.ndarray) -> list[Finding]:
    """The finding that some softmax of three axes or more is taken over one number."""
    found, output = _taken(loop, X[:ROWS], y[:ROWS])
    for shape, axis in found:
        if len(shape) > 2 and shape[axis] == 1 and shape[-2:] != (1, 1):
            return [Finding(
                "softmax_single_output", "output" if shape == output else "model",
                "a softmax is taken over one number: it is 1 whatever comes in",
                f"numbers of shape {('n', *shape[1:])}, a softmax over axis {axis % len(shape)}",
                "a sigmoid, or the softmax over an axis that is longer than 1", 1.0, 97)]  # fmt: skip
    return []


def _taken(loop: Any, X: np.ndarray, y: np.ndarray) -> tuple[list[tuple[tuple[int, ...], int]], Any]:
    """Of what shapes, and along which axes, one loss takes softmaxes, and the output's shape."""
    from torch.utils._python_dispatch import TorchDispatchMode

    found: list[tuple[tuple[int, ...], int]] = []

    class Listen(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func.overloadpacket.__name__ in ("_softmax", "_log_softmax"):
                found.append((tuple(args[0].shape), args[1]))
            return func(*args, **(kwargs or {}))

    shapes: list[Any] = []
    hook = loop.model.register_forward_hook(lambda m, x, out: shapes.append(getattr(out, "shape", None)))
    try:
        with loop.torch.random.fork_rng([]), Listen():
            loop.loss(loop.leaves(), X, y)
    except Exception:  # the loop's own error: it is met again, and reported
        return [], None
    finally:
        hook.remove()
    return found, shapes[-1] if shapes else None


__all__ = ["of_one"]
