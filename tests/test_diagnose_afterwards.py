"""Two faults at once: what whole runs find once the one that is proven is mended."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._afterwards import _well

drawn = np.random.default_rng(4)
X = drawn.normal(size=(240, 3))
y = np.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:]
START = [drawn.normal(size=s) / np.sqrt(3) for s in ((3, 16), 16, (16, 1), 1)]


def loss(p, X, y):
    return np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2)


def loop(lr, slope, keep=0.0, y=y, n_steps=1500, rows=None):
    """Two layers under momentum, of which the slope of tanh may be forgotten on the way back.

    The gradient is the sum over the rows of a batch divided by `rows`, that of their mean unless told.
    """
    kept = [0.0 * x for x in START]

    def step(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = 2 * (h @ p[2] + p[3] - y) / (rows or len(X))
        e = d @ p[2].T * (1 if slope == "forgotten" else 1 - h * h)
        for v, g in zip(kept, (X.T @ e, e.sum(0), h.T @ d, d.sum(0)), strict=True):
            v[...] = keep * v + g
        return [w - lr * v for w, v in zip(p, kept, strict=True)], loss(p, X, y)

    return {"params": START, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 40, "n_steps": n_steps}


FORGOTTEN = "grad_missing_activation_derivative"


@pytest.mark.parametrize(
    ("given", "second"),
    [
        (loop(0.1, "forgotten"), []),
        (loop(4.0, "forgotten"), ["lr_too_large"]),
        (loop(0.1, "forgotten", n_steps=12), ["too_few_steps"]),
        (loop(0.1, "forgotten", y=np.roll(y, 7)[drawn.permutation(240)]), ["labels_misaligned"]),
    ],
    ids=["nothing else", "too large a rate", "few steps", "other rows' targets"],
)
def test_what_is_wrong_beside_a_wrong_gradient_is_told_of_the_loop_with_that_mended(given, second):
    first, *rest = diagnose(**given).faults
    assert first.id == FORGOTTEN
    assert [f.id for f in rest if f.words.startswith("with that mended")] == second
    assert not any("as written" in f.curves or "as written" in f.evidence for f in rest)


MIXED = np.roll(y, 7)[drawn.permutation(240)]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (loop(0.1, "right", rows=1), ["grad_reduction_sum"]),
        (loop(0.1, "right", rows=1, y=MIXED), ["grad_reduction_sum", "labels_misaligned"]),
        (loop(0.002, "forgotten", 0.95, y=MIXED), [FORGOTTEN, "labels_misaligned"]),
    ],
    ids=["a sum alone", "a sum, and other rows' targets", "a velocity, and other rows' targets"],
)
def test_where_the_rate_is_not_known_the_mended_loop_goes_by_the_best_of_some(given, names):
    assert [f.id for f in diagnose(**given).faults if f.confidence > 0.25] == names


def test_of_a_velocity_behind_a_wrong_gradient_no_rate_is_known():
    assert [f.id for f in diagnose(**loop(0.002, "forgotten", 0.95)).faults] == [FORGOTTEN]


@pytest.mark.parametrize(("best", "well"), [(0.02, True), (0.3, False)])
def test_a_mended_loop_is_well_where_the_best_run_leaves_hardly_anything(best, well):
    run = SimpleNamespace(final=best)
    assert _well(SimpleNamespace(base=1.0, reference=run, user=run, worth=abs)) is well


def with_nan(given, column=None):
    """The loop with a few rows of NaN, or with one column of X that holds hardly anything else."""
    X, y = given["X"].copy(), given["y"].copy()
    X[3 if column is None else slice(9, None), column or 0] = np.nan
    y[11] = np.inf if column is None else y[11]
    return {**given, "X": X, "y": y}


@pytest.mark.parametrize(
    ("given", "second"),
    [
        (with_nan(loop(0.1, "right")), []),
        (with_nan(loop(0.1, "forgotten")), [FORGOTTEN]),
        (with_nan(loop(0.1, "forgotten"), column=1), [FORGOTTEN]),
        (with_nan(loop(0.1, "right"), column=1), []),
        (with_nan(loop(1e-5, "right")), ["lr_too_small"]),
    ],
    ids=["nothing else", "a slope", "a slope, and a column lost", "a column lost", "too small a rate"],
)
def test_behind_rows_of_nan_stands_what_is_wrong_with_the_loop_on_whole_rows(given, second):
    first, *rest = diagnose(**given).faults
    assert first.id == "nan_in_data"
    assert [f.id for f in rest if f.words.startswith("with that mended")] == second


def begun(given, params):
    return {**given, "params": params}


ZERO = [0 * x for x in START]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (begun(loop(0.1, "right"), ZERO), ["init_zero"]),
        (begun(loop(0.1, "right", y=MIXED), ZERO), ["init_zero", "labels_misaligned"]),
        (begun(loop(0.1, "right", n_steps=12), ZERO), ["init_zero", "too_few_steps"]),
    ],
    ids=["nothing else", "other rows' targets", "few steps"],
)
def test_behind_a_start_that_lets_no_signal_pass_stands_what_fresh_weights_show(given, names):
    assert [f.id for f in diagnose(**given).faults if f.confidence > 0.25] == names


def line(p, X, y):
    return np.mean((X @ p[0] - y) ** 2)


@pytest.mark.parametrize(("shift", "second"), [(0.0, []), (4.0, ["no_bias"])])
def test_behind_weights_of_whole_numbers_stands_what_fractions_show(shift, second):
    y = X @ [0.7, -0.4, 0.2] + shift

    def step(p, X, y):
        moved = p[0].copy()
        moved[...] = moved - 0.1 * 2 * X.T @ (X @ moved - y) / len(y)
        return [moved], line(p, X, y)

    given = {"params": [np.zeros(3, int)], "X": X, "y": y, "loss": line, "step": step, "n_steps": 200}
    first, *rest = diagnose(**given).faults
    assert first.id == "dtype_truncation"
    assert [f.id for f in rest if f.words.startswith("with that mended")] == second
