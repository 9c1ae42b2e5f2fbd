"""`pullback diagnose FILE.py`: what the command does; the command line itself is in `cli`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pullback.diagnose._door import diagnose
from pullback.diagnose._explain import IDS
from pullback.diagnose._page import document
from pullback.diagnose._report import as_json, paragraph
from pullback.diagnose._verdict import Diagnosis
from pullback.diagnose.loops._sandbox import line_of
from pullback.errors import PullbackError


def run_file(path: str, json: bool = False, html: Any = None, budget: float | None = None) -> int:
    """Diagnose a patient's file, print the report, write the page.

    Parameters
    ----------
    path : str
        A module file with the names of the patient protocol.
    json : bool
        Print JSON instead of text.
    html : str or None
        Where to write the page.
    budget : float or None
        Seconds.

    Returns
    -------
    int
        0 healthy, 1 faulty, 2 cannot tell, 3 could not run.
    """
    try:
        found = diagnose(str(path), budget=budget)
    except PullbackError as error:
        return _could_not(str(error), json)
    except BaseException as error:  # the file's own error, whatever it is
        if isinstance(error, KeyboardInterrupt):
            raise
        return _could_not(f"{path} does not run: {_told(error)}", json)
    unwritten = _page(found, html) if html else ""
    print(as_json(found) if json else paragraph(found) + _more(found))
    if unwritten:
        print(unwritten, file=sys.stderr)
        return 3
    return found.status


def _page(found: Diagnosis, path: Any) -> str:
    """Write the page, before the report is printed: a reader that stops early loses neither.

    Returns why it could not be written, if so.
    """
    try:
        Path(path).write_text(document(found), encoding="utf-8")
    except OSError as error:
        return f"--html {path}: the page was not written ({error.strerror}); give a path that can be written"
    return ""


def _more(found: Diagnosis) -> str:
    """Where to read on about the first fault."""
    first = found.faults[0].id if found.faults else ""
    return f"\n\nmore: pullback diagnose --explain {first}" if first in IDS else ""


def _told(error: BaseException) -> str:
    """What a file raised while it was run, its line, and what to do where a diagnosis runs it otherwise."""
    line = line_of(error)
    told = f"{type(error).__name__}: {error}" + (f" ({line})" if line else "")
    if isinstance(error, SystemExit):
        return f"{told}\n  try: let nothing end the program, or ask for arguments, before the names are there"
    if isinstance(error, FileNotFoundError):
        return f"{told}\n  try: paths are looked up from {os.getcwd()}, where the command is run"
    return told


def _could_not(text: str, json: bool) -> int:
    import json as module

    print(module.dumps({"verdict": "could not run", "faults": [], "reason": text}) if json else text)
    return 3
