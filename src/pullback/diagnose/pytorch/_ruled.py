"""What PyTorch's own losses are given, against what they say they take.

A loss that takes logarithms of probabilities runs on probabilities too, one that takes 1 and -1 on 1 and 0,
and one that takes shares from 0 to 1 on any number: the loss is a number, the loop learns a little, and no
error is raised. Calls of these losses are heard.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding, number

ROWS = 64
CLASS_AXIS = {"nll_loss": 1, "kl_div": -1, "cross_entropy": 1}
LOGARITHMS = {"ctc_loss": -1}
"""Losses that are right with normalised logarithms alone, and their classes' axis."""
PAIRED = {
    "cosine_embedding_loss": 2,
    "margin_ranking_loss": 2,
    "hinge_embedding_loss": 1,
    "soft_margin_loss": 1,
}
"""Losses of targets 1 and -1, and at which place they take these."""
SHARED = {"binary_cross_entropy", "binary_cross_entropy_with_logits"}
"""Losses of an output and a target from 0 to 1, in this order."""
ROUNDING = 1e-5
HEARD = {*CLASS_AXIS, *LOGARITHMS, *PAIRED, *SHARED}


def against_rules(loop: Any, X: np.ndarray, y: np.ndarray) -> list[Finding]:
    """The first finding that some loss of PyTorch's is given what it does not take."""
    for name, args in _calls(loop, X[:ROWS], y[:ROWS]):
        found = judged(name, args)
        if found:
            return found
    return []


def judged(name: str, args: list[np.ndarray]) -> list[Finding]:
    """What one call of a loss, with these arrays, is wrong about."""
    if name in CLASS_AXIS and args and _shares(args[0], CLASS_AXIS[name]):
        return [_twice() if name == "cross_entropy" else _no_logarithm(name)]
    if name in LOGARITHMS and args and not _normal(args[0], LOGARITHMS[name]):
        return [_unnormalised(name)]
    if name in SHARED and len(args) > 1 and np.abs(args[1] - 0.5).max() > 0.5 + ROUNDING:
        return [_exchanged(name) if set(np.unique(args[0])) <= {0, 1} else _beyond(name, args[1])]
    at = PAIRED.get(name, len(args))
    if at < len(args) and set(np.unique(args[at])) == {0, 1}:
        return [_zeros(name, args[at])]
    return []


def _shares(p: np.ndarray, axis: int) -> bool:
    """Whether these are probabilities of several classes: none below nought, and they sum to 1."""
    if p.ndim < 2 or p.shape[axis] < 2 or len(p) < 2 or p.dtype.kind != "f":
        return False
    return bool((p >= 0).all() and np.allclose(p.sum(axis), 1, atol=1e-5) and np.ptp(p) > 0)


def _normal(logs: np.ndarray, axis: int) -> bool:
    """Whether these are logarithms of probabilities that sum to 1."""
    with np.errstate(over="ignore"):
        return bool(np.allclose(np.exp(logs).sum(axis), 1, atol=1e-3))


def _unnormalised(name: str) -> Finding:
    return Finding(
        "missing_softmax", "output", f"{name} takes logarithms of probabilities, and is given other numbers",
        "the exponentials of what it is given do not sum to 1",
        "log_softmax over the classes before it", 0.95, 93)  # fmt: skip


def _no_logarithm(name: str) -> Finding:
    return Finding(
        "loss_formula_wrong", "loss", f"{name} takes logarithms of probabilities, and is given probabilities",
        "what it is given is never below 0, and sums to 1 in every row",
        "log_softmax in place of softmax (nn.LogSoftmax, F.log_softmax)", 0.95, 93)  # fmt: skip


def _twice() -> Finding:
    return Finding(
        "double_softmax", "output", "cross_entropy applies a softmax, and is given probabilities",
        "what it is given is never below 0, and sums to 1 in every row", "leave the softmax out", 0.95, 93,
    )  # fmt: skip


def _exchanged(name: str) -> Finding:
    return Finding(
        "loss_formula_wrong", "loss", f"{name} takes outputs first, then targets, and is given targets first",
        "what comes first is 0 and 1, and what comes second is not between them",
        "exchange its arguments", 0.95, 93)  # fmt: skip


def _beyond(name: str, targets: np.ndarray) -> Finding:
    return Finding(
        "labels_wrong", "y", f"{name} takes targets from 0 to 1, and is given others: its loss has no floor",
        f"{targets.size} targets go from {number(float(targets.min()))} to {number(float(targets.max()))}",
        "bring the targets to 0 and 1: a mask of 255 divided by 255, -1 and 1 by (y + 1) / 2",
        0.95, 93)  # fmt: skip


def _zeros(name: str, targets: np.ndarray) -> Finding:
    share = number(100 * float(np.mean(targets == 0)))
    return Finding(
        "labels_wrong", "y", f"{name} takes targets 1 and -1, and is given 1 and 0",
        f"{share} % of {targets.size} targets are 0, for which it asks nothing of the outputs",
        "give 2 * y - 1", 0.95, 93)  # fmt: skip


def _calls(loop: Any, X: np.ndarray, y: np.ndarray) -> list[tuple[str, list[np.ndarray]]]:
    """The names of the losses that one loss calls, and their first arrays; none where it fails."""
    from torch.overrides import TorchFunctionMode

    torch, met = loop.torch, []

    class Listen(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = getattr(func, "__name__", "")
            if name in HEARD:
                given = [*args, *(kwargs or {}).values()]
                met.append((name, [a.detach().numpy() for a in given if isinstance(a, torch.Tensor)]))
            return func(*args, **(kwargs or {}))

    try:
        with torch.random.fork_rng([]), Listen():
            loop.loss(loop.leaves(), X, y)
    except Exception:  # the loop's own error: it is met again, and reported
        return []
    return met


__all__ = ["against_rules", "judged"]
