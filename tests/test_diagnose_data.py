"""Faults of the data, the loss, the model and the penalty, and healthy loops that look like them."""

import numpy as np
import pytest

import pullback as pb
from pullback import nn
from pullback.diagnose import diagnose
from pullback.diagnose.experiments.reporting import _agrees
from pullback.primitives.loss import squared_loss


def classes(seed=0, n=300, spread=1.6):
    """Four overlapping clusters."""
    rng = np.random.default_rng(seed)
    centers = rng.normal(size=(4, 6)) * spread
    y = rng.integers(0, 4, n)
    return centers[y] + rng.normal(size=(n, 6)), y


def classifier(X, y, lr=0.1, decay=0.0, ridge=0.0, adam=False, **settings):
    """One hidden layer of ReLU, softmax, minibatches; a decay of the weights outside the gradient."""
    rng = np.random.default_rng(1)
    hidden, out = 16, int(y.max()) + 1
    params = [rng.normal(0, 0.5, (X.shape[1], hidden)), np.zeros(hidden),
              rng.normal(0, 0.25, (hidden, out)), np.zeros(out)]  # fmt: skip
    m, v, t = [0 * p for p in params], [0 * p for p in params], [0]

    def forward(p, X):
        h = np.maximum(0, X @ p[0] + p[1])
        s = h @ p[2] + p[3]
        s = s - s.max(axis=1, keepdims=True)
        return h, s - np.log(np.exp(s).sum(axis=1, keepdims=True))

    def loss(p, X, y):
        return -forward(p, X)[1][np.arange(len(y)), y].mean()

    def step(p, X, y):
        h, logp = forward(p, X)
        d = np.exp(logp)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        dh = d @ p[2].T * (h > 0)
        g = [X.T @ dh + ridge * p[0], dh.sum(0), h.T @ d + ridge * p[2], d.sum(0)]
        t[0] += 1
        new = []
        for i in range(4):
            m[i] = 0.9 * m[i] + 0.1 * g[i]
            v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
            to = m[i] / (1 - 0.9 ** t[0]) / (np.sqrt(v[i] / (1 - 0.999 ** t[0])) + 1e-8) if adam else g[i]
            new.append(p[i] - lr * to - lr * decay * p[i] * (p[i].ndim > 1))
        return new, -logp[np.arange(len(y)), y].mean()

    return {"params": params, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 30,
            "n_steps": 400, **settings}  # fmt: skip


def named(patient):
    found = diagnose(**patient)
    return [(f.id, f.where) for f in found.faults][:1]


@pytest.mark.parametrize("spread", [1.6, 0.6, 0.3])
def test_clusters_may_overlap(spread):
    assert named(classifier(*classes(spread=spread))) == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"decay": 1e-3}, []),
        ({"decay": 2.0}, [("regularisation_too_strong", "step")]),
        ({"decay": 10.0, "lr": 0.01, "adam": True}, [("regularisation_too_strong", "step")]),
        ({"ridge": 1e-4, "lr": 0.01, "adam": True}, []),
        ({"ridge": 3.0, "lr": 0.01, "adam": True}, [("regularisation_too_strong", "step")]),
    ],
)
def test_a_decay_of_the_weights_is_a_fault_only_where_it_is_too_strong(settings, expected):
    assert named(classifier(*classes(), **settings)) == expected


def test_rows_in_order_keep_a_loop_from_learning_all_classes():
    X, y = classes(spread=2.5)
    order = np.argsort(y)
    assert named(classifier(X[order], y[order], lr=1.0, n_steps=300, batch_size=10)) == [
        ("data_not_shuffled", "data")
    ]


def test_labels_of_other_rows_and_exchanged_labels():
    X, y = classes(spread=3.0, n=400)
    rng = np.random.default_rng(2)
    assert named(classifier(X, rng.permutation(y))) == [("labels_misaligned", "data")]
    y = np.where(rng.random(400) < 0.3, (y + rng.integers(1, 4, 400)) % 4, y)
    assert named(classifier(X, y)) == [("labels_wrong", "y")]


def test_a_rare_class_that_even_batches_would_teach():
    X, y = classes(spread=1.0, n=400)
    X[:, 0] += 1.5 * (y == 0)
    keep = np.concatenate([np.flatnonzero(y == 0)[:5], np.flatnonzero(y == 1), np.flatnonzero(y == 2)])
    keep = np.random.default_rng(0).permutation(keep)
    assert named(classifier(X[keep], y[keep], n_steps=250)) == [("class_imbalance", "y")]


def regression(n_steps=400, target=lambda X: X @ np.ones(3), rate=0.1, **changed):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(120, 3))

    def loss(params, X, y):
        return np.mean((X @ params[0] - y) ** 2)

    def step(params, X, y):
        return [params[0] - rate * X.T @ (X @ params[0] - y) / len(y)], loss(params, X, y)

    return {"params": [np.zeros((3,))], "X": X, "y": target(X), "loss": loss, "step": step,
            "n_steps": n_steps, "batch_size": 40, **changed}  # fmt: skip


def test_a_curve_cut_off_while_it_falls():
    assert named(regression(n_steps=9)) == [("too_few_steps", "step")]
    assert named(regression()) == []


def test_noise_that_no_loop_can_learn_is_no_fault():
    noise = np.random.default_rng(6).normal(size=120)
    assert named(regression(target=lambda X: X @ np.ones(3) + 3 * noise)) == []


def test_whole_numbers_stand_before_the_error_they_cause():
    patient = regression(params=[np.zeros(3, int)])

    def step(params, X, y):
        reported = patient["loss"](params, X, y)
        params[0] -= 0.1 * X.T @ (X @ params[0] - y) / len(y)
        return params, reported

    found = diagnose(**{**patient, "step": step}).faults
    assert [(f.id, f.where) for f in found] == [("dtype_truncation", 0), ("exception", "step")]
    assert named(patient) == []  # fractions from the first step on


def test_rows_cut_to_whole_numbers_inside_the_loss():
    patient = regression(target=lambda X: np.floor(9 * X) @ np.ones(3))

    def loss(params, X, y):
        return np.mean((np.floor(X / 3) @ params[0] - y) ** 2)

    def grad(params, X, y):
        A = np.floor(X / 3)
        return [2 * A.T @ (A @ params[0] - y) / len(y)]

    found = named({**patient, "loss": loss, "step": None, "grad": grad})
    assert found == [("dtype_truncation", "X")]


def test_unlike_shapes_stand_before_the_error_they_cause():
    patient = regression(params=[np.zeros((3, 1))])

    def step(params, X, y):
        d = X @ params[0] - y
        return [params[0] - 0.1 * X.T @ d @ np.ones((1, 1))], np.mean(d**2)

    found = diagnose(**{**patient, "step": step}).faults
    assert [f.id for f in found] == ["loss_broadcast", "exception"]
    assert "step raises ValueError" in found[0].evidence


def test_the_true_class_alone_rewarded_lacks_a_softmax():
    X, y = classes()

    def loss(p, X, y):
        return -np.mean((X @ p[0])[np.arange(len(y)), y])

    def grad(p, X, y):
        return [-X.T @ np.eye(4)[y] / len(y)]

    patient = {"params": [np.zeros((6, 4))], "X": X, "y": y, "loss": loss, "grad": grad}
    assert named(patient) == [("missing_softmax", "output")]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (lambda value, e, t: value * (1 + 0.3 * np.sin(t)), []),
        (lambda value, e, t: float(e[3] ** 2), [("loss_reporting_wrong", "reported_loss")]),
        (lambda value, e, t: float(np.sort(e**2)[-len(e) // 4]), [("loss_reporting_wrong", "reported_loss")]),
        (lambda value, e, t: value + float(e[-1] ** 2), [("loss_reporting_wrong", "reported_loss")]),
        (lambda value, e, t: value / len(e), [("loss_reporting_wrong", "reported_loss")]),
        (lambda value, e, t: 1.5, [("loss_reporting_wrong", "reported_loss")]),
        (lambda value, e, t: 1.5 - 0.01 * (t // 20), []),
    ],
)
def test_a_report_that_keeps_near_the_loss_is_believed(told, expected):
    patient = regression(target=lambda X: X @ np.ones(3) + np.random.default_rng(3).normal(size=len(X)))
    count = [0]

    def step(params, X, y):
        count[0] += 1
        e = X @ params[0] - y
        return [params[0] - 0.1 * X.T @ e / len(y)], told(np.mean(e**2), e, count[0])

    assert named({**patient, "step": step}) == expected


@pytest.mark.parametrize("place", [0, 3])
def test_the_loss_of_one_row_after_the_step_is_not_the_batchs(place):
    patient = regression(target=lambda X: X @ np.ones(3) + np.random.default_rng(3).normal(size=len(X)))

    def step(params, X, y):
        w = params[0] - 0.1 * X.T @ (X @ params[0] - y) / len(y)
        return [w], float((X @ w - y)[place] ** 2)

    (found,) = diagnose(**{**patient, "step": step}).faults
    assert (found.id, found.where) == ("loss_reporting_wrong", "reported_loss")
    assert "one row alone" in found.words
    assert found.words.endswith("after the step")


@pytest.mark.parametrize(("which", "wrong"), [("own", False), ("first", True), ("before", True)])
def test_the_loss_of_another_steps_batch_is_not_the_batchs(which, wrong):
    patient = regression(target=lambda X: X @ np.ones(3) + np.random.default_rng(3).normal(size=len(X)))
    seen = []

    def step(params, X, y):
        seen.append((X, y))
        A, t = seen[{"own": -1, "first": 0, "before": -2}[which] if len(seen) > 1 else 0]
        value = np.mean((A @ params[0] - t) ** 2)
        return [params[0] - 0.1 * X.T @ (X @ params[0] - y) / len(y)], value

    assert named({**patient, "step": step}) == [("loss_reporting_wrong", "reported_loss")] * wrong


@pytest.mark.parametrize(("decay", "expected"), [(1e-4, []), (1.0, ["regularisation_too_strong"])])
def test_a_run_of_fit_with_too_strong_a_decay(decay, expected):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = np.sin(X[:, :1]) + 0.5 * X[:, 1:2]
    run = pb.fit(lambda p, X, y: squared_loss(nn.mlp(p, X), y), nn.init_mlp(rng, [4, 16, 1]), X, y,
                 lr=5e-3, epochs=40, weight_decay=decay, engine="reference")  # fmt: skip
    assert [f.id for f in pb.diagnose(run).faults] == expected


LOSSES = np.array([4.1, 2.2, 3.0, 1.1, 1.9, 0.7])


def faded(share, start, weigh=False):
    out, kept, weight = [], start, 0.0
    for value in LOSSES:
        kept, weight = share * kept + (1 - share) * value, share * weight + 1 - share
        out.append(kept / weight if weigh else kept)
    return np.array(out)


@pytest.mark.parametrize(
    ("told", "true"),
    [
        (faded(0.9, LOSSES[0]), True),
        (faded(0.99, 5.0), True),
        (faded(0.95, 0.0, weigh=True), True),
        (faded(0.95, 0.0), False),
        (np.array([LOSSES[max(0, t - 2) : t + 1].mean() for t in range(6)]), True),
        (700 * np.sqrt(LOSSES), True),
        (np.exp(LOSSES), True),
        (np.cumsum(LOSSES), False),
        (LOSSES / 7, False),
        (LOSSES**2, False),
        (np.r_[LOSSES[0], LOSSES[:-1]], False),
        (np.append(LOSSES[1:], 0.5), False),
    ],
)
def test_means_of_the_losses_so_far_and_other_units_are_true_of_them(told, true):
    assert _agrees(told, LOSSES, 10) is true


@pytest.mark.parametrize(("lr", "expected"), [(3e-4, [("lr_too_small", "step")]), (0.5, [])])
def test_a_rare_class_that_the_loss_weighs_is_not_drowned(lr, expected):
    """Batches that hold both classes alike would count it twice, and speed a slow loop up only so."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((600, 4))
    odd = X @ [1.0, -1.0, 0.5, 0.0] + 0.3 * np.abs(X[:, 3])
    y = (odd > np.quantile(odd, 0.93)).astype(float)[:, None]
    weights = lambda y: np.where(y == 1, 0.5 / 0.07, 0.5 / 0.93)
    logistic = lambda z: 1 / (1 + np.exp(-z))

    def forward(p, X):
        h = logistic(X @ p[0] + p[1])
        return h, logistic(h @ p[2] + p[3])

    def loss(p, X, y):
        q = forward(p, X)[1]
        return -np.mean(weights(y) * (y * np.log(q + 1e-9) + (1 - y) * np.log(1 - q + 1e-9)))

    def step(p, X, y):
        h, q = forward(p, X)
        d = weights(y) * (q - y) / len(y)
        e = d @ p[2].T * h * (1 - h)
        slopes = X.T @ e, e.sum(0), h.T @ d, d.sum(0)
        return [w - lr * g for w, g in zip(p, slopes, strict=True)], loss(p, X, y)

    p = [rng.standard_normal((4, 10)), np.zeros(10), rng.standard_normal((10, 1)), np.zeros(1)]
    found = diagnose(params=p, X=X, y=y, loss=loss, step=step, batch_size=60, n_steps=1500)
    assert [(f.id, f.where) for f in found.faults][:1] == expected
