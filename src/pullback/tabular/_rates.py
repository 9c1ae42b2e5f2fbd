"""The learning-rate range test: steps of ever larger size, and where the loss is still falling well.

Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3 (arXiv 1506.01186).
"""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np

from pullback._where import user_level
from pullback.errors import ArgumentError, PullbackWarning
from pullback.tabular._stream import Stream
from pullback.typing import Array

LEARNED = 0.02
"""By what share of itself the smoothed loss has to fall for the test to have said something."""
ENOUGH = 2.0
"""The test ends where the smoothed loss is so many times that of the start."""


@dataclasses.dataclass(frozen=True)
class LearningRates:
    """What a range test saw.

    Attributes
    ----------
    value : float
        The suggestion: half the rate at which the smoothed loss is least.
    rates : `(n_steps,)` array
    losses : `(n_steps,)` array
        Of each step's batch, before the step.
    smoothed : `(n_steps,)` array
    """

    value: float
    rates: Array
    losses: Array
    smoothed: Array

    def plot(self, ax: Any = None) -> Any:
        """Draw loss over learning rate, with the suggestion marked; the axes."""
        if ax is None:
            import matplotlib.pyplot as plt

            ax = plt.subplots(layout="constrained")[1]
        ax.plot(self.rates, self.losses, ".", color="0.75", markersize=3, label="loss of a batch")
        ax.plot(self.rates, self.smoothed, label="smoothed")
        ax.axvline(self.value, color="0.3", linestyle=":", label=f"suggested: {self.value:.2g}")
        least, begin = self.smoothed.min(), self.smoothed[0]
        if least < begin:  # the end, where the loss explodes, would hide the rest
            ax.set_ylim(least - 0.3 * (begin - least), begin + (begin - least))
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss", title="Learning-rate range test")
        ax.legend()
        return ax


def range_test(
    stream: Stream, X: Array, targets: Array, batch_size: int, rates: Array, rng: np.random.Generator
) -> LearningRates:
    """Train with each of `rates` for one step, until the loss has risen far; see `LearningRates`."""
    losses: list[float] = []
    order = np.zeros(0, np.int64)
    at = max(1, len(rates) // 20)
    with np.errstate(all="ignore"):
        for first in range(0, len(rates), at):
            some = rates[first : first + at]
            while len(order) < len(some) * batch_size:
                order = np.concatenate([order, rng.permutation(len(X))])
            rows, order = np.split(order, [len(some) * batch_size])
            losses.extend(stream.run(X[rows], targets[rows], some))
            if _has_risen(losses):
                break
    finite = np.isfinite(losses)
    seen = len(losses) if finite.all() else int(np.argmin(finite))
    if seen < 5:
        raise ArgumentError(
            f"low={rates[0]:g} makes the loss infinite within {seen + 1} steps",
            expected="a rate that is too small to begin with",
            hint="a smaller low; or look at X and y for columns that are off by orders of magnitude",
        )
    found = np.array(losses[:seen])
    start = found[:5].mean()
    smooth = smoothed(np.minimum(found, start + ENOUGH * abs(start)))
    if smooth.min() >= smooth[0] - LEARNED * abs(smooth[0]):
        warnings.warn(
            f"no learning rate from {rates[0]:g} to {rates[seen - 1]:g} lowered the loss by a fiftieth: "
            "the value means little; try a wider range, or look at whether X says anything about y",
            PullbackWarning,
            stacklevel=user_level(),
        )
    return LearningRates(suggestion(rates[:seen], smooth), rates[:seen], found, smooth)


def smoothed(losses: Array, share: float = 0.04) -> Array:
    """A mean around each step with Gaussian weights, `share` of all steps wide, ends included."""
    at = np.arange(len(losses))
    width = max(1.0, share * len(losses))
    near = np.exp(-0.5 * ((at[:, None] - at) / width) ** 2)
    return np.asarray(near @ losses / near.sum(axis=1))


def suggestion(rates: Array, smooth: Array) -> float:
    """Half the rate at which the smoothed loss turns: a schedule that falls begins with it."""
    return float(rates[int(np.argmin(smooth))] / 2.0)


def _has_risen(losses: list[float]) -> bool:
    x = np.array(losses)
    if not np.isfinite(x).all():
        return True
    smooth = smoothed(x)
    return bool(smooth[-1] - smooth[0] > (ENOUGH - 1.0) * abs(smooth[0]))
