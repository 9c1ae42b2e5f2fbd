"""PyTorch loops against what PyTorch's losses, its errors and its layers are made for."""

from itertools import pairwise

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._sandbox import line_of
from pullback.diagnose.pytorch._raised import in_words
from pullback.diagnose.pytorch._ruled import judged
from pullback.diagnose.pytorch._single import of_one
from pullback.diagnose.pytorch._whole_numbers import only_whole

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
    ("ctc_loss", [SHARES], ("missing_softmax", "output")),
    ("ctc_loss", [np.log(SHARES)], None),
    ("soft_margin_loss", [SHARES[:, 0], LABELS], ("labels_wrong", "y")),
    ("soft_margin_loss", [SHARES[:, 0], 2 * LABELS - 1], None),
    ("margin_ranking_loss", [SHARES[:, 0], SHARES[:, 1], np.array([1, 0, -1])], None),
    ("binary_cross_entropy", [SHARES[:, 0], 2.0 * LABELS - 1], ("labels_wrong", "y")),
    ("binary_cross_entropy_with_logits", [9 * SHARES, 255 * SHARES], ("labels_wrong", "y")),
    ("binary_cross_entropy_with_logits", [1.0 * LABELS, 9 * SHARES[:, 0]], ("loss_formula_wrong", "loss")),
    ("binary_cross_entropy_with_logits", [9 * SHARES, SHARES], None),
    ("binary_cross_entropy", [SHARES[:, 0], 1.0 * LABELS], None),
])  # fmt: skip
def test_a_loss_is_given_what_it_says_it_takes(name, args, said):
    found = [(f.id, f.where) for f in judged(name, args)]
    assert found == ([said] if said else [])


@pytest.mark.parametrize(("message", "moved", "fault", "fix"), [
    ("has been modified by an inplace operation", True, "update_order", "then optimizer.step()"),
    ("has been modified by an inplace operation", False, "inplace_mutation", "inplace=False"),
    ("element 0 of tensors does not require grad and does not have a grad_fn", False, "params_not_updated",
     "no detach()"),
    ("Trying to backward through the graph a second time", False, "exception", "detach()"),
    ("something else", True, "exception", "mend this line"),
])  # fmt: skip
def test_an_error_of_pytorchs_is_the_fault_it_comes_from(message, moved, fault, fix):
    f = Finding(
        "exception", "step", f"step raises RuntimeError: {message}", "a.py:3: x", "mend this line", 1, 101
    )
    in_words(f, lambda: moved)
    assert (f.id, f.where) == (fault, "step")
    assert fix in f.fix


@pytest.mark.parametrize(("outputs", "cut"), [
    (lambda x: np.tanh(np.trunc(x)), True),
    (lambda x: np.tanh(np.rint(x)), True),
    (np.tanh, False),
    (lambda x: np.maximum(x - 1e3, 0), False),
    (lambda x: x[:, 1:] * 2, False),
])  # fmt: skip
def test_a_model_that_sees_whole_numbers_only(outputs, cut):
    x = np.random.default_rng(0).standard_normal((20, 3)) * 3
    x[:, 1:] = np.trunc(x[:, 1:])
    assert only_whole(outputs, x) == cut


def test_the_line_of_an_error_is_the_loop_s_and_no_package_s(tmp_path):
    inside = tmp_path / "site-packages" / "some" / "engine.py"
    inside.parent.mkdir(parents=True)
    inside.write_text("")
    names = {}
    exec(compile("def run():\n    raise ValueError('inside')\n", str(inside), "exec"), names)
    with pytest.raises(ValueError, match="inside") as raised:
        names["run"]()
    assert "test_diagnose_torch_rules" in line_of(raised.value)


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


@pytest.mark.parametrize("early", [True, False])
def test_a_step_before_the_backward_pass_is_out_of_order(early):
    torch = pytest.importorskip("torch")
    model, loss_fn = layers(torch), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)

    def step(X, y):
        loss = loss_fn(model(X), y)
        if early:
            optimizer.step()
            optimizer.zero_grad()
            loss.backward()
        else:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss

    found = said(torch, model, loss_fn, *classes(torch), step, optimizer)
    assert found == (("update_order", "step") if early else "healthy")


@pytest.mark.parametrize("whole", [True, False])
def test_inputs_that_lose_their_fractions_in_the_model(whole):
    torch = pytest.importorskip("torch")

    class Cast(torch.nn.Module):
        def forward(self, x):
            return x.int().to(x.dtype) if whole else x

    model = torch.nn.Sequential(Cast(), *layers(torch))
    found = said(torch, model, torch.nn.CrossEntropyLoss(), *classes(torch))
    assert found == (("dtype_truncation", "X") if whole else "healthy")


@pytest.mark.parametrize("end", [True, False])
def test_a_relu_behind_the_last_layer_keeps_a_cross_entropy_from_falling(end):
    torch = pytest.importorskip("torch")
    model = layers(torch, *([torch.nn.ReLU()] if end else []))
    with torch.no_grad():
        model[2].bias -= 2
    found = said(torch, model, torch.nn.CrossEntropyLoss(), *classes(torch))
    assert found == (("output_range_clipped", "output") if end else "healthy")


@pytest.mark.parametrize("own", [True, False])
def test_a_step_that_goes_down_a_loss_of_its_own_and_up_the_given_one(own):
    torch = pytest.importorskip("torch")
    model, loss_fn = layers(torch), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def step(X, y):
        optimizer.zero_grad()
        out = model(X)
        loss = torch.softmax(out, 1).gather(1, y[:, None]).mean() if own else loss_fn(out, y)
        loss.backward()
        optimizer.step()
        return loss

    found = said(torch, model, loss_fn, *classes(torch), step, optimizer)
    assert found == (("loss_formula_wrong", "loss") if own else "healthy")


def test_a_loss_that_is_not_differentiated_by_its_targets_is_examined():
    torch = pytest.importorskip("torch")
    X, y = classes(torch)
    y = 2.0 * (y[:, None] == 0) - 1
    assert said(torch, layers(torch, outputs=1), torch.nn.SoftMarginLoss(), X, y) == "healthy"


@pytest.mark.parametrize("axis", [1, 2])
def test_weights_of_attention_are_shared_out_among_more_than_one(axis):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    X, at, rows = rng.standard_normal((240, 5, 3)), rng.integers(0, 5, 240), np.arange(240)
    X[..., 0] = 0
    X[rows, at, 0] = 3
    y = X[rows, at, 1:2].copy()

    class Pool(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.value, self.weight = torch.nn.Linear(3, 8), torch.nn.Linear(3, 1)
            self.out = torch.nn.Linear(8, 1)

        def forward(self, x):
            return self.out((self.value(x) * torch.softmax(self.weight(x), axis)).sum(1))

    X, y = (torch.tensor(a, dtype=torch.float32) for a in (X, y))
    found = said(torch, Pool(), torch.nn.MSELoss(), X, y)
    assert found == ("healthy" if axis == 1 else ("softmax_single_output", "model"))


@pytest.mark.parametrize(("widths", "found"), [
    ([1], [("output_range_clipped", "output")]),
    ([1, 8], [("output_range_clipped", "model")]),
    ([6, 8], []),
])  # fmt: skip
def test_a_norm_over_one_number_lets_nothing_through(widths, found):
    """Layers of these widths, each with a norm behind it."""
    torch = pytest.importorskip("torch")
    from pullback.diagnose.pytorch._loop import TorchLoop

    nn = torch.nn
    torch.manual_seed(0)
    pairs = [(nn.Linear(i, o), nn.LayerNorm(o)) for i, o in pairwise([4, *widths])]
    model = nn.Sequential(*(layer for pair in pairs for layer in pair))
    loop = TorchLoop(model, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1), None)
    loop.dtype = torch.float32
    said = of_one(loop, np.random.default_rng(0).standard_normal((9, 4)), np.ones((9, widths[-1])))
    assert [(f.id, f.where) for f in said] == found


@pytest.mark.parametrize("copied", [True, False])
def test_an_update_of_a_transposed_weight_s_copy_is_lost(copied):
    torch = pytest.importorskip("torch")
    (X, y), model, loss_fn = classes(torch), layers(torch), torch.nn.CrossEntropyLoss()
    model[0].weight = torch.nn.Parameter(model[0].weight.detach().t().contiguous().t())

    def step(X, y):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                (p.reshape(-1) if copied else p).sub_(0.1 * (p.grad.reshape(-1) if copied else p.grad))
        return loss

    found = said(torch, model, loss_fn, X, y, step, torch.optim.SGD(model.parameters(), lr=0.1))
    assert found == (("layer_not_updated", 0) if copied else "healthy")
