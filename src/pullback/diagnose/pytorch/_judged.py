"""What a PyTorch loss makes of outputs that are put into it: a sign that is wrong, whatever the model.

A loss is given as a function of the model's output, so that any output can be tried. Where predictions equal
their targets a loss may be least, or have a slope; it is never greatest there. And where the bias of one of
the output's numbers is moved, no row's loss falls for ever, whatever its target.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_objective._least import bottomless

ROWS, ALONE, ORDERS = 24, 5, 12
NEAR = (0.02, 0.1, 0.3)
FAR = np.geomspace(0.1, 1e4, 16)
WIDEST = 32
"""Numbers of a bias that are tried: an output's, and few layers' below it."""


def wrong_way(loop: Any, X: np.ndarray, y: np.ndarray) -> list[Finding]:
    """The finding that the loss is greatest at the targets, or falls for ever along one output."""
    try:
        with loop.still(), loop.torch.random.fork_rng([]):
            start = loop.leaves()
            loop.start.load(loop)
            out = loop.model(loop.rows(X[:ROWS]))
            try:
                return _greatest(loop, out, y[:ROWS]) or _endless(loop, X[:ROWS], out, y[:ROWS])
            finally:
                loop.put(start)
    except Exception:  # a loss that takes no other output, or other rows, is not looked into
        return []


def _greatest(loop: Any, out: Any, y: np.ndarray) -> list[Finding]:
    """Where output and targets have one shape: predictions that equal their targets, and others near them."""
    if not hasattr(out, "shape") or tuple(out.shape) != np.shape(y) or np.std(y) == 0:
        return []
    top, t = _value(loop, y, y), np.asarray(y, float)
    others = [_value(loop, p, y) for p in _beside(t, bool(np.isin(t, (0, 1)).all()))]
    values = np.array([top, *others])
    if not np.isfinite(values).all() or not min(top - np.array(others)) > 1e-9 * np.abs(values).max():
        return []
    return [Finding(
        "loss_formula_wrong", "loss",
        "the loss has the wrong sign: it is greatest where predictions equal their targets",
        f"of targets put in place of the outputs it is {number(top)}, and of {len(others)} outputs beside "
        f"them {number(min(others))} to {number(max(others))}",
        "turn its sign round: what is to grow has a minus before it", 1.0, 96)]  # fmt: skip


def _beside(t: np.ndarray, shares: bool) -> Iterator[np.ndarray]:
    """Outputs near the targets: drawn towards other rows' targets, or one constant, or moved by one.

    Labels of 0 and 1 are probabilities' targets, and none lies past them.
    """
    rng = np.random.default_rng(0)
    for near in NEAR:
        for _ in range(ORDERS):
            yield t + near * (t[rng.permutation(len(t))] - t)
        yield t + near * (t.mean() - t)
        if not shares:
            yield t + near * t.std()
            yield t - near * t.std()


def _endless(loop: Any, X: np.ndarray, out: Any, y: np.ndarray) -> list[Finding]:
    """Each number of the output moved either way, for rows alone, with their own and with other targets."""
    parts = _parts(out)
    if not all(hasattr(p, "shape") and p.dim() == 2 and len(p) == len(y) for p in parts):
        return []
    rows = np.unique(np.linspace(0, len(y) - 1, ALONE).astype(int))
    pairs = [(X[i : i + 1], y[j : j + 1]) for i in rows for j in rows]
    start, places = loop.leaves(), FAR * max(1.0, float(np.abs(y).max()))
    for name, k, entry in _movable(loop, start, X, parts):
        for way in (1, -1):
            if all(_falls(loop, start, (k, entry), way * places, *pair) for pair in pairs):
                whither = "larger" if way > 0 else "smaller"
                return [Finding(
                    "loss_formula_wrong", "loss",
                    f"the loss has no least value: it falls for ever the {whither} {name} is",
                    f"of {len(rows)} rows alone, each with {len(rows)} targets, at {len(FAR)} places of it",
                    "write the formula again, term by term: a sign is wrong", 0.95, 96)]  # fmt: skip
    return []


def _movable(loop: Any, start: list[np.ndarray], X: np.ndarray, parts: list[Any]) -> (
        Iterator[tuple[str, int, int]]):  # fmt: skip
    """The numbers of the output that a bias moves by any amount, as none moves a softmax's: where that is."""
    for k, p in enumerate(start):
        for entry in range(p.size if p.ndim == 1 and p.size <= WIDEST else 0):
            loop.put(_moved(start, k, entry, FAR[-1]))
            loop.start.load(loop)
            ends = _parts(loop.model(loop.rows(X)))
            for part, (a, b) in enumerate(zip(parts, ends, strict=True)):
                step = (b - a).numpy()
                for column in np.flatnonzero(np.isclose(step, FAR[-1]).all(0)):
                    yield f"output {column}" + (f" of part {part}" if len(parts) > 1 else ""), k, entry


def _moved(start: list[np.ndarray], k: int, entry: int, by: float) -> list[np.ndarray]:
    leaves = [x.copy() for x in start]
    leaves[k][entry] += by
    return leaves


def _falls(
    loop: Any, start: list[np.ndarray], at: tuple[int, int], places: np.ndarray, x: Any, y: Any
) -> bool:
    """Whether a row's loss ends in a fall as steep as ever."""
    values = np.array([loop.loss(_moved(start, *at, by), x, y) for by in places])
    return bool(np.isfinite(values).all()) and bottomless(np.abs(places), values)


def _parts(out: Any) -> list[Any]:
    return list(out) if isinstance(out, (tuple, list)) else [out]


def _value(loop: Any, out: np.ndarray, y: np.ndarray) -> float:
    return _of(loop, loop.torch.as_tensor(np.array(out, float), dtype=loop.dtype), y)


def _of(loop: Any, out: Any, y: np.ndarray) -> float:
    return float(loop.loss_fn(out, loop.rows(y)))


def foremost(found: Any, findings: list[Finding]) -> None:
    """Put findings before what weighs less: with such a loss, or such rows, runs tell little."""
    new = [f for f in findings if all(f.id != g.id for g in found.faults[:1])]
    if not new or any(f.weight > 100 for f in found.faults):
        return
    rest = [f for f in found.faults if all(f.id != g.id for g in new)]
    found.faults = sorted([*new, *rest], key=lambda f: -f.weight)
    found.verdict, found.reason = "faulty", ""


__all__ = ["foremost", "wrong_way"]
