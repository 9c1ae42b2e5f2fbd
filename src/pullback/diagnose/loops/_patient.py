"""The patient: a training loop given as `params, X, y, loss` and one of `grad`, `step`."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any

import numpy as np

from pullback import tree
from pullback.diagnose.loops._clone import ARRAYS, clone, clone_around
from pullback.diagnose.loops._given import check_given, check_leaves
from pullback.diagnose.loops._orders import Orders
from pullback.diagnose.loops._sandbox import Failure, TimeUp
from pullback.diagnose.recording._record import noting
from pullback.diagnose.recording._standins import FOLLOWED
from pullback.errors import ArgumentError

REQUIRED = ("params", "X", "y", "loss")
OPTIONAL = (
    "grad", "step", "batch_size", "n_steps", "forward", "predict", "shuffle", "lr", "batches", "task",
    "X_val", "y_val", "X_test", "y_test", "metric", "train",
)  # fmt: skip


def flatten(params: Any) -> list[Any]:
    """The leaves of parameters in the order they are written (dicts are not sorted)."""
    if isinstance(params, (list, tuple)):
        return [leaf for part in params for leaf in flatten(part)]
    if isinstance(params, Mapping):
        return [leaf for part in params.values() for leaf in flatten(part)]
    if params is None:
        return []
    if isinstance(params, (np.ndarray, np.generic, float, int)):
        return [params]
    if tree.is_container(params):
        return tree.leaves(params)
    if hasattr(params, "__dict__"):
        return flatten({k: v for k, v in vars(params).items() if _holds_arrays(v)})
    return [params]


def copies(leaves: list[Any]) -> list[Any]:
    """The leaves once more: arrays, and single numbers as Python has them."""
    return [np.array(x) if np.ndim(x) else float(x) for x in leaves]


def _holds_arrays(x: Any, depth: int = 0) -> bool:
    """Whether an attribute holds parameters: an array, a container of some, or an object that has one."""
    if isinstance(x, np.ndarray):
        return True
    if isinstance(x, (list, tuple, dict)):
        return len(x) > 0
    if isinstance(x, type) or callable(x) or not hasattr(x, "__dict__") or depth > 3:
        return False
    return any(_holds_arrays(v, depth + 1) for v in vars(x).values())


def places(params: Any, path: str = "") -> Iterator[str]:
    """Where each leaf stands, in the order of `flatten`: `[0]['W']`, `.hidden[1]`."""
    if isinstance(params, (list, tuple)):
        parts = [(f"[{i}]", part) for i, part in enumerate(params)]
    elif isinstance(params, Mapping):
        parts = [(f"[{key!r}]", part) for key, part in params.items()]
    elif isinstance(params, (np.ndarray, np.generic, float, int)) or not hasattr(params, "__dict__"):
        yield from [] if params is None else [path]
        return
    else:
        parts = [(f".{k}", v) for k, v in vars(params).items() if _holds_arrays(v)]
    for name, part in parts:
        yield from places(part, path + name)


def rebuild(params: Any, leaves: list[Any]) -> Any:
    """Parameters of the structure of `params` with these leaves."""
    found = iter(leaves)
    return _rebuild(params, found)


def _rebuild(params: Any, found: Any) -> Any:
    if isinstance(params, tuple) and hasattr(params, "_fields"):
        return type(params)(*(_rebuild(part, found) for part in params))
    if isinstance(params, (list, tuple)):
        return type(params)(_rebuild(part, found) for part in params)
    if isinstance(params, Mapping):
        return type(params)({k: _rebuild(v, found) for k, v in params.items()})  # type: ignore[call-arg]
    if params is None:
        return None
    if isinstance(params, (np.ndarray, np.generic, float, int)):
        return next(found)
    if tree.is_container(params):
        return tree.map(lambda _: next(found), params)
    if hasattr(params, "__dict__"):
        new = object.__new__(type(params))
        new.__dict__.update(params.__dict__)
        arrays = {k: v for k, v in vars(params).items() if _holds_arrays(v)}
        new.__dict__.update({k: _rebuild(v, found) for k, v in arrays.items()})
        return new
    return next(found)


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
                hint="a diagnosis needs these names in the file, the mapping or the call",
            )
        check_given(given)
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

    @classmethod
    def from_file(cls, path: str) -> Patient:
        """Run a module file and take the names of the protocol from it."""
        names = runpy.run_path(path, run_name="patient")
        return cls(names, name=str(path).rpartition("/")[2])

    def get(self, name: str) -> Any:
        return self._given.get(name)

    def given(self) -> dict[str, Any]:
        """The names of the protocol, as they came in."""
        return dict(self._given)

    def fresh(self) -> Body:
        """A copy of everything, as it was when the patient came in."""
        return Body(clone(self._given), self.params)

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

    def batch(self, t: int, size: int | None = None, n: int | None = None) -> np.ndarray:
        """The rows of batch `t`: row order, wrapping round."""
        size, n = size or self.batch_size, n or self.n
        return (np.arange(size) + t * size) % n


class Body:
    """One copy of a patient, to be used up by one run."""

    def __init__(self, given: dict[str, Any], like: Any) -> None:
        self.params, self.X, self.y = given["params"], given["X"], given["y"]
        self._given, self._like = given, like
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
        if out is None or (isinstance(out, np.ndarray) and out.size != 1):
            got = "None" if out is None else f"an array of shape {out.shape}"
            raise Failure("loss", TypeError(f"loss returns {got}, expected one number such as a mean"))
        return out

    def grad(self, leaves: list[Any], X: Any, y: Any) -> list[Any]:
        out = _call("grad", self._given["grad"], self.tree(leaves), X, y)
        return self.gradients(out, len(leaves))

    def gradients(self, out: Any, count: int) -> list[Any]:
        """The leaves of what `grad` returned, which may be the loss and the gradient."""
        if _with_loss(out, count):
            out = out[1]
        return flatten(_in_order(out, self._like))

    def step(self, params: Any, X: Any, y: Any) -> Any:
        """One update on parameters as the user keeps them; what it reports is kept in `reported`."""
        out = _call("step", self._given["step"], params, X, y)
        self.reported = None
        if out is None:
            return params
        pair = isinstance(out, tuple) and len(out) == 2
        if pair and _is_number(out[1]) and (not _is_number(out[0]) or _is_number(self._like)):
            self.reported = out[1]
            return _in_order(out[0], self._like)
        if pair and out[1] is None:
            return out[0]
        return out if not _is_number(out) else params


def _with_loss(out: Any, count: int) -> bool:
    """Whether `grad` returned the loss and the gradient; a pair of lists is weights and biases."""
    if not isinstance(out, tuple) or len(out) != 2 or count == 2:
        return False
    return not isinstance(out[0], (list, tuple, Mapping)) and np.ndim(out[0]) == 0


def _in_order(x: Any, like: Any) -> Any:
    """Gradients in a dict are taken by their keys, whatever order they were put in."""
    if isinstance(x, Mapping) and isinstance(like, Mapping) and set(like) <= set(x):
        return {k: _in_order(x[k], like[k]) for k in like}
    return x


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float, np.generic)) or (isinstance(x, np.ndarray) and x.size == 1)


def _call(name: str, f: Callable[..., Any], *args: Any) -> Any:
    try:
        return f(*args)
    except (TimeUp, KeyboardInterrupt):
        raise
    except BaseException as error:  # the patient's own errors are findings, whatever they are
        raise Failure(name, error) from error
