"""A loop whose rows and parameters are `np.matrix` is examined like one of arrays."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass")  # it is what this is about

draw = np.random.default_rng(1)
rows = np.c_[np.ones(80), draw.standard_normal((80, 2))]
targets = (rows @ [[0.3], [1.5], [-2.0]] + 0.5 * draw.standard_normal((80, 1)) > 0).astype(float)


def matrices(loss=None, **names):
    """What is given: rows and parameters as matrices, unless they are named."""
    usual = {"params": [np.asmatrix(np.ones((3, 1)))], "X": np.asmatrix(rows), "y": np.asmatrix(targets)}
    return usual | {"loss": loss or cross_entropy, "n_steps": 1500} | names


def odds(p, X):
    return 1 / (1 + np.exp(-X * p[0]))


def cross_entropy(p, X, y):
    h = odds(p, X)
    return float(-np.mean(np.multiply(y, np.log(h)) + np.multiply(1 - y, np.log(1 - h))))


def up(p, X, y):
    return [p[0] + 0.01 * X.T * (y - odds(p, X))], cross_entropy(p, X, y)


def down(p, X, y):
    return [p[0] - 0.01 * X.T * (y - odds(p, X))], cross_entropy(p, X, y)


def in_place(p, X, y):
    value = cross_entropy(p, X, y)
    p[0] += 0.01 * X.T * (y - odds(p, X))
    return p, value


@pytest.mark.parametrize(
    ("step", "faults"),
    [(up, []), (in_place, []), (down, ["grad_sign_flipped"])],
    ids=["right", "in place", "uphill"],
)
def test_a_loop_of_matrices_is_a_loop_of_arrays(step, faults):
    found = diagnose(**matrices(step=step))
    assert [f.id for f in found.faults][:1] == faults


def test_grad_may_give_matrices():
    def grad(p, X, y):
        return [X.T * (odds(p, X) - y)]

    found = diagnose(**matrices(grad=grad))
    assert [(f.id, f.where) for f in found.faults][:1] == [("grad_reduction_sum", "grad")]


def test_only_the_rows_may_be_a_matrix():
    def loss(p, X, y):
        return cross_entropy([np.asmatrix(p[0]).T], X, y)

    def step(p, X, y):
        off = np.asarray(odds([np.asmatrix(p[0]).T], X)) - y
        return [p[0] - 0.5 * (X.T * off).A1 / len(y)], loss(p, X, y)

    given = matrices(loss, step=step, params=[np.ones(3)], y=targets)
    assert diagnose(**given).verdict == "healthy"
