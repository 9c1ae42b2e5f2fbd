"""One layer of a network as it lies in the parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Leaves = list[np.ndarray]


@dataclass
class Layer:
    """One product: the leaves of its weight and bias, how the weight lies, and the function before it."""

    w: int
    b: int | None
    stored: str  # "io" for x @ W, "oi" for W @ x
    before: str = "identity"
    ones: str = ""  # "first" or "last" where a column of ones is put in
    sign: int = 1  # -1 where the weight enters negated, as in exp(-W @ x) under a sigmoid's bar
    shift: int = 1  # -1 where the bias is taken away, as a threshold is

    def weight(self, leaves: Any) -> Any:
        W = self.sign * leaves[self.w]
        W = np.reshape(W, (-1, 1) if self.stored == "io" else (1, -1)) if np.ndim(W) < 2 else W
        return W if self.stored == "io" else W.T

    def bias(self, leaves: Any) -> Any:
        """What is added to the product."""
        return 0.0 if self.b is None else self.shift * np.reshape(leaves[self.b], (1, -1))

    def back(self, g: np.ndarray, leaves: Leaves) -> np.ndarray:
        return self.sign * (g if self.stored == "io" else g.T).reshape(np.shape(leaves[self.w]))

    def negated(self) -> Layer:
        return replace(self, sign=-self.sign, shift=-self.shift)
