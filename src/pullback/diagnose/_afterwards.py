"""What else keeps a loop from learning: whole runs with the first fault mended.

What compares whole runs presumes that the gradient and the rule are right, and is not asked where they are
proven to be wrong. It can be asked all the same, of the same loop that goes by the exact gradient: by
the rule and the rate that were read off its own steps, or, where those are not known, by the best of some.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._explain import GROUPS
from pullback.diagnose._findings import Finding
from pullback.diagnose._proof import MENDABLE
from pullback.diagnose._right_loss import STATED, WRONG, Loss, right_loss
from pullback.diagnose.experiments import model, splits, treatment
from pullback.diagnose.experiments.of_gradient._sharing import draws
from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.loops._patient import Body, Patient
from pullback.train import Optimizer, adam, momentum, sgd

PROVEN, SURE, LEFT = 79, 0.9, 0.25
"""The weight and confidence of a fault that is mended, and the share of the time that is left for it."""
WELL = 0.9
"""The share of the reachable improvement at which nothing else keeps a loop from learning."""
SO = "with that mended"
"""What a person is told of the loop that is examined then; it is not the one that was written."""
MODEST = 0.6
"""The confidence that what comes after a mended fault has at most."""
OF_RATES = {"lr_too_large", "lr_too_small", "too_few_steps", "batch_size_unsuitable", "class_imbalance"}
"""What is not asked of a loop whose rate is not known: rare classes are late, and sooner at another rate."""
RATES = (0.001, 0.01, 0.1, 1.0)
"""Rates of which one may suit it."""
_NO_RATE = ("grad_reduction_sum", "grad_averaged_twice")


class Mended(Patient):
    """A loop that goes by the exact gradient, and an optimiser at a rate, in place of its own step.

    With another loss it goes by that one's.
    """

    def __init__(self, case: Case, optimizer: Optimizer, lr: float, loss: Loss | None = None) -> None:
        self.__dict__.update(vars(case.patient))
        self.gradient, self.optimizer, self.lr, self.loss = case.quick, optimizer, lr, loss
        self.own_rate = True

    def fresh(self) -> Body:
        return _Body(super().fresh(), self)

    def followed(self, arrays: bool = False) -> Body:
        return _Body(super().followed(arrays), self)


class _Body(Body):
    def __init__(self, body: Body, mended: Mended) -> None:
        self.__dict__.update(vars(body))
        self.mended, self.state = mended, None  # type: tuple[Mended, Any]

    def loss(self, leaves: Any, X: Any, y: Any) -> Any:
        other = self.mended.loss
        return super().loss(leaves, X, y) if other is None else other(leaves, X, y)

    def step(self, params: Any, X: Any, y: Any) -> Any:
        leaves = [np.array(x, float) for x in flatten(params)]
        by = self.mended
        self.state = by.optimizer.init(leaves) if self.state is None else self.state
        after, self.state = by.optimizer.update(leaves, by.gradient(leaves, X, y), self.state, by.lr)
        return self.tree(after)


def afterwards(case: Case, found: list[Finding]) -> list[Finding]:
    """The findings, and behind what is proven the one that whole runs make with the first of them mended."""
    again = _mended(case, found[0]) if found else None
    if again is None or _well(again):
        return found
    more: list[Finding] = []
    for experiment in (treatment.experiment, model.experiment, splits.experiment):
        more += experiment(again, more)
    settled = {f.id for f in found} | (set() if again.patient.own_rate else OF_RATES)
    fresh = [f for f in more if f.alone and f.confidence > 0 and f.id not in settled]
    fresh.sort(key=lambda f: -f.weight)
    proven = [f for f in found if f is found[0] or f.weight >= PROVEN]
    return [*proven, *map(behind, fresh[:1]), *(f for f in found if f not in proven)]


def behind(f: Finding) -> Finding:
    """A finding about a loop of which another fault is mended."""
    return replace(
        f, words=f"{SO}: {f.words}", evidence=f.evidence.replace("as written", SO),
        confidence=min(f.confidence, MODEST),
        curves={SO if name == "as written" else name: curve for name, curve in f.curves.items()})  # fmt: skip


def _well(again: Case) -> bool:
    """Whether the mended loop gets nearly as far as the best run so far, and that leaves hardly any way."""
    way = again.base - again.reference.final
    return bool(way > WELL * again.worth(again.base) and again.base - again.user.final >= WELL * way)


class _Again(Case):
    """The case of a mended loop."""

    patient: Mended


def _mended(case: Case, first: Finding) -> _Again | None:
    """The case of the loop with this fault mended; None where that is not known to mend it."""
    if not case.patient.has_step or case.left() < LEFT * case.budget:
        return None
    if first.id in WRONG and first.confidence >= STATED:
        right = right_loss(case)
        return None if right is None else _by(case, first.id, right[1] and case.rule is not None, right[0])
    sure = first.id in MENDABLE and first.weight >= PROVEN and first.confidence >= SURE
    return _by(case, first.id, first.id not in _NO_RATE) if sure else None


def _by(case: Case, fault: str, known: bool, loss: Loss | None = None) -> _Again:
    """The case of the loop at its own rate; at the best of some where that is not known to suit it.

    By another loss everything is measured anew.
    """
    rule = _rule(case, fault) if known else None
    ways = _ways(case) if rule is None else [rule]
    mended = Mended(case, *ways[0], loss)
    other = _Again(mended, case.left())
    if loss is None:
        names = ("truth", "generic", "net", "head", "tape", "quick", "base", "reference", "judged", "weights")
        other.__dict__.update({name: getattr(case, name) for name in names}, kept=dict(case.kept))
    mended.gradient, mended.own_rate = other.quick, rule is not None
    if rule is None:
        mended.optimizer, mended.lr = min(ways, key=lambda way: _end(other, *way))
    return other


def _ways(case: Case) -> list[tuple[Optimizer, float]]:
    """Right rules at many rates, for a loop whose own rule or rate is not known."""
    return [*((sgd(), lr) for lr in RATES), (momentum(0.9), 0.01), (adam(), 0.01)]


def _end(other: Case, optimizer: Optimizer, lr: float) -> float:
    """The loss that a mended loop ends with by this rule; inf where it breaks."""
    limit, data = min(0.3, 0.1 * other.left()), (other.X, other.y)
    run = other.machine.exact(optimizer, lr, other.leaves, other.patient.batch, data, other.steps,
                              other.judge, limit)  # fmt: skip
    return run.final if np.isfinite(run.final) else np.inf


def _rule(case: Case, fault: str) -> tuple[Optimizer, float] | None:
    """The loop's own rule done right, with the rate that was read off its steps."""
    rule, rate = case.rule, case.rate
    if rule is None:
        return (sgd(), rate) if 0 < rate < np.inf and not _remembers(case) else None
    lr = abs(rule.lr)
    if rule.name.startswith("Adam("):
        b1, b2 = (float(x) for x in rule.name[len("Adam(") :].split(")")[0].split(","))
        return adam(b1, b2), lr
    if rule.name.startswith("RMSprop("):
        return adam(0.0, float(rule.name[len("RMSprop(") : -1])), lr
    return _of_linear(list(rule.coefficients), lr, fault) if rule.name == "linear" else None


def _of_linear(c: list[float], lr: float, fault: str) -> tuple[Optimizer, float] | None:
    """Plain steps, or a velocity that fades as the loop's own does; one that is wrong has no rate of its own.

    Sums that are never cleared weigh as what each gradient adds to them would without.
    """
    weights = np.diff(c[:-1], prepend=0.0) if fault == "grad_not_zeroed" else np.array(c[:-1])
    if len(weights) < 2 or abs(weights[1]) <= 1e-3 * abs(weights[0]):
        return sgd(), lr
    beta = abs(float(weights[1] / weights[0]))
    return (momentum(beta), lr) if fault in {*GROUPS["gradient formula"], *WRONG} and beta < 1 else None


def _remembers(case: Case) -> bool:
    """Whether a step makes another move the second time from one place, on the same rows."""
    one, other = draws(case, 2)
    return not all(map(np.array_equal, one, other))
