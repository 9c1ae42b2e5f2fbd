"""Parts of the objective experiment: whether the objective suits what y holds, classes or numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._anatomy import Net
from pullback.diagnose.network._functions import labels
from pullback.diagnose.training._runs import adam

STEPS = 500
"""In so many steps it shows which of two objectives tells the classes apart."""

LONGER = 4 * STEPS
"""The steps of parameters too few to learn rows by heart: where some rows are far off they start slowly."""


def task(case: Case) -> list[Finding]:
    """Findings about an objective of numbers for classes, or of classes for numbers."""
    net, classes = case.net, labels(case.y)
    if net is None or net.objective == "unknown":
        return [] if classes else _of_single_numbers(case)
    words = _on_classes(case, net, classes) if classes else _on_numbers(case, net.objective)
    if not words:
        return []
    said = f"the loss is {net.objective} of the {net.output} output"
    return [unfit(words, f"y holds {classes or 'no'} classes; {said}")]


def _of_single_numbers(case: Case) -> list[Finding]:
    """The same of predictions whose network is not known; a lone log p may be weighted by any number."""
    known = case.head
    if known is None or known.objective != "binary cross-entropy":
        return []
    words = _on_numbers(case, known.objective)
    return [unfit(words, f"the loss is {known.objective} of the {known.output} output")] if words else []


def classes(case: Case) -> int:
    """The number of classes y names, as `labels` has it; 0 where the loss takes whole numbers for numbers.

    Counts, ratings and grades are no classes to a loss that asks how far one output is from them.
    """
    found, known = labels(case.y), case.head
    if found < 3 or known is None or known.width > 1:
        return found
    far = fn.of_numbers(known.objective) or known.objective.startswith(("Poisson's", "quantile"))
    return 0 if far else found


def together(case: Case) -> list[Finding]:
    """The finding that one softmax shares a probability of 1 among labels of which any number may be true.

    A row with none has no part in such a loss, and of two that are true neither can get more than a half.
    Where every row has as many, shares are what is meant; so they may be where the targets are the inputs.
    """
    known, y = case.head, case.y
    if (
        known is None
        or known.own
        or known.output != "softmax"
        or known.objective != "cross-entropy"
        or known.width < 2
    ):
        return []
    if y.ndim != 2 or y.shape[1] != known.width or not np.isin(y, (0, 1)).all() or _of_itself(case):
        return []
    sums = y.sum(1)
    if np.mean(sums > 1) < 0.1 or np.ptp(sums) == 0:
        return []
    return [unfit("one softmax over labels of which several may be true of a row: its outputs sum to 1",
                  f"a row of y holds {int(sums.min())} to {int(sums.max())} labels, and "
                  f"{number(100 * float(np.mean(sums > 1)))} % of the rows more than one",
                  "a sigmoid of each output, and the binary cross-entropy of each")]  # fmt: skip


def halved(case: Case) -> str:
    """What is wrong with a cross-entropy of single probabilities that says nothing of labels of zero."""
    known, y = case.head, case.y
    if known is None or known.objective != "cross-entropy" or known.output not in ("sigmoid", "identity"):
        return ""
    several = y.ndim == 2 and y.shape[1] == known.width > 1 and np.isin(y, (0, 1)).all()
    if not several or known.own or known.factor < 0 or np.ptp(y.sum(1)) == 0:
        return ""
    return "the (1 - y) log(1 - p) term is missing: labels that are zero have no part in it"


def _of_itself(case: Case) -> bool:
    return case.X.shape == case.y.shape and bool(np.array_equal(case.X > 0, case.y > 0))


def _on_numbers(case: Case, kind: str) -> str:
    y = case.y.astype(float)
    if kind.endswith("cross-entropy") and (y.min() < 0 or y.max() > 1):
        return f"{kind} on targets that are numbers ({number(y.min())} .. {number(y.max())})"
    return "a hinge loss on targets that are numbers" if kind == "hinge" else ""


def _on_classes(case: Case, net: Net, classes: int) -> str:
    kind, y = net.objective, case.y
    if classes > 2 and case.leaves_out == 1 and y.dtype.kind in "iu" and kind in ("squared", "absolute"):
        return f"{kind} error on the numbers of {classes} classes, as if class 2 lay between 1 and 3"
    if kind == "absolute":
        return "absolute error on class labels"
    if kind != "squared" or net.output not in ("identity", "softmax") or not (y.ndim == 2 or classes == 2):
        return ""
    if not _costs(case, net):
        return ""
    through = "through a linear output" if net.output == "identity" else "of probabilities"
    return f"squared error on class labels {through}, where cross-entropy tells the classes apart far better"


def _costs(case: Case, net: Net) -> bool:
    """Whether the same network tells the classes far better apart by cross-entropy.

    Least squares on labels is an old and often a good classifier, so it is at fault only where it is not.
    """
    X = np.asarray(case.X, float).reshape(case.n, -1)[case.judged]
    if net.enter is None:
        X = (X - X.mean(0)) / np.where(X.std(0) > 1e-12, X.std(0), 1.0) + (X.std(0) <= 1e-12) * X.mean(0)
    t = fn.targets(case.y[case.judged], np.zeros((len(X), case.leaves_out)))
    if t.shape[1] != case.leaves_out:
        return False
    hot = (t > 0.5 * (t.min() + t.max())).astype(float)
    one = case.leaves_out == 1
    better = replace(net, output="sigmoid" if one else "softmax", factor=1.0, shift=0.0,
                     objective="binary cross-entropy" if one else "cross-entropy")  # fmt: skip
    told = []
    for way, targets in ((net, t), (better, hot)):
        advance, leaves = adam(way.gradient, case.reborn(), 0.02)
        rng = np.random.default_rng(0)
        for _ in range(STEPS if 10 * sum(w.size for w in leaves) > len(X) else LONGER):
            rows = rng.integers(0, len(X), min(64, len(X)))
            leaves = advance(leaves, X[rows], targets[rows])
        z = way.forward(leaves, X)[1][-1]
        middle = 0.5 * (t.min() + t.max()) if way is net and one else 0.0
        told.append(np.mean(((z > middle) == hot).all(1) if one else z.argmax(1) == hot.argmax(1)))
    return bool(told[0] < told[1] - 0.08)


def unfit(words: str, evidence: str, fix: str = "") -> Finding:
    return Finding(
        "loss_wrong_for_task", "loss", f"the loss does not fit the task: {words}", evidence,
        fix or "cross-entropy for classes, squared error for numbers", 0.8, 67)  # fmt: skip
