"""PyTorch loops whose models may draw, or differentiate, by themselves, and what their losses never read."""

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose import _door
from pullback.diagnose._case import Case
from pullback.diagnose._quick import quickest
from pullback.diagnose._verdict import Diagnosis
from pullback.diagnose.experiments.of_treatment._uneven import uneven
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.pytorch._beside import keepers
from pullback.diagnose.recording._record import record


def made(torch, model, loss_fn, lr=0.01):
    from pullback.diagnose.pytorch._loop import TorchLoop

    return TorchLoop(model, loss_fn, torch.optim.Adam(model.parameters(), lr=lr), None)


def test_attention_that_drops_nothing_draws_nothing_and_is_recorded():
    torch = pytest.importorskip("torch")
    from pullback.diagnose.pytorch._drawn import settle

    torch.manual_seed(0)
    model = torch.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
    loop = made(torch, model, torch.nn.MSELoss())
    rows = [np.random.default_rng(k).normal(size=(6, 3, 4)) for k in (0, 1)]
    with loop.borrowed():
        loop.take_in(*rows)
        loop.widen(*rows)
        settle(loop, *rows)
        told = record(loop.loss, loop.leaves(), *rows).gradient(len(loop.ours))
        own = loop.gradient(loop.leaves(), *rows)
    assert not loop.noisy
    assert all(np.allclose(a, b) for a, b in zip(told, own, strict=True))


def of_slopes(torch):
    """A network whose slope, not whose value, is held against the targets."""

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.f = torch.nn.Sequential(torch.nn.Linear(1, 24), torch.nn.Tanh(), torch.nn.Linear(24, 1))

        def forward(self, t):
            t = t.clone().requires_grad_()
            u = self.f(t)
            return u, torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]

    return Net()


def test_a_model_that_differentiates_by_itself_is_run_with_slopes():
    torch = pytest.importorskip("torch")
    t = torch.tensor(np.random.default_rng(0).uniform(-2, 2, (300, 1)), dtype=torch.float32)
    model = of_slopes(torch)
    loss_fn = lambda out, y: ((out[1] - y) ** 2).mean() + 0.01 * (out[0] ** 2).mean()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    found = pb.diagnose_torch(model, loss_fn, optimizer, t, torch.cos(t), n_steps=600)
    assert found.verdict == "healthy", str(found)


def test_the_output_that_counts_is_the_one_that_y_names():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    X, chosen = rng.normal(size=(400, 4)), rng.integers(0, 3, 400)
    gains = np.tanh(np.stack([2 * X[:, 0], X[:, 1] - X[:, 2], -X[:, 3]], 1))[np.arange(400), chosen]
    X, y = (torch.tensor(a, dtype=torch.float32) for a in (X, np.stack([chosen, gains], 1)))
    named = lambda out, y: ((out.gather(1, y[:, :1].long())[:, 0] - y[:, 1]) ** 2).mean()
    greatest = lambda out, y: ((out.max(1)[0] - y[:, 1]) ** 2).mean()
    for loss_fn, fault in (named, []), (greatest, [("loss_formula_wrong", "loss")]):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.Tanh(), torch.nn.Linear(32, 3))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        found = pb.diagnose_torch(model, loss_fn, optimizer, X, y, n_steps=600)
        assert [(f.id, f.where) for f in found.faults[:1]] == fault


def test_a_step_that_belongs_to_no_module_keeps_what_it_keeps():
    names = {}
    exec("count = 0\ndef step():\n    global count\n    count += 1\n    return count", names)
    step = names["step"]
    assert step.__module__ is None
    kept = [(take(), put) for take, put in keepers([step], [])]
    first = step()
    for was, put in kept:
        put(was)
    assert step() == first


def ranked(read):
    """Pairs of rows of which the first is to have the greater score; y holds ones, that a loss may read."""
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(300, 6)), np.array([1.0, -2.0, 0.5])
    order = np.where(((X[:, :3] - X[:, 3:]) @ w > 0)[:, None], X, X[:, [3, 4, 5, 0, 1, 2]])
    y = np.ones(300)

    def grad(params, X, y):
        D = X[:, :3] - X[:, 3:]
        s = 1 / (1 + np.exp(-D @ params[0]))
        return [D.T @ (s - (y if read else 1)) / len(y)]

    def loss(params, X, y):
        z = (X[:, :3] - X[:, 3:]) @ params[0]
        return np.mean(np.log1p(np.exp(-z)) + (1 - (y if read else 1)) * z)

    def step(params, X, y):
        value = loss(params, X, y)
        return [p - 0.5 * g for p, g in zip(params, grad(params, X, y), strict=True)], value

    return {"params": [0.1 * rng.normal(size=3)], "X": order, "y": y, "loss": loss, "step": step,
            "batch_size": 30, "n_steps": 300}  # fmt: skip


@pytest.mark.parametrize(("read", "said"), [(True, True), (False, False)])
def test_targets_that_are_all_alike_are_wrong_where_the_loss_reads_them(read, said):
    found = pb.diagnose(**ranked(read))
    assert ("labels_wrong" in [f.id for f in found.faults]) == said


@pytest.mark.parametrize(("again", "times"), [(True, 2), (False, 1)])
def test_more_time_is_taken_where_nothing_else_is_known(monkeypatch, again, times):
    asked = []

    def examine(case):
        asked.append(case)
        out = Diagnosis("it")
        out.verdict, out.facts = "cannot tell", {"skipped": ["treatment"]}
        return out

    monkeypatch.setattr(_door, "examine", examine)
    _door._examined(Patient(ranked(True)), None, 0, again)
    assert len(asked) == times


def twisted(params, X, y):
    return np.mean((np.sin(X @ params[0]) ** 3 * params[1] - y) ** 2)


def twisted_slope(params, X, y):
    z = X @ params[0]
    u = 2 * (np.sin(z) ** 3 * params[1] - y) / len(y)
    return [X.T @ (u * 3 * np.sin(z) ** 2 * np.cos(z) * params[1]), np.array([np.sum(u * np.sin(z) ** 3)])]


@pytest.mark.parametrize(("factor", "taken"), [(1.0, True), (1.1, False)])
def test_a_librarys_own_slopes_are_taken_where_they_are_true(factor, taken):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    step = lambda params, X, y: ([np.sign(p) * 0.1 for p in params], twisted(params, X, y))
    patient = Patient({"params": [rng.normal(size=3), np.ones(1)], "X": X, "y": np.sin(X[:, 0]),
                       "loss": twisted, "step": step, "batch_size": 20, "n_steps": 50})  # fmt: skip
    patient.differentiate = lambda *given: [factor * g for g in twisted_slope(*given)]
    assert (quickest(Case(patient, 5.0)) is patient.differentiate) == taken


@pytest.mark.parametrize(("whole", "none"), [(True, True), (False, False)])
def test_numbers_of_a_table_are_no_columns_of_odd_sizes(whole, none):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 40, size=(200, 2))
    look = (lambda X: X) if whole else (lambda X: X.astype(int))
    loss = lambda params, X, y: np.mean((params[0][look(X)].sum((1, 2)) - y) ** 2)
    step = lambda params, X, y: ([0.9 * p for p in params], loss(params, X, y))
    patient = Patient({"params": [rng.normal(size=(41, 3))], "X": X, "y": rng.normal(size=200), "loss": loss,
                       "step": step, "batch_size": 20, "n_steps": 50})  # fmt: skip
    assert (uneven(Case(patient, 5.0)) is None) == none
