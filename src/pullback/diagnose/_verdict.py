"""The verdict: all experiments in order, their findings ranked, and what was ruled out."""

from __future__ import annotations

import importlib
import io
import time
from dataclasses import dataclass, field
from typing import Any

from pullback.diagnose._afterwards import LEFT, PROVEN, afterwards, behind
from pullback.diagnose._anew import mended
from pullback.diagnose._case import Case
from pullback.diagnose._experiments import EXPERIMENTS
from pullback.diagnose._findings import Finding, raised
from pullback.diagnose._proof import prove
from pullback.diagnose.experiments import data, objective
from pullback.diagnose.experiments._rivals import rivals, unexplained
from pullback.diagnose.experiments.gradient import doubtful
from pullback.diagnose.experiments.of_update._outgrown import outgrown
from pullback.diagnose.loops._sandbox import Failure, TimeUp, limited, quiet

LEARNS = 0.9
"""The share of the reachable improvement at which a loop learns, whatever time there was for more."""

LIKELY = 0.5
"""The confidence of what is said of a loop whose rows were mended; below it are guesses."""

NOTHING = 0.01
"""The share of a constant's loss by which a loop that learns anything gets below it."""


@dataclass
class Diagnosis:
    """What was found.

    Attributes
    ----------
    verdict : str
        "faulty", "healthy" or "cannot tell".
    faults : list of Finding
        The root cause first.
    ruled_out : list of str
        What was tried and spoke against a fault.
    reason : str
        Why it cannot tell.
    seconds : float
    """

    name: str
    verdict: str = "healthy"
    faults: list[Finding] = field(default_factory=list)
    ruled_out: list[str] = field(default_factory=list)
    reason: str = ""
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    printed: str = ""

    @property
    def status(self) -> int:
        """The exit status: 0 healthy, 1 faulty, 2 cannot tell."""
        return {"healthy": 0, "faulty": 1}.get(self.verdict, 2)

    def as_dict(self) -> dict[str, Any]:
        from pullback.diagnose._report import place

        out = {
            "verdict": self.verdict,
            "faults": [{**f.as_dict(), "place": place(self, f.where)} for f in self.faults],
            "ruled_out": self.ruled_out,
            "seconds": round(self.seconds, 2),
        }
        return {**out, "reason": self.reason} if self.reason else out

    def __str__(self) -> str:
        from pullback.diagnose._report import paragraph

        return paragraph(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from pullback.diagnose._page import fragment

        return fragment(self)


def examine(case: Case, once_more: bool = True) -> Diagnosis:
    """Run the experiments on a case within its budget, and once more where its rows or start are mended."""
    begun = time.monotonic()
    out = Diagnosis(case.patient.name)
    printed = io.StringIO()
    with quiet(printed):
        findings: list[Finding] = []
        stopped = _first_step(case, out)
        if not stopped:
            for name, experiment in EXPERIMENTS:
                found = _run(name, experiment, case, findings, out)
                findings += found
                if any(f.weight >= 100 for f in found):
                    break
                with case.watch.stopped():
                    _load()
        else:
            findings += [*_behind(stopped, case), *stopped]
        found = rank(findings) or rank([*findings, *unexplained(case)])
        if _untested(found, out.facts):
            out.reason, found = f"{found[0].words}, or else a rule of its own: {_NO_TIME}", []
        _proven(case, found)
        found = _next(case, found)
        guesses = _others(case, found)
        behind_first = _again(case, found) if once_more else []
        out.faults = [*found, *behind_first, *guesses]
    out.ruled_out = case.tried
    out.facts.update(case.facts)
    out.printed = printed.getvalue()
    out.reason = out.reason or _unsettled(out)
    if out.faults:
        out.verdict = "faulty"
    elif out.reason:
        out.verdict = "cannot tell"
    out.seconds = time.monotonic() - begun - case.watch.spared
    return out


def _load() -> None:
    """Import what experiments take up on the way: the first diagnosis of a process has all its time too.

    What the arrays alone decide, and errors, need none of it.
    """
    for name in ("scipy.optimize", "scipy.special", "pullback.compile"):
        importlib.import_module(name)


def _others(case: Case, found: list[Finding]) -> list[Finding]:
    """The explanations that the experiments leave standing beside what they found."""
    if not found or found[0].weight > 100:
        return []
    try:
        with limited(max(case.left(), 0.2)):
            return rivals(case, found)
    except (TimeUp, Failure):
        return []


def _proven(case: Case, found: list[Finding]) -> None:
    """The run of the first fault mended alone, where there is time for it."""
    try:
        with limited(max(case.left(), 0.2)):
            prove(case, found)
    except (TimeUp, Failure):
        return


def _next(case: Case, found: list[Finding]) -> list[Finding]:
    """The findings, with what else is wrong once the first is mended, where there is time to tell."""
    try:
        with limited(max(case.left(), 0.2)):
            return afterwards(case, found)
    except (TimeUp, Failure):
        return found


def _again(case: Case, found: list[Finding]) -> list[Finding]:
    """What the same loop is found to have where its rows, or its first weights, are mended.

    Without a column that was lost a loop may not learn what it should: then only arithmetic counts.
    """
    if not found or case.left() < LEFT * case.budget:
        return []
    try:
        anew = mended(case, found[0].id)
    except (TimeUp, Failure):
        return []
    if anew is None:
        return []
    patient, all_told = anew
    again = examine(Case(patient, case.left()), once_more=False).faults
    least, known = 0 if all_told else PROVEN, {f.id for f in found}
    return [
        behind(f) for f in again if f.confidence >= LIKELY and least <= f.weight < 100 and f.id not in known
    ]


_NO_TIME = "the time was up before whole runs could be compared; give a larger budget"


def _untested(found: list[Finding], facts: dict[str, Any]) -> bool:
    """Whether all that was found are guesses at a step's direction, and no time was left to see it learn.

    Rules that no experiment knows, as those that search along a line, move like a wrong gradient and learn.
    """
    skipped = "treatment" in facts.get("skipped", [])
    return skipped and bool(found) and all(doubtful(f) and "step" in f.evidence for f in found)


def _unsettled(out: Diagnosis) -> str:
    """Why a clean record may not be trusted: an experiment broke, or the runs did not fit the time."""
    if out.facts.get("failed"):
        name, error, *_ = out.facts["failed"][0]
        return f"the {name} experiment did not come to an end ({error})"
    if "treatment" in out.facts.get("skipped", []) and not _learns(out.facts):
        return _NO_TIME
    base, user = (out.facts.get(name, 0.0) for name in ("base", "user"))
    if not out.faults and base and base - user < NOTHING * abs(base):  # no loop gains on a loss of zero
        return (
            f"the loop gets to a loss of {user:.4g}, a constant prediction has {base:.4g}, and no experiment "
            "gets further: give more rows, or features of which it is known that they tell the target"
        )
    return ""


def _learns(facts: dict[str, Any]) -> bool:
    """Whether the loop as written gets nearly all that the exact gradient gets, and that is much.

    What whole runs would still say is how the rest is got; no fault hangs on that.
    """
    return bool(facts.get("reached", 0.0) >= LEARNS and facts.get("room", 0.0) > 0.2)


def _first_step(case: Case, out: Diagnosis) -> list[Finding]:
    """One call of each function under a time limit: what hangs is stopped here."""
    limit = max(min(0.4 * case.budget, 5.0), 0.2)
    for name in ("loss", "grad", "step"):
        if case.patient.get(name) is None:
            continue
        body = case.patient.fresh()
        X, y = body.X[case.patient.batch(0)], body.y[case.patient.batch(0)]
        try:
            with limited(limit):
                if name == "step":
                    body.first_step(X, y)
                else:
                    call = body.first_grad if name == "grad" else body.loss
                    call([x.copy() if x.ndim else x[()] for x in case.patient.leaves], X, y)
        except TimeUp:
            out.reason = f"one call of {name} did not return within {limit:.1f} s and was stopped"
            return [_hung(name, limit)]
        except Failure as failure:
            return [raised(failure)]
    return []


def _behind(stopped: list[Finding], case: Case) -> list[Finding]:
    """What stands behind an error of the step: rows held against rows, whole numbers, a stretched bias."""
    first = stopped[0]
    if first.where == "loss" or first.evidence.startswith("stopped"):
        return []
    try:
        found = [f for f in objective.experiment(case) if f.id == "loss_broadcast"]
    except Exception:  # the error stands without it
        found = []
    found = found or (data.whole_parameters(case) if "cast" in first.words else []) or outgrown(case)
    for f in found:
        f.evidence += f"; {first.words}"
        f.weight = first.weight + 1
    return found


def _hung(name: str, limit: float) -> Finding:
    return Finding(
        "exception", name, f"{name} does not return", f"stopped after {limit:.1f} s on one batch",
        f"look for a loop in {name} that never ends", 1.0, 101)  # fmt: skip


def _run(name: str, experiment: Any, case: Case, so_far: list[Finding], out: Diagnosis) -> list[Finding]:
    if case.left() < 0.02 * case.budget:
        out.facts.setdefault("skipped", []).append(name)
        return []
    case.meanwhile = []
    try:
        with limited(max(case.left() - _KEPT.get(name, -0.05) * case.budget, 0.1)):
            return list(
                experiment(case, so_far) if name in ("treatment", "model", "splits") else experiment(case)
            )
    except TimeUp:
        out.facts.setdefault("skipped", []).append(name)
        return list(case.meanwhile)
    except Failure as failure:
        out.facts.setdefault("failed", []).append((name, str(failure), failure.line))
        return [] if so_far else _later(failure, case)
    except Exception as error:
        if _strict:
            raise
        out.facts.setdefault("failed", []).append((name, f"{type(error).__name__}: {error}"))
    return []


_KEPT = {"treatment": 0.05, "model": 0.05}
"""The share of the budget that an experiment of long runs leaves to the short ones after it."""

_strict = False


def _later(failure: Failure, case: Case) -> list[Finding]:
    """An error that the patient's own run meets too is a finding; one of an experiment's making is not."""
    run = case.__dict__.get("user")
    return [raised(failure)] if run is not None and run.failure is not None else []


def rank(findings: list[Finding]) -> list[Finding]:
    """The root cause first; one finding per id; nothing where none makes the loop faulty by itself."""
    out: list[Finding] = []
    for f in sorted(findings, key=lambda f: -f.weight):
        if (
            f.confidence > 0
            and all(f.id != g.id for g in out)
            and not (_cleared(f, findings) or _explained(f, findings))
        ):
            out.append(f)
    return out if any(f.alone for f in findings if f.confidence > 0) else []


def _cleared(f: Finding, findings: list[Finding]) -> bool:
    """Whether what is no fault by itself lengthens steps that are too short, or shortens too long ones."""
    contrary = _CONTRARY.get(f.id, ())
    return not f.alone and any(g.alone and g.confidence > 0 and g.id in contrary for g in findings)


def _explained(f: Finding, findings: list[Finding]) -> bool:
    """Whether a step that is seen to heed no targets loses them in a backward pass reproduced to rounding."""
    exact = [g.id for g in findings if g.confidence == 1]
    return f.id == "labels_misaligned" and f.id in exact and "grad_drops_upstream" in exact


_CONTRARY = {
    "grad_reduction_sum": ("lr_too_small", "too_few_steps"),
    "grad_averaged_twice": ("lr_too_large",),
}
