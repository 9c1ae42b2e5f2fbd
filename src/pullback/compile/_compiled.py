"""`compile`: any traceable function as machine code, one specialisation for each shape and dtype it meets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from pullback import tree
from pullback.compile._engine import TROUBLE, Code, workspace, write
from pullback.compile._helpers import WORTH_HELP, helped
from pullback.compile._plan import Literal, Plan
from pullback.compile._planning import plan
from pullback.compile._quick import quick
from pullback.errors import ArgumentError
from pullback.program import Program, program
from pullback.simplify import simplify


class Specialised:
    """Machine code of a program: arrays of fixed shapes and dtypes in, fresh arrays out."""

    def __init__(self, recorded: Program, args: tuple[Any, ...]) -> None:
        self.program = recorded
        self.unflatten = recorded.structures[1].unflatten
        self.plan: Plan = plan(recorded)
        self.text = write(self.plan)
        self.code = Code(self.text)
        self.fixed = {name: np.array(x, order="C") for name, x in self.plan.constants.items()}
        memory = workspace(self.plan)
        self.fixed |= memory
        self.call = self._locked() if memory else self.code.call
        self.trouble = np.zeros(1, np.int64) if TROUBLE in self.text.arrays else None
        if self.trouble is not None:
            self.fixed[TROUBLE] = self.trouble
        outputs = {x.buffer.name: x for x in self.plan.outputs if not isinstance(x, Literal)}
        self.rest = self.text.passed[len(self.plan.inputs) :]
        self.made = [(outputs[x].shape, outputs[x].dtype) if x in outputs else None for x in self.rest]
        self.places = [
            None if isinstance(x, Literal) else len(self.plan.inputs) + self.rest.index(x.buffer.name)
            for x in self.plan.outputs
        ]
        self.passed = [self.fixed.get(name) for name in self.rest]
        self.dtypes = [x.dtype for x in self.plan.inputs]

        self.quick = quick(self, args)

    def _locked(self) -> Callable[[list[Any]], None]:
        """For code whose workspace belongs to one call: threads wait for each other, helpers are woken."""
        lock, call = threading.Lock(), self.code.call
        help_with = self.code.help if self.plan.multiplications >= WORTH_HELP else None
        scratch = self.fixed.get("scratch")

        def locked(arrays: list[Any]) -> None:
            with lock, helped(help_with, scratch):
                call(arrays)

        return locked

    def run(self, leaves: list[Any]) -> list[Any]:
        """From the leaves of the arguments to those of the result."""
        arrays: list[Any] = [
            x
            if type(x) is np.ndarray and x.dtype is dtype and x.flags.c_contiguous
            else np.asarray(x, dtype, order="C")
            for x, dtype in zip(leaves, self.dtypes, strict=True)
        ]
        for known, made in zip(self.passed, self.made, strict=True):
            arrays.append(known if made is None else np.empty(*made))
        self.call(arrays)
        if self.trouble is not None and self.trouble[0]:
            self.trouble[0] = 0
            return list(self.program.run(*leaves))  # NumPy raises, and says which index
        results = [
            known if place is None else arrays[place]
            for place, known in zip(self.places, self.program.outputs, strict=True)
        ]
        return [x[()] if type(x) is np.ndarray and x.ndim == 0 else x for x in results]


class Compiled:
    """A function as machine code; `compile` says how to make one.

    Attributes
    ----------
    program : Program
        Of the latest call: the NumPy calls that were recorded.
    plan : Plan
        Of the latest call: which loops they became, and where their arrays lie. Print it.
    source : str
        Of the latest call: the text that was compiled, each statement with the function and line it is for.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self._known: dict[Any, Specialised] = {}
        self._last: Specialised | None = None

    def __call__(self, *args: Any) -> Any:
        if self._last is not None:
            results = self._last.quick(args)
            if results is not None:
                return self._last.unflatten(results)
        leaves: list[Any]
        leaves, structure = optree.tree_flatten(args, namespace="pullback")  # type: ignore[arg-type]
        found = self._known.get((structure, *map(_key, leaves)))
        if found is None:
            leaves, structure = tree.flatten(args)  # meets dataclasses
            found = self._known[(structure, *map(_key, leaves))] = self._make(args)
        self._last = found
        return found.unflatten(found.run(leaves))

    def _make(self, args: tuple[Any, ...]) -> Specialised:
        return Specialised(simplify(program(self.f, *args)), args)

    @property
    def program(self) -> Program:
        return self._latest().program

    @property
    def plan(self) -> Plan:
        return self._latest().plan

    @property
    def source(self) -> str:
        return self._latest().text.source

    def _latest(self) -> Specialised:
        if self._last is None:
            raise ArgumentError(
                "a compiled function knows its program when it has been called",
                hint="call it once: shapes and dtypes are taken from the arguments",
            )
        return self._last

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.f, '__qualname__', self.f)}>"


def _key(x: Any) -> Any:
    return (x.shape, x.dtype.num) if isinstance(x, np.ndarray) else type(x)


def compile(f: Callable[..., Any]) -> Compiled:  # noqa: A001 - as NumPy has abs and sum
    """A function as machine code.

    It is recorded at the first call with arguments of new shapes or dtypes, so whatever else it reads is
    fixed then. Results are fresh arrays. They agree with NumPy's to a few units in the last place of an
    array's greatest number; arithmetic that sums nothing agrees to the bit.

    Parameters
    ----------
    f : callable
        Written in NumPy; it may take gradients inside.

    Returns
    -------
    Compiled
        Called like `f`.

    Raises
    ------
    NotLoweredError
        At the first call, where `f` uses a function that has no machine code.

    Examples
    --------
    >>> from pullback import value_and_grad
    >>> slope = compile(value_and_grad(lambda x: np.sum(x**2)))
    >>> print(*slope(np.array([1.0, 2.0])))
    5.0 [2. 4.]
    """
    return Compiled(f)
