"""Batches of one size, the engines that run them, and what happens on small and odd tables."""

import numpy as np
import pytest

import pullback as pb
from pullback.compile._cache import info
from pullback.tabular import MLPClassifier, MLPRegressor
from pullback.tabular._batches import engine_of, whole_batches
from pullback.tabular._recipe import squared

RNG = np.random.default_rng(0)
X = RNG.standard_normal((330, 3))
Y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2]
SMALL = {"preset": "fast", "epochs": 6, "random_state": 0, "neighbours": False}


@pytest.mark.parametrize(("n", "size"), [(1, 4), (3, 4), (4, 4), (9, 4), (331, 83), (5, 1)])
def test_filled_batches_weigh_as_the_rows_do(n, size):
    targets = np.column_stack([RNG.standard_normal(n), RNG.uniform(0.5, 2.0, n)])
    rows, filled = whole_batches(np.arange(n)[:, None], targets, size)
    assert len(rows) % size == 0
    assert len(rows) - n < size
    np.testing.assert_array_equal(rows[:n, 0], np.arange(n))
    np.testing.assert_allclose(
        np.mean(filled[:, 0] * filled[:, 1]), np.mean(targets[:, 0] * targets[:, 1]), rtol=1e-12
    )


def test_a_batch_that_holds_all_rows_has_the_gradient_of_those_rows():
    def gradient(X, targets):
        return pb.grad(lambda w: squared((X @ w)[None], targets))(np.ones((3, 1)))

    targets = np.column_stack([Y[:5], RNG.uniform(0.5, 2.0, 5)])
    np.testing.assert_allclose(
        gradient(*whole_batches(X[:5], targets, 8)), gradient(X[:5], targets), rtol=1e-12
    )


@pytest.mark.parametrize("n", [329, 331])
@pytest.mark.parametrize("loss", ["squared_error", "huber"])
def test_engines_agree_and_one_program_is_compiled(n, loss, monkeypatch, tmp_path):
    rows = RNG.integers(0, len(X), n)
    settings = SMALL | {"batch_size": 64, "validation_fraction": 0.0, "loss": loss}
    monkeypatch.setenv("PULLBACK_CACHE", str(tmp_path / f"machine-code-{n}"))
    weights = RNG.uniform(0.5, 2.0, n)
    native, reference = (
        MLPRegressor(**settings, engine=engine).fit(X[rows] + weights[:, None], Y[rows], weights)
        for engine in ("native", "reference")
    )
    assert info().files <= 1  # none where another test's program, in memory, was the same
    np.testing.assert_allclose(native.predict(X), reference.predict(X), rtol=1e-3, atol=1e-3)
    losses = [[record.train_loss for record in model.history_] for model in (native, reference)]
    np.testing.assert_allclose(*losses, rtol=1e-4)


def test_seeds_fits_and_numbers_of_rows_share_one_program(monkeypatch, tmp_path):
    monkeypatch.setenv("PULLBACK_CACHE", str(tmp_path / "machine-code"))
    columns = np.random.default_rng(5).standard_normal((3000, 3))
    settings = SMALL | {"batch_size": 64, "epochs": 1, "hidden": (19, 23), "engine": "native"}
    for seed, n in ((0, 3000), (1, 2811), (2, 2600)):
        MLPRegressor(**settings | {"random_state": seed}).fit(columns[:n], columns[:n, 0])
    assert info().files == 1


def test_the_engine_follows_from_the_work_alone():
    few, many = (MLPRegressor(**SMALL).fit(X, Y).networks_[0].params, 10**9)
    assert engine_of("auto", few, 1000, 250) == "reference"
    assert engine_of("auto", few, many, 250) == "auto"
    assert engine_of("native", few, 1000, 250) == "native"


@pytest.mark.parametrize("n", [1, 2, 5, 20])
@pytest.mark.parametrize("neighbours", [True, False])
def test_few_rows_are_not_predicted_much_worse_than_by_their_mean(n, neighbours):
    rng = np.random.default_rng(n)
    columns, target = rng.standard_normal((n + 400, 4)), 100.0 + 5.0 * rng.standard_normal(n + 400)
    model = MLPRegressor("fast", random_state=0, neighbours=neighbours).fit(columns[:n], target[:n])
    error = np.mean((model.predict(columns[n:]) - target[n:]) ** 2)
    assert error < 2.0 * np.mean((target[:n].mean() - target[n:]) ** 2)


@pytest.mark.filterwarnings("ignore::pullback.tabular.NotLearnedWarning")
def test_a_constant_target_is_predicted_to_the_digit():
    model = MLPRegressor("fast", epochs=3, random_state=0).fit(X, np.full(len(X), 7.25))
    np.testing.assert_allclose(model.predict(10.0 * X), 7.25, rtol=1e-6)


@pytest.mark.filterwarnings("ignore::pullback.tabular.NotLearnedWarning")
def test_columns_that_are_all_constant_give_the_mean():
    model = MLPRegressor("fast", epochs=3, random_state=0).fit(np.ones((len(X), 2)), Y)
    assert abs(model.predict(np.ones((1, 2)))[0] - Y.mean()) < 0.2 * Y.std()


@pytest.mark.parametrize("make", [MLPRegressor, MLPClassifier])
def test_wide_tables_and_single_columns_are_fitted(make):
    rng = np.random.default_rng(0)
    wide = rng.standard_normal((150, 2000))
    target = 3.0 * wide[:, 0] if make is MLPRegressor else wide[:, 0] > 0
    model = make("fast", epochs=4, random_state=0).fit(wide[:100], target[:100])
    assert model.score(wide[100:], target[100:]) > (-0.3 if make is MLPRegressor else 0.4)
    one = make("fast", epochs=30, random_state=0).fit(wide[:, :1], target)
    assert one.score(wide[:, :1], target) > 0.9
