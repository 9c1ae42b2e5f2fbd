"""ONNX graphs predict as the models do; what cannot be written is refused."""

import sys

import numpy as np
import pandas as pd
import pytest

from pullback.errors import ArgumentError, PullbackWarning
from pullback.tabular import MLPClassifier, MLPRegressor
from pullback.tabular._network import ACTIVATIONS
from pullback.tabular._onnx import feeds

SMALL = {"preset": "fast", "epochs": 4, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.standard_normal((600, 3)), columns=["a", "b", "c"])
    X["kind"] = rng.choice(["x", "y", "z"], 600)
    y = np.sin(2 * X["a"]) * X["b"] + 2.0 * (X["kind"] == "x") + 0.1 * rng.standard_normal(600)
    X.loc[::7, "b"] = np.nan
    return X, y.to_numpy()


def run(path, model, X):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds(model, model._checked(X, reset=False))), strict=True))


@pytest.fixture
def path(tmp_path):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    return tmp_path / "m.onnx"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"neighbours": False, "preset": "default", "epochs": 2},
        {"preset": "best", "epochs": 1, "hidden": (32,), "neighbours": False},
        {"quantiles": (0.9, 0.1, 0.5)},
        {"loss": "poisson"},
        {"normalisation": "layer", "dropout": 0.1},
        {"normalisation": "layer", "members": 4, "neighbours": False},
        {"normalisation": "batch", "dropout": 0.1, "neighbours": False},
        *({"activation": name, "neighbours": False, "epochs": 1} for name in ACTIVATIONS),
    ],
    ids=str,
)
def test_a_graph_predicts_as_the_model(table, path, arguments):
    X, y = table
    model = MLPRegressor(**SMALL | arguments).fit(X, np.exp(y) if "loss" in arguments else y)
    assert model.to_onnx(path, X) < 1e-5
    some = pd.concat([X[:50], X[50:52].assign(kind="never seen")])
    found = run(path, model, some)
    np.testing.assert_allclose(found["prediction"], model.predict(some), atol=1e-5 * y.std() * 10)
    if "quantiles" in arguments:
        np.testing.assert_allclose(found["quantiles"], model.predict_quantiles(some), atol=1e-4)


def test_a_table_of_numbers_is_one_input_and_one_row_will_do(table, path):
    X = table[0][["a", "b", "c"]]
    model = MLPRegressor(**SMALL).fit(X, np.column_stack([table[1], -table[1]]))
    model.to_onnx(path)
    assert list(feeds(model, model._checked(X, reset=False))) == ["X"]
    np.testing.assert_allclose(run(path, model, X[:1])["prediction"], model.predict(X[:1]), atol=1e-5)


@pytest.mark.parametrize("labels", [["no", "yes"], [3, 1, 2], [False, True]], ids=str)
def test_a_classifier_gives_labels_and_probabilities(table, path, labels):
    X, y = table
    model = MLPClassifier(**SMALL).fit(X, np.array(labels)[np.arange(len(y)) * len(labels) // len(y)])
    assert model.to_onnx(path) < 1e-5
    found = run(path, model, X)
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=1e-5)
    assert found["label"].tolist() == model.predict(X).tolist()


def test_a_table_of_categories_alone(table, path):
    X, y = table
    model = MLPRegressor(**SMALL).fit(X[["kind"]], y)
    assert model.to_onnx(path, X[["kind"]]) < 1e-5


def test_an_own_activation_is_refused_and_an_own_loss_is_not(table, path):
    X, y = table
    own = MLPRegressor(**SMALL, activation=np.tanh, loss=lambda p, t: np.mean((p - t) ** 2)).fit(X, y)
    with pytest.raises(ArgumentError) as caught:
        own.to_onnx(path)
    assert str(caught.value).startswith("an activation of the user's own cannot be written to ONNX")
    assert not path.exists()
    named = MLPRegressor(**SMALL, loss=lambda p, t: np.mean((p - t) ** 2)).fit(X, y)
    assert named.to_onnx(path) < 1e-5


def test_a_part_without_an_operator_is_refused(table, path):
    model = MLPRegressor(**SMALL | {"epochs": 1}, neighbours=False).fit(*table)
    model.networks_[0].params["trunk"][0]["twist"] = np.ones(64)
    with pytest.raises(ArgumentError) as caught:
        model.to_onnx(path)
    assert str(caught.value).startswith("a part of the network cannot be written to ONNX: twist\n")
    assert not path.exists()


def test_without_onnx_it_is_said_what_to_install(table, tmp_path, monkeypatch):
    model = MLPRegressor(**SMALL | {"epochs": 1}).fit(*table)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ArgumentError, match=r"pip install pullback\[onnx\]"):
        model.to_onnx(tmp_path / "m.onnx")


def test_without_onnxruntime_the_graph_is_written_with_a_warning(table, path, monkeypatch):
    model = MLPRegressor(**SMALL | {"epochs": 1}).fit(*table)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.warns(PullbackWarning, match="without comparing what it predicts"):
        assert model.to_onnx(path) is None
    assert path.exists()
