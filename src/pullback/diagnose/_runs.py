"""Training runs: the loop as written, and the same loop with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.diagnose._patient import Patient, flatten
from pullback.diagnose._sandbox import Failure, Stopwatch

Leaves = list[np.ndarray]


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

    def curve(self) -> tuple[list[int], list[float]]:
        return self.at, self.losses


Advance = Callable[[Any, Any, Any], Any]
Judge = Callable[[Leaves], float]


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
    every = sorted({int(k) for k in np.linspace(0, steps, looks)})
    watch = Stopwatch()
    for t in range(steps + 1):
        late = t % 8 == 0 and watch.seconds() > seconds
        if t in every or late:
            run.leaves = [np.array(x, float) for x in flatten(params)]
            run.at.append(t)
            run.losses.append(judge(run.leaves))
            run.sound = run.leaves if np.isfinite(run.losses[-1]) else run.sound
            if t == steps or late or not _alive(run):
                break
        picked = rows(t)
        try:
            params = advance(params, X[picked], y[picked])
        except Failure as failure:
            run.failure = failure
            break
        run.steps = t + 1
    return run


def _alive(run: Run) -> bool:
    return bool(np.isfinite(run.losses[-1])) or len(run.losses) < 3


def user_run(
    patient: Patient,
    judge: Judge,
    steps: int,
    seconds: float,
    scale: float = 1.0,
    leaves: Leaves | None = None,
    data: tuple[Any, Any] | None = None,
    rows: Any = None,
    relief: dict[int, float] | None = None,
    looks: int = 16,
) -> Run:
    """The user's own step from a fresh copy, its updates scaled, its data or start exchanged.

    `relief` gives back to each parameter that share of itself which the step takes away: its weight decay.
    """
    body = patient.fresh()
    np.random.set_state(patient.random)
    params = body.params if leaves is None else body.tree([x.copy() for x in leaves])
    sound: list[bool] = []

    def move(params: Any, X: Any, y: Any) -> Any:
        after = body.step(params, X, y)
        sound.append(body.reported is None or bool(np.isfinite(body.reported).all()))
        return after

    def advance(params: Any, X: Any, y: Any) -> Any:
        if scale == 1.0 and not relief:
            return move(params, X, y)
        before = [np.array(x, float) for x in flatten(params)]
        after = [np.asarray(x, float) for x in flatten(move(params, X, y))]
        for k, share in (relief or {}).items():
            after[k] = after[k] + share * before[k]
        return body.tree([_shaped(b + scale * (a - b), b) for a, b in zip(after, before, strict=True)])

    data = data or (body.X, body.y)
    run = train(advance, params, rows or patient.batch, data, steps, judge, seconds, looks)
    run.broke = None if all(sound) else sound.index(False)
    return run


def _shaped(x: Any, like: Any) -> Any:
    return np.asarray(x).reshape(np.shape(like)) if np.ndim(like) else float(np.asarray(x).reshape(()))


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


def sgd(gradient: Callable[..., Leaves], lr: float) -> Advance:
    """Plain steps on a gradient function of leaves."""
    return lambda params, X, y: [p - lr * g for p, g in zip(params, gradient(params, X, y), strict=True)]
