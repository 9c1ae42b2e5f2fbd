"""A diagnosis as a page, and as the part of a notebook: findings, numbers, the curves that prove them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback import page
from pullback.diagnose._explain import IDS
from pullback.diagnose._findings import Finding
from pullback.diagnose._report import place, quiet, short
from pullback.page import escaped as _e

Diagnosis = Any  # that of _verdict, which calls this file
HEADINGS = {"faulty": "faulty", "healthy": "healthy", "cannot tell": "not settled"}


def document(d: Diagnosis) -> str:
    """A page that needs nothing else."""
    title = f"{d.name}: {d.faults[0].id if d.faults else HEADINGS[d.verdict]}"
    return page.document(title, _lead(d), _findings(d) + _tried(d))


def fragment(d: Diagnosis) -> str:
    """The same for a notebook's cell: its look reaches nothing beside it."""
    return f"<style>{page.FRAGMENT}</style><div class='pullback'>{_lead(d)}{_findings(d)}{_tried(d)}</div>"


def _lead(d: Diagnosis) -> str:
    if not d.faults:
        kind, text = ("good", quiet(d))
        if d.verdict != "healthy":
            kind, text = "bad", f"Cannot tell: {_e(d.reason)}."
        return f"<p class='{kind}'>{text}</p>"
    first = d.faults[0]
    cause = f"<strong>{_e(_sentence(first.words))}</strong> {_e(_sentence(first.evidence))}"
    return f"<p class='bad'>{cause}</p><p class='good'><strong>Fix.</strong> {_e(_sentence(first.fix))}</p>"


def _findings(d: Diagnosis) -> str:
    parts, drawn = [], None
    for i, f in enumerate(d.faults, 1):
        parts.append(f"<section><h2>{i}. {_e(f.id)}</h2>{_facts(d, f, i == 1)}")
        if f.curves and f.curves != drawn:
            parts.append(_figure(f))
            drawn = f.curves
        parts.append("</section>")
    return "".join(parts)


def _facts(d: Diagnosis, f: Finding, led: bool) -> str:
    rows = [("where", place(d, f.where)), ("confidence", f"{f.confidence:.0%}")]
    rows += [] if led else [("cause", f.words), ("evidence", f.evidence), ("fix", f.fix)]
    rows += list(f.table)
    rows += [("more", f"pullback diagnose --explain {f.id}")] if f.id in IDS else []
    cells = "".join(f"<tr><th scope='row'>{_e(a)}</th><td class='long'>{_e(b)}</td></tr>" for a, b in rows)
    return f"<table><tbody>{cells}</tbody></table>"


def _figure(f: Finding) -> str:
    """The curves, each named in the caption with its first and last loss."""
    top = _ceiling(f)
    curves, keys = [], []
    for (name, (steps, losses)), kind in zip(f.curves.items(), ("two", "one"), strict=False):
        y = np.array(losses, float)
        y[~(y <= top)] = np.nan
        curves.append(page.Curve(name, np.array(steps, float), y, kind))
        way = f"{short(losses[0])} to {short(losses[-1])} in {steps[-1]} steps" if losses else "no step"
        keys.append(f"<span class='key {kind}'></span> {_e(name)}: {way}")
    said = "; ".join(
        f"{name}: from {short(y[0])} to {short(y[-1])}" for name, (_, y) in f.curves.items() if y
    )
    chart = page.lines(curves, xlabel="step", ylabel="loss", said=said) if any(
        np.isfinite(c.y).any() for c in curves) else ""  # fmt: skip
    return f"<figure>{chart}<figcaption>{'<br>'.join(keys)}</figcaption></figure>"


def _ceiling(f: Finding) -> float:
    """What diverges leaves the picture, so that what learns can be seen in it."""
    starts = [y[0] for _, y in f.curves.values() if y and np.isfinite(y[0])]
    return 1000 * max(map(abs, starts), default=1.0)


def _tried(d: Diagnosis) -> str:
    items = "".join(f"<li>{_e(text)}</li>" for text in dict.fromkeys(d.ruled_out))
    return f"<section><h2>What was tried</h2><ul>{items}</ul></section>" if items else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
