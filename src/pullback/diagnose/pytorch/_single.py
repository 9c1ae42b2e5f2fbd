"""A softmax, or a layer's norm, over one number: whatever comes in it is the same, and nothing learns by it.

It stands for one over the axis beside it: an image of one channel, weights of attention with the steps of
time one axis before the last. An output of one number a row is the business of other experiments, and
attention over a sequence of one step takes its softmax over one number by right. A number less its own mean
is 0, at an output of one number too; that counts where every row comes out the same.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding

ROWS = 8


def of_one(loop: Any, X: np.ndarray, y: np.ndarray) -> list[Finding]:
    """The finding that a norm, or some softmax of three axes or more, is taken over one number."""
    found, normed, output = _taken(loop, X[:ROWS], y[:ROWS])
    if normed and hasattr(output, "shape") and len(output) > 1 and bool((output == output[:1]).all()):
        return [Finding(
            "output_range_clipped", "output" if tuple(output.shape) in normed else "model",
            "a norm is taken over one number: less its own mean it is 0, whatever comes in",
            f"numbers of shape {('n', *normed[0][1:])}, a norm over the last axis",
            "leave the norm out, or take it over an axis that is longer than 1", 1.0, 97)]  # fmt: skip
    for shape, axis in found:
        if len(shape) > 2 and shape[axis] == 1 and shape[-2:] != (1, 1):
            return [Finding(
                "softmax_single_output", "output" if shape == getattr(output, "shape", None) else "model",
                "a softmax is taken over one number: it is 1 whatever comes in",
                f"numbers of shape {('n', *shape[1:])}, a softmax over axis {axis % len(shape)}",
                "a sigmoid, or the softmax over an axis that is longer than 1", 1.0, 97)]  # fmt: skip
    return []


def _taken(
    loop: Any, X: np.ndarray, y: np.ndarray
) -> tuple[list[tuple[tuple[int, ...], int]], list[tuple[int, ...]], Any]:
    """The shapes and axes of one loss's softmaxes, the shapes of its norms over one number, its output."""
    from torch.utils._python_dispatch import TorchDispatchMode

    found: list[tuple[tuple[int, ...], int]] = []
    normed: list[tuple[int, ...]] = []

    class Listen(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func.overloadpacket.__name__ in ("_softmax", "_log_softmax"):
                found.append((tuple(args[0].shape), args[1]))
            if func.overloadpacket.__name__ == "native_layer_norm" and prod(args[1]) == 1:
                normed.append(tuple(args[0].shape))
            return func(*args, **(kwargs or {}))

    outs: list[Any] = []
    hook = loop.model.register_forward_hook(lambda m, x, out: outs.append(out))
    try:
        with loop.torch.random.fork_rng([]), Listen():
            loop.loss(loop.leaves(), X, y)
    except Exception:  # the loop's own error: it is met again, and reported
        return [], [], None
    finally:
        hook.remove()
    return found, normed, outs[-1] if outs else None


__all__ = ["of_one"]
