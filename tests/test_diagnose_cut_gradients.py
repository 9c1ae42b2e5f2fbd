"""Adaptive rules fed with gradients that are cut off at a bound, or kept from step to step."""

import numpy as np
import pytest

from pullback.diagnose.experiments.of_update._cut_gradients import of_cut_gradients
from pullback.diagnose.experiments.of_update._memories import never_cleared
from pullback.diagnose.updates._moves import Moves

SHAPES = [(3, 4), (4,), (4, 2)]
rng = np.random.default_rng(0)
GRADS = [[4 * rng.standard_normal(shape) for shape in SHAPES] for _ in range(6)]


def moves(fed):
    """Six moves of RMSprop on the gradients it is fed."""
    at = [np.ones(shape) for shape in SHAPES]
    kept = [np.zeros(shape) for shape in SHAPES]
    out = Moves()
    for gs in fed:
        out.before.append(at)
        kept = [0.9 * v + 0.1 * g * g for v, g in zip(kept, gs, strict=True)]
        at = [x - 0.01 * g / (np.sqrt(v) + 1e-8) for x, g, v in zip(at, gs, kept, strict=True)]
        out.after.append(at)
    return out


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda g: np.clip(g, -5, 5), True),
        (lambda g: np.clip(g, -1, 1), True),
        (lambda g: np.clip(g, 0, None), False),  # half of it is lost
        (lambda g: g * np.abs(g), False),
    ],
)
def test_entries_may_be_cut_off_at_a_bound_before_a_rule_divides(change, found):
    made = moves([[change(g) for g in gs] for gs in GRADS])
    assert (of_cut_gradients(made, GRADS) is not None) is found


@pytest.mark.parametrize(
    ("share", "found"),
    [
        (lambda size: min(1, 10 / size), True),
        (lambda size: min(1, 1 / (size + 1e-6)), True),
        (lambda size: 1 / size**2, False),
    ],
)
def test_all_gradients_may_be_made_smaller_together_before_a_rule_divides(share, found):
    sizes = [np.sqrt(sum(np.sum(g * g) for g in gs)) for gs in GRADS]
    fed = [[share(size) * g for g in gs] for gs, size in zip(GRADS, sizes, strict=True)]
    assert (of_cut_gradients(moves(fed), GRADS) is not None) is found


@pytest.mark.parametrize("kept", [[], [0], [0, 1], [0, 1, 2]])
def test_some_gradients_may_be_never_cleared(kept):
    sums = [[sum(GRADS[s][k] for s in range(t + 1)) for k in range(3)] for t in range(6)]
    fed = [[sums[t][k] if k in kept else GRADS[t][k] for k in range(3)] for t in range(6)]
    assert never_cleared(moves(fed), GRADS) == kept
