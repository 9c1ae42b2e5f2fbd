"""Models that copy the parameters they are given into weights of their own are recorded all the same."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose._truth import Truth
from pullback.diagnose.experiments.of_treatment._scales import unlike_inside
from pullback.diagnose.experiments.treatment import Compared
from pullback.diagnose.loops._patient import Patient

DRAW = np.random.default_rng(0)
X, Y = DRAW.standard_normal((40, 3)), DRAW.standard_normal((40, 1))
SHAPES = ((3, 4), (4,), (4, 1), (1,))


def whole(mine, new):
    mine[...] = new


def by_rows(mine, new):
    for i in range(len(mine)):
        mine[i] = new[i]


def loaded(copy, dtype=float):
    own = [np.zeros(s, dtype) for s in SHAPES]

    def loss(params, X, y):
        for mine, new in zip(own, params, strict=True):
            copy(mine, new)
        W, b, V, c = own
        return np.mean((np.tanh(X @ W + b) @ V + c - y) ** 2)

    return loss


def case(**given):
    params = [DRAW.standard_normal(s) / 2 for s in SHAPES]
    return Case(Patient({"params": params, "X": X, "y": Y, "grad": lambda p, X, y: p, **given}), 4.0)


@pytest.mark.parametrize("copy", [whole, by_rows, np.copyto])
@pytest.mark.parametrize("dtype", [float, np.float32])
def test_what_is_written_into_weights_of_the_models_own_stays_recorded(copy, dtype):
    found = case(loss=loaded(copy, dtype), X=X.astype(dtype), y=Y.astype(dtype))
    assert found.truth.how == "recorded"
    rows = found.batch()
    for other in ([x + 1 for x in found.generic], found.generic):  # no notes are left from one to the next
        pairs = zip(found.gradient(other, *rows), case(loss=loaded(copy)).truth.differences(other, X, Y))
        assert all(np.allclose(g, d, atol=1e-3 if dtype is np.float32 else 1e-6) for g, d in pairs)


def test_layers_behind_such_a_copy_are_found():
    net = case(loss=loaded(whole)).net
    assert (net.output, net.objective, [layer.w for layer in net.layers]) == ("identity", "squared", [0, 2])


@pytest.mark.parametrize("dtype", [float, np.float32])
def test_a_recording_that_lost_everything_is_not_taken_for_a_flat_loss(dtype):
    params = [DRAW.standard_normal(s) / 2 for s in SHAPES]
    assert Truth(loaded(whole, dtype), params, X.astype(dtype), Y.astype(dtype)).how == "differences"


def test_columns_judged_even_are_not_judged_again_as_features_of_the_model():
    pixels = DRAW.uniform(0, 10, (40, 9)) * np.array([1e-3, *[1.0] * 8])
    params = [np.zeros((9, 1)), np.zeros(1)]
    runs = Compared.__new__(Compared)
    runs.case = case(params=params, X=pixels, loss=lambda p, X, y: np.mean((X @ p[0] + p[1] - y) ** 2))
    assert unlike_inside(runs) is None
