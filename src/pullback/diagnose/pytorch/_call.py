"""One call of PyTorch that NumPy has no counterpart of, as a note of a recording that knows its way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.recording._recorded import Rec, current, unwrap


class UnknownCallError(Exception):
    """PyTorch made a call that cannot be noted."""


class Call:
    """A call by its name; `back(u, *values)` gives the cotangents of its arguments."""

    def __init__(self, name: str, back: Callable[..., Any], again: Callable[..., Any] | None = None) -> None:
        self.__name__, self.back, self.again = name, back, again

    def __call__(self, *values: Any, **settings: Any) -> Any:
        """The call again, on other values."""
        if self.again is None:
            raise TypeError(f"{self.__name__} is not made again")
        return self.again(*values, **settings)

    def pull_back(self, u: Any, value: Any, *values: Any, **settings: Any) -> Any:
        return self.back(u, *values, **settings)


def noted(torch: Any, func: Any, i: int, args: list[Any], settings: Any, out: Any, kinds: list[Any]) -> Any:
    """The note of result `i` of a call on recorded arrays, or the result where nothing is recorded.

    A recording holds whole numbers as floats: `kinds` are the dtypes of the arguments that are none.
    """
    value, tape = out.detach().numpy().copy(), current()
    if tape is None or value.dtype.kind != "f":
        return value
    if any(isinstance(x, Rec) for a in (*args, *settings.values()) if isinstance(a, list) for x in a):
        raise UnknownCallError(func.overloadpacket.__name__)
    sloped = [isinstance(a, Rec) and kind is None for a, kind in zip(args, kinds, strict=True)]

    def run(values: Any, settings: Any) -> tuple[Any, list[Any]]:
        tensors = [_tensor(torch, x, *how) for x, *how in zip(values, sloped, kinds, strict=True)]
        found = func(*tensors, **{k: _tensor(torch, x) for k, x in settings.items()})
        return (found[i] if isinstance(found, (tuple, list)) else found), tensors

    def back(u: Any, *values: Any, **settings: Any) -> list[Any]:
        with torch.enable_grad():
            try:
                result, tensors = run(values, settings)
            except RuntimeError as error:  # as of the targets of some losses
                _close(func, sloped, error)
                result, tensors = run(values, settings)
            if not result.requires_grad:  # of its arguments it takes the shape only
                return [None] * len(sloped)
            asked = [x for x, slope in zip(tensors, sloped, strict=True) if slope]
            u = torch.as_tensor(np.broadcast_to(u, result.shape).copy(), dtype=result.dtype)
            found = iter(torch.autograd.grad(result, asked, u, allow_unused=True))
        gs = [next(found) if slope else None for slope in sloped]
        return [None if g is None else g.numpy() for g in gs]

    def again(*values: Any, **settings: Any) -> Any:
        return run(values, settings)[0].detach().numpy()

    args, settings = [_kept(a) for a in args], {k: _kept(v) for k, v in settings.items()}
    return tape.add(Call(func.overloadpacket.__name__, back, again), tuple(args), settings, value)


def _close(func: Any, sloped: list[bool], error: RuntimeError) -> None:
    """Ask for no slope of an argument that PyTorch says it does not differentiate by."""
    for i, argument in enumerate(func._schema.arguments[: len(sloped)]):
        if f"not differentiable with respect to argument '{argument.name}'" in str(error):
            sloped[i] = False


def _kept(x: Any) -> Any:
    """An argument as it is now: what is recorded as it stands, a constant copied."""
    return x.copy() if type(x) is np.ndarray else x


def _tensor(torch: Any, x: Any, slope: bool = False, kind: Any = None) -> Any:
    x = unwrap(x)
    if not isinstance(x, (np.ndarray, np.generic)):
        return x
    made = torch.as_tensor(np.array(x), dtype=kind)
    return made.requires_grad_(slope)


__all__ = ["Call", "UnknownCallError", "noted"]
