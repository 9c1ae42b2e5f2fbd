"""What is measured of a patient's loss: its gradient, the network in it, and what a constant gets."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose._fresh import fan_in, reborn
from pullback.diagnose._points import as_held, dividing, in_floats, tamed, untied
from pullback.diagnose._quick import network_value, quickest
from pullback.diagnose._truth import Truth
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._anatomy import Net, calmly
from pullback.diagnose.network._head import Head, head, is_mean, predicts_of_zeros

Leaves = list[np.ndarray]


class Measured:
    """Measurements that take no training and rest on no budget, each taken once, when asked for."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.body = patient.followed()
        self.X, self.y = (np.array(x, np.int8 if x.dtype == bool else None) for x in (patient.X, patient.y))
        self.leaves = [np.array(x, float) for x in patient.leaves]
        self.n, self.size, self.steps = patient.n, patient.batch_size, patient.n_steps
        self.kept: dict[str, Any] = {}
        """What experiments read off the rows alone, once."""

    def loss(self, leaves: Leaves, X: Any, y: Any) -> Any:
        return self.body.loss(leaves, X, y)

    @cached_property
    def generic(self) -> Leaves:
        """Parameters near the patient's, with ties, zeros and symmetries broken."""
        return as_held(tamed(untied(self.leaves, self.X), self.first_loss), self.patient.leaves)

    def first_loss(self, leaves: Leaves) -> float:
        """The loss of up to 64 rows, NaN where it cannot be had."""
        try:
            out = self.loss([x.copy() for x in leaves], *self.batch(0, min(self.n, 64)))
        except Failure:
            return float("nan")
        return float(np.asarray(out).reshape(-1)[0])

    def batch(self, t: int = 0, size: int | None = None) -> tuple[Any, Any]:
        rows = self.patient.batch(t, size)
        return self.X[rows], self.y[rows]

    @cached_property
    def truth(self) -> Truth:
        """The true gradient; where a recording loses it, again with notes of all arrays the patient keeps."""
        first = self._truth_now()
        if first.how == "recorded":
            return first
        plain, value = self.body, first.value(self.generic, *self.batch())
        self.body = self.patient.followed(arrays=True)
        again = self._truth_now()
        if again.how == "recorded" and np.isclose(again.value(self.generic, *self.batch()), value, rtol=1e-5):
            return again
        self.body = plain
        return first

    def _truth_now(self) -> Truth:
        size = min(max(self.size, 8), 64, self.n)
        return Truth(self.loss, self.generic, *self.batch(0, size))

    def gradient(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        return self.truth.grad(leaves, X, y)

    @cached_property
    def tape(self) -> Tape | None:
        """The recording of the first batch at the generic point."""
        return self.tape_at(self.generic, *self.batch())

    def tape_at(self, leaves: Leaves, X: Any, y: Any) -> Tape | None:
        try:
            X = X.astype(self.followed.dtype)
            return Tape(self._in_arrays, leaves, X, y) if self.truth.how == "recorded" else None
        except Exception:  # a loss that cannot be recorded has no tape
            return None

    @cached_property
    def _in_arrays(self) -> Any:
        """The loss; of a network that is written number by number, the same loss in arrays."""
        net = self.net
        if net is None or not net.by_number or net.objective == "unknown":
            return self.loss

        def whole(leaves: Leaves, X: Any, y: Any) -> Any:
            rows = net.row_losses(leaves, X, y)
            return rows.sum() if self.per_row > 1 else rows.mean()

        values = [f(self.generic, *self.batch()) for f in (whole, self.loss)]
        return whole if abs(values[0] - values[1]) <= 1e-6 * abs(values[1]) else self.loss

    @cached_property
    def followed(self) -> np.ndarray:
        """The rows of X as a recording follows them best."""
        y = self.y[self.judged]
        whole = in_floats(lambda X: self.truth.value(self.generic, X, y), self.X[self.judged])
        return self.X.astype(whole.dtype)

    @cached_property
    def net(self) -> Net | None:
        try:
            return calmly(self.truth.loss, self.generic, self.followed, self.y)
        except Exception:  # a loss that cannot be recorded has no anatomy
            return None

    @cached_property
    def head(self) -> Head | None:
        """What the loss makes of the predictions; known for some losses whose network is not."""
        net = self.net
        if net is not None and "unknown" not in (net.output, net.objective):
            mean = is_mean(net, self.truth.value, self.leaves, self.X[self.judged], self.y[self.judged])
            return Head(net.output, net.objective, net.factor, net.shift, self.leaves_out, mean=mean)
        try:
            return head(self.truth.loss, self.generic, self.X, self.y)
        except Exception:  # a loss that cannot be recorded has no head
            return None

    @cached_property
    def weights(self) -> list[int]:
        """The leaves that multiply something of the rows, in the order of the forward pass."""
        return [p.leaf for p in self.tape.products] if self.tape else [
            k for k, x in enumerate(self.leaves) if x.ndim == 2 and min(x.shape) > 1
        ]  # fmt: skip

    def is_bias(self, k: int) -> bool:
        """Whether a leaf is added, unit by unit: no matrix, nor what multiplies the rows."""
        x = self.leaves[k]
        return k not in self.weights and k not in self._coefficients and (x.ndim < 2 or min(x.shape) == 1)

    @cached_property
    def _coefficients(self) -> set[int]:
        """The leaves that multiply something of the rows entry by entry."""
        return {leaf for leaf, *_ in self.tape.scalings()} if self.tape else set()

    @cached_property
    def leaves_out(self) -> int:
        assert self.net is not None
        return int(self.net.layers[-1].weight(self.leaves).shape[1])

    @cached_property
    def judged(self) -> np.ndarray:
        return np.unique(np.linspace(0, self.n - 1, min(self.n, 500)).astype(int))

    def judge(self, leaves: Leaves) -> float:
        """The patient's loss over up to 500 rows from all its data."""
        if self._quick_value is not None:
            found: float = self._quick_value(leaves, self.X[self.judged], self.y[self.judged])
            if np.isfinite(found):
                return found
        return self._value(leaves, *(x.copy() for x in self._judged_rows))

    @cached_property
    def _judged_rows(self) -> tuple[Any, Any]:
        """The judged rows, once; float32 is widened here, as every product with float64 would do it again."""
        rows = self.X[self.judged], self.y[self.judged]
        wide = [x.astype(float) if x.dtype == np.float32 else x for x in rows]
        return wide[0], wide[1]

    def judge_on(self, leaves: Leaves, X: Any, y: Any) -> float:
        return self._value(leaves, X[self.judged], y[self.judged])

    def _value(self, leaves: Leaves, X: Any, y: Any) -> float:
        try:
            return self.truth.value(leaves, X, y)
        except Failure:
            return float("nan")

    @cached_property
    def quick(self) -> Any:
        """The gradient for whole runs: one that equals the true one and takes less time, if there is any."""
        return quickest(self)

    @cached_property
    def _quick_value(self) -> Any:
        """The loss over the judged rows by the recognised network, where it gives the same; else None."""
        return network_value(self)

    @cached_property
    def penalty(self) -> dict[int, float]:
        """By parameter the multiple of itself that the loss adds to the network's gradient."""
        net, batch = self.net, self.batch()
        if net is None or "unknown" in (net.objective, net.output) or self.per_row > 1:
            return {}
        pairs = zip(self.gradient(self.generic, *batch), net.gradient(self.generic, *batch), strict=True)
        power = [float(np.sum(x * x)) or 1.0 for x in self.generic]
        shares = {k: float(np.sum((g - n) * self.generic[k])) / power[k] for k, (g, n) in enumerate(pairs)}
        return {k: share for k, share in shares.items() if abs(share) > 1e-12}

    def penalised(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        assert self.net is not None
        return [g + self.penalty.get(k, 0.0) * leaves[k]
                for k, g in enumerate(self.net.gradient(leaves, X, y))]  # fmt: skip

    def reborn(self, seed: int = 0, only: int | None = None) -> Leaves:
        """Fresh initial weights; see `reborn`."""
        return reborn(self, seed, only)

    def fan_in(self, k: int) -> int:
        """The number of inputs of the layer whose weight leaf `k` is."""
        return fan_in(self, k)

    @cached_property
    def divisors(self) -> list[int]:
        """The leaves, no weights, that may not be zero: widths, temperatures."""
        batch = self.batch(0, min(self.size, 8))
        return dividing(self.leaves, self.weights, lambda leaves: self.gradient(leaves, *batch))

    @cached_property
    def per_row(self) -> float:
        """What the loss of many rows is to the mean of their single losses: 1 for a mean, n for a sum."""
        picked = self.judged[: min(len(self.judged), 16)]
        shift = self.net.shift if self.net is not None else 0.0
        whole = self.truth.value(self.generic, self.X[picked], self.y[picked]) - shift
        try:
            rows = [self.truth.value(self.generic, self.X[i : i + 1], self.y[i : i + 1]) for i in picked]
        except Failure:  # a loss that takes no single row
            return 1.0
        mean = float(np.mean(rows)) - shift
        ratio = whole / mean if mean else 1.0
        return len(self.judged) if abs(ratio / len(picked) - 1) < 0.01 and len(picked) > 1 else 1.0

    @cached_property
    def predicts_of_zeros(self) -> bool:
        """Whether parameters of zero are known to predict something other than zeros."""
        return self.head is not None and predicts_of_zeros(
            self.head, self._value, self.leaves, self.X, self.y)  # fmt: skip

    @cached_property
    def base(self) -> float:
        """The loss of the best constant prediction, as near as it can be had: what knowing X must beat."""
        zero = self.judge([0 * x for x in self.leaves])
        found = [self.judge(self.leaves), zero]
        if self.head is not None:
            check = np.nan if self.predicts_of_zeros else zero
            found.append(self.head.constant(self.y[self.judged], self.per_row, check))
        good = [x for x in found if np.isfinite(x)]
        return min(good) if good else float("nan")

    def worth(self, base: float) -> float:
        """How far a loss lies above that of predictions that equal their targets: zero itself means nothing
        where the formula leaves out what rests on the targets alone, as with counts.
        """
        floor = self.head.floor(self.y[self.judged], self.per_row) if self.head is not None else 0.0
        return float(base - floor if floor and base > floor else abs(base))
