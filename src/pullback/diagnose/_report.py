"""A diagnosis as a line, a paragraph and JSON; the page is in `_page`."""

from __future__ import annotations

import json
import math
import re
from typing import Any

Diagnosis = Any  # that of _verdict, which calls this file


def line(d: Diagnosis) -> str:
    """One line: the first cause, the number that proves it, the fix."""
    if d.faults:
        f = d.faults[0]
        return f"{f.id} at {place(d, f.where)}: {f.words} ({f.evidence}). Fix: {f.fix}."
    if d.verdict == "healthy":
        return f"{d.name} is healthy: {quiet(d)}"
    return f"cannot tell: {d.reason}."


def quiet(d: Diagnosis) -> str:
    """What a healthy loop is told: how much was tried, and the losses that say it learns."""
    tried = f"{len(set(d.ruled_out))} experiments found nothing wrong"
    if not all(math.isfinite(d.facts.get(k, math.nan)) for k in ("base", "user", "ref")):
        return f"{tried}."
    user, base, ref = (short(d.facts[k]) for k in ("user", "base", "ref"))
    return f"{tried}; its loss ends at {user}, where the best constant has {base} and Adam gets {ref}."


def by_name(d: Diagnosis) -> None:
    """Call parameters in the findings by their names: the experiments know their numbers only."""

    def named(text: str) -> str:
        return re.sub(r"\bparameters? (\d+(?:(?:, | and )\d+)*)",
                      lambda m: re.sub(r"\d+", lambda k: _way(d, int(k[0])), m[1]), text)  # fmt: skip

    for f in d.faults:
        f.words, f.evidence, f.fix = named(f.words), named(f.evidence), named(f.fix)
        f.table = [(named(a), named(b)) for a, b in f.table]


def _way(d: Diagnosis, k: int) -> str:
    """The way to a parameter, as code says it; what is no parameter keeps its number."""
    shapes, paths = d.facts.get("shapes", []), d.facts.get("places", [])
    if k >= len(shapes):
        return f"parameter {k}"
    path = paths[k] if paths else f"[{k}]"
    return f"params{path}" if not path or path[0] in "[." else path


def place(d: Diagnosis, where: Any) -> str:
    """Where a finding is, for a person: a parameter by the way to it and its shape, else the name itself."""
    shapes, paths = d.facts.get("shapes", []), d.facts.get("places", [])
    paths = paths or [f"[{k}]" for k in range(len(shapes))]
    if not isinstance(where, int) or not 0 <= where < min(len(shapes), len(paths)):
        return str(where)
    return f"{_way(d, where)} (shape {shapes[where]})"


def paragraph(d: Diagnosis) -> str:
    """The ranked list, the evidence, and what was ruled out."""
    rows = [line(d)]
    for i, f in enumerate(d.faults, 1):
        rows += ["", f"{i}. {f.id}   where: {place(d, f.where)}   confidence: {f.confidence:.0%}"]
        rows += [f"   cause     {f.words}", f"   evidence  {f.evidence}", f"   fix       {f.fix}"]
        rows += [f"   {label}: {value}" for label, value in f.table]
        rows += [f"   {name}: loss {short(y[0])} -> {short(y[-1])} in {x[-1]} steps"
                 for name, (x, y) in f.curves.items() if x]  # fmt: skip
    if d.reason:
        rows += ["", f"not settled: {d.reason}"]
    if d.ruled_out:
        rows += ["", "tried: " + "; ".join(dict.fromkeys(d.ruled_out))]
    return "\n".join(rows)


def as_json(d: Diagnosis) -> str:
    """The diagnosis as JSON text; numbers JSON has no name for become null."""
    return json.dumps(_plain(d.as_dict()), indent=2)


def short(x: float) -> str:
    return f"{x:.4g}"


def _plain(x: Any) -> Any:
    if isinstance(x, dict):
        return {str(k): _plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [_plain(v) for v in x]
    if isinstance(x, float):
        return x if math.isfinite(x) else None
    return x.item() if hasattr(x, "item") else x
