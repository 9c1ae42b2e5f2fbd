"""Wrong gradients by name, each asked of the gradient experiment alone."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.backward._spoiled import mistakes
from pullback.diagnose.experiments import gradient, purity, update
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(8)
X = rng.standard_normal((40, 5))
y = np.sin(X[:, 0]) * X[:, 1]
squares = [rng.standard_normal((5, 5)) / 2 for _ in range(3)] + [rng.standard_normal(5)]
columns = [rng.standard_normal((5, 6)) / 2 for _ in range(2)] + [rng.standard_normal((1, 6)) / 2]


def found(params, loss, grad, X=X, y=y):
    case = Case(
        Patient({"params": params, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 20}), 10.0
    )
    return [(f.id, f.where) for f in gradient.experiment(case)[:1]]


def values(p, X):
    a = [X]
    for W in p[:3]:
        a.append(np.tanh(a[-1] @ W))
    return a


def loss(p, X, y):
    return float(np.mean((values(p, X)[-1] @ p[3] - y) ** 2))


def own(w, g, k):
    return w


def back(slope=lambda a, k: 1 - a * a, given=lambda a: a, top=lambda o: 1.0, handed=lambda e: e, through=own):
    def grad(p, X, y):
        a = values(p, X)
        e = 2 * (a[3] @ p[3] - y) / len(y) * top(a[3] @ p[3])
        gs = [a[3].T @ e]
        d = np.outer(handed(e), through(p[3], gs[0], 3)) * slope(a[3], 3)
        for k in (2, 1, 0):
            gs.insert(0, given(a[k]).T @ d)
            d = d @ through(p[k], gs[0], k).T * slope(a[k], k)
        return gs

    return grad


@pytest.mark.parametrize(
    ("grad", "expected"),
    [
        (back(), []),
        (back(slope=lambda a, k: 1 - a * a if k == 3 else 1.0), [("grad_missing_activation_derivative", 0)]),
        (back(slope=lambda a, k: (1 - a * a) ** 2), [("grad_activation_derivative_wrong", 0)]),
        (back(top=lambda o: o > 0), [("grad_activation_derivative_wrong", "grad")]),
        (back(given=lambda a: a * a), [("inplace_mutation", "grad")]),
        (back(handed=lambda e: np.full(len(e), 1 / len(e))), [("grad_drops_upstream", 0)]),
        (back(through=lambda w, g, k: g if k == 3 else w), [("grad_wrong_delta", 0)]),
        (back(through=lambda w, g, k: g), [("grad_wrong_delta", 0)]),
    ],
    ids=[
        "right",
        "lower layers' slopes left out",
        "slope twice",
        "mask of a linear output",
        "squared in place",
        "a weight handed down alone",
        "the last weight's gradient for the weight",
        "every weight's gradient for the weight",
    ],
)
def test_layers_of_one_shape(grad, expected):
    assert found(squares, loss, grad) == expected


def folded(p, X):
    a = [X.T]
    for W in p:
        a.append(np.tanh(W[:, 1:] @ a[-1] + W[:, :1]))
    return a


def folded_loss(p, X, y):
    return float(np.mean((folded(p, X)[-1][0] - y) ** 2))


def folded_back(bias=np.sum, mixed=False, turned=False):
    def grad(p, X, y):
        a = folded(p, X)
        deltas = [2 * (a[3] - y) / len(y) * (1 - a[3] ** 2)]
        for k in (2, 1):
            W = p[k][:, 1:].T if turned and k == 1 else p[k][:, 1:]
            deltas.insert(0, W.T @ deltas[0] * (1 - a[k] ** 2))
        if mixed:
            deltas[1] = deltas[0]
        return [np.hstack([bias(d, axis=1, keepdims=True), d @ x.T]) for d, x in zip(deltas, a, strict=False)]

    return grad


@pytest.mark.parametrize(
    ("grad", "expected"),
    [
        (folded_back(), []),
        (folded_back(mixed=True), [("grad_wrong_delta", 1)]),
        (folded_back(bias=np.mean), [("grad_bias_wrong", "grad")]),
        (folded_back(turned=True), [("grad_transposed", 0)]),
    ],
    ids=["right", "another layer's signal", "mean of the signal", "a matrix transposed beside its bias"],
)
def test_weights_that_hold_their_bias(grad, expected):
    assert found(columns, folded_loss, grad) == expected


def beside_ones(a):
    return np.hstack([np.ones((len(a), 1)), a])


def ones_loss(p, X, y):
    a = X
    for W in p:
        a = np.tanh(beside_ones(a) @ W.T)
    return float(np.mean((a[:, 0] - y) ** 2))


def ones_back(down):
    def grad(p, X, y):
        a = [X]
        for W in p:
            a.append(np.tanh(beside_ones(a[-1]) @ W.T))
        d, gs = 2 * (a[3] - y[:, None]) / len(y) * (1 - a[3] ** 2), []
        for k in (2, 1, 0):
            gs.insert(0, d.T @ beside_ones(a[k]))
            W = p[k][:, 1:]
            d = d @ (down(W) if k == 1 else W) * (1 - a[k] ** 2)
        return gs

    return grad


@pytest.mark.parametrize(
    ("down", "expected"),
    [
        (lambda W: W, []),
        (lambda W: W.T, [("grad_transposed", 0)]),
        (lambda W: np.eye(len(W)), [("grad_wrong_delta", 0)]),
    ],
    ids=["right", "transposed", "left out"],
)
def test_what_is_handed_down_beside_a_column_of_ones(down, expected):
    assert found(columns, ones_loss, ones_back(down)) == expected


def test_a_value_that_was_scaled_in_place_before_it_was_kept():
    params = [rng.standard_normal((5, 4)), np.full(4, 1.5), rng.standard_normal(4)]

    def run(p, X):
        z = np.tanh(X @ p[0])
        kept = z
        z *= p[1]
        return kept, z

    def loss(p, X, y):
        return float(np.mean((run(p, X)[1] @ p[2] - y) ** 2))

    def grad(p, X, y):
        kept, z = run(p, X)
        e = 2 * (z @ p[2] - y) / len(y)
        d = np.outer(e, p[2])
        return [X.T @ (d * p[1] * (1 - kept**2)), (d * kept).sum(0), z.T @ e]

    assert found(params, loss, grad) == [("inplace_mutation", 0)]


def test_a_sum_that_its_activation_was_written_over():
    params = [rng.standard_normal((5, 4)), rng.standard_normal(4)]

    def run(p, X):
        z = X @ p[0] + 0.1
        return z, np.tanh(z, out=z)

    def loss(p, X, y):
        return float(np.mean((run(p, X)[1] @ p[1] - y) ** 2))

    def grad(p, X, y):
        z, a = run(p, X)
        e = 2 * (a @ p[1] - y) / len(y)
        return [X.T @ (np.outer(e, p[1]) * (1 - np.tanh(z) ** 2)), a.T @ e]

    assert found(params, loss, grad) == [("inplace_mutation", 0)]


def test_one_buffer_of_several_that_is_not_cleared():
    kept = [np.zeros((5, 5))]

    def grad(p, X, y):
        gs = back()(p, X, y)
        kept[0] = kept[0] + gs[1]
        return [gs[0], kept[0], *gs[2:]]

    assert found(squares, loss, grad) == [("grad_not_zeroed", 1)]


def told(step):
    given = {"params": squares, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20}
    return [(f.id, f.where) for f in update.experiment(Case(Patient(given), 10.0))[:1]]


def test_the_order_in_which_weights_are_changed_is_found():
    def step(p, X, y):
        new = list(p)
        for k in (3, 1, 0, 2):
            new[k] = new[k] - 0.1 * back()(new, X, y)[k]
        return new, loss(p, X, y)

    assert told(step) == [("update_order", "step")]


def test_a_factor_that_is_new_already_when_the_other_one_takes_its_gradient():
    pairs = rng.integers(0, 6, (40, 2))
    params = [rng.standard_normal((6, 3)), rng.standard_normal((6, 3))]

    def loss(p, X, y):
        return float(np.mean((np.sum(p[0][X[:, 0]] * p[1][X[:, 1]], axis=1) - y) ** 2))

    def step(p, X, y, late=True):
        P, Q = p[0].copy(), p[1].copy()
        (u, i), r = X[0], y[0]
        e, before = 2 * (P[u] @ Q[i] - r), P[u].copy()
        P[u] -= 0.1 * e * Q[i]
        Q[i] -= 0.1 * e * (P[u] if late else before)
        return [P, Q], loss(p, X, y)

    def first(step):
        given = {"params": params, "X": pairs, "y": y, "loss": loss, "step": step, "batch_size": 1}
        return [f.id for f in update.experiment(Case(Patient(given), 10.0))]

    assert first(lambda p, X, y: step(p, X, y, late=False)) == []
    assert first(step) == ["update_order"]


def test_entries_clipped_one_by_one_are_meant():
    def step(p, X, y):
        return [w - 0.1 * np.clip(g, -0.1, 0.1) for w, g in zip(p, back()(p, X, y), strict=True)], loss(
            p, X, y
        )

    assert told(step) == []


def test_a_parameter_that_one_step_leaves_alone_is_not_detached():
    first = X[0].copy()

    def step(p, X, y):
        gs = back()(p, X, y)
        gs[3] = gs[3] * (0.0 if np.array_equal(X[0], first) else 2.0)
        return [w - 0.1 * g for w, g in zip(p, gs, strict=True)], loss(p, X, y)

    assert told(step) == [("grad_wrong_delta", 3)]


@pytest.mark.parametrize("by", [1, -1])
def test_every_number_takes_its_neighbours_column(by):
    def grad(p, X, y):
        return [np.roll(X, by, axis=1).T @ (X @ p[0] - y) / len(y)]

    assert found([squares[3]], lambda p, X, y: np.mean((X @ p[0] - y) ** 2) / 2, grad) == [
        ("grad_wrong_input", 0)
    ]


def test_a_factor_that_stands_in_every_layer_has_no_place_of_its_own():
    right = back()

    def grad(p, X, y):
        return [g * 2.0 ** (3 - k) for k, g in enumerate(right(p, X, y))]

    assert found(squares, loss, grad) == [("grad_constant_factor", "grad")]


def doubt(confidence):
    return Finding("grad_wrong_delta", "grad", "", "", "", confidence, 50)


@pytest.mark.parametrize(
    ("confidence", "again", "kept"),
    [(0.3, False, False), (0.3, True, True), (1.0, False, True)],
)
def test_a_gradient_that_only_resembles_a_mistake_is_asked_of_at_a_tamer_point(confidence, again, kept):
    case = Case(
        Patient({"params": squares, "X": X, "y": y, "loss": loss, "grad": back(), "batch_size": 20}), 10.0
    )
    first = [doubt(confidence)]
    assert case.first_loss(case.generic) > 1.5 * case.first_loss([1e-3 * x for x in case.generic])
    assert bool(gradient.once_more(case, first, lambda other: first if again else [])) == kept


def test_layers_of_one_shape_that_keep_their_values_in_one_buffer():
    def grad(p, X, y):
        a = values(p, X)
        e = 2 * (a[3] @ p[3] - y) / len(y)
        gs, d = [a[3].T @ e], np.outer(e, p[3]) * (1 - a[3] ** 2)
        for k in (2, 1, 0):
            gs.insert(0, (a[3] if k else a[0]).T @ d)
            d = d @ p[k].T * (1 - a[3] ** 2)
        return gs

    assert found(squares, loss, grad) == [("inplace_mutation", "grad")]


@pytest.mark.parametrize(("of", "expected"), [("output", "grad_wrong_input"), ("signal", "grad_wrong_delta")])
def test_a_product_of_too_few_units_is_spread_over_the_weight(of, expected):
    p = [rng.standard_normal((5, 6)) / 2, rng.standard_normal((6, 1)) / 2]

    def forward(p, X):
        h = np.tanh(X @ p[0])
        return h, np.tanh(h @ p[1])

    def loss(p, X, y):
        return float(np.mean((forward(p, X)[1] - y[:, None]) ** 2))

    def grad(p, X, y):
        h, o = forward(p, X)
        d = 2 * (o - y[:, None]) / len(y) * (1 - o * o)
        first, last = X.T @ (d @ p[1].T * (1 - h * h)), h.T @ d
        gs = [first, o.T @ d] if of == "output" else [X.T @ d, last]
        return [np.broadcast_to(g, x.shape) for g, x in zip(gs, p, strict=True)]

    assert found(p, loss, grad) == [(expected, int(of == "output"))]


def ridged(p, X, y):
    return loss(p, X, y) + 0.05 * sum(np.sum(W * W) for W in p[:3])


@pytest.mark.parametrize(
    ("rows", "penalty", "expected"),
    [
        (1.0, 1.0, []),
        (0.5, 1.0, [("grad_constant_factor", "grad", True)]),
        (20.0, 1.0, [("grad_constant_factor", "grad", True)]),
        (None, 1.0, [("grad_reduction_sum", "grad", True)]),
        (1.0, 2.0, [("grad_constant_factor", "grad", False)]),
    ],
)
def test_a_factor_on_the_rows_part_is_told_from_another_penalty(rows, penalty, expected):
    def grad(p, X, y):
        owed = [0.1 * penalty * W for W in p[:3]] + [0 * p[3]]
        times = len(y) if rows is None else rows
        return [times * g + o for g, o in zip(back()(p, X, y), owed, strict=True)]

    given = {"params": squares, "X": X, "y": y, "loss": ridged, "grad": grad, "batch_size": 20}
    told = gradient.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.where, f.alone) for f in told[:1]] == expected


def test_rows_that_only_other_parameters_than_the_first_change_are_written_over():
    def shifted(p, X, y):
        X -= p[0]  # zero at the start
        return np.mean((X @ p[1] - y.ravel()) ** 2)

    given = {"params": [np.zeros(X.shape[1]), np.ones(X.shape[1])], "X": X, "y": y, "loss": shifted}
    case = Case(Patient({**given, "grad": lambda p, X, y: [0 * x for x in p]}), 10.0)
    assert [(f.id, f.where) for f in purity.experiment(case)] == [("inplace_mutation", "X")]


@pytest.mark.parametrize(("written", "where"), [([1], 1), ([0, 2], "grad")])
def test_who_writes_into_several_parameters_is_the_place(written, where):
    def grad(p, X, y):
        out = back()(p, X, y)
        for k in written:
            p[k] *= 0.5
        return out

    case = Case(Patient({"params": squares, "X": X, "y": y, "loss": loss, "grad": grad}), 10.0)
    assert [(f.id, f.where) for f in purity.experiment(case)] == [("inplace_mutation", where)]


@pytest.mark.parametrize(
    ("handed", "expected"),
    [
        (lambda e, d, V: d @ V.T, []),
        (lambda e, d, V: e, [("grad_wrong_delta", 0)]),
        (lambda e, d, V: e @ V.T, [("grad_wrong_delta", 0)]),
    ],
    ids=["right", "past the weights and the derivative", "past the derivative"],
)
def test_the_error_itself_is_no_hidden_layers_error(handed, expected):
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward(p, X):
        h = sigmoid(X @ p[0])
        return h, sigmoid(h @ p[1])

    def cost(p, X, y):
        return float(np.mean((forward(p, X)[1] - y) ** 2))

    def grad(p, X, y):
        h, out = forward(p, X)
        e = 2 * (out - y) / len(y)
        d = e * out * (1 - out)
        return [X.T @ (handed(e, d, p[1]) * h * (1 - h)), h.T @ d]

    draw = np.random.default_rng(3)
    params = [draw.standard_normal((5, 6)), draw.standard_normal((6, 1))]
    given = {
        "params": params,
        "X": X,
        "y": (y > 0)[:, None] * 1.0,
        "loss": cost,
        "grad": grad,
        "batch_size": 20,
    }
    said = gradient.experiment(Case(Patient(given), 10.0))[:1]
    assert [(f.id, f.where) for f in said if f.confidence > 0.9] == expected


@pytest.mark.parametrize(("at", "expected"), [(None, []), (-1, [("grad_wrong_input", 0)])])
@pytest.mark.parametrize("by_row", [False, True])
def test_a_column_of_the_last_row_stands_for_that_of_all(at, expected, by_row):
    def cost(p, X, y):
        if by_row:
            return sum((p[0].dot(x) - t) ** 2 for x, t in zip(X, y, strict=True)) / len(X)
        return float(np.mean((X @ p[0] - y) ** 2))

    def grad(p, X, y):
        e = 2 * (X @ p[0] - y) / len(y)
        return [X.T @ e if at is None else e.sum() * X[at]]

    given = {"params": [np.zeros(5)], "X": X, "y": y, "loss": cost, "grad": grad, "batch_size": 20}
    said = gradient.experiment(Case(Patient(given), 10.0))[:1]
    assert [(f.id, f.where) for f in said if f.confidence > 0.9] == expected


@pytest.mark.parametrize("dtype", ["float64", "uint8"])  # a minus before whole numbers without a sign breaks
def test_every_mistake_is_made_where_an_activation_is_copied_beside_a_column_of_ones(dtype):
    draw = np.random.default_rng(4)
    X, y = draw.standard_normal((40, 3)), draw.random((40, 5)).round().astype(dtype)

    def squash(z):
        return 1.0 / (1.0 + np.exp(-z))

    def cost(p, X, y):
        hidden = squash(np.c_[np.ones(len(X)), X] @ p[0][:20].reshape(5, 4).T)
        out = squash(np.c_[np.ones(len(X)), hidden] @ p[0][20:].reshape(5, 6).T)
        return -np.sum(y * np.log(out) + (1 - y) * np.log(1 - out)) / len(X)

    def grad(p, X, y):
        raise AssertionError("not asked")

    given = {"params": [draw.standard_normal(50)], "X": X, "y": y, "loss": cost, "grad": grad}
    case = Case(Patient(given), 10.0)
    assert "grad_wrong_delta" in {claim.id for claim in mistakes(case.tape)}


def test_a_weight_that_is_used_both_ways_round_may_lack_the_gradient_of_one_use():
    draw = np.random.default_rng(6)
    X, start = draw.standard_normal((30, 7)), [draw.standard_normal((7, 4)) / 2, np.zeros(4), np.zeros(7)]

    def layers(p, X):
        hidden = np.tanh(X @ p[0] + p[1])
        return hidden, hidden @ p[0].T + p[2]

    def cost(p, X, y):
        return np.mean((layers(p, X)[1] - y) ** 2)

    def step(p, X, y):
        hidden, out = layers(p, X)
        d = 2 * (out - y) / out.size
        low = d @ p[0] * (1 - hidden**2)
        grads = [X.T @ low, low.sum(0), d.sum(0)]  # what the way out adds to the first is forgotten
        return [a - 0.1 * g for a, g in zip(p, grads, strict=True)], cost(p, X, y)

    given = {"params": start, "X": X, "y": X, "loss": cost, "step": step, "batch_size": 30, "n_steps": 100}
    found = update.experiment(Case(Patient(given), 10.0))
    assert [f.where for f in found][:1] == [0]


def test_the_relu_inside_a_loss_of_logits_is_no_layer_whose_error_is_handed_down():
    """Its error signal is the same for all rows: handed down, it looks like a derivative without one."""

    def forward(p, X):
        h = np.maximum(X @ p[0], 0)
        return h, h @ p[1]

    def cost(p, X, y):
        z = forward(p, X)[1]
        return float(np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))))

    def grad(p, X, y):
        h, z = forward(p, X)
        d = (1 / (1 + np.exp(-z)) - y) / len(y)
        return [X.T @ ((h > 0) / len(y)), h.T @ d]

    draw = np.random.default_rng(3)
    given = {"params": [draw.standard_normal((5, 6)), draw.standard_normal((6, 1))], "X": X, "loss": cost,
             "y": (y > 0)[:, None] * 1.0, "grad": grad, "batch_size": 20}  # fmt: skip
    said = gradient.experiment(Case(Patient(given), 10.0))[:1]
    assert [(f.id, f.where) for f in said] == [("grad_drops_upstream", 0)]


@pytest.mark.parametrize("last", [False, True], ids=["ones first", "ones last"])
def test_sums_with_the_ones_put_beside_them_in_place_of_activations_are_a_wrong_input(last):
    start = [rng.standard_normal(s) / 2 for s in ((6, 6), (7, 6), (7, 1))]

    def beside(a):
        one = np.ones((len(a), 1))
        return np.hstack([a, one] if last else [one, a])

    def forward(p, X):
        z = beside(X) @ p[0]
        w = beside(np.tanh(z)) @ p[1]
        return z, w, beside(np.tanh(w)) @ p[2]

    def loss(p, X, y):
        return np.mean((forward(p, X)[2] - y[:, None]) ** 2)

    def grad(p, X, y):
        z, w, out = forward(p, X)
        rows = np.s_[:-1] if last else np.s_[1:]
        d = 2 * (out - y[:, None]) / len(y)
        e = (d @ p[2][rows].T) * (1 - np.tanh(w) ** 2)
        f = (e @ p[1][rows].T) * (1 - np.tanh(z) ** 2)
        return [beside(X).T @ f, beside(z).T @ e, beside(np.tanh(w)).T @ d]

    assert found(start, loss, grad) == [("grad_wrong_input", 1)]


def test_a_square_of_the_whole_difference_is_known_from_the_difference_of_a_square():
    given = {"params": squares, "X": X, "y": y, "loss": loss, "grad": back(slope=lambda a, k: (1 - a) ** 2)}
    first = gradient.experiment(Case(Patient(given), 10.0))[0]
    assert (first.id, first.confidence) == ("grad_activation_derivative_wrong", 1.0)


@pytest.mark.parametrize("rows", [1, 40])
def test_the_softmaxs_own_slopes_alone_drop_what_arrives(rows):
    W, labels = np.random.default_rng(2).standard_normal((5, 3)), np.arange(40) % 3
    chances = lambda p, X: np.exp(X @ p[0]) / np.exp(X @ p[0]).sum(1, keepdims=True)
    cost = lambda p, X, y: -np.log(chances(p, X)[np.arange(len(y)), y]).mean()
    slopes = lambda p, X, y: [X.T @ (chances(p, X) * (1 - chances(p, X))) / rows]
    given = {"params": [W], "X": X, "y": labels, "loss": cost, "grad": slopes}
    first = gradient.experiment(Case(Patient(given), 10.0))[0]
    assert (first.id, first.confidence) == ("grad_drops_upstream", 1.0)
