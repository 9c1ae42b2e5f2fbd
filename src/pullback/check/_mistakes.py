"""Which mistake it is: hypotheses, simplest first; the first that explains every entry has the name.

Each takes a `Case` (and the others, where inputs are confused) and gives a `Mistake` or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.check._evidence import Evidence, LeafEvidence
from pullback.check._fit import Case, Mistake

Hypothesis = Callable[[Case, Evidence], "Mistake | None"]


def name_leaf(leaf: LeafEvidence, found: Evidence, hypotheses: list[Hypothesis]) -> Mistake | None:
    """The mistake in the cotangent of one input."""
    case = case_of(leaf)
    for hypothesis in hypotheses:
        with np.errstate(all="ignore"):
            mistake = hypothesis(case, found)
        if mistake is not None:
            return mistake
    return None


def case_of(leaf: LeafEvidence) -> Case:
    """The case of an input; entries at kinks, where many slopes are right, take no part."""
    use = ~leaf.kink & np.isfinite(leaf.got)
    return Case(leaf.got, leaf.true, leaf.bound, use, leaf.shape, leaf.label, leaf.index)


def _zero(case: Case, found: Evidence) -> Mistake | None:
    if np.any(case.got != 0):
        return None
    text = f"the cotangent of {case.label} is zero everywhere, as if it were detached"
    return Mistake("zero", text, f"return the derivative with respect to {case.label}", leaf=case.index)


def _sign(case: Case, found: Evidence) -> Mistake | None:
    if not case.fits(-case.true):
        return None
    text = f"the sign of the cotangent of {case.label} is flipped"
    return Mistake("sign", text, "put a minus in front of it", case.residual(-case.true), case.index)


def _factor(case: Case, found: Evidence) -> Mistake | None:
    T, G = case.true[case.use], case.got[case.use]
    square = float(np.sum(T * T))
    c = float(np.sum(G * T)) / square if square > 0 else 0.0
    if abs(c) < 1e-12 or not np.isfinite(c) or not case.fits(c * case.true, (1 + abs(c)) * case.bound):
        return None
    rel = max(1e-7, float(np.sum(case.bound[case.use] * np.abs(T))) / square)
    named = _which_factor(c, rel, case, found)
    if named is None and case.degenerate:
        return None
    kind, what = named or ("factor", f"{c:.6g}")
    return factor_mistake(kind, what, case, case.residual(c * case.true))


def factor_mistake(kind: str, what: str, case: Case, residual: float) -> Mistake:
    """The words for a constant factor."""
    if kind == "mean_for_sum":
        text = f"the cotangent of {case.label} is a mean where the sum is meant: divided by {what}"
        return Mistake(kind, text, f"multiply it by {what}", residual, case.index)
    if kind == "sum_for_mean":
        text = f"the cotangent of {case.label} is a sum where the mean is meant: multiplied by {what}"
        return Mistake(kind, text, f"divide it by {what}", residual, case.index)
    text = f"the cotangent of {case.label} is too large by a constant factor, {what}"
    return Mistake(kind, text, f"divide it by {what}", residual, case.index)


def _which_factor(c: float, rel: float, case: Case, found: Evidence) -> tuple[str, str] | None:
    def is_(value: float) -> bool:
        return abs(c - value) <= 8 * rel * abs(value)

    for value, what in ((2.0, "2"), (0.5, "1/2")):
        if is_(value):
            return "factor", what
    for k, what, summed in dimensions(case, found):
        if summed and k > 2 and is_(1 / k):
            return "mean_for_sum", what
        if summed and k > 2 and is_(k):
            return "sum_for_mean", what
    for k, what, _ in dimensions(case, found):
        for sign, word in ((1, ""), (-1, "minus ")):
            if is_(sign * k):
                return "factor", f"{word}{what}"
            if is_(sign / k):
                return "factor", f"{word}1 / {what}"
    for k, what, _ in dimensions(case, found):  # the half of a squared error, lost or doubled
        halves = ((k / 2, "half of "), (2 / k, "2 / "), (2 * k, "twice "), (1 / (2 * k), "1 / twice "))
        for value, words in halves:
            if k > 2 and is_(value):
                return "factor", f"{words}{what}"
    for sign, value, what in (
        (-1, 2.0, "-2"),
        (-1, 0.5, "-1/2"),
        (1, np.log(2), "ln 2"),
        (1, 1 / np.log(2), "1 / ln 2"),
    ):
        if is_(sign * value):
            return "factor", what
    return None


def dimensions(case: Case, found: Evidence) -> Iterator[tuple[int, str, bool]]:
    """Sizes a stray factor may come from: `(size, words, whether the cotangent sums over it)`."""
    if found.subject.kind == "gradient":
        yield from _data_dimensions(found)
        yield from [(n, f"{n}, axis {i} of {case.label}", False) for i, n in enumerate(case.shape) if n > 1]
        return
    kept = ~case.sparse & case.use
    for axis, word in (
        (0, "outputs each element of the input reaches"),
        (1, "elements summed to each output"),
    ):
        counts = np.unique(kept.sum(axis=axis))
        counts = counts[counts > 0]
        if len(counts) == 1 and counts[0] > 1:
            yield int(counts[0]), f"{counts[0]}, the number of {word}", True
    sums = bool(np.any(kept.sum(axis=0) > 1) or np.any(kept.sum(axis=1) > 1))
    arrays = [(shape, "the value") for shape in found.out_shapes] + [(x.shape, x.label) for x in found.leaves]
    for shape, name in arrays:
        yield from [(n, f"{n}, axis {i} of {name}", sums) for i, n in enumerate(shape) if n > 1]
    for shape, name in arrays:
        if len(shape) > 1 and np.prod(shape) > 1:
            yield int(np.prod(shape)), f"{int(np.prod(shape))}, the size of {name}", sums


def _data_dimensions(found: Evidence) -> Iterator[tuple[int, str, bool]]:
    """Rows, outputs and features of the data that a loss is given: X first, y after it."""
    arrays = [a for a in getattr(found.subject, "rest", ()) if isinstance(a, np.ndarray) and a.ndim]
    if not arrays:
        return
    n = arrays[0].shape[0]
    if n > 1:
        yield n, f"{n}, the number of rows", True
    for a, word in zip(arrays[1:], ["outputs"] * len(arrays), strict=False):
        if a.ndim > 1 and a.shape[1] > 1:
            yield a.shape[1], f"{a.shape[1]}, the number of {word}", False
            yield a.size, f"{a.size}, the number of rows times that of {word}", True
    if arrays[0].ndim > 1 and arrays[0].shape[1] > 1:
        yield arrays[0].shape[1], f"{arrays[0].shape[1]}, the number of features", False


def _swapped(case: Case, found: Evidence) -> Mistake | None:
    for other in found.leaves:
        if other.index == case.index or other.got.shape != case.got.shape:
            continue
        mine = case.fits(other.true, other.bound)
        theirs = case_of(other).fits(case.true, case.bound)
        if mine and theirs:
            text = f"the cotangents of {case.label} and {other.label} are swapped"
            fix = f"return them in the order of the inputs: {', '.join(x.label for x in found.leaves)}"
            return Mistake("swapped", text, fix, case.residual(other.true), min(case.index, other.index))
    return None


def _transposed(case: Case, found: Evidence) -> Mistake | None:
    m, n = case.got.shape
    tried: list[tuple[np.ndarray, np.ndarray, str]] = []
    if len(case.shape) >= 2 and case.shape[-1] == case.shape[-2] > 1:
        full = (m, *case.shape)
        flip = [np.swapaxes(a.reshape(full), -1, -2).reshape(m, n) for a in (case.true, case.bound)]
        tried.append((flip[0], flip[1], f"the cotangent of {case.label} is transposed"))
    if m == n > 1:
        text = f"the cotangent of {case.label} uses a matrix where its transpose is meant"
        tried.append((case.true.T, case.bound.T, text))
    for true, bound, text in tried:
        if case.fits(true, np.fmax(bound, case.bound)):
            return Mistake("transposed", text, "transpose it (.T)", case.residual(true), case.index)
    return None


def _extra_sum(case: Case, found: Evidence) -> Mistake | None:
    m = case.got.shape[0]
    full = (m, *case.shape)
    for axis in range(len(case.shape)):
        if case.shape[axis] < 2:
            continue
        for mean in (False, True):
            over = [np.sum(a.reshape(full), axis=axis + 1, keepdims=True) for a in (case.true, case.bound)]
            over = [a / case.shape[axis] if mean else a for a in over]
            true, bound = (np.broadcast_to(a, full).reshape(case.got.shape) for a in over)
            if case.fits(true, bound):
                word = "averaged" if mean else "summed"
                text = f"the cotangent of {case.label} is {word} over axis {axis}, which the input has"
                fix = f"leave out the {'mean' if mean else 'sum'} over axis {axis}"
                return Mistake("extra_sum", text, fix, case.residual(true), case.index)
    return None


def _missing_sum(case: Case, found: Evidence) -> Mistake | None:
    """Only one slice of the broadcast outputs is counted, where their sum is meant."""
    for shape in found.out_shapes:
        if int(np.prod(shape)) != case.got.shape[0] or case.got.shape[0] < 2:
            continue
        for axis, length in enumerate(shape):
            for k in (0, length - 1) if length > 1 else ():
                keep = np.zeros(shape)
                keep[(slice(None),) * axis + (k,)] = 1
                true = case.true * keep.reshape(-1, 1)
                if np.any(true[case.use]) and case.fits(true):
                    text = (
                        f"the cotangent of {case.label} counts only slice {k} of axis {axis} of u, "
                        "where the sum over that axis is meant"
                    )
                    fix = f"sum over axis {axis} (np.sum(..., axis={axis}))"
                    return Mistake("missing_sum", text, fix, case.residual(true), case.index)
    return None


def _shifted(case: Case, found: Evidence) -> Mistake | None:
    m, n = case.got.shape
    full = (m, *case.shape)
    for axis in range(len(case.shape)):
        for shift in (1, -1):
            if case.shape[axis] < 2:
                continue
            true, bound = (np.roll(a.reshape(full), shift, axis + 1) for a in (case.true, case.bound))
            for cut in (False, True):
                if cut:
                    edge = (slice(None),) * (axis + 1) + (0 if shift > 0 else -1,)
                    true = true.copy()
                    true[edge] = 0
                if case.fits(true.reshape(m, n), np.fmax(bound.reshape(m, n), case.bound)):
                    text = f"the cotangent of {case.label} is shifted by {shift:+d} along axis {axis}"
                    fix = f"move its index along axis {axis} by {-shift:+d}"
                    return Mistake("shifted", text, fix, case.residual(true.reshape(m, n)), case.index)
    return None


def _mask(case: Case, found: Evidence) -> Mistake | None:
    """Elementwise: the slope is put where it is zero, and there alone (wrong side) or also (missing)."""
    diagonals = _diagonals(case)
    if diagonals is None:
        return None
    t, g, flat = diagonals
    if not flat.any() or (flat.all() and not np.any(g)):
        return None
    steep = ~flat
    here = np.abs(g[steep] - t[steep]) <= 1e-6 * case.size
    lit = g[flat] != 0
    if steep.any() and here.all() and lit.all():
        text = f"the mask is missing: the cotangent of {case.label} is let through where the slope is zero"
        return Mistake(
            "mask_missing",
            text,
            "multiply by the mask (x > 0, or where the value was taken from)",
            0.0,
            case.index,
        )
    if steep.any() and lit.all() and np.all(g[steep] == 0):
        text = (
            f"the mask is on the wrong side: the cotangent of {case.label} is let through where the slope is "
            "zero, and stopped where it is not"
        )
        return Mistake("mask_wrong_side", text, "turn the comparison of the mask round", 0.0, case.index)
    return None


def _diagonals(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Slopes, got and `slope is zero`, where the map is elementwise (or each output takes one input)."""
    m, n = case.got.shape
    if m != n or m == 0:
        return None
    off = ~np.eye(m, dtype=bool)
    if np.any(case.got[off] != 0) or not np.all(case.sparse[off]):
        return None
    use = np.diag(case.use)
    return np.diag(case.true)[use], np.diag(case.got)[use], np.diag(case.sparse)[use]


def _other_derivative(case: Case, found: Evidence) -> Mistake | None:
    diagonals = _diagonals(case)
    if diagonals is None:
        return None
    use = np.diag(case.use)
    g = diagonals[1]
    x = found.subject.points[case.index].reshape(-1)[use]
    y = found.value[use] if found.value.size == case.got.shape[0] else x
    for name, slope in DERIVATIVES.items():
        for at, word in ((x, case.label), (y, "the value")):
            s = slope(at)
            if np.all(np.abs(g - s) <= 1e-9 * (np.abs(s) + np.abs(g)) + 1e-12) and np.all(np.isfinite(s)):
                text = (
                    f"the cotangent of {case.label} uses the derivative of another function: "
                    f"{name}, at {word}"
                )
                residual = float(np.max(np.abs(g - s), initial=0.0) / max(case.top, 1e-300))
                fix = "write the derivative of the function itself"
                if name == "the identity (1)":
                    text = f"the derivative is forgotten: the cotangent of {case.label} is u itself"
                    return Mistake(
                        "other_derivative",
                        text,
                        fix,
                        residual,
                        case.index,
                        "grad_missing_activation_derivative",
                    )
                return Mistake("other_derivative", text, fix, residual, case.index)
    return None


def _expit(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


DERIVATIVES: dict[str, Callable[[np.ndarray], Any]] = {
    "the identity (1)": np.ones_like,
    "ReLU (x > 0)": lambda x: 1.0 * (x > 0),
    "the sigmoid, s (1 - s) with s = sigmoid(x)": lambda x: _expit(x) * (1 - _expit(x)),
    "the sigmoid, as s (1 - s) of what is already s": lambda x: x * (1 - x),
    "tanh, 1 - tanh(x)^2": lambda x: 1 - np.tanh(x) ** 2,
    "tanh, as 1 - t^2 of what is already t": lambda x: 1 - x**2,
    "softplus (sigmoid x)": _expit,
    "the sine (cos x)": np.cos,
    "the cosine (-sin x)": lambda x: -np.sin(x),
    "the exponential (e^x)": np.exp,
    "the value e^x itself (x)": lambda x: x,
    "the logarithm (1 / x)": lambda x: 1 / x,
    "the square (2 x)": lambda x: 2 * x,
    "the square root (1 / (2 sqrt x))": lambda x: 0.5 / np.sqrt(x),
    "the reciprocal (-1 / x^2)": lambda x: -1 / x**2,
    "arctan, 1 / (1 + x^2)": lambda x: 1 / (1 + x**2),
    "silu": lambda x: _expit(x) * (1 + x * (1 - _expit(x))),
    "leaky ReLU (slope 0.01)": lambda x: np.where(x > 0, 1.0, 0.01),
    "elu": lambda x: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))),
}


def subset(case: Case, found: Evidence, wrong: np.ndarray) -> Mistake | None:
    """Right but for some rows, columns or elements; tried after all else."""
    bad: np.ndarray = np.any(wrong, axis=0)
    if not bad.any() or bad.mean() > 0.5:
        return None
    grid: np.ndarray = bad.reshape(case.shape)
    live: np.ndarray = (~case.sparse | wrong).any(axis=0).reshape(case.shape)
    if len(case.shape) >= 2:
        for axis, word in ((0, "row"), (len(case.shape) - 1, "column")):
            rest = tuple(i for i in range(len(case.shape)) if i != axis)
            hit = grid.any(axis=rest)
            full = (grid | ~live).all(axis=rest)
            if not hit.all() and np.all(full[hit]) and grid.sum() > hit.sum():
                which = np.flatnonzero(hit)
                text = (
                    f"the cotangent of {case.label} is wrong in {_list(which, word)} only{_inside(case, bad)}"
                )
                return Mistake(
                    f"some_{word}s", text, f"look at how {_list(which, word)} is treated", 0.0, case.index
                )
    where = [tuple(int(i) for i in k) for k in np.argwhere(grid)]
    shown = ", ".join(str(k[0] if len(k) == 1 else list(k)) for k in where[:4]) + (
        ", ..." if len(where) > 4 else ""
    )
    text = (
        f"the cotangent of {case.label} is wrong in {len(where)} of {bad.size} elements only ({shown})"
        f"{_inside(case, bad)}"
    )
    return Mistake("some_elements", text, f"look at how element {shown} is treated", 0.0, case.index)


def _inside(case: Case, bad: np.ndarray) -> str:
    G, T, use = case.got[:, bad], case.true[:, bad], case.use[:, bad]
    if not np.any(G[use]):
        return ", where it is zero"
    square = float(np.sum((T * T)[use]))
    c = float(np.sum((G * T)[use])) / square if square > 0 else 0.0
    off = np.abs(G - c * T)[use]
    if np.all(off <= (4 + 4 * abs(c)) * case.bound[:, bad][use] + 1e-9 * case.top) and c != 0:
        return (
            ", where the sign is flipped"
            if abs(c + 1) < 1e-6
            else f", where it is {c:.4g} times what it should be"
        )
    return ""


def _list(which: np.ndarray, word: str) -> str:
    shown = ", ".join(str(i) for i in which[:4]) + (", ..." if len(which) > 4 else "")
    return f"{word}{'s' if len(which) > 1 else ''} {shown}"


SIMPLE: list[Hypothesis] = [
    _zero, _sign, _factor, _swapped, _transposed, _extra_sum, _missing_sum, _mask, _shifted,
]  # fmt: skip
"""Simplest first."""

WEAK: list[Hypothesis] = [_other_derivative]
"""Tried after a term that was left out, which often looks like another function."""
