"""The figures of a self-test, and the table they are printed as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Row:
    """One mistake: how many mutants were made, were no mistake, were found, and were named."""

    made: int = 0
    equivalent: int = 0
    detected: int = 0
    named: int = 0
    missed: list[str] = field(default_factory=list)


@dataclass
class SelfTest:
    """The figures of a self-test.

    Attributes
    ----------
    mistakes : dict of Row
        By mistake.
    right : dict
        By kind of point: `[checks, said right, said cannot tell, said wrong]`.
    alarms : list of str
        The right pairs that were called wrong.
    seconds : float
    """

    mistakes: dict[str, Row] = field(default_factory=dict)
    right: dict[str, list[int]] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def judged(self) -> int:
        return sum(row.made - row.equivalent for row in self.mistakes.values())

    @property
    def detected(self) -> float:
        return sum(row.detected for row in self.mistakes.values()) / max(1, self.judged)

    @property
    def named(self) -> float:
        return sum(row.named for row in self.mistakes.values()) / max(1, self.judged)

    @property
    def checks(self) -> int:
        return sum(counts[0] for counts in self.right.values())

    @property
    def passed(self) -> bool:
        """Detection at least 99.5 %, naming at least 95 %, no false alarm."""
        return self.detected >= 0.995 and self.named >= 0.95 and not self.alarms

    def to_dict(self) -> dict[str, Any]:
        """Every figure, for JSON."""
        return {
            "detected": self.detected, "named": self.named, "false_alarms": len(self.alarms),
            "mutants": self.judged, "right_checks": self.checks, "seconds": self.seconds,
            "passed": self.passed,
            "mistakes": {k: {**vars(v), "missed": v.missed[:8]} for k, v in self.mistakes.items()},
            "right": self.right, "alarms": self.alarms[:20],
        }  # fmt: skip

    def __str__(self) -> str:
        head = f"{'mistake':<32}{'made':>7}{'no change':>11}{'found':>9}{'named':>9}"
        lines = [head] + [_line(name, row) for name, row in self.mistakes.items()]
        lines += ["", f"{'right pairs':<32}{'checks':>7}{'right':>11}{'no word':>9}{'wrong':>9}"]
        lines += [f"{k:<32}{v[0]:>7}{v[1]:>11}{v[2]:>9}{v[3]:>9}" for k, v in self.right.items()]
        lines += [
            "",
            f"found {self.detected:.2%}, named {self.named:.2%} of {self.judged} mistakes; "
            f"{len(self.alarms)} false alarms in {self.checks} right checks; {self.seconds:.0f} s",
        ]
        return "\n".join(lines)


def _line(name: str, row: Row) -> str:
    judged = max(1, row.made - row.equivalent)
    return (
        f"{name:<32}{row.made:>7}{row.equivalent:>11}{row.detected / judged:>9.1%}{row.named / judged:>9.1%}"
    )
