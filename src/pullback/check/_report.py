"""One result: a line, a paragraph for people, JSON for programs, HTML for notebooks, an exit status."""

from __future__ import annotations

import html
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from pullback.check._blame import Guilty
from pullback.check._fit import Mistake
from pullback.errors import PairError


@dataclass
class Input:
    """One wrong input: how many elements, and the one furthest off."""

    name: str
    shape: tuple[int, ...]
    wrong: int
    total: int
    at: tuple[int, ...]
    output: int
    got: float
    expected: float
    bound: float


@dataclass
class Report:
    """What `check` found.

    Attributes
    ----------
    verdict : str
        `right`, `wrong` or `cannot tell`.
    name, kind, where : str
        What was checked; `primitive`, `pair`, `function` or `gradient`; its file and line.
    reason : str
        Why the verdict is what it is, where that needs saying.
    mistakes : list of Mistake
        What is wrong, named: each has `kind`, `text`, `fix`, `residual` and `fault`.
    inputs : list of Input
        The wrong inputs, with the element furthest off.
    guilty : Guilty or None
        The pair that is wrong in a composition.
    smallest : str
        The smallest input found that still fails.
    method : str
        How it was judged, and what could have been missed.
    notes : list of str
        Kinks and conventions, and a second opinion.
    seconds : float
        How long it took.
    """

    verdict: str
    name: str
    kind: str
    where: str | None
    reason: str = ""
    mistakes: list[Mistake] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    guilty: Guilty | None = None
    smallest: str = ""
    method: str = ""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return self.verdict == "right"

    @property
    def mistake(self) -> Mistake | None:
        """The first mistake, or None."""
        return self.mistakes[0] if self.mistakes else None

    @property
    def exit_status(self) -> int:
        """0 right, 1 wrong, 2 cannot tell."""
        return {"right": 0, "wrong": 1}.get(self.verdict, 2)

    def line(self) -> str:
        """The result in one line."""
        why = self.mistakes[0].text if self.mistakes else self.reason
        if self.guilty is not None:
            why = f"{self.guilty.name}: {why}"
        return f"{self.name}: {self.verdict}" + (f": {why}" if why else "")

    def __str__(self) -> str:
        return "\n".join([self.line(), *(f"  {label}: {text}" for label, text in self._facts())])

    def _facts(self) -> list[tuple[str, str]]:
        facts = [("where", self.where or "")] if self.where and self.verdict != "right" else []
        facts += [("also", m.text) for m in self.mistakes[1:4]]
        facts += [(x.name, _words(x)) for x in self.inputs[:4]]
        if self.guilty is not None:
            facts += _guilt(self.guilty)
        if self.mistakes and self.mistakes[0].fault:
            facts.append(("fault", self.mistakes[0].fault))
        facts += [("smallest", self.smallest)] if self.smallest else []
        facts += [("note", note) for note in self.notes[:4]]
        facts += [("method", self.method)] if self.method else []
        facts += [("try", self.mistakes[0].fix)] if self.mistakes and self.mistakes[0].fix else []
        return facts

    def to_dict(self) -> dict[str, Any]:
        """Every fact, in types that JSON knows."""
        return {**asdict(self), "exit_status": self.exit_status}

    def to_json(self) -> str:
        """The report as JSON."""
        return json.dumps(self.to_dict(), indent=2, default=str)

    def _repr_html_(self) -> str:
        colour = {"right": "#2a7d2a", "wrong": "#b00020"}.get(self.verdict, "#8a6d00")
        rows = "".join(
            f"<tr><td style='text-align:left'><b>{html.escape(k)}</b></td>"
            f"<td style='text-align:left'>{html.escape(v)}</td></tr>"
            for k, v in self._facts()
        )
        head = f"<p style='color:{colour}'><b>{html.escape(self.line())}</b></p>"
        return f"<div>{head}<table>{rows}</table></div>"

    def require_right(self) -> Report:
        """The report itself where it is not wrong; else it is raised as an error."""
        if self.verdict == "wrong":
            raise PairError(str(self))
        return self


def _words(x: Input) -> str:
    place = f"[{', '.join(map(str, x.at))}]" if x.at else ""
    count = f"{x.wrong} of {x.total} elements wrong" if x.wrong else "wrong along projections"
    return (
        f"{count}; {x.name}{place} for output {x.output}: "
        f"got {x.got:.6g}, expected {x.expected:.6g} ± {x.bound:.1g}"
    )


def _guilt(guilty: Guilty) -> list[tuple[str, str]]:
    facts = [("guilty", guilty.name + (f", defined at {guilty.where}" if guilty.where else ""))]
    facts += [("called at", guilty.called)] if guilty.called else []
    facts.append(("path", " -> ".join(guilty.path)))
    facts.append(("others", f"{guilty.right} other pairs in it are right"))
    return facts
