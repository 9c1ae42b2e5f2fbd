"""Parts of the treatment experiment: loops that break into NaN or inf, by their formula or by their step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_treatment._batches import visits
from pullback.diagnose.experiments.of_treatment._comparing import CURED, Compared, even_cures
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._marked import plain
from pullback.diagnose.training._runs import Leaves, descend, train

JOINED = (("sigmoid", "binary cross-entropy"), ("softmax", "cross-entropy"))
"""The outputs and objectives whose slope in one is a difference, and takes no logarithm."""
SERVED = 0.9
"""The share of the way from which on no size of the step is to blame for the loss that breaks."""
HUGE = 1e8
"""The weights that one step from ordinary ones reaches only where the signal itself has exploded."""

STABLE = "the same loop by a stable formula"
"""The name of the run whose logarithms are kept finite."""


def overflow(runs: Compared) -> Finding | None:
    """NaN or inf while the weights are still of ordinary size: the formula's own.

    Not where the same formula serves smaller moves, fresh weights or standardised columns: what it is given
    is too large then. Nor where the loop breaks by a formula computed stably, too.
    """
    run, case = runs.user, runs.case
    if np.isfinite(run.losses).all():
        return None
    bad = int(np.argmin(np.isfinite(run.losses)))
    if case.brink is None:
        return None
    sound, broken = case.brink
    if not all(np.abs(x).max(initial=0) < 1e4 for x in sound) or _thrown(broken) or _breaks_stably(runs):
        return None
    if runs.cured("moves times 0.1", lambda: case.user_with(scale=0.1)) or runs.cured(
            "moves times 0.01", lambda: case.user_with(scale=0.01)):  # fmt: skip
        return None
    if case.size <= 4 and runs.cured("batches of 32 rows", lambda: visits(case)):
        return None
    fresh = runs.made.get("fresh initial weights")  # made where the start is in doubt
    if fresh is not None and runs.cured("fresh initial weights", lambda: fresh):
        return None
    if even_cures(runs, 1.0) or even_cures(runs, 0.1):
        return None
    return Finding(
        "loss_unstable", "loss", "the loss is NaN or inf although every weight is of ordinary size",
        f"first at step {run.at[bad]}, weights up to {number(max(float(np.abs(x).max()) for x in sound))}"
        + _of_rows(case, broken),
        "subtract the maximum before exp, clip before log, or use logaddexp", 0.9, 65)  # fmt: skip


def _of_rows(case: Case, leaves: Leaves) -> str:
    """Which of the first rows have a loss of NaN or inf by themselves, where others have none."""
    rows = range(min(case.n, 200))
    try:
        bad = [i for i in rows if not np.isfinite(case.truth.value(leaves, *_row(case, i)))]
    except Failure:  # a loss that takes no single row
        return ""
    if not 0 < len(bad) < len(rows):
        return ""
    some = ", ".join(map(str, bad[:6])) + (", ..." if len(bad) > 6 else "")
    return f"; {len(bad)} of the first {len(rows)} rows break it by themselves: {some}"


def _row(case: Case, i: int) -> tuple[np.ndarray, np.ndarray]:
    return case.X[i : i + 1], case.y[i : i + 1]


def _breaks_stably(runs: Compared) -> bool:
    """Whether a run by the formula computed stably began with a finite loss and broke, as the loop does."""
    run = runs.made.get(STABLE)
    return run is not None and bool(np.isfinite(run.start)) and not np.isfinite(run.final)


def _thrown(leaves: Leaves) -> bool:
    """Whether weights are finite, but so large that no formula is to blame: the step threw them there."""
    return any(np.isfinite(x).all() and np.abs(x).max(initial=0) >= HUGE for x in leaves)


def breaks(runs: Compared) -> Finding | None:
    """Reports of NaN or inf from a loop of small weights, whose loss is finite when computed stably.

    Not where smaller moves gain more: then the step throws the weights where the formula breaks.
    """
    run, case = runs.user, runs.case
    if run.broke is None or not np.isfinite(run.losses).all() or not np.isfinite(run.final):
        return None
    size = max((float(np.abs(x).max(initial=0)) for x in run.leaves), default=np.inf)
    if not size < 1e4 or (runs.share(run.final) < SERVED and any(
            runs.cured(f"moves times {scale:g}", partial(case.user_with, scale=scale))
            for scale in (0.1, 0.01))):  # fmt: skip
        return None
    return Finding(
        "loss_unstable", "loss", "the reported loss is NaN or inf where the formula, computed stably, is not",
        f"first at step {run.broke}; with weights up to {number(size)} the loss is {number(run.final)}",
        "subtract the maximum before exp, clip before log by more than the type's rounding, or use logaddexp",
        0.9, 65)  # fmt: skip


def unstable(runs: Compared) -> Finding | None:
    """A loop that breaks, and from the same start, by its own rule, learns by the formula computed stably."""
    case, own = runs.case, runs.case.machine.rule
    if runs.user.failure or np.isfinite(runs.user.final) or runs.room <= 0 or not _stable(case):
        return None
    found = _only_told(runs)
    if found is not None or own is None:
        return found
    name = STABLE
    advance, start = descend(*own, case.quick, case.leaves)
    got = runs.run(name, lambda: train(
        advance, start, case.patient.batch, (case.X, case.y), runs.user.planned, _stably(case), 1.0
    ))  # fmt: skip
    if got < CURED:
        return None
    runs.proof = name
    return Finding(
        "loss_unstable", "loss", "the loop breaks where the same formula, computed stably, learns",
        f"NaN or inf by step {runs.user.at[-1]}; from the same start, by the same rule, the stable formula "
        f"ends at {number(runs.made[name].final)}",
        "subtract the maximum before exp, clip before log, or join the two in one formula", 0.9, 68,
    )  # fmt: skip


def _only_told(runs: Compared) -> Finding | None:
    """A loop whose weights learn as they should, and whose loss alone breaks: no step is at fault then."""
    case, name = runs.case, "the same loop, its loss computed stably"
    got = runs.run(name, lambda: case.user_with(judge=_stably(case), steps=runs.user.planned))
    if got < CURED:
        return None
    runs.proof = name
    return Finding(
        "loss_unstable", "loss", "the loss is NaN or inf where the formula, computed stably, is not",
        f"NaN or inf by step {runs.user.at[-1]}; computed stably the loss of the same weights ends at "
        f"{number(runs.made[name].final)}",
        "subtract the maximum before exp, clip before log, or join the two in one formula", 0.9, 68,
    )  # fmt: skip


def _stably(case: Case) -> Callable[[Leaves], float]:
    """The loss over the judged rows by the recognised network, whose logarithms are kept finite."""
    net, rows = case.net, (case.X[case.judged], case.y[case.judged])
    assert net is not None
    penalty = case.penalty if case.quick == case.penalised else {}

    def judge(leaves: Leaves) -> float:
        squares = sum(share / 2 * float(np.sum(leaves[k] ** 2)) for k, share in penalty.items())
        return case.per_row * float(net.row_losses(leaves, *rows).mean()) + squares

    return judge


def _stable(case: Case) -> bool:
    """Whether the recognised network's slope, output and objective in one, takes no logarithm."""
    net = case.net
    if net is None or (net.output, plain(net.objective)) not in JOINED:
        return False
    return bool(case.quick == net.gradient or case.quick == case.penalised)
