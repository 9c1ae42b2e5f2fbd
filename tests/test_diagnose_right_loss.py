"""Two faults at once: what is wrong beside the loss shows where that is put in its right form."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._right_loss import _form, right_loss

drawn = np.random.default_rng(5)
y = drawn.integers(0, 3, 300)
X = drawn.normal(size=(3, 4))[y] * 1.5 + drawn.normal(size=(300, 4))


def start(bias=0.0):
    draw = np.random.default_rng(6)
    return [draw.normal(size=(4, 20)) / 2, np.full(20, bias), draw.normal(size=(20, 3)) / 4, np.zeros(3)]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loop(times=2, params=None, lr=0.3, n_steps=400):
    """A layer of ReLU and one, two or no softmaxes before the cross-entropy, by the gradient of just that."""

    def forward(p, X):
        h = np.maximum(X @ p[0] + p[1], 0)
        outs = [h @ p[2] + p[3]]
        for _ in range(times):
            outs.append(softmax(outs[-1]))
        return h, outs

    def loss(p, X, y):
        return -np.mean(np.log(forward(p, X)[1][-1][np.arange(len(y)), y]))

    def step(p, X, y):
        h, outs = forward(p, X)
        d = (outs[-1] - np.eye(3)[y]) / len(y)
        for q in outs[1:-1][::-1]:
            d = q * (d - (d * q).sum(axis=1, keepdims=True))
        e = d @ p[2].T * (h > 0)
        grads = X.T @ e, e.sum(0), h.T @ d, d.sum(0)
        return [w - lr * g for w, g in zip(p, grads, strict=True)], loss(p, X, y)

    return {"params": params or start(), "X": X, "y": y, "loss": loss, "step": step, "batch_size": 50,
            "n_steps": n_steps}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "second"),
    [
        (loop(), []),
        (loop(params=start(bias=-30.0)), ["dead_relu"]),
        (loop(lr=1e-5), ["lr_too_small"]),
    ],
    ids=["nothing else", "dead units", "too small a rate"],
)
def test_what_is_wrong_beside_a_second_softmax_is_told_of_the_loop_with_one(given, second):
    first, *rest = diagnose(**given).faults
    assert first.id == "double_softmax"
    assert [f.id for f in rest if f.words.startswith("with that mended")] == second


@pytest.mark.parametrize(
    ("y", "width", "form"),
    [
        ([0, 1, 2], 3, ("softmax", "cross-entropy")),
        ([0, 1, 1], 1, ("sigmoid", "binary cross-entropy")),
        ([[0, 1], [1, 1]], 2, ("sigmoid", "binary cross-entropy")),
        ([-1, 1, 1], 1, ("identity", "logistic")),
        ([0.3, 1.7, -2.2], 1, ("identity", "squared")),
        ([[0.5, 1.0], [2.5, 0.1]], 3, None),
        ([0, 1, 2] * 20, 1, None),
    ],
)
def test_the_right_form_of_a_loss_follows_from_the_targets(y, width, form):
    assert _form(np.array(y), width) == form


def test_of_a_network_that_is_not_known_no_loss_is_made():
    assert right_loss(SimpleNamespace(net=None)) is None
