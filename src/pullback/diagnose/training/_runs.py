"""Training runs: the loop as written, and the same loop with one thing changed."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import flatten, joined
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import Failure, Stopwatch
from pullback.diagnose.training._own_rules import looked_at, rates
from pullback.train import Optimizer
from pullback.train import adam as usual_adam

Leaves = list[np.ndarray]
Advance = Callable[[Any, Any, Any], Any]
Judge = Callable[[Leaves], float]


@dataclass
class Run:
    """A run: losses over the judged rows at some steps, and what it ended with."""

    at: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    leaves: Leaves = field(default_factory=list)
    steps: int = 0
    planned: int = 0
    failure: Failure | None = None
    sound: Leaves = field(default_factory=list)
    broke: int | None = None
    """The first step whose own report was NaN or inf, in the numbers the user's code computes with."""
    before_last: Leaves = field(default_factory=list)
    """The parameters before the last step."""
    pace: float = 0.0
    """Seconds that the loop's own step takes."""
    rule: tuple[Optimizer, float] | None = None
    """The rule that told the whole of it, where one did."""

    def note(self, at: int, leaves: Leaves, judge: Judge) -> None:
        """Look at the loss after step `at`."""
        self.leaves = leaves
        self.at.append(at)
        self.losses.append(judge(leaves))
        self.sound = leaves if np.isfinite(self.losses[-1]) else self.sound

    @property
    def start(self) -> float:
        return self.losses[0] if self.losses else float("nan")

    @property
    def final(self) -> float:
        """The loss it ends with: the median of the last three looks, inf where it broke."""
        if self.failure or not self.losses or not np.isfinite(self.losses[-1]):
            return float("inf")
        tail = self.losses[-3:] if len(self.losses) > 6 else self.losses[-1:]
        return float(np.median(tail)) if np.isfinite(tail).all() else float("inf")

    @property
    def best(self) -> float:
        finite = [x for x in self.losses if np.isfinite(x)]
        return min(finite) if finite else float("inf")

    @property
    def descends(self) -> bool:
        """Whether the loss is lower at every look than at the one before."""
        return all(b < a for a, b in itertools.pairwise(self.losses))

    def curve(self) -> tuple[list[int], list[float]]:
        return self.at, self.losses


def train(
    advance: Advance,
    params: Any,
    rows: Callable[[int], Any],
    data: tuple[Any, Any],
    steps: int,
    judge: Judge,
    seconds: float,
    looks: int = 16,
) -> Run:
    """Run `params = advance(params, X[rows(t)], y[rows(t)])` and look at the loss now and then."""
    X, y = data
    run = Run(planned=steps)
    every = looking(steps, looks)
    watch, seen = Stopwatch(), time.monotonic()
    for t in range(steps + 1):
        slow = time.monotonic() - seen > 0.03
        late = (slow or t % 8 == 0) and watch.seconds() > seconds
        seen = time.monotonic() if slow else seen
        if t in every or late:
            run.note(t, [np.array(x, float) for x in flatten(params)], judge)
            if t == steps or late or not alive(run):
                break
        picked = rows(t)
        if t == steps - 1:
            run.before_last = [np.array(x, float) for x in flatten(params)]
        try:
            params = advance(params, X[picked], y[picked])
        except Failure as failure:
            run.failure = failure
            break
        run.steps = t + 1
    run.pace = watch.seconds() / max(run.steps, 1)
    return run


def looking(steps: int, looks: int) -> list[int]:
    """The steps at which the loss is looked at."""
    return sorted({int(k) for k in np.linspace(0, steps, looks)})


def alive(run: Run) -> bool:
    return bool(np.isfinite(run.losses[-1])) or len(run.losses) < 3


def user_run(
    patient: Patient,
    judge: Judge,
    steps: int,
    seconds: float,
    scale: float | list[Any] = 1.0,
    leaves: Leaves | None = None,
    data: tuple[Any, Any] | None = None,
    rows: Any = None,
    relief: dict[int, float] | None = None,
    looks: int = 16,
    again: int = 0,
    order: np.ndarray | None = None,
) -> Run:
    """The user's own step from a fresh copy, its updates scaled, its data or start exchanged.

    `order` puts X and y into another order wherever the step finds them.

    `scale` is one for all parameters, or one a parameter (a number, or an array like it).
    `again` steps, and whatever the step keeps is what it was before the first one; the parameters go on.
    `relief` gives back to each parameter that share of itself which the step takes away: its weight decay.
    """
    body = patient.begun()
    for table in () if order is None else (body.X, body.y):
        table[...] = table[order]
    scales = scale if isinstance(scale, list) else None if scale == 1.0 else [scale] * len(patient.leaves)
    params = body.params if leaves is None else body.tree([x.copy() for x in leaves])
    sound: list[bool] = []

    def move(params: Any, X: Any, y: Any) -> Any:
        nonlocal body
        if again and sound and len(sound) % again == 0:
            kept, body = flatten(params), patient.fresh()
            params = body.tree([np.array(x) if np.ndim(x) else x for x in kept])
        after = body.step(params, X, y)
        sound.append(body.reported is None or bool(np.isfinite(body.reported).all()))
        return after

    def advance(params: Any, X: Any, y: Any) -> Any:
        if scales is None and not relief:
            return move(params, X, y)
        given = flatten(params)
        before = [np.array(x, float) for x in given]
        after = [np.asarray(x, float) for x in flatten(move(params, X, y))]
        for k, share in (relief or {}).items():
            after[k] = after[k] + share * before[k]
        by = scales or [1.0] * len(before)
        return body.tree(
            [_shaped(b + s * (a - b), x) for a, b, s, x in zip(after, before, by, given, strict=True)]
        )

    data = data or (body.X, body.y)
    run = train(advance, params, rows or patient.batch, data, steps, judge, seconds, looks)
    run.broke = None if all(sound) else sound.index(False)
    return run


def _shaped(x: Any, like: Any) -> Any:
    """Of the shape of another, and as exact: a loop in float32 goes on in float32, at its own speed."""
    if not np.ndim(like):
        return float(np.asarray(x).reshape(()))
    x = np.asarray(x).reshape(np.shape(like))
    return x.astype(np.asarray(like).dtype) if np.asarray(like).dtype.kind == "f" else x


def adam(
    gradient: Callable[..., Leaves], leaves: Leaves, lr: float, frozen: tuple[int, ...] = ()
) -> tuple[Advance, Leaves]:
    """Adam on a gradient function of leaves."""
    m = [np.zeros(np.shape(x)) for x in leaves]
    v = [np.zeros(np.shape(x)) for x in leaves]
    count = [0]

    def advance(params: Leaves, X: Any, y: Any) -> Leaves:
        count[0] += 1
        t, out = count[0], []
        for k, (p, g) in enumerate(zip(params, gradient(params, X, y), strict=True)):
            if k in frozen:
                out.append(p)
                continue
            m[k] = 0.9 * m[k] + 0.1 * g
            v[k] = 0.999 * v[k] + 0.001 * g * g
            rate = lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            out.append(p - rate * m[k] / (np.sqrt(v[k]) + 1e-8))
        return out

    return advance, [np.array(x, float) for x in leaves]


def descend(
    optimizer: Optimizer, lr: float, gradient: Callable[..., Leaves], leaves: Leaves
) -> tuple[Advance, Leaves]:
    """An optimiser on a gradient function of leaves; Adam as people set it by arithmetic of its own."""
    if optimizer.name == "adam" and optimizer.settings == usual_adam().settings:
        return adam(gradient, leaves, lr)
    state, count = [optimizer.init(list(leaves))], itertools.count()

    def advance(params: Leaves, X: Any, y: Any) -> Leaves:
        grads = gradient(looked_at(optimizer, params, state[0]), X, y)
        (rate,) = rates(lr, np.array([next(count)]))
        params, state[0] = optimizer.update(params, grads, state[0], rate)
        return params

    return advance, [np.array(x, float) for x in leaves]


def settle(value: Judge, slope: Callable[[Leaves], Leaves], start: Leaves, seconds: float) -> float:
    """The loss that a quasi-Newton method ends at, which no scale of rows or targets slows down."""
    from scipy.optimize import minimize

    shapes, watch = [x.shape for x in start], Stopwatch()
    ends = np.cumsum([x.size for x in start])[:-1]
    best = [np.inf]

    def both(flat: np.ndarray) -> tuple[float, np.ndarray]:
        if watch.seconds() > seconds:
            raise StopIteration
        leaves = [part.reshape(shape) for part, shape in zip(np.split(flat, ends), shapes, strict=True)]
        found = value(leaves)
        best[0] = min(best[0], found) if np.isfinite(found) else best[0]
        return found, joined(slope(leaves))

    with contextlib.suppress(StopIteration, ValueError):
        minimize(both, joined(start), jac=True, method="L-BFGS-B",
                 options={"maxiter": 300})  # fmt: skip
    return best[0]
