"""The loss that `step` reports against the losses it may mean.

Does: takes six steps and compares each reported number with the loss of the batch and of all rows,
before and after the step, with and without the penalty.
Speaks for: loss_reporting_wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import Failure, Stopwatch
from pullback.diagnose.network._functions import kinds, labels
from pullback.diagnose.updates._moves import Moves


def experiment(case: Case) -> list[Finding]:
    """Findings about the number that is logged."""
    moves = case.first
    if moves is None or any(r is None for r in moves.reported):
        return []
    case.tried.append("the reported loss against the loss of the batch and of all rows")
    told = np.array([float(np.asarray(r).reshape(-1)[0]) for r in moves.reported])
    if not np.isfinite(told).all():
        return []
    lists: dict[str, np.ndarray] = {}
    for candidates in (_of_batches, _of_all):  # those of all rows may take long, and are seldom meant
        found = candidates(case, moves)
        if any(_agrees(told, values, case.size) for values in found.values()):
            return []
        lists |= found
    if _is_measure(case, told, lists, moves) or _between(case, told, moves):
        return []
    return _finding(case, told, lists, moves)


def _between(case: Case, told: np.ndarray, moves: Moves) -> bool:
    """Whether each number is its batch's loss once its first or last parameters moved, the others not yet.

    So it is told where a step moves one block of parameters after the other, each by the loss it meets.
    """
    for k in range(1, len(case.leaves)):
        for first, then in ((moves.before, moves.after), (moves.after, moves.before)):
            points = (a[:k] + b[k:] for a, b in zip(first, then, strict=True))
            values = [case.truth.value(p, case.X[rows], case.y[rows])
                      for p, rows in zip(points, moves.rows, strict=True)]  # fmt: skip
            if np.allclose(told, values, rtol=1e-6, atol=0):
                return True
    return False


def _is_measure(case: Case, told: np.ndarray, lists: dict[str, np.ndarray], moves: Moves) -> bool:
    """Whether each number is a usual measure of a fit: rows in a right class or a wrong one, or R squared."""
    return _counts_rows(case, told, moves) or _is_r_squared(case, told, lists, moves)


def _counts_rows(case: Case, told: np.ndarray, moves: Moves) -> bool:
    """Whether each number is the share, or the number, of rows of its batch in a wrong class, or a right."""
    if case.net is None or case.net.output == "unknown" or labels(case.y) < 2 or not np.ptp(told):
        return False
    for when in (moves.before, moves.after):
        wrong = np.array([_misplaced(case.net.predict(p, case.X[rows]), case.y[rows])
                          for p, rows in zip(when, moves.rows, strict=True)])  # fmt: skip
        if any(
            np.allclose(told, share * count, rtol=1e-6, atol=1e-8 * share)
            for count in (wrong, case.size - wrong)
            for share in (1.0, 1 / case.size, 100 / case.size)
        ):
            return True  # fmt: skip
    return False


def _is_r_squared(case: Case, told: np.ndarray, lists: dict[str, np.ndarray], moves: Moves) -> bool:
    """Whether each number is one less the squared error's share of the targets' variance."""
    if len(told) < 3 or labels(case.y):
        return False
    spread = np.array([np.var(case.y[rows]) for rows in moves.rows])
    for name, values in lists.items():
        of = spread if name.startswith("batch") else np.full(len(told), np.var(case.y))
        lost = values / np.where(of > 0, of, np.inf)
        if np.ptp(lost) and any(
            _close(1 - told, factor * lost, lost) for factor in (1.0, 2.0, 1 / case.size)
        ):
            return True
    return False


def _misplaced(outputs: np.ndarray, y: Any) -> int:
    """How many rows have their greatest output elsewhere, or their one output on the other side of 1/2."""
    if outputs.shape[-1] > 1:
        return int(np.sum(outputs.argmax(-1) != kinds(y)))
    return int(np.sum((np.ravel(outputs) > 0.5) != (np.ravel(y) > 0.5)))


def _of_batches(case: Case, moves: Moves) -> dict[str, np.ndarray]:
    """The losses of each step's batch, before it and after it."""
    meant: dict[str, list[float]] = {}
    for when, points in _when(moves):
        for leaves, rows in zip(points, moves.rows, strict=True):
            for words, value in _of_batch(case, leaves, (case.X[rows], case.y[rows])).items():
                meant.setdefault(f"batch {when}{words}", []).append(value)
    return {words: np.array(values) for words, values in meant.items()}


def _of_batch(case: Case, leaves: Leaves, batch: Any) -> dict[str, float]:
    out = {"": case.truth.value(leaves, *batch)}
    if any(x.dtype.itemsize < 8 for x in case.patient.leaves if x.dtype.kind == "f"):
        out[", rounded"] = _as_rounded(case, leaves, batch)
    if case.net is not None and case.net.objective != "unknown":
        out[", data term"] = float(case.net.row_losses(leaves, *batch).mean())
    return out


def _of_all(case: Case, moves: Moves) -> dict[str, np.ndarray]:
    """The losses of all rows, before each step and after it."""
    return {f"all {when}": np.array([case.truth.value(leaves, case.X, case.y) for leaves in points])
            for when, points in _when(moves)}  # fmt: skip


def _when(moves: Moves) -> list[tuple[str, list[Leaves]]]:
    return [("before", moves.before), ("after", moves.after)]


def _as_rounded(case: Case, leaves: Leaves, batch: Any) -> float:
    """The loss in the loop's own precision: a logarithm near its bound is another in float32."""
    held = [x.astype(o.dtype) for x, o in zip(leaves, case.patient.leaves, strict=True)]
    try:
        return float(np.ravel(case.loss(held, *batch))[0])
    except Failure:
        return float("nan")


def _agrees(told: np.ndarray, values: np.ndarray, size: int) -> bool:
    if not np.isfinite(values).all():
        return True
    scale = np.abs(values).max() or 1.0
    for factor in {1.0, 2.0, 0.5, float(size)}:
        if np.allclose(told, factor * values, rtol=1e-4, atol=1e-6 * scale):
            return True
    running = np.cumsum(values) / np.arange(1, len(values) + 1)
    if np.allclose(told, running, rtol=1e-4) or _fades(told, values) or _of_the_last(told, values):
        return True
    if _in_other_units(told, values):
        return True
    shift = told - values  # a penalty or a constant beside the data term
    return bool(np.ptp(shift) < 1e-9 * scale and abs(shift[0]) < 0.2 * scale)


def _fades(told: np.ndarray, values: np.ndarray) -> bool:
    """Whether each number keeps one share of the last and takes the rest from the loss.

    It may begin at a loss that is expected. Begun at zero it tells of no loss for as long as it remembers;
    divided by the weights so far, it does.
    """
    if len(told) < 4:
        return False
    kept, gone = told[:-1] - values[1:], told[1:] - values[1:]
    share = float(kept @ gone) / (float(kept @ kept) or 1.0)
    start = told[0] - (1 - share) * values[0]
    if 0 < share < 1 and start > 0.5 * share * values.min() and _close(gone, share * kept, values):
        return True
    share = _ratio(values[1] - told[1], told[1] - values[0])
    weights = share ** np.arange(len(values))
    means = [weights[: t + 1][::-1] @ values[: t + 1] / weights[: t + 1].sum() for t in range(len(values))]
    return bool(0 < share < 1 and _close(told, np.array(means), values))


def _of_the_last(told: np.ndarray, values: np.ndarray) -> bool:
    """Whether each number is the mean of the last few losses."""
    return any(
        _close(told, np.array([values[max(t + 1 - k, 0) : t + 1].mean() for t in range(len(told))]), values)
        for k in range(2, len(told) - 1)
    )


def _in_other_units(told: np.ndarray, values: np.ndarray) -> bool:
    """Whether each number is the root of the loss, in whatever unit, or its exponential, a perplexity."""
    if (
        len(told) < 4
        or not (values > 0).all()
        or not (told > 0).all()
        or np.ptp(values) < 1e-3 * values.max()
    ):
        return False
    unit = told**2 / values
    return bool(np.ptp(unit) < 1e-5 * unit.max() or np.allclose(np.log(told), values, rtol=1e-5))


def _close(a: np.ndarray, b: np.ndarray, values: np.ndarray) -> bool:
    return bool(np.abs(a - b).max() < 1e-5 * np.abs(values).max())


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b else 0.0


def _finding(case: Case, told: np.ndarray, lists: dict[str, np.ndarray], moves: Moves) -> list[Finding]:
    batch = lists["batch before"]
    words = _what(case, told, lists, moves)
    if not words:  # a loss under dropout or of rows of its own keeps near; that is no wrong formula
        near = (np.abs(told) < 4 * np.abs(batch)).all() and (4 * np.abs(told) > np.abs(batch)).all()
        if near and (np.sign(told) == np.sign(batch)).all():
            return []
        words = "it is none of the losses it could mean"
    return [Finding(
        "loss_reporting_wrong", "reported_loss", f"the reported loss is not the batch's loss: {words}",
        f"reported {number(told[0])}, {number(told[1])}; the batches' losses are {number(batch[0])}, "
        f"{number(batch[1])}", "report loss(params, X_batch, y_batch)", 0.95, 40)]  # fmt: skip


def _what(case: Case, told: np.ndarray, lists: dict[str, np.ndarray], moves: Moves) -> str:
    """What the numbers are, if they are a loss of some rows, divided or multiplied by some count."""
    if any(np.allclose(told, np.cumsum(values), rtol=1e-3) for values in lists.values()):
        return "it accumulates over the steps"
    if len(told) > 2 and not np.ptp(told) and all(np.ptp(v) > 1e-3 * np.abs(v).max() for v in lists.values()):
        return "it never changes" if _never_changes(case.patient, told[0]) else ""
    for values in lists.values():
        if len(told) > 3 and np.allclose(told[1:], values[:-1], rtol=1e-3) and np.ptp(values):
            return "it is that of the step before"
    batch = "the batch" if case.size > 1 else "one row"
    named = {f"the loss of {batch if name.startswith('batch') else 'all rows'}": values
             for name, values in lists.items()}  # fmt: skip
    if case.size > 1:
        named |= _of_an_end(case, moves)
        one = _one_row(case, told, moves)
        if one:
            return one
    other = _of_another_batch(case, told, moves)
    if other:
        return other
    counts = _counts(case)
    for words, values in named.items():
        for factor, what in counts:
            if (factor != 1 or "alone" in words) and np.allclose(told, factor * values, rtol=1e-5, atol=0):
                return f"it is {words}{what}"
    heavier = _heavier_penalty(told, lists, counts)
    if heavier:
        return heavier
    for words, values in named.items():
        if any(_adds(told - base, values) for name, base in lists.items() if name.startswith("batch")):
            return f"{words} is added to it"
    for words, values in named.items():
        ratio = told / values if values.all() else np.zeros(1)
        if len(told) > 2 and np.ptp(values) and np.ptp(ratio) < 1e-5 * abs(ratio[0]):
            return f"it is {words}, times {number(ratio[0])}"
    return ""


def _heavier_penalty(told: np.ndarray, lists: dict[str, np.ndarray], counts: list[tuple[float, str]]) -> str:
    """Whether it is the batch's loss, its penalty times some count, as inside a sum of rows."""
    for when in ("before", "after"):
        whole, rows = lists[f"batch {when}"], lists.get(f"batch {when}, data term")
        if rows is None or not np.ptp(whole - rows):
            continue
        for factor, what in counts:
            if factor != 1 and np.allclose(told, rows + factor * (whole - rows), rtol=1e-6, atol=0):
                return f"its penalty is the loss's{what}"
    return ""


def _of_another_batch(case: Case, told: np.ndarray, moves: Moves) -> str:
    """Whether each number is the loss, at the weights of its step, of rows that are another step's batch."""
    kept = {tuple(rows) for rows in moves.rows}
    if len(kept) < 3:  # one batch, or two, is every step's
        return ""
    count = len(told)
    others = {"the first batch's loss": [0] * count, "that of the batch before": [*range(-1, count - 1)]}
    for words, steps in others.items():
        for points in (moves.before, moves.after):
            asked = [(t, case.truth.value(points[t], case.X[moves.rows[j]], case.y[moves.rows[j]]))
                     for t, j in enumerate(steps) if j >= 0]  # fmt: skip
            at, values = (np.array(x) for x in zip(*asked, strict=True))
            if np.allclose(told[at], values, rtol=1e-5, atol=0) and np.ptp(values):
                return f"it is {words}"
    return ""


def _of_an_end(case: Case, moves: Moves) -> dict[str, np.ndarray]:
    """The losses of each batch's first row, and of its last, before the step and after it."""
    out = {}
    for when, points in (("", moves.before), (", after the step", moves.after)):
        for i, which in ((0, "first"), (-1, "last")):
            values = [case.truth.value(leaves, case.X[[rows[i]]], case.y[[rows[i]]])
                      for leaves, rows in zip(points, moves.rows, strict=True)]  # fmt: skip
            out[f"the loss of the batch's {which} row alone{when}"] = np.array(values)
    return out


def _never_changes(patient: Patient, told: float) -> bool:
    """Whether each step of some passes reports one number: some report a pass's loss all through the next."""
    body, watch = patient.begun(), Stopwatch()
    params = body.params
    for t in range(min(patient.n_steps, max(PASSES * -(-patient.n // patient.batch_size), MOST))):
        params = body.step(params, *(table[patient.batch(t)] for table in (body.X, body.y)))
        if np.ravel(body.reported)[0] != told:
            return False
        if watch.seconds() > SECONDS:
            return False
    return True


PASSES, MOST, SECONDS = 3, 200, 0.4


def _one_row(case: Case, told: np.ndarray, moves: Moves) -> str:
    """Whether each number is the loss of some one row of its batch, with or without the loss's penalty."""
    if case.net is None or case.net.objective == "unknown" or case.heeded is not None:
        return ""
    for when, points in (("", moves.before), (", after the step", moves.after)):
        picked = [_row_of(case, *at) for at in zip(told, points, moves.rows, strict=True)]
        if None not in picked:
            which = ", ".join(map(str, picked[:3]))
            return f"it is the loss of one row alone, number {which} ... of its batch{when}"
    return ""


def _row_of(case: Case, value: float, leaves: Leaves, rows: np.ndarray) -> int | None:
    """The place in its batch of the row whose loss this is; None where it is none's, or all are alike."""
    assert case.net is not None
    each = case.net.row_losses(leaves, case.X[rows], case.y[rows])
    if np.ptp(each) < 1e-2 * np.abs(each).max():
        return None
    penalty = case.truth.value(leaves, case.X[rows], case.y[rows]) - float(each.mean())
    gaps = np.minimum(np.abs(each - value), np.abs(each + penalty - value))
    return None if gaps.min() > 1e-6 * max(abs(value), 1e-3) else int(gaps.argmin())


def _adds(rest: np.ndarray, values: np.ndarray) -> bool:
    """Whether what is told beyond the batch's loss is another loss, which changes from step to step."""
    return bool(np.ptp(values) > 1e-3 * np.abs(values).max() and np.allclose(rest, values, rtol=1e-4, atol=0))


def _counts(case: Case) -> list[tuple[float, str]]:
    """Factors a count of something gives, and their words."""
    n, N, d = case.size, case.n, case.X.shape[1] if case.X.ndim == 2 else 1
    known = [(1.0, ""), (1 / n, f", divided by the {n} rows again"), (float(N), f", times all {N} rows"),
             (1 / N, f", divided by all {N} rows"), (float(n * n), ", summed twice"),
             (1 / d, f", divided by the {d} features")]  # fmt: skip
    both = [(f / d, f"{what} and by the {d} features") for f, what in known if ", divided by" in what]
    return [(f, what) for f, what in [*known, *both] if f != 1 or not what]
