"""What training does to the trunk and prediction does not: dropout, and normalisation by the batch.

Dropout: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, JMLR 2014. Layer normalisation: Ba, Kiros,
Hinton, 2016. Batch normalisation: Ioffe, Szegedy, ICML 2015. All stand between a layer's matrix and the next:
`h W + b`, normalise, activate, drop.

A step is a function of parameters and rows alone, so what changes from step to step (the running averages of
batches, and the number of the step, from which dropout's masks follow) travels among the parameters, under
"kept". The loss has no part in it: its gradient there is what it shall become, and `keeping` puts that in
its place. It is kept `2^-20` times its size, so that norms over all parameters do not notice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.primitives.constants import stop_gradient
from pullback.train import Optimizer
from pullback.typing import Array, Tree

NORMALISATIONS = (None, "layer", "batch")
EPS = 1e-5
RATE = 0.1
"""The newest batch's share of the running averages from the tenth batch on; the first ten count alike."""
SMALL = 2.0**-20


def check(dropout: Any, normalisation: Any) -> None:
    """Refuse what is no share of units and no normalisation."""
    if not isinstance(dropout, (int, float, np.number)) or not 0 <= dropout < 1:
        raise ArgumentError(f"dropout={dropout!r}", expected="a share of units, from 0 up to but not 1")
    if normalisation not in NORMALISATIONS:
        known = ", ".join(map(repr, NORMALISATIONS))
        raise ArgumentError(f"normalisation={normalisation!r} is not known", expected=f"one of {known}")


def prepared(params: Tree, normalisation: str | None) -> Tree:
    """Fresh parameters, with gain one and shift zero for each layer of the trunk that is normalised."""
    if normalisation is None:
        return params
    widths = [layer["b"].shape for layer in params["trunk"]]
    trunk = [
        {**layer, "gain": np.ones(width, np.float32), "shift": np.zeros(width, np.float32)}
        for layer, width in zip(params["trunk"], widths, strict=True)
    ]
    if normalisation == "layer":
        return {**params, "trunk": trunk}
    moments = [{"mean": np.zeros(w, np.float32), "variance": np.zeros(w, np.float32)} for w in widths]
    return {**params, "trunk": trunk, "kept": {"step": np.zeros(1, np.float32), "moments": moments}}


def counted(params: Tree, dropout: float) -> Tree:
    """Parameters that count their steps, where dropout needs it."""
    if not dropout or "kept" in params:
        return params
    return {**params, "kept": {"step": np.zeros(1, np.float32), "moments": []}}


def normalised(h: Array, mean: Array, variance: Array, layer: Tree) -> Array:
    """`(h - mean) / sqrt(variance + 1e-5) gain + shift`."""
    return (h - mean) / np.sqrt(variance + EPS) * layer["gain"] + layer["shift"]


def layer_norm(h: Array, layer: Tree) -> Array:
    """Every row of `h` on its own, to mean zero and variance one, then gain and shift."""
    mean = np.mean(h, axis=-1, keepdims=True)
    return normalised(h, mean, np.mean((h - mean) ** 2, axis=-1, keepdims=True), layer)


def folded(params: Tree) -> Tree:
    """Parameters for prediction: running averages become part of the layers' own weights and biases."""
    if "kept" not in params:
        return params
    moments = params["kept"]["moments"]
    rest = {name: x for name, x in params.items() if name != "kept"}
    if not moments:
        return rest
    trunk = []
    for layer, kept in zip(params["trunk"], moments, strict=True):
        scale = layer["gain"] / np.sqrt(kept["variance"] / SMALL + EPS)
        b = (layer["b"] - kept["mean"] / SMALL) * scale + layer["shift"]
        trunk.append({"W": layer["W"] * scale, "b": b})
    return {**rest, "trunk": trunk}


class Pass:
    """One pass forward in training, from `params["kept"]`; `note` is to be added to the loss."""

    def __init__(self, params: Tree, dropout: float, seed: int) -> None:
        self.kept, self.dropout, self.seed = params.get("kept"), dropout, seed
        self.note: Any = 0.0
        if self.kept is not None:
            self._keep(self.kept["step"], self.kept["step"] + SMALL)

    def normalise(self, number: int, h: Array, layer: Tree) -> Array:
        """By this batch, whose moments are noted; or by row."""
        if self.kept is None or not self.kept["moments"]:
            return layer_norm(h, layer)
        mean = np.mean(h, axis=0)
        variance = np.mean((h - mean) ** 2, axis=0)
        kept, step = self.kept["moments"][number], self.kept["step"]
        rate = np.maximum(RATE, SMALL / (step + SMALL))
        for name, x in (("mean", mean), ("variance", variance)):
            self._keep(kept[name], kept[name] + rate * (x * SMALL - kept[name]))
        return normalised(h, mean, variance, layer)

    def drop(self, number: int, h: Array) -> Array:
        """Zero for a share of the numbers, in their place the others larger, so that the mean stays.

        Number `i` of step `t` is dropped where the fraction of `a_i + t b_i` is below the share, with `a` and
        `b` uniform: independent from number to number, and between any two steps.
        """
        if not self.dropout or self.kept is None:
            return h
        rng = np.random.default_rng([self.seed, number])
        begin, turn = (rng.integers(0, 1 << 24, h.shape).astype(np.float32) / 2**24 for _ in range(2))
        step = (self.kept["step"] / SMALL).astype(np.float64)
        at = begin.astype(np.float64) + step * turn.astype(np.float64)  # exact, so engines draw alike
        return np.where(at - np.floor(at) < self.dropout, 0.0, h * (1.0 / (1.0 - self.dropout)))

    def _keep(self, old: Array, new: Array) -> None:
        self.note = self.note + np.sum((old - stop_gradient(old)) * stop_gradient(new))


def keeping(optimizer: Optimizer) -> Optimizer:
    """An optimiser of all parameters but what is "kept", which becomes its gradient."""

    def init(params: Tree) -> Tree:
        return optimizer.init(_learned(params))

    def update(params: Tree, grads: Tree, state: Tree, lr: Any) -> tuple[Tree, Tree]:
        learned, state = optimizer.update(_learned(params), _learned(grads), state, lr)
        return {**learned, "kept": grads["kept"]}, state

    return optimizer._replace(init=init, update=update)


def _learned(params: Tree) -> Tree:
    return {name: x for name, x in params.items() if name != "kept"}
