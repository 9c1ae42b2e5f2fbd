"""Starts whose layout tells no layers, and what too large numbers do to a sound formula."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import model, units
from pullback.diagnose.experiments._alike import as_one, of_vectors
from pullback.diagnose.experiments._silent import muted
from pullback.diagnose.experiments._state import row_by_row
from pullback.diagnose.experiments.of_treatment import _mending
from pullback.diagnose.experiments.of_treatment._uneven import uneven
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (40, 1))
Y = np.sin(3 * X)


def one_vector(w, X):
    """One input, five units and one output, all in one vector."""
    return (np.tanh(X * w[:5] + w[5:10]) @ w[10:15] + w[15]).reshape(-1, 1)


def line(w, X):
    return ((X ** np.arange(12)) @ w).reshape(-1, 1)


def stack(sizes, spread):
    return [RNG.standard_normal((i, o)) * spread for i, o in pairwise(sizes)]


def deep(params, X):
    for W in params[:-1]:
        X = np.tanh(X @ W)
    return X @ params[-1]


def case_of(predict, params, X=X, y=Y):
    def loss(params, X, y):
        return float(np.mean((predict(params, X) - y) ** 2))

    def step(params, X, y):
        return params, loss(params, X, y)

    names = {"params": params, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 40, "n_steps": 2}
    return Case(Patient(names, "test"), 10.0)


@pytest.mark.parametrize(("predict", "start", "expected"), [
    (one_vector, np.zeros(16), "init_zero"),
    (one_vector, np.full(16, 0.5), "init_symmetric"),
    (one_vector, RNG.standard_normal(16), None),
    (one_vector, np.repeat([0.5, 0.0, 0.3, 0.0], [5, 5, 5, 1]), "init_symmetric"),
    (one_vector, np.r_[RNG.standard_normal(5), np.repeat([0.0, 0.3, 0.0], [5, 5, 1])], None),
    (line, np.repeat([0.5, 0.1], 6), None),
    (line, np.zeros(12), None),
])  # fmt: skip
def test_entries_of_one_vector_that_move_as_one_start_badly(predict, start, expected):
    with quiet():
        found = as_one(case_of(lambda p, X: predict(p[0], X), [start]))
    assert (found.id if found else None) == expected


def scaled(p, X):
    """Layers whose sums are multiplied by one vector each, and shifted by another."""
    for k in (0, 3):
        X = np.maximum((X @ p[k]) * p[k + 1] + p[k + 2], 0)
    return X @ p[6]


@pytest.mark.parametrize(("first", "second", "shift", "expected"), [
    (1.0, 1.0, 0.0, None), (0.0, 1.0, 0.0, 1), (1.0, 0.0, 0.0, 4), (0.0, 0.0, 0.0, 1), (1.0, 1.0, -9.0, None),
])  # fmt: skip
def test_a_vector_that_multiplies_a_layer_must_not_start_at_zero(first, second, shift, expected):
    W = [RNG.standard_normal(shape) for shape in ((2, 8), (8, 8), (8, 1))]
    vectors = [np.full(8, first), np.zeros(8), np.full(8, second), np.full(8, shift)]
    start = [W[0], *vectors[:2], W[1], *vectors[2:], W[2]]
    with quiet():
        assert muted(case_of(scaled, start, RNG.standard_normal((40, 2)))) == expected


def test_biases_at_zero_of_units_that_negative_weights_hold_down_multiply_nothing():
    draw = np.random.default_rng(3)
    start = [draw.uniform(-0.5, 0, (6, 8)), np.zeros(8), draw.uniform(-0.5, 0, (8, 8)), np.zeros(8),
             draw.uniform(-0.5, 0, (8, 1)), np.zeros(1)]  # fmt: skip

    def predict(p, X):
        for k in (0, 2):
            X = np.maximum(X @ p[k] + p[k + 1], 0)
        return X @ p[4] + p[5]

    with quiet():
        case = case_of(predict, start, draw.standard_normal((40, 6)))
        found = units.suspect(case, units.look(case))
    assert (found.id, found.where) == ("dead_relu", 2)


@pytest.mark.parametrize(("bend", "last", "expected"), [
    (np.tanh, 0.5, False), (np.tanh, 0.0, True), (lambda z: np.maximum(z, 0), 0.5, True),
])  # fmt: skip
def test_a_hidden_layer_may_start_at_zero_where_its_slope_is_not(bend, last, expected):
    """Drawn weights behind it tell its units apart in the first step; a unit that is shut has no slope."""
    start = [np.zeros((2, 8)), last * np.random.default_rng(1).standard_normal((8, 1))]
    with quiet():
        case = case_of(lambda p, X: bend(X @ p[0]) @ p[1], start, RNG.standard_normal((40, 2)))
        found = units.suspect(case, units.look(case))
    assert (found is not None and found.id == "init_zero") == expected


@pytest.mark.parametrize(("spread", "expected"), [(0.13, "init_too_small"), (0.5, None)])
def test_weights_that_are_all_somewhat_small_leave_no_signal(spread, expected):
    with quiet():
        case = case_of(deep, stack([1, *[12] * 9, 1], spread))
        found = units.suspect(case, units.look(case))
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("sizes", "expected"), [
    ([1, 1, 1, 1], False), ([0.3, 1e-4, 1e-4, 1e-4], True), ([0.3, 0.1, 0.1, 0.1], False),
    ([0.3, 0.3, 0.3, 1e-4], False),
])  # fmt: skip
def test_a_table_divided_by_its_largest_entry_is_uneven(sizes, expected):
    table = RNG.standard_normal((40, 4)) * sizes
    with quiet():
        assert (uneven(case_of(deep, stack([4, 3, 1], 0.5), table)) is not None) == expected


@pytest.mark.parametrize(("far", "sizes", "expected"), [
    (0.4, [1, 0.01, 0.02, 0.03], True), (0.4, [0.1, 0.1, 0.1, 0.1], False), (0.0, [1, 0.1, 0.2, 0.2], False),
])  # fmt: skip
def test_columns_that_are_little_but_their_means_are_uneven(far, sizes, expected):
    table = RNG.standard_normal((40, 4)) * sizes - far
    with quiet():
        assert (uneven(case_of(deep, stack([4, 3, 1], 0.5), table)) is not None) == expected


PIXELS = RNG.integers(0, 256, (60, 4)).astype(float)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [(lambda X: X / 255, False), (lambda X: (X - 127) / [70, 75, 80, 85], False), (lambda X: 1.0 * X, True),
     (lambda X: X / 10, True), (lambda X: np.sin(X), True)],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_columns_are_uneven_only_as_the_first_layer_sees_them(inside, expected, turned):
    def predict(params, X):
        if turned:
            return (params[1].T @ np.tanh(params[0].T @ inside(X).T)).T
        return np.tanh(inside(X) @ params[0]) @ params[1]

    found = case_of(predict, stack((4, 5, 1), 0.5), PIXELS, PIXELS[:, :1] / 255)
    assert (uneven(found) is not None) is expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [(lambda X: X - X.mean(0), True), (lambda X: (X - X.min(0)) / (np.ptp(X, 0) + 1e-9), True),
     (lambda X: X - 100, False), (lambda X: X, False)],
)  # fmt: skip
def test_what_a_batch_standardises_is_not_known_from_single_rows(inside, expected):
    def predict(params, X):
        return np.tanh(inside(X) @ params[0]) @ params[1]

    found = case_of(predict, stack((4, 5, 1), 0.5), PIXELS, PIXELS[:, :1] / 255)
    assert model._seen_alone(found.net) is expected


@pytest.mark.parametrize("size", [1, 10])
@pytest.mark.parametrize("by_row", [True, False])
def test_of_a_loss_over_single_rows_fewer_are_recorded_whatever_the_batch(size, by_row):
    draw = np.random.default_rng(0)
    rows = draw.standard_normal((90, 3))

    def forecast(p, x):
        return np.tanh(x @ p[0]) @ p[1]

    def loss(p, X, y):
        each = [forecast(p, x) for x in X] if by_row else forecast(p, X)
        return np.mean([(a - t) ** 2 for a, t in zip(each, y, strict=True)])

    start = [draw.standard_normal((3, 4)), draw.standard_normal(4)]
    given = {"params": start, "X": rows, "y": rows[:, 0], "loss": loss, "batch_size": size,
             "step": lambda p, X, y: (p, loss(p, X, y))}  # fmt: skip
    case = Case(Patient(given), 5.0)
    assert row_by_row(case) is by_row
    state = units.look(case)
    assert units.look(case) is state
    assert len(state.tape.X) <= (45 if by_row else 90)


@pytest.mark.parametrize(("steps", "pace", "asked"), [
    (150, "too_few_steps", False), (150, "lr_too_large", True), (1500, "too_few_steps", True),
])  # fmt: skip
def test_columns_are_not_to_blame_for_less_than_a_few_passes(steps, pace, asked):
    runs = SimpleNamespace(case=SimpleNamespace(horizon=steps, size=1, n=210))
    assert _mending._asks_columns(runs, SimpleNamespace(id=pace)) is asked


@pytest.mark.parametrize("learns", [True, False])
def test_a_step_that_serves_fresh_weights_is_not_too_small_for_huge_ones(learns, monkeypatch):
    earlier = ("far_targets", "overflow", "unshuffled", "unlike_scales", "unlike_inside", "dies", "_divided")
    for name in earlier:
        monkeypatch.setattr(_mending, name, lambda runs: None)
    monkeypatch.setattr(_mending, "_hardly_moved", lambda runs: True)
    monkeypatch.setattr(_mending, "_larger", lambda runs: "a larger step")
    case = SimpleNamespace(user_with=None, reborn=list)
    monkeypatch.setattr(_mending, "partial", lambda *a, **k: None)
    runs = SimpleNamespace(case=case, cured=lambda name, make: learns)
    assert _mending.causes(runs, "the start", 0.9) == ["the start" if learns else "a larger step"]


@pytest.mark.parametrize(
    ("sizes", "spread", "expected"),
    [([5, 30, 30, 30, 1], 12.0, "init_too_large"), ([5, *[30] * 9, 1], 0.8, "exploding_gradient")],
    ids=["each layer alone", "ten layers together"],
)
def test_what_grows_through_a_stack_is_told_from_layers_that_are_each_too_large(sizes, spread, expected):
    def rectified(params, X):
        for W in params[:-1]:
            X = np.maximum(X @ W, 0)
        return X @ params[-1]

    rows = RNG.standard_normal((40, 5))
    with quiet():
        case = case_of(rectified, stack(sizes, spread), rows, rows[:, :1])
        found = units.suspect(case, units.look(case))
    assert found is not None
    assert found.id == expected


def test_a_stack_of_biases_is_no_layer_of_weights_that_starts_at_zero():
    """Of centred targets it has next to no slope at first, but the loop moves it."""
    draw = np.random.default_rng(33)
    X = draw.uniform(-1, 1, (300, 4))
    y = X[:, 0] * X[:, 1] + X[:, 2]
    y = (y - y.mean()) / y.std()
    p = [draw.normal(0, 0.5, (4, 12)), draw.normal(0, 0.005, (4, 12, 12)), np.zeros((4, 12)),
         draw.normal(0, 0.3, 12), np.zeros(1)]  # fmt: skip

    def acts(p, X):
        out = [X @ p[0]]
        for W, b in zip(p[1], p[2], strict=True):
            out.append(np.tanh(out[-1] @ W + b))
        return out

    def loss(p, X, y):
        return 0.5 * np.mean((acts(p, X)[-1] @ p[3] + p[4] - y) ** 2)

    def step(p, X, y):
        h = acts(p, X)
        e = (h[-1] @ p[3] + p[4] - y) / len(y)
        signal, Ws, bs = np.outer(e, p[3]), np.zeros_like(p[1]), np.zeros_like(p[2])
        for k in reversed(range(4)):
            delta = signal * (1 - h[k + 1] ** 2)
            Ws[k], bs[k], signal = h[k].T @ delta, delta.sum(0), delta @ p[1][k].T
        grads = [X.T @ signal, Ws, bs, h[-1].T @ e, e.sum(keepdims=True)]
        return [w - 0.05 * g for w, g in zip(p, grads, strict=True)], loss(p, X, y)

    told = diagnose(params=p, X=X, y=y, loss=loss, step=step, batch_size=30, n_steps=600).faults
    assert (told[0].id, told[0].where) in {("init_too_small", 1), ("vanishing_gradient", 1)}


def in_one_vector(widths, spread, lr, seed=0):
    """A network of ReLU layers in one long vector, trained by Adam, with weights of `spread(inputs)`."""
    rng = np.random.default_rng(seed)
    shapes = [shape for i, o in pairwise(widths) for shape in ((i, o), (o,))]
    ends = np.cumsum([0, *map(np.prod, shapes)])
    first = [rng.normal(0, spread(s[0]), s) if len(s) == 2 else np.zeros(s) for s in shapes]
    X = rng.standard_normal((300, widths[0]))
    y = np.maximum(X[:, :1], 0) - X[:, 1:2] * (X[:, 2:3] > 0)
    state = [0, 0.0, 0.0]

    def forward(w, X):
        own = [w[a:b].reshape(shape) for (a, b), shape in zip(pairwise(ends), shapes, strict=True)]
        a = [X]
        for W, b in zip(own[:-2:2], own[1:-2:2], strict=True):
            a.append(np.maximum(a[-1] @ W + b, 0.0))
        return own, a, a[-1] @ own[-2] + own[-1]

    def loss(w, X, y):
        return np.mean((forward(w, X)[-1] - y) ** 2)

    def grad(w, X, y):
        own, a, out = forward(w, X)
        signal, flat = 2 * (out - y) / len(y), []
        for k in reversed(range(len(a))):
            flat = [(a[k].T @ signal).ravel(), signal.sum(0), *flat]
            signal = signal @ own[2 * k].T * (a[k] > 0)
        return np.concatenate(flat)

    def step(w, X, y):
        g, state[0] = grad(w, X, y), state[0] + 1
        state[1] = 0.9 * state[1] + 0.1 * g
        state[2] = 0.999 * state[2] + 0.001 * g**2
        m, v = state[1] / (1 - 0.9 ** state[0]), state[2] / (1 - 0.999 ** state[0])
        return w - lr * m / (np.sqrt(v) + 1e-8), loss(w, X, y)

    start = np.concatenate([x.ravel() for x in first])
    return {"params": start, "X": X, "y": y, "loss": loss, "grad": grad, "step": step,
            "batch_size": 50, "n_steps": 400}  # fmt: skip


@pytest.mark.parametrize(("widths", "spread", "lr", "expected"), [
    ([5] + [16] * 3 + [1], lambda n: np.sqrt(2 / n), 0.01, None),
    ([5] + [16] * 3 + [1], lambda n: 1e-4, 0.0007, "init_too_small"),
    ([5] + [16] * 8 + [1], lambda n: np.sqrt(n), 0.01, "exploding_gradient"),
])  # fmt: skip
def test_the_layers_of_one_long_vector_are_looked_at_one_by_one(widths, spread, lr, expected):
    found = diagnose(**in_one_vector(widths, spread, lr)).faults
    assert [(f.id, f.where) for f in found][:1] == ([] if expected is None else [(expected, 0)])


@pytest.mark.parametrize("beside", [True, False])
def test_layers_of_zeros_beside_each_other_learn_and_one_behind_another_does_not(beside):
    rows, zeros = RNG.standard_normal((40, 2)), [np.zeros(2), np.zeros(1), np.zeros(2), np.zeros(1)]
    chain = [np.zeros((2, 3)), np.zeros(3), np.zeros((3, 1)), np.zeros(1)]
    y = rows[:, :1] - rows[:, 1:]

    def of_density(p, X, y):
        off = (y[:, 0] - X @ p[0] - p[1]) * np.exp(-X @ p[2] - p[3])
        return np.mean(off**2 / 2 + X @ p[2] + p[3])

    def of_chain(p, X, y):
        return np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2)

    loss, params = (of_density, zeros) if beside else (of_chain, chain)
    given = {"params": params, "X": rows, "y": y, "loss": loss, "grad": lambda p, X, y: p}
    case = Case(Patient(given), 10.0)
    found = units.suspect(case, units.look(case))
    assert (found is not None and found.id == "init_zero") != beside


def neurons(p, X):
    """A bias and a vector of weights for each unit: four that are hidden, one that is not."""
    hidden = np.stack([np.tanh(X @ w[:1] + w[1]) + w[2] for w in p[:4]], 1)
    return (hidden @ p[4][:4] + p[4][4]).reshape(-1, 1)


DRAWN = [RNG.standard_normal(n) for n in (3, 3, 3, 3, 5)]


@pytest.mark.parametrize(("hidden", "expected"), [
    (DRAWN[:4], None),
    ([np.full(3, 0.5)] * 4, "init_symmetric"),
    ([DRAWN[0]] * 4, "init_symmetric"),
    ([np.zeros(3)] * 4, None),
    ([20 * w for w in DRAWN[:4]], "init_too_large"),
])  # fmt: skip
def test_units_that_are_a_vector_each_start_alike_or_too_large(hidden, expected):
    case = case_of(neurons, [*(w.copy() for w in hidden), DRAWN[4]])
    found = of_vectors(case)
    assert (found and (found.id, found.where)) == (expected and (expected, 0))


def test_fresh_units_that_are_a_vector_each_are_drawn():
    case = case_of(neurons, [np.full(3, 0.5) for _ in range(4)] + [DRAWN[4]])
    assert all(np.ptp(w) > 0 for w in case.reborn())
