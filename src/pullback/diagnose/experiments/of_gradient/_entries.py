"""Parts of the gradient experiment: single entries of a parameter, where the others of it are right.

What a loop writes number by number, such as a theta whose first number is the intercept, goes wrong number by
number: each entry is held against its own gradient, then against those of the others.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import number
from pullback.diagnose.experiments.of_gradient._by_piece import apart
from pullback.diagnose.updates._kept import numbers_named
from pullback.diagnose.updates._moves import Moves

MOST = 64
"""Of a parameter of more entries none is looked at by itself."""
TIGHT = 1e-6
"""How nearly single numbers have to agree: one number is soon near another."""


def rate_by_entries(case: Case, moves: Moves, true: list[Leaves], odd: list[int]) -> float | None:
    """The rate at which entries follow their own gradients in every step, where the others of them do not."""
    if len(true) < 3:
        return None
    rates: list[float] = []
    for k in (k for k in odd if 1 < true[0][k].size <= MOST):
        u, g = (np.stack([x[k].ravel() for x in xs])
                for xs in ([moves.move(t) for t in range(len(true))], true))  # fmt: skip
        power = (g**2).sum(0)
        if not (np.isfinite(u).all() and np.isfinite(power).all()):
            continue
        found = -(u * g).sum(0) / np.where(power > 0, power, 1.0)
        gap = np.sqrt(((u + found * g) ** 2).sum(0)) <= TIGHT * np.sqrt((u**2).sum(0))
        rates += [float(r) for r, fits in zip(found, gap, strict=True) if fits and r > 0]
    if not rates:
        return None
    named = numbers_named(case.patient) if np.ptp(rates) > TIGHT * max(rates) else []
    return max(rates, key=lambda r: (any(_near(r, x) for x in named), sum(_near(r, s) for s in rates)))


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= TIGHT * abs(a)


def rate_named(case: Case, rates: list[float], usual: float) -> float:
    """Of several rates the one that stands in the step's reach, where that is one alone, else the usual one.

    Parameters that differ by a factor do not say which of them has it: the number that the step goes by does.
    A whole number, of which none are listed, may be that too, unless it is a listed one times the rows.
    """
    some = [r for r in rates if r > 0]
    if not some or np.ptp([*some, usual]) <= TIGHT * usual:
        return usual
    named = [abs(x) for x in numbers_named(case.patient)]
    summed = [case.size * x for x in named]
    known = [r for r in some if any(_near(r, x) for x in named)
             or (abs(r - round(r)) <= TIGHT * r and not any(_near(r, x) for x in summed))]  # fmt: skip
    single = bool(known) and np.ptp(known) <= TIGHT * max(known)
    return known[0] if single else usual


def by_entry(case: Case, k: int, o: np.ndarray, t: np.ndarray) -> tuple[str, str, float] | None:
    """What is wrong with some entries of parameter `k`, whose gradient is `o` where `t` is right."""
    o, t = np.ravel(o), np.ravel(t)
    scale = np.abs(t).max(initial=0)
    odd = [i for i in range(len(t)) if abs(o[i] - t[i]) > TIGHT * max(abs(o[i]), abs(t[i]), TIGHT * scale)]
    if not 1 < len(t) <= MOST or not 0 < len(odd) < len(t) or not o[odd].all():
        return None
    where = f"entry {', '.join(map(str, odd[:4]))}"
    if case.is_bias(k) and all(_near(x, o[0]) for x in o):
        return "grad_bias_wrong", "every entry has one and the same gradient, and it is not that of all", 0.95
    if set(odd) <= _turned(case, k, o, t):
        return "grad_transposed", "a matrix in the parameter has its gradient transposed", 0.95
    if all(_of_another(o[i], t, i) for i in odd):
        words = f"{where} has the gradient of another entry"
        return ("grad_bias_wrong" if set(odd) <= _shifts(case, k) else "grad_wrong_input"), words, 0.95
    ratios = o[odd] / np.where(t[odd] != 0, t[odd], np.nan)
    alike = all(_near(r, ratios[0]) for r in ratios)
    if alike and (_near(ratios[0], -1.0) or (len(odd) > 1 and ratios[0] < 0)):
        return "grad_sign_flipped", f"a minus is lost at {where}", 0.95
    if set(odd) <= _shifts(case, k):
        return "grad_bias_wrong", f"{where}, which shifts, has not the sum of the error signal", 0.9
    if alike and any(_near(ratios[0], f) for f in _factors(case.size)):
        return "grad_constant_factor", f"a stray factor of {number(ratios[0])} at {where}", 0.9
    return None


def _factors(rows: int) -> list[float]:
    return [f for x in (2.0, 3.0, 4.0, 10.0, 100.0, float(rows)) for f in (x, 1 / x)]


def _turned(case: Case, k: int, o: np.ndarray, t: np.ndarray) -> set[int]:
    """The entries of the matrices that a long vector holds and whose gradients are read column by column."""
    found = apart(case) if case.leaves[k].ndim == 1 else None
    slices = [] if found is None else zip(found[0].of, found[0].places, strict=True)
    mine = [at for of, at in slices if of == k and at.ndim == 2 and min(at.shape) > 1]
    return {
        int(i) for at in mine for i in at.ravel() if np.allclose(o[at], t[at].T.reshape(at.shape), TIGHT, 0)
    }


def _of_another(x: float, t: np.ndarray, i: int) -> bool:
    return any(_near(x, t[j]) for j in range(len(t)) if j != i)


def _shifts(case: Case, k: int) -> set[int]:
    """The entry that alone moves predictions though every input is zero: it shifts.

    Where many do, units stand between, and more than an intercept works without inputs.
    """
    X, y = case.batch()
    g = np.ravel(case.gradient(case.generic, 0 * X, y)[k])
    some = {int(i) for i in np.flatnonzero(np.abs(g) > 1e-9 * np.abs(g).max(initial=0))}
    return some if len(some) == 1 < len(g) else set()
