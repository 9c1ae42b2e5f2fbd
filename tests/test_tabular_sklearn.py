"""The estimators inside scikit-learn's tools: pipelines, searches, cross-validation, parallel backends."""

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pullback.tabular import MLPClassifier, MLPRegressor
from pullback.tabular._threads import workers

SMALL = {"preset": "fast", "epochs": 8, "random_state": 0, "neighbours": False}
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.standard_normal((160, 3)), columns=["a", "b", "c"])
Y = (X["a"] + X["b"] ** 2).to_numpy()


def test_a_pipeline_hands_frames_on():
    model = make_pipeline(StandardScaler(), MLPRegressor(**SMALL)).set_output(transform="pandas").fit(X, Y)
    assert list(model[-1].feature_names_in_) == ["a", "b", "c"]
    assert model.predict(X).shape == (160,)


def test_a_search_finds_more_epochs_better():
    search = GridSearchCV(MLPRegressor(**SMALL), {"epochs": [1, 40]}, cv=2).fit(X, Y)
    assert search.best_params_ == {"epochs": 40}


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_parallel_backends_score_as_one_process(backend):
    model, labels = MLPClassifier(**SMALL), np.median(Y) < Y
    with joblib.parallel_config(backend, n_jobs=2):
        scores = cross_val_score(model, X, labels, cv=2)
    np.testing.assert_array_equal(scores, cross_val_score(model, X, labels, cv=2))


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers_share_the_processors(backend):
    processors = joblib.cpu_count()
    with joblib.parallel_config(backend, n_jobs=2):
        told = joblib.Parallel()(joblib.delayed(workers)() for _ in range(4))
    assert workers() == -1
    assert all(1 <= n <= max(1, processors // 2) for n in told)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_search_with_machine_code_runs_on_parallel_backends(backend):
    model = MLPRegressor(**SMALL | {"neighbours": True, "engine": "native"})
    grid = {"lr": [1e-3, 1e-2]}
    with joblib.parallel_config(backend, n_jobs=2):
        search = GridSearchCV(model, grid, cv=2).fit(X, Y)
    alone = GridSearchCV(model, grid, cv=2).fit(X, Y)
    np.testing.assert_array_equal(search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"])
    assert search.best_params_["lr"] == 1e-2


def test_cross_validation_hands_weights_on():
    weights = np.where(X["c"] > 0, 1.0, 1e-9)
    target = np.where(X["c"] > 0, Y, -Y)
    with sklearn.config_context(enable_metadata_routing=True):
        fitted = MLPRegressor(**SMALL | {"epochs": 60})
        fitted.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        params = {"sample_weight": weights}
        scores = cross_validate(fitted, X, target, cv=2, params=params, return_estimator=True)
    for model in scores["estimator"]:
        assert np.corrcoef(model.predict(X), Y)[0, 1] > 0.6  # without the weights about 0


def test_a_learned_pipeline_of_encoders_keeps_its_output_names():
    steps = make_pipeline(StandardScaler(), MLPClassifier(**SMALL)).set_output(transform="pandas")
    steps.fit(X, Y > 0)
    assert list(steps[-1].feature_names_in_) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names should match"):
        steps[-1].predict(X.rename(columns={"a": "z"}))
