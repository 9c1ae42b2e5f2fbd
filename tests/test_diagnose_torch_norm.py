"""PyTorch loops whose model normalises by batches: one row of it is looked at as one of a batch."""

import numpy as np
import pytest

import pullback as pb

torch = pytest.importorskip("torch")
nn = torch.nn


def first(model, loss_fn, X, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    found = pb.diagnose_torch(model, loss_fn, optimizer, X, y, n_steps=400)
    return (found.faults[0].id, found.faults[0].where) if found.faults else found.verdict


def rows(n=300):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 4))
    y = np.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:3]
    return torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


@pytest.mark.parametrize(("units", "said"), [(1, ("capacity_too_small", "model")), (24, "healthy")])
def test_a_normalised_layer_of_one_unit_is_too_small(units, said):
    torch.manual_seed(0)
    before = nn.Linear(4, units), nn.BatchNorm1d(units), nn.ReLU()
    assert (
        first(
            nn.Sequential(*before, nn.Linear(units, 24), nn.ReLU(), nn.Linear(24, 1)), nn.MSELoss(), *rows()
        )
        == said
    )


@pytest.mark.parametrize(("by", "said"), [(8, ("output_range_clipped", "output")), (0, "healthy")])
def test_a_normalised_output_reaches_no_targets_far_from_nought(by, said):
    X, y = rows()
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 24), nn.Tanh(), nn.Linear(24, 1))
    model = nn.Sequential(model, nn.BatchNorm1d(1, affine=False)) if by else model
    assert first(model, nn.MSELoss(), X, y + by) == said


def test_normalised_inputs_of_single_rows_differ():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (300, 1))
    X = 20 * (1.5 * y + rng.standard_normal((300, 4))) + 50
    torch.manual_seed(0)
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    X, y = (torch.tensor(a, dtype=torch.float32) for a in (X, y))
    assert first(model, nn.BCEWithLogitsLoss(), X, y) == "healthy"
