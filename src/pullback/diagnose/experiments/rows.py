"""The rows a step takes by itself, where it does not look at the batch it is given.

Does: changes rows of X, and rows of y, and sees which of them change the first steps.
Measures: by step, the rows of X and the rows of y that took part.
Speaks for: labels_misaligned, batch_indexing_wrong.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._parted import parted
from pullback.diagnose.experiments.model import same_table
from pullback.diagnose.loops._leaves import flatten, joined
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.training._rows import always_same, changed, never_heeded, never_taken, read, stays
from pullback.diagnose.updates._moves import norm


def experiment(case: Case) -> list[Finding]:
    """Findings about the pairing and the choice of rows."""
    apart = parted(case)
    if apart:
        return apart
    own = case.own_rows
    if own is None:
        chosen = _ignored if case.heeded is None else _never_picked
        return _unpaired(case) or _crossed(case) or chosen(case)
    case.tried.append("which rows of X and of y the steps take by themselves")
    for t, (x, y) in enumerate(zip(own.X, own.y, strict=True)):
        if len(np.setdiff1d(x, y)) and len(np.setdiff1d(y, x)):  # a dead unit hides rows, on one side only
            return [Finding(
                "labels_misaligned", "data", "a row of X meets the target of another row",
                f"step {t + 1} takes rows {_some(x)} of X and rows {_some(y)} of y",
                "take X and y by the same indices", 1.0, 84)]  # fmt: skip
    rows = own.both
    alike = len(rows[0]) < case.n and all(np.array_equal(rows[0], later) for later in rows)
    if alike and always_same(case.patient, case.generic, rows[0]):
        return [Finding(
            "batch_indexing_wrong", "data", "every step takes the same rows",
            f"steps 1 to {len(rows)} all take rows {_some(rows[0])} of {case.n}",
            "go on to the next rows after each step", 1.0, 84)]  # fmt: skip
    left = never_taken(case.patient, case.generic, max(map(len, rows)))
    if len(left) and norm(_of(case, left)):  # rows without slope may have been taken
        return [Finding(
            "batch_indexing_wrong", "data", "some rows are never taken",
            f"in two passes no step takes any of rows {_some(left)} of {case.n}",
            "let the batches run to the last row", 1.0, 84)]  # fmt: skip
    return []


def _never_picked(case: Case) -> list[Finding]:
    """Rows that a step which picks some of all never comes to."""
    if case.heeded is None:
        return []
    case.tried.append("whether a step that picks rows comes by all of them")
    steps = never_heeded(case.patient, case.generic, case.heeded)
    if not steps:
        return []
    return [Finding(
        "batch_indexing_wrong", "data", "the steps come back to the same rows, and never to the others",
        f"{len(case.heeded.unseen)} rows with a gradient, changed together, have no effect in {steps} steps",
        "go on to the next rows after each step", 1.0, 84)]  # fmt: skip


def _unpaired(case: Case) -> list[Finding]:
    """A step that takes the inputs it is given and targets from elsewhere, or the reverse.

    `zip(X_batch, y)` and `y[i]` read the whole set's targets, row by row from the first one. Where
    the targets are the inputs, one of the two is all that a step needs.
    """
    if not case.patient.has_step or case.size >= case.n or _numbers(case) < 4 or same_table(case):
        return []
    case.tried.append("whether the step heeds both the inputs and the targets it is given")
    for given, other in (("y", "X"), ("X", "y")):
        if _heeds_one(case, given) and not _reads(case, other):
            return [Finding(
                "labels_misaligned", "data", f"the step does not look at the {other} it is given",
                f"it does the same with the {other} of any other batch, and not so with another {given}",
                f"take the {other} of the batch too", 1.0, 84)]  # fmt: skip
    return []


def _reads(case: Case, name: str) -> bool:
    """Whether the first step changes once every row it is given has another value in this table.

    A step that takes the first rows of its batch meets one target in all batches, and heeds it.
    """
    rows, body = case.patient.batch(0), case.patient.begun()
    given = {"X": body.X[rows], "y": body.y[rows]}
    given[name] = changed(given[name], case.patient)
    try:
        after = body.step(body.parameters(case.generic), given["X"], given["y"])
    except Failure:  # it has looked
        return True
    return not _same([np.array(x, float) for x in flatten(after)], _moves(case, rows))


def _numbers(case: Case) -> int:
    """How many numbers a step moves."""
    return sum(x.size for x in case.leaves)


def _crossed(case: Case) -> list[Finding]:
    """A step that brings its own rows out of order, the inputs or the targets alone.

    Of one row several times, and then of another, any such order exchanges some targets of the two: the
    first step is then a mixture of two gradients, and its share tells how many: a whole number of pairs. Any
    wrong error signal of a model of one output is some such mixture, but not of such a share.
    """
    if not case.patient.has_step or min(case.size, case.n) < 2 * TWICE or _numbers(case) < 3:
        return []  # two numbers are some mixture of any two gradients
    share: float | None = None
    for a, b in zip(range(0, case.n, max(case.n // 4, 1)), range(case.n // 8 + 1, case.n), strict=False):
        b = next((k for k in (*range(b, case.n), *range(b)) if _differ(case, a, k)), a)
        share = _share_crossed(case, np.repeat([a, b], TWICE), np.repeat([b, a], TWICE)) if a != b else None
        if share is None or share < LEAST or not _of_pairs(share):
            return []
        case.tried.append("whether inputs and targets of one batch keep together in a step")
    return [Finding(
        "labels_misaligned", "data", "the step brings inputs and targets out of order",
        f"of {2 * TWICE} rows the first step gives {number(100 * (share or 0))} % the targets of others",
        "take X and y by the same indices", 1.0, 84)]  # fmt: skip


TWICE, LEAST = 6, 0.15
"""How often each of the two rows is given, and the share of exchanged targets that nothing else explains."""


def _of_pairs(share: float) -> bool:
    """Whether so many of the pairs, or of the fewer that a step takes, may have exchanged their targets."""
    return any(abs(share * pairs - round(share * pairs)) < 1e-3 for pairs in range(1, TWICE + 1))


def _differ(case: Case, a: int, b: int) -> bool:
    """Whether two rows have other inputs and other targets."""
    return not (np.array_equal(case.X[a], case.X[b]) or np.array_equal(case.y[a], case.y[b]))


def _share_crossed(case: Case, own: np.ndarray, others: np.ndarray) -> float | None:
    """The share of the second in the mixture of two gradients that a first step is, if it is one."""
    try:
        moved = [a - b for a, b in zip(_moves(case, own), case.generic, strict=True)]
        slopes = [case.gradient(case.generic, case.X[own], case.y[rows]) for rows in (own, others)]
    except (Failure, ValueError, IndexError):  # a step that takes no batch of so many rows
        return None
    A = np.stack([joined(slope) for slope in slopes], 1)
    b = joined(moved)
    if not (np.isfinite(A).all() and np.isfinite(b).all() and b.any()) or np.linalg.cond(A) > 1e4:
        return None
    parts = np.linalg.lstsq(A, b, rcond=None)[0]
    exact = np.linalg.norm(A @ parts - b) < 1e-5 * np.linalg.norm(b)
    return float(parts[1] / parts.sum()) if exact and (parts <= 0).all() else None


def _heeds_one(case: Case, given: str) -> bool:
    """Whether first steps hang on `given` alone, though gradients go other ways with the other of X and y."""
    start, here, seen, astray = case.generic, case.patient.batch(0), 0, False
    for k in range(1, _TRIED):
        there = case.patient.batch(k)
        if len(there) != len(here):
            continue
        mixed = (here, there) if given == "X" else (there, here)
        swapped = mixed[::-1]
        plain, same, moved = (_moves(case, *rows) for rows in ((here, here), mixed, swapped))
        if not all(np.isfinite(x).all() for x in (*plain, *same, *moved)) or _same(plain, start):
            return False
        if not _same(plain, same):  # as most do: no gradient need be had
            return False
        slopes = [case.gradient(start, case.X[a], case.y[b]) for a, b in ((here, here), mixed)]
        if not _turned(*slopes):
            continue
        if _same(plain, moved) or not _same(plain, _moves(case, here, here)):
            return False
        astray |= _astray(plain, start, slopes[0]) or _astray(moved, start, _of(case, there))
        seen += 1
        if seen == _SEEN:
            return astray
    return False


def _of(case: Case, rows: np.ndarray) -> list[np.ndarray]:
    return case.gradient(case.generic, case.X[rows], case.y[rows])


def _one_size(after: list[np.ndarray], before: list[np.ndarray]) -> bool:
    """Whether all numbers that move do so by the same amount, up or down."""
    sizes = np.concatenate([np.abs(a - b).ravel() for a, b in zip(after, before, strict=True)])
    return float(np.ptp(sizes[sizes > 0])) < 1e-6 * float(sizes.max())


def _turned(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    """Whether two gradients differ in the sign of some numbers: then no rule makes the same of both."""
    least = 1e-9 * max(norm(a), norm(b))
    return any(bool(np.any((np.sign(x) != np.sign(z)) & (np.maximum(np.abs(x), np.abs(z)) > least)))
               for x, z in zip(a, b, strict=True))  # fmt: skip


def _astray(after: list[np.ndarray], before: list[np.ndarray], slope: list[np.ndarray]) -> bool:
    """Whether a first step does not go down the gradient in every number: it is not that of these rows."""
    least = 1e-3 * max(float(np.abs(g).max(initial=0)) for g in slope)
    return any(bool(np.any((np.sign(a - b) != -np.sign(g)) & (np.abs(g) > least)))
               for a, b, g in zip(after, before, slope, strict=True))  # fmt: skip


_TRIED, _SEEN = 40, 3
"""The batches that may be tried beside the first, and those that have to say the same."""


def _ignored(case: Case) -> list[Finding]:
    """Rows of its batch that a step does not look at, although their gradients are not zero."""
    size = min(case.size, case.n)
    if not case.patient.has_step or size < 4:
        return []
    half, rows = size // 2, case.patient.batch(0)
    case.tried.append("which rows of its batch the step heeds")
    first = _moves(case, rows)
    if not all(np.isfinite(x).all() for x in first):
        return []  # one row that breaks hides all others
    if not _same(first, _moves(case, rows)) or _same(first, case.generic):
        return []  # it draws anew each time, or does not move at first, as warm-ups do
    outside = np.setdiff1d(np.arange(case.n), rows)
    others = outside[np.arange(size) % len(outside)] if len(outside) else rows
    if len(outside) and _same(first, _moves(case, others)) and not read(case.patient, case.generic):
        return []  # it has rows of its own, copies that nobody can change: which they are is not known
    for name, places in (("second", np.arange(half, size)), ("first", np.arange(half))):
        changed = rows.copy()
        other = outside if len(outside) else np.setdiff1d(rows, rows[places])
        changed[places] = other[np.arange(len(places)) % len(other)]
        if not _same(first, _moves(case, changed)):
            continue
        grads = [case.gradient(case.generic, case.X[r[places]], case.y[r[places]]) for r in (rows, changed)]
        if norm([a - b for a, b in zip(*grads, strict=True)]) < 1e-6 * norm(grads[0]) or not norm(grads[0]):
            continue
        if _one_size(first, case.generic):
            continue  # a rule that goes by the signs does the same for many rows
        if not _only(case, rows, changed):
            continue
        return [Finding(
            "batch_indexing_wrong", "data", "the step does not look at all rows of its batch",
            f"other rows in the {name} half of a batch of {size} change nothing, and their gradient differs",
            "use every row of the batch", 1.0, 84)]  # fmt: skip
    return []


def _only(case: Case, rows: np.ndarray, changed: np.ndarray) -> bool:
    """Whether later steps too pass over what the first one does: not so a step that takes a few rows of all
    that it is given, and comes to the rest in its turn.
    """
    later = [_moves(case, x, steps=LATER) for x in (rows, changed)]
    return _same(*later) and (case.size < case.n or stays(case.patient, case.generic))


LATER = 12
"""The steps that have to pass over the same rows of a batch."""


def _same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def _moves(case: Case, rows: np.ndarray, targets: np.ndarray | None = None,
           steps: int = 1) -> list[np.ndarray]:  # fmt: skip
    """What the first step makes of the generic point, given these rows; or their X, and the y of others.

    Or several steps, one after another.
    """
    targets = rows if targets is None else targets
    body = case.patient.begun()
    params = body.parameters(case.generic)
    for _ in range(steps):
        params = body.step(params, body.X[rows], body.y[targets])
    return [np.array(x, float) for x in flatten(params)]


def _some(rows: np.ndarray) -> str:
    if len(rows) > 3 and rows[-1] - rows[0] == len(rows) - 1:
        return f"{rows[0]} to {rows[-1]}"
    return ", ".join(map(str, rows[:6])) + (", ..." if len(rows) > 6 else "")
