"""Arrays that note every call made on them, and the notes.

Unlike the traced arrays of `pullback.trace` these are real arrays, so code that writes in place or fills
`np.zeros` runs as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.recording._rules import RULES, fall_back, unbroadcast


class Node:
    """One call: what was called on what, its value as it was then, and what it rests on."""

    __slots__ = ("op", "args", "kwargs", "value", "deps", "parents")

    def __init__(self, op: Any, args: Any, kwargs: Any, value: Any, deps: int) -> None:
        self.op, self.args, self.kwargs, self.value, self.deps = op, args, kwargs, value, deps
        self.parents = [a for a in _flat(args) if isinstance(a, Node)]

    @property
    def name(self) -> str:
        return self.op if isinstance(self.op, str) else getattr(self.op, "__name__", str(self.op))


class Part:
    """One of the several results of a call."""

    def __init__(self, op: Any, i: int) -> None:
        self.op, self.i, self.__name__ = op, i, getattr(op, "__name__", str(op))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.op(*args, **kwargs)[self.i]


def above(node: Node, but: Collection[int] = ()) -> set[int]:
    """All that a value is made of, and itself, by `id`; nothing is looked for behind the nodes `but`."""
    seen: set[int] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        if id(one) not in seen and id(one) not in but:
            seen.add(id(one))
            todo += one.parents
    return seen


class Recording:
    """All calls of one run, in order, and the node the result came from."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.every: list[Node] = []  # those too on which the result does not seem to rest
        self.casts: list[tuple[float, Node]] = []
        self.leaves: list[Node] = []
        self.out: Node | None = None
        self.result: Any = None
        self.over: list[tuple[Node, Node]] = []  # values written into, and what stood there then
        self.written: list[Any] = []  # arrays that no note was of until they were written into

    def leaf(self, x: Any, bit: int) -> Any:
        node = Node("leaf", (), {}, np.array(x), 1 << bit)
        self.leaves.append(node)
        return wrap(np.array(x), node)

    def add(self, op: Any, args: Any, kwargs: Any, value: Any) -> Any:
        if not isinstance(value, (np.ndarray, np.generic)):
            if isinstance(value, (tuple, list)):
                parts = [self.add(Part(op, i), args, kwargs, v) for i, v in enumerate(value)]
                return type(value)(parts) if type(value) in (tuple, list) else parts
            return value
        if value.ndim == 0 and value.dtype.kind in "iub":
            return value
        args = tuple([node_of(a) for a in args])
        kept = value.copy() if value.size < _LARGE else value
        node = Node(op, args, kwargs, kept, _rests_on(args))
        self.nodes.append(node)
        return wrap(value, node)

    def note(self, array: Any, node: Node) -> None:
        """An array was written into: what it was, and what it is now."""
        if array.node is not None:
            self.over.append((array.node, node))
        else:
            self.written.append(array)
        array.node = node

    def forget(self) -> None:
        """Arrays that outlive the recording, such as those of modules, are without a note in the next."""
        for array in self.written:
            array.node = None

    def live(self) -> list[Node]:
        """The nodes the result rests on; all of them where the result's node is not known."""
        if self.out is None:
            return self.nodes
        seen = above(self.out)
        return [n for n in self.nodes if id(n) in seen]

    def backward(
        self,
        u: float = 1.0,
        skip: Callable[[Node], bool] | None = None,
        instead: dict[int, Callable[[Any], list[tuple[Node, Any]]]] | None = None,
    ) -> dict[int, Any]:
        """The cotangent of every node by its id; none through the nodes `skip` names, others `instead`."""
        sums: dict[int, Any] = {}
        instead = instead or {}
        if self.out is None:
            return sums
        sums[id(self.out)] = np.asarray(u) * np.ones_like(self.out.value, dtype=float)
        own: set[int] = set()  # whose sums are no other node's too
        for node in reversed(self.nodes):
            arriving = sums.get(id(node))
            if arriving is None or (skip is not None and skip(node)):
                continue
            pull = instead.get(id(node))
            if pull is None and _of_a_part(node):
                _put_back(sums, own, node, arriving)
                continue
            for parent, g in pull(arriving) if pull else pull_back(node, arriving):
                old = sums.get(id(parent))
                sums[id(parent)] = g if old is None else old + g
                own.discard(id(parent))
        return sums

    def gradient(
        self, count: int, skip: Callable[[Node], bool] | None = None, instead: Any = None
    ) -> list[np.ndarray]:
        """The cotangents of the first leaves; what rests on none of them, such as rows, is left out."""
        mine = (1 << count) - 1
        idle = lambda node: not node.deps & mine or (skip is not None and skip(node))  # noqa: E731
        sums = self.backward(skip=idle, instead=instead)
        return [
            np.asarray(sums.get(id(leaf), 0.0), float) * np.ones(leaf.value.shape)
            for leaf in self.leaves[:count]
        ]


_LARGE = 50_000
"""From so many numbers on an array is noted as it is, not its copy."""


def pull_back(node: Node, u: Any) -> Iterator[tuple[Node, Any]]:
    rule = RULES.get(node.op) or getattr(node.op, "pull_back", None)
    values = [_value(a) for a in node.args]
    gs = None
    if rule is not None:
        gs = rule(u, node.value, *values, **node.kwargs)
    if gs is None:
        yield from fall_back(node, u, Node)
        return
    for a, g in zip(node.args, gs, strict=False):
        for x, each in zip(a, g, strict=True) if isinstance(g, list) else ((a, g),):
            if isinstance(x, Node) and each is not None:
                yield x, unbroadcast(each, x.value.shape)


def _of_a_part(node: Node) -> bool:
    """Whether a call takes each number of an array once at the most."""
    return node.op == "getitem" and node.args[1].plain and bool(node.parents and node.parents[0].value.ndim)


def _put_back(sums: dict[int, Any], own: set[int], node: Node, u: Any) -> None:
    """Add a cotangent where a part of an array was taken: in place, or a loop over its rows is quadratic."""
    (whole,) = node.parents
    at = id(whole)
    if at not in own:
        old = sums.get(at)
        sums[at] = np.zeros(whole.value.shape) if old is None else old + np.zeros(whole.value.shape)
        own.add(at)
    sums[at][node.args[1].index] += u


def _value(a: Any) -> Any:
    """What stood where a note stands, in lists too."""
    if isinstance(a, Node):
        return a.value
    return type(a)(map(_value, a)) if type(a) in _LISTS else a


_LISTS = (list, tuple)


def _flat(args: Any) -> list[Any]:
    """What stands in nested lists, in one; a list rather than a generator, for every call is noted by it."""
    found: list[Any] = []
    for a in args if isinstance(args, (tuple, list)) else (args,):
        if isinstance(a, (tuple, list)):
            found += _flat(a)
        else:
            found.append(a)
    return found


def _rests_on(args: Any) -> int:
    """The bits of the leaves, X and y that the arguments of a call are made of."""
    deps = 0
    for a in _flat(args):
        if isinstance(a, (Node, _Index)):
            deps |= a.deps
    return deps


def node_of(x: Any) -> Any:
    """What stands for an argument in a note; a constant as it is now, for it may be written into later."""
    if isinstance(x, Rec):
        constant = x.view(np.ndarray)
        return x.node if x.node is not None else constant.copy() if x.size < _LARGE else constant
    return type(x)([node_of(y) for y in x]) if type(x) in _LISTS else x


def unwrap(x: Any) -> Any:
    if isinstance(x, Rec):
        return x.view(np.ndarray)
    return type(x)([unwrap(y) for y in x]) if type(x) in _LISTS else x


_tape: Recording | None = None


def switch(tape: Recording | None) -> Recording | None:
    """Record into `tape` from now on; what was recorded into before."""
    global _tape
    before, _tape = _tape, tape
    return before


def current() -> Recording | None:
    """What is recorded into now."""
    return _tape


SPELT_OUT: dict[Any, Callable[..., Any]] = {}
"""Functions of NumPy whose recording is that of what they do."""


class Rec(np.ndarray):
    """A real array that tells the recording what is done with it."""

    node: Node | None = None

    def __array_finalize__(self, obj: Any) -> None:
        self.node = None

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        given = [unwrap(x) for x in inputs]
        kept = {k: unwrap(v) for k, v in kwargs.items()}
        op = ufunc if method == "__call__" else (ufunc, method)
        if out is None:
            value = getattr(ufunc, method)(*given, **kept)
            return value if _tape is None else _tape.add(op, inputs, kept, value)
        nodes = tuple(node_of(x) for x in inputs)
        value = getattr(ufunc, method)(*given, out=tuple(unwrap(o) for o in out), **kept)
        target = out[0]
        if _tape is not None and isinstance(target, Rec):
            _tape.note(target, _tape.add(op, nodes, kept, np.array(value)).node)
        return target if isinstance(target, Rec) else value

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if _tape is not None and func in SPELT_OUT:
            return SPELT_OUT[func](*args, **kwargs)
        if _tape is not None and isinstance(kwargs.get("out"), Rec):
            out = kwargs["out"]
            out[...] = func(*args, **{k: v for k, v in kwargs.items() if k != "out"})
            return out
        plain = {k: unwrap(v) for k, v in kwargs.items()}
        value = func(*[unwrap(a) for a in args], **plain)
        if _tape is None or func in _SHAPES:
            return value
        return _tape.add(func, args, plain, value)

    def __getitem__(self, index: Any) -> Any:
        value = self.view(np.ndarray)[unwrap(index)]
        if _tape is None:
            return value
        return _tape.add("getitem", (self, _Index(index)), {}, value)

    def __setitem__(self, index: Any, value: Any) -> None:
        before = node_of(self) if self.node is not None else self.view(np.ndarray).copy()
        self.view(np.ndarray)[unwrap(index)] = unwrap(value)
        if _tape is not None:
            whole = _is_all(index) and isinstance(value, Rec) and value.shape == self.shape
            args = (node_of(value),) if whole else (before, node_of(value), _Index(index))
            now = self.view(np.ndarray).copy()
            _tape.note(self, _tape.add("copy" if whole else "setitem", args, {}, now).node)

    def __float__(self) -> float:
        value = float(self.view(np.ndarray))
        if _tape is not None and self.node is not None:
            _tape.casts.append((value, self.node))
        return value

    def __deepcopy__(self, memo: Any) -> Any:
        return np.copy(self)

    def __round__(self, digits: int = 0) -> Any:
        return np.round(self, digits)

    def item(self, *args: Any) -> Any:
        if self.dtype.kind == "f" and (self.size == 1 or args):
            return np.ravel(self)[args[0]] if len(args) == 1 else self[args] if args else self.reshape(())
        return self.view(np.ndarray).item(*args)

    def tolist(self) -> Any:
        if self.dtype.kind != "f":
            return self.view(np.ndarray).tolist()
        return [x.tolist() for x in self] if self.ndim else self.item()

    @property
    def T(self) -> Any:  # noqa: N802 - NumPy's name
        return np.transpose(self)

    def reshape(self, *shape: Any, order: Any = "C") -> Any:  # type: ignore[override]
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def flatten(self, order: Any = "C") -> Any:
        return np.ravel(self)

    def clip(self, *limits: Any, **named: Any) -> Any:  # type: ignore[override]
        """Unlike the function, the method may be given one limit alone."""
        low, high, *rest = (*limits, None, None)[: max(len(limits), 2)]
        return np.clip(self, named.pop("min", low), named.pop("max", high), *rest, **named)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        value = self.view(np.ndarray).astype(dtype, *args, **kwargs)
        return value if _tape is None else _tape.add("copy", (self,), {}, np.array(value))


class _Index:
    """An index, kept apart from the arguments that have cotangents; its arrays' roots still count."""

    def __init__(self, index: Any) -> None:
        self.index = unwrap(index)
        each = self.index if type(self.index) is tuple else (self.index,)
        self.plain = all(type(i) in _PLAIN for i in each)
        self.deps = _rests_on(node_of(index)) if isinstance(index, (Rec, tuple, list)) else 0


_PLAIN = {int, np.int64, np.int32, slice, type(None), type(Ellipsis)}
"""The kinds of index that name every place once at the most."""


def _is_all(index: Any) -> bool:
    return index is Ellipsis or (isinstance(index, slice) and index == slice(None))


def _method(function: Any) -> Any:
    return lambda self, *args, **kwargs: function(self, *args, **kwargs)


def _rebinding(name: str, function: Any) -> Any:
    """`x += 1` of a single number makes another number, of an array it writes into it."""
    inner = getattr(np.ndarray, name)
    return lambda self, other: function(self, other) if self.ndim == 0 else inner(self, other)


_SHAPES = {np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.array_equal, np.allclose}
for _name in [
    "sum",
    "mean",
    "std",
    "var",
    "max",
    "min",
    "dot",
    "squeeze",
    "swapaxes",
    "ravel",
    "take",
    "repeat",
    "cumsum",
    "prod",
    "trace",
]:
    setattr(Rec, _name, _method(getattr(np, _name)))
for _name, _function in (("add", np.add), ("sub", np.subtract), ("mul", np.multiply), ("truediv", np.divide)):
    setattr(Rec, f"__i{_name}__", _rebinding(f"__i{_name}__", _function))
Rec.copy = lambda self, order="C": np.copy(self)  # type: ignore[method-assign, assignment, call-overload]


def wrap(value: Any, node: Node | None) -> Any:
    rec = np.asarray(value).view(Rec)
    rec.node = node
    return rec
