"""PyTorch loops: what they have beside model and optimiser, and what their losses are made of."""

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose._findings import Finding
from pullback.diagnose.pytorch._beside import keepers, lasting
from pullback.diagnose.pytorch._call import Call
from pullback.diagnose.pytorch._fed import agrees
from pullback.diagnose.pytorch._given import check_arguments, number
from pullback.diagnose.pytorch._words import in_its_words
from pullback.diagnose.recording._record import record
from pullback.diagnose.recording._recorded import current
from pullback.errors import ArgumentError


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


def test_a_momentum_added_up_by_hand_begins_every_run_anew_and_is_put_back():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    model = layers_in(torch, torch.nn.ModuleList)
    loss_fn, optimizer = torch.nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.05)
    kept = {"v": [torch.zeros_like(p) for p in model.parameters()]}

    def step(X, y):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p, v in zip(model.parameters(), kept["v"], strict=True):
                v.mul_(0.9).add_(p.grad)
                p -= 0.05 * v
        return loss

    found = pb.diagnose_torch(model, loss_fn, optimizer, X, y, step=step, n_steps=400)
    assert found.verdict == "healthy", str(found)
    assert not any(v.any() or v.dtype != torch.float32 for v in kept["v"])


def test_an_optimiser_that_asks_for_the_loss_again_is_given_it():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=4)
    found = pb.diagnose_torch(model, torch.nn.MSELoss(), optimizer, X, y, batch_size=300, n_steps=60)
    assert found.verdict == "healthy", str(found)


def test_a_call_that_numpy_does_not_have_knows_its_way_back_and_is_made_again():
    def loss(p, X, y):
        tape, (w,) = current(), p
        made = tape.add(call, (w, 3.0), {}, np.asarray(w) ** 3.0)
        return np.mean(np.sin(made))

    call = Call("cube", lambda u, w, k: [u * k * w ** (k - 1), None], lambda w, k: w**k)
    w = np.array([0.3, -0.7])
    tape = record(loss, [w], np.zeros((2, 1)), np.zeros(2))
    assert np.allclose(tape.gradient(1)[0], np.cos(w**3) * 3 * w**2 / 2)
    node = next(n for n in tape.nodes if n.name == "cube")
    assert np.allclose(node.op(2 * w, 3.0), (2 * w) ** 3)
    with pytest.raises(TypeError, match="cube is not made again"):
        Call("cube", call.back)(w)


def test_the_entries_that_a_column_of_whole_floats_picks_have_their_way_back():
    torch = pytest.importorskip("torch")
    from pullback.diagnose.pytorch._loop import TorchLoop

    torch.manual_seed(0)
    X, y = torch.randn(8, 3), torch.stack([torch.arange(8) % 2, torch.arange(8)], 1).float()
    model, pick = torch.nn.Linear(3, 2), lambda o, y: (o.gather(1, y[:, :1].long())[:, 0] - y[:, 1]).square()
    loop = TorchLoop(model, lambda o, y: pick(o, y).mean(), torch.optim.SGD(model.parameters(), lr=0.1), None)
    loop.dtype = torch.float32
    given = loop.leaves(), X.numpy().astype(float), y.numpy().astype(float)
    tape = record(loop.loss, *given)
    for found, true in zip(tape.gradient(2), loop.gradient(*given), strict=True):
        assert np.allclose(found, true, atol=1e-5)


def pictures(torch):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    X = rng.normal(size=(300, 1, 8, 8)) * 0.3
    X[np.arange(300), 0, 2 * labels] += 1
    return torch.tensor(X, dtype=torch.float32), torch.tensor(labels)


def convolutions(torch, *end):
    torch.manual_seed(0)
    nn = torch.nn
    layers = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten()
    return nn.Sequential(*layers, nn.Linear(36, 3), *end)


def test_what_is_wrong_at_the_end_of_convolutions_is_met():
    torch = pytest.importorskip("torch")
    X, y = pictures(torch)
    for end, fault in ((torch.nn.Softmax(1),), [("double_softmax", "output")]), ((), []):
        model = convolutions(torch, *end)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        assert first(pb.diagnose_torch(model, torch.nn.functional.cross_entropy, optimizer, X, y)) == fault


def test_what_is_wrong_at_the_end_of_a_recurrent_network_is_met():
    torch = pytest.importorskip("torch")
    X, y = table(torch)

    class Last(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.cells = torch.nn.LSTM(1, 8, batch_first=True)
            self.out = torch.nn.Linear(8, 1)

        def forward(self, x):
            return self.out(self.cells(x[:, :, None])[0][:, -1])

    model = Last()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    found = pb.diagnose_torch(model, torch.nn.MSELoss(), optimizer, X, y[:, 0])
    assert first(found) == [("loss_broadcast", "loss")]


def test_a_softmax_of_one_unit_is_met_though_the_logarithm_has_a_floor():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    model = torch.nn.Sequential(torch.nn.Linear(4, 1), torch.nn.Softmax(1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    found = pb.diagnose_torch(model, torch.nn.BCELoss(), optimizer, X, (y > 0).float())
    assert first(found) == [("softmax_single_output", "output")]


class Weight:
    """What is asked of a parameter, without PyTorch."""

    def __init__(self, dtype="torch.float32", device="cpu"):
        self.dtype = dtype
        self.device = type("device", (), {"type": device})


class Model:
    def __init__(self, **weight):
        self.weight = Weight(**weight)

    def named_parameters(self):
        return [("fc.weight", self.weight)]


class Optimizer:
    param_groups = ()


ROWS = np.zeros((4, 2))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, None),
        ({"model": Model}, "model is not PyTorch's"),
        ({"optimizer": iter([])}, "optimizer is not PyTorch's"),
        ({"loss_fn": Model}, "loss_fn cannot be called"),
        ({"step": 3}, "step cannot be called"),
        ({"X": (ROWS, ROWS)}, "X is no tensor"),
        ({"y": None}, "y is no tensor"),
        ({"y": ROWS[:3]}, "X and y have different numbers of rows"),
        ({"model": Model(dtype="torch.bfloat16")}, "fc.weight is torch.bfloat16"),
        ({"model": Model(device="cuda")}, "model is not on the CPU"),
    ],
)
def test_what_cannot_be_taken_is_said_before_any_work(change, line):
    given = {"model": Model(), "loss_fn": max, "optimizer": Optimizer(), "X": ROWS, "y": ROWS, "step": None}
    if line is None:
        check_arguments(**given | change)
        return
    with pytest.raises(ArgumentError) as error:
        check_arguments(**given | change)
    assert str(error.value).splitlines()[0] == line


def test_a_loss_of_every_row_is_no_number():
    assert number(np.array([2.0]), "step") == 2.0
    with pytest.raises(TypeError, match=r"loss_fn returns a tensor of shape \(4, 2\), expected one number"):
        number(ROWS, "loss_fn")


@pytest.mark.parametrize(
    ("fault", "listed", "held", "trained", "fix"),
    [
        ("layer_not_updated", False, False, True, "keep layers in nn.ModuleList"),
        ("layer_not_updated", True, False, False, "set it to True"),
        ("layer_not_updated", True, False, True, "make the optimiser with model.parameters()"),
        ("layer_not_updated", True, True, True, "let its gradient come"),
        ("params_not_updated", True, True, True, "zero_grad(), then loss.backward()"),
        ("grad_not_zeroed", True, True, True, "call optimizer.zero_grad()"),
        ("lr_too_large", True, True, True, "as it was"),
    ],
)
def test_fixes_are_said_in_pytorchs_words(fault, listed, held, trained, fix):
    class Loop:
        ours = [Weight()]  # noqa: RUF012
        model, optimizer = Model(), Optimizer()

    Loop.ours[0].requires_grad = trained
    Loop.model.weight = Loop.ours[0] if listed else Weight()
    Loop.optimizer.param_groups = [{"params": Loop.ours if held else []}]
    f = Finding(
        fault, 0 if fault == "layer_not_updated" else "step", "words", "evidence", "as it was", 0.9, 85
    )
    in_its_words([f], Loop)
    assert f.fix.startswith(fix)


@pytest.mark.parametrize(
    ("change", "right"),
    [
        (lambda g: g, True),
        (lambda g: [0.1 * x for x in g], True),
        (lambda g: [-x for x in g], False),
        (lambda g: [g[0], 2 * g[1]], False),
        (lambda g: [g[0].T.copy(), g[1]], False),
    ],
)
def test_gradients_are_held_against_differences_of_the_loss(change, right):
    rng = np.random.default_rng(0)
    A, b = rng.standard_normal((3, 3)), rng.standard_normal(3)
    slopes = [np.cos(A), 2 * b]
    loss = lambda p: np.sum(np.sin(p[0])) + np.sum(p[1] ** 2)
    assert agrees(loss, [A, b], change(slopes)) is right


def test_a_rule_that_is_not_known_is_no_mistake_of_the_backward_pass():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.002, momentum=0.9, centered=True)
    found = pb.diagnose_torch(model, torch.nn.MSELoss(), optimizer, X, y, n_steps=400)
    assert found.verdict == "healthy", str(found)


def test_a_gradient_spoiled_before_the_optimiser_is_given_it_stays_named():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loss_fn = torch.nn.MSELoss()

    def step(X, y):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        model[0].bias.grad[:] = model[0].bias.grad.sum()
        optimizer.step()
        return loss

    found = pb.diagnose_torch(model, loss_fn, optimizer, X, y, step=step, n_steps=400)
    assert first(found) == [("grad_bias_wrong", 1)]


def test_tensors_of_the_same_numbers_are_not_drawn_anew():
    weight, zeros, drawn = np.ones((3, 2)), np.zeros(4), np.ones(2)
    first, second = [weight, zeros, drawn], [weight, np.zeros(4), np.full(2, 3.0)]
    kept, passing = lasting(first, second)
    assert [id(p) for p in kept] == [id(weight)]
    assert passing == [(2,)]


def hidden_by(torch, layer):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.hidden, self.out = torch.nn.Linear(4, 32), torch.nn.Linear(32, 1)

        def forward(self, x):
            return self.out(torch.tanh(layer(self, x)))

    return Net()


def test_a_layer_that_every_call_makes_anew_is_trained_by_nobody():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    new = lambda net, x: torch.nn.Linear(4, 32, dtype=x.dtype)(x)
    for layer, fault in (new, [("layer_not_updated", "model")]), (lambda net, x: net.hidden(x), []):
        model = hidden_by(torch, layer)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        assert first(pb.diagnose_torch(model, torch.nn.MSELoss(), optimizer, X, y, n_steps=400)) == fault


def test_dropout_by_a_function_is_off_where_it_heeds_the_mode_and_named_where_it_does_not():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    dropped = torch.nn.functional.dropout
    for layer, fault in (
        (lambda net, x: dropped(net.hidden(x), 0.2, training=net.training), []),
        (lambda net, x: dropped(net.hidden(x), 0.5), [("dropout_at_eval", "loss")]),
    ):
        model = hidden_by(torch, layer)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        found = pb.diagnose_torch(model, torch.nn.MSELoss(), optimizer, X, y, n_steps=400)
        assert first(found) == fault
        assert model.training


def test_noise_that_is_part_of_a_model_is_no_dropout():
    torch = pytest.importorskip("torch")
    X, _ = table(torch)

    class Coder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.inner = torch.nn.Linear(4, 16)
            self.mean, self.spread = torch.nn.Linear(16, 3), torch.nn.Linear(16, 3)
            self.out = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.Tanh(), torch.nn.Linear(16, 4))

        def forward(self, x):
            h = torch.tanh(self.inner(x))
            mean, spread = self.mean(h), self.spread(h)
            return self.out(mean + torch.exp(spread / 2) * torch.randn_like(mean)), mean, spread

    def loss_fn(told, x):
        made, mean, spread = told
        apart = (mean**2 + spread.exp() - 1 - spread).sum(1).mean() / 2
        return ((made - x) ** 2).mean() + 0.01 * apart

    model = Coder()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    found = pb.diagnose_torch(model, loss_fn, optimizer, X, X, n_steps=400)
    assert found.verdict == "healthy", str(found)


def test_a_call_that_takes_only_the_shape_of_the_outputs_has_no_slope():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
    loss_fn = lambda out, y: ((out - y * torch.ones_like(out)) ** 2).mean()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    found = pb.diagnose_torch(model, loss_fn, optimizer, X, y, n_steps=600)
    assert found.verdict == "healthy", str(found)


def test_a_loop_that_breaks_in_its_own_precision_alone_is_named():
    torch = pytest.importorskip("torch")
    X, y = table(torch)
    for eps, fault in (1e-8, [("loss_unstable", "step")]), (1e-4, []):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1)).half()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01, eps=eps)
        kept = [p.detach().clone() for p in model.parameters()]
        loss_fn = torch.nn.MSELoss()
        assert first(pb.diagnose_torch(model, loss_fn, optimizer, X.half(), y.half(), n_steps=400)) == fault
        assert all(torch.equal(a, b) for a, b in zip(kept, model.parameters(), strict=True))
