"""Dropout in a step: whether its masks leave what the loss takes."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.experiments.of_update._masks import misscaled
from pullback.diagnose.experiments.of_update._unmasked import unmasked
from pullback.diagnose.loops._patient import Patient

drawn = np.random.default_rng(0)
X = drawn.normal(size=(160, 4))
y = np.sin(X[:, :1]) + 0.5 * X[:, 1:2]
START = [0.5 * drawn.normal(size=s) for s in ((4, 12), 12, (12, 1), 1)]
INVERTED = (lambda h, m, keep: h * (m / keep), lambda h, m, keep: h * m / keep)


def loop(mask, keep, taken=1.0, back=None):
    masks = np.random.default_rng(1)

    def loss(p, X, y):
        return np.mean((np.tanh(X @ p[0] + p[1]) * taken @ p[2] + p[3] - y) ** 2)

    def step(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        m = masks.random(h.shape) < keep
        a, through = mask(h, m, keep), mask(np.ones(h.shape), m, keep)
        through = through if back is None else np.full(h.shape, back)
        d = 2 * (a @ p[2] + p[3] - y) / len(X)
        e = (d @ p[2].T) * through * (1 - h * h)
        grads = [X.T @ e, e.sum(0), a.T @ d, d.sum(0)]
        return [x - 0.03 * g for x, g in zip(p, grads, strict=True)], loss(p, X, y)

    return {"params": START, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 40, "n_steps": 600}


MASKS = {
    "inverted": (loop(INVERTED[0], 0.6), False),
    "divided afterwards": (loop(INVERTED[1], 0.6), False),
    "scaled where it is judged": (loop(lambda h, m, keep: h * m, 0.6, 0.6), False),
    "divided by the share that is dropped": (loop(lambda h, m, keep: h * m / (1 - keep), 0.8), True),
    "scaled in both places": (loop(INVERTED[0], 0.6, 0.6), True),
    "scaled in neither": (loop(lambda h, m, keep: h * m, 0.6), True),
}


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_has_to_leave_on_average_what_the_loss_takes(name):
    given, wrong = MASKS[name]
    found = misscaled(Case(Patient(given), 10.0))
    assert [(f.id, f.where) for f in found] == ([("dropout_scale_wrong", "step")] if wrong else [])


@pytest.mark.parametrize(
    ("scale", "wrong"),
    [(1 / 0.8, False), (1 / 0.8 / 0.5, True), (1.0, False)],
    ids=["right", "twice", "noise"],
)
def test_a_mask_of_the_rows_themselves_counts_where_it_is_scaled(scale, wrong):
    given, masks = loop(INVERTED[0], 0.6), np.random.default_rng(2)
    inner = given["step"]
    given["step"] = lambda p, X, y: inner(p, X * (masks.random(X.shape) < 0.8) * scale / 1.0, y)
    found = misscaled(Case(Patient(given), 10.0))
    assert [(f.id, f.where) for f in found] == ([("dropout_scale_wrong", "step")] if wrong else [])


def test_dropout_that_is_scaled_twice_is_named():
    found = diagnose(**MASKS["scaled in both places"][0])
    assert (found.faults[0].id, found.faults[0].where) == ("dropout_scale_wrong", "step")


@pytest.mark.parametrize("back", [1.0, 1 / 0.6])
@pytest.mark.parametrize("mask", INVERTED)
def test_a_mask_that_is_left_out_on_the_way_back_is_named(mask, back):
    found = diagnose(**loop(mask, 0.6, back=back))
    assert (found.faults[0].id, found.faults[0].where) == ("grad_missing_activation_derivative", 0)


@pytest.mark.parametrize("name", [name for name, (_, wrong) in MASKS.items() if not wrong])
def test_a_mask_that_is_used_on_the_way_back_is_well(name):
    given = MASKS[name][0]
    assert unmasked(Case(Patient(given), 10.0)) == []
    assert diagnose(**given).verdict == "healthy"


def dropout_and_adam():
    """Classes told by two layers with dropout between them, moved by Adam."""
    rng, t = np.random.default_rng(3), 0
    Y = np.eye(3)[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
    start = [np.zeros((4, 20)), np.zeros(20), 0.3 * rng.normal(size=(20, 3)), np.zeros(3)]
    m, v = [0 * x for x in start], [0 * x for x in start]

    def forward(p, X, mask):
        h = np.tanh(X @ p[0] + p[1])
        e = np.exp(h * mask @ p[2] + p[3])
        return h, e / e.sum(1, keepdims=True)

    def loss(p, X, y):
        return -np.sum(y * np.log(forward(p, X, 1.0)[1] + 1e-12)) / len(y)

    def step(p, X, y):
        nonlocal t
        t += 1
        mask = (np.random.rand(len(X), 20) < 0.8) / 0.8
        h, q = forward(p, X, mask)
        d = (q - y) / len(y)
        e = (d @ p[2].T) * mask * (1 - h**2)
        new = []
        for i, g in enumerate((X.T @ e, e.sum(0), (h * mask).T @ d, d.sum(0))):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g**2
            new.append(p[i] - 0.03 * m[i] / (1 - 0.9**t) / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8))
        return new, -np.sum(y * np.log(q + 1e-12)) / len(y)

    return {"params": start, "X": X, "y": Y, "loss": loss, "step": step, "batch_size": 40, "n_steps": 400}


def test_noise_of_dropout_in_the_bias_that_adam_is_fed_is_no_wrong_gradient():
    assert not diagnose(**dropout_and_adam()).faults


def remembering(keep, take):
    """The same loop with a velocity that keeps a share of itself and takes a share of each gradient."""
    given, kept = loop(INVERTED[0], 0.6), [0.0 * x for x in START]
    plain = given["step"]

    def step(p, X, y):
        moved, told = plain(p, X, y)
        for v, a, b in zip(kept, p, moved, strict=True):
            v[...] = keep * v + take * (a - b)
        return [a - v for a, v in zip(p, kept, strict=True)], told

    return {**given, "step": step}


@pytest.mark.parametrize(
    ("keep", "take", "wrong"),
    [(0.9, 0.5, False), (1.0, 0.1, True), (-0.9, 1.0, True)],
    ids=["right", "never fades", "of the other sign"],
)
def test_a_velocity_is_told_behind_masks(keep, take, wrong):
    found = update.experiment(Case(Patient(remembering(keep, take)), 10.0))
    assert [(f.id, f.where) for f in found] == ([("momentum_state_wrong", "step")] if wrong else [])
