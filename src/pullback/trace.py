"""Traced arrays: ordinary NumPy code, called on them, leaves a tape of pairs behind.

A `Traced` holds a value and the trace it is under. NumPy hands every function called on one to
`__array_ufunc__` or `__array_function__`; the primitive that answers the function is bound to the
innermost trace, which calls it on the values one level down, where another trace may wait. So
traces nest, and the closures of one are traced by the next: that is all there is to `grad(grad(f))`.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import tree
from pullback._dispatch import answer, answer_method, full_name
from pullback._where import Where, origin, user_line
from pullback.errors import ControlFlowError, TraceError
from pullback.pair import ANSWERS, Box, Primitive, cotangents, fit_cotangent, missing_cotangent

_levels = itertools.count()


class Traced(Box):
    """An array under a trace. It answers to NumPy's functions, operators and methods.

    Attributes
    ----------
    value : array
        What the array holds one level down.
    """

    __slots__ = ("tracer", "value", "node", "index")
    __array_priority__ = 1000

    def __init__(self, trace: Any, value: Any, node: Any, index: int = 0) -> None:
        self.tracer, self.value, self.node, self.index = trace, value, node, index

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if kwargs.get("out") is not None:
            raise _written(f"{full_name(ufunc)}(..., out=array)")
        if method == "__call__":
            return answer(ufunc, inputs, kwargs)
        return answer_method(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in _STATIC:
            return func(*map(lowest, args), **kwargs)
        return answer(func, args, kwargs)

    shape = property(lambda self: np.shape(lowest(self)))
    ndim = property(lambda self: np.ndim(lowest(self)))
    size = property(lambda self: np.size(lowest(self)))
    dtype = property(lambda self: np.result_type(lowest(self)))
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.itemsize)
    T = property(lambda self: np.transpose(self))
    mT = property(lambda self: np.swapaxes(self, -1, -2))  # noqa: N815 - NumPy's name
    real = property(lambda self: self)

    def __getitem__(self, index: Any) -> Any:
        return ANSWERS[operator.getitem](self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        raise _written("x[...] = value")

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError("len() of an array without axes")
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def reshape(self, *shape: Any, order: Any = "C") -> Any:
        x: Any = self
        return np.reshape(x, shape[0] if len(shape) == 1 else shape, order=order)

    def transpose(self, *axes: Any) -> Any:
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def flatten(self, order: Any = "C") -> Any:
        x: Any = self
        return np.copy(np.reshape(x, -1, order=order))

    def astype(self, dtype: Any, *unused: Any, **also_unused: Any) -> Any:
        del unused, also_unused  # order, casting and copy make no difference to a traced array
        x: Any = self
        return np.astype(x, np.dtype(dtype))

    def clip(self, min: Any = None, max: Any = None) -> Any:  # noqa: A002 - NumPy's names
        return np.clip(self, min, max)

    def __array__(self, *unused: Any, **also_unused: Any) -> Any:
        del unused, also_unused
        raise _made_plain()

    def __bool__(self) -> bool:
        if self.tracer.abstract:
            raise _unknown("a truth value (`if`, `while`, `and`)", "np.where(condition, a, b)")
        return bool(self.value)

    def __float__(self) -> float:
        where = user_line()
        if where is not None and where.stores:
            raise _written("array[...] = x")
        raise _cut("float(x)", "keep the array; use np.exp(x), not math.exp(x)")

    def __int__(self) -> int:
        raise _cut("int(x)", "pullback.stop_gradient(x) and compute it outside the function")

    def __index__(self) -> int:
        raise _cut("an index or a size", "integers that do not depend on the arguments")

    def __complex__(self) -> complex:
        raise _cut("complex(x)", "real arithmetic")

    def item(self, *unused: Any) -> Any:
        raise _cut("x.item()", "keep the array; return it as auxiliary output to look at it")

    def tolist(self) -> Any:
        raise _cut("x.tolist()", "keep the array")

    def __format__(self, spec: str) -> str:
        return repr(self) if self.tracer.abstract else format(self.value, spec)

    def __repr__(self) -> str:
        if self.tracer.abstract:
            return f"Traced(shape={self.shape}, dtype={self.dtype})"
        return f"Traced({self.value!r})"

    def __deepcopy__(self, memo: Any) -> Traced:
        return self


def _operator(function: Callable[..., Any], swapped: bool = False) -> Callable[..., Any]:
    if swapped:
        return lambda self, other: function(other, self)
    return lambda self, *args, **settings: function(self, *args, **settings)


_STATIC = {np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj}
"""Functions of shapes and dtypes alone, which are known under every trace."""

_BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
    "floordiv": np.floor_divide, "mod": np.remainder, "pow": np.power, "matmul": np.matmul,
    "divmod": np.divmod, "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
}  # fmt: skip
_UNARY = {
    "neg": np.negative, "pos": np.positive, "abs": np.abs, "invert": np.invert, "lt": np.less,
    "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
_METHODS = (
    "sum prod mean std var max min argmax argmin argsort cumsum cumprod ravel squeeze swapaxes diagonal "
    "trace dot take repeat copy round all any nonzero searchsorted compress choose conj ptp"
)
for _name, _function in _BINARY.items():
    setattr(Traced, f"__{_name}__", _operator(_function))
    setattr(Traced, f"__r{_name}__", _operator(_function, swapped=True))
for _name, _function in _UNARY.items():
    setattr(Traced, f"__{_name}__", _operator(_function))
for _name in _METHODS.split():
    if hasattr(np, _name):
        setattr(Traced, _name, _operator(getattr(np, _name)))
Traced.__hash__ = object.__hash__  # type: ignore[method-assign]


class Node:
    """One pair on a tape: who made it, on what, and the closure that takes its cotangent back."""

    __slots__ = ("primitive", "args", "settings", "value", "structure", "vjp", "parents", "where")

    def __init__(self, *facts: Any) -> None:
        (self.primitive, self.args, self.settings, self.value) = facts[:4]
        (self.structure, self.vjp, self.parents, self.where) = facts[4:]


class Tape:
    """The trace behind `vjp`: the pairs in the order they were made, run backwards on demand."""

    keeps_rules = True
    abstract = False

    def __init__(self) -> None:
        self.level = next(_levels)
        self.nodes: list[Node] = []
        self.open = True

    def enter(self, x: Any) -> Traced:
        """Put an argument under this trace."""
        return Traced(self, x, None)

    def bind(self, primitive: Primitive, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """Call a primitive one level down and keep its closure."""
        if not self.open:
            raise _escaped(primitive)
        lowered = lower(self, args)
        if not primitive.differentiable:
            return primitive(*lowered, **settings)
        where = user_line()
        try:
            value, vjp = primitive.vjp(*lowered, **settings)
        except (ValueError, TypeError, IndexError) as error:
            if where is not None and not getattr(error, "__notes__", None):
                error.add_note(f"in {primitive.name}, called at {where}")
            raise
        flat, structure = ([value], None) if _is_array(value) else tree.flatten(value)
        parents = [x if isinstance(x, Traced) and x.tracer is self else None for x in leaves_of(args)]
        node = Node(primitive, lowered, settings, flat, structure, vjp, parents, where)
        self.nodes.append(node)
        boxed = [Traced(self, v, node, i) if is_float(v) else v for i, v in enumerate(flat)]
        return boxed[0] if structure is None else tree.unflatten(structure, boxed)

    def backward(self, outputs: list[Any], us: list[Any], inputs: list[Traced]) -> list[Any]:
        """The cotangents of the inputs, from those of the outputs."""
        sums: dict[tuple[int, int], Any] = {}
        for out, u in zip(outputs, us, strict=True):
            if isinstance(out, Traced) and out.tracer is self:
                _accumulate(sums, out, u)
        for node in reversed(self.nodes):
            keys = [(id(node), i) for i in range(len(node.value))]
            if not any(key in sums for key in keys):
                continue
            arriving = [_pop(sums, key, v) for key, v in zip(keys, node.value, strict=True)]
            for parent, g in zip(node.parents, pull(node, arriving), strict=True):
                if parent is not None:
                    _accumulate(sums, parent, g)
        return [_pop(sums, _key(x), x.value) for x in inputs]


def pull(node: Node, arriving: list[Any]) -> list[Any]:
    """Run one closure of the tape: a cotangent for each leaf of its arguments, None where unneeded."""
    u = arriving[0] if node.structure is None else tree.unflatten(node.structure, arriving)
    with origin(node.where):
        result = cotangents(node.primitive, node.args, node.vjp(u))
        for i, (parent, g) in enumerate(zip(node.parents, result, strict=True)):
            if parent is None:
                continue
            if g is None:
                raise missing_cotangent(node.primitive, i)
            result[i] = fit_cotangent(node.primitive, g, parent.value, i)
    return result


def _key(x: Traced) -> tuple[int, int]:
    return (id(x), -1) if x.node is None else (id(x.node), x.index)


def _accumulate(sums: dict[tuple[int, int], Any], x: Traced, g: Any) -> None:
    key = _key(x)
    sums[key] = sums[key] + g if key in sums else g


def _pop(sums: dict[tuple[int, int], Any], key: tuple[int, int], value: Any) -> Any:
    found = sums.pop(key, None)
    return np.zeros_like(value) if found is None else found


def run(f: Callable[..., Any], args: Any, settings: dict[str, Any] | None = None) -> Any:
    """Call the user's function; where NumPy wrapped an error of ours in its own, raise ours."""
    try:
        return f(*args, **(settings or {}))
    except ValueError as error:
        if isinstance(error.__cause__, TraceError):
            raise error.__cause__ from None
        raise


def lower(trace: Any, args: Any) -> tuple[Any, ...]:
    """The arguments one level down: the boxes of `trace` opened, all else as it is."""
    return tuple(_lower(trace, x) for x in args)


def _lower(trace: Any, x: Any) -> Any:
    if isinstance(x, Traced):
        return x.value if x.tracer is trace else x
    if type(x) in (tuple, list):
        return type(x)(_lower(trace, y) for y in x)
    if tree.is_container(x):
        leaves, structure = tree.flatten(x, none_is_leaf=True)
        return tree.unflatten(structure, [_lower(trace, y) for y in leaves])
    return x


def lowest(x: Any) -> Any:
    """The array under all traces."""
    while isinstance(x, Traced):
        x = x.value
    return x


def leaves_of(args: tuple[Any, ...]) -> list[Any]:
    """The leaves of a call's arguments, None included."""
    if any(tree.is_container(x) for x in args):
        return tree.flatten(args, none_is_leaf=True)[0]
    return list(args)


def is_float(x: Any) -> bool:
    """Whether `x` is a real floating-point array or number, traced or not."""
    x = lowest(x)
    return isinstance(x, float) or np.issubdtype(getattr(x, "dtype", None) or object, np.floating)


def _is_array(x: Any) -> bool:
    return isinstance(x, (Box, np.ndarray, np.generic, float, int))


def _written(what: str) -> TraceError:
    return TraceError(
        f"{what} writes into an array under differentiation",
        where=user_line(),
        expected="code that makes new arrays",
        hint="np.where, np.concatenate or np.stack build the array; or write the pair by hand "
        "with @pullback.primitive",
    )


def _made_plain() -> TraceError:
    where = user_line()
    if where is not None and where.stores:
        return _written("array[...] = x")
    return TraceError(
        "a traced array was turned into a plain one, which would lose its derivative",
        where=where,
        expected="NumPy functions that can be traced (pullback.functions() lists them)",
        hint="drop np.asarray; write np.stack([...]) for np.array([...]); for another library's "
        "function write the pair with @pullback.primitive",
    )


def _cut(what: str, instead: str) -> TraceError:
    return TraceError(f"{what} of a traced array would lose its derivative", where=user_line(), hint=instead)


def _unknown(what: str, instead: str) -> ControlFlowError:
    return ControlFlowError(
        f"a program is being recorded, and {what} asks for a value that is not known yet",
        where=user_line(),
        hint=instead,
    )


def _escaped(primitive: Primitive) -> TraceError:
    return TraceError(
        f"{primitive.name} was called on a traced array whose function has already returned",
        where=user_line(),
        hint="return the array from the function instead of keeping it in a list or a global",
    )


__all__ = ["Node", "Tape", "Traced", "Where", "is_float", "leaves_of", "lower", "lowest", "pull", "run"]
