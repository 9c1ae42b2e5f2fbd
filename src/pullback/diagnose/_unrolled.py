"""Steps that make many updates by themselves, an epoch of small batches, taken apart into these updates.

Fed with fewer rows such a step makes fewer updates. As many rows as one update takes are the most for which
the move still follows their gradient; twice as many rows then show the second update, begun where the first
ended. Where it follows none, it is as many as can be given one after the other, to the same end as together.
"""

from __future__ import annotations

from copy import copy

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.updates._moves import Moves, norm, watch_part

UPDATES = 6


def unrolled(case: Case) -> Moves | None:
    """The first updates within one step from the generic point; None where a step is one update."""
    if case.size < 4 or case.own_rows is not None or not case.patient.has_step:
        return None
    ends: dict[int, Leaves] = {}
    size = _rows_of_one(case, ends)
    if size is None or 2 * size > case.size:
        return None
    count = min(UPDATES, case.size // size)
    rows = case.patient.batch(0)
    out = Moves(rows=[rows[t * size : (t + 1) * size] for t in range(count)])
    for t in range(count):
        out.before.append(_end(case, t * size, ends))
        out.after.append(_end(case, (t + 1) * size, ends))
    return out if _goes_on(case, out, ends) else None


def fed_singly(case: Case, size: int) -> Case:
    """The same loop whose steps are given the rows of one update each, so that they make one.

    Rows whose order is drawn within a step are all there in any order, and what is kept goes on as it does.
    """
    patient = copy(case.patient)
    patient.batch_size = size
    other = Case(patient, case.left())
    other.__dict__.update(truth=case.truth, generic=case.generic)
    return other


def _end(case: Case, size: int, ends: dict[int, Leaves]) -> Leaves:
    """The parameters after one step from the generic point on so many rows; where it was, if it cannot."""
    if size == 0:
        return case.generic
    if size not in ends:
        moves = watch_part(case.patient, case.generic, 1, size)
        ends[size] = case.generic if moves is None else moves.after[0]
    return ends[size]


def _rows_of_one(case: Case, ends: dict[int, Leaves]) -> int | None:
    """How many rows one update takes: the most on which the move is a multiple of their gradient."""
    size = 1
    while size <= case.size // 2 and not _moved(case, size, ends):
        size *= 2
    low, high = size // 2, size  # an update may ask for so many rows at least
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _moved(case, middle, ends) else (middle, high)
    if not _follows(case, high, ends):
        return next((n for n in SIZES if high <= n <= case.size // 2 and in_turn(case, n, ends)), None)
    low, high = high, 2 * high
    while high <= case.size and _follows(case, high, ends):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle <= case.size and _follows(case, middle, ends) else (low, middle)
    return 1 if low > 1 and in_turn(case, 1, ends) else low  # the first rows may have nothing in common


SIZES = (1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 50, 64, 100, 128)
TURNS = 16
"""How many rows an update may take, and how many updates are compared."""


def in_turn(case: Case, size: int, ends: dict[int, Leaves]) -> bool:
    """Whether many times as many rows lead where steps of so many lead, and not where their sum would.

    That tells updates made one after the other, whatever gradient they go by. Two rows alone may have no
    parameter in common, as with a table of their own for each user.
    """
    count = min(TURNS, case.size // size)
    there, total = watch_part(case.patient, case.generic, count, size), _sum(case, size, count)
    if there is None or total is None:
        return False
    way = _way(case, count * size, ends)
    gap = norm([a - b - w for a, b, w in zip(there.after[-1], case.generic, way, strict=True)])
    return bool(
        gap <= 1e-10 * norm(way) and norm([t - w for t, w in zip(total, way, strict=True)]) > 1e-5 * norm(way)
    )


def straight(case: Case, moves: Moves) -> bool:
    """Whether a step is updates made one after the other, of which the first is by its rows' true gradient.

    What their sum is off that of all rows comes from what is kept between them, as Adagrad's squares are.
    """
    first = case.gradient(moves.before[0], case.X[moves.rows[0]], case.y[moves.rows[0]])
    return _along(moves.move(0), first) and in_turn(case, len(moves.rows[0]), {})


def _added_up(case: Case, size: int, ends: dict[int, Leaves]) -> bool:
    """Whether the moves of parts of the rows, all from one point, add up to that of the rows together.

    Then a step is one update, by a sum or a mean over its rows.
    """
    count = min(TURNS, case.size // size)
    way, total = _way(case, count * size, ends), _sum(case, size, count)
    return total is not None and _along(way, total, 1e-9)


def _sum(case: Case, size: int, count: int) -> Leaves | None:
    """The moves of so many steps, each from the generic point on the rows of one update, added up."""
    aside = watch_part(case.patient, case.generic, count, size, stay=True)
    return None if aside is None else [sum(us) for us in zip(*map(aside.move, range(count)), strict=True)]


def _way(case: Case, size: int, ends: dict[int, Leaves]) -> Leaves:
    """Where one step on so many rows leads from the generic point."""
    return [a - b for a, b in zip(_end(case, size, ends), case.generic, strict=True)]


def _moved(case: Case, size: int, ends: dict[int, Leaves]) -> bool:
    return any(np.any(a != b) for a, b in zip(_end(case, size, ends), case.generic, strict=True))


def _follows(case: Case, size: int, ends: dict[int, Leaves]) -> bool:
    """Whether the move on the first so many rows is along their true gradient, up or down, by one factor.

    Where the step goes by a wrong gradient of some parameters, one of the others tells as much.
    """
    u = _way(case, size, ends)
    g = case.gradient(case.generic, *case.batch(0, size))
    return _along(u, g) or any(_along([x], [z]) for x, z in zip(u, g, strict=True)
                               if np.count_nonzero(z) >= TELLING)  # fmt: skip


TELLING = 3
"""So many numbers go along a gradient by one factor only where they are made of it."""


def _along(u: Leaves, g: Leaves, tight: float = 1e-5) -> bool:
    rate = sum(float(np.sum(x * z)) for x, z in zip(u, g, strict=True)) / (norm(g) ** 2 or 1.0)
    return rate != 0 and norm([x - rate * z for x, z in zip(u, g, strict=True)]) < tight * norm(u)


def _goes_on(case: Case, moves: Moves, ends: dict[int, Leaves]) -> bool:
    """Whether all rows take the parameters about as far as so many updates would, not as far as one.

    Updates that pull against each other take them hardly anywhere, as those of XOR; and of one row any wrong
    factor on the way back leads uphill. Then single steps, one after the other, have to come to the same
    parameters.
    """
    first, size = moves.move(0), len(moves.rows[0])
    whole = norm(_way(case, case.size, ends))
    if not np.isfinite(whole) or _added_up(case, size, ends):
        return False
    slope = case.gradient(case.generic, *case.batch(0, size))
    downhill = sum(float(np.sum(x * g)) for x, g in zip(first, slope, strict=True)) < 0
    return (whole > 1.5 * norm(first) and downhill) or in_turn(case, size, ends)


__all__ = ["fed_singly", "in_turn", "straight", "unrolled"]
