"""A finding: one fault by its id, where it is, the number that shows it, the fix, the run that proves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pullback.diagnose.loops._returned import Returned

Curve = tuple[list[int], list[float]]


@dataclass
class Finding:
    """One fault.

    Attributes
    ----------
    id, where : str, int or str
        By FAULTS: the name of the fault and the smallest place that holds it; a parameter by its index, in
        the order in which `params` is written.
    words, evidence, fix : str
        The cause in plain words; the number that proves it; what to change.
    confidence : float
        0 to 1: 1 where the patient's own arithmetic was reproduced to rounding.
    weight : float
        How early it stands among the causes: what explains the others stands first.
    curves : dict
        Losses by step, by name: as written and mended.
    table : list of (str, str)
        More numbers.
    alone : bool
        Whether it makes a loop faulty by itself. What slows down no loop that is well otherwise does not.
    """

    id: str
    where: Any
    words: str
    evidence: str
    fix: str
    confidence: float = 1.0
    weight: float = 0.0
    curves: dict[str, Curve] = field(default_factory=dict)
    table: list[tuple[str, str]] = field(default_factory=list)
    alone: bool = True

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id, "where": self.where, "confidence": round(self.confidence, 3),
            "cause": self.words, "evidence": self.evidence, "fix": self.fix,
        }  # fmt: skip


def number(x: float) -> str:
    """Three digits, short.

    Examples
    --------
    >>> number(0.00061234), number(17234567.0), number(2.0)
    ('0.000612', '1.72e+07', '2')
    """
    return f"{x:.3g}"


def raised(failure: Any) -> Finding:
    """The finding that one of the patient's own functions raises, or returns what is of no use."""
    if isinstance(failure.error, Returned):
        words, seen = str(failure.error), f"seen in one call of {failure.name} on one batch"
        return Finding("exception", failure.name, words, seen, failure.error.fix, 1.0, 101)
    return Finding(
        "exception", failure.name, f"{failure.name} raises {failure}", failure.line or str(failure),
        f"mend this line of {failure.name} first", 1.0, 101)  # fmt: skip


def is_round(x: float) -> bool:
    """Whether a number has at most two digits, as people choose rates."""
    return digits(x) < 3


def digits(x: float) -> int:
    """The digits that write a number, up to four."""
    return next((d for d in (1, 2, 3) if abs(float(f"{x:.{d - 1}e}") / x - 1) < 1e-5), 4)
