"""Fits: losses, activations, weights, warm starts, and what watches over them."""

import warnings

import numpy as np
import pytest
from sklearn import datasets

import pullback as pb
from pullback.errors import ArgumentError
from pullback.tabular import PRESETS, MLPClassifier, MLPRegressor, NotLearnedWarning
from pullback.tabular._presets import ALONE

SMALL = {"preset": "fast", "epochs": 12, "random_state": 0, "neighbours": False}
RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 3))
Y = np.exp(0.5 * X[:, 0]) + 0.1 * RNG.random(300)
LABELS = np.where(X[:, 0] + X[:, 1] > 0, "up", "down")


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "poisson", "gamma"])
def test_losses_by_name_learn(loss):
    model = MLPRegressor(**SMALL | {"epochs": 60}, loss=loss).fit(X, Y)
    assert model.score(X, Y) > 0.7
    assert loss not in ("poisson", "gamma") or (model.predict(10 * X) > 0).all()


@pytest.mark.parametrize("loss", ["log_loss", "brier"])
def test_losses_of_classes_learn(loss):
    model = MLPClassifier(**SMALL | {"epochs": 30}, loss=loss).fit(X, LABELS)
    assert model.score(X, LABELS) > 0.9
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)


def traced(predictions, targets):
    return (predictions - targets) ** 2


def a_number_a_row(predictions, targets):
    return np.sum((predictions - targets) ** 2, axis=1)


def their_mean(predictions, targets):
    return np.mean((predictions - targets) ** 2)


def pair(predictions, targets):
    d = predictions - targets
    return d * d, lambda u: (2 * u * d, -2 * u * d)


@pytest.mark.parametrize("loss", [traced, a_number_a_row, their_mean, pair])
def test_a_loss_of_ones_own_is_as_the_named_one(loss):
    settings = SMALL | {"validation_fraction": 0.0, "batch_size": 75}  # whole batches: means have no weights
    own, named = (MLPRegressor(**settings, loss=x).fit(X, Y).predict(X) for x in (loss, "squared_error"))
    np.testing.assert_allclose(own, named, rtol=1e-3, atol=1e-3)


def test_an_activation_of_ones_own_is_as_the_named_one():
    def softplus(x):
        return np.logaddexp(x, 0), lambda u: (u / (1 + np.exp(-x)),)

    own, named = (MLPRegressor(**SMALL, activation=x).fit(X, Y).predict(X) for x in (softplus, "softplus"))
    np.testing.assert_allclose(own, named, rtol=1e-3, atol=1e-3)


BAD = [
    ({"loss": "cubed"}, "loss='cubed' is not known"),
    ({"loss": "quantile"}, 'loss="quantile" without quantiles'),
    ({"loss": lambda p: p}, "loss could not be called with arrays of shape (2, 1) and (2, 1): "),
    ({"loss": lambda p, y: p[:1]}, "loss gave an array of another shape than its predictions"),
    ({"loss": "huber", "quantiles": (0.5,)}, "quantiles= with loss='huber'"),
]


@pytest.mark.parametrize(("settings", "text"), BAD, ids=[text[:20] for _, text in BAD])
def test_bad_losses_are_named(settings, text):
    with pytest.raises(ArgumentError) as caught:
        MLPRegressor(**SMALL, **settings).fit(X, Y)
    assert str(caught.value).startswith(text)


def test_rates_of_negative_targets_are_refused():
    with pytest.raises(ArgumentError) as caught:
        MLPRegressor(**SMALL, loss="poisson").fit(X, X[:, 0])
    assert str(caught.value).startswith("y has values below zero, or only zeros, under a loss of rates")


@pytest.mark.parametrize("neighbours", [False, True])
def test_a_weight_of_two_is_the_row_twice_in_any_order(neighbours):
    settings = SMALL | {"neighbours": neighbours}
    count = RNG.integers(0, 3, 300)
    weighted = MLPRegressor(**settings).fit(X, Y, sample_weight=count)
    rows = RNG.permutation(np.repeat(np.arange(300), count))
    repeated = MLPRegressor(**settings).fit(X[rows], Y[rows])
    np.testing.assert_array_equal(weighted.predict(X), repeated.predict(X))


@pytest.mark.parametrize("neighbours", [False, True])
@pytest.mark.parametrize("make", [MLPRegressor, MLPClassifier])
def test_a_warm_start_is_one_longer_fit(make, neighbours):
    settings = SMALL | {"neighbours": neighbours, "schedule": "constant"}
    target = Y if make is MLPRegressor else LABELS
    parts = make(**settings | {"epochs": 5}, warm_start=True).fit(X, target).set_params(epochs=7)
    whole = make(**settings | {"epochs": 12}).fit(X, target)
    for a, b in zip(parts.fit(X, target)._outputs(X), whole._outputs(X), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [r.train_loss for r in parts.history_] == [r.train_loss for r in whole.history_]


def test_a_warm_start_goes_on_with_other_rows_but_not_with_other_classes():
    model = MLPClassifier(**SMALL, warm_start=True).fit(X, LABELS)
    model.fit(X[:250], LABELS[:250])
    with pytest.raises(ArgumentError) as caught:
        model.fit(X, np.where(X[:, 0] > 0, "left", "right"))
    assert str(caught.value).startswith("warm_start with other classes than those of the last fit")


@pytest.mark.parametrize(
    ("columns", "target", "text"),
    [
        (X, np.full(300, 3.0), "every training row has the same target"),
        (np.ones((300, 2)), Y, "every column of X is constant in training"),
    ],
    ids=["target", "columns"],
)
def test_what_cannot_be_learned_is_said(columns, target, text):
    with pytest.warns(NotLearnedWarning, match=text):
        MLPRegressor(**SMALL).fit(columns, target)


def test_a_learning_rate_that_is_too_large_is_said():
    with pytest.warns(pb.errors.PullbackWarning, match=r"learning rate|smaller lr"):
        MLPRegressor(**SMALL, lr=30.0, schedule="constant").fit(X, Y)


def test_steps_too_small_to_learn_are_said():
    with pytest.warns(NotLearnedWarning, match="learning rate of 1e-12 moves the weights by .* find_lr"):
        MLPRegressor(**SMALL, lr=1e-12).fit(X, Y)
    with pytest.warns(NotLearnedWarning, match="learning rate of 1e-12"):
        MLPClassifier(**SMALL, lr=1e-12).fit(X, np.where(np.arange(300) % 10, "common", "rare"))


@pytest.mark.parametrize("make", [MLPRegressor, MLPClassifier])
def test_targets_that_do_not_belong_to_their_rows_are_said(make):
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(3000, 3))
    target = columns[:, 0] + columns[:, 1] > 1 if make is MLPClassifier else columns[:, 0] + columns[:, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(**SMALL).fit(columns, target)
    with pytest.warns(
        NotLearnedWarning, match="no better than a constant .* rows of X and y belong together"
    ):
        make(**SMALL).fit(columns, rng.permutation(target))


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_ordinary_fits_are_not_warned_of(name):
    columns, target = getattr(datasets, f"load_{name}")(return_X_y=True)
    make = MLPRegressor if name == "diabetes" else MLPClassifier
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(**SMALL).fit(columns, target)


def test_a_callback_sees_every_epoch_and_can_stop():
    seen = []
    model = MLPRegressor(**SMALL, callbacks=[lambda record, params: seen.append(record) or len(seen) == 3])
    model.fit(X, Y)
    assert model.history_ == seen
    assert model.n_iter_ == 3


def test_quantiles_cover_what_they_say():
    rng = np.random.default_rng(0)
    columns = rng.uniform(-1, 1, (7000, 2))
    target = np.sin(3 * columns[:, 0]) + columns[:, 1] + 0.5 * rng.standard_normal(7000)
    levels = (0.05, 0.25, 0.5, 0.9)
    model = MLPRegressor("fast", epochs=20, random_state=0, quantiles=levels).fit(
        columns[:3000], target[:3000]
    )
    found = model.predict_quantiles(columns[3000:])
    below = (target[3000:, None] <= found).mean(axis=0)
    np.testing.assert_allclose(below, levels, atol=0.04)  # 5 deviations of 4,000 draws at 0.5
    assert (np.diff(found, axis=1) >= 0).all()
    np.testing.assert_array_equal(model.predict(columns[3000:]), found[:, 2])
    for k, level in enumerate(levels):  # better than the same number for all rows
        plain = np.quantile(target[:3000], level)
        losses = [
            np.mean(np.maximum(level * d, (level - 1) * d))
            for d in (target[3000:] - found[:, k], target[3000:] - plain)
        ]
        assert losses[0] < 0.8 * losses[1]


def test_weights_of_classes_are_weights_of_rows():
    weights = {"up": 3.0, "down": 0.5}
    by_class = MLPClassifier(**SMALL, class_weight=weights).fit(X, LABELS)
    by_row = MLPClassifier(**SMALL).fit(X, LABELS, sample_weight=[weights[x] for x in LABELS])
    np.testing.assert_array_equal(by_class.predict_proba(X), by_row.predict_proba(X))
    rare = np.where(X[:, 0] > 1.5, "rare", "common")
    balanced = MLPClassifier(**SMALL, class_weight="balanced").fit(X, rare)
    share = {x: 300 / (2 * np.sum(rare == x)) for x in ("rare", "common")}
    by_hand = MLPClassifier(**SMALL, class_weight=share).fit(X, rare)
    np.testing.assert_allclose(balanced.predict_proba(X), by_hand.predict_proba(X), atol=1e-6)


def test_several_targets_are_learned_in_their_own_units():
    both = np.column_stack([Y, 1000.0 - 300.0 * X[:, 1]])
    model = MLPRegressor(**SMALL | {"epochs": 60}).fit(X[:250], both[:250], X_val=X[250:], y_val=both[250:])
    said = model.predict(X[250:])
    assert said.shape == (50, 2)
    for k in range(2):
        assert np.mean((said[:, k] - both[250:, k]) ** 2) < 0.2 * both[250:, k].var()


def test_given_validation_rows_are_all_that_is_held_back():
    held = MLPRegressor(**SMALL).fit(X[:250], Y[:250], X_val=X[250:], y_val=Y[250:])
    own = MLPRegressor(**SMALL).fit(X, Y)
    losses = [r.val_loss for r in held.history_]
    assert losses != [r.val_loss for r in own.history_]
    worse = MLPRegressor(**SMALL).fit(X[:250], Y[:250], X_val=X[250:], y_val=Y[250:] + 10.0)
    assert [r.train_loss for r in worse.history_] == [r.train_loss for r in held.history_]
    assert worse.history_[0].val_loss > 10 * losses[0]


HELD = [
    ({"X_val": X[:, :2], "y_val": Y}, "X has 2 features, but MLPRegressor is expecting 3 features as input."),
    ({"X_val": X, "y_val": Y[:5]}, "X_val and y_val have different numbers of rows"),
    ({"X_val": X}, "X_val without y_val"),
    ({"y_val": Y}, "y_val without X_val"),
    ({"X_val": X, "y_val": np.column_stack([Y, Y])}, "y_val is not shaped like y"),
]


@pytest.mark.parametrize(("held", "text"), HELD, ids=[text[:30] for _, text in HELD])
def test_bad_validation_rows_are_named(held, text):
    with pytest.raises(ValueError) as caught:
        MLPRegressor(**SMALL).fit(X, Y, **held)
    assert str(caught.value).splitlines()[0] == text


def test_classes_of_validation_rows_are_those_of_y():
    with pytest.raises(ArgumentError) as caught:
        MLPClassifier(**SMALL).fit(X, LABELS, X_val=X, y_val=np.where(X[:, 0] > 0, "up", "left"))
    assert str(caught.value).splitlines()[0] == "y_val holds 'left', which is none of the classes"


SETTINGS = [
    ({"hidden": (0,)}, "hidden=(0,)"),
    ({"hidden": 5}, "hidden=5"),
    ({"members": 0}, "members=0"),
    ({"epochs": 1.5}, "epochs=1.5"),
    ({"batch_size": 0}, "batch_size=0"),
    ({"patience": 0}, "patience=0"),
    ({"lr": -1}, "lr=-1"),
    ({"weight_decay": -0.1}, "weight_decay=-0.1"),
    ({"validation_fraction": 1.5}, "validation_fraction=1.5"),
    ({"engine": "gpu"}, "engine='gpu' is not known"),
    ({"callbacks": 3}, "callbacks=3"),
    ({"preset": "slow"}, "preset='slow' is not known"),
    ({"schedule": "triangle"}, "schedule='triangle' is not known"),
    ({"dropout": 1.0}, "dropout=1.0"),
    ({"dropout": "half"}, "dropout='half'"),
    ({"normalisation": "group"}, "normalisation='group' is not known"),
]


@pytest.mark.parametrize("method", ["fit", "partial_fit", "find_lr"])
@pytest.mark.parametrize(("settings", "text"), SETTINGS, ids=[text[:24] for _, text in SETTINGS])
def test_bad_settings_are_named(settings, text, method):
    with pytest.raises(ArgumentError) as caught:
        getattr(MLPRegressor(**SMALL | settings), method)(X, Y)
    assert str(caught.value).splitlines()[0] == text


@pytest.mark.parametrize(
    ("n_rows", "given"), [(60, {}), (1360, {}), (1360, {"epochs": 3}), (13_209, {})], ids=str
)
def test_few_rows_are_taken_more_often(n_rows, given):
    preset = PRESETS["default"]
    found = preset._replace(**given).for_rows(n_rows, given)
    steps = found.epochs * np.ceil(n_rows / min(found.batch_size, np.ceil(n_rows / 4)))
    assert steps >= min(preset.steps, n_rows // 2) or given
    assert found.epochs == given.get("epochs", found.epochs)
    assert found.batch_size >= 32
    assert found == preset or n_rows < 13_209


def test_a_fit_runs_as_many_epochs_as_its_rows_ask_for():
    X = np.random.default_rng(0).standard_normal((1200, 2))
    model = MLPRegressor("fast", hidden=(4,), neighbours=False, validation_fraction=0.0, random_state=0)
    assert model.fit(X, X[:, 0]).n_iter_ == ALONE["fast"].for_rows(1200).epochs > 10
