"""PyTorch losses that go the wrong way, and models that mix the rows of a batch."""

import numpy as np
import pytest

import pullback as pb

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional


def numbers(n=200):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 3))
    y = np.sin(2 * X[:, :1]) + 0.3 * np.abs(X[:, 1:2]) * rng.standard_normal((n, 1))
    return torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


def steps_of_time(n=200):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 5, 3))
    return torch.tensor(X, dtype=torch.float32), torch.tensor((X[:, :, 0].sum(1) > 0).astype(int))


def layers(out, *end):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, out), *end)


def diagnosed(model, loss_fn, X, y, n_steps=300):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    return pb.diagnose_torch(model, loss_fn, optimizer, X, y, n_steps=n_steps)


def first(found):
    return (found.faults[0].id, found.faults[0].where) if found.faults else found.verdict


def concordance(o, y):
    together = 2 * ((o - o.mean()) * (y - y.mean())).mean()
    return together / (o.var(unbiased=False) + y.var(unbiased=False) + (o.mean() - y.mean()) ** 2)


def overlap(o, y):
    return (2 * (o * y).sum() + 1) / (o.sum() + y.sum() + 1)


def likelihood(sign):
    return lambda o, y: (sign * o[:, 1:] + (y - o[:, :1]) ** 2 * torch.exp(-o[:, 1:])).mean()


@pytest.mark.parametrize("lost", [True, False])
@pytest.mark.parametrize("share", [concordance, overlap])
def test_a_share_of_agreement_is_not_to_be_made_small(share, lost):
    X, y = numbers()
    model, y = (layers(1), y) if share is concordance else (layers(1, nn.Sigmoid()), (X[:, :1] > 0).float())
    found = diagnosed(model, share if lost else lambda o, y: 1 - share(o, y), X, y)
    assert first(found) == (("loss_formula_wrong", "loss") if lost else "healthy"), str(found)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_likelihood_without_a_least_value_is_named_before_the_step_size(sign):
    found = diagnosed(layers(2), likelihood(sign), *numbers())
    assert first(found) == (("loss_formula_wrong", "loss") if sign < 0 else "healthy"), str(found)


def test_logarithms_of_probabilities_cannot_grow_for_ever():
    X, y = numbers()
    shares = torch.softmax(torch.cat([2 * y, 0 * y, -y], 1), 1)
    found = diagnosed(layers(3, nn.LogSoftmax(1)), nn.KLDivLoss(reduction="batchmean"), X, shares)
    assert "loss_formula_wrong" not in [f.id for f in found.faults], str(found)


class OfSteps(nn.Module):
    """Units of each step of time, averaged; on the way the steps change places with the rows."""

    def __init__(self, back):
        super().__init__()
        torch.manual_seed(0)
        self.one, self.norm, self.out, self.back = (
            nn.Linear(3, 12),
            nn.BatchNorm1d(12),
            nn.Linear(12, 2),
            back,
        )

    def forward(self, x):
        h = torch.tanh(self.one(x.transpose(0, 1)))
        return self.out(self.norm(self.back(h).mean(1)))


class Attending(nn.Module):
    def __init__(self, batch_first):
        super().__init__()
        torch.manual_seed(0)
        self.one, self.out = nn.Linear(3, 8), nn.Linear(8, 2)
        self.heed = nn.MultiheadAttention(8, 2, batch_first=batch_first)

    def forward(self, x):
        h = self.one(x)
        return self.out((h + self.heed(h, h, h)[0]).mean(1))


@pytest.mark.parametrize(("model", "fault"), [
    (lambda: OfSteps(lambda h: h.reshape(h.shape[1], h.shape[0], 12)), ("labels_misaligned", "model")),
    (lambda: OfSteps(lambda h: h.transpose(0, 1)), "healthy"),
    (lambda: Attending(False), ("softmax_wrong_axis", "model")),
    (lambda: Attending(True), "healthy"),
])  # fmt: skip
def test_rows_of_a_batch_have_no_part_in_one_another(model, fault):
    found = diagnosed(model(), nn.CrossEntropyLoss(), *steps_of_time())
    assert first(found) == fault, str(found)


class Tags(nn.Module):
    """Four scores for each of five steps of time; rows first, or time first."""

    def __init__(self, rows_first=True):
        super().__init__()
        torch.manual_seed(0)
        self.first = rows_first
        self.look, self.over, self.out = (
            nn.Embedding(8, 8),
            nn.RNN(8, 16, batch_first=rows_first),
            nn.Linear(16, 4),
        )

    def forward(self, x):
        return self.out(self.over(self.look(x if self.first else x.T))[0])


def tagged(n=240):
    X = np.random.default_rng(0).integers(0, 8, (n, 5))
    before = np.concatenate([np.zeros((n, 1), int), X[:, :-1]], 1)
    return torch.tensor(X), torch.tensor((X + before) % 4)


@pytest.mark.parametrize(("rows_first", "loss_fn", "said"), [
    (True, lambda o, y: F.cross_entropy(o.transpose(1, 2), y), "healthy"),
    (True, lambda o, y: F.cross_entropy(o.reshape(len(o), 4, 5), y), ("labels_misaligned", "loss")),
    (False, lambda o, y: F.cross_entropy(o.reshape(-1, 4), y.T.reshape(-1)), "healthy"),
    (False, lambda o, y: F.cross_entropy(o.reshape(-1, 4), y.reshape(-1)), ("labels_misaligned", "model")),
])  # fmt: skip
def test_a_label_is_held_against_the_scores_of_its_own_place(rows_first, loss_fn, said):
    assert first(diagnosed(Tags(rows_first), loss_fn, *tagged())) == said


@pytest.mark.parametrize("turned", [True, False])
def test_a_mask_that_leaves_the_padding_alone_is_turned_round(turned):
    X, y = tagged()
    X[:, 3:], y[:, 3:], y[:, :3] = 0, 0, y[:, :3] + 1

    def masked(o, y):
        losses = F.cross_entropy(o.reshape(-1, 5), y.reshape(-1), reduction="none")
        counts = (y.reshape(-1) != 0) ^ turned
        return (losses * counts).sum() / counts.sum()

    model = Tags()
    model.out = nn.Linear(16, 5)
    assert first(diagnosed(model, masked, X, y)) == (("loss_formula_wrong", "loss") if turned else "healthy")
