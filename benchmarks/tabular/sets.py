"""scikit-learn's bundled sets and generated problems, by repeated cross-validation."""

import numpy as np
import pandas as pd
from models import OTHERS, other, ours
from sklearn import datasets
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

PRESETS = ("fast", "default", "best")
FOLDS = 5


def friedman(number, n=2000):
    make = getattr(datasets, f"make_friedman{number}")
    X, y = make(n, noise=1.0 if number == 1 else 0.0, random_state=number)
    return X, y + (np.random.default_rng(number).normal(0, 0.3 * y.std(), n) if number > 1 else 0.0)


def sparse(n=1000):
    """Sixty columns, of which four matter."""
    return datasets.make_sparse_uncorrelated(n, 60, random_state=0)


def heavy_tailed(n=2000):
    """Columns and noise of Student's t with three degrees of freedom."""
    rng = np.random.default_rng(1)
    X = rng.standard_t(3, (n, 8))
    return X, np.arctan(X[:, 0]) * X[:, 1] + np.abs(X[:, 2]) + 0.5 * rng.standard_t(3, n)


def categorical(n=2000):
    """Categories of 4, 12 and 40 names, effects of their own and of a pair, and two numbers."""
    rng = np.random.default_rng(2)
    sizes = (4, 12, 40)
    codes = [rng.integers(size, size=n) for size in sizes]
    effects = [rng.standard_normal(size) for size in sizes]
    pair = rng.standard_normal((4, 12))
    numbers = rng.standard_normal((n, 2))
    y = sum(e[c] for e, c in zip(effects, codes, strict=True)) + pair[codes[0], codes[1]]
    y += numbers[:, 0] * effects[0][codes[0]] + np.sin(2 * numbers[:, 1]) + 0.5 * rng.standard_normal(n)
    X = pd.DataFrame(numbers, columns=["u", "v"])
    for name, c in zip("abc", codes, strict=True):
        X[name] = pd.Categorical([f"{name}{i}" for i in c])
    return X, y


def imbalanced(n=3000):
    """One row in twenty is of the second class."""
    return datasets.make_classification(
        n, 12, n_informative=6, n_clusters_per_class=3, weights=[0.95], flip_y=0.01, random_state=3
    )


def bundled(name):
    return getattr(datasets, f"load_{name}")(return_X_y=True)


SETS = {
    "diabetes": (lambda: bundled("diabetes"), False),
    "iris": (lambda: bundled("iris"), True),
    "wine": (lambda: bundled("wine"), True),
    "breast cancer": (lambda: bundled("breast_cancer"), True),
    "digits": (lambda: bundled("digits"), True),
    "Friedman 1": (lambda: friedman(1), False),
    "Friedman 2": (lambda: friedman(2), False),
    "Friedman 3": (lambda: friedman(3), False),
    "sparse": (sparse, False),
    "heavy-tailed": (heavy_tailed, False),
    "categorical": (categorical, False),
    "imbalanced": (imbalanced, True),
}
"""Name, and whether the target is of classes."""


def score(model, X, y, labels, spread):
    """What is left of the target's spread; of classes the log loss, and the share that is wrong."""
    if not labels:
        return {"loss": float(np.sqrt(np.mean((np.ravel(model.predict(X)) - y) ** 2)) / spread)}
    p = np.clip(model.predict_proba(X), 1e-6, 1.0)
    wrong = float(np.mean(np.ravel(model.predict(X)) != y))
    return {
        "loss": float(log_loss(y, p / p.sum(axis=1, keepdims=True), labels=model.classes_)),
        "wrong": wrong,
    }


def sets(records, repeats, presets=PRESETS):
    for name, (load, labels) in SETS.items():
        X, y = load()
        kind = RepeatedStratifiedKFold if labels else RepeatedKFold
        folds = list(kind(n_splits=FOLDS, n_repeats=repeats, random_state=0).split(X, y))
        for model in (*presets, *OTHERS):
            for number, (train, test) in enumerate(folds):
                _one(records, name, X, y, labels, model, number, train, test)


def _one(records, name, X, y, labels, model, number, train, test):
    rows = X.iloc if hasattr(X, "iloc") else X
    categories = list(X.select_dtypes("category")) if hasattr(X, "iloc") else []
    made = other(model, labels, number, categories) if model in OTHERS else ours(model, labels, number)
    records.measure(
        lambda: made.fit(rows[train], y[train]),
        lambda fitted: score(fitted, rows[test], y[test], labels, float(np.std(y))),
        section="sets", data=name, model=model, seed=number,
    )  # fmt: skip
