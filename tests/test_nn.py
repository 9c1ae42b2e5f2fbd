"""Layers, the notebook's perceptrons, and where their weights come from."""

import itertools

import numpy as np
import pytest

import pullback as pb
from pullback import nn, tree
from pullback.errors import ArgumentError

INITIALISERS = [nn.he, nn.glorot, nn.lecun, nn.orthogonal, nn.zeros]
WIDTHS = [[3, 2], [4, 5, 2], [3, 4, 2, 3], [2, 3, 3, 3, 1], [3, 2, 4, 2, 4, 2], [3, 3, 3, 3, 3, 3, 2]]


def matrices(sizes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((b, a)) for a, b in itertools.pairwise(sizes)][::-1]


def by_hand(x, W):
    for Wi in W[:0:-1]:
        x = np.maximum(Wi @ x, 0)
    return W[0] @ x


def differences(f, x, eps=1e-6):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[index] = eps
        gradient[index] = (f(x + e) - f(x - e)) / (2 * eps)
    return gradient


@pytest.mark.parametrize("sizes", WIDTHS, ids=lambda sizes: f"k={len(sizes) - 1}")
@pytest.mark.parametrize("kind", ["vector", "column", "row"])
def test_mlpk_agrees_with_differences(sizes, kind):
    W, rng = matrices(sizes), np.random.default_rng(1)
    x = rng.standard_normal(sizes[0])
    x = {"vector": x, "column": x[:, None], "row": x[None, :]}[kind]
    value, vjp = nn.mlpk.vjp(x, W)
    np.testing.assert_allclose(np.ravel(value), by_hand(np.ravel(x), W), rtol=1e-12)
    assert value.ndim == x.ndim
    u = rng.standard_normal(value.shape)
    vjp_x, vjp_W = vjp(u)
    np.testing.assert_allclose(
        vjp_x, differences(lambda x: np.sum(u * nn.mlpk(x, W)), x), rtol=1e-6, atol=1e-7
    )
    for k, g in enumerate(vjp_W):
        wanted = differences(lambda Wk, k=k: np.sum(u * nn.mlpk(x, [*W[:k], Wk, *W[k + 1 :]])), W[k])
        np.testing.assert_allclose(g, wanted, rtol=1e-6, atol=1e-7)


def test_mlp2_is_mlpk_of_two_layers():
    x, W, u = np.array([1.0, -2.0, 0.5]), matrices([3, 4, 2]), np.array([1.0, -1.0])
    (a, vjp_a), (b, vjp_b) = nn.mlp2.vjp(x, W), nn.mlpk.vjp(x, W)
    assert np.array_equal(a, b)
    for g, h in zip(tree.leaves(vjp_a(u)), tree.leaves(vjp_b(u)), strict=True):
        assert np.array_equal(g, h)


def test_traced_and_written_by_hand_agree():
    x, W = np.array([1.0, -2.0, 0.5]), matrices([3, 4, 3, 1])
    value, vjp = pb.vjp(lambda x, W: nn.mlpk(x, W), x, W)
    hand = nn.mlpk.vjp(x, W)[1](np.ones(1))
    traced = vjp(np.ones(1))
    assert value.shape == (1,)
    np.testing.assert_array_equal(hand[0], traced[0])
    for a, b in zip(hand[1], traced[1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_mlpk_has_second_derivatives_and_a_program():
    x, W = np.array([1.0, -2.0, 0.5]), matrices([3, 4, 3, 1])
    f = lambda x: np.sum(np.sin(nn.mlpk(x, W)))
    wanted = differences(lambda x: np.sum(pb.grad(f)(x) * np.array([1.0, 2.0, 3.0])), x)
    np.testing.assert_allclose(pb.hvp(f, x, np.array([1.0, 2.0, 3.0])), wanted, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(pb.program(pb.grad(f), x)(x), pb.grad(f)(x))


def test_loss_i_gives_cotangents_of_row_target_and_weights():
    rng = np.random.default_rng(2)
    X, y, W = rng.standard_normal((4, 3)), rng.standard_normal(4), matrices([3, 4, 1])
    value, vjp = nn.loss_i(2, X, y, W)
    residual = by_hand(X[2], W)[0] - y[2]
    np.testing.assert_allclose(value, 0.5 * residual**2)
    vjp_x, vjp_y, vjp_W = vjp(np.array([1]).reshape(-1, 1))
    assert vjp_x.shape == (3,)
    assert [g.shape for g in vjp_W] == [w.shape for w in W]
    np.testing.assert_allclose(vjp_y, -residual)
    wanted = differences(lambda W1: 0.5 * (by_hand(X[2], [W[0], W1])[0] - y[2]) ** 2, W[1])
    np.testing.assert_allclose(vjp_W[1], wanted, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_loss_i_takes_targets_of_either_shape(shape):
    X, y, W = np.ones((4, 3)), np.ones(shape), matrices([3, 2, 1])
    assert nn.loss_i(0, X, y, W)[1](1.0)[1].shape == shape[1:]


def test_loss_i_refuses_targets_that_do_not_fit():
    with pytest.raises(ArgumentError) as error:
        nn.loss_i(0, np.ones((4, 3)), np.ones((4, 2)), matrices([3, 2, 1]))
    assert str(error.value) == (
        "row 0 of y does not fit the output of the network\n"
        "  expected: 1 numbers, one for each row of W[0]\n"
        "  got: 2"
    )


def test_dot_names_both_shapes():
    with pytest.raises(ArgumentError, match=r"got: W of shape \(2, 3\) and x of shape \(2,\)"):
        nn.dot(np.ones((2, 3)), np.ones(2))


@pytest.mark.parametrize("sizes", WIDTHS, ids=lambda sizes: f"k={len(sizes) - 1}")
def test_mlp_is_mlpk_on_every_row(sizes):
    params = nn.init_mlp(np.random.default_rng(0), sizes)
    W = [layer["W"].T for layer in params][::-1]
    X = np.random.default_rng(1).standard_normal((6, sizes[0]))
    np.testing.assert_allclose(nn.mlp(params, X), [nn.mlpk(x, W) for x in X], rtol=1e-12)


def test_dense_says_what_fits():
    with pytest.raises(ArgumentError) as error:
        nn.mlp(nn.init_mlp(np.random.default_rng(0), [3, 2, 1]), np.ones((5, 4)))
    assert str(error.value) == (
        "a dense layer was given rows that its weights do not fit\n"
        "  expected: x of shape (n_samples, 3), for W of shape (3, 2)\n"
        "  got: x of shape (5, 4)"
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("init", INITIALISERS)
def test_initialisers_keep_dtype_and_seed(init, dtype):
    first, second = (init(np.random.default_rng(3), (5, 7), dtype) for _ in range(2))
    assert first.dtype == dtype
    assert first.shape == (5, 7)
    assert np.array_equal(first, second)


@pytest.mark.parametrize(("init", "variance"), [(nn.he, 2 / 400), (nn.lecun, 1 / 400), (nn.glorot, 2 / 500)])
def test_variances_are_those_of_the_papers(init, variance):
    W = init(np.random.default_rng(0), (400, 100))
    assert abs(W.var() / variance - 1) < 0.03
    assert abs(W.mean()) < 4 * np.sqrt(variance / W.size)


@pytest.mark.parametrize("shape", [(6, 3), (3, 6), (4, 4)])
def test_orthogonal_is(shape):
    Q = nn.orthogonal(np.random.default_rng(0), shape)
    gram = Q.T @ Q if shape[0] >= shape[1] else Q @ Q.T
    np.testing.assert_allclose(gram, np.eye(min(shape)), atol=1e-12)


@pytest.mark.parametrize("sizes", [[3], [], [3, 0, 1], [3, 2.5, 1]])
def test_init_mlp_refuses_sizes(sizes):
    with pytest.raises(ArgumentError, match="are not those of a network"):
        nn.init_mlp(np.random.default_rng(0), sizes)


@pytest.mark.parametrize("k", range(1, 7))
def test_random_networks_fit_together(k):
    W = nn.initialise_mlp_random(9, k, 2, np.random.default_rng(k))
    assert len(W) == k
    assert nn.mlpk(np.ones(9), W).shape == (2,)
    assert all(2 <= len(Wi) <= 7 for Wi in W[1:])
