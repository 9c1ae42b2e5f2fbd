"""The estimators: scikit-learn's own checks, tables of every sort, files, and parts of the recipe."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from pullback import tabular
from pullback.errors import ArgumentError, FileError
from pullback.tabular import MLPClassifier, MLPRegressor
from pullback.tabular._turns import turned_axes

SMALL = {"preset": "fast", "epochs": 20, "random_state": 0}


@parametrize_with_checks([MLPRegressor("fast", epochs=20), MLPClassifier("fast", epochs=20)])
@pytest.mark.filterwarnings("ignore")  # the checks hand in much that scikit-learn itself warns of
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.standard_normal((600, 3)), columns=["a", "b", "c"])
    X["kind"] = pd.Categorical(rng.choice(["x", "y", "z"], 600))
    X.loc[::7, "b"] = np.nan
    y = np.sin(2 * X["a"]) + 2.0 * (X["kind"] == "x") + 0.1 * rng.standard_normal(600)
    return X, y.to_numpy()


def test_categories_and_missing_values_are_learned_from(table):
    X, y = table
    model = MLPRegressor(**SMALL | {"epochs": 60}).fit(X[:450], y[:450])
    assert model.score(X[450:], y[450:]) > 0.85


def test_unseen_categories_are_predicted(table):
    X, y = table
    model = MLPRegressor(**SMALL).fit(X, y)
    later = X[:5].assign(kind="never seen")
    assert np.isfinite(model.predict(later)).all()


def test_polars_is_as_pandas(table):
    polars = pytest.importorskip("polars")
    X, y = table
    frame = polars.DataFrame({name: X[name].astype(object).tolist() for name in X}, strict=False)
    frame = frame.with_columns(polars.col("b").fill_nan(None))
    first, second = (MLPRegressor(**SMALL).fit(t, y).predict(t) for t in (X, frame))
    np.testing.assert_array_equal(first, second)


def test_same_seed_same_bits(table):
    X, y = table
    first, second = (MLPRegressor(**SMALL).fit(X, y).predict(X) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_several_targets(table):
    X, y = table
    model = MLPRegressor(**SMALL).fit(X, np.column_stack([y, -3 * y]))
    assert model.predict(X[:4]).shape == (4, 2)


def test_quantiles_cover_and_do_not_cross(table):
    X, y = table
    model = MLPRegressor(**SMALL | {"epochs": 60}, quantiles=(0.9, 0.1), neighbours=False)
    high, low = model.fit(X[:450], y[:450]).predict_quantiles(X[450:]).T
    assert (low <= high).all()
    assert 0.6 < np.mean((low <= y[450:]) & (y[450:] <= high)) < 0.98


def test_quantiles_must_be_asked_for(table):
    model = MLPRegressor(**SMALL).fit(*table)
    with pytest.raises(ArgumentError) as caught:
        model.predict_quantiles(table[0])
    assert str(caught.value).startswith("predict_quantiles of a model that was fitted for the mean")


def test_balanced_weights_find_the_rare_class():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1000, 2))
    y = (X[:, 0] + 0.5 * rng.standard_normal(1000) > 1.9).astype(int)
    recall = [
        np.mean(MLPClassifier(**SMALL, class_weight=w).fit(X, y).predict(X)[y == 1])
        for w in (None, "balanced")
    ]
    assert recall[1] > recall[0]


@pytest.mark.parametrize("neighbours", [True, False])
def test_a_file_predicts_the_same_in_another_process(table, tmp_path, neighbours):
    X, y = table
    model = MLPRegressor(**SMALL, neighbours=neighbours).fit(X, y)
    model.save(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(MLPRegressor.load(tmp_path / "m.safetensors").predict(X), model.predict(X))
    numbers = X[["a"]].to_numpy()
    one = MLPClassifier(**SMALL, neighbours=neighbours).fit(numbers, np.where(X["a"] > 0.7, "high", "low"))
    one.save(tmp_path / "c.safetensors")
    code = (
        "import sys; from pullback.tabular import MLPClassifier as M;"
        "print(*M.load(sys.argv[1]).predict([[0.5], [1.0]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "c.safetensors")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == list(one.predict([[0.5], [1.0]]))


def test_a_damaged_or_foreign_file_is_refused_by_name(table, tmp_path):
    path = tmp_path / "m.safetensors"
    MLPRegressor(**SMALL).fit(*table).save(path)
    with pytest.raises(FileError) as caught:
        MLPClassifier.load(path)
    assert str(caught.value).startswith(f"{path} is not a MLPClassifier")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FileError) as caught:
        MLPRegressor.load(path)
    assert str(path) in str(caught.value)


def test_permuted_targets_gain_nothing():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 4))
    y = rng.permutation(np.sin(3 * X[:, :1]))
    near = tabular.Neighbours.fit(X[:1500], y[:1500], rng)
    if near is not None:
        said = near.transform(X[1500:])[:, 1:2]
        assert np.mean((said - y[1500:]) ** 2) > 0.97 * y[1500:].var()


def test_columns_that_act_together_are_seen_from_more_angles():
    rng = np.random.default_rng(3)
    X = rng.uniform(-1, 1, (2500, 5))
    together, apart = np.sin(4 * X[:, 1] * X[:, 4]), X[:, 1] + X[:, 4] ** 2
    found = turned_axes(X, (together / together.std())[:, None], rng, angles=8)
    assert found.shape == (5, 6)
    assert set(np.flatnonzero(found.any(axis=1))) == {1, 4}
    assert turned_axes(X, (apart / apart.std())[:, None], rng).shape == (5, 0)
    assert turned_axes(X, rng.permutation(together)[:, None], rng).shape == (5, 0)


def test_turned_axes_are_kept_in_the_file(tmp_path):
    X = np.random.default_rng(4).uniform(-1, 1, (800, 3))
    model = MLPRegressor(**SMALL, neighbours=False).fit(X, np.sign(X[:, 0] * X[:, 2]))
    assert model.networks_[0].inputs.directions.shape == (3, 6)
    model.save(tmp_path / "model.safetensors")
    again = MLPRegressor.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_a_row_is_left_out_of_its_own_neighbours():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 2))
    y = np.sin(X[:, :1])
    near = tabular.Neighbours.fit(X, y, rng)
    other = y.copy()
    other[7] += 100.0
    changed = tabular.Neighbours(near.points, other.astype(np.float32), near.weights)
    np.testing.assert_array_equal(changed.training_features()[7], near.training_features()[7])


BAD = [
    (
        "one class",
        lambda X: (MLPClassifier(**SMALL), X, np.ones(len(X))),
        "y holds one class only: 1.0",
    ),
    (
        "infinity",
        lambda X: (MLPRegressor(**SMALL), X.assign(a=np.inf), X["c"]),
        "column 'a' of X contains infinity",
    ),
    (
        "names twice",
        lambda X: (MLPRegressor(**SMALL), X[["a", "a"]], X["c"]),
        "X has more than one column named 'a'",
    ),
    (
        "infinite target",
        lambda X: (MLPRegressor(**SMALL), X, X["c"].where(X.index != 7, np.inf)),
        "Input y contains infinity or a value too large for dtype('float64').\n"
        "  expected: a finite number in every row\n"
        "  got: none in row 7\n"
        "  try: leave those rows out: keep = np.isfinite(y); fit(X[keep], y[keep])",
    ),
    (
        "missing labels",
        lambda X: (MLPClassifier(**SMALL), X, pd.Series("u", X.index).where(X.index > 2, None)),
        "Input y contains NaN or infinity.\n  expected: a label in every row\n  got: none in row 0, and in 2",
    ),
    (
        "text target",
        lambda X: (MLPRegressor(**SMALL), X, ["u"] * len(X)),
        "y holds text\n  expected: numbers\n  got: 'u'",
    ),
    ("no columns", lambda X: (MLPRegressor(**SMALL), X[[]], X["c"]), "X has no columns: "),
    ("lengths", lambda X: (MLPRegressor(**SMALL), X, X["c"][:9]), "X and y have different numbers of rows"),
    (
        "nested",
        lambda X: (MLPRegressor(**SMALL), X.assign(a=[{}] * len(X)), X["c"]),
        "column 'a' of X: an argument must be a string or a number, not 'dict'; ",
    ),
    ("preset", lambda X: (MLPRegressor("quick"), X, X["c"]), "preset='quick' is not known"),
    ("quantiles", lambda X: (MLPRegressor(quantiles=[2.0]), X, X["c"]), "quantiles=[2.0]"),
]


@pytest.mark.parametrize(("name", "make", "text"), BAD, ids=[case[0] for case in BAD])
def test_bad_input_is_named(table, name, make, text):
    model, X, y = make(table[0])
    with pytest.raises(TypeError if name == "nested" else ArgumentError) as caught:
        model.fit(X, y)
    assert str(caught.value).startswith(text)


def test_warnings_name_the_users_line(table):
    with pytest.warns(UserWarning, match="every training row has the same target") as seen:
        MLPRegressor(**SMALL).fit(table[0], np.ones(len(table[0])))
    assert seen[0].filename == __file__


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_rows_are_fitted(n):
    model = MLPRegressor(**SMALL).fit(np.arange(n * 2.0).reshape(n, 2), np.arange(float(n)))
    assert np.isfinite(model.predict(np.zeros((1, 2)))).all()


def test_an_empty_column_and_a_constant_one_are_fitted(table):
    X, y = table
    assert np.isfinite(
        MLPRegressor(**SMALL).fit(X.assign(e=np.nan, k=1.0), y).predict(X.assign(e=1.0, k=2.0))
    ).all()
