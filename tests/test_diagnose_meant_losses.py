"""Losses that are no usual ones, beside steps that go by the exact gradient of a usual one."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.experiments.of_treatment._scales import _standardised
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(0)
X = rng.standard_normal((160, 12))
SIDE = X @ rng.standard_normal(12) + 0.5 * rng.standard_normal(160) > 0
Y = SIDE.astype(float)
MARKS = 2 * Y - 1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def pairs(p, X):
    """A factorisation machine: what it multiplies is no chain of layers."""
    s = X @ p[2]
    return p[0] + X @ p[1] + 0.5 * np.sum(s**2 - X**2 @ p[2] ** 2, axis=1)


def of_labels(cost, decay=0.0):
    """The loss by its rows' costs, with the step of the cross-entropy."""

    def loss(p, X, y):
        return np.mean(cost(sigmoid(X @ p[0] + p[1]), y)) + 0.5 * decay * np.sum(p[0] ** 2)

    def step(p, X, y):
        d = (sigmoid(X @ p[0] + p[1]) - y) / len(X)
        return [p[0] - 0.3 * (X.T @ d + decay * p[0]), p[1] - 0.3 * d.sum()], loss(p, X, y)

    return {"params": [np.zeros(12), np.zeros(1)], "y": Y, "loss": loss, "step": step}


def of_marks(cost):
    """The same of labels -1 and 1, with the step of the logistic loss."""

    def loss(p, X, y):
        return np.mean(cost(pairs(p, X) * y))

    def step(p, X, y):
        d = -y * sigmoid(-pairs(p, X) * y) / len(X)
        down = X.T @ (d[:, None] * (X @ p[2])) - p[2] * (X.T**2 @ d)[:, None]
        g = [np.array([d.sum()]), X.T @ d, down]
        return [w - 0.3 * k for w, k in zip(p, g, strict=True)], loss(p, X, y)

    start = [np.zeros(1), np.zeros(12), 0.1 * np.random.default_rng(1).standard_normal((12, 2))]
    return {"params": start, "y": MARKS, "loss": loss, "step": step}


def of_classes(log):
    """The cross-entropy of three classes, or the probabilities without their logarithm, and a penalty."""
    y = np.argmax(X[:, :3], axis=1)

    def shares(p, X):
        e = np.exp(X @ p[0] - (X @ p[0]).max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def loss(p, X, y):
        chosen = shares(p, X)[np.arange(len(y)), y]
        return -np.mean(np.log(chosen) if log else chosen) + 0.005 * np.sum(p[0] ** 2)

    def step(p, X, y):
        d = shares(p, X)
        d[np.arange(len(y)), y] -= 1
        return [p[0] - 0.3 * (X.T @ d / len(y) + 0.01 * p[0])], loss(p, X, y)

    return {"params": [np.zeros((12, 3))], "y": y, "loss": loss, "step": step}


SMALL = 1e-9
LOOPS = {
    "1 - log p for log(1 - p)": of_labels(lambda p, y: -(y * np.log(p) + (1 - y) * (1 - np.log(p)))),
    "1 - log p for log(1 - p), and a penalty": of_labels(
        lambda p, y: -(y * np.log(p) + (1 - y) * (1 - np.log(p))), decay=0.02
    ),
    "probabilities without the logarithm, and a penalty": of_classes(log=False),
    "labels and predictions exchanged": of_labels(
        lambda p, y: -(p * np.log(y + SMALL) + (1 - p) * np.log(1 - y + SMALL))
    ),
    "a sigmoid for an exponential": of_marks(lambda m: -np.log(1 + sigmoid(m))),
    "away from the marks": of_marks(lambda m: np.log(1 + sigmoid(m))),
}
WELL = {
    "cross-entropy of classes and a penalty": of_classes(log=True),
    "cross-entropy": of_labels(lambda p, y: -(y * np.log(p) + (1 - y) * np.log(1 - p))),
    "cross-entropy with a floor": of_labels(
        lambda p, y: -(y * np.log(p + SMALL) + (1 - y) * np.log(1 - p + SMALL))
    ),
    "logistic": of_marks(lambda m: np.log(1 + np.exp(-m))),
}


def said(loop):
    return diagnose(X=X, batch_size=40, n_steps=200, **loop)


@pytest.mark.parametrize("name", LOOPS)
def test_the_loss_is_wrong_where_the_step_goes_by_the_gradient_of_a_usual_one(name):
    first = said(LOOPS[name]).faults[0]
    assert (first.id, first.where) == ("loss_formula_wrong", "loss")


def test_of_exchanged_labels_the_gradient_is_not_blamed_as_well():
    found = said(LOOPS["labels and predictions exchanged"]).faults
    assert not any(f.id.startswith("grad_") for f in found)


@pytest.mark.parametrize("name", WELL)
def test_the_usual_losses_are_well(name):
    assert said(WELL[name]).verdict == "healthy"


@pytest.mark.parametrize(("own", "expected"), [(False, None), (True, ("loss_formula_wrong", "loss"))])
def test_the_cost_of_units_by_themselves_beside_the_softmax_cross_entropys_gradient(own, expected):
    marks = np.eye(3)[np.argmax(X @ np.random.default_rng(3).standard_normal((12, 3)), axis=1)]

    def shares(p, X):
        e = np.exp(X @ p[0])
        return e / e.sum(axis=1, keepdims=True)

    def costs(p, X, y):
        q = shares(p, X)
        return -np.sum(y * np.log(q) + own * (1 - y) * np.log(1 - q)) / len(X)

    said = diagnose(
        params=[np.zeros((12, 3))], X=X, y=marks, loss=costs, batch_size=40, n_steps=300, lr=0.5,
        grad=lambda p, X, y: [X.T @ (shares(p, X) - y) / len(X)],
    )  # fmt: skip
    assert ((said.faults[0].id, said.faults[0].where) if said.faults else None) == expected


def pieces(p, X):
    """The two pieces of each unit; the larger is its value."""
    return np.einsum("nd,kdh->knh", X, p[0]) + p[1][:, None]


@pytest.mark.parametrize("inside", [True, False])
def test_the_logarithm_is_taken_before_the_sum_over_classes(inside):
    y = np.argmax(X[:, :3], axis=1)

    def scores(p, X):
        return pieces(p, X).max(axis=0) @ p[2] + p[3]

    def loss(p, X, y):
        e = np.exp(scores(p, X))
        norm = np.log(e.sum(axis=1)) if inside else np.log(e).sum(axis=1)
        return np.mean(norm - scores(p, X)[np.arange(len(y)), y])

    def grad(p, X, y):
        both = pieces(p, X)
        e = np.exp(scores(p, X))
        d = (e / e.sum(axis=1, keepdims=True) - np.eye(3)[y]) / len(y)
        back = (d @ p[2].T) * (both == both.max(axis=0))
        return [np.einsum("nd,knh->kdh", X, back), back.sum(axis=1), both.max(axis=0).T @ d, d.sum(axis=0)]

    draw = np.random.default_rng(2)
    into, out = draw.standard_normal((2, 12, 6)) / 3, draw.standard_normal((6, 3)) / 2
    given = {"params": [into, np.zeros((2, 6)), out, np.zeros(3)], "X": X, "y": y, "loss": loss, "grad": grad}
    first = gradient.experiment(Case(Patient(given), 10.0))
    assert [f.id for f in first][:1] == ([] if inside else ["loss_formula_wrong"])


@pytest.mark.parametrize("inside", [True, False])
def test_a_target_outside_the_square_leaves_the_slopes_as_they_are(inside):
    x = np.linspace(-2, 2, 90)

    def curve(p, x):
        return p[0] + p[1] * x + p[2] * x**2 + p[3] * x**3

    def loss(p, x, y):
        return np.mean(np.square(curve(p, x) - y) if inside else np.square(curve(p, x)) - y)

    def grad(p, x, y):
        d = 2 * (curve(p, x) - y) / len(y)
        return [d.sum(), (d * x).sum(), (d * x**2).sum(), (d * x**3).sum()]

    params = [np.array(v) for v in np.random.default_rng(2).standard_normal(4)]
    given = {"params": params, "X": x, "y": np.sin(x) + 0.3, "loss": loss, "grad": grad}
    first = gradient.experiment(Case(Patient(given), 10.0))
    assert [f.id for f in first][:1] == ([] if inside else ["loss_formula_wrong"])


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (lambda z: np.log1p(np.exp(-np.abs(z))), None),
        (lambda z: np.log1p(np.exp(np.abs(z))), "loss_formula_wrong"),
    ],
    ids=["right", "the minus of the size lost"],
)
def test_a_cost_that_rises_past_its_own_label_is_no_wrong_derivative_of_the_larger_part(beside, expected):
    def logits(p, X):
        return np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]

    def loss(p, X, y):
        z = logits(p, X)
        return np.mean(np.maximum(z, 0) - z * y + beside(z))

    def grad(p, X, y):
        a = np.tanh(X @ p[0] + p[1])
        d = (sigmoid(logits(p, X)) - y) / len(y)
        back = d @ p[2].T * (1 - a * a)
        return [X.T @ back, back.sum(0), a.T @ d, d.sum(0)]

    draw = np.random.default_rng(4)
    start = [draw.standard_normal((12, 5)) / 3, np.zeros(5), draw.standard_normal((5, 1)), np.zeros(1)]
    given = {"params": start, "X": X, "y": Y[:, None], "loss": loss, "grad": grad}
    first = gradient.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.where) for f in first][:1] == ([(expected, "loss")] if expected else [])


def deviance(p, X, y):
    """Of counts: falls without end for some targets below zero."""
    mu = np.exp(X @ p[0] + p[1])
    return 2 * np.mean(y * np.log(np.where(y > 0, y, 1.0) / mu) - (y - mu))


def huber(p, X, y):
    r = np.abs(X @ p[0] + p[1] - y)
    return np.mean(np.where(r < 1, r * r / 2, r - 0.5))


@pytest.mark.parametrize(("cost", "falls"), [(deviance, True), (huber, False)])
def test_a_loss_that_falls_for_ever_is_asked_for_no_standardised_targets(cost, falls):
    counts = np.random.default_rng(4).poisson(np.exp(2 + X[:, :3] @ [0.5, -0.4, 0.3])).astype(float)
    given = {"params": [np.zeros(3), np.log(counts.mean())], "X": X[:, :3], "y": counts, "loss": cost,
             "grad": lambda p, X, y: [np.zeros(3), 0.0]}  # fmt: skip
    case = Case(Patient(given), 10.0)
    assert (_standardised(case) is None) == falls
