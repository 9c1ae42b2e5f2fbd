"""Work on several threads: the same blocks, whoever does them, so the same bits for any number of threads.

The code that needs work done writes down which section it is and the section's values, then which blocks are
left, from a first to an end, as one word. Every thread claims a block by changing that word, compared and
exchanged at once; who claims is the only one to do it. Helpers claim the first block, the main thread the
last, so that each meets the rows again that its cache holds from the section before. The main thread waits
only for blocks that others have begun. Where that takes long, since the machine is busy and a helper was
stopped in the middle, it does the next sections alone, four times as many each time.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from typing import Any

from llvmlite import ir

from pullback.compile._emit import I32, I64, Emitter

ROOM = 1024
"""Bytes at the head of the scratch memory where work is written down."""
LEFT, DONE, STOP, JOB, ALONE, NEXT, VALUES = 0, 8, 16, 24, 25, 26, 32
"""Places in it, counted in 64-bit words: each on a cache line that others leave alone."""
MOST = ROOM // 8 - VALUES
"""Of so many values a section can know."""
HELP = "pullback_help"
LATE, EACH = 4096, 256
"""The main thread looks so often, and once more for so many multiplications of a block, until it is late."""
MOST_ALONE = 4096
"""How many sections it does alone then, at the most."""
SPINS, YIELDS, NAPS = 4096, 64, 16
"""How often a helper looks for work before it lets others run, then before it sleeps, then before it sleeps
long."""


def in_parallel(
    e: Emitter, values: list[Any], count: int, cost: int, body: Callable[[Emitter, list[Any], Any], None]
) -> None:
    """Emit `count` blocks of work that any thread may do, in any order.

    Parameters
    ----------
    e : Emitter
        Has "scratch" among its pointers.
    values : list of LLVM values
        Pointers and integers that the work needs.
    count, cost : int
        How many blocks there are, and how many multiplications one has.
    body : callable
        `body(e, values, block)` emits one block's work into a function of its own.
    """
    if count == 1 or len(values) > MOST:
        for i in range(count):
            body(e, values, I64(i))
        return
    section = _section(e, values, body)
    e.sections.append(section)
    memory = e.b.bitcast(e.pointers["scratch"], I64.as_pointer())
    for i, x in enumerate(values):
        word = e.b.ptrtoint(x, I64) if x.type.is_pointer else x
        e.b.store(word, _at(e.b, memory, VALUES + i))
    e.b.store(I64(len(e.sections) - 1), _at(e.b, memory, JOB))
    e.b.call(_lead(e.b.module), [memory, section, I64(count), I64(LATE + cost // EACH)])


def _section(e: Emitter, values: list[Any], body: Callable[[Emitter, list[Any], Any], None]) -> Any:
    """A function of the memory and a block's number, which finds its values there."""
    module, number = e.b.module, len(e.sections)
    kind = ir.FunctionType(ir.VoidType(), [*(x.type for x in values), I64])
    inner = ir.Function(module, kind, f"block_{number}")
    inner.linkage = "internal"
    for word in ("nounwind", "noinline"):
        inner.attributes.add(word)
    for argument in inner.args[:-1]:
        if argument.type.is_pointer:
            argument.add_attribute("noalias")
    own = Emitter(inner, {}, [], e.builtins)
    body(own, list(inner.args[:-1]), inner.args[-1])
    own.b.ret_void()
    outer = ir.Function(module, _SECTION, f"section_{number}")
    outer.linkage = "internal"
    outer.attributes.add("nounwind")
    b = ir.IRBuilder(outer.append_basic_block())
    found = [b.load(_at(b, outer.args[0], VALUES + i)) for i in range(len(values))]
    typed = [b.inttoptr(x, v.type) if v.type.is_pointer else x for x, v in zip(found, values, strict=True)]
    b.call(inner, [*typed, outer.args[1]])
    b.ret_void()
    return outer


_SECTION = ir.FunctionType(ir.VoidType(), [I64.as_pointer(), I64])


def _at(b: Any, memory: Any, place: int) -> Any:
    return b.gep(memory, [I64(place)], inbounds=True)


def _lead(module: Any) -> Any:
    """`lead(memory, section, count, late)`: claim and do what is left, then wait for the blocks of others."""
    if "lead" in module.globals:
        return module.globals["lead"]
    kind = ir.FunctionType(ir.VoidType(), [I64.as_pointer(), _SECTION.as_pointer(), I64, I64])
    f = ir.Function(module, kind, "lead")
    f.linkage = "internal"
    for word in ("nounwind", "noinline"):
        f.attributes.add(word)
    memory, section, count, late = f.args
    start, share, look, do, wait, idle, done = (
        f.append_basic_block(x) for x in ("start", "share", "look", "do", "wait", "idle", "done")
    )
    b = ir.IRBuilder(start)
    _alone(b, memory, section, count, share)
    b.position_at_end(share)
    b.store_atomic(I64(0), _at(b, memory, DONE), "monotonic", 8)
    b.store_atomic(b.shl(count, I64(32)), _at(b, memory, LEFT), "release", 8)
    b.branch(look)
    b.position_at_end(look)
    mine = b.phi(I64)
    mine.add_incoming(I64(0), share)
    number = _claim(b, memory, True, do, wait, look, mine)
    b.position_at_end(do)
    b.call(section, [memory, number])
    mine.add_incoming(b.add(mine, I64(1)), do)
    b.branch(look)
    b.position_at_end(wait)
    waited = b.phi(I64)
    waited.add_incoming(I64(0), look)
    theirs = b.load_atomic(_at(b, memory, DONE), "acquire", 8)
    b.cbranch(b.icmp_unsigned("==", b.add(theirs, mine), count), done, idle)
    b.position_at_end(idle)
    _pause(b)
    waited.add_incoming(b.add(waited, I64(1)), idle)
    b.branch(wait)
    b.position_at_end(done)
    _judge(b, memory, b.icmp_unsigned(">", waited, late))
    b.ret_void()
    return f


def _alone(b: Any, memory: Any, section: Any, count: Any, share: Any) -> None:
    """Do every block here while that is the order, else go on in `share`."""
    f = b.function
    left = b.load(_at(b, memory, ALONE))
    own, do, done = (f.append_basic_block(x) for x in ("own", "own_do", "own_done"))
    b.cbranch(b.icmp_unsigned(">", left, I64(0)), own, share)
    b.position_at_end(own)
    b.store(b.sub(left, I64(1)), _at(b, memory, ALONE))
    b.branch(do)
    b.position_at_end(do)
    i = b.phi(I64)
    i.add_incoming(I64(0), own)
    b.call(section, [memory, i])
    following = b.add(i, I64(1))
    i.add_incoming(following, do)
    b.cbranch(b.icmp_unsigned("<", following, count), do, done)
    b.position_at_end(done)
    b.ret_void()


def _judge(b: Any, memory: Any, late: Any) -> None:
    """After a late helper the next sections are done alone; in time, a late one counts a little less."""
    before = b.load(_at(b, memory, NEXT))
    more = b.add(b.mul(before, I64(4)), I64(15))
    more = b.select(b.icmp_unsigned("<", more, I64(MOST_ALONE)), more, I64(MOST_ALONE))
    b.store(b.select(late, more, I64(0)), _at(b, memory, ALONE))
    b.store(b.select(late, more, b.sub(before, b.lshr(before, I64(4)))), _at(b, memory, NEXT))


def _claim(b: Any, memory: Any, leads: bool, do: Any, none: Any, again: Any, kept: Any) -> Any:
    """Claim a block, going on in `do` with its number, in `none` where none is left."""
    word = b.load_atomic(_at(b, memory, LEFT), "acquire", 8)
    first, end = b.and_(word, I64(0xFFFFFFFF)), b.lshr(word, I64(32))
    some = b.function.append_basic_block("some")
    b.cbranch(b.icmp_unsigned("==", first, end), none, some)
    b.position_at_end(some)
    number = b.sub(end, I64(1)) if leads else first
    fewer = b.sub(word, I64(1 << 32)) if leads else b.add(word, I64(1))
    found = b.cmpxchg(_at(b, memory, LEFT), word, fewer, "acq_rel", "monotonic")
    kept.add_incoming(kept, some)
    b.cbranch(b.extract_value(found, 1), do, again)
    return number


def emit_help(module: Any, sections: list[Any]) -> None:
    """Emit the helpers' way in: do blocks of any section until told to stop."""
    f = ir.Function(module, ir.FunctionType(ir.VoidType(), [I64.as_pointer()]), HELP)
    f.attributes.add("nounwind")
    memory = f.args[0]
    start, look, do, did, idle, tired, done = (
        f.append_basic_block(x) for x in ("start", "look", "do", "did", "idle", "tired", "done")
    )
    b = ir.IRBuilder(start)
    b.branch(look)
    b.position_at_end(look)
    idled = b.phi(I64)
    idled.add_incoming(I64(0), start)
    number = _claim(b, memory, False, do, idle, look, idled)
    b.position_at_end(do)
    which = b.switch(b.load(_at(b, memory, JOB)), did)
    for i, section in enumerate(sections):
        block = f.append_basic_block(f"job_{i}")
        which.add_case(I64(i), block)
        b.position_at_end(block)
        b.call(section, [memory, number])
        b.branch(did)
    b.position_at_end(did)
    b.atomic_rmw("add", _at(b, memory, DONE), I64(1), "acq_rel")
    idled.add_incoming(I64(0), did)
    b.branch(look)
    b.position_at_end(idle)
    stop = b.load_atomic(_at(b, memory, STOP), "acquire", 8)
    b.cbranch(b.icmp_unsigned("!=", stop, I64(0)), done, tired)
    b.position_at_end(tired)
    _rest(b, idled)
    idled.add_incoming(b.add(idled, I64(1)), b.block)
    b.branch(look)
    b.position_at_end(done)
    b.ret_void()


def _pause(b: Any) -> None:
    """Tell the processor that this thread waits."""
    if platform.machine() in ("x86_64", "AMD64", "i686"):
        b.call(_outside(b.module, "llvm.x86.sse2.pause", []), [])


def _rest(b: Any, idled: Any) -> None:
    """Wait a little: at first awake, then letting others run, at last asleep."""
    _pause(b)
    if sys.platform == "win32":
        return
    with (
        b.if_then(b.icmp_unsigned(">", idled, I64(SPINS))),
        b.if_else(b.icmp_unsigned("<", idled, I64(SPINS + YIELDS))) as (then, otherwise),
    ):
        with then:
            b.call(_outside(b.module, "sched_yield", [], I32), [])
        with otherwise:
            short = b.icmp_unsigned("<", idled, I64(SPINS + YIELDS + NAPS))
            b.call(_outside(b.module, "usleep", [I32], I32), [b.select(short, I32(50), I32(1000))])


def _outside(module: Any, name: str, kinds: list[Any], result: Any = None) -> Any:
    kind = ir.FunctionType(result or ir.VoidType(), kinds)
    return module.globals.get(name) or ir.Function(module, kind, name)


__all__ = ["HELP", "ROOM", "STOP", "emit_help", "in_parallel"]
