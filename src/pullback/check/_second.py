"""Second opinions, which share nothing with central differences but the function.

The complex step: for analytic f, `Im f(x + i h) / h = f'(x)` without subtraction, hence without noise, at
h = 1e-30. It can only confirm: a function that drops the imaginary part would be called wrong unjustly.
The Taylor remainder: `|f(x + h d) - f(x) - h g d|` falls as h^2 where g is the gradient, else as h.
"""

from __future__ import annotations

import numpy as np

from pullback import tree
from pullback.check._evidence import ERRORS, Evidence, flat_value

STEP = 1e-30


def confirmed_by_complex_step(found: Evidence) -> bool:
    """Whether every cotangent is what the complex step gives."""
    subject = found.subject
    for leaf in found.leaves:
        for k in range(leaf.x.size):
            moved = [x.astype(complex) for x in subject.points]
            moved[leaf.index].reshape(-1)[k] += 1j * STEP
            try:
                out = tree.flatten(subject._plain(subject.fill(moved)))[0]
            except (*ERRORS, TypeError):
                return False
            if not out or not all(np.iscomplexobj(y) for y in out):
                return False
            column = np.concatenate([np.imag(y).reshape(-1) for y in out]) / STEP
            got = leaf.got[:, k]
            if got.shape != column.shape or not np.allclose(got, column, rtol=1e-9, atol=0.0):
                return False
    return True


def taylor(found: Evidence) -> str:
    """In words, how the remainder falls along a direction; nothing where rounding or a kink hides it."""
    subject, rng = found.subject, np.random.default_rng(5)
    u = rng.uniform(0.5, 1.5, found.value.size) * np.isfinite(found.value)
    F = flat_value(subject, found.value.size)
    ds = [np.abs(x).max(initial=1.0) * rng.uniform(-1, 1, x.shape) for x in subject.points]
    slope = sum(u @ leaf.got @ ds[leaf.index].reshape(-1) for leaf in found.leaves)
    rest = []
    for h in (1e-3, 1e-4, 1e-5):
        step = F([x + h * d for x, d in zip(subject.points, ds, strict=True)]) - found.value
        rest.append(abs(float(u @ np.nan_to_num(step)) - h * slope))
    with np.errstate(all="ignore"):
        orders = np.diff(np.log10(rest)) / -1
    if not np.isfinite(orders).all() or abs(orders[0] - orders[1]) > 0.1:
        return ""
    return f"the Taylor remainder falls as h^{orders[1]:.2f}, with the true gradient it would as h^2"
