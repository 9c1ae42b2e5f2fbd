"""Part of the objective experiment: whether the loss of a number is least anywhere at all.

Whatever the formula, a loss that is meant for numbers rises again once the prediction has passed the target.
The prediction is moved through all targets, and far past them, by the last single bias, or by all weights
where these are all there is. A loss that falls all the way, in every row, or at one end as steeply as ever,
has no least value: it is a formula for something else, or a wrong one. So is one that rises past the target,
and is nothing again further off: a branch of it is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.backward._pieces import taken_apart
from pullback.diagnose.backward._tapes import PRODUCTS
from pullback.diagnose.experiments.of_objective._task import unfit
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels
from pullback.diagnose.recording._record import Recording

Leaves = list[np.ndarray]
Mover = Callable[[int], Leaves]
ROWS, FAR = 5, 15
"""Rows that are asked, and places at one end that count as far off."""
FREE = 3
"""The mark of a row whose loss is nothing far above its target, though it rises next to it."""
PLACES = np.concatenate([[0.0], *([s * x for s in (-1, 1)] for x in np.geomspace(0.03, 1e3, 20))])


def no_least(case: Case, tape: Recording) -> list[Finding]:
    """The finding that the loss falls for ever as the prediction goes one way."""
    known = case.head is not None or (case.net is not None and case.net.objective != "unknown")
    y = np.asarray(case.y, float)
    if known or y.size != case.n or y.std() == 0 or (labels(case.y) and not _counts(case)):
        return []
    way = mover(case)
    if way is None:
        return []
    found = [_falls(case, way, int(i)) for i in _between(y.ravel())]
    ways = {w for w in found if w} if found.count(FREE) > 1 or found.count(-FREE) > 1 else set(found)
    if len(ways) != 1 or not ways <= {-1, 1, 2, FREE, -FREE}:
        return []
    logs = _of_logarithms(tape, (1 << len(case.leaves)) - 1)
    evidence = f"of {ROWS} rows with targets between all others, at {len(PLACES)} places of the prediction"
    if ways <= {FREE, -FREE}:
        side = "above" if FREE in ways else "below"
        return [
            _formula(f"a prediction far {side} the target costs nothing, one nearer to it does", evidence)
        ]
    whither = {1: "larger the prediction is, whatever the target",
               2: "further the prediction is from the target",
               -1: "smaller the prediction is, whatever the target"}[ways.pop()]  # fmt: skip
    words = f"it falls for ever the {whither}"
    if logs:
        return [unfit(f"the logarithm of a prediction on targets that are numbers: {words}", evidence)]
    return [_formula(f"the loss has no least value: {words}", evidence)]


def _formula(words: str, evidence: str) -> Finding:
    fix = "write the formula again, term by term"
    return Finding("loss_formula_wrong", "loss", words, evidence, fix, 0.9, 90)


def _of_logarithms(tape: Recording, leaves: int) -> bool:
    """Whether the loss takes a logarithm of what the last product made; hidden units may be logarithms."""
    last = max((k for k, n in enumerate(tape.nodes) if n.name in PRODUCTS and n.deps & leaves), default=-1)
    return any(
        n.name in ("log", "log2", "log10", "log1p") and n.deps & leaves for n in tape.nodes[last + 1 :]
    )


def mover(case: Case) -> Mover | None:
    """How parameters move that shift one row's prediction by a number; None where none is known to do so."""
    if _weighs_inputs(case):
        return partial(_by_weights, case)
    singles = [k for k, x in enumerate(case.leaves) if x.size == 1 and case.is_bias(k)]
    if len(case.leaves) > 1 and singles:
        way = [np.full(x.shape, float(k == singles[-1])) for k, x in enumerate(case.leaves)]
    else:
        way = _by_slice(case)
    return (lambda i: way) if way else None


def _by_weights(case: Case, i: int) -> Leaves:
    x = np.ravel(case.X[i]).astype(float)
    return [(x / (x @ x)).reshape(case.leaves[0].shape)]


def _by_slice(case: Case) -> Leaves:
    """The last bias of one unit, where the loss takes it as a slice of a longer parameter."""
    single = [(k, at) for k, at in added(case) if at.size == 1]
    if not single:
        return []
    way = [np.zeros(x.size) for x in case.leaves]
    way[single[-1][0]][single[-1][1].ravel()] = 1.0
    return [w.reshape(x.shape) for w, x in zip(way, case.leaves, strict=True)]


def added(case: Case) -> list[tuple[int, np.ndarray]]:
    """The slices of longer parameters that the loss multiplies with nothing: parameter and places."""
    try:
        found = taken_apart(case.loss, case.generic, *case.batch())
    except Exception:  # a loss that cannot be recorded has no slices
        return []
    if found is None:
        return []
    pieces, tape = found
    multiply = {p.leaf for p in tape.products} | {leaf for leaf, *_ in tape.scalings()}
    slices = list(zip(pieces.of, pieces.places, strict=True))
    return [
        own for k, own in enumerate(slices) if k not in multiply and own[1].size < case.leaves[own[0]].size
    ]


def _weighs_inputs(case: Case) -> bool:
    """Whether the one parameter has a weight for each column of X, and one row's loss rests on their sum."""
    if len(case.leaves) != 1 or case.X.ndim != 2 or case.leaves[0].size != case.X.shape[1]:
        return False
    try:
        slopes = [np.ravel(case.gradient(case.generic, case.X[i : i + 1], case.y[i : i + 1])[0])
                  for i in range(min(3, case.n))]  # fmt: skip
    except Failure:
        return False
    rows = case.X[: len(slopes)].astype(float)
    along = [abs(g @ x) > (1 - 1e-9) * np.linalg.norm(g) * np.linalg.norm(x) > 0
             for g, x in zip(slopes, rows, strict=True)]  # fmt: skip
    return all(along)


def _counts(case: Case) -> bool:
    """Whether whole numbers of few values may be counts: more than two, of one output."""
    return labels(case.y) > 2 and case.net is not None and not case.net.by_number and case.leaves_out == 1


def _between(y: np.ndarray) -> np.ndarray:
    """Rows whose targets lie well between the least and the greatest: at these no prediction may be best."""
    order = np.argsort(y, kind="stable")
    order = order[(y[order] > y.min()) & (y[order] < y.max())]
    return order[(np.linspace(0.2, 0.8, ROWS) * (len(order) - 1)).astype(int)] if len(order) else order


def _falls(case: Case, way: Mover, i: int) -> int:
    """1 or -1 where a row's loss falls for ever as its prediction grows, or shrinks; 2 if both; FREE or -FREE
    where a prediction far too large, or small, is free; else 0.
    """
    size = max(float(np.abs(case.y).max()), 1e-6)
    places = np.unique(np.concatenate([PLACES, PLACES * size]))
    half = len(places) // 2
    try:
        losses = np.array([moved(case, way, c, i) for c in places])
    except Failure:
        return 0
    if np.isnan(losses).any() or (losses == -np.inf).any():
        return 0
    finite = _finite(losses)  # an exponential leaves the numbers where it is largest
    places, losses = places[finite], losses[finite]
    if len(losses) < half:
        return 0
    steps = np.diff(losses)
    if (steps <= 0).all() and losses[-1] < losses[-2]:
        return 1
    if (steps >= 0).all() and losses[0] < losses[1]:
        return -1
    top = int(losses.argmax())
    hill = (steps[:top] >= 0).all() and (steps[top:] <= 0).all()
    if hill and losses[0] < losses[1] and losses[-1] < losses[-2]:
        return 2
    up, down = bottomless(places, losses), bottomless(-places[::-1], losses[::-1])
    free = FREE * (_free(losses) - _free(losses[::-1]))
    return (2 if up and down else up - down) or free


def _free(losses: np.ndarray) -> bool:
    """Whether a loss that rises somewhere past its dip falls back to its very least, and stays there."""
    least, far = losses.min(), losses[-FAR:]
    rises = np.diff(losses) > 1e-9 * (losses.max() - least)
    return bool((far == least).all() and rises.any())


def bottomless(places: np.ndarray, losses: np.ndarray) -> bool:
    """Whether a loss falls past the last places as steeply as ever, below all that it has before them.

    As where a size is forgotten in one branch: about its targets such a loss may well have a dip.
    """
    (near, mid, far), (a, b, c) = places[-3:], losses[-3:]
    last, before = (c - b) / (far - mid), (b - a) / (mid - near)
    return bool(before < 0 and last <= 0.9 * before and c < losses[2:-1].min())


def _finite(losses: np.ndarray) -> slice:
    """The finite losses, where infinite ones lie on one side of them only; else none."""
    good = np.flatnonzero(np.isfinite(losses))
    if not len(good) or good[-1] - good[0] + 1 != len(good) or (good[0] > 0 and good[-1] < len(losses) - 1):
        return slice(0)
    return slice(good[0], good[-1] + 1)


def moved(case: Case, way: Mover, by: float, i: int) -> float:
    """A row's loss with its prediction moved."""
    leaves = [leaf + by * one for leaf, one in zip(case.generic, way(i), strict=True)]
    return case.truth.value(leaves, case.X[i : i + 1], case.y[i : i + 1])
