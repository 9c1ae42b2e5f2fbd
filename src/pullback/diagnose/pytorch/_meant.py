"""Gradients that are PyTorch's own, of a loss at other rows or weights than the ones that are given.

A step may mix rows, add noise to them, or move its weights ahead before it asks for a gradient: that is the
exact gradient of another number, and no mistake in a backward pass. It is known by whose it is: made by
PyTorch's own calls alone, and left as it was until the optimiser took it.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._leaves import joined

AGREE, NEARLY = 1e-3, 0.9


def learns_by_its_own(f: Finding, loop: Any, at: list[np.ndarray], X: Any, y: Any) -> bool:
    """Whether a loop with another loss's exact gradient gains nearly what the given one's gains."""
    return _gains(f) and _of_another(loop, at, X, y)


def _gains(f: Finding) -> bool:
    """Whether the run as written gains nearly as much as the one that was held against it."""
    runs = [values for _, values in f.curves.values()]
    if "as written" not in f.curves or len(runs) < 2:
        return False
    gains = [values[0] - values[-1] for values in runs]
    return gains[0] >= NEARLY * max(gains) > 0


def _of_another(loop: Any, at: list[np.ndarray], X: Any, y: Any) -> bool:
    """Whether the gradient that the first step hands on is PyTorch's own, of another number than the loss."""
    met = Backwards(loop)
    fresh = copy.copy(loop)
    fresh.state = loop.start
    with met.listening():
        taken = fresh.fed(at, X, y)
    if taken is None or not met.values or not met.plain:
        return False
    given, u, v = loop.loss(at, X, y), joined(taken), joined(met.left)
    handed_on = bool(u.any()) and u @ v > (1 - AGREE**2) * np.linalg.norm(u) * np.linalg.norm(v)
    return handed_on and abs(met.values[-1] - given) > AGREE * abs(given)


class Backwards:
    """The calls of `backward()` in a step: of what numbers, by whose calls, and what they leave."""

    def __init__(self, loop: Any) -> None:
        self.loop, self.values, self.left = loop, [], []  # type: Any, list[float], list[np.ndarray]
        self.plain = all(not p._backward_hooks for p in loop.ours)

    def listening(self) -> Any:
        from torch.overrides import TorchFunctionMode

        met = self

        class Listen(TorchFunctionMode):
            def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                of = args[0] if getattr(func, "__name__", "") == "backward" and args else None
                if of is not None:
                    met.plain = met.plain and _plain(of.grad_fn)
                out = func(*args, **(kwargs or {}))
                if of is not None:
                    met.values.append(float(of.detach().sum()))
                    met.left = met.loop.grads()
                return out

        return Listen()


def _plain(node: Any) -> bool:
    """Whether a graph is made of PyTorch's own calls: no function with a backward pass of the user's."""
    from torch.autograd.function import BackwardCFunction

    seen, waiting = set(), [node]
    while waiting:
        n = waiting.pop()
        if n is None or n in seen:
            continue
        if isinstance(n, BackwardCFunction):
            return False
        seen.add(n)
        waiting += [below for below, _ in n.next_functions]
    return True


__all__ = ["learns_by_its_own"]
