"""The patient: a training loop given as `params, X, y, loss` and one of `grad`, `step`."""

from __future__ import annotations

import copy
import os
import runpy
import sys
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import numpy as np

from pullback.diagnose.loops._clone import ARRAYS, clone, clone_around
from pullback.diagnose.loops._given import check_counts, check_given, check_leaves, with_rows
from pullback.diagnose.loops._leaves import copies, flatten, rebuild
from pullback.diagnose.loops._matrices import of_arrays
from pullback.diagnose.loops._orders import Orders
from pullback.diagnose.loops._returned import (
    Returned,
    as_number,
    check_gradient,
    check_update,
    gradient,
    update,
)
from pullback.diagnose.loops._sandbox import Failure, TimeUp
from pullback.diagnose.recording._record import noting
from pullback.diagnose.recording._standins import FOLLOWED
from pullback.errors import ArgumentError

REQUIRED = ("params", "X", "y", "loss")
OPTIONAL = (
    "grad", "step", "batch_size", "n_steps", "forward", "predict", "shuffle", "lr", "batches", "task",
    "X_val", "y_val", "X_test", "y_test", "metric", "train",
)  # fmt: skip


class Patient:
    """One training loop. `fresh()` gives a copy that no other run has touched.

    Parameters
    ----------
    given : mapping
        The names of the protocol; others are ignored.
    name : str
        What reports call it.
    """

    def __init__(self, given: Mapping[str, Any], name: str = "the loop") -> None:
        self.name = name
        missing = [key for key in REQUIRED if given.get(key) is None]
        if given.get("grad") is None and given.get("step") is None:
            missing.append("grad or step")
        if missing:
            raise ArgumentError(
                f"{name} is not complete: {', '.join(missing)} is missing",
                expected="params, X, y, loss(params, X, y) and one of grad(params, X, y), "
                "step(params, X_batch, y_batch)",
                hint="give these names in the call or the mapping, or at the top of the file: what stands in "
                "a function, or under `if __name__ == '__main__'`, is not seen",
            )
        given = with_rows(of_arrays(dict(given)))
        check_given(given)
        check_counts(given)
        check_leaves(flatten(given["params"]))
        self._given: dict[str, Any] = clone({key: given.get(key) for key in REQUIRED + OPTIONAL})
        self.beside = {name: value for name, value in given.items() if name not in self._given}
        """What the loop's file holds besides, as it came: only to be looked at."""
        self.random = np.random.get_state()
        self.X: Any = self._given["X"]
        self.y: Any = self._given["y"]
        self.params: Any = self._given["params"]
        self.n = len(self.X)
        self.leaves = [np.array(x) for x in flatten(self.params)]
        self.batch_size = min(int(given.get("batch_size") or self.n), self.n)
        self.n_steps = int(given.get("n_steps") or 10 * -(-self.n // min(self.batch_size, 32)))
        self.has_grad = self._given["grad"] is not None
        self.has_step = self._given["step"] is not None
        self.start = 0  # the row that batch 0 begins with
        self.differentiate: Callable[..., Any] | None = None
        """The loss's gradient by whatever the loop is written in, of a list of arrays, where that has one."""

    @classmethod
    def from_file(cls, path: str) -> Patient:
        """Run a module file and take the names of the protocol from it.

        As Python itself runs it: modules beside it are found, now and later, and its arguments are none.
        """
        beside, given = os.path.dirname(os.path.abspath(path)), sys.argv
        if beside not in sys.path:
            sys.path.insert(0, beside)
        sys.argv = [str(path)]
        try:
            names = runpy.run_path(path, run_name="patient")
        finally:
            sys.argv = given
        return cls(names, name=str(path).rpartition("/")[2])

    def get(self, name: str) -> Any:
        return self._given.get(name)

    def given(self) -> dict[str, Any]:
        """The names of the protocol, as they came in."""
        return dict(self._given)

    def fresh(self) -> Body:
        """A copy of everything, as it was when the patient came in."""
        return Body(clone(self._given), self.params)

    def begun(self) -> Body:
        """A fresh copy, and NumPy's random numbers where they stood when the patient came in."""
        np.random.set_state(self.random)
        return self.fresh()

    def followed(self, arrays: bool = False) -> Body:
        """A copy that can be recorded: numbers that pass through `math` or `float` stay recorded.

        With `arrays` so does what is written into arrays that the patient keeps, such as those of modules.
        """
        memo = FOLLOWED | {ARRAYS: noting} if arrays else dict(FOLLOWED)
        return Body(clone(self._given, memo), self.params)

    def answered(self, orders: Orders) -> Body:
        """A copy whose draws of orders get answers of our choosing."""
        return Body(clone(self._given, orders.memo()), self.params)

    def fresh_around(self, around: Callable[..., Any]) -> Body | None:
        """A copy whose calls of `grad`, those inside its step too, go to `around(grad, *args)`.

        None where `grad` is no plain function or method.
        """
        grad = getattr(self._given["grad"], "__func__", self._given["grad"])
        if not isinstance(grad, FunctionType):
            return None
        return Body(clone_around(self._given, grad, around), self.params)

    def changed(self, change: Callable[[Any], None]) -> Patient:
        """The same loop, after `change` was made to what its step can reach."""
        out = copy.copy(self)
        out._given = clone(self._given)
        change(out._given["step"])
        return out

    def begun_at(self, leaves: list[np.ndarray]) -> Patient:
        """The same loop from other first parameters."""
        out = copy.copy(self)
        out.leaves = [np.array(x, float) for x in leaves]
        out.params = rebuild(self.params, copies(out.leaves))
        out._given = {**self._given, "params": out.params}
        return out

    def batch(self, t: int, size: int | None = None, n: int | None = None) -> np.ndarray:
        """The rows of batch `t`: row order, wrapping round."""
        size, n = size or self.batch_size, n or self.n
        return (np.arange(size) + t * size + self.start) % n


class Body:
    """One copy of a patient, to be used up by one run."""

    def __init__(self, given: dict[str, Any], like: Any) -> None:
        self.params, self.X, self.y = given["params"], given["X"], given["y"]
        self._given, self._like = given, like
        self._sizes = [int(np.size(x)) for x in flatten(like)]
        self.reported: Any = None

    def function(self, name: str) -> Any:
        """One of the patient's functions in this copy."""
        return self._given[name]

    def tree(self, leaves: list[Any]) -> Any:
        return rebuild(self._like, leaves)

    def parameters(self, leaves: list[Any]) -> Any:
        """Copies of the leaves as the user keeps them, for a run to use up."""
        return self.tree(copies(leaves))

    def given(self, name: str) -> Any:
        """The function of that name, of this very copy."""
        return self._given[name]

    def loss(self, leaves: list[Any], X: Any, y: Any) -> Any:
        out = _call("loss", self._given["loss"], self.tree(leaves), X, y)
        try:
            return as_number(out)
        except Returned as error:
            raise Failure("loss", error) from error

    def grad(self, leaves: list[Any], X: Any, y: Any) -> list[Any]:
        out = _call("grad", self._given["grad"], self.tree(leaves), X, y)
        return self.gradients(out)

    def gradients(self, out: Any) -> list[Any]:
        """The leaves of what `grad` returned, which may be the loss and the gradient."""
        return gradient(out, self._like, self._sizes)

    def step(self, params: Any, X: Any, y: Any) -> Any:
        """One update on parameters as the user keeps them; what it reports is kept in `reported`."""
        out = _call("step", self._given["step"], params, X, y)
        moved, self.reported = update(out, params, self._like, self._sizes)
        return moved

    def first_step(self, X: Any, y: Any) -> None:
        """One update from the start, and whether parameters come back."""
        try:
            check_update(self.step(self.params, X, y), self._like)
        except Returned as error:
            raise Failure("step", error) from error

    def first_grad(self, leaves: list[Any], X: Any, y: Any) -> None:
        """One gradient, and whether it is one."""
        out = _call("grad", self._given["grad"], self.tree(leaves), X, y)
        try:
            check_gradient(out, self.gradients(out), self._sizes)
        except Returned as error:
            raise Failure("grad", error) from error


def _call(name: str, f: Callable[..., Any], *args: Any) -> Any:
    try:
        return f(*args)
    except (TimeUp, KeyboardInterrupt):
        raise
    except BaseException as error:  # the patient's own errors are findings, whatever they are
        raise Failure(name, error) from error
