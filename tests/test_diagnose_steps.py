"""Steps, batches, penalties and starts: what one measurement says, on loops written for one question each."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import _rivals, units
from pullback.diagnose.experiments.of_treatment._batches import overshoots, stuck
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.experiments.of_treatment._dying import dies, falls_too_soon
from pullback.diagnose.experiments.of_treatment._penalties import in_loss
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.training._runs import Run

rng = np.random.default_rng(0)
X = rng.standard_normal((200, 3))
y = X @ np.array([1.0, -2.0, 0.5]) + 0.1 * rng.standard_normal(200)
y = (y - y.mean()) / y.std()


def squares(p, X, y):
    return float(np.mean((X @ p[0] + p[1] - y) ** 2))


PENALTIES = {
    "none, though the bias owes a square": (squares, {}),
    "squares": (lambda p, X, y: squares(p, X, y) + 1.5 * float(p[0] @ p[0]), {0: 3.0}),
    "squares, divided by the rows": (lambda p, X, y: squares(p, X, y) + p[0] @ p[0] / len(y), {0: 2 / 200}),
    "absolute values": (lambda p, X, y: squares(p, X, y) + np.abs(p[0]).sum(), {}),
    "of every parameter": (lambda p, X, y: squares(p, X, y) + sum(np.sum(w * w) for w in p), {0: 2.0}),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_of_squares_is_known_by_the_loss_s_values(name):
    loss, expected = PENALTIES[name]
    assert in_loss(loss, [np.array([0.3, -0.2, 0.7]), np.array([0.4, 0.1])[:1]], X, y) == pytest.approx(
        expected
    )


def line(rate, size=1, summed=False, n_steps=1500, start=0.01, kind=float):
    """Least squares by hand; by its settings the rows of a step are summed."""

    def step(params, X, y):
        e = 2 * (X @ params[0] + params[1] - y) / (1 if summed else len(y))
        moved = [X.T @ e, np.array([e.sum()])]
        return [(w - kind(rate) * g).astype(kind) for w, g in zip(params, moved, strict=True)], squares(
            params, X, y
        )

    params = [np.full(3, start, kind), np.zeros(1, kind)]
    return {"params": params, "X": X, "y": y, "loss": squares, "step": step,
            "batch_size": size, "n_steps": n_steps}  # fmt: skip


@pytest.mark.parametrize(("rate", "expected"), [(0.9, True), (0.1, False), (0.01, False)])
def test_a_step_that_raises_the_loss_of_its_own_rows_is_too_large(rate, expected):
    assert overshoots(Case(Patient(line(rate)), 5.0)) is expected


@pytest.mark.parametrize(("settings", "expected"), [
    ({"rate": 1e-7, "size": 20, "start": 0.0}, "lr_too_small"),
    ({"rate": 1e-14, "size": 20, "kind": np.float32}, "params_not_updated"),
    ({"rate": 0.05, "size": 20}, None),
])  # fmt: skip
def test_how_small_a_step_may_be(settings, expected):
    found = diagnose(**line(**settings)).faults
    assert (found[0].id if found else None) == expected


def test_what_our_time_cut_off_is_accused_of_no_short_way():
    losses = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    for planned, stands in ((7, True), (70, False)):
        user = SimpleNamespace(losses=losses, steps=7, planned=planned)
        assert (_rivals._falling(SimpleNamespace(user=user)) is not None) is stands


@pytest.mark.parametrize(("final", "expected"), [(0.04, True), (0.06, False), (-1.0, False)])
def test_far_below_the_base_the_ratio_of_losses_tells(final, expected):
    runs = Compared.__new__(Compared)
    runs.case, runs.base, runs.goal, runs.proof = SimpleNamespace(left=lambda: 1.0, tried=[]), 1.0, 0.0, ""
    runs.user, runs.made = Run(losses=[0.1]), {}
    assert runs.less("mended", lambda: Run(losses=[final])) is expected


def tanh_net(weights, bias, out=0.3):
    def loss(p, X, y):
        return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y[:, None]) ** 2))

    params = [weights, np.full(8, bias), rng.standard_normal((8, 1)) * out, np.zeros(1)]
    shifted = X + 1.0 if (weights > 0).all() else X
    return Case(
        Patient({"params": params, "X": shifted, "y": y, "loss": loss, "grad": lambda p, X, y: p}), 5.0
    )


@pytest.mark.parametrize(("weights", "bias", "expected"), [
    (rng.standard_normal((3, 8)) * 0.5, 6.0, ("saturated_activation", 1)),
    (rng.random((3, 8)) * 4, 0.0, ("saturated_activation", 0)),
    (rng.standard_normal((3, 8)) * 20, 0.0, ("init_too_large", 0)),
])  # fmt: skip
def test_what_pushes_units_to_their_flat_part(weights, bias, expected):
    case = tanh_net(weights, bias)
    found = units.suspect(case, units.look(case))
    assert found is not None
    assert (found.id, found.where) == expected


def test_an_output_layer_of_zeros_is_at_most_a_small_start():
    case = tanh_net(rng.standard_normal((3, 8)) * 0.5, 0.0, out=0.0)
    found = units.suspect(case, units.look(case))
    assert found is None or (found.id, found.where) == ("init_too_small", 2)


def cubic(rate):
    """A cubic through its own powers, with momentum on sums of the rows."""
    r = np.random.default_rng(3)
    x = r.uniform(-1.6, 1.6, 200)
    t = 0.8 * x**3 - 1.1 * x**2 - 0.6 * x + 2 + 0.15 * r.standard_normal(200)
    P = np.stack([x**k for k in range(4)], 1)
    velocity = [np.zeros(4)]

    def loss(p, X, y):
        return float(np.mean((X @ p[0] - y) ** 2))

    def step(p, X, y):
        velocity[0] = 0.9 * velocity[0] + rate * 2 * X.T @ (X @ p[0] - y)
        return [p[0] - velocity[0]], loss(p, X, y)

    return {"params": [r.standard_normal(4)], "X": P, "y": t, "loss": loss, "step": step,
            "batch_size": 20, "n_steps": 800}  # fmt: skip


@pytest.mark.parametrize(("rate", "expected"), [(0.02, "grad_reduction_sum"), (0.0002, None)])
def test_a_sum_of_rows_is_a_fault_only_where_it_costs(rate, expected):
    found = diagnose(**cubic(rate)).faults
    assert (found[0].id if found else None) == expected


def test_a_loss_that_stands_still_is_no_noise():
    stands, jumps = [1.0, 2.0, *[3.0] * 6], [1.0, 2.0, 3.0, 2.0, 3.0, 2.5, 3.5, 3.0]
    for losses, expected in ((stands, True), (jumps, False), (stands[::-1], False)):
        run = Run(at=list(range(8)), losses=losses)
        assert stuck(SimpleNamespace(user=run, base=1.0)) is expected


def falling(rate, n_steps=400):
    """A line whose rate at step t is `rate(t)`."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    y, count = X @ np.array([1.0, -2.0, 0.5]), [0]

    def loss(p, X, y):
        return np.mean((X @ p[0] - y) ** 2)

    def step(p, X, y):
        count[0] += 1
        return [p[0] - rate(count[0]) * 2 * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)

    return {"params": [np.zeros(3)], "X": X, "y": y, "loss": loss, "step": step, "batch_size": 80,
            "n_steps": n_steps}  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "too_soon"), [(lambda t: 0.1 / t**1.5, True), (lambda t: 0.1, False), (lambda t: 2e-4, False)]
)
def test_a_rate_falls_too_soon_where_the_loop_begun_again_goes_on(rate, too_soon):
    runs = Compared(Case(Patient(falling(rate)), 10.0))
    assert (falls_too_soon(runs) is not None) is too_soon


@pytest.mark.parametrize(
    ("rate", "flat", "expected"),
    [(lambda t: 0.2 * 10.0 ** min(10 - t, 0), 0.7, True), (lambda t: 0.2 * (t < 200), 0.1, False)],
)
def test_a_rate_falls_to_nothing_where_only_many_new_starts_bring_much(rate, flat, expected):
    given = falling(rate)
    scales = np.array([1.0, 1.0, 0.12])
    given["y"] = given["X"] @ np.array([1.0, -2.0, flat])
    given["X"] = given["X"] * scales
    runs = Compared(Case(Patient(given), 10.0))
    once = runs.run("begun again where it ended", lambda: runs.case.user_with(leaves=runs.user.leaves))
    assert once < runs.share(runs.user.final) + 0.02
    assert (dies(runs) is not None) is expected


def test_a_step_that_hands_back_arrays_it_never_updates_moves_nothing():
    kept = [np.full(3, 0.01), np.zeros(1)]
    given = line(0.05, size=20)
    plain = given["step"]

    def step(params, X, y):
        plain(params, X, y)
        return [w.copy() for w in kept], squares(params, X, y)

    (found,) = [f for f in diagnose(**{**given, "step": step}).faults if f.confidence > 0.5]
    assert (found.id, found.where) == ("params_not_updated", "step")
