"""What PyTorch's errors mean of a loop: some are a fault by its name, others have a fix of their own."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import numpy as np

FIRST = 3
"""Steps within which a loop raises that moves weights too early."""

CAUSES = {
    "update_order": (
        "the weights are moved between the forward pass and loss.backward(), which needs them as they were",
        "optimizer.zero_grad(), loss.backward(), then optimizer.step(); with several losses every backward() "
        "before the first step()",
    ),
    "inplace_mutation": (
        "a tensor that loss.backward() needs is overwritten after it is used",
        "a new tensor: x = x + h for x += h, relu(x) for relu_(x), inplace=False in layers",
    ),
    "params_not_updated": (
        "no gradient can go from the loss to a weight",
        "let it come: no detach(), .data, .item(), argmax, torch.tensor(...) or torch.no_grad() on the way",
    ),
}
ADVICE = {
    "backward through the graph a second time":
        "detach() what goes from one batch to the next, such as a hidden state; compute the rest anew",
    "leaf Variable that requires grad is being used in an in-place operation":
        "change weights under torch.no_grad()",
}  # fmt: skip


def explained(found: Any, loop: Any, start: Any, X: np.ndarray, y: np.ndarray) -> None:
    """Say the fault behind an error of PyTorch's, or what is to be done."""
    for f in found.faults:
        if f.id == "exception":
            in_words(f, lambda: moves_first(loop, start, X, y))


def in_words(f: Any, moved: Any) -> None:
    """Name an error that is a fault by its id; `moved()` tells whether weights are moved before it."""
    said = f.words
    for part, advice in ADVICE.items():
        if part in said:
            f.fix = advice
    if "modified by an inplace operation" in said:
        f.id = "update_order" if moved() else "inplace_mutation"
    elif "does not require grad and does not have a grad_fn" in said:
        f.id = "params_not_updated"
    if f.id != "exception":
        f.evidence = f"it raises at {f.evidence}"
        f.words, f.fix = CAUSES[f.id]
        f.where = "step"


def moves_first(loop: Any, start: Any, X: np.ndarray, y: np.ndarray) -> bool:
    """Whether the step that raises has moved weights before its error."""
    run, params = copy.copy(loop), start
    run.state = loop.start
    try:
        with contextlib.suppress(Exception):
            for _ in range(FIRST):
                params, _ = run.step(params, X, y)
            return False
        return any(not np.array_equal(a, b) for a, b in zip(params, loop.leaves(), strict=True))
    finally:
        loop.start.load(loop)


__all__ = ["explained", "in_words", "moves_first"]
