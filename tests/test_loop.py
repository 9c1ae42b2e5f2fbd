"""The loop: what it returns, how it ends, and that it goes on to the same bits."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import heed_ctrl_c

import pullback as pb
from pullback import nn, train, tree
from pullback.errors import ArgumentError, FileError, PullbackWarning
from pullback.primitives.loss import softmax_cross_entropy

SIZES = [3, 4, 1]


def loss(params, X, y):
    r = nn.mlp(params, X)[:, 0] - y
    return 0.5 * np.sum(r * r) / len(y)


def branching_loss(params, X, y):
    if np.sum(params[0]["W"]) > 1e9:
        return np.sum(params[0]["W"])
    return loss(params, X, y)


def problem(n=50, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 3))
    return nn.init_mlp(rng, SIZES, dtype=dtype), X, np.sin(X[:, 0]) + X[:, 1] ** 2


def same_bits(a, b):
    return all(
        np.array_equal(x, y) and x.dtype == y.dtype
        for x, y in zip(tree.leaves(a), tree.leaves(b), strict=True)
    )


def timeless(result):
    return [
        (r.epoch, r.train_loss, r.val_loss, r.gradient_norm, r.update_ratio, r.lr) for r in result.history
    ]


def by_hand(params, X, y, *, epochs, size, lr, seed=0, shuffle=True, the_loss=loss):
    """SGD written out: the weights, and each epoch's mean loss, gradient norm and update ratio."""
    rng, records = np.random.default_rng(seed), []
    for _ in range(epochs):
        order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
        total = 0.0
        for start in range(0, len(X), size):
            rows = order[start : start + size]
            value, grads = pb.value_and_grad(the_loss)(params, X[rows], y[rows])
            total += len(rows) * value
            norm = np.sqrt(sum(np.sum(g**2) for g in tree.leaves(grads)))
            weights = np.sqrt(sum(np.sum(p**2) for p in tree.leaves(params)))
            params = tree.map(lambda p, g: p - lr * g, params, grads)
        records.append((total / len(X), norm, lr * norm / weights))
    return params, np.array(records)


@pytest.mark.parametrize("size", [1, 7, 32, 50, 80])
@pytest.mark.parametrize("shuffle", [True, False])
def test_fit_is_sgd_and_history_its_means(size, shuffle):
    params, X, y = problem()
    result = train.fit(
        loss,
        params,
        X,
        y,
        optimizer="sgd",
        lr=0.05,
        epochs=3,
        batch_size=size,
        shuffle=shuffle,
        keep_best=False,
    )
    wanted, records = by_hand(params, X, y, epochs=3, size=size, lr=0.05, shuffle=shuffle)
    for a, b in zip(tree.leaves(result.params), tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
    for i, name in enumerate(["train_loss", "gradient_norm", "update_ratio"]):
        np.testing.assert_allclose(result.curve(name), records[:, i], rtol=1e-9)
    assert result.stopped == "epochs"


def test_blocks_of_many_rows_make_no_difference(monkeypatch):
    params, X, y = problem(100)
    runs = []
    for chunk in (4096, 20):
        monkeypatch.setattr("pullback.train._run.CHUNK", chunk)
        runs.append(train.fit(loss, params, X, y, epochs=2, batch_size=8, X_val=X, y_val=y))
    assert same_bits(runs[0].params, runs[1].params)
    np.testing.assert_allclose(runs[0].curve("val_loss"), runs[1].curve("val_loss"), rtol=1e-12)


@pytest.mark.parametrize("optimizer", list(train.OPTIMIZERS))
@pytest.mark.parametrize("clip_norm", [None, 0.1])
def test_a_loss_that_cannot_be_recorded_gives_the_same_bits(optimizer, clip_norm):
    params, X, y = problem()
    a, b = (
        train.fit(
            f,
            params,
            X,
            y,
            optimizer=optimizer,
            epochs=2,
            clip_norm=clip_norm,
            weight_decay=0.01,
            engine="reference",
        )
        for f in (loss, branching_loss)
    )
    assert same_bits(a.params, b.params)
    assert timeless(a) == timeless(b)


def test_a_loss_that_draws_is_called_at_every_step():
    drawn = np.random.default_rng(0)
    seen = []

    def noisy(params, X, y):
        keep = drawn.random(X.shape) < 0.5
        seen.append(keep.sum())
        return loss(params, X * keep, y)

    params, X, y = problem()
    train.fit(noisy, params, X, y, epochs=4, batch_size=10)
    assert len(seen) >= 20


@pytest.mark.parametrize("optimizer", list(train.OPTIMIZERS))
def test_float32_stays_float32(optimizer):
    params, X, y = problem(dtype=np.float32)
    result = train.fit(loss, params, X, y, optimizer=optimizer, epochs=2, clip_norm=1.0, weight_decay=0.01)
    assert {x.dtype for x in tree.leaves(result.params)} == {np.dtype(np.float32)}


def test_what_the_caller_gave_is_unchanged():
    params, X, y = problem()
    before = [x.copy() for x in (*tree.leaves(params), X, y)]
    result = train.fit(loss, params, X, y, epochs=2, X_val=X, y_val=y)
    for a, b in zip(before, (*tree.leaves(params), X, y), strict=True):
        assert np.array_equal(a, b)
    for p in tree.leaves(result.params):
        assert not any(np.shares_memory(p, q) for q in tree.leaves(params))


def test_seeds():
    params, X, y = problem()
    first, again, other = (train.fit(loss, params, X, y, epochs=2, seed=s).params for s in (1, 1, 2))
    assert same_bits(first, again)
    assert not same_bits(first, other)


def test_integer_labels_and_no_labels():
    rng = np.random.default_rng(0)
    X, params = rng.standard_normal((60, 3)), nn.init_mlp(rng, [3, 5, 2])
    y = (X[:, 0] > 0).astype(int)
    result = train.fit(
        lambda p, X, y: softmax_cross_entropy(nn.mlp(p, X), y), params, X, y, epochs=30, lr=0.02,
        metrics={"accuracy": lambda p, X, y: np.mean(np.argmax(nn.mlp(p, X), axis=1) == y)},
    )  # fmt: skip
    assert result.curve("accuracy")[-1] > 0.9

    def reconstruction(params, X, y):
        assert y is None
        return np.mean((X @ params @ params.T - X) ** 2)

    alone = train.fit(reconstruction, np.eye(3)[:, :2] + 0.1, X, epochs=20, lr=0.02)
    assert alone.curve()[-1] < alone.curve()[0]


def test_memory_mapped_rows_and_scalar_parameters(tmp_path):
    _, X, y = problem()
    mapped = np.memmap(tmp_path / "X", mode="w+", shape=X.shape, dtype=X.dtype)
    mapped[:] = X
    start = {"w": np.zeros(3, np.float32), "b": np.array(0.5, np.float32)}

    def line(params, X, y):
        return np.mean((X @ params["w"] + params["b"] - y) ** 2)

    a, b = (train.fit(line, start, rows, y, epochs=3) for rows in (X, mapped))
    assert same_bits(a.params, b.params)
    assert (a.params["b"].shape, a.params["b"].dtype) == ((), np.float32)


def test_schedule_and_its_total_reach_the_record():
    params, X, y = problem(10)
    result = train.fit(loss, params, X, y, epochs=4, batch_size=5, lr=0.8, schedule="linear")
    np.testing.assert_allclose(result.curve("lr"), [0.8 * (1 - s / 8) for s in (1, 3, 5, 7)])


# How a run ends.


def rising(params, X, y):
    """A loss whose validation part, marked by y = 1, rises while the training part falls."""
    return np.sum(params["w"] ** 2) * (1 - 2 * np.sum(y) / len(y))


def test_patience_stops_and_the_best_weights_come_back():
    X, start = np.ones((4, 1)), {"w": np.ones(1)}
    options = {"X_val": X, "y_val": np.ones(4), "optimizer": "sgd", "lr": 0.1, "epochs": 50, "patience": 3}
    result = train.fit(rising, start, X, np.zeros(4), **options)
    assert (result.stopped, result.best_epoch, len(result.history)) == ("patience", 1, 4)
    np.testing.assert_allclose(result.params["w"], 0.8)
    last = train.fit(rising, start, X, np.zeros(4), keep_best=False, **options)
    np.testing.assert_allclose(last.params["w"], 0.8**4)
    assert last.message == "no lower validation loss for 3 epochs; the weights are the last"


def test_best_is_of_the_lowest_validation_loss():
    params, X, y = problem(40)
    weights = []
    result = train.fit(
        loss, params, X[:20], y[:20], X_val=X[20:], y_val=y[20:], epochs=30, lr=0.3,
        callbacks=[lambda record, params: weights.append(params)],
    )  # fmt: skip
    best = int(np.argmin(result.curve("val_loss")))
    assert result.best_epoch == best + 1 < 30
    assert same_bits(result.params, weights[best])
    np.testing.assert_allclose(loss(result.params, X[20:], y[20:]), result.curve("val_loss")[best])


@pytest.mark.parametrize("keep_best", [True, False])
def test_infinity_ends_the_run_and_finite_weights_come_back(keep_best):
    X = np.ones((6, 1))
    doubling = lambda params, X, y: -np.sum(params["w"] ** 2) * 1e100
    with pytest.warns(PullbackWarning) as caught:
        result = train.fit(
            doubling,
            {"w": np.ones(1)},
            X,
            optimizer="sgd",
            lr=1.0,
            epochs=9,
            batch_size=6,
            keep_best=keep_best,
        )
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert result.stopped == "non-finite"
    began = "the loss became infinite or NaN at step 3, in epoch 3, first in np.power at "
    assert result.message.startswith(began)
    assert len(result.history) == 2
    assert np.isfinite(result.params["w"]).all()


def test_infinity_in_the_first_epoch_gives_back_the_start():
    params, X, y = problem()
    with pytest.warns(PullbackWarning, match="the weights are those of the start"):
        result = train.fit(loss, params, X, y, optimizer="sgd", lr=1e30, batch_size=5)
    assert same_bits(result.params, params)
    assert (result.history, result.best_epoch) == ([], 0)


def test_a_callback_stops_the_run_and_may_write_into_what_it_gets():
    params, X, y = problem()

    def spoil(record, params):
        params[0]["W"][:] = np.nan
        return record.epoch == 3

    result = train.fit(loss, params, X, y, epochs=9, callbacks=[spoil])
    assert (result.stopped, len(result.history)) == ("callback", 3)
    assert np.isfinite(result.params[0]["W"]).all()


# Interruption.

CHILD = """
import json, sys, time
import numpy as np
from pullback import nn, train, tree
sys.path.insert(0, {tests!r})
from test_loop import loss, problem, timeless

def tell(record, params):
    print(record.epoch, flush=True)
    time.sleep({pause})

params, X, y = problem()
result = train.fit(loss, params, X[:30], y[:30], X_val=X[30:], y_val=y[30:], epochs={epochs}, batch_size=8,
                   lr=0.01, schedule="cosine", checkpoint={path!r}, resume={resume}, callbacks=[tell])
print(json.dumps([result.stopped, timeless(result), [x.tolist() for x in tree.leaves(result.params)]]))
"""


def child(path, *, epochs=12, resume=False, pause=0.05):
    code = CHILD.format(
        tests=str(Path(__file__).parent), path=str(path), epochs=epochs, resume=resume, pause=pause
    )
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c)


def wait_for_epoch(process, epoch):
    for line in process.stdout:
        if line.strip() == str(epoch):
            return
    raise AssertionError("the child ended early")


def finish(process):
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_a_run_cut_off_goes_on_to_the_same_bits(tmp_path, kill):
    whole = child(tmp_path / "whole", pause=0)
    cut = child(tmp_path / "cut", pause=0.4)  # long enough for the signal on a busy machine
    wait_for_epoch(cut, 4)
    os.kill(cut.pid, kill)
    if kill == signal.SIGINT:
        stopped, history, _ = finish(cut)
        assert stopped == "interrupted"
        assert 4 <= len(history) < 12
    else:
        cut.communicate(timeout=60)
        assert cut.returncode == -signal.SIGKILL
    assert finish(child(tmp_path / "cut", resume=True, pause=0)) == finish(whole)


def test_control_c_within_an_epoch_gives_back_the_last_whole_step(monkeypatch):
    calls = []

    def impatient(params, X, y):
        if np.sum(params["w"]) > -1:  # not recorded: called at every step
            calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return np.sum(params["w"] ** 2) / 2

    X = np.ones((10, 1))
    result = train.fit(impatient, {"w": np.ones(1)}, X, X, optimizer="sgd", lr=0.5, batch_size=1)
    assert result.stopped == "interrupted"
    assert result.message == "interrupted in epoch 1; no epoch was completed"
    assert result.params["w"][0] in (0.5, 0.25, 0.125)


def test_resume_of_a_finished_run_changes_nothing(tmp_path):
    params, X, y = problem()
    options = {"epochs": 3, "checkpoint": tmp_path / "run", "resume": True}
    first, again = (train.fit(loss, params, X, y, **options) for _ in range(2))
    assert same_bits(first.params, again.params)
    assert first.history == again.history


def test_a_constant_rate_may_be_resumed_for_longer(tmp_path):
    params, X, y = problem()
    train.fit(loss, params, X, y, epochs=3, checkpoint=tmp_path / "run")
    longer = train.fit(loss, params, X, y, epochs=6, checkpoint=tmp_path / "run", resume=True)
    assert timeless(longer) == timeless(train.fit(loss, params, X, y, epochs=6))


DIFFERENT = [
    ({"lr": 0.5}, "lr: 0.5", "lr: 0.001"),
    ({"optimizer": "sgd"}, "optimizer: sgd", "optimizer: adam"),
    ({"batch_size": 5}, "batch_size: 5", "batch_size: 32"),
    ({"schedule": "cosine"}, "schedule: cosine", "schedule: constant"),
]


@pytest.mark.parametrize(("change", "here", "there"), DIFFERENT)
def test_another_runs_checkpoint_is_refused_by_name(tmp_path, change, here, there):
    params, X, y = problem()
    train.fit(loss, params, X, y, epochs=1, checkpoint=tmp_path / "run")
    with pytest.raises(FileError) as error:
        train.fit(loss, params, X, y, epochs=1, checkpoint=tmp_path / "run", resume=True, **change)
    first, expected, got, _ = str(error.value).splitlines()
    assert first == f"{tmp_path / 'run'} is a checkpoint of a run that was set up otherwise"
    assert here in expected
    assert there in got


def test_a_checkpoint_knows_the_numbers_of_an_optimiser_of_your_own(tmp_path):
    params, X, y = problem()
    options = {"epochs": 1, "checkpoint": tmp_path / "run", "batch_size": np.int64(8)}
    own = train.sgd()._replace(name="own", settings={"lr": 1, "betas": (0.1, np.float32(0.5))})
    train.fit(loss, params, X, y, optimizer=own, **options)
    assert train.fit(loss, params, X, y, optimizer=own, resume=True, **options).stopped == "epochs"
    with pytest.raises(FileError, match=r"optimizer\.lr: 2"):
        train.fit(loss, params, X, y, optimizer=own._replace(settings={"lr": 2}), resume=True, **options)


def test_other_rows_and_other_shapes_are_refused(tmp_path):
    params, X, y = problem()
    options = {"epochs": 1, "checkpoint": tmp_path / "run"}
    train.fit(loss, params, X, y, **options)
    with pytest.raises(FileError, match="X and y:"):
        train.fit(loss, params, X + 1, y, resume=True, **options)
    wider = nn.init_mlp(np.random.default_rng(0), [3, 5, 1])
    with pytest.raises(FileError, match="params:"):
        train.fit(loss, wider, X, y, resume=True, **options)


def test_a_damaged_checkpoint_is_refused(tmp_path):
    params, X, y = problem()
    options = {"epochs": 1, "checkpoint": tmp_path / "run"}
    train.fit(loss, params, X, y, **options)
    (tmp_path / "run").write_bytes((tmp_path / "run").read_bytes()[:-9])
    with pytest.raises(FileError):
        train.fit(loss, params, X, y, resume=True, **options)


# What is refused.

NAN = np.array([[1.0, np.nan, 0.0]] + [[0.0, 0.0, 0.0]] * 49)
REFUSED = [
    (
        {"y": np.ones(49)},
        "X and y have different numbers of rows\n  expected: 50 rows in y, as in X\n  got: y of shape (49,)",
    ),
    (
        {"X": NAN},
        "X holds NaN or infinity: 1 of 150 numbers, the first in row 0 of column 1\n"
        "  expected: finite numbers\n"
        "  try: drop those rows, or put a number in their place",
    ),
    (
        {"X": np.full((50, 3), "a")},
        "X is not an array of numbers\n"
        "  expected: floats or integers\n"
        "  got: dtype <U1\n"
        "  try: encode categories as integers or as columns of 0 and 1",
    ),
    (
        {"X": np.ones((0, 3)), "y": np.ones(0)},
        "X has no rows\n  expected: (n_samples, n_features)\n  got: (0, 3)",
    ),
    ({"lr": 0}, "lr=0\n  expected: a finite number above 0"),
    ({"lr": float("nan")}, "lr=nan\n  expected: a finite number above 0"),
    ({"batch_size": 0}, "batch_size=0\n  expected: an integer, 1 or more"),
    ({"epochs": 0}, "epochs=0\n  expected: an integer, 1 or more"),
    ({"epochs": 2.5}, "epochs=2.5\n  expected: an integer, 1 or more"),
    ({"clip_norm": -1.0}, "clip_norm=-1.0\n  expected: a finite number above 0"),
    (
        {"optimizer": "adan"},
        "optimizer='adan' is not known\n"
        "  expected: one of sgd, momentum, nesterov, adam, adamw\n"
        "  try: optimizer='adam'",
    ),
    (
        {"schedule": "cosin"},
        "schedule='cosin' is not known\n"
        "  expected: one of constant, step, linear, cosine, warmup, one_cycle\n"
        "  try: schedule='cosine'",
    ),
    (
        {"schedule": train.cosine},
        "schedule(step, total_steps) could not be called: "
        "cosine() takes 0 positional arguments but 2 were given\n"
        "  expected: a function of the step and the number of steps\n"
        "  try: call the factory: schedule=cosine(), not schedule=cosine",
    ),
    ({"X_val": np.ones((5, 3))}, "y_val is missing\n  expected: X_val and y_val together, as X and y"),
    (
        {"X_val": np.ones((5, 2)), "y_val": np.ones(5)},
        "X_val is not shaped like the training rows\n  expected: shape (n, 3)\n  got: shape (5, 2)",
    ),
    (
        {"X_val": np.ones((5, 3)), "y_val": np.ones((5, 1))},
        "y_val is not shaped like the training rows\n  expected: shape (n,)\n  got: shape (5, 1)",
    ),
    (
        {"patience": 2},
        "patience=2 without validation rows\n"
        "  expected: X_val and y_val, on whose loss it waits\n"
        "  try: hold some rows back, or leave out patience",
    ),
    ({"resume": True}, "resume=True without a checkpoint\n  expected: checkpoint=path"),
    ({"engine": "gpu"}, "engine='gpu' is not known\n  expected: one of auto, native, reference"),
    (
        {"params": [1.0]},
        "params[0] cannot be trained\n"
        "  expected: a float array\n"
        "  got: a float\n"
        "  try: np.asarray(x, dtype=np.float64)",
    ),
    (
        {"params": {"w": np.ones(3, int)}},
        "params['w'] cannot be trained\n"
        "  expected: a float array\n"
        "  got: an array of int64\n"
        "  try: np.asarray(x, dtype=np.float64)",
    ),
    ({"params": []}, "params has no arrays in it\n  expected: a tree of float arrays"),
    (
        {"optimizer": train.sgd(), "weight_decay": 0.1},
        "weight_decay=0.1 was given beside an optimizer made already\n  try: sgd(weight_decay=0.1)",
    ),
]


@pytest.mark.parametrize(
    ("change", "text"), REFUSED, ids=lambda x: str(list(x)) if isinstance(x, dict) else ""
)
def test_mistakes_are_named_before_any_work(change, text):
    params, X, y = problem()

    def untouched(params, X, y):
        raise AssertionError

    with pytest.raises(ArgumentError) as error:
        train.fit(untouched, **{"params": params, "X": X, "y": y, **change})
    assert str(error.value) == text


def test_a_column_has_its_name():
    pandas = pytest.importorskip("pandas")
    params, X, y = problem()
    X[3, 2] = np.inf
    with pytest.raises(ArgumentError, match="the first in row 3 of column 'age'"):
        train.fit(loss, params, pandas.DataFrame(X, columns=["lat", "lon", "age"]), y)


@pytest.mark.parametrize("shape", [(50,), (50, 1)])
def test_predictions_and_targets_of_two_shapes_are_refused(shape):
    params, X, y = problem()
    pred = (lambda p, X: nn.mlp(p, X)) if len(shape) == 1 else (lambda p, X: nn.mlp(p, X)[:, 0])

    def careless(params, X, y):
        return np.mean((pred(params, X) - y) ** 2)

    with pytest.raises(ArgumentError, match="every row against every target"):
        train.fit(careless, params, X, y.reshape(shape))


def test_curves_are_named():
    params, X, y = problem()
    result = train.fit(loss, params, X, y, epochs=2)
    assert np.isnan(result.curve("val_loss")).all()
    with pytest.raises(ArgumentError, match="no curve is named 'loss'"):
        result.curve("loss")


def test_progress_shows_epoch_and_losses(capsys):
    params, X, y = problem()
    train.fit(loss, params, X, y, X_val=X, y_val=y, epochs=2, progress=True)
    shown = capsys.readouterr().out
    assert "epoch 2/2" in shown
    assert "val" in shown


def test_a_loss_is_recorded_and_then_called_no_more():
    calls = []

    def counted(params, X, y):
        calls.append(len(X))
        return loss(params, X, y)

    X = np.random.default_rng(0).standard_normal((2000, 9))
    params = nn.init_mlp(np.random.default_rng(0), [9, 5, 5, 1])
    train.fit(counted, params, X, X[:, 0], optimizer="sgd", batch_size=1, epochs=2)
    assert len(calls) < 10


# The notebook's loops.


def notebook_problem():
    rng = np.random.default_rng(0)
    X = np.insert(rng.standard_normal((200, 3)), 0, 1.0, axis=1)
    return X, X @ np.array([0.5, 1.0, -1.0, 0.3]), nn.initialise_mlp_random(4, 2, 1, rng)


def test_the_notebooks_sgd_is_the_written_out_one():
    X, y, W = notebook_problem()
    before = [w.copy() for w in W]
    losses, trained = train.SGD(50, 0.01, W, X, y, seed=5)
    assert all(np.array_equal(a, b) for a, b in zip(W, before, strict=True))
    for index, loss_seen in zip(np.random.default_rng(5).integers(200, size=(50, 1)), losses, strict=True):
        value, vjp = nn.loss_i(index[0], X, y, before)
        assert value == loss_seen
        before = [w - 0.01 * g for w, g in zip(before, vjp(1.0)[2], strict=True)]
    assert all(np.array_equal(a, b) for a, b in zip(trained, before, strict=True))


def test_the_notebooks_minibatch_steps_by_the_mean_of_all_layers():
    X, y, W = notebook_problem()
    losses, trained = train.SGD_minibatch(1, 0.1, W, X, y, 8, seed=5)
    rows = np.random.default_rng(5).integers(200, size=8)
    pairs = [nn.loss_i(i, X, y, W) for i in rows]
    np.testing.assert_allclose(losses, [np.mean([value for value, _ in pairs])])
    for k in range(2):
        wanted = W[k] - 0.1 * np.mean([vjp(1.0)[2][k] for _, vjp in pairs], axis=0)
        np.testing.assert_allclose(trained[k], wanted, rtol=1e-12)


@pytest.mark.parametrize(
    "learn",
    [
        lambda W, X, y: train.SGD(2000, 0.02, W, X, y, seed=0),
        lambda W, X, y: train.SGD_minibatch(400, 0.1, W, X, y, 8, seed=0),
    ],
)
def test_the_notebooks_loops_learn(learn):
    X, y, W = notebook_problem()
    losses, trained = learn(W, X, y)
    final = np.mean([nn.loss_i(i, X, y, trained)[0] for i in range(len(X))])
    assert final < 0.3 * np.var(y) / 2
    assert np.mean(losses[-100:]) < np.mean(losses[:20])


@pytest.mark.parametrize("change", [{"niter": -1}, {"step": 0.0}, {"batchsize": 0}, {"y_train": np.ones(3)}])
def test_the_notebooks_loops_refuse_mistakes(change):
    X, y, W = notebook_problem()
    with pytest.raises(ArgumentError):
        train.SGD_minibatch(
            **{"niter": 1, "step": 0.1, "W": W, "X_train": X, "y_train": y, "batchsize": 2, **change}
        )


def test_a_loss_that_indexes_constants_by_labels_is_run_call_by_call():
    X, labels = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2

    def loss(w, X, y):
        p = X @ w
        return np.mean((p - np.eye(2)[y]) ** 2)

    result = train.fit(loss, np.zeros((3, 2)), X, labels, epochs=3, lr=0.01)
    assert len(result.history) == 3
    assert result.history[-1].train_loss < result.history[0].train_loss
