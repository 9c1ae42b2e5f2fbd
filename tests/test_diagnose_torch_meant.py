"""PyTorch steps that take their gradient of other rows, or at other weights, than the ones that are given."""

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose._findings import Finding
from pullback.diagnose.pytorch._meant import Backwards, learns_by_its_own


def loop(torch, step, act=None):
    """A regression of a network; `step` is given model, loss, optimiser and a batch."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = np.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:3] / 2
    X, y = (torch.tensor(a, dtype=torch.float32) for a in (X, y))
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 32), act or torch.nn.Tanh(), torch.nn.Linear(32, 1))
    loss, optimizer = torch.nn.MSELoss(), torch.optim.Adam(model.parameters(), lr=0.01)
    given = lambda X, y: step(model, loss, optimizer, X, y)
    return {"model": model, "loss_fn": loss, "optimizer": optimizer, "X": X, "y": y, "step": given}


def ahead(model, loss, optimizer, X, y, spoil=lambda model: None):
    """Up the gradient first, by a fixed length, and the gradient from there."""
    told = loss(model(X), y)
    optimizer.zero_grad()
    told.backward()
    length = sum(float((p.grad**2).sum()) for p in model.parameters()) ** 0.5
    ups = [0.05 * p.grad / length for p in model.parameters()]
    for p, up in zip(model.parameters(), ups, strict=True):
        p.data.add_(up)
    optimizer.zero_grad()
    loss(model(X), y).backward()
    for p, up in zip(model.parameters(), ups, strict=True):
        p.data.sub_(up)
    spoil(model)
    optimizer.step()
    return told


def mixed(model, loss, optimizer, X, y):
    """Rows and their targets averaged with other rows."""
    import torch

    order, share = torch.randperm(len(X)), 0.85
    told = loss(model(share * X + (1 - share) * X[order]), share * y + (1 - share) * y[order])
    optimizer.zero_grad()
    told.backward()
    optimizer.step()
    return told


@pytest.mark.parametrize("step", [ahead, mixed])
def test_the_exact_gradient_of_another_loss_is_no_mistake_where_the_loop_learns(step):
    found = pb.diagnose_torch(**loop(pytest.importorskip("torch"), step), n_steps=500)
    assert found.verdict == "healthy", str(found)


def spoiled(model):
    model[0].bias.grad[:] = model[0].bias.grad.sum()


def said(torch, step, ends=(0.1, 0.09), **given):
    """Whether a finding falls, given where the run as written and the one against it end."""
    from pullback.diagnose.pytorch._loop import TorchLoop

    made = loop(torch, step, **given)
    curves = {name: ([0, 9], [1.0, end]) for name, end in zip(("as written", "exact"), ends, strict=True)}
    f = Finding("grad_wrong_delta", "step", "words", "evidence", "fix", 1.0, 80, curves=curves)
    of = TorchLoop(made["model"], made["loss_fn"], made["optimizer"], made["step"])
    of.dtype = torch.float32
    return learns_by_its_own(f, of, of.leaves(), made["X"][:32].numpy(), made["y"][:32].numpy())


def test_a_mistake_stays_where_the_gradient_was_changed_or_is_no_other_losss_or_does_not_lead_down():
    torch = pytest.importorskip("torch")

    def usual(model, loss, optimizer, X, y):
        optimizer.zero_grad()
        told = loss(model(X), y)
        told.backward()
        optimizer.step()
        return told

    assert said(torch, ahead)
    assert not said(torch, ahead, ends=(0.5, 0.09))
    assert not said(torch, lambda *given: ahead(*given, spoil=spoiled))
    assert not said(torch, usual)


def test_a_backward_pass_of_the_users_own_is_not_taken_for_pytorchs():
    torch = pytest.importorskip("torch")

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return torch.tanh(x)

        @staticmethod
        def backward(ctx, g):
            return g

    class Act(torch.nn.Module):
        def forward(self, x):
            return Own.apply(x)

    assert not said(torch, ahead, act=Act())


def test_only_calls_of_backward_are_heard():
    torch = pytest.importorskip("torch")

    class Loop:
        ours = (torch.nn.Parameter(torch.ones(2)),)
        grads = staticmethod(lambda: [Loop.ours[0].grad.numpy().copy()])

    met = Backwards(Loop)
    with met.listening():
        (Loop.ours[0] ** 2).sum().backward()
    assert (met.values, met.plain) == ([2.0], True)
    assert np.array_equal(met.left[0], [2, 2])
