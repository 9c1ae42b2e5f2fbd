"""Which output and objective give the losses of rows: told by the values, one formula after another."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose.network._functions import (
    OBJECTIVE,
    SOFTENED,
    VALUE,
    WRONG,
    Array,
    objective,
    targets,
)
from pullback.diagnose.network._marked import weighted

_TINY = 1e-12
OUTPUTS = [
    "identity",
    "sigmoid",
    "softmax",
    "tanh",
    "relu",
    "softplus",
    "exp",
    "softmax twice",
    "sigmoid twice",
    "softmax of sigmoid",
    "softmax of relu",
    "softmax over rows",
]
BENDS = (0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 1.345, 1.35, 1.5, 2.0, 2.5, 3.0, 5.0, 10.0)


def recognise(z: Array, y: Any, values: Array) -> tuple[str, str, float, float]:
    """The output's function, the objective, its factor and a constant beside it, by rows' losses."""
    t = targets(y, z)
    if t.shape != z.shape or not np.isfinite(values).all():
        return _recognise_clipped(z, t, values)
    best = ("unknown", "unknown", 1.0, 0.0, 1e-5)
    alike = bool(np.ptp(t) == 0)
    flat = bool(np.ptp(z, axis=0).max(initial=0) <= 1e-9 * max(np.abs(z).max(initial=0), 1e-9))
    for out in OUTPUTS:
        if out == "softmax over rows" or (z.shape[1] == 1 and out == "softmax twice"):
            continue
        p = VALUE[out](z)
        for name in OBJECTIVE:
            if name == "cross-entropy" and z.shape[1] == 1 and out != "softmax":
                continue
            fit = _fit(objective(name, p, t), values)
            if (flat and name in WRONG) or (alike and name.startswith(("logistic", "perceptron"))):
                continue  # equal losses fit any formula, and those of one label that of margins
            if fit is None:
                continue
            gap = max(fit[2], 1e-9)  # of those equal to rounding the one with the least beside it
            if gap < 0.1 * best[4] or (gap == best[4] and abs(fit[1]) < 0.5 * abs(best[3])):
                best = (out, name, *fit[:2], gap)
    if best[1] != "unknown":
        return best[:4]
    for other in (_quantile, _bent):
        found = other(z, t, values)
        if found[1] != "unknown":
            return found
    found = _to_softened(z, t, values)
    return found if found[1] != "unknown" else weighted(z, t, values, VALUE, OBJECTIVE)


def _to_softened(z: Array, t: Array, values: Array) -> tuple[str, str, float, float]:
    """The loss of classes that are marked by two other numbers than 0 and 1, such as 0.01 and 0.99.

    Each such objective is linear in its targets beside what rests on them alone, so that the rows' losses
    tell the two numbers: by its values for targets of zero, and by how they change to those of one.
    """
    unknown = ("unknown", "unknown", 1.0, 0.0)
    if len(t) < 8 or not np.isin(t, (0.0, 1.0)).all() or np.ptp(t) == 0:
        return unknown
    for out, name in SOFTENED:
        p = VALUE[out](z)
        with np.errstate(all="ignore"):
            none, change = (
                OBJECTIVE[name](p, 0 * t),
                OBJECTIVE[name](p, 0 * t + 1) - OBJECTIVE[name](p, 0 * t),
            )
        parts = np.column_stack([none.sum(1), change.sum(1), (t * change).sum(1), t.sum(1), 0 * z[:, 0] + 1])
        if not np.isfinite(parts).all():
            continue
        factor, low, step = np.linalg.lstsq(parts, values, rcond=None)[0][:3]
        factor = factor if none.any() else t.shape[1] * low + step  # shares of a row's classes sum to one
        low, high = (round(float(x / factor), 6) if factor > 0 else np.nan for x in (low, low + step))
        if out == "identity" and abs(high - low - 1) < 1e-5:
            continue  # both moved alike: the output has a bias elsewhere
        said = f"{name} to {low:.6g} and {high:.6g}"
        if -1.5 <= low < high - 0.3 <= 1.2 and np.allclose(
                factor * objective(said, p, t), values, rtol=1e-5, atol=1e-5 * np.ptp(values)):  # fmt: skip
            return out, said, float(factor), 0.0
    return unknown


def _quantile(z: Array, t: Array, values: Array) -> tuple[str, str, float, float]:
    """The loss of a quantile of any share, as two slopes about the target."""
    off = t - z
    parts = np.column_stack([np.abs(off).sum(1), off.sum(1)])
    if len(t) >= 5 and off.min() < 0 < off.max():
        bend, tilt = np.linalg.lstsq(parts, values, rcond=None)[0]
        gap = np.abs(parts @ [bend, tilt] - values).max()
        if abs(tilt) < bend and gap < 1e-6 * np.ptp(values):
            return "identity", f"quantile({0.5 + 0.5 * tilt / bend:.6g})", float(2 * bend), 0.0
    return "unknown", "unknown", 1.0, 0.0


def _bent(z: Array, t: Array, values: Array) -> tuple[str, str, float, float]:
    """Huber's loss with its bend elsewhere than at one, which the farthest rows' straight line tells.

    Of several outputs a row no line is to be seen; the bend is then one of round numbers.
    """
    off = np.abs(z - t)
    bends = list(BENDS)
    if off.shape[1] == 1 and len(off) >= 8:
        near, far = np.argsort(off[:, 0])[[-2, -1]]
        apart = float(off[far, 0] - off[near, 0])
        rise = (values[far] - values[near]) / apart if apart > 0 else 0.0
        bends = [2 * (off[far, 0] - values[far] / rise)] if rise > 0 else []
    for bend in bends:
        fit = _fit(objective(f"huber({bend:.6g})", z, t), values) if off.min() < bend < off.max() else None
        if fit is not None and fit[0] > 0 and fit[1] == 0 and fit[2] < 1e-5:
            return "identity", f"huber({bend:.6g})", fit[0], 0.0
    return "unknown", "unknown", 1.0, 0.0


def _recognise_clipped(z: Array, t: Array, values: Array) -> tuple[str, str, float, float]:
    if t.shape == z.shape and z.shape[1] > 1:
        keep = np.isfinite(values)
        fit = _fit(objective("cross-entropy", z, t)[keep], values[keep]) if keep.sum() > 3 else None
        if fit is not None and fit[2] < 1e-5:
            return "identity", "cross-entropy", fit[0], fit[1]
    return "unknown", "unknown", 1.0, 0.0


def _fit(v: Array, values: Array) -> tuple[float, float, float] | None:
    if not np.isfinite(v).all() or len(v) < 3:
        return None
    spread = np.ptp(v)
    if spread <= 1e-9 * np.abs(v).max(initial=_TINY):
        flat = np.ptp(values) <= 1e-9 * max(np.abs(values).max(), 1e-9) and v.any()
        return (float(values.mean() / v.mean()), 0.0, 1e-8) if flat else None
    factor = np.sum((v - v.mean()) * (values - values.mean())) / np.sum((v - v.mean()) ** 2)
    shift = values.mean() - factor * v.mean()
    scale = np.sqrt(np.mean((values - values.mean()) ** 2)) or _TINY
    gap = np.sqrt(np.mean((values - factor * v - shift) ** 2)) / scale
    shift = 0.0 if abs(shift) < 1e-6 * max(abs(values.mean()), _TINY) else float(shift)
    if shift and not ((v - v.min() > 1e-9 * spread) & (v.max() - v > 1e-9 * spread)).any():
        return None  # two values fit any other two by a factor and a constant
    return (float(factor), shift, float(gap)) if factor > 0 or factor < 0 else None
