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


def roles(second):
    """Words and contexts that share a table and a list of biases; contexts move by `second` times `e`."""
    words, deep = 16, 4
    pairs = np.random.default_rng(5).permutation([(i, j) for i in range(words) for j in range(words)])
    y = np.sin(pairs[:, 0] + 2.0 * pairs[:, 1])

    def loss(p, X, y):
        i, j = X[:, 0], X[:, 1] + words
        return 0.5 * np.mean(((p[0][i] * p[0][j]).sum(1) + p[1][i] + p[1][j] - y) ** 2)

    def step(p, X, y):
        W, b = (w.copy() for w in p)
        for (i, j), t in zip(X, y, strict=True):
            k = j + words
            e = 0.1 * (W[i] @ W[k] + b[i] + b[k] - t)
            W[i], W[k] = W[i] - e * W[k], W[k] + second * e * W[i]
            b[i], b[k] = b[i] - e, b[k] - e
        return [W, b], loss(p, X, y)

    params = [np.random.default_rng(6).standard_normal((2 * words, deep)) / 2, np.full(2 * words, 0.1)]
    return {"params": params, "X": pairs, "y": y, "loss": loss, "step": step, "batch_size": 10, "n_steps": 90}


@pytest.mark.parametrize(
    ("second", "expected"),
    [(-1.0, []), (0.0, [("layer_not_updated", 0)]), (1.0, [("grad_sign_flipped", 0)])],
)
def test_one_of_two_roles_that_share_a_table_is_left_out_or_goes_uphill(second, expected):
    found = update.experiment(Case(Patient(roles(second=second)), 10.0))
    found = [f for f in found if f.confidence == 1.0]
    assert [(f.id, f.where) for f in found] == expected


def ratings(mixed):
    """Marks that only users and things together explain, and a penalty that leaves much of the loss."""
    rng = np.random.default_rng(4)
    pairs = rng.permutation(np.argwhere(rng.random((30, 20)) < 0.6))
    users, things = rng.standard_normal((30, 3)), rng.standard_normal((20, 3))
    marks = np.sum(users[pairs[:, 0]] * things[pairs[:, 1]], 1) + 0.3 * rng.standard_normal(len(pairs))
    start = [0.3 * rng.standard_normal((30, 3)), 0.3 * rng.standard_normal((20, 3))]
    return {"params": start, "X": pairs, "y": rng.permutation(marks) if mixed else marks}


def penalised(p, X, y):
    u, v = p[0][X[:, 0]], p[1][X[:, 1]]
    return 0.5 * np.mean((y - np.sum(u * v, 1)) ** 2 + 0.4 * np.sum(u**2 + v**2, 1))


def penalised_step(p, X, y):
    u, v = p[0][X[:, 0]], p[1][X[:, 1]]
    off = (np.sum(u * v, 1) - y)[:, None]
    slopes = [np.zeros_like(w) for w in p]
    np.add.at(slopes[0], X[:, 0], (off * v + 0.4 * u) / len(X))
    np.add.at(slopes[1], X[:, 1], (off * u + 0.4 * v) / len(X))
    return [w - 5 * g for w, g in zip(p, slopes, strict=True)], penalised(p, X, y)


@pytest.mark.parametrize(("mixed", "first"), [(False, []), (True, ["labels_misaligned"])])
def test_factors_that_know_whose_marks_are_whose_need_not_leave_little_of_the_loss(mixed, first):
    given = ratings(mixed)
    found = diagnose(loss=penalised, step=penalised_step, batch_size=len(given["X"]), n_steps=600, **given)
    assert [f.id for f in found.faults][:1] == first


@pytest.mark.parametrize("given", ["grad", "step"])
@pytest.mark.parametrize(("adds", "named"), [(True, []), (False, ["grad_drops_upstream"])])
def test_rows_that_a_batch_names_twice_are_to_be_added(given, adds, named):
    """`g[index] += u` keeps the last of what belongs to one row."""

    def errors(p, X, y):
        return (p[0][X[:, 0]] * p[1][X[:, 1]]).sum(1) - y

    def tables_loss(p, X, y):
        return np.mean(errors(p, X, y) ** 2)

    def grad(p, X, y):
        e, gs = 2 * errors(p, X, y)[:, None] / len(y), [np.zeros_like(w) for w in p]
        for k in (0, 1):
            u = e * p[1 - k][X[:, 1 - k]]
            if adds:
                np.add.at(gs[k], X[:, k], u)
            else:
                gs[k][X[:, k]] += u
        return gs

    def step(p, X, y):
        return [w - 0.3 * g for w, g in zip(p, grad(p, X, y), strict=True)], tables_loss(p, X, y)

    loop = {"grad": grad, "step": step} if given == "grad" else {"step": step}
    pairs = np.random.default_rng(5).permutation(PAIRS)
    told = diagnose(params=START, X=pairs, y=TABLE[pairs[:, 0], pairs[:, 1]], loss=tables_loss, batch_size=20,
                    n_steps=2000, **loop).faults  # fmt: skip
    assert [f.id for f in told][:1] == named
