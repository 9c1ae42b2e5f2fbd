"""Runs with one thing mended: what, mended alone, makes the loop learn.

Does: runs the loop as written and the exact gradient with Adam from a fresh start; where the first falls
far short of the second, runs the user's own step with smaller and larger moves, more steps, fresh weights,
scaled inputs and targets, rows shuffled, larger batches, no penalty.
Measures: the share of the reachable improvement over the best constant prediction each run gets.
Speaks for: step size, initialisation, data and model groups; for no fault where the loop does as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._runs import Run
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments.labels import learnable, rare
from pullback.diagnose.experiments.objective import labels

ENOUGH, CURED = 0.6, 0.75


class Ward:
    """The runs of one patient, each made once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.user, self.base = case.user, case.base
        self.reference = case.reference
        finals = [self.reference.final, self.user.final]
        if _uneven(case) is not None:
            Z = _uneven(case)
            run = case.mended(leaves=case.reborn(), lr=0.02, data=(Z, case.y),
                              judge=lambda leaves: case.judge_on(leaves, Z, case.y))  # fmt: skip
            finals.append(run.final)
        self.goal = min(finals)
        self.runs: dict[str, Run] = {}

    def share(self, final: float) -> float:
        """The share of the reachable improvement that a final loss stands for."""
        room = self.base - self.goal
        if not np.isfinite(final):
            return -1.0
        return float((self.base - final) / room) if room > 0 else 0.0

    def run(self, name: str, make: Callable[[], Run]) -> float:
        if name not in self.runs:
            self.runs[name] = make() if self.case.left() > 0.15 else Run(losses=[float("inf")])
            self.case.tried.append(name)
        return self.share(self.runs[name].final)

    def cured(self, name: str, make: Callable[[], Run]) -> bool:
        mine = self.share(self.user.final)
        got = self.run(name, make)
        return got > max(CURED * 0.9, mine + 0.25) or (got > 0.5 and got > 2.5 * max(mine, 0.1))


def experiment(case: Case, so_far: list[Finding]) -> list[Finding]:
    """Findings that only whole runs can show."""
    if not case.patient.has_step:
        return []
    case.tried.append("the loop as written against the exact gradient with Adam")
    if case.user.failure is not None:
        from pullback.diagnose._verdict import _raised

        return [_raised(case.user.failure)]
    state = units.look(case)
    doubt = units.suspect(case, state)
    if doubt is not None and doubt.weight >= 70 and doubt.id.startswith("init"):
        return [doubt]
    if any(f.weight >= 79 and f.confidence > 0.6 for f in so_far):
        return []
    ward = Ward(case)
    reached = ward.share(ward.user.final)
    room = (ward.base - ward.goal) / abs(ward.base) if ward.base else 0.0
    case.facts = {
        "reached": round(reached, 3),
        "room": round(room, 3),
        "base": ward.base,
        "user": ward.user.final,
        "ref": ward.reference.final,
    }  # type: ignore[attr-defined]
    if ward.user.final < -1e6 * (1 + abs(ward.base)) and not labels(case.y):
        return [Finding("loss_wrong_for_task", "loss", "the loss has no least value on these targets: it falls for ever",
                        f"it reaches {number(ward.user.final)}", "squared error for numbers", 0.9, 66)]  # fmt: skip
    heavy = _penalty(ward)
    if heavy is not None:
        return [_curves(ward, heavy)]
    if case.n >= 60 and not rare(case) and not learnable(case) and not any(f.weight > 70 for f in so_far):
        return [_curves(ward, _nothing(case))]
    if reached >= ENOUGH and room > 0.02:
        for f in so_far:
            f.confidence = 0.0 if f.confidence < 0.6 and "step" in f.evidence else f.confidence
        return []
    return [_curves(ward, f) for f in _causes(ward, doubt, room)]


def _curves(ward: Ward, finding: Finding) -> Finding:
    finding.curves = {"as written": ward.user.curve(), "mended": ward.reference.curve()}
    return finding


def _causes(ward: Ward, doubt: Finding | None, room: float) -> list[Finding]:
    case = ward.case
    for cause in (_targets, _overflow, _order, _inputs):
        found = cause(ward)
        if found is not None:
            return [found]
    if _hardly_moved(ward):
        found = _larger(ward)
        if found is not None:
            return [found]
    if doubt is not None and ward.cured(
            "fresh initial weights", lambda: case.user_with(leaves=case.reborn())):  # fmt: skip
        return [doubt]
    if room < 0.12:
        return []
    for cause in (_smaller, _batches, _longer, _larger):
        found = cause(ward)
        if found is not None:
            return [found]
    if doubt is not None:
        doubt.confidence = 0.5
        return [doubt]
    return []


def _hardly_moved(ward: Ward) -> bool:
    """Whether the whole run moved the weights by less than a hundredth of their size."""
    from pullback.diagnose._moves import norm

    size = norm(ward.case.leaves)
    moved = norm([a - b for a, b in zip(ward.user.leaves, ward.case.leaves, strict=True)])
    return bool(np.isfinite(moved) and moved < 0.01 * size)


def _overflow(ward: Ward) -> Finding | None:
    """NaN or inf while the weights are still of ordinary size: the formula's own."""
    run, case = ward.user, ward.case
    if np.isfinite(run.losses).all():
        return None
    bad = int(np.argmin(np.isfinite(run.losses)))
    sound = run.sound or case.leaves
    if not all(np.isfinite(x).all() and np.abs(x).max(initial=0) < 1e4 for x in sound):
        return None
    if ward.cured("moves times 0.1", lambda: case.user_with(scale=0.1)) or ward.cured(
            "moves times 0.01", lambda: case.user_with(scale=0.01)):  # fmt: skip
        return None
    return Finding(
        "loss_unstable", "loss", "the loss is NaN or inf although every weight is of ordinary size",
        f"first at step {run.at[bad]}, weights up to {number(max(float(np.abs(x).max()) for x in sound))}",
        "subtract the maximum before exp, clip before log, or use logaddexp", 0.9, 65)  # fmt: skip


def _penalty(ward: Ward) -> Finding | None:
    """The data's loss reached with and without the penalty's part of the gradient."""
    case = ward.case
    X, y = case.batch()
    part = case.truth.penalty_grad(case.generic, X, y)
    if part is None or not any(np.any(p) for p in part):
        return None

    def less(leaves: Any, X: Any, y: Any) -> Any:
        whole, penalty = case.gradient(leaves, X, y), case.truth.penalty_grad(leaves, X, y)
        return [w - p for w, p in zip(whole, penalty or whole, strict=True)]

    def data_only(leaves: Any) -> float:
        penalty = case.truth.penalty_grad(leaves, X, y) or []
        return case.judge(leaves) - 0.5 * sum(
            float(np.sum(p * w)) for p, w in zip(penalty, leaves, strict=True)
        )

    run = case.mended_by(less, case.reborn(), data_only)
    case.tried.append("no penalty")
    mine = data_only(ward.user.leaves) if np.isfinite(ward.user.final) else np.inf
    held = data_only(ward.reference.leaves)
    base = min(ward.base, data_only(case.leaves))
    room = base - run.final
    if room < 0.1 * abs(base) or base - held > 0.45 * room:
        return None
    return Finding(
        "regularisation_too_strong", "loss", "the penalty dominates the data term",
        f"the data's loss ends at {number(mine)} with it and {number(run.final)} without (best constant "
        f"{number(base)})", "divide the penalty's factor by 100", 0.9, 66)  # fmt: skip


def _uneven(case: Case) -> Any:
    """X standardised, where its columns are of very unlike or unusual sizes; else None."""
    X = np.asarray(case.X, float).reshape(case.n, -1)
    deviation, mean = X.std(0), np.abs(X.mean(0))
    moving = deviation > 1e-12 * (1 + mean)
    if not moving.any():
        return None
    scales = np.sqrt(deviation[moving] ** 2 + mean[moving] ** 2)
    top = float(scales.max())
    if (top / np.quantile(scales, 0.3) < 15 or top < 3) and 0.02 < top < 15:
        return None
    Z = X.copy()
    Z[:, moving] = (X[:, moving] - X[:, moving].mean(0)) / deviation[moving]
    return Z.reshape(case.X.shape)


def _inputs(ward: Ward) -> Finding | None:
    case = ward.case
    X = np.asarray(case.X, float)
    if X.ndim != 2:
        X = X.reshape(len(X), -1)
    deviation, mean = X.std(0), np.abs(X.mean(0))
    moving = deviation > 1e-12 * (1 + mean)
    if not moving.any():
        return None
    scales = np.sqrt(deviation[moving] ** 2 + mean[moving] ** 2)
    ratio, top = float(scales.max() / np.quantile(scales, 0.3)), float(scales.max())
    if (ratio < 15 or top < 3) and 0.02 < top < 15:
        return None
    Z = X.copy()
    Z[:, moving] = (X[:, moving] - X[:, moving].mean(0)) / deviation[moving]
    Z = Z.reshape(case.X.shape)
    judge = lambda leaves: case.judge_on(leaves, Z, case.y)  # noqa: E731
    if not ward.cured("inputs standardised", lambda: case.user_with(data=(Z, case.y), judge=judge)):
        if max(ward.run(f"inputs standardised, moves times {s:g}", lambda s=s: case.user_with(
                data=(Z, case.y), judge=judge, scale=s)) for s in (0.1, 10, 100)) < CURED:  # fmt: skip
            return None
    return Finding(
        "inputs_unscaled", "X", "the features are on scales that one step size cannot serve",
        f"the columns' sizes go from {number(float(scales.min()))} to {number(top)}; standardised, the same loop "
        "learns", "subtract each column's mean and divide by its deviation", 0.95, 64)  # fmt: skip


def _targets(ward: Ward) -> Finding | None:
    case = ward.case
    y = np.asarray(case.y, float)
    if labels(case.y) or y.std() == 0:
        return None
    size = float(np.sqrt(y.std() ** 2 + y.mean() ** 2))
    if 0.03 < size < 8:
        return None
    t = (y - y.mean(0)) / y.std(0)
    judge = lambda leaves: case.judge_on(leaves, case.X, t)  # noqa: E731
    mended = case.mended(leaves=case.reborn(), data=(case.X, t), judge=judge)
    base = 1.0
    run = case.user_with(data=(case.X, t), judge=judge)
    case.tried.append("targets standardised")
    start = judge(case.reborn())
    del base
    got = (start - run.final) / max(start - mended.final, 1e-12) if np.isfinite(run.final) else -1
    if got < 0.6:
        return None
    return Finding(
        "targets_unscaled", "y", "the targets are so large or shifted that the step size cannot serve them",
        f"mean {number(float(y.mean()))}, deviation {number(float(y.std()))}; standardised, the same loop learns",
        "subtract the targets' mean, divide by their deviation, undo it when predicting", 0.95, 63)  # fmt: skip


def _order(ward: Ward) -> Finding | None:
    """Whether neighbouring rows are alike, and whether shuffling them cures."""
    case = ward.case
    y = np.asarray(case.y, float).reshape(case.n, -1)
    if y.shape[1] > 1:
        y = y.argmax(1)[:, None].astype(float) if labels(case.y) else y[:, :1]
    y = y[:, 0] - y.mean()
    power = float(np.sum(y * y))
    alike = float(np.sum(y[1:] * y[:-1])) / power if power else 0.0
    if alike < 0.4 or case.size >= 0.6 * case.n:
        return None
    rows = case.shuffled(size=case.size)
    if not ward.cured("rows shuffled", lambda: case.user_with(rows=rows)):
        return None
    return Finding(
        "data_not_shuffled", "data", "the rows are ordered by the target: each batch holds one kind only",
        f"neighbouring targets correlate by {number(alike)}; shuffled, the same loop learns",
        "shuffle the rows (X and y together) before every epoch", 0.95, 62)  # fmt: skip


def _smaller(ward: Ward) -> Finding | None:
    case = ward.case
    for scale in (0.3, 0.1, 0.03, 0.01, 0.001):
        name = f"moves times {scale:g}"
        if not ward.cured(name, lambda s=scale: case.user_with(scale=s)):
            continue
        if case.size <= 4 and ward.cured("batches of 32 rows", lambda: _rows(case, 32)):
            return _batch(case, "single rows are too noisy for this step size")
        return Finding(
            "lr_too_large", "step", "the step is too large",
            f"as written the loss ends at {number(ward.user.final)} (best constant {number(ward.base)}); with "
            f"moves {scale:g} times as large it ends at {number(ward.runs[name].final)}",
            f"multiply the step size by about {scale:g}", 0.9, 60)  # fmt: skip
    return None


def _rows(case: Case, size: int) -> Run:
    steps = max(case.horizon, 1)
    return case.user_with(rows=lambda t: case.patient.batch(t, min(size, case.n)), steps=steps)


def _batch(case: Case, words: str) -> Finding:
    return Finding("batch_size_unsuitable", "step", words, f"batches of {case.size} rows of {case.n}",
                   "use batches of about 32 rows", 0.8, 61)  # fmt: skip


def _batches(ward: Ward) -> Finding | None:
    """Full batches in few steps: the same number of row visits in smaller batches."""
    case = ward.case
    if case.size < max(0.5 * case.n, 100) or case.horizon > 400:
        return None
    steps = min(case.horizon * (case.size // 32), 4000)
    rows = case.shuffled(size=32)
    if ward.cured("batches of 32 rows, as many passes", lambda: case.user_with(rows=rows, steps=steps)):
        return _batch(case, "so large a batch leaves too few steps for its passes")
    return None


def _longer(ward: Ward) -> Finding | None:
    """Ten times the steps, when ten times the step would be about as far as it may go."""
    case = ward.case
    fast = ward.run("moves times 30", lambda: case.user_with(scale=30.0))
    short = case.horizon < 0.34 * 300 or case.horizon * case.size < 4 * case.n
    if fast >= 0.85 and not short:
        return None
    more = min(case.horizon * 12, 20000)
    if ward.cured("twelve times the steps", lambda: case.user_with(steps=more, seconds=3.0)):
        return Finding(
            "too_few_steps", "step", "the loop is on its way and stopped early",
            f"after {case.horizon} steps the loss is {number(ward.user.final)}, after "
            f"{ward.runs['twelve times the steps'].steps} it is {number(ward.runs['twelve times the steps'].final)}",
            f"take about {more} steps", 0.85, 60)  # fmt: skip
    return None


def _larger(ward: Ward) -> Finding | None:
    case = ward.case
    steps, least = min(case.horizon, 5000), 0.0
    for scale in (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8):
        if scale < least:
            continue
        name = f"moves times {scale:g}"
        if ward.cured(name, lambda s=scale: case.user_with(scale=s, steps=steps)):
            return _small(ward, scale, name)
        run = ward.runs[name]
        way = (run.start - run.final) / max(run.start - ward.goal, 1e-300)
        if way > 0.9 and _hardly_moved(ward):
            return _small(ward, scale, name)
        least = scale * 100 if abs(way) < 1e-3 else scale * 30 if abs(way) < 1e-2 else 0.0
    return None


def _small(ward: Ward, scale: float, name: str) -> Finding:
    case = ward.case
    twice = _shrinks(case)
    evidence = (f"as written the loss ends at {number(ward.user.final)}; with moves {number(scale)} times as large "
                f"it ends at {number(ward.runs[name].final)}")  # fmt: skip
    rate = getattr(getattr(case, "rule", None), "lr", 0.0)
    if not twice and rate > 0 and not _round(rate) and _round(rate * case.n):
        return Finding("grad_averaged_twice", "step", "the step is divided by the number of rows once more",
                       evidence + f"; its rate {number(rate)} is {number(rate * case.n)} divided by n = {case.n}",
                       "do not divide the step by n again", 0.85, 61)  # fmt: skip
    if twice:
        return Finding("grad_averaged_twice", "step", "the step divides by the number of rows once more",
                       evidence + "; the step shrinks as 1/n with the batch", "divide by n once", 0.9, 61)  # fmt: skip
    return Finding("lr_too_small", "step", "the step is too small: right direction, hardly any way",
                   evidence, f"multiply the step size by about {number(scale)}", 0.9, 60)  # fmt: skip


def _round(x: float) -> bool:
    """Whether a number has at most two digits, as people choose rates."""
    return abs(float(f"{x:.1e}") / x - 1) < 1e-5


def _shrinks(case: Case) -> bool:
    """Whether moves against the true gradient go as 1/rows."""
    from pullback.diagnose._moves import norm, watch

    if case.size < 4:
        return False
    ratios = []
    for size in (case.size, case.size // 2):
        moves = watch(case.patient, case.generic, 1, size)
        true = case.gradients(moves)[0]
        ratios.append(norm(moves.move(0)) / max(norm(true), 1e-300))
    return abs(ratios[1] / max(ratios[0], 1e-300) - case.size / (case.size // 2)) < 0.05


def _nothing(case: Case) -> Finding:
    return Finding(
        "labels_misaligned", "data", "nothing in X tells anything about y: rows and targets do not belong together",
        "a model fitted to three quarters of the rows predicts the rest no better than a constant",
        "check that X and y are shuffled, sorted and filtered together", 0.8, 66)  # fmt: skip


__all__: list[Any] = ["experiment"]
