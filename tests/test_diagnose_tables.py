"""Models that look up a vector of their own for each index in X, moved pair by pair, and slow ones."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import treatment, update
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import TimeUp

rng = np.random.default_rng(3)
ROWS, COLUMNS, DEEP = 12, 10, 3
TABLE = rng.standard_normal((ROWS, DEEP)) @ rng.standard_normal((DEEP, COLUMNS))
PAIRS = np.argwhere(rng.random(TABLE.shape) < 0.7)
START = [rng.standard_normal((ROWS, DEEP)) / 2, rng.standard_normal((COLUMNS, DEEP)) / 2]


def loss(p, X, y):
    return sum((t - np.dot(p[0][i], p[1][j])) ** 2 for (i, j), t in zip(X, y, strict=True)) / len(X)


def pair_by_pair(decay=0.0, view=False):
    """Both vectors of a pair move, and only they are drawn to zero; a view is new when it is used again."""

    def step(p, X, y):
        P, Q = (w.copy() for w in p)
        for (i, j), t in zip(X, y, strict=True):
            u, v = P[i] if view else P[i].copy(), Q[j].copy()
            e = t - u @ v
            P[i] += 0.05 * (e * v - decay * P[i])
            Q[j] += 0.05 * (e * u - decay * Q[j])
        return [P, Q], loss(p, X, y)

    return step


def given(step):
    y = TABLE[PAIRS[:, 0], PAIRS[:, 1]]
    return {"params": START, "X": PAIRS, "y": y, "loss": loss, "step": step, "batch_size": len(PAIRS)}


@pytest.mark.parametrize(
    ("decay", "view", "found"), [(0.0, False, []), (0.02, False, []), (0.0, True, ["update_order"])]
)
def test_what_is_done_pair_by_pair_is_told(decay, view, found):
    case = Case(Patient(given(pair_by_pair(decay, view))), 10.0)
    assert [f.id for f in update.experiment(case)] == found
    assert update._WITHIN in case.tried


@pytest.mark.parametrize("decay", [0.0, 0.02])
def test_tables_with_hardly_more_pairs_than_numbers_are_well(decay):
    assert diagnose(n_steps=40, **given(pair_by_pair(decay))).verdict == "healthy"


def test_a_loop_that_gets_all_there_is_to_get_is_well_though_the_time_is_up(monkeypatch):
    def slow(*_):
        raise TimeUp

    monkeypatch.setattr(treatment, "unstable", slow)
    found = diagnose(n_steps=40, **given(pair_by_pair()))
    assert found.verdict == "healthy"
    assert "treatment" in found.facts["skipped"]
