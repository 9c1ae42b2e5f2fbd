"""Parts of the treatment experiment: too few rows at a time, or too many for the steps there are."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.of_treatment._comparing import Compared, by_class, short
from pullback.diagnose.training._runs import Run
from pullback.diagnose.updates._moves import watch
from pullback.train import sgd

MORE = 32
"""The rows of a batch that are enough, where few are not."""
WATCHED = 60
"""The steps whose effect on their own rows is looked at."""


def overshoots(case: Case) -> bool:
    """Whether most of the first steps raise the loss of the very rows that they are taken on.

    Noise cannot do that: rows too few to speak for the others still gain by a step of the right size.
    """
    moves = watch(case.patient, None, min(WATCHED, max(case.user.steps, 1)))
    worse = [case.truth.value(after, case.X[rows], case.y[rows])
             > case.truth.value(before, case.X[rows], case.y[rows])
             for before, after, rows in zip(moves.before, moves.after, moves.rows, strict=True)
             if all(np.isfinite(x).all() for x in after)]  # fmt: skip
    return bool(worse) and float(np.mean(worse)) > 0.5


def stuck(runs: Compared) -> bool:
    """Whether the loss of a loop that has lost ground no longer moves: noise would go on moving it.

    A step that threw its units onto their flat parts ends so.
    """
    run = runs.user
    late = run.losses[-max(len(run.losses) // 3, 2) :]
    lost = bool(np.isfinite(late).all()) and run.final > min(run.start, runs.base)
    return lost and float(np.ptp(late)) < 1e-3 * abs(run.final)


def few_rows(runs: Compared) -> Finding | None:
    """A few rows at a time that lead nowhere, where 32 rows in as many steps of the same rate do."""
    case = runs.case
    if case.size > 4 or case.n < 8 or runs.share(runs.user.final) > 0.1 or overshoots(case) or stuck(runs):
        return None
    if not runs.cured("batches of 32 rows", lambda: visits(case)):
        return None
    return unsuitable(case, "so few rows at a time are too noisy for this step size")


def visits(case: Case) -> Run:
    """As many steps as the loop takes, each on more rows."""
    steps = max(case.horizon, 1)
    if case.own_rows is not None and case.rule is not None and case.rule.plain:
        rate, rows = case.rule.lr, case.shuffled(size=MORE)  # its own rows cannot be exchanged: its rule can
        data = (case.X, case.y)
        return case.machine.exact(sgd(), rate, case.leaves, rows, data, steps, case.judge, 1.0)
    return case.user_with(rows=lambda t: case.patient.batch(t, min(MORE, case.n)), steps=steps)


def taken(case: Case) -> int:
    """The rows a step takes: of the batch it is given, or by itself."""
    if case.own_rows is not None:
        return max(map(len, case.own_rows.both))
    return case.size if case.heeded is None else round(case.n * case.heeded.share)


def in_another_order(case: Case) -> Run:
    """The loop on batches drawn at random; where it takes its rows by itself, on rows put in random order."""
    if case.own_rows is None and case.heeded is None:
        return case.user_with(rows=case.shuffled(size=case.size))
    return case.user_with(order=np.random.default_rng(0).permutation(case.n))


def unsuitable(case: Case, words: str) -> Finding:
    return Finding("batch_size_unsuitable", "step", words, f"batches of {case.size} rows of {case.n}",
                   "use batches of about 32 rows", 0.8, 61)  # fmt: skip


def too_few_in_order(runs: Compared) -> Finding | None:
    """A few rows at a time that are alike, where 32 of them in the same order leave far less than shuffling.

    Of rows sorted by class the order is the cause, whatever else would do.
    """
    case, name = runs.case, "batches of 32 rows"
    if case.size > 4 or case.n < 60 or by_class(case) or overshoots(case):
        return None
    wider = runs.cured(name, lambda: visits(case))
    if not wider or not runs.made[name].final < 0.85 * min(
            runs.made["rows shuffled"].final, _in_all_steps(runs)):  # fmt: skip
        runs.proof = "rows shuffled"
        return None
    if not runs.better_unseen(rows=lambda n: lambda t: case.patient.batch(t, min(32, n), n)):
        runs.proof = "rows shuffled"
        return None
    return unsuitable(case, "so few rows at a time are too noisy for this step size")


def _in_all_steps(runs: Compared) -> float:
    """What a loop that breaks early leaves in all of its steps once its rows are shuffled.

    Compared where it broke, more rows a step are merely ahead.
    """
    case = runs.case
    if np.isfinite(runs.user.final) or case.horizon >= case.steps or case.own_rows is not None:
        return float("inf")
    name = "rows shuffled, all steps"
    runs.run(name, lambda: case.user_with(rows=case.shuffled(size=case.size), steps=case.steps))
    return float(np.nan_to_num(runs.made[name].final, nan=np.inf))


def whole_set(runs: Compared) -> Finding | None:
    """Full batches in few steps: the same number of row visits in smaller batches.

    Where there were steps enough, and larger ones gain more than smaller batches do, it is not for these.
    """
    case = runs.case
    if case.size < max(0.5 * case.n, 100) or case.horizon > 400:
        return None
    steps = min(case.horizon * (case.size // 32), 4000)
    rows, proof, name = case.shuffled(size=32), runs.proof, "batches of 32 rows, as many passes"
    if runs.cured(name, lambda: case.user_with(rows=rows, steps=steps)):
        larger = runs.made.get("moves times 30")
        if not short(case) and larger is not None and larger.final < runs.made[name].final:
            runs.proof = proof
            return None
        return unsuitable(case, "so large a batch leaves too few steps for its passes")
    return None
