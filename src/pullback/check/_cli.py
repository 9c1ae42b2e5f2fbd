"""The command line's part: `pullback check FILE.py[:name]` and `pullback check --self-test`.

Exit statuses: 0 right, 1 wrong, 2 cannot tell, 3 could not run.
"""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import json as json_module
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pullback import tree
from pullback.check._check import check, check_gradient
from pullback.check._report import Report
from pullback.check._selftest import self_test
from pullback.check._subject import returns_pair
from pullback.errors import FileError, PullbackError
from pullback.pair import Primitive

COULD_NOT_RUN = 3
SHAPES: tuple[tuple[int, ...], ...] = ((3,), (4, 3), (), (3, 3), (3, 4))


def run_file(spec: str, *, json: bool = False, echo: Callable[[str], None] = print) -> int:
    """Check what a file holds, or the one name after the colon; print reports; return an exit status.

    A file may hold primitives and functions that return `(value, vjp)`, judged at its `args` or `check_args`
    (a tuple, or a dict of tuples by name) or at arrays of shapes that they accept; or `loss`, `grad` and
    `params` (with `args`, or `X` and `y`).
    """
    try:
        reports = list(reports_of(*_load(spec)))
    except Exception as error:
        return _failed(error, json, echo)
    if not reports:
        return _failed(_nothing(spec), json, echo)
    if json:
        echo(json_module.dumps([r.to_dict() for r in reports], indent=2, default=str))
    else:
        echo("\n".join(str(r) for r in reports))
    return worst(r.exit_status for r in reports)


def run_self_test(
    *, json: bool = False, echo: Callable[[str], None] = print, part: int = 1, seed: int = 0
) -> int:
    """Seed mistakes and right pairs, print the table; 0 where the goals are met, else 1."""
    tick = (lambda text: None) if json else (lambda text: print(f"{text} ...", file=sys.stderr))
    done = self_test(part=part, ticker=tick, workers=2, seed=seed)
    echo(json_module.dumps(done.to_dict(), indent=2) if json else str(done))
    return 0 if done.passed else 1


def worst(statuses: Any) -> int:
    """Wrong before cannot tell before right."""
    found = set(statuses)
    return next((status for status in (1, 2, 0) if status in found), COULD_NOT_RUN)


def _failed(error: Exception, json: bool, echo: Callable[[str], None]) -> int:
    text = str(error) if isinstance(error, PullbackError) else f"{type(error).__name__}: {error}"
    echo(json_module.dumps({"error": text, "exit_status": COULD_NOT_RUN}) if json else text)
    return COULD_NOT_RUN


def _nothing(spec: str) -> FileError:
    return FileError(
        f"{spec} holds nothing to check",
        expected="primitives, functions that return (value, vjp), or loss, grad and params",
        hint="give the arguments in a module variable: check_args = (np.ones(3),)",
    )


def _load(spec: str) -> tuple[dict[str, Any], str | None]:
    file, colon, name = spec.rpartition(":")
    path, wanted = (Path(file), name) if colon and not name.endswith(".py") else (Path(spec), None)
    if not path.is_file():
        raise FileError(f"{path} is not there", expected="a Python file")
    found = importlib.util.spec_from_file_location(path.stem, path)
    if found is None or found.loader is None:
        raise FileError(f"{path} is not a Python file", expected="a name that ends in .py")
    module = importlib.util.module_from_spec(found)
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        found.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    names = dict(vars(module))
    if wanted and wanted not in names:
        raise FileError(f"{path} has no {wanted!r}", expected=", ".join(sorted(own(names))) or "a function")
    return names, wanted


def own(names: dict[str, Any]) -> dict[str, Any]:
    """What a module defines itself and can be called."""
    here = names.get("__name__")
    return {
        k: f
        for k, f in names.items()
        if callable(f)
        and not k.startswith("_")
        and getattr(f, "__module__", None) == here
        and not inspect.isclass(f)
    }


def reports_of(names: dict[str, Any], wanted: str | None) -> Iterator[Report]:
    """A report for each thing to check."""
    if {"loss", "grad", "params"} <= set(names) and wanted in (None, "grad"):
        yield check_gradient(names["loss"], names["grad"], names["params"], *_rest(names))
        if wanted:
            return
    for name, f in own(names).items():
        if wanted not in (None, name) or (wanted is None and name in ("loss", "grad")):
            continue
        args = _arguments(name, f, names, insist=wanted is not None)
        if args is not None:
            yield check(f, *args)


def _rest(names: dict[str, Any]) -> tuple[Any, ...]:
    if "args" in names:
        return tuple(names["args"])
    return tuple(names[k] for k in ("X", "y") if k in names)


def _arguments(name: str, f: Any, names: dict[str, Any], insist: bool) -> tuple[Any, ...] | None:
    given = names.get("check_args", None if "params" in names else names.get("args"))
    if isinstance(given, dict):
        given = given.get(name)
    if given is not None:
        args = tuple(given) if isinstance(given, (tuple, list)) else (given,)
        return args if insist or isinstance(f, Primitive) or _is_pair(f, args) else None
    return inferred(f, insist)


def inferred(f: Any, insist: bool = False) -> tuple[Any, ...] | None:
    """Random arguments of the first shapes that a pair and its vjp accept, else of the first a pair does."""
    try:
        kinds = inspect.signature(f.body if isinstance(f, Primitive) else f).parameters.values()
    except (TypeError, ValueError):
        return None
    count = sum(
        p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in kinds
    )
    if not 1 <= count <= 3:
        return None
    rng = np.random.default_rng(0)
    second_best = None
    for low, high in ((-1.5, 1.5), (0.2, 0.9), (1.2, 3.0)):
        for shapes in sorted(itertools.product(SHAPES, repeat=count), key=lambda s: len(set(s)) > 1):
            args = tuple(np.asarray(rng.uniform(low, high, s))[()] for s in shapes)
            if _accepts(f, args, insist):
                if _pulls(f, args):
                    return args
                second_best = second_best or args
    return second_best


def _pulls(f: Any, args: tuple[Any, ...]) -> bool:
    """Whether the vjp of a pair runs on ones; a function that is no pair has none to run."""
    try:
        made = f.vjp(*args) if isinstance(f, Primitive) else f(*args)
        if isinstance(made, tuple) and len(made) == 2 and callable(made[1]):
            made[1](tree.map(np.ones_like, made[0]))
    except Exception:  # whatever a pair raises: it is judged, and told, by the check itself
        return False
    return True


def _accepts(f: Any, args: tuple[Any, ...], insist: bool) -> bool:
    try:
        with np.errstate(all="raise"):
            if isinstance(f, Primitive):
                return bool(np.all(np.isfinite(np.asarray(f.plain(*args), dtype=float))))
            return _is_pair(f, args) or (insist and bool(np.all(np.isfinite(f(*args)))))
    except Exception:
        return False


def _is_pair(f: Any, args: tuple[Any, ...]) -> bool:
    try:
        return returns_pair(f, args, {})
    except Exception:
        return False
