"""The ways into a diagnosis: a call of the package, a module, a file, a run of `fit`, a PyTorch loop."""

from __future__ import annotations

import pickle
import textwrap
import types
from itertools import pairwise

import numpy as np
import pytest

import pullback as pb
from pullback import nn
from pullback.diagnose._case import Case
from pullback.diagnose.loops._patient import Patient
from pullback.errors import ArgumentError
from pullback.primitives.loss import squared_loss


def names(sign=-1.0):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X @ np.ones(3)

    def loss(params, X, y):
        return np.mean((X @ params[0] - y) ** 2)

    def step(params, X, y):
        return [params[0] + sign * 0.1 * X.T @ (X @ params[0] - y) / len(y)], loss(params, X, y)

    return {"params": [np.zeros(3)], "X": X, "y": y, "loss": loss, "step": step, "n_steps": 200}


def test_keywords_a_mapping_and_a_module_say_the_same():
    module = types.ModuleType("loop")
    module.__dict__.update(names(+1.0))
    found = [pb.diagnose(**names(+1.0)), pb.diagnose(names(+1.0)), pb.diagnose(module)]
    assert [d.faults[0].id for d in found] == ["grad_sign_flipped"] * 3


@pytest.mark.parametrize(("budget", "verdict"), [(None, "faulty"), (0.02, "cannot tell")])
def test_a_loop_of_which_nothing_could_be_told_is_given_more_time_unless_the_time_is_given(
    budget, verdict, monkeypatch
):
    monkeypatch.setattr("pullback.diagnose._door.BUDGET", 0.02)
    monkeypatch.setattr("pullback.diagnose._door.AGAIN", 400)
    assert pb.diagnose(**names(+1.0), budget=budget).verdict == verdict


def test_more_time_asks_nothing_again_that_rests_on_the_loss_alone():
    first = Case(Patient(names(+1.0)), 2.0)
    unmeasured = first.longer(6.0)
    kept = first.truth, first.net, first.tape, first.quick
    first.tried.append("steps")
    run = first.user
    more = first.longer(6.0)
    assert (more.truth, more.net, more.tape, more.quick) == kept
    assert more.user is not run
    assert (more.budget, more.tried) == (6.0, [])
    assert unmeasured.truth is not first.truth


def test_a_file_may_be_given_other_settings(tmp_path):
    file = tmp_path / "loop.py"
    file.write_text(
        textwrap.dedent("""
        import numpy as np
        X = np.linspace(-1, 1, 40)[:, None]; y = 3 * X[:, 0]; params = [np.zeros(1)]; n_steps = 300
        def loss(p, X, y): return np.mean((X @ p[0] - y) ** 2)
        def step(p, X, y): return [p[0] - 0.5 * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)
    """)
    )
    assert pb.diagnose(file).verdict == "healthy"
    assert pb.diagnose(file, batch_size=20).verdict == "healthy"


def test_words_of_refusals():
    for call, words in [
        (lambda: pb.diagnose(**names(), rate=1), "diagnose knows no argument 'rate'"),
        (lambda: pb.diagnose(names(), budget=0), "budget=0"),
        (lambda: pb.diagnose(3), "this is no patient"),
    ]:
        with pytest.raises(ArgumentError) as error:
            call()
        assert str(error.value).splitlines()[0] == words


def test_the_seed_is_the_diagnosis_and_not_the_callers():
    before = np.random.get_state()[1].copy()
    pb.diagnose(names(), seed=5)
    assert np.array_equal(np.random.get_state()[1], before)


def run(**settings):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 3))
    y = np.sin(X[:, :1]) + X[:, 1:2] * X[:, 2:]
    return pb.fit(
        lambda params, X, y: squared_loss(nn.mlp(params, X), y), nn.init_mlp(rng, [3, 16, 16, 1]),
        X[:400], y[:400], X_val=X[400:], y_val=y[400:], epochs=30, engine="reference", **settings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "ids"),
    [
        ({"optimizer": "adam", "lr": 5e-3, "schedule": "cosine"}, []),
        ({"optimizer": "momentum", "lr": 2e-2, "clip_norm": 1.0}, []),
        ({"optimizer": "sgd", "lr": 1e-7}, ["lr_too_small"]),
    ],
)
def test_a_run_of_fit_is_a_patient(settings, ids):
    result = run(**settings)
    kept = result.params[0]["W"].copy()
    found = pb.diagnose(result)
    assert [f.id for f in found.faults[:1]] == ids
    assert found.facts["places"][:2] == ["[0]['W']", "[0]['b']"]
    assert np.array_equal(result.params[0]["W"], kept)


def test_a_result_keeps_the_callers_rows_and_no_copy():
    X, y = np.ones((8, 2)), np.ones(8)
    result = pb.fit(lambda p, X, y: np.mean((X @ p["w"] - y) ** 2), {"w": np.zeros(2)}, X, y, epochs=1)
    assert result.asked.X is X
    assert result.asked.y is y


def test_a_pickled_result_says_that_it_cannot_be_examined():
    result = pickle.loads(pickle.dumps(run(optimizer="sgd", lr=1e-2)))
    with pytest.raises(ArgumentError) as error:
        pb.diagnose(result)
    assert str(error.value).splitlines()[0] == "this result does not know what its run was asked for"


def torch_loop(layers, lr=0.1, wide=1):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    X = torch.tensor(rng.normal(size=(400, 4)), dtype=torch.float32)
    y = torch.sin(X[:, :1]) + X[:, 1:2] * 0.5
    labels = (X[:, 0] + X[:, 1] ** 2 > 0.7).long() + (X[:, 2] > 0.8).long()
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, wide), *layers(torch)
    )
    return torch, model, X, y, labels


def examined(
    change=None, *, layers=lambda torch: [], lr=0.1, classes=False, flat=False, buffers=True, held=None
):
    torch, model, X, y, labels = torch_loop(layers, wide=3 if classes else 1)
    if change is not None:
        change(model)
    loss_fn = torch.nn.CrossEntropyLoss() if classes else torch.nn.MSELoss()
    optimizer = torch.optim.SGD((held or (lambda m: m))(model).parameters(), lr=lr)

    def step(X, y):
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        return loss

    kept = [p.detach().clone() for p in model.parameters()]
    found = pb.diagnose_torch(
        model, loss_fn, optimizer, X, labels if classes else y[:, 0] if flat else y, n_steps=400,
        step=None if buffers else step,
    )  # fmt: skip
    assert all(
        torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(kept, model.parameters(), strict=True)
    )
    assert not optimizer.state
    assert all(p.grad is None for p in model.parameters())
    return [(f.id, f.where) for f in found.faults]


def freeze(model):
    model[0].requires_grad_(False)


def off(model):
    model.eval()


@pytest.mark.parametrize(
    ("settings", "first"),
    [
        ({}, []),
        ({"classes": True, "lr": 0.5}, []),
        ({"change": off, "layers": lambda torch: [torch.nn.Dropout(0.2)]}, []),
        ({"layers": lambda torch: [torch.nn.Dropout(0.2)]}, []),
        ({"buffers": False, "lr": 0.02}, [("grad_not_zeroed", "step")]),
        ({"lr": 1e-6}, [("lr_too_small", "step")]),
        ({"lr": 30.0}, [("lr_too_large", "step")]),
        ({"change": freeze}, [("layer_not_updated", 0)]),
        ({"held": lambda model: model[2]}, [("layer_not_updated", 0)]),
        ({"layers": lambda torch: [torch.nn.Softmax(1)], "classes": True}, [("double_softmax", "output")]),
        ({"flat": True}, [("loss_broadcast", "loss")]),
    ],
)
def test_a_torch_loop_is_a_patient(settings, first):
    assert examined(**settings)[:1] == first


def test_an_object_that_is_not_torchs_is_named():
    pytest.importorskip("torch")
    with pytest.raises(ArgumentError) as error:
        pb.diagnose_torch(3, None, None, [1], [1])
    assert str(error.value).splitlines()[0] == "model is not PyTorch's"


@pytest.mark.parametrize(("weights", "seconds"), [(100, 4.5), (20_000, 4.5), (60_000, 13.5), (10**6, 18.0)])
def test_large_models_are_given_more_time(weights, seconds):
    from pullback.diagnose._door import _seconds
    from pullback.diagnose.loops._patient import Patient

    def nothing(p, X, y):
        return 0.0

    rows = {"X": np.zeros((9, 1)), "y": np.zeros(9)}
    patient = Patient({"params": [np.zeros(weights)], **rows, "loss": nothing,
                       "grad": lambda p, X, y: p})  # fmt: skip
    assert _seconds(None, patient) == seconds
    assert _seconds(7, patient) == 7.0


def test_one_number_as_parameters_comes_back_with_the_loss():
    def step(w, X, y):
        return w - 0.1 * np.mean((w * X - y) * X), line(w, X, y)

    def line(w, X, y):
        return np.mean((w * X - y) ** 2) / 2

    x = np.linspace(-1, 1, 30)
    found = pb.diagnose(params=0.0, X=x, y=3 * x, loss=line, step=step, batch_size=30, n_steps=300)
    assert found.verdict == "healthy"


@pytest.mark.parametrize(("factor", "ids"), [(1.0, []), (3.0, ["grad_constant_factor"])])
def test_a_pair_of_lists_is_weights_and_biases_not_a_loss_and_its_gradient(factor, ids):
    draw = np.random.default_rng(0)
    X = draw.standard_normal((60, 3))
    t = np.sin(X[:, :1]) + X[:, 1:2]
    weights = [draw.standard_normal((3, 5)) / 2, draw.standard_normal((5, 1)) / 2]

    def forward(p, X):
        (W, V), (b, c) = p
        h = np.tanh(X @ W + b)
        return h, h @ V + c

    def loss(p, X, y):
        return np.mean((forward(p, X)[1] - y) ** 2)

    def grad(p, X, y):
        h, out = forward(p, X)
        d = 2 * (out - y) / len(X)
        low = d @ p[0][1].T * (1 - h * h)
        return [X.T @ low, factor * h.T @ d], [low.sum(0), d.sum(0)]

    given = (weights, [np.zeros(5), np.zeros(1)])
    found = pb.diagnose(params=given, X=X, y=t, loss=loss, grad=grad)
    assert [f.id for f in found.faults][:1] == ids


def test_a_loop_may_use_the_classes_of_a_module_without_a_file():
    ends = [0, 3, 4]
    X = np.random.default_rng(0).standard_normal((60, 3))
    y = X @ np.ones(3) + 0.5

    def loss(p, X, y):
        w, b = (p[i:j] for i, j in pairwise(ends))
        return np.mean((X @ w + b - y) ** 2)

    def step(p, X, y):
        w, b = (p[i:j] for i, j in pairwise(ends))
        off = 2 * (X @ w + b - y) / len(y)
        return p - 0.1 * np.r_[X.T @ off, off.sum()], loss(p, X, y)

    found = pb.diagnose(params=np.zeros(4), X=X, y=y, loss=loss, step=step, n_steps=200)
    assert found.verdict == "healthy"
