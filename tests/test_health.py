"""The one line of health that ends a run: what cheap watchers see, and what they leave alone."""

import numpy as np
import pytest

from pullback import nn, train
from pullback.errors import PullbackWarning

RNG = np.random.default_rng(0)
X = RNG.standard_normal((256, 4))
Y = np.sin(X[:, 0]) + 0.5 * X[:, 1]


def loss(params, X, y):
    return np.mean((nn.mlp(params, X)[:, 0] - y) ** 2)


def run(f=loss, sizes=(4, 16, 1), y=Y, params=None, **more):
    params = nn.init_mlp(np.random.default_rng(1), list(sizes)) if params is None else params
    more = {"epochs": 20, "lr": 0.01, **more}
    return train.fit(f, params, X, y, **more)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"optimizer": "sgd", "lr": 0.1},
        {"schedule": "cosine", "weight_decay": 1e-3},
        {"sizes": (4, 1), "epochs": 40},
        {"X_val": X[:50], "y_val": Y[:50], "patience": 5},
        {"y": RNG.standard_normal(256), "sizes": (4, 64, 1), "epochs": 40},
    ],
)
def test_ordinary_runs_have_no_concern(more):
    seen = train.health(run(**more))
    assert seen.concerns == ()
    assert seen.line.startswith("health: no concern; the loss fell from ")


def dying(params, X, y):
    hidden = np.maximum(X @ params["W"] + params["b"], 0)
    return np.mean((hidden @ params["v"] - y) ** 2)


DEAD = {
    "W": RNG.standard_normal((4, 8)),
    "b": np.where(np.arange(8) < 6, -50.0, 0.0),
    "v": RNG.standard_normal(8),
}


def unused(params, X, y):
    return np.mean((X @ params["w"] - y) ** 2)


SPARE = {"w": np.zeros(4), "spare": np.ones(3)}


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda: run(lr=1e-30, optimizer="sgd"), "2 of 4 arrays of weights never changed: steps of "),
        (lambda: run(lr=1e-9), "the loss hardly moved"),
        (lambda: run(lr=3.0, epochs=3), "is too large; try lr=0.3"),
        (lambda: run(y=np.ones(256)), "every training row has the same target"),
        (lambda: run(unused, params=SPARE, lr=0.1), "nothing changed in params['spare']: the loss does"),
        (lambda: run(dying, params=DEAD, lr=1e-3), "6 of the 8 columns of params['W'] never changed"),
        (lambda: run(lr=0.001, optimizer="sgd", sizes=(4, 1), y=30 + Y, batch_size=4), "the loss was still"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_said_with_a_cure(result, words):
    seen = train.health(result())
    assert words in seen.concerns[0]
    assert seen.line == f"concern: {seen.concerns[0]}"


def test_infinity_is_the_runs_own_message():
    with pytest.warns(PullbackWarning):
        result = run(lr=1e9, optimizer="sgd")
    assert train.health(result).concerns[0] == result.message


def test_a_history_alone_is_judged_as_far_as_it_goes():
    result = run()
    alone = train.Result(None, result.history, result.best_epoch, "epochs", 1.0, "")
    assert train.health(alone).concerns == ()
    assert train.health(train.Result(None, [], 0, "interrupted", 0.0, "")).line.endswith(
        "no epoch was completed"
    )
