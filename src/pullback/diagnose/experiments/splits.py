"""Labels, classes and splits: what the rows say about each other.

Does: looks for stretches of rows, and for every second to tenth row, that no others foretell; compares the
rare classes' loss with that of a run on even batches; follows the validation rows' loss through the run;
looks for rows that are in two splits and for columns that give the target away.
Speaks for: labels_wrong, labels_misaligned, class_imbalance, overfitting, train_test_leakage,
eval_wrong_split, label_leakage.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._any_class import any_class
from pullback.diagnose.experiments._astray import astray
from pullback.diagnose.experiments._every_kth import every_kth
from pullback.diagnose.experiments._one_sided import one_sided
from pullback.diagnose.experiments._plateaus import plateaus
from pullback.diagnose.experiments._stretches import stretch
from pullback.diagnose.experiments.labels import contradicted
from pullback.diagnose.experiments.of_objective._task import classes
from pullback.diagnose.network._functions import kinds

COPY = 0.995
"""From this correlation on a column is a copy of the target: it leaves less than 1 % of what varies. The area
of a house leaves more of its price.
"""
HALF_KNOWN = 0.3
"""The share of a uniform guess's loss that rare classes have left where they are not learnt yet."""
WEIGHED = 0.5
"""The share of the commonest class's part in the loss from which on no rare class is drowned by it."""


def experiment(case: Case, so_far: list[Finding]) -> list[Finding]:
    """Findings about labels and splits."""
    out = [*_shared_rows(case), *_leak(case)]
    if not any(f.weight >= 66 for f in so_far):
        out += stretch(case)
    causes = [f for f in so_far if f.weight >= 57 and f.confidence > 0.5]
    if causes:
        return [*out, *_behind(case, causes)]
    return [
        *out,
        *one_sided(case),
        *_imbalance(case),
        *(every_kth(case) or contradicted(case) or plateaus(case) or any_class(case) or astray(case)),
        *_overfitting(case),
    ]


def _behind(case: Case, causes: list[Finding]) -> list[Finding]:
    """Whether rare classes are behind what else was found.

    They are also late, which explains steps that seem too few or too small. And a model that knows them once
    batches hold all classes alike is not too small for them: of few rows, unseen ones judge it at random.
    """
    names = {f.id for f in causes}
    if len(names) > 1 or not names <= {"too_few_steps", "lr_too_small", "capacity_too_small"}:
        return []
    found = _imbalance(case)
    for f in causes if found else []:
        f.confidence = 0.0 if f.id == "capacity_too_small" else f.confidence
    return found


def _rows(x: Any) -> Any:
    x = np.asarray(x)
    return {row.tobytes() for row in np.ascontiguousarray(x.reshape(len(x), -1).astype(float))}


def _shared_rows(case: Case) -> list[Finding]:
    own = _rows(case.X)
    for name in ("X_val", "X_test"):
        X = case.patient.get(name)
        if X is None or np.asarray(X).size == 0 or np.asarray(X).reshape(len(X), -1).shape[1] < 2:
            continue
        case.tried.append(f"rows of {name} among the training rows")
        given = np.ascontiguousarray(np.asarray(X).reshape(len(X), -1).astype(float))
        share = float(np.mean([row.tobytes() in own for row in given]))
        whole = np.asarray(X).shape == case.X.shape and np.array_equal(X, case.X)
        if whole:
            return [
                Finding(
                    "eval_wrong_split",
                    name,
                    f"{name} is X: the metric is taken on the training rows",
                    f"all {len(X)} rows are equal",
                    f"evaluate on rows kept apart from X ({name})",
                    1.0,
                    59,
                )
            ]
        if share > 0.05:
            return [Finding("train_test_leakage", name, f"rows of {name} are among the training rows",
                            f"{number(100 * share)} % of the rows of {name} are also in X",
                            "split once, before anything else, without overlap", 1.0, 59)]  # fmt: skip
    return []


def _leak(case: Case) -> list[Finding]:
    X, y = case.X, case.y
    if X.ndim != 2 or X.shape[1] < 3 or case.n < 30 or y.size != case.n or X.dtype.kind != "f":
        return []
    t = y.reshape(-1).astype(float)
    if t.std() == 0 or not np.isfinite(X).all():
        return []
    deviation = X.std(0)
    keep = np.flatnonzero(deviation > 1e-12)
    r = np.abs((X[:, keep] - X[:, keep].mean(0)).T @ (t - t.mean())) / (len(t) * deviation[keep] * t.std())
    order = np.sort(r)
    if len(r) < 3 or order[-1] < COPY or order[-2] > 0.9:
        return []
    j = int(keep[np.argmax(r)])
    return [
        Finding(
            "label_leakage",
            "X",
            f"column {j} of X gives the target away",
            f"its correlation with y is {number(float(r.max()))}; the next is {number(float(order[-2]))}",
            f"drop column {j} unless it is known when predicting",
            0.9,
            58,
        )
    ]


def _imbalance(case: Case) -> list[Finding]:
    """Rare classes no better known than by a uniform guess, and known once batches hold all alike.

    Half known they count where all classes gain from such batches: of classes that overlap, one pays.
    """
    if not classes(case) or not case.patient.has_step or not case.user.leaves:
        return []
    case.tried.append("the rare classes' shares and losses")
    own = kinds(case.y)
    values, counts = np.unique(own, return_counts=True)
    few = (counts <= 0.12 * counts.max()) & (counts <= 0.08 * case.n)
    if not few.any() or not np.isfinite(case.user.final):
        return []
    rows = [np.flatnonzero(own == v)[:200] for v in values]
    if _weighed(case, rows, few, counts):
        return []
    blind = _loss_of(case, [0 * x for x in case.leaves], rows, few)
    ended = _loss_of(case, case.user.leaves, rows, few)
    if not np.isfinite([blind, ended]).all() or ended < HALF_KNOWN * blind:
        return []
    even = case.user_with(rows=_alike(rows, case.size))
    cured = _loss_of(case, even.leaves, rows, few) if even.leaves else np.inf
    free = cured < 0.1 * ended and even.final < case.user.final  # no class pays: nothing to weigh up
    if not free and not (ended >= 0.7 * blind and cured < 0.4 * ended):
        return []
    rarest = int(np.argmin(counts))
    return [
        Finding(
            "class_imbalance",
            "y",
            "one class drowns the others",
            f"class {values[rarest]} has {number(100 * counts[rarest] / case.n)} % of the rows; the rare "
            f"classes' loss ends at {number(ended)} (a uniform guess: {number(blind)}), at {number(cured)} "
            "when every batch holds all classes alike",
            "weight the rare class, or draw its rows more often",
            0.85,
            61,
        )
    ]


def _weighed(case: Case, rows: list[np.ndarray], few: np.ndarray, counts: np.ndarray) -> bool:
    """Whether the loss weighs the rare classes, so that each counts about as much as the commonest.

    Told by even odds. Batches that hold all classes alike would count them many times over.
    """
    if case.head is None or "cross-entropy" not in case.head.objective:
        return False
    even = [0 * x for x in case.leaves]
    common = np.arange(len(rows)) == np.argmax(counts)
    most = _loss_of(case, even, rows, common) * counts.max()
    each = [_loss_of(case, even, rows, np.arange(len(rows)) == k) * counts[k] for k in np.flatnonzero(few)]
    return bool(min(each) > WEIGHED * most > 0)


def _loss_of(case: Case, leaves: Any, rows: list[np.ndarray], of: np.ndarray) -> float:
    """The mean over these classes of their rows' mean loss."""
    losses = [case.truth.value(leaves, case.X[r], case.y[r]) / (len(r) if case.per_row > 1 else 1)
              for r, wanted in zip(rows, of, strict=True) if wanted]  # fmt: skip
    return float(np.mean(losses))


def _alike(rows: list[np.ndarray], size: int) -> Any:
    """Batches drawn with as many rows of every class."""
    rng = np.random.default_rng(0)
    return lambda t: np.concatenate([rng.choice(r, max(size // len(rows), 1)) for r in rows])


def _overfitting(case: Case) -> list[Finding]:
    Xv, yv = case.patient.get("X_val"), case.patient.get("y_val")
    if Xv is None or yv is None or not case.patient.has_step:
        return []
    case.tried.append("the validation rows' loss through the run")
    Xv, yv = np.asarray(Xv), np.asarray(yv)
    run = case.user_with(judge=lambda leaves: case.truth.value(leaves, Xv, yv))
    if not run.losses or not np.isfinite(run.final):
        return []
    blind = case.truth.value([0 * x for x in case.leaves], Xv, yv)
    by_heart = case.user.final < 0.1 * run.final and run.final > blind > 0
    rises = run.final > 1.25 * run.best and case.user.final < 0.4 * run.final
    if not rises and not by_heart:
        return []
    words = (
        "while the validation loss rises" if rises else "and the validation rows are told worse than blind"
    )
    fix = "stop early, penalise the weights, or gather rows"
    return [Finding("overfitting", "model", f"the training loss falls {words}",
                    f"validation: least {number(run.best)}, at the end {number(run.final)}, without weights "
                    f"{number(blind)}; training ends at {number(case.user.final)}", fix, 0.9, 56,
                    curves={"validation": run.curve(), "training": case.user.curve()})]  # fmt: skip
