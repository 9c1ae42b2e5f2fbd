"""Train small networks from gradients you can read, and find out why one is not learning.

In reading order, which is import order: a file imports only from those above it.

    errors          what happened, where, expected, got, what to try
    typing          the types our signatures speak of
    tree            nested lists, tuples, dicts and dataclasses of arrays
    _safetensors    reading safetensors with NumPy alone
    files           arrays and facts on disk: safetensors and JSON, whole or not at all
    pair            what a pair is and the laws it obeys; @primitive
    _callable       packages that can be called
    _where          the user's file and line
    _dispatch       from a NumPy call to what answers it
    primitives/     arithmetic, linear, reduction, shape, activation, loss: one shape for every file
    trace           traced arrays and the tape
    debug           arrays changed in place between value and vjp
    transforms      vjp, grad, value_and_grad, jvp, jacobian, hessian, hvp
    program         a function recorded as a flat list of NumPy calls
    simplify        simpler programs of the same meaning
    catalogue       which functions can be traced
    check/          right, wrong or cannot tell; and which mistake
    compile/        program, plan, source, machine code
    nn              layers and initialisers as plain functions over parameter trees
    data/           loaders, splits, transforms fitted on the training rows only
    train/          optimisers, schedules, the loop, history, checkpoints
    tabular/        scikit-learn estimators, and the recipe they train by
    page/           pages that need nothing else: frame, look, charts
    diagnose/       why a loop does not learn, by experiments
    report/         figures, tables and pages of a run
    model           a trained network as users keep it
    runs/           a training run in a folder
    cli             pullback train | predict | report | check | diagnose | cache
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pullback import primitives as primitives
from pullback import tree as tree
from pullback.debug import debug
from pullback.errors import PullbackError
from pullback.pair import Primitive, primitive
from pullback.primitives.constants import stop_gradient
from pullback.program import Program, program
from pullback.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

if TYPE_CHECKING:
    from pullback import (
        compile,  # noqa: A004 - as NumPy has abs and sum
        data,
        diagnose,
        nn,
        report,
        tabular,
        train,
    )
    from pullback.catalogue import functions
    from pullback.check import assert_pair, check, check_gradient
    from pullback.diagnose import diagnose_torch
    from pullback.tabular import MLPClassifier, MLPRegressor, load_model
    from pullback.train import fit

__version__ = "0.1.0"

_LATER = {
    "MLPClassifier": "tabular", "MLPRegressor": "tabular", "assert_pair": "check", "check_gradient": "check",
    "diagnose_torch": "diagnose", "functions": "catalogue", "fit": "train", "load_model": "tabular",
}  # fmt: skip
_MODULES = {"check", "compile", "data", "diagnose", "nn", "report", "tabular", "train"}

__all__ = [
    "MLPClassifier", "MLPRegressor", "Primitive", "Program", "PullbackError", "assert_pair", "check",
    "check_gradient", "compile", "data", "debug", "diagnose", "diagnose_torch", "fit", "functions", "grad",
    "hessian", "hvp", "jacobian", "jvp", "load_model", "nn", "primitive", "primitives", "program", "report",
    "stop_gradient", "tabular", "train", "tree", "value_and_grad", "vjp",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"pullback.{name}")
    if name in _LATER:
        return getattr(importlib.import_module(f"pullback.{_LATER[name]}"), name)
    raise AttributeError(f"module 'pullback' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
