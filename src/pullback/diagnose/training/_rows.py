"""Which rows a step really takes: its own, where it does not look at those it is given.

A step that gives the same for any batch keeps its own data; one that is given all rows may take some of them
by itself. Rows of X and of y are changed, group by group and half by half, and those whose change changes
the step are the ones it takes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import flatten, joined
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import Failure, Stopwatch
from pullback.diagnose.training._gathers import alone, gathers

Leaves = list[np.ndarray]
STEPS, PROBES, SINGLES, MATCHED = 3, 500, 12, 200
PASSES, LONGER = 100, 1500
"""The steps of two passes that are always made, and those that are made where they cost next to nothing."""
SECONDS, LONGEST = 0.25, 1.5
"""The time for rows drawn out of all that are given: what they are is good to know, but not needed. And that
for rows of its own that a step takes instead: without them nothing can be said of its gradient.
"""
FEW, MORE = 16, 6
"""So few rows are changed one by one in each step, and in more steps: of rows drawn at random three steps may
take the same one, and of momentum a step seems to take what the one before took.
"""
LUCK = 1e-4
"""How often at most rows drawn at random should have passed over some that are called never taken."""
DENSE = 24
"""The rows between the first and the last one taken that have to be taken too."""
FIRST, SAMPLE, VISITS = 4, 40, 6
"""Of a step that is given all rows: the rows changed first, all those changed, and how often it should have
come by each of them.
"""


@dataclass
class OwnRows:
    """The rows of X and of y that each of the first steps takes."""

    X: list[np.ndarray]
    y: list[np.ndarray]
    onward: bool = False
    """Whether they are one block after another from the first row on."""

    @property
    def both(self) -> list[np.ndarray]:
        """The rows each step takes: those seen in X or in y, for a row that no unit answers to hides in X."""
        return [np.union1d(x, y) for x, y in zip(self.X, self.y, strict=True)]

    @property
    def repeated(self) -> bool:
        """Whether rows are drawn with replacement, so that some count twice and nobody knows which.

        Unlike many then come in each step, and steps share some of them; of blocks they share all or none,
        and only the last of a pass is shorter. Where memory hides what is shared, the numbers tell.
        """
        rows = self.both
        shared = (
            (len(np.intersect1d(a, b)), min(len(a), len(b))) for a, b in itertools.combinations(rows, 2)
        )
        sizes = len({len(r) for r in rows})
        return sizes > 2 or (sizes > 1 and any(0 < both < least for both, least in shared))

    def batch(self, t: int, n: int) -> np.ndarray:
        """Of blocks that go on the rows of step `t`, as a loop over `n` rows most likely takes them."""
        size = min(len(self.X[0]), n)
        return np.arange(size) + t % (n // size) * size


@dataclass
class Heeded:
    """Some rows that a first step heeds, and some with a slope that it does not."""

    seen: np.ndarray
    unseen: np.ndarray

    @property
    def share(self) -> float:
        """Of all rows those that one step takes, about."""
        return len(self.seen) / SAMPLE


def own_rows(patient: Patient, leaves: Leaves, gradient: Callable[..., Leaves]) -> OwnRows | None:
    """The rows the first steps take by themselves; None where they take the batch, or nobody can tell.

    Rows it took down elsewhere, as pairs in a list, do not change with X and y: their slopes tell them.
    """
    whole = patient.batch_size >= patient.n
    try:
        if not (_passes_over(patient, leaves) if whole else _ignores(patient, leaves)):
            return None
        windows = _windows(patient, leaves)
        if windows is not None:
            return windows
        out = gathers(patient, leaves, STEPS) if whole and patient.n > FEW else None
        if out is not None and alone(out, _heeds(patient, leaves, _ends(patient, leaves, 0)), patient.n):
            return OwnRows(out, out)
        X = _taken(patient, leaves, "X")
        y = None if X is None else _taken(patient, leaves, "y")
        if X is None or y is None or not all(map(len, (*X, *y))):
            return None if whole else _by_slopes(patient, leaves, gradient)
    except (Failure, TypeError, ValueError):  # these rows tell nothing
        return None
    if whole and all(np.array_equal(X[0], rows) for rows in X):  # rows without slope are not left out
        return None
    return OwnRows(X, y)


def heeded(patient: Patient, leaves: Leaves, gradient: Callable[..., Leaves]) -> Heeded | None:
    """Some rows that a first step which is given all rows heeds, and some with a slope that it does not.

    None where it takes all of them, as most do, or draws anew each time.
    """
    if patient.batch_size < patient.n or patient.n < 2 * SAMPLE:
        return None
    places = np.random.default_rng(0).permutation(patient.n)[:SAMPLE]
    try:
        usual = _ends(patient, leaves, 0, steps=1)
        if np.array_equal(usual[0], joined(leaves)):
            return None
        seen: list[bool] = []
        for i in range(SAMPLE):
            seen.append(not _same(usual, _ends(patient, leaves, 0, "Xy", places[i : i + 1], 1))[0])
            if len(seen) == FIRST and sum(seen) >= FIRST - 1:
                return None
        again = _ends(patient, leaves, 0, steps=1)
    except Failure:  # rows that the step cannot take say nothing
        return None
    if not any(seen) or not all(_same(usual, again)):
        return None
    unseen = places[~np.array(seen)]
    slopes = [any(map(np.any, gradient(leaves, patient.X[[i]], patient.y[[i]]))) for i in unseen]
    # rows without a slope tell a step nothing
    return Heeded(places[seen], unseen[slopes]) if np.mean(slopes) > 0.5 else None


def never_heeded(patient: Patient, leaves: Leaves, found: Heeded) -> int:
    """In so many steps, by which each row should have had its turn several times, none of these rows has any
    effect; 0 where one has.
    """
    steps = int(VISITS / found.share)
    usual = _ends(patient, leaves, 0, steps=steps)
    if not _finite(usual):
        return 0
    return steps if all(_same(usual, _ends(patient, leaves, 0, "Xy", found.unseen, steps))) else 0


def never_taken(patient: Patient, leaves: Leaves, size: int) -> np.ndarray:
    """The part of the rows, of four, that no step of two passes takes; none where all are taken.

    What is left over at the end of a pass, less than a batch, may be left out. Few rows may be drawn at
    random: of these it takes more passes.
    """
    steps = 2 * -(-patient.n // max(size, 1))
    if 4 * size > patient.n or steps > LONGER:
        return np.zeros(0, int)
    steps = max(steps, _draws_to_tell(patient.n // 4, patient.n, size))
    watch = Stopwatch()
    first = _ends(patient, leaves, 0, steps=min(steps, PASSES))
    if steps > PASSES and not watch.seconds() * steps / PASSES < SECONDS:
        return np.zeros(0, int)
    usual = first if steps <= PASSES else _ends(patient, leaves, 0, steps=steps)
    if not _finite(usual):
        return np.zeros(0, int)
    for rows in np.array_split(np.arange(patient.n), 4):
        if all(_same(usual, _ends(patient, leaves, 0, "Xy", rows, steps))):
            return rows
    return np.zeros(0, int)


def _draws_to_tell(some: int, n: int, size: int) -> int:
    """The steps of `size` rows drawn out of `n` that hardly ever pass over all of `some` of the rows."""
    return int(np.ceil(np.log(LUCK / 4) / np.log1p(-some / n) / size)) if 0 < some < n else 1


def always_same(patient: Patient, leaves: Leaves, rows: np.ndarray) -> bool:
    """Whether the steps go on taking these rows alone, for so long that no draw at random would."""
    others = np.setdiff1d(np.arange(patient.n), rows)
    steps = max(STEPS, _draws_to_tell(len(others), patient.n, len(rows)))
    usual = _ends(patient, leaves, 0, steps=steps)
    return all(_same(usual, _ends(patient, leaves, 0, "Xy", others, steps)))


def stays(patient: Patient, leaves: Leaves) -> bool:
    """Whether the steps, given all rows, go on taking the last row that the first one takes."""
    heeds = _heeds(patient, leaves, _ends(patient, leaves, 0))
    last = _last(heeds, patient.n)
    return all(heeds(t, [last]) for t in range(1, STEPS))


def read(patient: Patient, leaves: Leaves) -> bool:
    """Whether the first step changes with the tables X and y themselves, whatever batch it is given."""
    usual = _ends(patient, leaves, 0, steps=1)
    return not all(_same(usual, _ends(patient, leaves, 0, name, slice(None), 1))[0] for name in "Xy")


def _ends(
    patient: Patient, leaves: Leaves, feed: int, names: str = "", rows: object = None, steps: int = STEPS,
    late: int = 0,
) -> list[np.ndarray]:  # fmt: skip
    """Where each of the first steps leads from `leaves`; with some rows of X, of y or of both changed.

    A change before step `late` alone has no part in what a step remembers of earlier ones.
    """
    body = patient.begun()
    whole = patient.batch_size >= patient.n  # then what is given is what it takes its rows of
    X, y = (body.X, body.y) if whole else (np.array(patient.X), np.array(patient.y))
    out = []
    for t in range(steps):
        for data in (getattr(body, name) for name in names if t == late):
            data[rows] = changed(data[rows], patient)
        batch = patient.batch(t + feed)
        params = body.parameters(leaves)
        after = body.step(params, X[batch], y[batch])
        out.append(np.concatenate([np.ravel(np.array(x, float)) for x in flatten(after)]))
    return out


def changed(rows: np.ndarray, patient: Patient) -> np.ndarray:
    """Some rows of X or of y, each with other values, as that table may have them."""
    if rows.dtype.kind == "f":
        return rows * 1.25 + 0.3125  # no usual target stays what it is
    others = np.roll(np.unique(patient.y.reshape(len(patient.y), -1), axis=0), 1, 0)
    if rows.shape[1:] != others.shape[1:] and others.shape[1:] != (1,):
        return rows
    values = np.unique(patient.y) if rows.ndim == 1 else others
    if rows.ndim == 1:
        return values[(np.searchsorted(values, rows) + 1) % len(values)].astype(rows.dtype)
    return _rolled(rows, patient) if rows.shape[-1] > 1 else rows + 1


def _rolled(rows: np.ndarray, patient: Patient) -> np.ndarray:
    """Rows of whole numbers, each number in its neighbour's place; rows of one number, of the next one."""
    out = np.roll(rows, 1, axis=-1)
    alike = (out == rows).all(-1)
    values = np.unique(patient.X if rows.shape[1:] == patient.X.shape[1:] else patient.y)
    out[alike] = values[(np.searchsorted(values, rows[alike]) + 1) % len(values)]
    return out


def _same(a: list[np.ndarray], b: list[np.ndarray]) -> list[bool]:
    return [np.array_equal(x, z, equal_nan=True) for x, z in zip(a, b, strict=True)]


def _finite(ends: list[np.ndarray]) -> bool:
    """Whether no number is NaN or inf: one row that breaks a step hides all others."""
    return all(np.isfinite(end).all() for end in ends)


def _heeds(patient: Patient, leaves: Leaves, usual: list[np.ndarray]) -> Callable[..., bool]:
    """Tells whether step `t` itself takes any of some rows, whatever it remembers of earlier ones."""

    def heeds(t: int, rows: Any, names: str = "Xy") -> bool:
        end = _ends(patient, leaves, 0, names, rows, t + 1, late=t)[t]
        return not np.array_equal(usual[t], end, equal_nan=True)

    return heeds


def _last(heeds: Callable[..., bool], n: int) -> int:
    """The last row that the first step takes."""
    low, high = 0, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if heeds(0, slice(middle, high)) else (low, middle)
    return low


def _passes_over(patient: Patient, leaves: Leaves) -> bool:
    """Whether the steps, given all rows, pass over some of them, and not over the same in every step.

    Rows without slope have no part in any step that starts where the first did.
    """
    steps = _watched(patient)
    usual, again = (_ends(patient, leaves, 0, steps=steps) for _ in range(2))
    start = joined(leaves)
    if patient.n < 2 or np.array_equal(usual[0], start) or not all(_same(usual, again)) or not _finite(usual):
        return False
    heeds, first = _heeds(patient, leaves, usual), []
    places = np.unique(np.linspace(0, patient.n - 1, SINGLES).astype(int))
    for row in places:
        first.append(heeds(0, [row]))
        if len(first) == 4 and all(first) and all(heeds(1, [row]) for row in places[:4]):
            return False
    if not any(first):
        return True
    return any([heeds(t, [row]) for row in places] != first for t in range(1, steps))


def _watched(patient: Patient) -> int:
    """The first steps whose rows are looked for."""
    return MORE if patient.n <= FEW else STEPS


def _ignores(patient: Patient, leaves: Leaves) -> bool:
    """Whether the steps do the same on other batches, and not by doing nothing at all."""
    ends = _ends(patient, leaves, 0)
    start = joined(leaves)
    if any(np.array_equal(end, start) for end in ends) or not _finite(ends):
        return False
    return all(_same(ends, _ends(patient, leaves, 1))) and all(_same(ends, _ends(patient, leaves, 0)))


def _windows(patient: Patient, leaves: Leaves) -> OwnRows | None:
    """The rows of steps that take neighbouring rows, as far on from step to step; else None."""
    usual = _ends(patient, leaves, 0)
    heeds = _heeds(patient, leaves, usual)

    def first(t: int, low: int, high: int) -> int:
        """The first row that step `t` takes, of those between."""
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if heeds(t, slice(low, middle)) else (middle, high)
        return low

    high = _last(heeds, patient.n) + 1
    start = first(0, 0, high)
    shift = first(1, start, min(high + 1, patient.n)) - start
    windows = [np.arange(start, high) + t * shift for t in range(STEPS)]
    for t, rows in enumerate(windows):
        others = np.setdiff1d(np.arange(patient.n), rows)
        if rows[-1] >= patient.n or (len(others) and heeds(t, others)) or not heeds(t, rows):
            return None
    inside, edges = windows[0][:: max(1, len(windows[0]) // DENSE)], windows[0][[0, -1]]
    if not all(heeds(t, [row]) for t in range(1 if shift else STEPS) for row in inside):
        return None  # rows here and there, of which a step that draws most of all rows leaves few out
    if not all(heeds(0, [row], "y") for row in edges):
        return None  # rows of X that meet other rows of y, or targets kept elsewhere
    return OwnRows(windows, windows, onward=not start and shift == high)


def _taken(patient: Patient, leaves: Leaves, name: str) -> list[np.ndarray] | None:
    if patient.n <= FEW:
        return _one_by_one(patient, leaves, name)
    usual = _ends(patient, leaves, 0)
    found: list[list[int]] = [[] for _ in range(STEPS)]
    todo: list[np.ndarray] = [np.arange(patient.n)]
    probes, watch, whole = 0, Stopwatch(), patient.batch_size >= patient.n
    while todo:
        rows = todo.pop()
        probes += 1
        many, late = probes > PROBES, watch.seconds() > (SECONDS if whole else LONGEST)
        if (many or late) if whole else (many and late):
            return None
        same = _same(usual, _ends(patient, leaves, 0, name, rows))
        if all(same):
            continue
        if len(rows) == 1:
            for t in range(STEPS):
                found[t] += [] if same[t] else [int(rows[0])]
        else:
            todo += [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
    return _new([np.array(sorted(rows), int) for rows in found])


def _one_by_one(patient: Patient, leaves: Leaves, name: str) -> list[np.ndarray]:
    """What each step itself takes of few rows, whatever it remembers of those before."""
    steps = _watched(patient)
    heeds = _heeds(patient, leaves, _ends(patient, leaves, 0, steps=steps))
    return [np.array([row for row in range(patient.n) if heeds(t, [row], name)], int) for t in range(steps)]


def _by_slopes(patient: Patient, leaves: Leaves, gradient: Callable[..., Leaves]) -> OwnRows | None:
    """The batches whose gradients the first steps follow, of those that a pass over the rows is made of."""
    start = joined(leaves)
    moves = [end - start for end in _ends(patient, leaves, 0)]
    found: list[list[np.ndarray]] = [[] for _ in moves]
    for k in range(min(-(-patient.n // patient.batch_size), MATCHED) if start.size > 2 else 0):
        rows = patient.batch(k)
        g = joined(gradient(leaves, patient.X[rows], patient.y[rows]))
        for own, move in zip(found, moves, strict=True):
            size = np.sqrt((move @ move) * (g @ g))
            own += [rows] if size > 0 and -(move @ g) > (1 - 1e-9) * size else []
    taken = [own[0] for own in found if len(own) == 1]
    return OwnRows(taken, taken) if len(taken) == STEPS else None


def _new(rows: list[np.ndarray]) -> list[np.ndarray]:
    """What each step takes: where it seems to take all that earlier ones took, and more, that is memory."""
    pairs = list(itertools.pairwise(rows))
    if not all(len(a) < len(b) and np.isin(a, b).all() for a, b in pairs):
        return rows
    return [rows[0], *(np.setdiff1d(b, a) for a, b in pairs)]


__all__ = [
    "Heeded", "OwnRows", "always_same", "heeded", "never_heeded", "never_taken", "own_rows", "read", "stays",
]  # fmt: skip
