"""Parts of the update experiment: what moves keep of earlier ones, and whether anyone means that."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_update._fading import LEAST
from pullback.diagnose.training._own_rules import measured
from pullback.diagnose.updates._adaptive import own_rates, simulate
from pullback.diagnose.updates._kept import factor_kept, fades_by, kept_after
from pullback.diagnose.updates._moves import Moves, chosen, norm


def scheduled(
    moves: Moves, grads: list[Leaves], moving: list[int], velocity: Callable[[], bool]
) -> list[Finding] | None:
    """Momentum whose rate changes from step to step: u = a u' - b g, a and b free; None where it is not.

    `velocity` says whether what is kept is one: the same moves come of gradients that are never cleared.
    """
    rates, memories, kept = [-1.0], [], []
    begun = next((t for t in range(len(grads)) if any(np.any(moves.move(t)[k]) for k in moving)), len(grads))
    if len(grads) - begun < 3 or not np.isfinite(
            [norm(moves.move(t)) + norm(grads[t]) for t in range(len(grads))]).all():  # fmt: skip
        return None
    first = [np.concatenate([x[k].ravel() for k in moving]) for x in (moves.move(begun), grads[begun])]
    power = float(first[1] @ first[1])
    if not power:
        return None
    rates[0] = -float(first[0] @ first[1]) / power
    if norm([first[0] + rates[0] * first[1]]) > 1e-6 * norm([first[0]]):
        return None
    for t in range(begun + 1, len(grads)):
        u, before, g = (np.concatenate([x[k].ravel() for k in moving])
                        for x in (moves.move(t), moves.move(t - 1), grads[t]))  # fmt: skip
        A = np.stack([before, -g], 1)
        if len(u) < 4:
            return None
        (a, b), *_ = np.linalg.lstsq(A, u, rcond=None)
        if norm([u - A @ (a, b)]) > 1e-6 * norm([u]) or not b or not rates[-1]:
            return None
        kept.append(float(a))
        memories.append(float(a) * rates[-1] / float(b))
        rates.append(float(b))
    if min(rates) > 0 and _corrected_in_place(kept, rates):
        return [Finding(
            "optimizer_state_mutated", "step", "the bias correction is written back into the velocity",
            f"{', '.join(number(a) for a in kept)} times the last move is kept, step by step, while the "
            f"newest gradient's weight goes from {number(rates[0])} to {number(rates[-1])}",
            "keep the velocity uncorrected, use a corrected copy", 1.0, 81)]  # fmt: skip
    if len(rates) < 4:
        return None  # any two numbers are a schedule
    if max(rates) < 0:
        return [Finding("grad_sign_flipped", "step", "the step goes uphill: the update is added",
                        f"each step is {number(-rates[0])} times the gradient, and a memory of it",
                        "subtract the update", 1.0, 82)]  # fmt: skip
    beta = float(np.median(memories))
    if np.ptp(memories) < 1e-3 and abs(beta - 1) < 1e-3 and min(rates) > 0 and not velocity():
        return [Finding(
            "grad_not_zeroed", "step", "every step carries all gradients of earlier batches",
            f"each move is the sum of all gradients so far, times {number(rates[0])} to {number(rates[-1])}",
            "set the gradient buffers to zero before each backward pass", 1.0, 81)]  # fmt: skip
    if np.ptp(memories) < 1e-3 and beta > 1 - 1e-4:
        return [Finding(
            "momentum_state_wrong", "step", f"the velocity grows without end: its memory is {number(beta)}",
            f"each move is {number(beta)} times the last, and the gradient",
            "keep v = beta v + g, beta below 1", 1.0, 81)]  # fmt: skip
    return [] if min(rates) > 0 else None


def follows_course(case: Case, moves: Moves, gradient: Callable[..., Leaves] | None = None) -> bool:
    """Whether moves are a velocity, or plain steps, whose rate falls by a usual formula, or that looks ahead.

    Asked before all that costs more: nothing is wrong with such a rule. The `gradient` is the true one
    unless another is given.
    """
    gradient = gradient or case.gradient
    if sum(x.size for x in moves.before[0]) < 8:
        return False
    epoch = max(1, case.patient.n // case.patient.batch_size)
    found = measured(
        moves, lambda leaves, t: gradient(leaves, case.X[moves.rows[t]], case.y[moves.rows[t]]), epoch
    )
    return found is not None and not 0 < found[0].settings.get("beta", 0.0) < LEAST


def divides(moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Whether a right rule that divides by squares reproduces the moves.

    Gradients that hardly change from step to step fit any memory, even one that nobody would mean. But where
    the first move is a multiple of the gradient, nothing is divided: a number beside the squares dwarfs them.
    """
    u, g = (np.concatenate([x[k].ravel() for k in moving]) for x in (moves.move(0), grads[0]))
    if norm([u - float(u @ g) / float(g @ g or 1.0) * g]) < 1e-7 * norm([u]):
        return False
    rule = simulate(moves.of(moving), chosen(grads, moving), only_right=True)
    return rule is not None and rule.gap < 1e-4 and rule.lr > 0


def never_cleared(moves: Moves, grads: list[Leaves]) -> list[int]:
    """The parameters of which an adaptive rule that is right is fed sums of all gradients so far.

    All of them, or some: each by itself then shows whether it follows its gradients or their sums, and all
    together have to follow one rule.
    """
    sums: list[Leaves] = []
    for gs in grads:
        sums.append([g + (sums[-1][i] if sums else 0.0) for i, g in enumerate(gs)])
    if len(sums) < 3:
        return []
    everything = list(range(len(sums[0])))
    if _made_of(moves, sums) or _made_at_rates(moves, sums, grads):
        return everything
    kept = []
    for k in sorted(everything, key=lambda k: -sums[0][k].size):  # large ones tell most
        ways = (_made_of(moves.of([k]), chosen(gs, [k])) for gs in (grads, sums))
        follows = next((way for way, fits in enumerate(ways) if fits), None)
        if follows is None:
            return []
        kept += [k] * follows
    fed = [[s if k in kept else g for k, (g, s) in enumerate(zip(*two, strict=True))]
           for two in zip(grads, sums, strict=True)]  # fmt: skip
    return sorted(kept) if kept and _made_of(moves, fed) else []


def _made_of(moves: Moves, grads: list[Leaves]) -> bool:
    """Whether a right rule that divides by squares makes these moves of these gradients."""
    rule = simulate(moves, grads, only_right=True)
    return rule is not None and rule.gap < 1e-4 and rule.lr > 0


def _made_at_rates(moves: Moves, grads: list[Leaves], others: list[Leaves]) -> bool:
    """Whether such a rule, its rate changing from step to step, makes the moves of these gradients alone.

    Where gradients hardly change their sums differ from them by a rate: then the `others` fit too.
    """
    if len(grads) < 4 or sum(g.size for g in grads[0]) < 12:
        return False
    return own_rates(moves, grads) < 1e-4 and own_rates(moves, others) > 1e-2


def _corrected_in_place(kept: list[float], rates: list[float]) -> bool:
    """Whether a mean of gradients is divided by what the corrected one should be, and kept so.

    It holds beta / (1 - beta**t) of itself and takes (1 - beta) / (1 - beta**t) of the gradient.
    """
    beta = rates[0] / rates[1] - 1
    if not 1e-3 < beta < 1:  # below, two equal rates differ by their rounding alone
        return False
    told = [beta / (1 - beta**t) for t in range(2, len(rates) + 1)]
    return bool(np.allclose(kept, told, rtol=1e-3))


def nesterov(case: Case, moves: Moves, moving: list[int]) -> bool:
    """Gradients taken where the last move, faded, would lead: u = beta u' - lr g(w + beta u')."""
    if len(moves.after) < 3:
        return False
    steps = range(1, len(moves.after))
    size = norm([moves.move(t)[k] for t in steps for k in moving])
    return any(
        # most are out after one move, and every move costs a gradient
        all(_looks_ahead(case, moves, moving, beta, until, size) for until in (2, len(moves.after)))
        for beta in _BETAS
    )


def leads_twice(case: Case, moves: Moves, moving: list[int]) -> list[Finding]:
    """Whether each step goes on from where it looked ahead, not from where it stood.

    Its move is beta v + v', where v' = beta v - lr g is the new velocity: no multiple of the move before.
    """
    if len(moves.after) < 4 or sum(moves.move(0)[k].size for k in moving) < 6:
        return []
    beta = next((beta for beta in _BETAS if _goes_on(case, moves, moving, beta)), 0.0)
    if not beta:
        return []
    return [Finding(
        "momentum_state_wrong", "step", "the velocity is added twice: to look ahead, and again from there",
        f"velocities that keep {number(beta)} of the last, each added where the last has led, give all moves",
        "take the gradient alone ahead, and move from where the weights stood", 1.0, 81)]  # fmt: skip


def _goes_on(case: Case, moves: Moves, moving: list[int], beta: float) -> bool:
    """Whether velocities, each told by its move and the one before, follow the gradients at one rate."""
    v, rates = [np.zeros(x.shape) for x in moves.before[0]], list[float]()
    for t in range(len(moves.after)):
        ahead = [x + beta * a for x, a in zip(moves.before[t], v, strict=True)]
        g = case.gradient(ahead, case.X[moves.rows[t]], case.y[moves.rows[t]])
        new = [m - beta * a for m, a in zip(moves.move(t), v, strict=True)]
        fed = np.concatenate([(new[k] - beta * v[k]).ravel() for k in moving])
        slope = np.concatenate([g[k].ravel() for k in moving])
        rates.append(-float(fed @ slope) / float(slope @ slope or 1.0))
        if rates[t] <= 0 or norm([fed + rates[t] * slope]) > 1e-4 * norm([fed]):
            return False
        v = new
    return bool(np.ptp(rates) < 1e-3 * max(rates))


_BETAS = (0.9, 0.8, 0.95, 0.5, 0.7, 0.85, 0.6, 0.99)


def looks_elsewhere(case: Case, moves: Moves, moving: list[int]) -> list[Finding]:
    """Whether the gradient is taken a share of what is kept ahead, where that is not where the memory leads.

    What is kept is told after one step, where it is a multiple of the move, and the second move shows the
    rest: that a run soon breaks, or keeps what is no multiple of later moves, does not matter. In a parabola
    any share fits the second move, none too: there all moves have to.
    """
    if len(moves.after) < 2 or sum(moves.move(1)[k].size for k in moving) < 6:
        return []
    alike = _kept_of_last(case, moves, moving, 0.0, 2) is not None
    first = [moves.move(0)[k] for k in moving]
    held = factor_kept(kept_after(case.patient, moves.before[0]), first)
    ways = sorted({side * a for a in held for side in (1, -1)} - {1.0})
    for share in (beta * a for a in ways for beta in _BETAS):
        kept = _kept_of_last(case, moves, moving, share, 2)
        if kept is None or abs(kept) < 1e-3 or (kept > 0 and abs(share / kept - 1) < 0.05):
            continue
        usual = kept > 0 and _kept_of_last(case, moves, moving, kept, 2) is not None
        if (alike or usual) and not _only_there(case, moves, moving, share, kept):
            continue
        words = (
            "the look ahead goes elsewhere than the velocity leads: it is scaled again on the way"
            if kept > 0
            else "the velocity has the wrong sign: what is kept of the last move leads back"
        )
        return [Finding(
            "momentum_state_wrong", "step", words, f"the gradient is taken {number(share)} of the last move "
            f"ahead, and {number(kept)} of that move is kept", "keep v = beta v - lr g, look ahead by beta v "
            "and move by v", 1.0, 81)]  # fmt: skip
    return _fades_apart(case, moves, moving) if len(moves.after) > 2 else []


def _only_there(case: Case, moves: Moves, moving: list[int], share: float, kept: float) -> bool:
    """Whether all moves are told by this look ahead, and not by one as far as what is kept leads.

    Gradients that hardly enter, as where the rate is soon next to nothing, may be taken anywhere.
    """
    steps = len(moves.after)
    if steps < 3 or _kept_of_last(case, moves, moving, share, steps) is None:
        return False
    return kept < 0 or _kept_of_last(case, moves, moving, kept, steps) is None


def _fades_apart(case: Case, moves: Moves, moving: list[int]) -> list[Finding]:
    """Whether the look ahead fades as it should, and what is kept does not, or is next to nothing."""
    for share in (*_BETAS, 1.0):
        fits = (_kept_of_last(case, moves, moving, share, until) for until in (2, len(moves.after)))
        kept = 0.0 if next(fits) is None else next(fits) or 0.0
        if kept <= 1e-3 or LEAST <= kept < 1 - 1e-4:
            continue
        words = (
            "the coefficients stand on the wrong terms: hardly anything is kept of the last move"
            if kept < LEAST
            else f"the velocity grows without end: its memory is {number(kept)}"
        )
        return [Finding(
            "momentum_state_wrong", "step", words,
            f"the gradient is taken {number(share)} of the last move ahead, and {number(kept)} of it is kept",
            "keep v = beta v - lr g, beta below 1 and that of the look ahead", 1.0, 81)]  # fmt: skip
    return []


def _kept_of_last(case: Case, moves: Moves, moving: list[int], share: float, until: int) -> float | None:
    """How much of the last move each before `until` holds, beside a gradient taken `share` of it ahead.

    None where that does not explain them.
    """
    tables = []
    for t in range(1, until):
        u, last = moves.move(t), moves.move(t - 1)
        ahead = [x + share * m for x, m in zip(moves.before[t], last, strict=True)]
        g = case.gradient(ahead, case.X[moves.rows[t]], case.y[moves.rows[t]])
        table = np.stack([np.concatenate([x[k].ravel() for k in moving]) for x in (u, last, g)], 1)
        tables.append(table / (norm([table[:, 0]]) or 1.0))  # moves that run away count no more than others
    whole = np.concatenate(tables)
    if not np.isfinite(whole).all() or (until > 2 and len(whole) < until + 3):
        return None
    each = np.repeat(np.eye(until - 1), [len(table) for table in tables], axis=0)  # a rate for each move
    A = np.column_stack([whole[:, 1], each * whole[:, 2:]])
    kept, *rates = np.linalg.lstsq(A, whole[:, 0], rcond=None)[0]
    left = whole[:, 0] - A @ (kept, *rates)
    downhill = max(rates) < -1e-6 * min(rates)  # next to the largest a rate may be of rounding alone
    return float(kept) if downhill and norm([left]) < 1e-4 * norm([whole[:, 0]]) else None


def _looks_ahead(case: Case, moves: Moves, moving: list[int], beta: float, until: int, size: float) -> bool:
    """Whether the moves before `until` are a velocity fed with gradients taken `beta` of the last ahead."""
    left, kept = [], []
    for t in range(1, until):
        before = moves.move(t - 1)
        ahead = [x + beta * m for x, m in zip(moves.before[t], before, strict=True)]
        g = case.gradient(ahead, case.X[moves.rows[t]], case.y[moves.rows[t]])
        left.append(np.concatenate([(moves.move(t)[k] - beta * before[k]).ravel() for k in moving]))
        kept.append(np.concatenate([g[k].ravel() for k in moving]))
    if len(left[0]) < 4:  # so few numbers need one rate for all steps; others may have a schedule
        left, kept = [np.concatenate(left)], [np.concatenate(kept)]
    rates = [-float(r @ g) / float(g @ g or 1) for r, g in zip(left, kept, strict=True)]
    rest = [r + lr * g for r, g, lr in zip(left, kept, rates, strict=True)]
    return bool(min(rates) > 0 and norm(rest) < 1e-4 * size)


def keeps_velocity(case: Case, moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Whether what is kept from step to step is a velocity, not a buffer of gradients that is never cleared.

    A velocity holds moves, or gradients with a minus or times a number of its own; a buffer holds gradients
    as they come, but for the rows' number. Where the newest gradient is kept by itself, buffers are cleared;
    and where a number of one says how much is kept, what is kept is a velocity that was meant to fade.
    """
    kept, n = kept_after(case.patient, moves.before[0]), len(moves.rows[0])
    first = [grads[0][k] for k in moving]
    as_it_comes = any(
        abs(a - 1) < 1e-5 for a in factor_kept(kept, first)
    )  # at a rate of one it is a move, too
    sides = (1.0,) if as_it_comes else (1.0, -1.0)
    moved = factor_kept(kept, [moves.move(0)[k] for k in moving])
    if any(abs(a - side) < 1e-5 for a in moved for side in sides):
        return True
    plain = [s * r for s in (1.0, 2.0, 0.5) for r in (1.0, n, 1.0 / n)]
    factors = factor_kept(kept, first)
    if factors and not any(abs(a / p - 1) < 1e-4 for a in factors for p in plain):
        return True
    if len(grads) < 2:
        return False
    newest = factor_kept(kept_after(case.patient, moves.before[0], 2), [grads[1][k] for k in moving])
    return any(abs(a / p - 1) < 1e-4 for a in newest for p in plain) or fades_by(
        case.patient, moves.before[0], 1.0
    )
