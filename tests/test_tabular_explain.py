"""Derivatives by column against differences of `predict`; importance; cards; what pickle and skops hold."""

import pickle

import numpy as np
import pandas as pd
import pytest

import pullback as pb
from pullback.errors import ArgumentError
from pullback.tabular import MLPClassifier, MLPRegressor

SMALL = {"preset": "fast", "epochs": 6, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.standard_normal((900, 3)) * [1.0, 40.0, 1.0], columns=["a", "b", "c"])
    X["kind"] = rng.choice(["x", "y", "z"], 900)
    y = np.sin(2 * X["a"]) + 0.05 * X["b"] + 2.0 * (X["kind"] == "x") + 0.1 * rng.standard_normal(900)
    return X, y.to_numpy()


@pytest.fixture(scope="module")
def model(table):
    X, y = table
    return MLPRegressor(**SMALL).fit(X[:700], y[:700])


def differences(answer, X, name, step):
    """Central differences of `answer` by one column, and where two steps agree, so that none meets a kink."""
    found = [
        (answer(X.assign(**{name: X[name] + h})) - answer(X.assign(**{name: X[name] - h}))) / (2 * h)
        for h in (step, step / 2)
    ]
    tolerance = 0.01 * (np.abs(found[1]) + np.abs(found[1]).mean())
    return found[1], np.abs(found[0] - found[1]) <= tolerance, 2 * tolerance


def assert_derivatives(answer, gradients, X, sizes, *, step=1e-4, smooth_share=0.8):
    for name, size in sizes.items():
        expected, smooth, tolerance = differences(answer, X, name, step * size)
        assert smooth.mean() > smooth_share, name
        off = np.abs(gradients[name].to_numpy() - expected)
        assert np.mean(off[smooth] <= tolerance[smooth]) > 0.97, name


SIZES = {"a": 1.0, "b": 40.0, "c": 1.0}


@pytest.mark.parametrize(
    "arguments",
    [
        {"neighbours": False},
        {"neighbours": False, "activation": "mish", "preset": "default", "epochs": 2},
        {"neighbours": False, "quantiles": (0.9, 0.1, 0.5)},
        {"neighbours": False, "loss": "poisson"},
        {"preset": "best", "epochs": 1, "hidden": (16,), "neighbours": False},
    ],
    ids=str,
)
def test_derivatives_are_the_limits_of_differences(table, arguments):
    X, y = table
    fitted = MLPRegressor(**SMALL | arguments).fit(
        X[:700], np.exp(y[:700] / 2) if "loss" in arguments else y[:700]
    )
    assert_derivatives(fitted.predict, fitted.input_gradients(X[700:]), X[700:], SIZES)


def test_derivatives_go_through_the_neighbours(table, model):
    rest = table[0][700:]
    assert model.networks_[0].inputs.neighbours is not None
    moving, held = model.input_gradients(rest), model.input_gradients(rest, neighbours="held")
    assert_derivatives(model.predict, moving, rest, SIZES, step=1e-5, smooth_share=0.3)
    assert np.mean(np.abs(moving["a"] - held["a"]) > 0.1) > 0.5  # holding them is another number


@pytest.mark.parametrize("labels", [2, 3])
def test_derivatives_of_probabilities(table, labels):
    X, y = table
    classes = np.array(["p", "q", "r"])[np.digitize(y, np.quantile(y, [0.5] if labels == 2 else [0.3, 0.6]))]
    fitted = MLPClassifier(**SMALL, neighbours=False).fit(X, classes)
    output = None if labels == 2 else "p"
    place = 1 if labels == 2 else 0
    found = fitted.input_gradients(X[:100], output)
    assert_derivatives(lambda X: fitted.predict_proba(X)[:, place], found, X[:100], SIZES)


def test_several_targets_have_derivatives_of_their_own(table):
    X, y = table
    fitted = MLPRegressor(**SMALL, neighbours=False).fit(X, np.column_stack([y, -2 * y]))
    found = fitted.input_gradients(X[:100], 1)
    assert_derivatives(lambda X: fitted.predict(X)[:, 1], found, X[:100], SIZES)


def test_gaps_and_categories_have_no_derivative(table):
    X, y = table
    holed = X.assign(b=X["b"].where(np.arange(len(X)) % 5 > 0))
    found = MLPRegressor(**SMALL).fit(holed, y).input_gradients(holed)
    assert found.index.equals(X.index)
    assert list(found) == ["a", "b", "c", "kind"]
    np.testing.assert_array_equal(found.isna().to_numpy()[:, 1], holed["b"].isna())
    assert found["kind"].isna().all()
    assert np.isfinite(found[["a", "c"]].to_numpy()).all()


def test_frames_come_back_as_they_went_in(table, model):
    rows = table[0][:3]
    plain = MLPRegressor(**SMALL | {"epochs": 1}).fit(table[0][["a", "c"]].to_numpy(), table[1])
    assert isinstance(plain.input_gradients(rows[["a", "c"]].to_numpy()), np.ndarray)
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({name: rows[name].tolist() for name in rows})
    found = model.input_gradients(frame)
    assert isinstance(found, polars.DataFrame)
    np.testing.assert_array_equal(found["a"].to_numpy(), model.input_gradients(rows)["a"])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"output": 3}, "output=3 names no target\n  expected: a number from 0 to 0, as there are 1"),
        ({"neighbours": "gone"}, 'neighbours=\'gone\'\n  expected: "moving" or "held"'),
    ],
)
def test_what_cannot_be_derived_is_said(table, model, arguments, text):
    with pytest.raises(ArgumentError) as caught:
        model.input_gradients(table[0], **arguments)
    assert str(caught.value) == text


def test_a_class_must_be_one(table):
    X, y = table
    fitted = MLPClassifier(**SMALL | {"epochs": 1}).fit(X, np.digitize(y, [0, 1]))
    for output in (None, "x"):
        with pytest.raises(ArgumentError, match="names no class"):
            fitted.input_gradients(X, output)


def test_importance_names_the_columns_that_matter(table, model, tmp_path):
    X, y = table[0][700:], table[1][700:]
    found = model.permutation_importance(X, y, n_repeats=2)
    assert found.names == ["a", "b", "c", "kind"]
    assert found.importances_mean[[0, 1, 3]].min() > 10 * abs(found.importances_mean[2])
    figure = model.plot_importance(X, y, tmp_path / "importance.svg")
    left, right = figure.axes
    assert left.get_yticklabels()[0].get_text() == "c"
    assert right.get_xlabel() == "mean size, in target's units per interquartile range"
    assert "<svg" in (tmp_path / "importance.svg").read_text()


def test_a_card_says_what_the_model_is(table, model, tmp_path):
    text = model.card(tmp_path / "README.md", title="Towns", description="Prices of towns.")
    assert (tmp_path / "README.md").read_text() == text
    for part in (
        "library_name: pullback", "- tabular-regression", "# Towns", "Prices of towns.", "## Training data",
        "595 different training rows, 105 validation rows, 4 columns.", "| kind | category |  | 3 levels |",
        "## Evaluation", "| `epochs` | 6 |", "pb.load_model(", "The file holds the scaled training rows",
    ):  # fmt: skip
        assert part in text
    model.save(tmp_path / "m.safetensors")
    assert (
        MLPRegressor.load(tmp_path / "m.safetensors").card(title="Towns", description="Prices of towns.")
        == text
    )
    assert pb.load_model(tmp_path / "m.safetensors").facts == model.facts_


def test_a_cards_metrics_are_those_of_the_validation_rows(table):
    X, y = table
    fitted = MLPRegressor(**SMALL).fit(X[:700], y[:700], X_val=X[700:], y_val=y[700:])
    rmse = np.sqrt(np.mean((fitted.predict(X[700:]) - y[700:]) ** 2))
    assert fitted.facts_["metrics"]["RMSE"] == pytest.approx(rmse, rel=1e-6)
    assert fitted.facts_["metrics"]["R2"] == pytest.approx(fitted.score(X[700:], y[700:]), rel=1e-6)
    labels = np.where(y > 1, "high", "low")
    judge = MLPClassifier(**SMALL).fit(X[:700], labels[:700], X_val=X[700:], y_val=labels[700:])
    assert judge.facts_["metrics"]["accuracy"] == judge.score(X[700:], labels[700:])
    assert "Classes: high " in judge.card()


def test_a_card_of_few_rows_or_an_own_loss_says_so(table):
    X, y = table
    few = MLPRegressor(**SMALL | {"epochs": 1}, loss=squares).fit(X[:50], y[:50])
    assert "[no validation rows" in few.card()
    assert "| `loss` | squares |" in few.card()


def test_a_card_says_what_came_by_and_by(table, tmp_path):
    X, y = table
    begun = MLPRegressor(**SMALL).partial_fit(X[:300], y[:300])
    text = begun.card()
    assert "300 rows in the first call of `partial_fit`, 0 validation rows, 4 columns." in text
    assert "[no validation rows: `partial_fit` holds none back]" in text
    assert "epochs, the best" not in text
    later = begun.partial_fit(X[300:400], y[300:400]).partial_fit(X[400:450], y[400:450])
    assert later.facts_["later"] == {"calls": 2, "rows": 150}
    assert "After those, 150 rows came by `partial_fit`, in 2 calls." in later.card()
    later.save(tmp_path / "m.safetensors")
    assert MLPRegressor.load(tmp_path / "m.safetensors").card() == later.card()


def test_a_card_of_a_fit_that_went_on_says_whose_metrics_it_shows(table):
    X, y = table
    whole = MLPRegressor(**SMALL).fit(X, y)
    before = dict(whole.facts_)
    whole.partial_fit(X[:64], y[:64])
    assert whole.facts_ == before | {"later": {"calls": 1, "rows": 64}}
    assert "by the kept epoch, before `partial_fit` went on:" in whole.card()
    assert "later" not in whole.fit(X, y).facts_


def squares(said, true):
    return np.mean((said - true) ** 2)


def test_a_pickle_predicts_and_goes_on_to_the_same_bits(table):
    X, y = table
    first = MLPRegressor(**SMALL, warm_start=True).fit(X, y)
    second = pickle.loads(pickle.dumps(first))
    np.testing.assert_array_equal(first.predict(X), second.predict(X))
    np.testing.assert_array_equal(first.fit(X, y).predict(X), second.fit(X, y).predict(X))


def test_skops_asks_for_one_class_alone(table):
    skops = pytest.importorskip("skops.io")
    X, y = table
    for fitted in (MLPRegressor(**SMALL).fit(X, y), MLPClassifier(**SMALL).fit(X, y > 0)):
        data = skops.dumps(fitted)
        unknown = skops.get_untrusted_types(data=data)
        assert unknown == [f"{type(fitted).__module__}.{type(fitted).__name__}"]
        np.testing.assert_array_equal(skops.loads(data, trusted=unknown).predict(X), fitted.predict(X))
