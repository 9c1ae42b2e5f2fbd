"""California Housing: the research split, two more random ones, a blocked one, and `fit(X, y)` alone."""

import numpy as np
from models import OTHERS, other, ours
from sklearn.cluster import KMeans

from pullback import data

ALL = ("fast", "default", "best")
BLOCKS, TEST, VAL = 60, 0.2, 0.16


def table():
    found = data.load_california()
    return np.asarray(found.X), np.asarray(found.y), list(found.feature_names)


def rmse(model, X, y):
    return float(np.sqrt(np.mean((model.predict(X) - y) ** 2)))


def random_split(seed):
    """Rows to train on, to choose the epoch by, and to test on, at random."""
    order = np.random.default_rng(seed).permutation(20_640)
    return order[7431:], order[4128:7431], order[:4128]


def blocked_split(X, names, seed=0):
    """Whole neighbourhoods: k-means blocks of latitude and longitude, dealt out by rows at random."""
    places = X[:, [names.index("Latitude"), names.index("Longitude")]]
    block = KMeans(BLOCKS, n_init=1, random_state=seed).fit_predict(places)
    order = np.random.default_rng(seed).permutation(BLOCKS)
    share = np.cumsum(np.bincount(block, minlength=BLOCKS)[order]) / len(X)
    part = np.empty(BLOCKS, int)
    part[order] = np.where(share <= TEST, 2, np.where(share <= TEST + VAL, 1, 0))
    return tuple(np.flatnonzero(part[block] == i) for i in range(3))


def research_split():
    rows = data.research_split()
    return rows.train, rows.val, rows.test


def _presets(records, section, split, seeds, choices):
    """Each preset, with and without neighbours where asked, from each seed."""
    X, y, _ = table()
    train, val, test = split
    for preset, near in choices:
        for seed in range(seeds):
            model = ours(preset, False, seed, neighbours=near)
            records.measure(
                lambda model=model: model.fit(X[train], y[train], X_val=X[val], y_val=y[val]),
                lambda model: {
                    "validation": rmse(model, X[val], y[val]),
                    "test": rmse(model, X[test], y[test]),
                },
                section=section, model=f"{preset}{'' if near else ', no neighbours'}", seed=seed,
            )  # fmt: skip


def research(records, seeds):
    choices = [*((p, True) for p in ALL), ("default", False), ("best", False)]
    _presets(records, "research", research_split(), seeds, choices)


def splits(records, seeds):
    for number in (1, 2):
        _presets(
            records, f"random split {number}", random_split(100 + number), seeds, [(p, True) for p in ALL]
        )


def blocked(records, seeds):
    X, _, names = table()
    choices = [(p, near) for p in ("default", "best") for near in (True, False)]
    _presets(records, "blocked", blocked_split(X, names), seeds, choices)
    _boosted(records, "blocked", *_without_val(blocked_split(X, names)), seeds)


def alone(records, seeds):
    """`fit(X, y)` on the 16,512 rows not for the test; who needs validation rows takes them from those."""
    X, y, _ = table()
    rest, test = _without_val(research_split())
    for preset in ALL:
        for seed in range(seeds):
            model = ours(preset, False, seed)
            records.measure(
                lambda model=model: model.fit(X[rest], y[rest]),
                lambda model: {"test": rmse(model, X[test], y[test])},
                section="alone", model=preset, seed=seed,
            )  # fmt: skip
    _boosted(records, "alone", rest, test, seeds)


def _without_val(split):
    return np.sort(np.concatenate(split[:2])), split[2]


def _boosted(records, section, rest, test, seeds):
    X, y, _ = table()
    for name in OTHERS:
        for seed in range(seeds):
            model = other(name, False, seed)
            records.measure(
                lambda model=model: model.fit(X[rest], y[rest]),
                lambda model: {"test": rmse(model, X[test], y[test])},
                section=section, model=name, seed=seed,
            )  # fmt: skip
