"""A diagnosis as a line, a paragraph, JSON and a page with the two curves."""

from __future__ import annotations

import html as escape
import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pullback.diagnose._findings import Curve

Diagnosis = Any  # that of _verdict, which calls this file


def line(d: Diagnosis) -> str:
    """One line: the first cause, the number that proves it, the fix."""
    if d.faults:
        f = d.faults[0]
        return f"{f.id} at {place(d, f.where)}: {f.words} ({f.evidence}). Fix: {f.fix}."
    if d.verdict == "healthy":
        return f"{d.name} is healthy: {len(d.ruled_out)} experiments found nothing wrong."
    return f"cannot tell: {d.reason}."


def place(d: Diagnosis, where: Any) -> str:
    """Where a finding is, for a person: a parameter by the way to it and its shape, else the name itself."""
    shapes, paths = d.facts.get("shapes", []), d.facts.get("places", [])
    paths = paths or [f"[{k}]" for k in range(len(shapes))]
    if isinstance(where, str) and f"[{where!r}]" in paths:
        where = paths.index(f"[{where!r}]")
    if not isinstance(where, int) or not 0 <= where < min(len(shapes), len(paths)):
        return str(where)
    path = paths[where]
    name = f"params{path}" if not path or path[0] in "[." else path
    return f"{name} (shape {shapes[where]})"


def paragraph(d: Diagnosis) -> str:
    """The ranked list, the evidence, and what was ruled out."""
    rows = [line(d)]
    for i, f in enumerate(d.faults, 1):
        rows += ["", f"{i}. {f.id}   where: {place(d, f.where)}   confidence: {f.confidence:.0%}"]
        rows += [f"   cause     {f.words}", f"   evidence  {f.evidence}", f"   fix       {f.fix}"]
        rows += [f"   {label}: {value}" for label, value in f.table]
        rows += [f"   {name}: loss {_number(y[0])} -> {_number(y[-1])} in {x[-1]} steps"
                 for name, (x, y) in f.curves.items() if x]  # fmt: skip
    if d.reason:
        rows += ["", f"not settled: {d.reason}"]
    if d.ruled_out:
        rows += ["", "tried: " + "; ".join(dict.fromkeys(d.ruled_out))]
    return "\n".join(rows)


def as_json(d: Diagnosis) -> str:
    """The diagnosis as JSON text; numbers JSON has no name for become null."""
    return json.dumps(_plain(d.as_dict()), indent=2)


def html(d: Diagnosis) -> str:
    """A page that needs nothing else: findings, tables, curves."""
    parts = [f"<h2>{escape.escape(line(d))}</h2>"]
    for f in d.faults:
        parts.append(
            f"<h3>{escape.escape(f.id)} <small>where: {escape.escape(place(d, f.where))}</small></h3>"
        )
        parts.append(f"<p>{escape.escape(f.words)}. {escape.escape(f.evidence)}. <b>Fix:</b> "
                     f"{escape.escape(f.fix)}.</p>")  # fmt: skip
        rows = "".join(f"<tr><td>{escape.escape(a)}</td><td>{escape.escape(b)}</td></tr>" for a, b in f.table)
        parts.append(f"<table>{rows}</table>" if rows else "")
        parts.append(svg(f.curves) if f.curves else "")
    parts.append(f"<p>Tried: {escape.escape('; '.join(dict.fromkeys(d.ruled_out)))}.</p>")
    return "<section class='pullback-diagnosis'>" + "\n".join(parts) + "</section>"


def svg(curves: dict[str, Curve]) -> str:
    """Losses against steps, on a logarithmic scale where all are positive."""
    points = [(x, y) for xs, ys in curves.values() for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
    if not points:
        return ""
    logarithmic = min(y for _, y in points) > 0
    scale = math.log10 if logarithmic else float
    low, high = min(scale(y) for _, y in points), max(scale(y) for _, y in points)
    right, span = max(x for x, _ in points) or 1, (high - low) or 1.0
    colours = ("#c33", "#283", "#36c", "#888")
    body = []
    for i, (name, (xs, ys)) in enumerate(curves.items()):
        path = " ".join(f"{40 + 340 * x / right:.1f},{150 - 130 * (scale(y) - low) / span:.1f}"
                        for x, y in zip(xs, ys, strict=True) if math.isfinite(y))  # fmt: skip
        body.append(f"<polyline fill='none' stroke='{colours[i % 4]}' stroke-width='2' points='{path}'/>")
        body.append(f"<text x='300' y='{18 + 14 * i}' font-size='11' fill='{colours[i % 4]}'>"
                    f"{escape.escape(name)}</text>")  # fmt: skip
    ends = [min(y for _, y in points), max(y for _, y in points)]
    body.append(f"<text x='0' y='152' font-size='10'>{_number(ends[0])}</text>"
                f"<text x='0' y='24' font-size='10'>{_number(ends[1])}</text>"
                f"<text x='340' y='166' font-size='10'>{right} steps</text>")  # fmt: skip
    return "<svg viewBox='0 0 400 170' width='400' role='img'>" + "".join(body) + "</svg>"


def _number(x: float) -> str:
    return f"{x:.4g}"


def _plain(x: Any) -> Any:
    if isinstance(x, dict):
        return {str(k): _plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [_plain(v) for v in x]
    if isinstance(x, float):
        return x if math.isfinite(x) else None
    return x.item() if hasattr(x, "item") else x
