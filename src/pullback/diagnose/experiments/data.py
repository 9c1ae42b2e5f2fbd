"""The rows before any training: NaN, inf, whole numbers where fractions were meant, targets all alike.

Does: looks at X, y and the parameters as they came.
Measures: places of NaN and inf, dtypes, whether any target differs from another, equal rows' targets.
Speaks for: nan_in_data, dtype_truncation, labels_wrong, labels_misaligned.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._doubled import doubled
from pullback.diagnose.experiments._origins import what_targets_were, what_was_cut
from pullback.diagnose.experiments._whole_moves import whole_moves
from pullback.diagnose.experiments._within_rows import tells_entries_apart
from pullback.diagnose.loops._leaves import flatten, joined
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels, of_numbers, varied
from pullback.diagnose.recording._record import record
from pullback.diagnose.updates._moves import one_move

COLUMNS = 40
"""So many columns may be measurements; more of them are a picture's."""


def experiment(case: Case) -> list[Finding]:
    """Findings about the rows and the numbers they are kept in."""
    case.tried += ["NaN and inf in X and y", "dtypes of parameters, gradients and rows"]
    return [*_nan("X", case.X), *_nan("y", case.y), *(_dtypes(case) or _all_alike(case) or doubled(case))]


def _nan(name: str, x: Any) -> list[Finding]:
    if x.dtype.kind != "f" or np.isfinite(x).all():
        return []
    bad = np.argwhere(~np.isfinite(x))
    return [Finding(
        "nan_in_data", name, f"{name} holds NaN or inf",
        f"{len(bad)} of {x.size} values, first at {tuple(int(i) for i in bad[0])}",
        f"drop or fill these rows of {name} before training", 1.0, 100)]  # fmt: skip


def _all_alike(case: Case) -> list[Finding]:
    """Every row with the same target, as where one label was put in place of another, and back again.

    Zeros may stand for a residual that is to vanish, and any number in place of targets that no one reads:
    the loss has to be one of predictions against targets that is known, reads them, and is of zeros one of
    classes.
    """
    y = np.asarray(case.y, float).reshape(case.n, -1)
    if case.n < 8 or not y.size or varied(y) or case.head is None:
        return []
    if not y.any() and (of_numbers(case.head.objective) or case.head.objective == "Poisson's"):
        return []
    if tells_entries_apart(case) or _placeholder(case):
        return []
    told = number(float(y[0, 0])) if y.shape[1] == 1 else f"({', '.join(map(number, y[0, :6]))})"
    return [Finding(
        "labels_wrong", "y", "every row has the same target: there is nothing to tell apart",
        f"all {case.n} targets are {told}", "look at how y was made: a class or its numbers got lost",
        1.0, 91)]  # fmt: skip


def _placeholder(case: Case) -> bool:
    """Whether the loss is the same whatever stands in y, as one of pairs that are ranked."""
    X, y = case.batch()
    try:
        return len({float(case.loss(case.generic, X, y * 0 + k)) for k in (0, 1, 2)}) == 1
    except Failure:
        return False


def _dtypes(case: Case) -> list[Finding]:
    whole = any(x.dtype.kind in "iub" for x in case.patient.leaves)
    out = [] if _widened(case) else whole_parameters(case)
    if not whole and case.patient.has_grad:
        body = case.patient.fresh()
        X, y = case.batch()
        gs = body.grad([x.copy() if x.ndim else x[()] for x in case.patient.leaves], X, y)
        cut = [k for k, g in enumerate(gs) if getattr(np.asarray(g), "dtype", None) is not None
               and np.asarray(g).dtype.kind in "iub" and np.asarray(g).size]  # fmt: skip
        if cut:
            where: Any = "grad" if len(cut) == len(gs) else cut[0]
            out.append(
                _cut(where, f"the gradient of parameter {cut[0]} has dtype {np.asarray(gs[cut[0]]).dtype}")
            )
    if not out and case.first is not None:
        out += _rounded_moves(case)
    out = out or _whole_rows(case)
    if not out and case.X.ndim == 2:
        out += (
            _flat_columns(case)
            or _same_columns(case.X)
            or _two_in_one(case.X, np.asarray(case.y))
            or _only_tops(case.X)
            or _nothing_left(case)
        )
    out = out or _wrapped(case.X) or _flat_targets(case)
    for where, told in (("X", what_was_cut), ("y", what_targets_were), ("step", whole_moves)):
        lost = "" if out else told(case)
        out += [_cut(where, lost)] if lost else []
    return out or _floored(case)


def whole_parameters(case: Case) -> list[Finding]:
    """The first array of parameters that is kept in whole numbers."""
    for k, x in enumerate(flatten(case.patient.params)):
        if isinstance(x, np.ndarray) and x.dtype.kind in "iub":
            return [_cut(k, f"parameter {k} has dtype {x.dtype}")]
    return []


def _widened(case: Case) -> bool:
    """Whether whole numbers are kept only until the first step, which makes fractions of them."""
    whole = [k for k, x in enumerate(case.patient.leaves) if x.dtype.kind in "iub"]
    moved = case.first.after[0] if case.first is not None else case.leaves
    return all(np.any(moved[k] != np.round(moved[k])) for k in whole)


_CUTTING = {"floor_divide", "floor", "trunc", "rint", "astype", "ceil", "round", "fix"}


def _floored(case: Case) -> list[Finding]:
    """The loss itself cuts the rows to a few whole numbers before it uses them."""
    if case.truth.how != "recorded":
        return []
    try:
        nodes = record(case.loss, case.generic, *case.batch(0, min(case.n, 40))).nodes
    except Exception:  # a loss that cannot be recorded on so many rows says nothing
        return []
    for node in nodes:
        if node.name not in _CUTTING or node.deps != 1 << len(case.leaves) or not node.parents:
            continue
        before, after = (np.unique(v) for v in (node.parents[0].value, node.value))
        if len(before) >= 6 and 3 * len(after) <= len(before) and np.array_equal(after, np.round(after)):
            return [_cut("X", f"{node.name} leaves {len(after)} of {len(before)} different values of X")]
    return []


def _cut(where: Any, evidence: str) -> Finding:
    return Finding(
        "dtype_truncation", where, "whole numbers are kept where fractions are needed", evidence,
        "convert to float64 before any arithmetic", 1.0, 95)  # fmt: skip


def _rounded_moves(case: Case) -> list[Finding]:
    body = case.patient.fresh()
    params = body.params
    for t in range(2):
        rows = case.patient.batch(t)
        params = body.step(params, body.X[rows], body.y[rows])
        for k, (x, before) in enumerate(zip(flatten(params), case.leaves, strict=False)):
            x = np.asarray(x)
            if x.dtype.kind in "iub" and before.size:
                return [_cut(k, f"the step returns parameter {k} with dtype {x.dtype}")]
            if x.dtype == np.float16:
                return [_cut(k, f"the step returns parameter {k} with dtype float16")]
    moved = case.first.after[-1] if case.first else []
    for k, x in enumerate(moved):
        whole = x.size > 2 and 0 < np.abs(x).max() < 1e6 and np.array_equal(x, np.round(x))
        if whole and not np.array_equal(case.leaves[k], np.round(case.leaves[k])):
            return [_cut(k, f"after the step every value of parameter {k} is whole")]
    return []


def _whole_rows(case: Case) -> list[Finding]:
    """Rows kept in whole numbers, from which a first step takes another way than from the same in float64.

    What it keeps in arrays like them loses its fraction. Where the loss, too, takes them for something else
    (a class or a number, by their dtype), that is meant.
    """
    start, rows = case.generic, case.patient.batch(0)
    given = {"y": np.asarray(case.y)[rows], "X": np.asarray(case.X)[rows]}
    for name, x in given.items():
        if x.dtype.kind not in "iu" or not case.patient.has_step:
            continue
        wide = {**given, name: x.astype(float)}
        try:
            losses = [float(case.loss(start, each["X"].copy(), each["y"].copy())) for each in (given, wide)]
            if not abs(losses[0] - losses[1]) <= 1e-9 * abs(losses[0]):
                continue
            ends = [_first_move(case, **each) for each in (given, given, wide)]
        except Exception:  # numbers with a point are no places in a table
            continue
        if not all(np.isfinite(end).all() for end in ends) or not np.array_equal(ends[0], ends[1]):
            continue
        if np.abs(ends[2] - ends[0]).max() > 0.01 * np.abs(ends[2]).max():
            return [_cut(name, f"{name} has dtype {x.dtype}: given the same numbers as float64 the first "
                               "step goes elsewhere, and the loss is the same")]  # fmt: skip
    return []


def _first_move(case: Case, X: Any, y: Any) -> np.ndarray:
    """How far the first step goes from the generic point, given these rows."""
    move = one_move(case.patient.begun(), case.generic, X.copy(), y.copy())
    return joined(move)


def _flat_columns(case: Case) -> list[Finding]:
    """Columns whose fractions are gone: of standardised ones few values around zero are left, mostly zero.

    A column of ones, that stands for the bias, says nothing of the others. Numbers with a point that are
    whole may be meant so where they are few: signs, moves, marks on a board.
    """
    X, whole = case.X[:, (case.X[:1] != case.X).any(0)], case.X.dtype.kind == "i"
    if not X.size:
        return []
    values = [len(np.unique(column)) for column in X.T]
    few = all(k <= 7 and column.min() < 0 for k, column in zip(values, X.T, strict=True))
    if not few or np.mean(X == 0) <= 0.4:
        return []
    if not whole and not (np.mean(np.array(values) >= 5) > 0.5 and all(map(falling, X.T))):
        return []
    return [_cut("X", f"X has dtype {X.dtype} and every column holds at most seven values around zero")]


def _same_columns(X: np.ndarray) -> list[Finding]:
    """Whole numbers of either sign, nearly all zero, of which most columns equal another one.

    So the powers and products of numbers below one look whose fractions are cut off. Pictures with a dark
    margin, and flags, have no number below zero.
    """
    moving = X[:, (X[:1] != X).any(0)]
    if X.dtype.kind != "i" or len(X) < 50 or moving.shape[1] < 6:
        return []
    if moving.min() >= 0 or np.mean(moving == 0) < 0.9:
        return []
    kinds = np.unique(moving, axis=1).shape[1]
    if 2 * kinds > moving.shape[1]:
        return []
    return [_cut("X", f"X has dtype {X.dtype}, and of {moving.shape[1]} columns, nearly all of them zero, "
                      f"only {kinds} differ from one another")]  # fmt: skip


def _two_in_one(X: Any, y: Any) -> list[Finding]:
    """Whole numbers of which zero holds two intervals, those on either side of it, and labels at odds.

    Cutting a fraction off takes -0.9 and 0.9 to the same zero; every other number keeps one interval. Rows
    that became the same then bear unlike labels. Numbers that are whole by nature have no such zero.
    """
    classes = labels(y)
    if X.dtype.kind != "i" or len(X) < 100 or X.shape[1] > COLUMNS or not classes:
        return []
    for column in X.T:
        zero, sides = int(np.sum(column == 0)), int(np.sum(np.abs(column) == 1))
        if min(-int(column.min()), int(column.max())) < 2 or zero < max(10, 0.75 * sides):
            return []
    rows, cell = np.unique(X, axis=0, return_inverse=True)
    own = y.argmax(1) if y.ndim == 2 and y.shape[1] > 1 else np.unique(y, return_inverse=True)[1].ravel()
    counts = np.zeros((len(rows), classes))
    np.add.at(counts, (cell.ravel(), own), 1)
    odds = 1 - float(counts.max(1).sum()) / len(X)
    if odds < 0.1:
        return []
    return [_cut("X", f"X has dtype {X.dtype}, and zero is as frequent as two of its neighbours: of rows "
                      f"that are equal {number(100 * odds)} % bear another label than most")]  # fmt: skip


def falling(x: np.ndarray) -> bool:
    """Whether these are whole numbers of either sign, zero above all, the others the rarer the larger.

    So look the whole parts of numbers about zero: what lies on both sides of it falls to zero.
    """
    if x.min() >= 0 or x.max() <= 0 or not np.array_equal(x, np.round(x)) or np.abs(x).max() > 12:
        return False
    shares = [np.array([np.mean(x == side * k) for k in range(1, 13)]) for side in (1, -1)]
    rarer = all((np.diff(share) <= 0.02).all() for share in shares)
    return bool(rarer and np.mean(x == 0) > max(0.4, shares[0][0] + shares[1][0]))


def _flat_targets(case: Case) -> list[Finding]:
    """Targets whose fractions are gone, where the loss asks how far a linear output is from them.

    Of the values -1, 0 and 1 alone, which may be marks, whole numbers are left mostly zeros; of fractions
    below one nothing but zeros, which no one writes in whole numbers where a loss heeds them; of shares of
    the greatest the greatest alone.
    """
    known, y = case.head, np.asarray(case.y)
    if (
        known is None
        or known.output != "identity"
        or not of_numbers(known.objective)
        or y.dtype.kind not in "if"
    ):
        return []
    columns = y.reshape(case.n, -1)
    if y.dtype.kind == "i" and case.n >= 8 and y.size and not y.any():
        return [_cut("y", f"y has dtype {y.dtype} and every value is zero: numbers are asked for")]
    alone = [_greatest_alone(column) for column in columns.T]
    if y.size and all(alone):
        return [_cut("y", f"y has dtype {y.dtype} and is 0 but for {max(alone)} of {case.n} rows: numbers "
                          "are asked for, and these look like shares of the greatest")]  # fmt: skip
    if case.n < 50 or y.size == 0 or not all(map(falling, columns.T)):
        return []
    marks = y.dtype.kind == "f" or np.mean(y == 0) < 0.6
    if marks and any(len(np.unique(column)) < 5 for column in columns.T):
        return []
    return [_cut("y", f"y has dtype {y.dtype} and {len(np.unique(y))} values around zero, and "
                      f"{number(100 * float(np.mean(y == 0)))} % zeros: numbers are asked for")]  # fmt: skip


def _greatest_alone(x: np.ndarray) -> int:
    """How many ones there are, where all else is zero and they are no more than a greatest value has rows.

    No class has as few of its rows.
    """
    ones = int(np.sum(x == 1))
    few = len(x) >= 50 and ones <= max(1, min(3, len(x) // 100))
    return ones if few and np.isin(x, (0, 1)).all() else 0


def _nothing_left(case: Case) -> list[Finding]:
    """Zeros alone where the loss asks for measurements: what whole numbers keep of fractions below one.

    Places in a table, and rows that the loss does not heed, may all be zero.
    """
    X, y = case.batch()
    if case.X.dtype.kind not in "iu" or case.X.any() or case.n < 8 or np.ptp(np.asarray(case.y, float)) == 0:
        return []
    half = np.full(np.shape(X), 0.5)
    try:
        heeded = case.loss(case.generic, half, y) != case.loss(case.generic, X, y)
    except Exception:  # no fraction is a place in a table
        return []
    return [_cut("X", f"X has dtype {case.X.dtype} and every value is zero")] if heeded else []


def _wrapped(X: Any) -> list[Finding]:
    """Whole numbers that lie near zero or near the greatest of so many bits, and nowhere between them.

    So numbers about zero look where no sign is kept: -1 has become 255. Pictures of black and white have
    many columns; columns without any gap (counts, shades, hashes) are of no wrapped numbers.
    """
    if X.dtype.kind not in "uif" or X.ndim != 2 or X.shape[1] > COLUMNS or len(X) < 20:
        return []
    if not np.isfinite(X).all() or X.min() < 0 or (X.dtype.kind == "f" and (np.round(X) != X).any()):
        return []
    for column in _signed(X).T:
        above, below = np.unique(column[column >= 0]), np.unique(column[column < 0])
        if len(above) >= 3 and len(below) >= 3 and below[-1] == -1 and above[0] == 0:
            return [_cut("X", f"X has dtype {X.dtype}, and a column's values lie near 0 or near "
                              f"{number(float(X.max()))}, none between: numbers from {int(below[0])} to "
                              f"{int(above[-1])} without their sign and fraction")]  # fmt: skip
    return []


def _signed(X: Any) -> Any:
    """Whole numbers read with a sign; the columns whose values then keep to the eighth of all about zero."""
    unsigned = X.dtype.kind == "u"
    bits = 8 * X.dtype.itemsize if unsigned else next((b for b in (8, 16, 32) if X.max() < 2.0**b), 63)
    wide = np.asarray(X).astype(np.uint64).view(np.int64)
    signed = np.where(wide >= 2 ** (bits - 1), wide - 2**bits, wide) if bits < 63 else wide
    return signed[:, np.abs(signed.astype(float)).max(0) < 2.0 ** (bits - 3)]


def _only_tops(X: np.ndarray) -> list[Finding]:
    """Columns of zeros with a one where each is greatest: what whole numbers leave of shares of the greatest.

    Columns that are meant to be so (seldom flags) are not all as rare as a greatest value is, and leave no
    more than a few rows without any. Of counts some rows share the greatest: where hardly a row has anything,
    it is enough that most columns are as rare. A column of ones, for the bias, says nothing of the others.
    """
    moving = X[:, np.ptp(X, axis=0) > 0]
    told = float(np.mean((moving != 0).any(1))) if moving.size else 1.0
    if X.dtype.kind not in "iu" and not (X.dtype.kind == "f" and told < 0.2):
        return []
    ones = (moving == 1).sum(0)
    if len(X) < 50 or not moving.size or ((moving != 0) & (moving != 1)).any():
        return []
    if (ones.max() if told >= 0.2 else np.median(ones)) > max(3, len(X) // 100):
        return []
    return [_cut("X", f"X has dtype {X.dtype}, and every column is 0 but for {ones.min()} to {ones.max()} of "
                      f"its {len(X)} rows")]  # fmt: skip
