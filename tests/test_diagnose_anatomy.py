"""The network, the output and the objective read off a loss, however their signs and shapes are written."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments.objective import _unbounded
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._anatomy import dissect
from pullback.diagnose.network._head import head

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 3))
y = (X[:, 0] - X[:, 1] * X[:, 2] > 0).astype(float)
LEAVES = [0.5 * rng.standard_normal(shape) for shape in ((3, 4), (4,), (4,), (1,))]
AUGMENTED = [0.5 * rng.standard_normal((4, 4)), 0.5 * rng.standard_normal((1, 5))]


def cross_entropy(p, t):
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


SIGMOIDS = {
    "bar over the sum": lambda W, b, v, c, X: 1 / (1 + np.exp(-(np.tanh(X @ W + b) @ v + c))),
    "inputs negated": lambda W, b, v, c, X: 1 / (1 + np.exp(-np.tanh(X @ W + b) @ v - c)),
    "weights negated": lambda W, b, v, c, X: 1 / (1 + np.exp(np.tanh(X @ W + b) @ -v - c)),
    "the other class's": lambda W, b, v, c, X: 1 / (1 + np.exp(np.tanh(X @ W + b) @ v + c)),
    "thresholds": lambda W, b, v, c, X: 1 / (1 + np.exp(-(np.tanh(X @ W - b) @ v - c))),
    "hidden sums negated": lambda W, b, v, c, X: 1 / (1 + np.exp(-(np.maximum(-X @ W - b, 0) @ v + c))),
}


@pytest.mark.parametrize("way", SIGMOIDS)
def test_a_negated_sum_is_the_same_network(way):
    def loss(p, X, y):
        return cross_entropy(SIGMOIDS[way](*p, X), y)

    net = dissect(loss, LEAVES, X, y)
    assert (net.output, net.objective) == ("sigmoid", "binary cross-entropy")
    assert np.isclose(net.row_losses(LEAVES, X, y).mean(), loss(LEAVES, X, y))


def test_a_bias_in_a_slice_of_the_weight_is_a_column_of_ones():
    def loss(p, X, y):
        h = np.tanh(p[0][:, 1:] @ X.T + p[0][:, :1])
        return cross_entropy(1 / (1 + np.exp(-(p[1][:, :-1] @ h + p[1][:, -1:]))), y)

    net = dissect(loss, AUGMENTED, X, y)
    assert [layer.ones for layer in net.layers] == ["first", "last"]
    assert np.isclose(net.row_losses(AUGMENTED, X, y).mean(), loss(AUGMENTED, X, y))


def odds(p, x):
    return np.exp(p.dot(x)) / (1 + np.exp(p.dot(x)))


def odds_of_rows(p, X, y):
    each = zip(X, y, strict=True)
    return -sum(t * np.log(odds(p, x)) + (1 - t) * np.log(1 - odds(p, x)) for x, t in each) / len(X)


def test_a_sum_made_anew_for_every_term_of_the_loss_is_one_layer():
    p = [0.5 * rng.standard_normal(3)]
    net = dissect(lambda leaves, X, y: odds_of_rows(leaves[0], X, y), p, X, y)
    assert (len(net.layers), net.output, net.objective) == (1, "sigmoid", "binary cross-entropy")
    assert np.isclose(net.row_losses(p, X, y).mean(), odds_of_rows(p[0], X, y))


def test_the_slope_of_a_sum_made_anew_for_every_term_is_that_of_all_of_them():
    def bent(p, X, y):  # an objective without a name
        return odds_of_rows(p, X, y) ** 1.3

    given = {"params": 0.1 * np.ones(3), "X": X, "y": y, "loss": bent, "step": lambda p, *_: (p, 0.0)}
    case = Case(Patient(given), 10.0)
    assert case.net.objective == "unknown"
    assert not _unbounded(case)


def test_a_slope_and_an_intercept_that_are_plain_numbers_are_a_layer():
    p = [np.array(0.3), np.array(-0.2)]
    net = dissect(lambda p, X, y: np.mean((p[0] * X + p[1] - y) ** 2), p, X[:, 0], y)
    assert (net.layers[0].w, net.layers[0].b, net.objective) == (0, 1, "squared")


PAST_TARGET = {
    "taken away": lambda p, X, y: y - X @ p[0] - p[1],
    "added": lambda p, X, y: X @ p[0] - y + p[1],
    "the whole turned": lambda p, X, y: p[1] - (y - X @ p[0]),
    "a threshold": lambda p, X, y: (y - X @ p[0]) + p[1],
}


@pytest.mark.parametrize("way", PAST_TARGET)
def test_a_bias_that_is_added_after_the_target_is_a_bias(way):
    p = [0.5 * rng.standard_normal(3), np.array([0.4])]
    net = dissect(lambda p, X, y: np.mean(PAST_TARGET[way](p, X, y) ** 2), p, X, y)
    assert (net.layers[0].b, net.layers[0].shift) == (1, -1 if way == "a threshold" else 1)
    assert (net.output, net.objective) == ("identity", "squared")


def test_targets_that_are_moved_alike_are_not_marked_by_other_numbers():
    net = dissect(lambda p, X, y: np.mean((0.3 + X @ p[0] - y) ** 2), [np.array([0.3, -0.5, 0.2])], X, y)
    assert net.objective == "unknown"


def test_the_perceptrons_loss_of_0_and_1_is_known():
    rows = np.array([[1.0, a, b] for a in (0, 1) for b in (0, 1)] * 4)
    both = rows[:, 1] * rows[:, 2]
    for start in (np.array([0.6, 0.2, 0.9]), np.array([-0.6, 0.2, 0.9])):
        net = dissect(lambda p, X, y: np.mean(((X @ p[0] > 0) - y) * (X @ p[0])), [start], rows, both)
        assert net.objective == "perceptron's of 0 and 1"


def test_a_line_of_one_number_misses_its_bias():
    x, rate = np.linspace(0, 1, 200)[np.random.default_rng(1).permutation(200)], 0.2
    mark = np.where(x > 0.5, 1.0, -1.0)

    def hinge(w, X, y):
        return np.mean(np.maximum(0, 1 - y * (w * X)))

    def step(w, X, y):
        inside = np.where(y * (w * X) < 1, y, 0.0)
        return w + rate * np.mean(inside * X), hinge(w, X, y)

    found = diagnose(params=np.array(0.4), X=x, y=mark, loss=hinge, step=step, batch_size=200, n_steps=1500)
    assert (found.faults[0].id, found.faults[0].where) == ("no_bias", "model")


def test_exchanged_probabilities_stay_a_wrong_formula():
    def loss(p, X, y):
        q = 1 / (1 + np.exp(-(np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])))
        return -np.mean(y * np.log(1 - q) + (1 - y) * np.log(q))

    assert dissect(loss, LEAVES, X, y).objective in fn.WRONG


def test_the_head_of_a_model_without_layers():
    t = X[:, 0] ** 2

    def loss(p, X, y):
        return np.mean((p[0] + p[1] * X[:, 0] ** 2 - y) ** 2)

    found = head(loss, [np.array([0.4]), np.array([0.3])], X, t)
    assert (found.output, found.objective, found.width) == ("identity", "squared", 1)


@pytest.mark.parametrize("pair", fn._SLOPE)
def test_slopes_in_closed_form(pair):
    z = rng.standard_normal((7, 3))
    t = np.eye(3)[rng.integers(0, 3, 7)]
    h, found = 1e-6, fn.slope(*pair, z, t)
    for j in range(3):
        e = h * np.eye(3)[j]
        ends = [fn.objective(pair[1], fn.VALUE[pair[0]](v), t) for v in (z + e, z - e)]
        assert np.allclose(found[:, j], (ends[0] - ends[1]) / (2 * h), atol=1e-6)


def descend(loss, grad, rate):
    return lambda p, X, y: ([a - rate * g for a, g in zip(p, grad(p, X, y), strict=True)], loss(p, X, y))


def squared(p, X, y):
    return np.mean((X @ p[0] + p[1] - y) ** 2)


def squared_grad(p, X, y):
    d = 2 * (X @ p[0] + p[1] - y) / len(y)
    return [X.T @ d, d.sum(keepdims=True)]


def sum_of_logs(p, X, y):
    q = 1 / (1 + np.exp(-(X @ p[0] + p[1])))
    return cross_entropy(np.clip(q, 1e-12, 1 - 1e-12), y)


def no_shift(p, X, y):
    return np.mean((X @ p[0] - y) ** 2)


def logs_grad(p, X, y):
    d = (1 / (1 + np.exp(-(X @ p[0] + p[1]))) - y) / len(y)
    return [X.T @ d, d.sum(keepdims=True)]


def shift_grad(p, X, y):
    return [2 * X.T @ (X @ p[0] - y) / len(y)]


def kept_grad(p, X, y):
    return [*shift_grad(p, X, y), np.zeros(1)]


SIGNS = np.where(X[:, 0] + 0.3 * X[:, 1] > 0, 1.0, -1.0)
NOISE = (-1.0) ** np.arange(len(X))
HALF_NOISY = X[:, 0] + 1.5 + 0.5 * NOISE
LOOPS = {
    "least squares on labels of -1 and 1": (None, squared, squared_grad, X, SIGNS),
    "labels of -1 under a sigmoid": ("output_range_clipped", sum_of_logs, logs_grad, X, SIGNS),
    "no bias, far from zero": ("no_bias", no_shift, shift_grad, X[:, :1] + 3, -2 * X[:, 0] + 1),
    "no bias, and twice the loss": ("no_bias", no_shift, shift_grad, X[:, :1] + 3, HALF_NOISY),
    "no bias, but most of the way": (None, no_shift, shift_grad, X[:, :1] + 3, X[:, 0] + 1.5 + NOISE),
    "a bias that is never added": ("no_bias", no_shift, kept_grad, X[:, :1] + 3, HALF_NOISY),
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_an_output_or_a_model_cannot_say(name):
    fault, loss, grad, X, y = LOOPS[name]
    start = (
        [np.zeros(X.shape[1]), np.zeros(1)]
        if loss is not no_shift
        else [np.zeros(1), np.zeros(1)][: 1 + (grad is kept_grad)]
    )
    found = diagnose(params=start, X=X, y=y, loss=loss, step=descend(loss, grad, 0.05), batch_size=20,
                     n_steps=300)  # fmt: skip
    assert [f.id for f in found.faults[:1]] == ([fault] if fault else [])


def test_classes_that_lie_apart_ask_for_no_more_units():
    draw = np.random.RandomState(0)
    X = draw.randn(200, 4)
    y = (X @ np.array([1.0, 2, -1, 0.5]) > 0).astype(float)
    mixed = draw.permutation(200)
    X, y = X[mixed], y[mixed]

    def loss(p, X, y):
        h = 1 / (1 + np.exp(-(X @ p[0] + p[1])))
        return -np.mean(y * np.log(h + 1e-9) + (1 - y) * np.log(1 - h + 1e-9))

    def step(p, X, y):
        off = 1 / (1 + np.exp(-(X @ p[0] + p[1]))) - y
        return [p[0] - 0.5 * X.T @ off / len(X), p[1] - 0.5 * off.mean()], loss(p, X, y)

    found = diagnose(params=[np.zeros(4), np.zeros(1)], X=X, y=y, loss=loss, step=step, batch_size=20,
                     n_steps=400)  # fmt: skip
    assert found.verdict == "healthy"


def test_layers_without_biases_miss_them_where_the_inputs_are_far_from_zero():
    rng = np.random.default_rng(12)
    angle, far = rng.uniform(0, 2 * np.pi, 400), np.where(np.arange(400) % 2, 0.5, 1.0)
    rows = far[:, None] * np.c_[np.cos(angle), np.sin(angle)] + 0.05 * rng.standard_normal((400, 2)) + 3
    inside = (far < 1).astype(float)[:, None]

    def layers(p, X):
        out = [X]
        for w in p:
            out.append(1 / (1 + np.exp(-out[-1] @ w)))
        return out

    def loss(p, X, y):
        return np.mean((layers(p, X)[-1] - y) ** 2)

    def step(p, X, y):
        out, new = layers(p, X), []
        d = (out[-1] - y) / len(X)
        for w, below, a in zip(p[::-1], out[-2::-1], out[:0:-1], strict=True):
            d = d * a * (1 - a)
            new, d = [w - 4 * below.T @ d, *new], d @ w.T
        return new, loss(p, X, y)

    start = [rng.uniform(-1, 1, shape) for shape in ((2, 8), (8, 4), (4, 1))]
    found = diagnose(params=start, X=rows, y=inside, loss=loss, step=step, batch_size=40, n_steps=1500)
    assert (found.faults[0].id, found.faults[0].where) == ("no_bias", "model")


def test_a_function_of_the_last_bias_alone_is_no_output_though_targets_are_far_away():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(60, 3))
    theta = np.append(0.01 * rng.normal(size=48), [0.01, -0.01])

    def loss(p, X, y):
        W, V, high, low = p[0][:36].reshape(3, 12), p[0][36:48].reshape(12, 1), p[0][48], p[0][49:]
        return np.mean((np.maximum(X @ W, 0) @ V + high + low - y) ** 2)

    found = head(loss, [theta], X, 3000 * (X[:, :1] - X[:, 1:2] - 0.5))
    assert (found.output, found.objective, found.shift) == ("identity", "squared", 0.0)


def test_a_log_of_probabilities_that_comes_first_hides_no_softmax_behind_it():
    rng = np.random.default_rng(8)
    X, y = rng.normal(size=(40, 4)), rng.integers(0, 3, 40)

    def loss(p, X, y):
        z = X @ p[0]
        q = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        return -np.log(q)[np.arange(len(y)), y].mean()

    found = head(loss, [rng.normal(size=(4, 3))], X, y)
    assert (found.output, found.objective) == ("softmax", "cross-entropy")
