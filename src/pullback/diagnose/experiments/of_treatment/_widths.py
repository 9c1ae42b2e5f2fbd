"""Parts of the treatment experiment: widths at which the units tell no rows apart.

What divides (the width of a bump, a temperature) is no weight: its size is measured against the columns'
deviation and not against a number of inputs, and fresh weights leave it as it is.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_treatment._comparing import Compared

FAR = 5.0
"""How many times a width of one it has to be, or a width of one it, to be looked at."""


def wrong_width(runs: Compared) -> Finding | None:
    """The finding that with ones in place of what divides the loop leaves far less, of unseen rows too."""
    case = runs.case
    if case.n < 60:
        return None
    for k in case.divisors:
        size = float(np.median(np.abs(case.leaves[k])))
        if 1 / FAR < size < FAR:
            continue
        leaves = [np.ones_like(x) if j == k else x for j, x in enumerate(case.leaves)]
        name = f"ones in place of parameter {k}"
        if not runs.less(name, partial(case.user_with, leaves=leaves)) or not runs.better_unseen(
            leaves=leaves
        ):
            continue
        words = "small" if size < 1 else "large"
        return Finding(
            f"init_too_{words}", k, f"the numbers that it divides by start far too {words}",
            f"parameter {k} is about {number(size)}; started at ones, the loop ends at "
            f"{number(runs.made[name].final)}, not {number(runs.user.final)}",
            "start it near the distance between neighbouring rows, or near 1", 0.85, 66)  # fmt: skip
    return None
