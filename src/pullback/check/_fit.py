"""One hypothesis against one wrong cotangent: does what it predicts lie within the measured bounds?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FAULTS = {
    "sign": "grad_sign_flipped",
    "factor": "grad_constant_factor",
    "mean_for_sum": "grad_reduction_sum",
    "sum_for_mean": "grad_reduction_sum",
    "transposed": "grad_transposed",
    "missing_sum": "grad_bias_wrong",
    "extra_sum": "grad_bias_wrong",
    "u_not_multiplied": "grad_drops_upstream",
    "mask_missing": "grad_missing_activation_derivative",
    "mask_wrong_side": "grad_activation_derivative_wrong",
    "other_derivative": "grad_activation_derivative_wrong",
    "zero": "layer_not_updated",
    "saved": "inplace_mutation",
    "stale": "inplace_mutation",
    "inputs changed": "inplace_mutation",
    "u changed": "inplace_mutation",
}


@dataclass(frozen=True)
class Mistake:
    """A mistake with a name.

    Attributes
    ----------
    kind : str
        One word for programs: `sign`, `factor`, `transposed`, ...
    text : str
        One sentence for people.
    fix : str
        What to change.
    residual : float
        The largest difference between what the mistake predicts and what came, relative to what came.
    fault : str or None
        The id that a diagnosis of a training loop would use.
    leaf : int
        The input it concerns; -1 for several.
    """

    kind: str
    text: str
    fix: str
    residual: float = 0.0
    leaf: int = -1
    fault: str | None = None

    def __post_init__(self) -> None:
        if self.fault is None:
            object.__setattr__(self, "fault", FAULTS.get(self.kind))


class Case:
    """A wrong cotangent of one input: what came, what is true, `(m, n)` each, and the shapes."""

    def __init__(
        self,
        got: np.ndarray,
        true: np.ndarray,
        bound: np.ndarray,
        use: np.ndarray,
        shape: tuple[int, ...],
        label: str,
        index: int,
    ) -> None:
        self.got, self.true, self.bound, self.use = got, true, bound, use & np.isfinite(bound)
        self.shape, self.label, self.index = shape, label, index
        self.top = float(np.max(np.abs(got[self.use]), initial=0.0))
        self.size = float(np.max(np.abs(true[self.use]), initial=0.0))

    def fits(self, predicted: np.ndarray, bound: np.ndarray | None = None) -> bool:
        """Whether `got` is `predicted`, within the bounds of the differences it was made of."""
        bound = self.bound if bound is None else bound
        with np.errstate(all="ignore"):
            room = 4 * bound + 1e-12 * np.abs(self.got) + 256 * np.finfo(float).eps * self.top
            good = np.abs(self.got - predicted) <= room
        return bool(self.use.any() and np.all(good[self.use]))

    def residual(self, predicted: np.ndarray) -> float:
        """The largest disagreement left, relative to what came."""
        off = np.max(np.abs(self.got - predicted)[self.use], initial=0.0)
        return float(off / self.top) if self.top else 0.0

    @property
    def sparse(self) -> np.ndarray:
        """Where the true Jacobian is zero, as far as differences can tell."""
        return np.abs(self.true) <= 4 * self.bound + 1e-9 * self.size

    @property
    def degenerate(self) -> bool:
        """Too few numbers to tell one hypothesis from another."""
        kept = self.use & ~self.sparse
        return int(kept.sum()) < 2 or bool(np.ptp(np.abs(self.true[kept])) < 1e-6 * self.size)
