"""Every error we raise: what happened, where, what was expected, what came, what to try."""

from __future__ import annotations


class PullbackError(Exception):
    """The base of all errors of this library; its text has one fact a line.

    Parameters
    ----------
    what : str
        The fact, in one sentence, in the user's terms.
    where, expected, got, hint : str, optional
        The user's file and line; what would have been right; what came; what to do.

    Examples
    --------
    >>> print(PullbackError("x has 2 columns", expected="3 columns", hint="drop none"))
    x has 2 columns
      expected: 3 columns
      try: drop none
    """

    def __init__(
        self,
        what: str,
        *,
        where: object = None,
        expected: object = None,
        got: object = None,
        hint: object = None,
    ) -> None:
        facts = {"where": where, "expected": expected, "got": got, "try": hint}
        lines = [f"  {label}: {fact}" for label, fact in facts.items() if fact is not None]
        super().__init__("\n".join([what, *lines]))


class TraceError(PullbackError):
    """The traced function did something that cannot be differentiated or recorded."""


class ControlFlowError(TraceError):
    """A program, whose values are not known yet, was asked for one of them (`if`, `float`, a mask)."""


class PairError(PullbackError, ValueError):
    """A pair broke one of its laws: number, shapes or lifetime of what its vjp returns."""


class ArgumentError(PullbackError, ValueError):
    """An argument has the wrong shape, type or value."""


class DataError(PullbackError, ValueError):
    """A table, a column or a file of data is not what the work needs."""


class FileError(PullbackError, OSError):
    """A model, checkpoint or run on disk is missing, damaged or foreign."""


class PullbackWarning(UserWarning):
    """Something went on, but not as it was asked for; the text says what was done instead."""
