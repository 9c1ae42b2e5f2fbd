"""The order of causes: what is proven, what beside it, what else may be; and the notebook's loops by name."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose._verdict import Diagnosis, _unsettled, rank
from pullback.diagnose.experiments._rivals import CONFUSED, MOST, RIVALS
from pullback.diagnose.loops._patient import Patient

EXAMPLES = Path(__file__).parent.parent / "examples"
rng = np.random.default_rng(5)
X = rng.standard_normal((100, 4))
y = np.tanh(X @ [1.0, -1.0, 0.5, 0.0]) + 0.5 * X[:, 3] * X[:, 0]
start = [rng.standard_normal((4, 8)) / 2, np.zeros(8), rng.standard_normal((8, 8)) / 3, np.zeros(8),
         rng.standard_normal(8) / 3, np.zeros(1)]  # fmt: skip


def forward(p, X):
    h = np.tanh(X @ p[0] + p[1])
    g = np.tanh(h @ p[2] + p[3])
    return h, g, g @ p[4] + p[5]


def loss(p, X, y):
    return float(np.mean((forward(p, X)[2] - y) ** 2))


def gradient(p, X, y, back=lambda W, d, h: (d @ W.T) * (1 - h * h)):
    h, g, out = forward(p, X)
    d = 2 * (out - y) / len(y)
    top = np.outer(d, p[4]) * (1 - g * g)
    low = back(p[2], top, h)
    return [X.T @ low, low.sum(0), h.T @ top, top.sum(0), g.T @ d, d.sum(keepdims=True)]


def plain(rate=0.1, gradient=gradient):
    def step(p, X, y):
        return [w - rate * g for w, g in zip(p, gradient(p, X, y), strict=True)], loss(p, X, y)

    return step


def found(step, **more):
    given = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20, "n_steps": 400}
    return diagnose(**{**given, **more})


def first(step, **more):
    return found(step, **more).faults[0].id


@pytest.mark.parametrize(("weight", "stands"), [(1e-4, False), (3.0, True)])
def test_a_penalty_that_hardly_pulls_is_no_explanation(weight, stands):
    def drawn(p, X, y):
        return np.mean((X @ p[0] - y) ** 2) + weight * np.sum(p[0] ** 2)

    given = {"params": [np.ones(4)], "X": X, "y": y, "loss": drawn, "grad": lambda p, X, y: p}
    found = RIVALS["regularisation_too_strong"].stands(Case(Patient(given), 10.0))
    assert (found is not None) is stands


@pytest.mark.parametrize(("shares", "stands"), [([50] * 10, False), ([90, 10], True), ([50, 50], False)])
def test_a_class_is_rare_beside_others_that_have_more_rows(shares, stands):
    y = np.repeat(np.arange(len(shares)), shares)
    case = SimpleNamespace(y=y, n=len(y))
    assert (RIVALS["class_imbalance"].stands(case) is not None) is stands


def test_every_explanation_that_may_be_confused_can_be_looked_for():
    assert {rival for rivals in CONFUSED.values() for rival in rivals} <= set(RIVALS)


def test_a_healthy_loop_has_no_other_explanations():
    told = found(plain())
    assert (told.verdict, told.faults) == ("healthy", [])


def test_what_is_not_ruled_out_follows_the_proven_cause_with_less_confidence():
    faults = found(plain(rate=1e-6)).faults
    assert faults[0].id == "lr_too_small"
    assert 1 < len(faults) <= MOST
    assert [f.confidence for f in faults] == sorted((f.confidence for f in faults), reverse=True)
    assert all(f.words.startswith("not ruled out") and f.confidence < 0.5 for f in faults[1:])


def test_what_makes_no_loop_faulty_by_itself_stands_only_beside_a_fault():
    beside = Finding("grad_constant_factor", "grad", "", "", "", weight=44, alone=False)
    cause = Finding("lr_too_small", "step", "", "", "", weight=60)
    assert rank([beside]) == []
    assert rank([beside, cause]) == [cause, beside]
    again = Finding("grad_constant_factor", "grad", "", "", "", weight=43)
    assert rank([beside, again]) == [beside], "one experiment of two says that the loop is faulty by it"


@pytest.mark.parametrize(
    ("back", "fault"),
    [
        (lambda W, d, h: d @ W.T, "grad_missing_activation_derivative"),
        (lambda W, d, h: (d @ W) * (1 - h * h), "grad_transposed"),
        (lambda W, d, h: d * (1 - h * h), "grad_wrong_delta"),
        (lambda W, d, h: (d @ W.T) * (h * h - 1), "grad_sign_flipped"),
        (lambda W, d, h: (d @ W.T) * h, "grad_activation_derivative_wrong"),
        (lambda W, d, h: (1 - h * h) / len(h), "grad_drops_upstream"),
    ],
)
@pytest.mark.parametrize("momentum", [False, True])
def test_a_wrong_way_back_is_named_before_its_symptoms(back, fault, momentum):
    wrong = lambda p, X, y: gradient(p, X, y, back)
    step = scheduled(0.9, wrong) if momentum else plain(0.1, wrong)
    assert first(step) == fault


def scheduled(beta, gradient=gradient, sign=1.0):
    """Momentum under a rate that decays."""
    state = {"t": 0, "v": [0.0] * len(start)}

    def step(p, X, y):
        state["t"] += 1
        state["v"] = [beta * v + g for v, g in zip(state["v"], gradient(p, X, y), strict=True)]
        rate = sign * 0.03 * 0.995 ** state["t"]
        return [w - rate * v for w, v in zip(p, state["v"], strict=True)], loss(p, X, y)

    return step


def test_momentum_under_a_decaying_rate_is_healthy_and_its_faults_are_named():
    assert found(scheduled(0.9)).verdict == "healthy"
    assert first(scheduled(1.0)) == "momentum_state_wrong"
    assert first(scheduled(0.9, sign=-1.0)) == "grad_sign_flipped"


def warmed(kept=()):
    """Plain steps whose rate rises from zero; some parameters may be left out."""
    clock = {"t": 0}

    def step(p, X, y):
        rate = 0.1 * min(clock["t"] / 8, 1.0)
        clock["t"] += 1
        moved = [w - rate * g for w, g in zip(p, gradient(p, X, y), strict=True)]
        return [p[k] if k in kept else w for k, w in enumerate(moved)], loss(p, X, y)

    return step


def test_a_rate_that_starts_at_zero_is_no_fault():
    """The first move is none at all, and says nothing of rows or memory."""
    assert found(warmed()).verdict == "healthy"


def test_biases_left_out_beside_a_rate_that_starts_at_zero_are_not_hidden_by_rounding():
    told = found(warmed(kept=(1, 3, 5))).faults[0]
    assert (told.id, told.where) == ("layer_not_updated", 1)


def own_rows(shift=0, onward=1):
    """A step that keeps its own data and looks at none of what it is given."""
    state = {"t": 0}

    def step(p, unused, also_unused):
        rows = np.arange(20 * state["t"], 20 * state["t"] + 20) % 80
        state["t"] += onward
        a, b = X[rows], y[rows + shift]
        return [w - 0.1 * g for w, g in zip(p, gradient(p, a, b), strict=True)], loss(p, a, b)

    return step


def test_the_rows_a_step_takes_by_itself_are_found():
    assert found(own_rows()).verdict == "healthy"
    assert first(own_rows(shift=3)) == "labels_misaligned"
    assert first(own_rows(onward=0)) == "batch_indexing_wrong"


@pytest.mark.parametrize(
    ("reached", "room", "settled"), [(0.95, 0.9, True), (0.7, 0.9, False), (1.0, 0.05, False)]
)
def test_a_loop_that_learns_nearly_all_is_healthy_though_the_time_is_up(reached, room, settled):
    facts = {"skipped": ["treatment"], "reached": reached, "room": room}
    assert (_unsettled(Diagnosis("loop", facts=facts)) == "") is settled
    assert _unsettled(Diagnosis("loop", facts={"skipped": ["treatment"]}))


def test_objects_within_objects_are_parameters():
    class Dense:
        def __init__(self, w, b):
            self.w, self.b = w, b

    class Net:
        def __init__(self):
            self.low, self.middle, self.top = (Dense(start[k], start[k + 1]) for k in (0, 2, 4))

    leaves = lambda net: [x for part in (net.low, net.middle, net.top) for x in (part.w, part.b)]
    value = lambda net, X, y: loss(leaves(net), X, y)

    def step(sign):
        def move(net, X, y):
            now = value(net, X, y)
            grads = gradient(leaves(net), X, y)
            for part, w, b in zip((net.low, net.middle, net.top), grads[::2], grads[1::2], strict=True):
                part.w, part.b = part.w - sign * 0.1 * w, part.b - sign * 0.1 * b
            return net, now

        return move

    assert found(step(1.0), params=Net(), loss=value).verdict == "healthy"
    assert first(step(-1.0), params=Net(), loss=value) == "grad_sign_flipped"


BESIDE = ["init_symmetric", "grad_constant_factor", "loss_reporting_wrong"]


@dataclass
class Layers:
    """Parameters kept in a dataclass, as people do."""

    weights: list = field(default_factory=lambda: [w.copy() for w in start])


@pytest.mark.parametrize(("sign", "expected"), [(1.0, []), (-1.0, ["grad_sign_flipped"])])
def test_a_dataclass_of_parameters_can_be_copied(sign, expected):
    def step(net, X, y):
        now = loss(net.weights, X, y)
        grads = gradient(net.weights, X, y)
        return Layers([w - sign * 0.1 * g for w, g in zip(net.weights, grads, strict=True)]), now

    told = found(step, params=Layers(), loss=lambda net, X, y: loss(net.weights, X, y))
    assert [f.id for f in told.faults[:1]] == expected


@pytest.mark.parametrize(
    ("name", "cause"), [("as_written", "grad_averaged_twice"), ("as_written_minibatch", "params_not_updated")]
)
def test_the_notebooks_loops_are_told_all_their_causes(name, cause, monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    told = diagnose(str(EXAMPLES / f"{name}.py"))
    by_id = {f.id: f for f in told.faults}
    assert [f.id for f in told.faults[:4]] == [cause, *BESIDE]
    import as_written

    n, d = as_written.n, as_written.d
    evidence = {k: f"{f.words}; {f.evidence}" for k, f in by_id.items()}
    assert f"divided by the number of features; grad gives 1/{d}" in evidence["grad_constant_factor"]
    assert "every value is 1" in evidence["init_symmetric"]
    if name == "as_written":
        assert f"{1e-5 / n:.3g} is 1e-05 divided by {n} rows" in evidence["grad_averaged_twice"]
        assert f"the loss of one row, divided by all {n} rows" in evidence["loss_reporting_wrong"]
    else:
        assert "the step is 1e-100 times the gradient" in evidence["params_not_updated"]
        assert "the batch's last row alone" in evidence["loss_reporting_wrong"]


def test_the_mended_notebook_is_healthy(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    told = diagnose(str(EXAMPLES / "mended.py"), budget=30)  # its steps go sample by sample
    assert (told.verdict, told.faults) == ("healthy", [])


def test_a_loss_that_draws_a_mask_is_noise_where_the_model_is_judged():
    draw = np.random.default_rng(0)

    def noisy(p, X, y):
        h = np.tanh(X @ p[0] + p[1]) * (draw.random((len(X), 8)) < 0.5) * 2
        return float(np.mean((np.tanh(h @ p[2] + p[3]) @ p[4] + p[5] - y) ** 2))

    told = found(plain(), loss=noisy).faults[0]
    assert (told.id, told.where) == ("dropout_at_eval", "loss")
    told = found(plain(), predict=lambda p, X: forward(p, X)[2] * draw.random(len(X))).faults[0]
    assert (told.id, told.where) == ("dropout_at_eval", "model")
    assert found(plain(), predict=lambda p, X: forward(p, X)[2]).verdict == "healthy"


def replicas(together):
    """Two copies of the model, each on its half of the batch."""

    def step(both, X, y):
        value, halves = shared(both, X, y), (slice(0, len(y) // 2), slice(len(y) // 2, None))
        grads = [gradient(p, X[h], y[h]) for p, h in zip((both[:6], both[6:]), halves, strict=True)]
        if together:
            grads = [[(a + b) / 2 for a, b in zip(*grads, strict=True)]] * 2
        return [w - 0.1 * g for w, g in zip(both, [*grads[0], *grads[1]], strict=True)], value

    return step


def shared(both, X, y):
    return loss(both[:6], X, y)


@pytest.mark.parametrize(("together", "expected"), [(True, []), (False, ["replica_desync"])])
def test_copies_of_a_model_that_drift_apart_are_seen(together, expected):
    twice = [w.copy() for w in (*start, *start)]
    told = found(replicas(together), params=twice, loss=shared)
    assert [f.id for f in told.faults[:1]] == expected


@pytest.mark.parametrize(
    ("rate", "logs", "steps", "stands"),
    [(3.0, 0, 900, False), (0.1, 0, 900, False), (0.1, 1e-9, 900, True), (3.0, 1e-9, 30, False)],
)
def test_sigmoids_in_a_loss_that_runs_away_or_stays_finite_are_not_what_breaks_it(rate, logs, steps, stands):
    draw = np.random.default_rng(2)
    X, start = draw.standard_normal((60, 4)), [draw.standard_normal((4, 6)), draw.standard_normal((6, 1))]
    y = X[:, :1] - X[:, 1:2]

    def hidden(p, X):
        return 1 / (1 + np.exp(-X @ p[0]))

    @np.errstate(all="ignore")
    def cost(p, X, y):
        square = np.mean((hidden(p, X) @ p[1] - y) ** 2)
        return square - logs * np.mean(np.log(hidden(p, X) + 1e-99)) if logs else square

    @np.errstate(all="ignore")
    def step(p, X, y):
        h = hidden(p, X)
        d = 2 * (h @ p[1] - y) / len(y)
        return [p[0] - rate * X.T @ (d @ p[1].T * h * (1 - h)), p[1] - rate * h.T @ d], cost(p, X, y)

    given = {"params": start, "X": X, "y": y, "loss": cost, "step": step, "batch_size": 60, "n_steps": steps}
    case = Case(Patient(given), 10.0)
    assert (RIVALS["loss_unstable"].stands(case) is not None) == stands


@pytest.mark.parametrize(
    ("beside", "found", "expected"),
    [
        ("grad_reduction_sum", "too_few_steps", ["too_few_steps"]),
        ("grad_reduction_sum", "lr_too_large", ["grad_reduction_sum", "lr_too_large"]),
        ("grad_averaged_twice", "lr_too_large", ["lr_too_large"]),
        ("grad_averaged_twice", "lr_too_small", ["grad_averaged_twice", "lr_too_small"]),
    ],
)
def test_a_longer_step_is_no_cause_of_slowness_nor_a_shorter_one_of_haste(beside, found, expected):
    size = Finding(beside, "step", "", "", "", 0.95, 69.5, alone=False)
    assert [f.id for f in rank([size, Finding(found, "step", "", "", "", 0.85, 60)])] == expected


CLASSES = (X[:, 0] * X[:, 1] + X[:, 2] > 0).astype(float)
ONE_HIDDEN = [*start[:2], start[4], np.zeros(1)]


def chance(p, X):
    h = np.tanh(X @ p[0] + p[1])
    return h, 1 / (1 + np.exp(-(h @ p[2] + p[3])))


def entropy(p, X, y):
    q = np.clip(chance(p, X)[1], 1e-9, 1 - 1e-9)
    return float(-np.mean(y * np.log(q) + (1 - y) * np.log(1 - q)))


def by_hand(slope):
    def step(p, X, y):
        h, q = chance(p, X)
        d = slope(q, y)
        back = np.outer(d, p[2]) * (1 - h * h)
        grads = [X.T @ back, back.sum(0), h.T @ d, d.sum(keepdims=True)]
        return [w - 0.5 * g for w, g in zip(p, grads, strict=True)], entropy(p, X, y)

    return step


@pytest.mark.parametrize(("slope", "fault"), [
    (lambda q, y: q * (1 - q), "grad_drops_upstream"),
    (lambda q, y: (q - CLASSES[: len(q)]) / len(q), "labels_misaligned"),
])  # fmt: skip
def test_a_signal_dropped_at_the_output_is_what_loses_the_targets(slope, fault):
    given = {"params": ONE_HIDDEN, "y": CLASSES, "loss": entropy}
    assert first(by_hand(slope), **given) == fault


@pytest.mark.parametrize(("size", "stands"), [(0.02, True), (0.3, False)])
def test_an_error_signal_that_dies_on_the_way_down_is_not_ruled_out_where_all_gradients_are_alike(
    size, stands
):
    """Small weights take as much from the values as from the signal: every layer's gradient is as small."""
    draw = np.random.default_rng(1)
    small = [size * draw.standard_normal(s) for s in ((4, 12), (12, 12), (12, 12), (12, 12), (12, 1))]

    def deep(p, X, y):
        h = X
        for W in p[:-1]:
            h = np.tanh(h @ W)
        return float(np.mean(((h @ p[-1])[:, 0] - y) ** 2))

    case = Case(Patient({"params": small, "X": X, "y": y, "loss": deep, "grad": lambda p, X, y: p}), 10.0)
    assert (RIVALS["vanishing_gradient"].stands(case) is not None) == stands
