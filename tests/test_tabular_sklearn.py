"""The estimators inside scikit-learn's tools: pipelines, searches, cross-validation, parallel backends."""

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pullback.tabular import MLPClassifier, MLPRegressor

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
