"""Every part of the founding notebook works: one test a row of the table in docs/notebook.md."""

import importlib
import itertools
import os
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest

import pullback as pb
from pullback import data, nn, train
from pullback.primitives.activation import relu
from pullback.primitives.loss import squared_loss

EXAMPLES = Path(__file__).parent.parent / "examples"
K = range(1, 7)


@pytest.fixture(scope="module")
def rows():
    return data.import_data(data.load_diabetes())


def differences(f, x, eps=1e-6):
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + e) - f(x - e)) / (2 * eps) for e in steps]).reshape(x.shape)


def test_import_data_scales_by_training_rows_only(rows):
    X_train, y_train, _X_test, y_test = rows
    assert np.all(X_train[:, 0] == 1)
    assert abs(X_train[:, 1:].mean(axis=0)).max() < 1e-12
    assert abs(y_train.mean()) < 1e-12
    assert abs(y_test.mean()) > 1e-3


def test_dot_gives_outer_and_transposed_products():
    W, x, u = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0])
    value, vjp = nn.dot.vjp(W, x)
    vjp_W, vjp_x = vjp(u)
    assert value.tolist() == (W @ x).tolist()
    assert vjp_W.tolist() == np.outer(u, x).tolist()
    assert vjp_x.tolist() == (W.T @ u).tolist()


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_relu_takes_vectors_and_columns(shape):
    x = np.array([-1.0, 0.0, 1.0, 2.0]).reshape(shape)
    value, vjp = relu.vjp(x)
    assert value.ravel().tolist() == [0, 0, 1, 2]
    assert vjp(np.ones(shape))[0].ravel().tolist() == [0, 0, 1, 1]


def test_squared_loss_is_that_of_the_notebook():
    d, rng = 9, np.random.default_rng(2)
    y_pred, y = rng.uniform(size=(2, d))
    value, vjp = squared_loss.vjp(y_pred, y, d)
    assert value == pytest.approx(np.sum((y_pred - y) ** 2) / (2 * d))
    for i, g in enumerate(vjp(1.0)):
        f = lambda x, i=i: squared_loss(*((x, y) if i == 0 else (y_pred, x)), d)
        np.testing.assert_allclose(g, differences(f, (y_pred, y)[i]), rtol=1e-7)


@pytest.mark.parametrize("k", K)
def test_initialisers_make_any_number_of_layers(k):
    W = nn.initialise_mlp_random(9, k, 1, np.random.default_rng(k))
    assert len(W) == k
    assert (W[0].shape[0], W[-1].shape[1]) == (1, 9)
    assert all(a.shape[1] == b.shape[0] for a, b in itertools.pairwise(W))


def test_mlp2_is_mlpk_of_two():
    W = nn.initialise_mlp_random(5, 2, 1, np.random.default_rng(0))
    x = np.linspace(-1, 1, 5)
    a, b = nn.mlp2.vjp(x, W), nn.mlpk.vjp(x, W)
    assert a[0] == b[0]
    for g, h in zip(pb.tree.leaves(a[1](np.ones(1))), pb.tree.leaves(b[1](np.ones(1))), strict=True):
        assert np.array_equal(g, h)


@pytest.mark.parametrize("k", K)
@pytest.mark.parametrize("column", [False, True])
def test_findiff_mlp(k, column):
    rng = np.random.default_rng(k)
    W = nn.initialise_mlp_random(9, k, 1, rng)
    x = rng.normal(size=(9, 1) if column else 9)
    value, vjp = nn.mlpk.vjp(x, W)
    vjp_x, vjp_W = vjp(np.ones(value.shape))
    np.testing.assert_allclose(vjp_x, differences(lambda x: nn.mlpk(x, W).item(), x), rtol=1e-6, atol=1e-9)
    for i, g in enumerate(vjp_W):
        f = lambda w, i=i: nn.mlpk(x, [*W[:i], w, *W[i + 1 :]]).item()
        np.testing.assert_allclose(g, differences(f, W[i]), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("k", K)
def test_mlpk_traced_equals_mlpk_by_hand(k):
    W = nn.initialise_mlp_random(9, k, 1, np.random.default_rng(k))
    x = np.linspace(-1, 1, 9)

    def plain(x, W):
        for w in W[:0:-1]:
            x = np.maximum(w @ x, 0)
        return (W[0] @ x)[0]

    by_hand = nn.mlpk.vjp(x, W)[1](np.ones(1))
    for g, h in zip(pb.tree.leaves(pb.grad(plain, (0, 1))(x, W)), pb.tree.leaves(by_hand), strict=True):
        np.testing.assert_allclose(g, h, rtol=1e-12)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_loss_i_has_cotangents_for_x_y_and_W(k, rows):
    X, y, *_ = rows
    W = nn.initialise_mlp_random(X.shape[1], k, 1, np.random.default_rng(k))
    _value, vjp = nn.loss_i(3, X, y, W)
    vjp_x, vjp_y, vjp_W = vjp(1.0)
    of_x = lambda x: nn.loss_i(0, x[None], y[3:4], W)[0]
    of_y = lambda t: nn.loss_i(0, X[3:4], t[None], W)[0]
    np.testing.assert_allclose(vjp_x, differences(of_x, X[3]), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(vjp_y, differences(of_y, np.asarray(y[3])), rtol=1e-6)
    assert [g.shape for g in vjp_W] == [w.shape for w in W]


@pytest.mark.parametrize("batchsize", [1, 16])
def test_sgd_learns_and_leaves_the_callers_weights_alone(batchsize, rows):
    X, y, *_ = rows
    rng = np.random.default_rng(0)
    W = [nn.he(rng, (5, X.shape[1])), nn.he(rng, (5, 5)), nn.he(rng, (1, 5))][::-1]
    kept = [w.copy() for w in W]
    niter = 20 * len(X) // batchsize
    if batchsize == 1:
        losses, trained = train.SGD(niter, 3e-3, W, X, y)
    else:
        losses, trained = train.SGD_minibatch(niter, 3e-2, W, X, y, batchsize)
    assert len(losses) == niter
    assert all(np.array_equal(a, b) for a, b in zip(W, kept, strict=True))
    full = lambda W: np.mean([nn.loss_i(i, X, y, W)[0] for i in range(len(X))])
    assert full(trained) < 0.5 * np.var(y) < full(W)


def run(patient, n_steps):
    params, n = patient.params, len(patient.X)
    for i in range(n_steps):
        batch = np.arange(i * patient.batch_size, (i + 1) * patient.batch_size) % n
        params, _ = patient.step(params, patient.X[batch], patient.y[batch])
    return params


@pytest.mark.parametrize(("name", "n_steps"), [("as_written", None), ("as_written_minibatch", 20)])
def test_the_notebook_as_written_does_not_learn(name, n_steps, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    patient = importlib.import_module(name)
    before = patient.loss(patient.params, patient.X, patient.y)
    after = patient.loss(run(patient, n_steps or 10 * 442), patient.X, patient.y)
    assert after > 0.9 * before
    assert after > 0.5 * np.var(patient.y)
    if name == "as_written_minibatch":
        assert after == before


def test_the_notebooks_gradient_is_the_losss_divided_by_the_number_of_features(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    patient = importlib.import_module("as_written")
    X, y = patient.X[:20], patient.y[:20]
    written = patient.grad(patient.params, X, y)
    for g, h in zip(written, pb.grad(patient.loss)(patient.params, X, y), strict=True):
        np.testing.assert_allclose(g * X.shape[1], h, rtol=1e-9)


def test_the_example_notebook_runs_and_learns(tmp_path):
    notebook = nbformat.read(EXAMPLES / "california_housing.ipynb", 4)
    few_rows = data.load("california").name == "diabetes"
    kernel = {**os.environ, "EPOCHS": "15" if few_rows else "2"}
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=kernel)
    text = "".join(o.get("text", "") for c in notebook.cells for o in c.get("outputs", []))
    assert "R2 on the test rows" in text
    scores = [float(part.split()[0].rstrip(",")) for part in text.split("R2 on the test rows: ")[1:]]
    assert min(scores[1:]) > 0.1
    assert text.count("the vjp equals the differences") == 6
