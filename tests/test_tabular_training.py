"""Training beyond the plain fit: dropout, normalisation, rows that come by and by, the learning-rate test."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

import pullback as pb
from pullback.errors import ArgumentError, PullbackWarning
from pullback.tabular import MLPClassifier, MLPRegressor
from pullback.tabular._network import forward
from pullback.tabular._regular import SMALL as UNIT
from pullback.tabular._regular import Pass, counted, folded, layer_norm, normalised, prepared

RNG = np.random.default_rng(0)
X = RNG.standard_normal((600, 3))
Y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2]
LABELS = np.where(X[:, 0] + X[:, 1] > 0, "up", "down")
SMALL = {"preset": "fast", "epochs": 6, "batch_size": 256, "random_state": 0, "neighbours": False}
REGULAR = [{"dropout": 0.2}, {"normalisation": "layer"}, {"normalisation": "batch", "dropout": 0.1}]


def at_step(step, dropout, seed=0):
    params = {"kept": {"step": np.full(1, step * UNIT, np.float32), "moments": []}}
    return Pass(params, dropout, seed)


def test_dropout_leaves_out_its_share_and_keeps_the_mean():
    h = np.ones((256, 64), np.float32)
    masks = np.array([at_step(step, 0.25).drop(0, h) for step in range(40)])
    assert set(np.unique(masks)) == {0.0, np.float32(4 / 3)}
    assert (masks == 0).mean() == pytest.approx(0.25, abs=0.005)
    assert masks.mean() == pytest.approx(1.0, abs=0.005)
    flat = (masks == 0).reshape(40, -1).astype(float)
    between = np.corrcoef(flat)[np.triu_indices(40, 1)]  # of two steps: as for independent draws
    assert np.abs(between).max() < 5 / np.sqrt(flat.shape[1])
    assert not np.array_equal(masks[0], at_step(0, 0.25, seed=1).drop(0, h))
    assert not np.array_equal(masks[0], at_step(0, 0.25).drop(1, h))


def test_layer_norm_gives_rows_of_mean_zero_and_variance_one_and_its_gradient_is_right():
    layer = {"gain": np.ones(8), "shift": np.zeros(8)}
    out = layer_norm(5.0 + 3.0 * RNG.standard_normal((4, 8)), layer)
    np.testing.assert_allclose(out.mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=1), 1.0, rtol=1e-4)
    f = lambda h, gain, shift: np.sum(layer_norm(h, {"gain": gain, "shift": shift}) ** 3)
    assert pb.check(f, RNG.standard_normal((4, 8)), 1.0 + RNG.random(8), RNG.random(8)).verdict == "right"


def test_batch_norm_in_training_and_in_prediction():
    trunk = [{"W": RNG.standard_normal((3, 5)), "b": RNG.standard_normal(5)}]
    params = prepared(
        {"trunk": trunk, "head": {"W": RNG.standard_normal((1, 5, 1)), "b": np.zeros((1, 1, 1))}}, "batch"
    )
    params["trunk"][0]["gain"] = 1.0 + RNG.random(5)
    passed = Pass(params, 0.0, 0)
    none = np.zeros((0, 1))
    outputs = forward(params, X, none, none, np.tanh, passed)
    assert passed.note == 0.0
    kept = pb.grad(lambda p: _note(p, none))(params)["kept"]  # what the running averages become
    h = X @ trunk[0]["W"] + trunk[0]["b"]
    np.testing.assert_allclose(kept["moments"][0]["mean"] / UNIT, h.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(kept["moments"][0]["variance"] / UNIT, h.var(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(kept["step"], [UNIT])
    later = folded({**params, "kept": kept})
    assert set(later["trunk"][0]) == {"W", "b"}
    np.testing.assert_allclose(forward(later, X, none, none, np.tanh), outputs, rtol=1e-4, atol=1e-6)
    by_hand = normalised(h, h.mean(axis=0), h.var(axis=0), params["trunk"][0])
    np.testing.assert_allclose(np.tanh(by_hand) @ params["head"]["W"][0], outputs[0], rtol=1e-9)


def _note(params, none):
    passed = Pass(params, 0.0, 0)
    forward(params, X, none, none, np.tanh, passed)
    return passed.note


@pytest.mark.parametrize("settings", REGULAR, ids=str)
def test_engines_agree_and_predictions_are_fixed(settings):
    models = [
        MLPRegressor(**SMALL, **settings, engine=engine).fit(X, Y) for engine in ("native", "reference")
    ]
    losses = [[(record.train_loss, record.val_loss) for record in model.history_] for model in models]
    np.testing.assert_allclose(*losses, rtol=2e-3)
    model = models[0]
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    held = model.history_[model.best_epoch_ - 1].val_loss
    assert held < 0.9


@pytest.mark.parametrize("settings", REGULAR, ids=str)
@pytest.mark.parametrize("engine", ["native", "reference"])
def test_a_warm_start_with_dropout_or_moments_is_one_longer_fit(settings, engine):
    settings = SMALL | settings | {"schedule": "constant", "engine": engine}
    parts = MLPRegressor(**settings | {"epochs": 2}, warm_start=True).fit(X, Y).set_params(epochs=4).fit(X, Y)
    whole = MLPRegressor(**settings).fit(X, Y)
    np.testing.assert_array_equal(parts.predict(X), whole.predict(X))


@pytest.mark.parametrize("settings", REGULAR, ids=str)
def test_dropout_and_normalisation_learn_and_go_on(settings, tmp_path):
    longer = SMALL | {"epochs": 40, "schedule": "constant"}
    model = MLPClassifier(**longer, **settings, warm_start=True).fit(X, LABELS)
    assert model.score(X, LABELS) > 0.95
    again = model.set_params(epochs=2).fit(X, LABELS)
    assert len(again.history_) == 42
    assert again.score(X, LABELS) > 0.95
    model.save(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(
        MLPClassifier.load(tmp_path / "m.safetensors").predict_proba(X), model.predict_proba(X)
    )


def test_dropout_counts_its_steps():
    assert "kept" not in counted({"trunk": []}, 0.0)
    model = MLPRegressor(**SMALL, dropout=0.3).fit(X, Y)
    steps = model.networks_[0].result.state.params  # the leaves, in the order of their names
    assert any(np.array_equal(x, [6 * 4 * UNIT]) for x in steps)
    assert "kept" not in model.networks_[0].params


def test_a_schedule_may_be_a_function():
    model = MLPRegressor(**SMALL, lr=0.01, schedule=lambda step, total: 1.0 / (1 + step)).fit(X, Y)
    assert model.history_[0].lr == pytest.approx(0.01 / 4)


def parts(n, size):
    return [np.arange(n)[i : i + size] for i in range(0, n, size)]


@pytest.mark.parametrize("size", [1, 7, 64, 600])
@pytest.mark.parametrize("settings", [{}, *REGULAR], ids=str)
def test_rows_that_come_by_and_by_are_learned(size, settings):
    model = MLPRegressor(**SMALL, **settings, lr=0.01).partial_fit(X[:300], Y[:300])
    for rows in parts(600, size)[:60]:
        model.partial_fit(X[rows], Y[rows])
    for _ in range(60):
        model.partial_fit(X, Y)
    assert model.score(X, Y) > 0.8


def test_engines_agree_on_rows_that_come_by_and_by():
    native, reference = (MLPRegressor(**SMALL, engine=engine) for engine in ("native", "reference"))
    for rows in [*parts(600, 100), *parts(600, 33)]:
        losses = [model.partial_fit(X[rows], Y[rows]).loss_ for model in (native, reference)]
        assert losses[0] == pytest.approx(losses[1], rel=5e-3)  # Adam makes much of a first gradient near 0
    np.testing.assert_allclose(native.predict(X), reference.predict(X), atol=0.05)


def test_the_first_partial_fit_is_one_epoch_of_fit():
    settings = SMALL | {"epochs": 1, "schedule": "constant", "validation_fraction": 0.0, "batch_size": 600}
    part = MLPRegressor(**settings).partial_fit(X, Y)
    assert part.loss_ == pytest.approx(1.0, rel=1e-5)  # of a standardised target, before the only step
    stream = part._streams[0]
    assert (
        stream.moments[int(np.argmin([np.size(x) for x in stream.moments]))] == 1
    )  # steps that Adam has counted


def test_partial_fit_goes_on_across_a_pickle_and_after_a_fit():
    whole = MLPRegressor(**SMALL).partial_fit(X, Y).partial_fit(X, Y).partial_fit(X, Y)
    cut = MLPRegressor(**SMALL).partial_fit(X, Y)
    cut = pickle.loads(pickle.dumps(cut)).partial_fit(X, Y)
    cut = pickle.loads(pickle.dumps(cut)).partial_fit(X, Y)
    np.testing.assert_array_equal(cut.predict(X), whole.predict(X))
    fitted = MLPRegressor(**SMALL | {"epochs": 30}).fit(X[:500], Y[:500])
    score = fitted.score(X[500:], Y[500:])
    for _ in range(20):
        fitted.partial_fit(X[:500], Y[:500])
    assert fitted.score(X[500:], Y[500:]) > score - 0.05
    fitted.set_params(warm_start=True, epochs=2, lr=1e-4).fit(X, Y)
    assert fitted.score(X, Y) > score - 0.05


def test_a_partial_fit_weighs_rows():
    weights = np.where(X[:, 0] > 0, 1.0, 0.0)
    model = MLPRegressor(**SMALL, lr=0.01)
    for _ in range(40):
        model.partial_fit(X, np.where(weights > 0, Y, 100.0), weights)
    assert abs(model.predict(X).mean()) < 10.0


def test_classes_come_by_and_by():
    model = MLPClassifier(**SMALL, lr=0.01)
    order = np.argsort(LABELS, kind="stable")
    for _ in range(30):
        for rows in np.array_split(order, 5):
            model.partial_fit(X[rows], LABELS[rows], classes=["up", "down"])
    assert model.classes_.tolist() == ["down", "up"]
    assert model.predict_proba(X).shape == (600, 2)
    for _ in range(20):
        model.partial_fit(X, LABELS)
    assert model.score(X, LABELS) > 0.9


PARTS = [
    (lambda m: m.partial_fit(X, LABELS), "the first call of partial_fit without classes"),
    (lambda m: m.partial_fit(X, LABELS, ["up", "left"]), "y holds 'down', which is none of the classes"),
    (
        lambda m: m.partial_fit(X, LABELS, ["up", "down"]).partial_fit(X, LABELS, ["up", "left"]),
        "classes is not the same as in the first call of partial_fit",
    ),
    (
        lambda m: m.set_params(class_weight="balanced").partial_fit(X, LABELS, ["up", "down"]),
        'class_weight="balanced" in partial_fit, which sees a part of the rows',
    ),
]


@pytest.mark.parametrize(("call", "text"), PARTS, ids=[text[:30] for _, text in PARTS])
def test_bad_parts_are_named(call, text):
    with pytest.raises(ArgumentError) as caught:
        call(MLPClassifier(**SMALL))
    assert str(caught.value).splitlines()[0] == text


def test_another_number_of_targets_is_refused():
    model = MLPRegressor(**SMALL).partial_fit(X, Y)
    with pytest.raises(ArgumentError) as caught:
        model.partial_fit(X, np.column_stack([Y, Y]))
    assert str(caught.value).splitlines()[0] == "a fit that goes on, and a y of 2 outputs"


def test_a_step_that_explodes_leaves_the_weights_as_they_were():
    model = MLPRegressor(**SMALL).partial_fit(X, Y)
    before = model.predict(X)
    with pytest.warns(PullbackWarning, match="the weights are those before this call"):
        model.set_params(lr=1e30).partial_fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), before)
    assert np.isfinite(model.set_params(lr=1e-3).partial_fit(X, Y).loss_)


@pytest.mark.parametrize(("make", "y"), [(MLPRegressor, Y), (MLPClassifier, LABELS)])
def test_the_learning_rate_that_is_found_trains_well(make, y):
    model = make(**SMALL | {"epochs": 15})
    found = model.find_lr(X, y)
    assert not hasattr(model, "networks_")
    scores = [clone(model).set_params(lr=lr).fit(X, y).score(X, y) for lr in (found.value, found.value / 100)]
    assert scores[0] > 0.8
    assert scores[0] > scores[1]
    assert np.all(np.diff(found.rates) > 0)
    ax = found.plot()
    assert ax.get_xscale() == "log"
    np.testing.assert_array_equal(ax.get_lines()[1].get_ydata(), found.smoothed)
    assert found.value == model.find_lr(X, y).value


def test_a_range_of_rates_is_checked():
    with pytest.raises(ArgumentError) as caught:
        MLPRegressor(**SMALL).find_lr(X, Y, low=1.0, high=0.1)
    assert str(caught.value).splitlines()[0] == "find_lr(low=1.0, high=0.1, steps=200)"


def test_rates_that_are_all_too_large_are_said():
    with pytest.raises(ArgumentError) as caught:
        MLPRegressor(**SMALL).find_lr(X, Y, low=1e25, high=1e30)
    assert str(caught.value).startswith("low=1e+25 makes the loss infinite within")


@pytest.mark.filterwarnings("error")
def test_a_range_test_that_saw_nothing_says_so():
    with pytest.warns(PullbackWarning, match="lowered the loss by a fiftieth"):
        MLPRegressor(**SMALL).find_lr(X, np.ones(600))
