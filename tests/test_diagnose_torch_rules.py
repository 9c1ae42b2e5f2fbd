"""PyTorch loops against what PyTorch's losses, its errors and its layers are made for."""

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose.pytorch._ruled import judged

SHARES = np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]])
LABELS = np.array([0, 1, 0])


@pytest.mark.parametrize(("name", "args", "said"), [
    ("nll_loss", [SHARES, LABELS], ("loss_formula_wrong", "loss")),
    ("nll_loss", [np.log(SHARES), LABELS], None),
    ("kl_div", [SHARES, SHARES[::-1]], ("loss_formula_wrong", "loss")),
    ("kl_div", [np.log(SHARES), SHARES], None),
    ("cross_entropy", [SHARES, LABELS], ("double_softmax", "output")),
    ("cross_entropy", [5 * SHARES, LABELS], None),
    ("cross_entropy", [np.ones((3, 1)), 0 * LABELS], None),
    ("soft_margin_loss", [SHARES[:, 0], LABELS], ("labels_wrong", "y")),
    ("soft_margin_loss", [SHARES[:, 0], 2 * LABELS - 1], None),
    ("margin_ranking_loss", [SHARES[:, 0], SHARES[:, 1], np.array([1, 0, -1])], None),
])  # fmt: skip
def test_a_loss_is_given_what_it_says_it_takes(name, args, said):
    found = [(f.id, f.where) for f in judged(name, args)]
    assert found == ([said] if said else [])


def classes(torch):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    X = 1.5 * rng.standard_normal((3, 5))[y] + 0.8 * rng.standard_normal((300, 5))
    return torch.tensor(X, dtype=torch.float32), torch.tensor(y)


def layers(torch, *end, outputs=3):
    nn = torch.nn
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, outputs), *end)


def said(torch, model, loss_fn, X, y, step=None, optimizer=None):
    optimizer = optimizer or torch.optim.Adam(model.parameters(), lr=0.01)
    found = pb.diagnose_torch(model, loss_fn, optimizer, X, y, step=step, n_steps=400)
    return (found.faults[0].id, found.faults[0].where) if found.faults else found.verdict


@pytest.mark.parametrize("logs", [False, True])
def test_a_likelihood_of_probabilities_lacks_its_logarithm(logs):
    torch = pytest.importorskip("torch")
    model = layers(torch, torch.nn.LogSoftmax(1) if logs else torch.nn.Softmax(1))
    found = said(torch, model, torch.nn.NLLLoss(), *classes(torch))
    assert found == ("healthy" if logs else ("loss_formula_wrong", "loss"))
