"""Who watches a fit: scikit-learn's callbacks and one's own, the history, the bar and the pictures."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pullback.errors import ArgumentError
from pullback.tabular import PRESETS, MLPClassifier, MLPRegressor

RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 3))
Y = np.sin(X[:, 0]) + X[:, 1]
SMALL = {"preset": "fast", "epochs": 5, "random_state": 0, "neighbours": False}
callback = pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")


class Recorder:
    """Notes every hook, in order; `stop` says in which epoch's end to stop."""

    def __init__(self, stop=None):
        self.seen, self.stop = [], stop

    def setup(self, estimator, context):
        self.seen.append("setup")

    def teardown(self, estimator, context):
        self.seen.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.seen.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        score = None if fitted_estimator is None else fitted_estimator.score(X, y)
        self.seen.append((f"end {context.task_name} {context.task_id}", score))
        return context.task_name == "epoch" and context.task_id == self.stop


def names(recorder):
    return [x if isinstance(x, str) else x[0] for x in recorder.seen]


def test_each_epoch_is_a_task_and_its_estimator_predicts():
    watch = Recorder()
    model = MLPRegressor(**SMALL).set_callbacks(watch).fit(X, Y)
    epochs = [f"{what} epoch {i}" for i in range(5) for what in ("begin", "end")]
    assert names(watch) == ["setup", "begin fit 0", *epochs, "end fit 0", "teardown"]
    scores = [x[1] for x in watch.seen if not isinstance(x, str)]
    assert scores[-1] == model.score(X, Y)
    assert scores[-2] == pytest.approx(scores[-1], abs=0.2)
    assert scores[0] < scores[-1]


def test_a_watched_fit_is_the_same_fit():
    watched = MLPClassifier(**SMALL).set_callbacks(Recorder()).fit(X, Y > 0)
    np.testing.assert_array_equal(
        watched.predict_proba(X), MLPClassifier(**SMALL).fit(X, Y > 0).predict_proba(X)
    )


def test_a_callback_stops_all_networks_of_a_fit():
    watch = Recorder(stop=1)
    model = MLPRegressor(**SMALL | {"preset": "best", "hidden": (8,), "members": 1, "neighbours": True})
    model.set_callbacks(watch).fit(X[:60], Y[:60])
    assert len(model.networks_) == 1
    assert model.n_iter_ == 2
    assert names(watch)[-3:] == ["end epoch 1", "end fit 0", "teardown"]
    model.set_callbacks().set_params(warm_start=True).fit(X[:60], Y[:60])
    assert [len(network.history) for network in model.networks_] == [7, *[5] * (PRESETS["best"].fits - 1)]


def test_patience_leaves_no_task_open():
    watch = Recorder()
    model = MLPRegressor(**SMALL | {"epochs": 60, "lr": 0.05, "schedule": "constant"}, patience=2)
    model.set_callbacks(watch).fit(X, RNG.permutation(Y))
    begun, ended = (
        sum(name.startswith(f"{what} epoch") for name in names(watch)) for what in ("begin", "end")
    )
    assert begun == ended == model.n_iter_ < 60


def test_scikit_learn_s_own_monitor_scores_the_epochs_inside_a_pipeline():
    monitor = callback.ScoringMonitor(scoring="r2")
    model = MLPRegressor(**SMALL).set_callbacks(monitor)
    make_pipeline(StandardScaler(), model).fit(X, Y)
    scores = [row["r2"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(scores) == 5
    assert scores[-1] > scores[0]


def test_scikit_learn_s_own_bar_is_shown(capsys):
    MLPRegressor(**SMALL).set_callbacks(callback.ProgressBar()).fit(X, Y)
    assert "MLPRegressor" in capsys.readouterr().out


def test_our_bar_is_shown(capsys):
    MLPRegressor(**SMALL, progress=True).fit(X, Y)
    assert "epoch 5/5" in capsys.readouterr().out


def test_callbacks_go_through_a_search():
    search = GridSearchCV(MLPRegressor(**SMALL).set_callbacks(Recorder()), {"epochs": [1, 2]}, cv=2)
    assert search.fit(X, Y).best_estimator_.n_iter_ in (1, 2)


def test_the_best_epoch_is_kept():
    settings = SMALL | {"epochs": 40, "lr": 0.03, "schedule": "constant", "members": 1}
    model = MLPRegressor(**settings).fit(X[:200], Y[:200], X_val=X[200:], y_val=Y[200:])
    losses = [record.val_loss for record in model.history_]
    assert model.best_epoch_ == 1 + int(np.argmin(losses))
    error = np.mean(((model.predict(X[200:]) - Y[200:]) / model.target_.scale[0]) ** 2)
    assert error == pytest.approx(min(losses), rel=1e-4)
    assert error < losses[-1]


def test_the_history_is_drawn():
    model = MLPRegressor(**SMALL).fit(X, Y)
    ax = model.plot_history()
    training, validation, best = ax.get_lines()
    np.testing.assert_array_equal(training.get_ydata(), [r.train_loss for r in model.history_])
    np.testing.assert_array_equal(validation.get_ydata(), [r.val_loss for r in model.history_])
    assert best.get_xdata()[0] == model.best_epoch_
    assert model.plot_history(ax) is ax


def test_no_history_is_said():
    model = MLPRegressor(**SMALL).partial_fit(X, Y)
    with pytest.raises(ArgumentError) as caught:
        model.plot_history()
    assert str(caught.value).startswith("there is no history to draw")
