"""Programs: a function recorded once as a flat list of NumPy calls, printable, and run again.

Recording is another kind of trace. The function runs once on example arguments; every call is
written down with the shapes and dtypes it had. A derivative is recorded like anything else, so the
program of `grad(f)` holds the whole backward pass.
"""

from __future__ import annotations

import keyword
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback import tree
from pullback._dispatch import full_name, is_positional_only, meet_scipy
from pullback._where import Where, user_line
from pullback.errors import ArgumentError, ControlFlowError, TraceError
from pullback.pair import Primitive
from pullback.trace import Traced, _levels, leaves_of, lower, run

_INFIX = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.matmul: "@", np.power: "**",
    np.greater: ">", np.less: "<", np.greater_equal: ">=", np.less_equal: "<=", np.equal: "==",
    np.not_equal: "!=", np.bitwise_and: "&", np.bitwise_or: "|",
}  # fmt: skip


class Var:
    """A variable of a program: its number, shape and dtype."""

    __slots__ = ("number", "shape", "dtype")

    def __init__(self, number: int, value: Any) -> None:
        self.number = number
        self.shape = np.shape(value) if not callable(value) else ()
        self.dtype = None if callable(value) else np.result_type(value)

    @classmethod
    def like(cls, number: int, other: Var) -> Var:
        """Another variable of the shape and dtype of `other`."""
        fresh = object.__new__(cls)
        fresh.number, fresh.shape, fresh.dtype = number, other.shape, other.dtype
        return fresh

    def __repr__(self) -> str:
        return f"v{self.number}"


class Call:
    """One call of a program: `outs = primitive(*args, **settings)`, and the user's line for it."""

    __slots__ = ("primitive", "args", "settings", "outs", "structure", "where")

    def __init__(self, *facts: Any) -> None:
        self.primitive, self.args, self.settings, self.outs, self.structure, self.where = facts

    def variables(self) -> Iterator[Var]:
        """The variables it reads."""
        return (x for x in leaves_of(self.args) if isinstance(x, Var))


class Recorder:
    """The trace behind `program`: every call is kept, none is differentiated."""

    keeps_rules = False
    abstract = True

    def __init__(self) -> None:
        self.level = next(_levels)
        self.calls: list[Call] = []
        self.count = 0
        self.open = True

    def enter(self, x: Any) -> Traced:
        """Put an argument, or the result of a call, under this trace."""
        self.count += 1
        return Traced(self, x, Var(self.count - 1, x))

    def bind(self, primitive: Primitive, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """Record a call; a user's primitive is looked into, where its body can be traced."""
        if not primitive.whole:
            return self.bind_pair(primitive, args, settings)[0]
        self._check_shape_is_known(primitive, args)
        return self._record(primitive, args, settings)

    def bind_pair(self, primitive: Primitive, args: Any, settings: dict[str, Any]) -> Any:
        """Trace the body of a pair; one that is not NumPy throughout is kept whole."""
        if primitive.numpy is None and primitive.whole:
            return self._bind_whole_pair(primitive, args, settings)
        try:
            return run(primitive.body, args, settings)
        except ControlFlowError:
            raise
        except TraceError:
            if primitive.numpy is not None:
                raise
            return self._bind_whole_pair(primitive, args, settings)

    def _bind_whole_pair(self, primitive: Primitive, args: Any, settings: dict[str, Any]) -> Any:
        def pair(*args: Any, **settings: Any) -> Any:
            value, vjp = primitive.body(*args, **settings)
            return value, Closure(vjp)

        name = f"{primitive.name}.vjp"
        value, closure = self._record(Opaque(name, pair, primitive), args, settings)

        def vjp(u: Any) -> Any:
            pull = Opaque(f"pull_{primitive.name}", lambda closure, u: closure(u), primitive)
            return self._record(pull, (closure, u), {})

        return value, vjp

    def _record(self, primitive: Any, args: Any, settings: dict[str, Any]) -> Any:
        value = primitive.plain(*lower(self, args), **settings)
        single = not isinstance(value, (tuple, list))
        flat, structure = ([value], None) if single else tree.flatten(value, none_is_leaf=True)
        boxed = [None if x is None else self.enter(x) for x in flat]
        outs = [None if x is None else x.node for x in boxed]
        named = _name(self, args)
        self.calls.append(Call(primitive, named, settings, outs, structure, user_line()))
        return boxed[0] if structure is None else tree.unflatten(structure, boxed)

    def _check_shape_is_known(self, primitive: Primitive, args: tuple[Any, ...]) -> None:
        masks = primitive.numpy is operator.getitem and any(
            isinstance(x, Traced) and x.dtype == bool for x in leaves_of(args[1:])
        )
        if masks or primitive.name in ("nonzero", "flatnonzero", "argwhere", "unique"):
            raise ControlFlowError(
                f"a program is being recorded, and the shape of {full_name(primitive.numpy)} "
                "depends on values",
                where=user_line(),
                hint="np.where(mask, x, 0) keeps the shape",
            )


class Closure:
    """The vjp of a pair that a program keeps whole; a value like any other to the program."""

    def __init__(self, vjp: Any) -> None:
        self.vjp = vjp

    def __call__(self, u: Any) -> Any:
        result = self.vjp(u)
        return tuple(result)


class Opaque:
    """A call that a program runs without looking inside."""

    numpy = None
    whole = True

    def __init__(self, name: str, plain: Callable[..., Any], primitive: Primitive) -> None:
        self.name, self.plain, self.primitive = name, plain, primitive


class Program:
    """A recorded function. Call it like the function; print it to read it.

    Attributes
    ----------
    inputs : list of Var
        The leaves of the arguments.
    calls : list of Call
    outputs : list
        The leaves of the result: variables, or constants that the function returned.
    source : str
        The program as a NumPy function. What it does not make itself (arrays that `f` closed
        over) it takes from `constants`.
    """

    def __init__(self, inputs: Any, calls: list[Call], outputs: list[Any], structures: Any) -> None:
        self.inputs, self.calls, self.outputs = inputs, calls, outputs
        self.structures = structures
        self._run: Any = None

    def __call__(self, *args: Any) -> Any:
        flat, structure = tree.flatten(args)
        if structure != self.structures[0]:
            raise ArgumentError(
                "a program was called with other arguments than it was recorded for",
                expected=str(self.structures[0]),
                got=str(structure),
            )
        return tree.unflatten(self.structures[1], self.run(*flat))

    @property
    def run(self) -> Callable[..., tuple[Any, ...]]:
        """The program as a function from the leaves of its arguments to those of its result."""
        if self._run is None:
            lines, names = _write(self)
            scope = dict(names)
            exec(compile("\n".join(lines), "<pullback program>", "exec"), scope)
            self._run = scope["program"]
        return self._run  # type: ignore[no-any-return]

    @property
    def source(self) -> str:
        return "\n".join(_write(self, notes=True)[0])

    @property
    def constants(self) -> dict[str, Any]:
        """The arrays, by the names they have in `source`, that the function closed over."""
        return {name: x for name, x in _write(self)[1].items() if isinstance(x, np.ndarray)}

    def __str__(self) -> str:
        return self.source

    def __len__(self) -> int:
        return len(self.calls)


def program(f: Callable[..., Any], *args: Any) -> Program:
    """Record the program of `f` at arguments of these shapes and dtypes.

    Parameters
    ----------
    f : callable
        Written in NumPy; it may take gradients inside.
    *args : trees of arrays
        Examples: their values are used only to run `f` once.

    Raises
    ------
    ControlFlowError
        Where `f` branches on a value, or a shape depends on one.

    Examples
    --------
    >>> print(program(lambda x: np.sum(np.sin(x) ** 2), np.ones(3)).source)
    def program(v0):
        v1 = np.sin(v0)
        v2 = v1 ** 2
        v3 = np.sum(v2)
        return (v3,)
    """
    meet_scipy()
    recorder = Recorder()
    flat, structure = tree.flatten(args)
    boxed = [recorder.enter(_as_array(x)) for x in flat]
    try:
        out = run(f, tree.unflatten(structure, boxed))
    finally:
        recorder.open = False
    outputs, out_structure = tree.flatten(out)
    found = [x.node if isinstance(x, Traced) and x.tracer is recorder else x for x in outputs]
    recorded = Program([x.node for x in boxed], recorder.calls, found, (structure, out_structure))
    recorded.calls = live_calls(recorded)
    return recorded


def live_calls(program: Program) -> list[Call]:
    """The calls whose results are used, in their order."""
    wanted = {id(x) for x in program.outputs if isinstance(x, Var)}
    kept = []
    for call in reversed(program.calls):
        if any(id(out) in wanted for out in call.outs):
            wanted.update(id(x) for x in call.variables())
            kept.append(call)
    return kept[::-1]


def _as_array(x: Any) -> Any:
    return x if isinstance(x, (np.ndarray, np.generic, Traced)) else np.asarray(x)[()]


def _name(recorder: Recorder, args: Any) -> Any:
    def name(x: Any) -> Any:
        return x.node if isinstance(x, Traced) and x.tracer is recorder else x

    if not any(tree.is_container(x) for x in args):
        return tuple(name(x) for x in args)
    leaves, structure = tree.flatten(args, none_is_leaf=True)
    return tree.unflatten(structure, [name(x) for x in leaves])


class _Writer:
    """Names for what a program's text refers to."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"np": np, "inf": np.inf, "nan": np.nan}
        self.by_id: dict[int, str] = {}

    def name(self, x: Any, stem: str) -> str:
        if id(x) not in self.by_id:
            name, n = stem, 0
            while name in self.names or keyword.iskeyword(name):
                n += 1
                name = f"{stem}_{n}"
            self.by_id[id(x)], self.names[name] = name, x
        return self.by_id[id(x)]

    def expression(self, x: Any) -> str:
        if isinstance(x, Var):
            return f"v{x.number}"
        if isinstance(x, list):
            return f"[{', '.join(map(self.expression, x))}]"
        if isinstance(x, tuple):
            return f"({', '.join(map(self.expression, x))}{',' * (len(x) == 1)})"
        if isinstance(x, slice):
            return f"slice({', '.join(map(self.expression, (x.start, x.stop, x.step)))})"
        if isinstance(x, np.generic) and x.dtype.kind in "biuf":
            return f"np.{x.dtype}({x.item()!r})"
        if x is None or x is Ellipsis or isinstance(x, (bool, int, float, str)):
            return repr(x)
        if isinstance(x, (np.dtype, type)):
            return f"np.dtype({np.dtype(x).name!r})"
        if isinstance(x, np.ndarray):
            return self.name(x, "c")
        return self.name(x, getattr(x, "__name__", "constant").strip("<>"))

    def index(self, x: Any) -> str:
        if isinstance(x, tuple) and x:
            return ", ".join(map(self.index, x)) + "," * (len(x) == 1)
        if isinstance(x, slice):
            parts = ["" if p is None else self.expression(p) for p in (x.start, x.stop, x.step)]
            return ":".join(parts[: 2 + (x.step is not None)])
        return self.expression(x)

    def call(self, call: Call) -> str:
        function = call.primitive.numpy
        if function is operator.getitem:
            return f"{self.expression(call.args[0])}[{self.index(call.args[1])}]"
        if function in _INFIX and not call.settings:
            a, b = map(self.expression, call.args)
            return f"{a} {_INFIX[function]} {b}"
        if function is np.negative:
            return f"-{self.expression(call.args[0])}"
        parts = [self.expression(x) for x in call.args]
        for name, value in call.settings.items():
            if _matters(call, name, value):
                prefix = "" if is_positional_only(function, name) else f"{name}="
                parts.append(prefix + self.expression(value))
        return f"{self.function(call)}({', '.join(parts)})"

    def function(self, call: Call) -> str:
        name = full_name(call.primitive.numpy) if call.primitive.numpy is not None else ""
        if name.startswith("np."):
            return name
        stem = name.rpartition(".")[2] or call.primitive.name.replace(".", "_")
        return self.name(call.primitive.numpy or call.primitive.plain, stem)


def _matters(call: Call, name: str, value: Any) -> bool:
    """Whether a setting is other than the primitive's default."""
    parameters = getattr(getattr(call.primitive, "signature", None), "parameters", {})
    return name not in parameters or parameters[name].default is not value


def _write(program: Program, notes: bool = False) -> tuple[list[str], dict[str, Any]]:
    writer = _Writer()
    writer.names.update({f"v{x.number}": None for x in program.inputs})
    lines = [f"def program({', '.join(map(repr, program.inputs))}):"]
    for call in program.calls:
        text = f"    {_targets(call)} = {writer.call(call)}"
        lines.append(f"{text:<48}  # {_note(call)}" if notes and _note(call) else text)
    lines.append(f"    return {writer.expression(tuple(program.outputs))}")
    return lines, {k: v for k, v in writer.names.items() if v is not None}


def _targets(call: Call) -> str:
    if call.structure is None:
        return repr(call.outs[0])
    return _target(tree.unflatten(call.structure, ["_" if x is None else repr(x) for x in call.outs]))


def _target(names: Any) -> str:
    if isinstance(names, str):
        return names
    return f"({', '.join(map(_target, names))}{',' * (len(names) == 1)})"


def _note(call: Call) -> str:
    where: Where | None = call.where
    if where is None or where.file.startswith("<"):
        return ""
    return f"{where.file.rpartition('/')[2]}:{where.line}"


__all__ = ["Call", "Program", "Recorder", "Var", "live_calls", "program"]
