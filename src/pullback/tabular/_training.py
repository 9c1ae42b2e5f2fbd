"""What is minimised when a network is trained, over which parameters, and by which optimiser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pullback import train, tree
from pullback.tabular._network import activation_named, forward
from pullback.tabular._presets import Preset
from pullback.tabular._regular import Pass, counted, folded, keeping
from pullback.typing import Array, Tree

Loss = Callable[[Array, Array], Array]
"""`loss(outputs, targets)`: `(members, n, n_outputs)` and `(n, n_outputs + 1)`, weights last, to a number."""


class Training(NamedTuple):
    """A network as its training sees it.

    Attributes
    ----------
    learned, fixed : trees of arrays
        What the optimiser changes, and the rest of the parameters.
    loss : callable
        `loss(learned, X, targets)`, with dropout, by the batch's own moments.
    val_loss : callable or None
        As predictions are made, where that differs.
    optimizer : Optimizer
    """

    learned: Tree
    fixed: Tree
    loss: Callable[..., Any]
    val_loss: Callable[..., Any] | None
    optimizer: train.Optimizer

    def params(self, learned: Tree) -> Tree:
        """Parameters for prediction."""
        return tree.map(np.asarray, folded({**learned, **self.fixed}))


def training(
    params: Tree,
    bins: tuple[Array, Array],
    loss: Loss,
    preset: Preset,
    *,
    activation: Any,
    dropout: float = 0.0,
    seed: int = 0,
) -> Training:
    """What to minimise over `params`, which may go on from an earlier training.

    Parameters
    ----------
    params : tree of arrays
    bins : pair of arrays
        As `Inputs` has them: `start` and `inverse`.
    loss : callable
    preset : Preset
    activation : str or callable
    dropout : float
    seed : int
        Of dropout's masks.
    """
    act = activation_named(activation)
    params = counted(params, dropout)
    learned = {name: x for name, x in params.items() if name != "signs"}
    fixed = {name: x for name, x in params.items() if name == "signs"}
    optimizer = optimizer_of(preset)

    def plain(p: Tree, X: Array, y: Array) -> Array:
        return loss(forward(folded({**p, **fixed}), X, *bins, act), y)

    def noisy(p: Tree, X: Array, y: Array) -> Array:
        passed = Pass(p, dropout, seed)
        return loss(forward({**p, **fixed}, X, *bins, act, passed), y) + passed.note

    if "kept" not in params:
        return Training(learned, fixed, plain, None, optimizer)
    return Training(learned, fixed, noisy, plain, keeping(optimizer))


def optimizer_of(preset: Preset) -> train.Optimizer:
    """The optimiser of a preset."""
    return train.adamw(0.9, 0.99, weight_decay=preset.weight_decay)
