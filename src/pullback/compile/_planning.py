"""The plan of a whole program: its calls in order, then what goes out, then memory for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.compile._emit import strides_of
from pullback.compile._lowering import lower
from pullback.compile._plan import Assign, Buffer, Literal, Nest, Operand, Plan, Value, lay_out
from pullback.compile._planner import Planner, is_number, same_strides
from pullback.program import Call, Program


def plan(
    program: Program,
    inputs: Callable[[Planner], list[Any]] | None = None,
    carry: dict[int, int] | None = None,
) -> Plan:
    """The plan of a program.

    Parameters
    ----------
    program : Program
    inputs : callable, optional
        Declares the inputs otherwise than one array for each.
    carry : dict, optional
        Which output goes back into the memory of which input, both by number. The others, where this is
        given, are read by the text that follows the plan.
    """
    planner = Planner()
    if inputs is None:
        buffers = [planner.input(x, f"v{x.number}") for x in program.inputs]
    else:
        buffers = inputs(planner)
    late = {id(program.outputs[i]) for i in carry or {}}
    calls = [c for c in program.calls if id(c.outs[0]) not in late]
    last = [c for c in program.calls if id(c.outs[0]) in late]
    used_by_others = {id(x) for c in calls for x in c.variables()}
    if any(id(out) in used_by_others for c in last for out in c.outs):
        calls, last = program.calls, []
    for call in [*calls, *last]:
        planner.call, planner.earliest = call, 0
        if id(call.outs[0]) in late:
            planner.earliest = _after_reads(planner, program, call, carry or {})
        lower(planner, call)
    planner.call = None
    outputs = [planner.value(x) for x in program.outputs]
    made = Plan(planner.steps, buffers, outputs, planner.buffers, planner.constants)
    for out in carry or {}:
        if isinstance(outputs[out], Value) and outputs[out].buffer in buffers:  # type: ignore[union-attr]
            outputs[out] = _aside(planner, outputs[out], buffers[carry[out]])  # type: ignore[index]
    for out, source in (carry or {}).items():
        outputs[out] = _in_place(planner, outputs[out], buffers[source])
    if carry is None:
        made.outputs = [_leaves(planner, x) for x in outputs]
    for x in outputs if carry is not None else ():
        if isinstance(x, Value) and not is_number(planner, x.buffer):
            planner.mark(x.buffer, len(planner.steps))
    lay_out(made)
    return made


def _after_reads(planner: Planner, program: Program, call: Call, carry: dict[int, int]) -> int:
    """The first step at which a parameter may be overwritten: no later one reads it."""
    source = next(carry[i] for i, x in enumerate(program.outputs) if x is call.outs[0] and i in carry)
    value = planner.values[id(program.inputs[source])]
    assert isinstance(value, Value)
    return max([0, *(n if same else n + 1 for n, same in value.buffer.reads)])


def _in_place(planner: Planner, x: Any, home: Buffer) -> Value:
    """Let an updated parameter take the memory of the old one, or be copied there at the end."""
    if isinstance(x, Value) and x.buffer is home and x.strides == home.strides and not x.offset:
        return x
    if isinstance(x, Value) and _may_replace(planner, x, home):
        x.buffer.place, x.buffer.stored = home, True
        return x
    copied = _copied(planner, x, f"{home.name}_new", home.shape, home.dtype, "temporary")
    copied.buffer.place = home
    return copied


def _aside(planner: Planner, x: Any, home: Buffer) -> Any:
    """An input that goes out as another's update: kept first, since its own memory may be overwritten."""
    if x.buffer is home:
        return x
    return _copied(planner, x, f"{home.name}_kept", x.shape, x.dtype, "temporary")


def _copied(planner: Planner, x: Any, name: str, shape: Any, dtype: Any, role: str) -> Value:
    """A last step that writes a value into another array."""
    number, axes = len(planner.steps), [i for i, n in enumerate(shape) if n != 1]
    nest = Nest(tuple(shape[i] for i in axes), tuple(range(len(axes))), number, sealed=True)
    planner.steps.append(nest)
    access = planner._access(x, shape, axes)
    planner._read(access, number, nest.space)
    target = planner.buffer(name, shape, dtype, role, step=number, stored=True)
    nest.statements.append(Assign(target, "{0}", [Operand(access, target.kind)], "copied out"))
    return planner.whole(target)


def _may_replace(planner: Planner, x: Value, home: Buffer) -> bool:
    new = x.buffer
    step = planner.steps[new.step] if new.step >= 0 else None
    if (
        new.role != "temporary"
        or new.place is not None
        or not isinstance(step, Nest)
        or new.dtype != home.dtype
    ):
        return False
    if (
        x.offset
        or x.shape != home.shape
        or not same_strides(x.strides, home.strides, home.shape)
        or new.size != home.size
    ):
        return False
    if not any(s.target is new and isinstance(s, Assign) for s in step.statements):
        return False
    return all(n < new.step or (n == new.step and same) for n, same in home.reads)


def _leaves(planner: Planner, x: Any) -> Any:
    """A result in memory of its own, in C order; literals are left to the caller."""
    if isinstance(x, Literal):
        return x
    owned = x.buffer.role == "temporary" and x.buffer.place is None and x.buffer.size == int(np.prod(x.shape))
    if owned and not x.offset and same_strides(x.strides, strides_of(x.shape), x.shape):
        x.buffer.role, x.buffer.stored = "output", True
        return x
    return _copied(planner, x, f"{x.buffer.name}_out{len(planner.steps)}", x.shape, x.dtype, "output")
