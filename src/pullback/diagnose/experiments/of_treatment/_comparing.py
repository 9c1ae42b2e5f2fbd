"""Parts of the treatment experiment: the runs of one patient and what share of the improvement each gets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import number
from pullback.diagnose.experiments.of_treatment._pairing import knows_its_own
from pullback.diagnose.experiments.of_treatment._uneven import uneven
from pullback.diagnose.network._functions import kinds, labels
from pullback.diagnose.training._runs import Run

ENOUGH, CURED = 0.6, 0.75


class Compared:
    """The runs of one patient, each made once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.user, self.base = case.user, case.base
        self.reference = case.reference
        finals = [self.reference.final, self.user.final]
        self.evened = False
        """Whether the exact gradient itself leaves far less of the loss once the inputs are standardised."""
        if uneven(case) is not None:
            Z = uneven(case)
            run = case.mended(leaves=case.reborn(), lr=0.02, data=(Z, case.y),
                              judge=lambda leaves: case.judge_on(leaves, Z, case.y))  # fmt: skip
            finals.append(run.final)
            self.evened = run.final < 0.5 * self.reference.final
        self.goal = min(finals)
        lost = self.room < 0.05 or not np.isfinite(self.user.final)
        if lost or self._behind():  # far targets and unlike columns are a long way for Adam
            self.goal = min(self.goal, case.settled)
        self.made: dict[str, Run] = {}
        self.proof = ""
        """The name of the last run that cured."""
        self.by_heart = False
        """Whether what more steps gain is only learnt by heart: then no size of the step is wrong."""

    def _behind(self) -> bool:
        """Whether the reference stays behind the loop, in a model of few numbers: it tells no goal then."""
        few = 10 * sum(x.size for x in self.case.leaves) < self.case.n
        far = self.reference.final - self.user.final > 0.1 * abs(self.user.final)
        return few and self.user.final < self.reference.final and (far or uneven(self.case) is not None)

    @property
    def room(self) -> float:
        """The share of the best constant's loss that can be got rid of, as far as is known."""
        return float((self.base - self.goal) / self.case.worth(self.base)) if self.base else 0.0

    def share(self, final: float) -> float:
        """The share of the reachable improvement that a final loss stands for."""
        room = self.base - self.goal
        if not np.isfinite(final):
            return -1.0
        return float((self.base - final) / room) if room > 0 else 0.0

    def start_over(self) -> None:
        """The loop itself from fresh weights: where its start is in doubt, that shows what can be reached."""
        case = self.case
        self.run("fresh initial weights", lambda: case.user_with(leaves=case.reborn()))
        self.goal = min(self.goal, self.made["fresh initial weights"].final)

    def search(self) -> None:
        """Look for a loop that learns, where neither the one as written nor the reference does.

        The user's own step with larger and smaller moves, from its start and from fresh weights: these cost
        no more than the loop itself, where the exact gradient may be dear. What learns shows what can be
        reached.
        """
        case, way = self.case, self.user.start - self.user.final
        slow = 0 <= way < 0.05 * abs(self.user.start)
        fresh = [(1.0, case.reborn(seed)) for seed in range(3)]
        tries = [(scale, None) for scale in ((1e2, 1e3, 1e4, 1e5, 1e6) if slow else (10, 0.1))]
        for scale, start in (*tries, *fresh) if slow else (*fresh, *tries):
            if self.room > 0.5 or case.left() < 0.4 * case.budget:
                return
            run = case.user_with(scale=scale, leaves=start, seconds=0.06 * case.budget)
            self.goal = min(self.goal, run.final)
        for lr in (0.1, 0.03):
            if self.room > 0.3 or case.left() < 0.4 * case.budget:
                return
            run = case.mended(leaves=case.reborn(1), lr=lr, steps=3000, seconds=0.15 * case.budget,
                              rows=case.shuffled(size=8))  # fmt: skip
            self.goal = min(self.goal, run.final)

    def run(self, name: str, make: Callable[[], Run]) -> float:
        if name not in self.made:
            self.made[name] = make() if self.case.left() > 0.15 else Run(losses=[float("inf")])
            self.case.tried.append(name)
        return self.share(self.made[name].final)

    def cured(self, name: str, make: Callable[[], Run]) -> bool:
        """Whether a run gets far more than the loop as written; of one that gets most, most of the rest."""
        got = self.run(name, make)
        if self._far_better(got):
            self.proof = name
            return True
        return False

    def _far_better(self, got: float) -> bool:
        mine = self.share(self.user.final)
        if mine >= ENOUGH:
            return got > mine + max(0.6 * (1 - mine), 0.005)  # of nothing left, most is still nothing
        return got > max(CURED * 0.9, mine + 0.25) or (got > 0.5 and got > 2.5 * max(mine, 0.1))

    @cached_property
    def as_good_unseen(self) -> bool:
        """Whether the loop, trained on two thirds of the rows, does as well on the rest as anything else.

        The reference may know noise by heart that no loop need learn: what it gains on its own rows only
        is no fault of the loop.
        """
        case = self.case
        if case.n < 60 or not np.isfinite(self.user.final):
            return False
        data, rest, own = self.apart
        steps = min(max(case.steps, 300), 1500)
        case.tried.append("unseen rows")
        base, best = self._base(rest), own.best
        for start, lr in ((case.leaves, 0.01), (case.reborn(), 0.02)):
            run = case.mended(leaves=start, lr=lr, data=data, judge=self.judge_of(rest), steps=steps)
            best = min(best, run.best)
            if best < base - 0.02 * abs(base) and not base - own.final > 0.8 * (base - best):
                return False  # whatever else may be better still
        if not best < base - 0.02 * abs(base):  # nobody learns anything of unseen rows
            return bool(self.user.final < self.base)
        return bool(base - own.final > 0.8 * (base - best))

    @property
    def foretells(self) -> bool:
        """Whether the loop itself, trained on two thirds of the rows, foretells something of the rest."""
        if self.case.n < 60 or not np.isfinite(self.user.final):
            return False
        _, (X, y), own = self.apart
        much = own.best < 0.85 * self._constant((X, y))
        return bool(much or knows_its_own(lambda t: self.judge_of((X, t))(own.sound or own.leaves), y))

    @property
    def foretells_slower(self) -> bool:
        """Whether a loop that leads nowhere foretells much of unseen rows once its moves are smaller.

        What its model finds in X (a factor for each index, say) no forecast from outside may find.
        """
        case = self.case
        if case.n < 60 or self.share(self.user.final) > 0.1:
            return False
        unseen = self._kept_apart
        data, rest = (case.X[~unseen], case.y[~unseen]), (case.X[unseen], case.y[unseen])
        runs = (self._trained(data, rest, scale=scale) for scale in (0.1, 0.01))
        return any(run.best < 0.85 * self._constant(rest) for run in runs)

    @cached_property
    def _kept_apart(self) -> np.ndarray:
        unseen = np.zeros(self.case.n, bool)
        unseen[np.random.default_rng(1).permutation(self.case.n)[: self.case.n // 3]] = True
        return unseen

    @cached_property
    def apart(self) -> tuple[Any, Any, Run]:
        """Two thirds of the rows, the rest, and the loop as written trained on those and judged on these."""
        case = self.case
        unseen = self._kept_apart
        data, rest = (case.X[~unseen], case.y[~unseen]), (case.X[unseen], case.y[unseen])
        return data, rest, self._trained(data, rest)

    def _trained(self, data: Any, rest: Any, rows: Any = None, **changes: Any) -> Run:
        """The loop, with something exchanged, trained on some rows and judged on the rest."""
        case, n = self.case, len(data[0])
        changes.setdefault("steps", in_phase(case, case.horizon, n))
        rows = rows(n) if rows is not None else lambda t: case.patient.batch(t, n=n)
        return case.user_with(judge=self.judge_of(rest), data=data, rows=rows, **changes)

    def better_unseen(self, table: Any = None, **changes: Any) -> bool:
        """Whether the loop with something exchanged leaves far less of the loss on unseen rows.

        `rows(n)` makes the rows of each step out of `n`; `table` stands in place of X.
        """
        return bool(self.unseen(table, **changes).final < 0.6 * self.apart[2].final)

    def unseen(self, table: Any = None, **changes: Any) -> Run:
        """The loop with something exchanged, trained on two thirds of the rows and judged on the rest."""
        data, rest, _ = self.apart
        if table is not None:
            data, rest = (table[~self._kept_apart], data[1]), (table[self._kept_apart], rest[1])
        return self._trained(data, rest, **changes)

    def worse_unseen(self, steps: int) -> bool:
        """Whether more steps only learn the rows by heart: no look after the loop's own end is any better.

        Looks at equal numbers of steps are compared, so that it does not count how many of them there is
        time for.
        """
        if self.case.n < 60:
            return False
        data, rest, own = self.apart
        run = self._trained(data, rest, steps=steps)
        later = [loss for t, loss in zip(run.at, run.losses, strict=True) if t > own.steps]
        return bool(later and min(later) > max(own.final, own.best * 1.03))

    def better_of_unseen(self, targets: Any) -> bool:
        """Whether of other targets the loop leaves a far smaller share of a constant's loss, unseen."""
        case, (_, rest, own) = self.case, self.apart
        unseen = self._kept_apart
        other = (case.X[unseen], targets[unseen])
        run = self._trained((case.X[~unseen], targets[~unseen]), other)
        base = self.judge_of(other)([0 * x for x in case.leaves])
        return bool(run.final / base < 0.6 * own.final / self._base(rest))

    def better_even(self) -> bool:
        """Whether the loop, its inputs standardised, leaves far less of the loss on unseen rows."""
        case, Z = self.case, uneven(self.case)
        if Z is None:
            return False
        unseen = self._kept_apart
        run = self._trained((Z[~unseen], case.y[~unseen]), (Z[unseen], case.y[unseen]))
        return bool(run.final < 0.6 * self.apart[2].final)

    def as_good_by_columns(self, Z: Any, scale: float, other: float, steps: int) -> bool:
        """Whether on unseen rows the loop does no worse, or hardly, by other columns than by another step."""
        case, unseen = self.case, self._kept_apart
        tables = (Z, scale), (case.X, other)
        even, own = (
            self._trained((T[~unseen], case.y[~unseen]), (T[unseen], case.y[unseen]), scale=s, steps=steps)
            for T, s in tables
        )
        return bool(even.best <= own.best + 0.1 * (self._base((case.X[unseen], case.y[unseen])) - own.best))

    @property
    def falls(self) -> bool:
        """Whether the loss falls at every look: a step too large would throw it up now and then."""
        return len(self.user.losses) > 5 and self.user.descends

    def lags(self, name: str) -> bool:
        """Whether a run is far behind a loop that has gone some of the way, at the step where it ended."""
        return self.share(self.user.final) > 0.3 and self._lead(self.made[name]) < -0.1

    def ahead(self, name: str) -> bool:
        """Whether a run that our time cut off has got in a third of the steps as far as the loop in all."""
        run = self.made[name]
        far = self.share(run.final) > self.share(self.user.final) - 0.02
        return far and 3 * run.steps <= self.user.steps and self._lead(run) > 0.15

    def _lead(self, run: Run) -> float:
        """What share of the way a run has more than the loop as written at the step where it ended."""
        looks = [loss for t, loss in zip(self.user.at, self.user.losses, strict=True) if t <= run.steps]
        lead = self.share(run.final) - self.share(looks[-1]) if looks else 0.0
        return lead if np.isfinite(run.final) and np.isfinite(lead) else 0.0

    def longer(self) -> tuple[bool, str]:
        """Whether many times the steps cure, and the name of that run."""
        case = self.case
        passes = min(30 * case.n // max(case.size, 1), 1500)
        more = max(min(case.horizon * 12, 20000), passes if short(case) else 0)
        name = f"{number(more / case.horizon)} times the steps"
        return self.cured(name, lambda: case.user_with(steps=more, seconds=3.0)), name

    def less(self, name: str, make: Callable[[], Run], share: float = 0.5) -> bool:
        """Whether a run leaves only this share of what the loop as written leaves of the loss.

        Far below the best constant's loss that tells more than the way both have come.
        """
        self.run(name, make)
        if not 0 < self.made[name].final < share * self.user.final:
            return False
        self.proof = name
        return True

    @property
    def cut_off(self) -> bool:
        """Whether the loop as written was stopped by the time, and not by its own number of steps."""
        return self.user.steps < self.user.planned and bool(np.isfinite(self.user.final))

    def judge_of(self, rows: Any) -> Any:
        return lambda leaves: self.case.truth.value(leaves, *rows)

    def _base(self, rows: Any) -> float:
        """The loss of the best constant over some rows, as near as it is known."""
        per_row = self.base / self.case.per_row * (len(rows[0]) if self.case.per_row > 1 else 1)
        return min(per_row, self.judge_of(rows)(self.case.leaves))

    def _constant(self, rows: Any) -> float:
        """The same for rows whose targets may by chance lie closer together than all of them do."""
        case = self.case
        base, head, per_row = self._base(rows), case.head, case.per_row
        if head is None:
            return base
        zero = np.nan if case.predicts_of_zeros else self.judge_of(rows)([0 * x for x in case.leaves])
        own = head.constant(rows[1], len(rows[0]) if per_row > 1 else 1.0, zero)
        return min(base, own) if np.isfinite(own) else base


def in_phase(case: Case, steps: int, n: int) -> int:
    """No fewer steps than these, by which `n` rows are left at the same part of a pass as all of them.

    Of rows in order a loop knows the last ones best: where in a pass it stops decides what it ends with.
    """
    if steps * case.size < 3 * case.n or alike(case) < 0.4:
        return steps
    over = steps * case.size % case.n / case.n  # the part of a pass that comes after the last whole one
    return max(steps, round((np.ceil(steps * case.size / n - over) + over) * n / case.size))


def alike(case: Case) -> float:
    """How far the targets of neighbouring rows agree: their correlation."""
    y = np.asarray(case.y, float).reshape(case.n, -1)
    if y.shape[1] > 1:
        y = y.argmax(1)[:, None].astype(float) if labels(case.y) else y[:, :1]
    y = y[:, 0] - y.mean()
    power = float(np.sum(y * y))
    return float(np.sum(y[1:] * y[:-1])) / power if power else 0.0


def by_class(case: Case) -> bool:
    """Whether the rows come class by class, as no order in time brings them."""
    own = kinds(case.y)
    return bool(labels(case.y)) and int(np.sum(own[1:] != own[:-1])) < 3 * len(np.unique(own))


def short(case: Case) -> bool:
    """Whether these steps are few, whatever their size: of number, or of visits to each row."""
    return case.horizon < 0.34 * 300 or case.horizon * case.size < 4 * case.n


def even_cures(runs: Compared, scale: float) -> bool:
    """Whether the loop learns, by moves of this scale, from columns standardised that are not alike."""
    case, Z = runs.case, uneven(runs.case)
    if Z is None:
        return False
    judge = lambda leaves: case.judge_on(leaves, Z, case.y)  # noqa: E731
    name = "inputs standardised" + ("" if scale == 1 else f", moves times {scale:g}")
    return runs.cured(name, lambda: case.user_with(data=(Z, case.y), judge=judge, scale=scale))
