"""PyTorch loops: what they have beside model and optimiser, and what their losses are made of."""

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose._torch_beside import keepers


class Schedule:
    """What has a state as schedulers have it."""

    def __init__(self):
        self.count = 0

    def state_dict(self):
        return {"count": self.count}

    def load_state_dict(self, kept):
        self.count = kept["count"]


class Trainer:
    def __init__(self):
        self.schedule, self.count, self.told = Schedule(), 0, []

    def step(self):
        self.schedule.count += 1
        self.count += 1
        self.told.append(self.count)
        return self.count, self.schedule.count, len(self.told)


def closing_over():
    schedule, count, told, rng = Schedule(), 0, [], np.random.default_rng(0)

    def helper():
        schedule.count += 1

    def step():
        nonlocal count
        count += 1
        told.append(count)
        helper()
        return count, schedule.count, len(told), rng.random()

    return step


@pytest.mark.parametrize("step", [closing_over(), Trainer().step])
def test_what_a_step_keeps_is_put_back(step):
    kept = [(take(), put) for take, put in keepers([step], [])]
    first = step(), step()
    for was, put in kept:
        put(was)
    assert (step(), step()) == first


def table(torch):
    rng = np.random.default_rng(0)
    X = torch.tensor(rng.normal(size=(300, 4)), dtype=torch.float32)
    return X, torch.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:3] / 2


def layers_in(torch, kind):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(2)
            self.out = torch.nn.Linear(16, 1)
            self.hidden = kind([torch.nn.Linear(4, 16), torch.nn.Linear(16, 16)])

        def forward(self, x):
            for layer in self.hidden:
                x = torch.relu(layer(x))
            return self.out(x)

    return Net()


def first(found):
    return [(f.id, f.where) for f in found.faults[:1]]


def test_layers_in_a_plain_list_are_trained_by_nobody():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    for kind, fault in (list, [("layer_not_updated", 2)]), (torch.nn.ModuleList, []):
        model = layers_in(torch, kind)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        kept = [p.detach().clone() for layer in model.hidden for p in layer.parameters()]
        found = pb.diagnose_torch(model, torch.nn.MSELoss(), optimizer, X, y, n_steps=400)
        assert first(found) == fault
        held = [p for layer in model.hidden for p in layer.parameters()]
        assert all(torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(kept, held, strict=True))
    assert list(model.state_dict()) == [name for name, _ in model.named_parameters()]


def scheduled(torch):
    model = layers_in(torch, torch.nn.ModuleList)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=400)
    return model, optimizer, schedule


def test_a_scheduler_begins_every_run_anew_and_is_put_back():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    model, optimizer, schedule = scheduled(torch)
    loss_fn = torch.nn.MSELoss()

    def step(X, y):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        schedule.step()
        return loss

    before = str(schedule.state_dict())
    found = pb.diagnose_torch(model, loss_fn, optimizer, X, y, step=step, n_steps=390)
    assert found.verdict == "healthy", str(found)
    assert str(schedule.state_dict()) == before


def test_an_optimiser_that_asks_for_the_loss_again_is_given_it():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=4)
    found = pb.diagnose_torch(model, torch.nn.MSELoss(), optimizer, X, y, batch_size=300, n_steps=60)
    assert found.verdict == "healthy", str(found)
