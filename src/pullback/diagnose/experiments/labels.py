"""Whether X tells anything about y: neighbours' targets against all targets.

Does: predicts each row's target by its nearest rows and by a linear fit to other rows.
Measures: the share of the targets' variation explained.
Speaks for: labels_misaligned, labels_wrong.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case


def explained(case: Case) -> float:
    """The larger share of variation explained on unseen rows by nearest neighbours and by a linear fit."""
    X = np.asarray(case.X, float).reshape(case.n, -1)[case.judged]
    y = _columns(case)[case.judged]
    deviation = X.std(0)
    X = (X - X.mean(0))[:, deviation > 0] / deviation[deviation > 0]
    order = np.random.default_rng(0).permutation(len(X))
    test, train = order[: len(X) // 3], order[len(X) // 3 :]
    if len(test) < 10 or X.shape[1] == 0:
        return 1.0
    distance = ((X[test][:, None, :] - X[train][None]) ** 2).sum(-1)
    near = np.argsort(distance, 1)[:, :5]
    guesses = [y[train][near].mean(1)]
    A = np.column_stack([X, np.ones(len(X))])
    gram = A[train].T @ A[train] + 0.01 * len(train) * np.eye(A.shape[1])
    guesses.append(A[test] @ np.linalg.solve(gram, A[train].T @ y[train]))
    total = np.sum((y[test] - y[train].mean(0)) ** 2)
    return float(max(1 - np.sum((y[test] - g) ** 2) / max(total, 1e-300) for g in guesses))


def _columns(case: Case) -> np.ndarray:
    from pullback.diagnose.experiments.objective import labels

    y = np.asarray(case.y, float).reshape(case.n, -1)
    if y.shape[1] == 1 and labels(case.y) > 2:
        values = np.unique(y)
        return (y == values[None, :]).astype(float)
    return y


def rare(case: Case) -> bool:
    """Whether one class has so few rows that neighbours say nothing of it."""
    from pullback.diagnose.experiments.objective import labels

    if not labels(case.y):
        return False
    y = np.asarray(case.y)
    y = y.argmax(1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return bool(np.unique(y, return_counts=True)[1].min() < 0.05 * case.n)


def learnable(case: Case) -> bool:
    """Whether the rows tell anything of their targets."""
    return explained(case) > 0.05
