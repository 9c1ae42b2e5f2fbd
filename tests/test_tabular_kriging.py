"""Kriging: its equations, the search for its kernel, and the features it adds."""

import numpy as np
import pytest

import pullback as pb
from pullback.tabular import MLPRegressor, Neighbours
from pullback.tabular._gradients import neighbour_features
from pullback.tabular._kriging import Kernel, error_and_gradient, fit_kernel, krige

RNG = np.random.default_rng(0)
KERNEL = Kernel(np.array([[1.0, 0.3], [0.2, 0.0]]), np.array([0.7, 0.4]), 0.05)


def covariance(kernel, a, b):
    r = [np.sqrt((((a - b) * w) ** 2).sum()) for w in kernel.weights]
    return sum(size * np.exp(-d) for size, d in zip(kernel.sizes, r, strict=True))


def test_kriging_solves_its_equations_with_the_multiplier():
    X, Y = RNG.standard_normal((9, 2)), RNG.standard_normal((9, 1))
    row = RNG.standard_normal((1, 2))
    mean, variance = krige(KERNEL, X, Y, row, np.arange(9)[None])
    system = np.ones((10, 10))  # the least variance of l'y with the shares l summing to one
    system[:9, :9] = [[covariance(KERNEL, a, b) for b in X] for a in X] + KERNEL.nugget * np.eye(9)
    system[9, 9] = 0.0
    k = np.array([covariance(KERNEL, a, row[0]) for a in X])
    shares = np.linalg.solve(system, np.append(k, 1.0))[:9]
    np.testing.assert_allclose(mean[0], shares @ Y, rtol=1e-9)
    np.testing.assert_allclose(variance[0], KERNEL.sizes.sum() + KERNEL.nugget - shares @ k, rtol=1e-9)


def test_the_searchs_gradient_is_the_limit_of_differences():
    X, Y = RNG.standard_normal((40, 2)), RNG.standard_normal((40, 2))
    asked = np.arange(5)
    index = np.array([[j for j in range(20) if j != i][:12] for i in asked])
    start = np.log([*KERNEL.weights[0], 0.2, 0.1, *KERNEL.sizes, KERNEL.nugget])

    def at(z):
        v = np.exp(z)
        return error_and_gradient(Kernel(v[:4].reshape(2, 2), v[4:6], v[6]), X, Y, asked, index)

    steps = 1e-6 * np.eye(7)
    expected = [(at(start + h)[0] - at(start - h)[0]) / 2e-6 for h in steps]
    np.testing.assert_allclose(at(start)[1], expected, rtol=1e-5, atol=1e-9)


def test_the_kernel_leaves_out_what_says_nothing():
    X = RNG.uniform(-1, 1, (600, 3))
    kernel = fit_kernel(X, np.sin(5 * X[:, 1:2]), np.array([0.1, 1.0, 0.1]), RNG, rounds=3, rows=300)
    assert kernel.weights[0, 1] > 5 * kernel.weights[0, [0, 2]].max()
    assert fit_kernel(X, RNG.standard_normal((600, 1)), np.ones(3), RNG, rounds=3, rows=300) is None


def test_permuted_targets_gain_nothing_by_kriging():
    X = RNG.standard_normal((1200, 4))
    y = RNG.permutation(np.sin(3 * X[:, :1]))
    near = Neighbours.fit(X[:900], y[:900], RNG, rows=900, kriging=32)
    if near is not None and near.kernel is not None:
        assert np.mean((near.transform(X[900:])[:, -2:-1] - y[900:]) ** 2) > 0.97 * y[900:].var()


def test_derivatives_of_the_features_are_the_limits_of_differences():
    rng = np.random.default_rng(1)
    points, targets = rng.standard_normal((60, 2)), rng.standard_normal((60, 2))
    near = Neighbours(points, targets, np.array([[1.0, 0.5]]), KERNEL, 12)
    X = rng.standard_normal((8, 2))
    value, back = pb.vjp(lambda x: neighbour_features(near, x, X), X)
    np.testing.assert_allclose(value, near.transform(X), rtol=1e-9, atol=1e-12)
    u = rng.standard_normal(value.shape)
    steps = 1e-6 * np.eye(2)
    expected = [((near.transform(X + h) - near.transform(X - h)) * u).sum(axis=1) / 2e-6 for h in steps]
    np.testing.assert_allclose(back(u)[0], np.stack(expected, 1), rtol=1e-5, atol=1e-7)


@pytest.fixture(scope="module")
def fitted():
    X = np.random.default_rng(5).uniform(-1, 1, (300, 2))
    model = MLPRegressor("best", epochs=2, hidden=(8,), members=1, random_state=0)
    return model.fit(X, np.sin(6 * X[:, 0]) * X[:, 1]), X


def test_a_row_is_left_out_of_its_own_kriging(fitted):
    near = fitted[0].networks_[0].inputs.neighbours
    other = near.targets.copy()
    other[7] += 100.0
    points, _, *rest = near.to_arrays()
    changed = Neighbours.from_arrays([points, other, *rest])
    np.testing.assert_array_equal(changed.training_features()[7], near.training_features()[7])
    assert near.shape[1] == near.transform(points[:3]).shape[1]


def test_a_file_keeps_the_kernel(fitted, tmp_path):
    model, X = fitted
    assert model.networks_[0].inputs.neighbours.kernel is not None
    model.save(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(MLPRegressor.load(tmp_path / "m.safetensors").predict(X), model.predict(X))


def test_a_graph_solves_the_same_equations(fitted, tmp_path):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    assert fitted[0].to_onnx(tmp_path / "m.onnx", fitted[1]) < 1e-6
