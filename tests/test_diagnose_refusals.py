"""Bad input to `diagnose`: refused with the argument named, or a finding; parameters named in the report."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose.loops._sandbox import Stopwatch
from pullback.errors import ArgumentError

X = np.random.default_rng(0).normal(size=(40, 3))
Y = X @ np.array([1.0, 2.0, 3.0])


def loss(params, X, y):
    return float(np.mean((X @ params[0] - y) ** 2))


def grad(params, X, y):
    return [2 * X.T @ (X @ params[0] - y) / len(X)]


def found(**changes):
    return pb.diagnose(**{"params": [np.zeros(3)], "X": X, "y": Y, "loss": loss, "grad": grad, **changes})


@pytest.mark.parametrize(("changes", "words"), [
    ({"params": "abc"}, ["parameter 0", "list of arrays", "str 'abc'"]),
    ({"params": [np.zeros(3), "relu"]}, ["parameter 1", "str 'relu'", "leave out"]),
    ({"params": []}, ["params holds no array"]),
    ({"params": None}, ["params is missing"]),
    ({"grad": None}, ["grad or step is missing"]),
    ({"y": Y[:-3]}, ["X and y differ in length", "40 rows of X, 37 of y"]),
    ({"X": X[:0], "y": Y[:0]}, ["X has no rows", "(0, 3)"]),
    ({"y": 3.0}, ["y has no rows", "float", "put samples in a list"]),
    ({"params": [{1.0, 2.0}]}, ["parameter 0", "set '{1.0, 2.0}'", "as attributes of an object"]),
    ({"X": [[1, 2], [3]]}, ["the rows of X differ in length", "pad or cut"]),
    ({"X": X.astype(str)}, ["X does not hold real numbers", "encode"]),
    ({"X": X + 0j}, ["X does not hold real numbers", "complex128"]),
    ({"X": np.where(X > 2, "n/a", X.astype(object))}, ["X does not hold real numbers", "object", "'n/a'"]),
    ({"X": memoryview(X)}, ["X is no array", "memoryview", "X.to_numpy()"]),
    ({"params": [np.zeros(3, complex)]}, ["parameter 0", "real number"]),
    ({"params": [np.zeros(3), np.zeros((0, 4))]}, ["parameter 1 holds nothing", "(0, 4)"]),
    ({"params": [np.full(3, np.nan)]}, ["parameter 0 holds NaN", "drawn"]),
    ({"batch_size": 0}, ["batch_size=0", "1 or more"]),
    ({"batch_size": 2.5}, ["batch_size=2.5", "rows in a batch"]),
    ({"n_steps": "many"}, ["n_steps='many'", "steps"]),
    ({"n_steps": -3}, ["n_steps=-3"]),
    ({"n_steps": float("inf")}, ["n_steps=inf", "1 or more"]),
    ({"X_val": X[:5], "y_val": Y[:4]}, ["X_val and y_val differ in length", "5 rows of X_val, 4 of y_val"]),
    ({"X_test": "rows.csv", "y_test": Y}, ["X_test is no array", "str", "X_test.to_numpy()"]),
    ({"seed": 1.5}, ["seed=1.5", "whole number"]),
    ({"loss": 3.0}, ["loss cannot be called", "loss(params, X, y)", "float"]),
    ({"grad": [np.zeros(3)]}, ["grad cannot be called", "list", "the function itself"]),
    ({"step": 0.1}, ["step cannot be called", "float"]),
])  # fmt: skip
def test_bad_input_is_refused_by_name(changes, words):
    with pytest.raises(ArgumentError) as caught:
        found(**changes)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(("changes", "where", "words"), [
    ({"loss": lambda p, X, y: (X @ p[0] - y) ** 2}, "loss", "array of shape (40,)"),
    ({"loss": lambda p, X, y: None}, "loss", "returns None"),
    ({"loss": lambda p, X, y: {"loss": 1.0}}, "loss", "returns a dict"),
    ({"loss": lambda p, X, y: (1.0, 2.0)}, "loss", "returns a tuple"),
    ({"step": lambda p, X, y: ({"w": p[0], "v": p[0]}, 1.0)}, "step", "(params, loss)"),
    ({"step": lambda p, X, y: (p[0].tolist(), 1.0)}, "step", "3 arrays and numbers where params has 1"),
    ({"loss": lambda p: 0.0}, "loss", "takes 1 positional argument"),
    ({"step": lambda p: p}, "step", "takes 1 positional argument"),
    ({"grad": lambda p, X, y: [np.zeros(3)] * 2}, "grad", "another number of arrays"),
    ({"grad": lambda p, X, y: [np.zeros(4)]}, 0, "another shape"),
    ({"step": lambda p, X, y: None}, "step", "nothing moves"),
    ({"step": lambda p, X, y: ([np.append(p[0], 0.0)], 1.0)}, "step", "shape (4,) of params[0], which has"),
    ({"step": lambda p, X, y: ([p[0] - p[0][:, None]], 1.0)}, "step", "shape (3, 3) of params[0], which has"),
    ({"loss": lambda p, X, y: loss([np.ones(3)], X, y)}, "loss", "does not depend on the params it is given"),
    ({"grad": lambda p, X, y: None}, "grad", "grad returns None"),
    ({"grad": lambda p, X, y: "steep"}, "grad", "grad returns a str"),
    ({"grad": lambda p, X, y: [None]}, "grad", "grad returns a list"),
    ({"grad": lambda p, X, y: [np.full(3, np.nan)]}, "grad", "NaN or inf where the loss"),
    ({"y": np.where(np.arange(40) == 3, np.nan, Y)}, "y", "y holds NaN"),
])  # fmt: skip
def test_what_the_loop_does_wrong_is_a_finding(changes, where, words):
    first = found(**changes).faults[0]
    assert first.where == where
    assert words in first.words


async def later(params, X, y):
    return 1.0


def each_row(p, X, y):
    return [2 * (X @ p[0] - y)[:, None] * X / len(y)]


@pytest.mark.parametrize(("changes", "fault", "fix"), [
    ({"loss": lambda p, X, y: (X @ p[0] - y) ** 2}, "exception", "return the mean over the rows"),
    ({"loss": lambda p, X, y: list((X @ p[0] - y) ** 2)}, "exception", "return the mean over the rows"),
    ({"loss": lambda p, X, y: (loss(p, X, y), X @ p[0])}, "exception", "return the loss alone"),
    ({"loss": lambda p, X, y: None}, "exception", "add the missing return to loss"),
    ({"loss": later}, "exception", "write loss with def, not with async def"),
    ({"step": later}, "exception", "write step with def, not with async def"),
    ({"grad": lambda p, X, y: None}, "exception", "add the missing return to grad"),
    ({"grad": lambda p, X, y: grad(p, X, y) * 2}, "exception", "one gradient for each parameter"),
    ({"grad": each_row}, "exception", "reduce it over the rows, as the loss does: axis 0"),
    ({"grad": lambda p, X, y: [np.zeros(4)]}, "exception", "an array of shape (3,)"),
    ({"grad": lambda p, X, y: grad(p, X, y)[0] / np.zeros(3)}, "loss_unstable", "look in grad for 0 / 0"),
    ({"grad": lambda p, X, y: [p[0] / abs(p[0])]}, "loss_unstable", "look in grad for 0 / 0"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:coroutine")
def test_what_is_returned_in_place_of_a_number_or_a_gradient_has_its_own_fix(changes, fault, fix):
    first = found(**changes).faults[0]
    assert first.id == fault
    assert fix in first.fix


def test_gradients_in_another_order_than_the_parameters_are_named_as_that():
    d = found(params=[np.zeros(3), np.zeros(1)], loss=lambda p, X, y: loss([p[0]], X, y - p[1]),
              grad=lambda p, X, y: [np.ones(1), np.ones(3)])  # fmt: skip
    assert (d.faults[0].id, d.faults[0].where) == ("exception", "grad")
    assert "another order" in d.faults[0].words


def test_a_parameter_is_named_by_its_place_and_shape():
    wrong = {"grad": lambda p, X, y: [np.zeros(4)]}
    assert "at params[0] (shape (3,)):" in str(found(**wrong))
    assert (
        "<th scope='row'>where</th><td class='long'>params[0] (shape (3,))</td>"
        in found(**wrong)._repr_html_()
    )


def test_a_parameter_in_a_dict_is_placed_by_its_index_and_shown_by_its_key():
    d = found(params={"w": np.zeros(3)}, loss=lambda p, X, y: loss([p["w"]], X, y),
              grad=lambda p, X, y: {"w": np.zeros(4)})  # fmt: skip
    assert d.faults[0].where == 0
    assert "params['w'] (shape (3,))" in str(d)
    assert d.as_dict()["faults"][0]["place"] == "params['w'] (shape (3,))"


def test_a_watch_that_stands_still_counts_no_work():
    watch = Stopwatch()
    with watch.stopped():
        sum(range(3_000_000))
    assert watch.spared > 0
    assert watch.seconds() < watch.spared


def test_what_the_rows_alone_decide_waits_for_no_import():
    code = ("import sys, numpy as np; from pullback.diagnose import diagnose; "
            "loss = lambda p, X, y: float(np.mean((X @ p[0] - y) ** 2)); "
            "said = diagnose(params=[np.zeros(2)], X=np.full((9, 2), np.nan), y=np.ones(9), loss=loss, "
            "grad=lambda p, X, y: [X.T @ (X @ p[0] - y)]); "
            "print(said.faults[0].id, 'scipy.optimize' in sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["nan_in_data", "False"]


def test_a_bias_that_gets_a_row_for_every_sample_is_found_and_breaks_nothing():
    def told(p, X):
        h = np.tanh(X @ p[0] + p[1])
        return h, h @ p[2] + p[3]

    def error(p, X, y):
        return np.mean((told(p, X)[1] - y) ** 2)

    def slopes(p, X, y):
        h, out = told(p, X)
        d = 2 * (out - y) / out.size
        e = d @ p[2].T * (1 - h * h)
        return [X.T @ e, e, h.T @ d, d.sum(0)]

    def step(p, X, y):
        return [w - 0.3 * g for w, g in zip(p, slopes(p, X, y), strict=True)], error(p, X, y)

    draw = np.random.default_rng(2)
    start = [draw.normal(size=(3, 5)) / 2, np.zeros(5), draw.normal(size=(5, 1)) / 2, np.zeros(1)]
    given = {"params": start, "y": np.sin(Y[:, None]), "loss": error, "grad": slopes, "step": step}
    first = found(**given, batch_size=40, n_steps=100).faults[0]
    assert (first.id, first.where) == ("grad_bias_wrong", 1)


def cost(p, X, y):
    return np.mean((X @ p[0] + p[1] - y) ** 2)


def slopes(p, X, y):
    e = 2 * (X @ p[0] + p[1] - y) / len(X)
    return [X.T @ e, e.sum()]


def stepped(p, X, y):
    return [w - 0.1 * g for w, g in zip(p, slopes(p, X, y), strict=True)]


LINE = {"params": [np.zeros(3), 0.0], "loss": cost, "n_steps": 200, "batch_size": 20}


@pytest.mark.parametrize("step", [
    lambda p, X, y: stepped(p, X, y),
    lambda p, X, y: tuple(stepped(p, X, y)),
    lambda p, X, y: (*stepped(p, X, y), cost(p, X, y)),
    lambda p, X, y: (cost(p, X, y), stepped(p, X, y)),
    lambda p, X, y: (stepped(p, X, y), cost(p, X, y), {"accuracy": 1.0}),
    lambda p, X, y: (stepped(p, X, y), None),
    lambda p, X, y: (stepped(p, X, y), [cost(p, X, y)]),
    lambda p, X, y: (np.array(stepped(p, X, y), dtype=object), cost(p, X, y)),
], ids=["alone", "tuple", "loss last", "loss first", "more", "None", "list", "object array"])  # fmt: skip
def test_whatever_beside_the_new_parameters_a_step_returns_it_is_read(step):
    assert found(**LINE, step=step, grad=None).verdict == "healthy"


@pytest.mark.parametrize("returned", [
    lambda gs, value: tuple(gs),
    lambda gs, value: (value, gs),
    lambda gs, value: (gs, value),
    lambda gs, value: (*gs, value),
    lambda gs, value: (g for g in gs),
    lambda gs, value: np.array(gs, dtype=object),
], ids=["a tuple", "loss first", "loss last", "behind all", "a generator", "an object array"])  # fmt: skip
@pytest.mark.parametrize(("factor", "ids"), [(1, []), (-1, ["grad_sign_flipped"])])
def test_whatever_beside_the_gradient_is_returned_it_is_read(returned, factor, ids):
    def gives(p, X, y):
        return returned([factor * g for g in slopes(p, X, y)], cost(p, X, y))

    assert [f.id for f in found(**LINE, grad=gives).faults] == ids


@pytest.mark.parametrize("rows", [X.tolist(), X.astype(object), X > 0], ids=["lists", "objects", "flags"])
def test_rows_as_lists_objects_or_flags_are_taken(rows):
    said = found(**{**LINE, "X": rows, "y": np.array(rows, float) @ [1.0, 2.0, 3.0]}, step=stepped, grad=None)
    assert said.verdict == "healthy", str(said)


@pytest.mark.parametrize(("changes", "verdict"), [
    ({"y": np.zeros(40)}, "healthy"), ({"X": np.zeros((40, 3))}, "cannot tell")])  # fmt: skip
def test_weights_at_zero_are_not_to_blame_where_rows_or_targets_tell_nothing(changes, verdict):
    def step(p, X, y):
        return [p[0] - 0.1 * grad(p, X, y)[0]], loss(p, X, y)

    d = found(grad=None, step=step, n_steps=200, **changes)
    assert d.verdict == verdict
    assert not d.faults
