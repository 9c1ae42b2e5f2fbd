"""How many threads a search may have, beside what else runs."""

from __future__ import annotations

import os
import sys


def workers() -> int:
    """Threads for one search: -1, all; inside a worker of joblib what it is told.

    joblib tells its processes by `OMP_NUM_THREADS`; threads are told nothing, and get one each.

    Examples
    --------
    >>> workers()
    -1
    """
    joblib = sys.modules.get("joblib.parallel")  # a worker of joblib has it; prediction alone needs it not
    if joblib is None or not joblib.get_active_backend()[0].nesting_level:
        return -1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(told)) if told.isdigit() else 1
