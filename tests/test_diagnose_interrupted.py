"""A diagnosis that is stopped anywhere leaves NumPy, and what else it replaces, as it found them."""

import itertools
import sys
import threading
import time
import warnings

import numpy as np
import pytest

from pullback.diagnose.loops._sandbox import TimeUp, limited, quiet
from pullback.diagnose.recording._patches import ORIGINAL
from pullback.diagnose.recording._record import recording


def _recordings_without_end():
    for _ in itertools.count():
        with quiet(), recording():
            time.sleep(1e-5)


def _stopped_again_and_again(rounds, changed):
    for k in range(rounds):
        out, caught = sys.stdout, None
        try:
            with limited(1e-3 + 1e-5 * k):
                _recordings_without_end()
        except TimeUp as stop:
            caught = stop
        changed += [name for name, function in ORIGINAL.items() if getattr(np, name) is not function]
        changed += ["stdout"] * (sys.stdout is not out) + ["no end"] * (caught is None)


@pytest.mark.parametrize("where", ["the main thread", "another thread"])
def test_time_that_is_up_amid_a_recording_leaves_numpy_whole(where):
    changed, before = [], warnings.showwarning
    if where == "the main thread":
        _stopped_again_and_again(300, changed)
    else:
        worker = threading.Thread(target=_stopped_again_and_again, args=(100, changed))
        worker.start()
        worker.join()
    assert changed == []
    assert warnings.showwarning is before


def test_arrays_are_made_of_others_by_every_spelling_of_a_type():
    with recording() as tape:
        box = tape.leaf(np.arange(3.0), 0)
        made = [np.array([1, 2], float), np.array([1, 2], dtype=float, ndmin=2), np.array([box[0]], float)]
    assert [np.shape(x) for x in made] == [(2,), (1, 2), (1,)]
    assert made[2].node.deps
