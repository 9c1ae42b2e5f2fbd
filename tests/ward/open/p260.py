from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_breast_cancer


@dataclass
class Setup:
    n_hidden: int = 6
    n_out: int = 2
    rate: float = 1.0


S = Setup()
table = load_breast_cancer()
chosen = np.random.default_rng(44).permutation(569)[:300]
X = table.data[chosen][:, :10]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(2)[table.target[chosen]]

maker = np.random.default_rng(45)
params = {
    "hidden": {"kernel": maker.normal(0, 0.4, (10, S.n_hidden)), "offset": np.zeros(S.n_hidden)},
    "output": {"kernel": maker.normal(0, 0.4, (S.n_hidden, S.n_out)), "offset": np.zeros(S.n_out)},
}


def squashed(params, X):
    return 1 / (1 + np.exp(-(X @ params["hidden"]["kernel"] + params["hidden"]["offset"])))


def outputs(params, X):
    scores = squashed(params, X) @ params["output"]["kernel"] + params["output"]["offset"]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(params, X, y):
    return float((y * np.log(outputs(params, X) + 1e-10)).sum() / len(y))


def grad(params, X, y):
    a = squashed(params, X)
    wrong = (y - outputs(params, X)) / len(y)
    passed = wrong @ params["output"]["kernel"].T * a * (1 - a)
    return {
        "hidden": {"kernel": X.T @ passed, "offset": passed.sum(axis=0)},
        "output": {"kernel": a.T @ wrong, "offset": wrong.sum(axis=0)},
    }


def step(params, X_batch, y_batch):
    g = grad(params, X_batch, y_batch)
    moved = {
        layer: {name: params[layer][name] - S.rate * g[layer][name] for name in params[layer]} for layer in params
    }
    return moved, loss(params, X_batch, y_batch)


batch_size = 30
n_steps = 400
