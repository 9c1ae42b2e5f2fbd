"""`diagnose`: from a file, a module, keywords, a run of this library or a PyTorch loop to a diagnosis."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._report import by_name
from pullback.diagnose._verdict import Diagnosis, examine
from pullback.diagnose.loops._leaves import places
from pullback.diagnose.loops._patient import OPTIONAL, REQUIRED, Patient
from pullback.diagnose.loops._sandbox import quiet
from pullback.diagnose.loops._undisturbed import undisturbed
from pullback.errors import ArgumentError
from pullback.train import Result

OWN = "the run"
"""What a run of this library is called."""
BUDGET, MOST = 4.5, 18.0
"""Seconds for a loop of ordinary size, and at the most."""
LONG = 8.0
"""Seconds that a file may take to run before it is said that it does."""
AGAIN = 3
"""So many times as long a loop may take of which nothing could be told."""
WEIGHTS, NUMBERS = 20_000, 20_640 * 8
"""An ordinary loop's weights, and numbers of X; what is larger has more time in proportion."""


def diagnose(patient: Any = None, *, budget: float | None = None, seed: int = 0, **names: Any) -> Diagnosis:
    """Examine a training loop and say why it does not learn.

    Parameters
    ----------
    patient : str, path, module, mapping, Result or None
        A Python file, a module or a mapping with the names of the protocol; or what `pullback.fit`
        returned. None where the names are given as keywords.
    budget : float, optional
        Seconds to spend at most. Unless told 4.5; above 20,000 weights, or 165,120 numbers in X, in
        proportion to them, up to 18. Most loops take less. Where nothing can be told by then, and no budget
        is given, the loop is examined once more, in three times the time (18 at the most).
    seed : int
        Of every random number the examination draws; the same seed gives the same diagnosis.
    **names
        `params` (list of arrays or any tree), `X` and `y` (arrays of rows), `loss(params, X, y)`, and
        `grad(params, X, y)` or `step(params, X_batch, y_batch) -> (params, reported_loss)`; where they
        matter also `batch_size`, `n_steps`, `X_val`, `y_val`, `X_test`, `y_test`. Everything is copied
        first; nothing given is ever changed.

    Returns
    -------
    Diagnosis
        `.verdict` ("faulty", "healthy", "cannot tell"), `.faults` (the root cause first), `.ruled_out`,
        `.status`; prints as a report, and shows itself as a page in a notebook.

    Raises
    ------
    ArgumentError
        Where a name of the protocol is missing, or is not what it should be.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 40).reshape(-1, 1)
    >>> def loss(params, X, y):
    ...     return np.mean((X @ params[0] - y) ** 2)
    >>> def step(params, X, y):
    ...     gradient = 2 * X.T @ (X @ params[0] - y) / len(y)
    ...     return [params[0] + 0.1 * gradient], loss(params, X, y)
    >>> found = diagnose(params=[np.zeros(1)], X=X, y=3 * X[:, 0], loss=loss, step=step, n_steps=200)
    >>> found.faults[0].id, found.faults[0].where
    ('grad_sign_flipped', 'step')
    """
    with seeded(seed), undisturbed():
        given = _patient(patient, names)
        found = _examined(given, budget, seed)
    if given.name == OWN:
        _drop_guesses(found)
    return _said(found, _places(given), given)


def _said(found: Diagnosis, names: list[str], patient: Patient) -> Diagnosis:
    """The diagnosis with its parameters named as the user's code names them."""
    found.facts["places"] = names
    found.facts["shapes"] = [x.shape for x in patient.leaves]
    by_name(found)
    return found


def _drop_guesses(found: Diagnosis) -> None:
    """The gradients of a run of this library are not guessed from its steps: only a proven fault counts."""
    if found.faults and all(f.id.startswith("grad_") and f.confidence < 0.5 for f in found.faults):
        found.faults = []
        found.verdict = "cannot tell" if found.reason else "healthy"


def diagnose_file(path: str, *, budget: float | None = None) -> Diagnosis:
    """Examine the patient in a module file; see `diagnose`."""
    return diagnose(str(path), budget=budget)


class seeded:  # noqa: N801 - used as a function
    """Both global generators start at `seed` inside the block, and go on as they were after it."""

    def __init__(self, seed: int) -> None:
        if not isinstance(seed, (int, np.integer)):
            raise ArgumentError(f"seed={seed!r}", expected="a whole number")
        self.seed = int(seed)

    def __enter__(self) -> None:
        self.kept = np.random.get_state(), random.getstate()
        np.random.seed(self.seed % 2**32)
        random.seed(self.seed)

    def __exit__(self, *unused: object) -> None:
        np.random.set_state(self.kept[0])
        random.setstate(self.kept[1])


def _examined(patient: Patient, budget: float | None, seed: int, again: bool = True) -> Diagnosis:
    """The diagnosis in the time there is; `again`, of a slow loop of which that tells nothing, in more."""
    seconds = _seconds(budget, patient)
    with quiet():
        case = Case(patient, seconds)
    found = examine(case)
    if not again or budget is not None or found.verdict != "cannot tell" or "skipped" not in found.facts:
        return found
    with seeded(seed):
        with quiet():
            case = case.longer(min(AGAIN * seconds, MOST))
        longer = examine(case)
    longer.seconds += found.seconds
    return longer


def _seconds(budget: float | None, patient: Patient) -> float:
    if budget is None:
        size = max(sum(x.size for x in patient.leaves) / WEIGHTS, np.size(patient.X) / NUMBERS)
        return float(np.clip(BUDGET * size, BUDGET, MOST))
    if not (isinstance(budget, (int, float)) and budget > 0):
        raise ArgumentError(f"budget={budget!r}", expected="seconds, a number above 0")
    return float(budget)


def _patient(patient: Any, names: dict[str, Any]) -> Patient:
    unknown = sorted(set(names) - set(REQUIRED) - set(OPTIONAL))
    if unknown:
        raise ArgumentError(
            f"diagnose knows no argument {unknown[0]!r}", expected=", ".join((*REQUIRED, *OPTIONAL))
        )
    if patient is None:
        return Patient(names)
    if isinstance(patient, (str, os.PathLike)):
        return _from_file(str(patient), names)
    if isinstance(patient, Mapping):
        return Patient({**patient, **names})
    run = patient if isinstance(patient, Result) else getattr(patient, "result", None)
    if isinstance(run, Result):
        from pullback.diagnose._own import own_patient

        return Patient({**own_patient(run), **names}, name=OWN)
    if isinstance(patient, ModuleType) or hasattr(patient, "loss"):
        return Patient({**_attributes(patient), **names}, name=getattr(patient, "__name__", "the loop"))
    raise ArgumentError(
        "this is no patient",
        expected="a Python file, a module, a mapping, what `fit` returned, or keywords",
        got=type(patient).__name__,
    )


def _from_file(path: str, names: dict[str, Any]) -> Patient:
    if not os.path.isfile(path):
        raise ArgumentError(f"{path} is not there", hint="give the path of a Python file")
    with _told_if_long(path), quiet():
        patient = Patient.from_file(path)
    return patient if not names else Patient({**patient.given(), **names}, name=patient.name)


@contextlib.contextmanager
def _told_if_long(path: str) -> Iterator[None]:
    """Say what is going on where a file trains by itself before anything of it can be examined."""
    text = f"{path} is still being run, up to its end; then its loop is examined. Training that it starts "
    text += "by itself may stand under `if __name__ == '__main__':`, which is left out here."
    timer = threading.Timer(LONG, print, [text], {"file": sys.stderr, "flush": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _attributes(x: Any) -> dict[str, Any]:
    return {name: getattr(x, name) for name in (*REQUIRED, *OPTIONAL) if hasattr(x, name)}


def _places(given: Patient) -> list[str]:
    """What each parameter is called in its tree, such as `[0]['W']`; nothing for a plain list."""
    paths = list(places(given.params))
    return [] if paths == [f"[{i}]" for i in range(len(paths))] else paths


def diagnose_torch(
    model: Any, loss_fn: Callable[..., Any], optimizer: Any, X: Any, y: Any, *,
    step: Callable[..., Any] | None = None, batch_size: int = 32, n_steps: int | None = None,
    X_val: Any = None, y_val: Any = None, budget: float | None = None, seed: int = 0,
) -> Diagnosis:  # fmt: skip
    """Examine a PyTorch loop.

    The model's and the optimiser's own objects are used, so that a step or a loss that closes over them
    works; weights, buffers, gradients, modes and the optimiser's state are put back at the end. Dropout is
    off and numbers are float64 meanwhile. Needs the `torch` package, which is imported here only.

    Parameters
    ----------
    model : torch.nn.Module
        On the CPU, in the mode it is trained in.
    loss_fn : callable
        `loss_fn(model(X), y) -> scalar tensor`.
    optimizer : torch.optim.Optimizer
    X, y : tensors or arrays, one row a sample
    step : callable, optional
        `step(X_batch, y_batch) -> loss`: the update as it is written in your loop, with `model`, `loss_fn`
        and `optimizer` from around it. Without one, the usual four lines are taken:
        `optimizer.zero_grad(); loss = loss_fn(model(X), y); loss.backward(); optimizer.step()`.
    batch_size, n_steps, X_val, y_val, budget, seed
        As in `diagnose`.

    Returns
    -------
    Diagnosis
        Parameters are named as in `model.named_parameters()`.

    Raises
    ------
    ArgumentError
        Where an argument is not what it should be, or X and y differ in length.
    """
    from pullback.diagnose.pytorch._drawn import passing, settle
    from pullback.diagnose.pytorch._fed import another_loss, refuted
    from pullback.diagnose.pytorch._floored import floored
    from pullback.diagnose.pytorch._given import as_rows, check_arguments
    from pullback.diagnose.pytorch._judged import foremost, wrong_way
    from pullback.diagnose.pytorch._loop import TorchLoop
    from pullback.diagnose.pytorch._mixed import mixed
    from pullback.diagnose.pytorch._narrow import breaks, too_narrow
    from pullback.diagnose.pytorch._raised import explained
    from pullback.diagnose.pytorch._reach import reached
    from pullback.diagnose.pytorch._ruled import against_rules
    from pullback.diagnose.pytorch._single import of_one
    from pullback.diagnose.pytorch._whole_numbers import whole_numbers_seen
    from pullback.diagnose.pytorch._words import in_its_words

    check_arguments(model, loss_fn, optimizer, X, y, step)
    loop = TorchLoop(model, loss_fn, optimizer, step)
    X, y = as_rows(X), as_rows(y)
    with quiet():
        loop.take_in(X[:batch_size], y[:batch_size])
    with loop.borrowed(), seeded(seed), undisturbed():
        loop.torch.manual_seed(seed)
        with quiet():
            few, own = (X[:batch_size], y[:batch_size]), loop.own()
            broken = breaks(loop, own, *few)
            loop.widen(*few)
            broken = None if broken is None or breaks(loop, loop.dtype, *few) else broken
            settle(loop, *few)
            certain = [*wrong_way(loop, X, y), *mixed(loop, X, y, batch_size), *reached(loop, X, y),
                       *against_rules(loop, X, y), *of_one(loop, X, y),
                       *whole_numbers_seen(loop, X)]  # fmt: skip
        names = {"X_val": X_val, "y_val": y_val}
        names = {k: as_rows(v) for k, v in names.items() if v is not None}
        patient = Patient({
            "params": loop.leaves(), "X": X, "y": y, "loss": loop.loss, "step": loop.step,
            "batch_size": batch_size, "n_steps": n_steps, **names,
        }, name=type(model).__name__)  # fmt: skip
        patient.differentiate = loop.gradient
        start, rows = loop.leaves(), patient.batch(0)
        found = _examined(patient, budget, seed, again=not certain)
        with quiet():
            refuted(found, loop, start, X[rows], y[rows])
            certain += another_loss(found, loop, start, X[rows], y[rows])
            certain += floored(found, loop, start, patient)
        foremost(found, certain)
        passing(found, loop)
        too_narrow(found, str(own).removeprefix("torch."), broken)
        in_its_words(found.faults, loop)
        with quiet():
            explained(found, loop, start, X[rows], y[rows])
    return _said(found, loop.names, patient)
