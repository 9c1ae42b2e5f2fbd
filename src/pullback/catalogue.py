"""What can be differentiated: `functions()` lists it, and the documentation's table is made of it."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

from pullback._dispatch import full_name
from pullback.pair import ANSWERS, Primitive


class Function(NamedTuple):
    """One NumPy or SciPy function that traced arrays answer to.

    Attributes
    ----------
    name : str
        As users write it: `np.linalg.norm`.
    kind : str
        `primitive` (has a rule of its own), `derived` (written in terms of others) or `constant`
        (comparison, rounding and the like: zero derivative).
    rule : str
        Its value, its vjp and its convention at kinks, in one line.
    """

    name: str
    kind: str
    rule: str


def functions() -> list[Function]:
    """Every NumPy and SciPy function that can be traced, by name.

    Examples
    --------
    >>> [f.kind for f in functions() if f.name in ("np.exp", "np.stack", "np.floor")]
    ['primitive', 'constant', 'derived']
    """
    importlib.import_module("scipy.special")
    importlib.import_module("pullback.primitives.special")
    rows = {_row(function, found) for function, found in ANSWERS.items() if not _is_ours(function)}
    return sorted(rows)


def _row(function: Any, found: Any) -> Function:
    return Function(full_name(function), _kind(found), " ".join((found.__doc__ or "").split()))


def _is_ours(function: Any) -> bool:
    return str(getattr(function, "__module__", "")).startswith("pullback")


def _kind(found: Any) -> str:
    if not isinstance(found, Primitive):
        return "derived"
    return "primitive" if found.differentiable else "constant"


def markdown() -> str:
    """The table of the documentation, made of `functions()`."""
    kinds = [f.kind for f in functions()]
    lines = [
        "# Functions that can be traced",
        "",
        f"{kinds.count('primitive')} primitives have a rule of their own, {kinds.count('derived')} functions "
        f"are derived from them, {kinds.count('constant')} have derivative zero wherever they have one. "
        "This page is made by `python -m pullback.catalogue`.",
        "",
        "| function | kind | value; vjp; convention |",
        "|---|---|---|",
    ]
    lines += [f"| `{f.name}` | {f.kind} | {_cell(f.rule)} |" for f in functions()]
    return "\n".join(lines) + "\n"


def _cell(rule: str) -> str:
    return rule.replace("|", "\\|") or "zero"


if __name__ == "__main__":
    print(markdown(), end="")
