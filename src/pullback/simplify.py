"""Simpler programs of the same meaning: no copies, no dead calls, nothing computed twice.

Each step takes a program's calls and gives fewer. Values stay the same to the bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback import tree
from pullback.pair import ANSWERS
from pullback.program import Call, Program, Var, live_calls
from pullback.trace import leaves_of


def simplify(program: Program) -> Program:
    """The program without copies, calls on constants, repeated calls and unused calls."""
    known: dict[tuple[Any, ...], Call] = {}
    instead: dict[int, Any] = {}
    kept: list[Call] = []
    for call in program.calls:
        call = _with_args(call, _replace(instead, call.args))
        found = _fold(call)
        if found is None:
            key = _key(call)
            twin = known.get(key) if key is not None else None
            if twin is not None:
                instead.update((id(a), b) for a, b in zip(call.outs, twin.outs, strict=True))
                continue
            if key is not None:
                known[key] = call
            kept.append(call)
        else:
            instead[id(call.outs[0])] = found
    outputs = [instead.get(id(x), x) if isinstance(x, Var) else x for x in program.outputs]
    simpler = Program(program.inputs, kept, outputs, program.structures)
    _unshare(simpler)
    simpler.calls = live_calls(simpler)
    return simpler


def _with_args(call: Call, args: Any) -> Call:
    return Call(call.primitive, args, call.settings, call.outs, call.structure, call.where)


def _replace(instead: dict[int, Any], args: Any) -> Any:
    if not any(tree.is_container(x) for x in args):
        return tuple(instead.get(id(x), x) if isinstance(x, Var) else x for x in args)
    leaves, structure = tree.flatten(args, none_is_leaf=True)
    return tree.unflatten(structure, [instead.get(id(x), x) if isinstance(x, Var) else x for x in leaves])


def _fold(call: Call) -> Any:
    """What the call's result is without the call: one of its arguments, a constant, or None."""
    function, out = call.primitive.numpy, call.outs[0]
    if function in _BY_SHAPE:
        return np.asarray(function(np.empty(out.shape, out.dtype)))[()] if out.shape == () else None
    constant = not any(isinstance(x, Var) for x in leaves_of(call.args))
    if constant and call.structure is None and call.primitive.numpy is not None:
        return call.primitive.plain(*call.args, **call.settings)
    if function in _SAME and _alike(call.args[0], out):
        return call.args[0]
    if function is np.power and _is_one(call.args[1]) and _alike(call.args[0], out):
        return call.args[0]
    if function is np.multiply:
        for one, other in (call.args, call.args[::-1]):
            if _is_one(one) and _alike(other, out):
                return other
    return None


_BY_SHAPE = {np.zeros_like, np.ones_like}
_SAME = {np.copy, np.astype, np.reshape, np.broadcast_to, np.positive, np.ravel}


def _alike(x: Any, out: Var) -> bool:
    return isinstance(x, Var) and x.shape == out.shape and x.dtype == out.dtype


def _is_one(x: Any) -> bool:
    return not isinstance(x, Var) and np.size(x) == 1 and not isinstance(x, str) and bool(np.all(x == 1))


def _key(call: Call) -> tuple[Any, ...] | None:
    """Equal for calls of equal results; None for calls that may not be shared."""
    if call.primitive.numpy not in ANSWERS:
        return None
    leaves = [_leaf_key(x) for x in leaves_of(call.args)]
    shape = tuple(tree.flatten(x, none_is_leaf=True)[1] if tree.is_container(x) else None for x in call.args)
    return (call.primitive.numpy, shape, tuple(leaves), repr(sorted(call.settings.items())))


def _leaf_key(x: Any) -> Any:
    if isinstance(x, (Var, np.ndarray)):
        return id(x)
    return (type(x), repr(x))


def _unshare(program: Program) -> None:
    """Give an output that is an input, or another output, memory of its own."""
    seen = {id(x) for x in program.inputs}
    count = 1 + max((x.number for x in program.inputs), default=0)
    count += max((out.number for call in program.calls for out in call.outs if out is not None), default=0)
    for i, x in enumerate(program.outputs):
        if isinstance(x, Var) and id(x) in seen:
            fresh = Var.like(count + i, x)
            program.calls.append(Call(ANSWERS[np.copy], (x,), {}, [fresh], None, None))
            program.outputs[i] = fresh
        seen.add(id(program.outputs[i]))
