"""Linear models whose intercept, or one slope, stays where it began while all others have arrived."""

from functools import partial

import numpy as np
import pytest

from pullback.diagnose import diagnose


def line(X, y, rate, n_steps, begun=0.0, memory=0.0):
    """A linear model with an intercept by plain steps, or with a velocity."""
    velocity = [np.zeros(X.shape[1]), np.zeros(())]

    def off(params, X, y):
        return X @ params[0] + params[1] - y

    def loss(params, X, y):
        return float(np.mean(off(params, X, y) ** 2))

    def step(params, X, y):
        e = off(params, X, y)
        slopes = [2 * X.T @ e / len(y), 2 * e.mean()]
        velocity[:] = [memory * v - rate * g for v, g in zip(velocity, slopes, strict=True)]
        return [p + v for p, v in zip(params, velocity, strict=True)], loss(params, X, y)

    return diagnose(params=[np.full(X.shape[1], begun), np.array(begun)], X=X, y=y, loss=loss, step=step,
                    batch_size=len(y), n_steps=n_steps)  # fmt: skip


rng = np.random.default_rng(0)
far = rng.uniform(-500, 500, (300, 1))
near = rng.uniform(0, 10, (100, 1))
count = np.arange(1.0, 101.0)[:, None]
two = np.stack([rng.uniform(0, 1, 200), rng.uniform(0, 1000, 200)], 1)
noise = partial(rng.normal, size=100)
SICK = {
    "an intercept beside a column of hundreds": (far, 1.8 * far[:, 0] + 32, 1e-6, 600, 0.0),
    "an intercept no step brings there": (count, 0.75 * count[:, 0] + 5, 5e-6, 2000, 1.0),
    "the slope of a small column": (two, two @ [60.0, 0.3] + rng.normal(size=200), 5e-7, 2000, 0.0),
}
WELL = {
    "an intercept in sight of its column": (near, 3 * near[:, 0] + 2 + 0.5 * noise(), 0.01, 1000, 0.0),
    "an intercept that takes its time": (count, 0.75 * count[:, 0] + 5, 2e-4, 40000, 1.0),
    "an intercept less than the noise": (10 * near, 30 * near[:, 0] + 5 + 10 * noise(), 5e-5, 600, 0.0),
    "an intercept that begins where it is best": (far, 1.8 * far[:, 0] + 1, 1e-6, 600, 1.0),
}


@pytest.mark.parametrize("name", SICK)
def test_what_the_largest_column_holds_where_it_was_is_said_of_the_columns(name):
    found = line(*SICK[name]).faults[0]
    assert (found.id, found.where) == ("inputs_unscaled", "X")


@pytest.mark.parametrize("name", WELL)
def test_what_has_arrived_or_costs_no_more_than_the_noise_is_no_fault(name):
    assert line(*WELL[name]).verdict == "healthy"


def test_where_a_larger_step_brings_it_there_it_is_the_step():
    found = line(count, 0.75 * count[:, 0] + 8, 5e-7, 2000, memory=0.9).faults[0]
    assert (found.id, found.where) == ("lr_too_small", "step")
