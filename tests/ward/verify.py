"""Runs every patient and its twin, and says whether each is what `truth.json` claims.

A healthy loop must learn, have learned nearly all it can by its last step, have a right gradient where it
gives one, and report a loss that is true. A sick one must do measurably worse than its twin, or show its
fault directly.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import sys
import tempfile
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "src")]

from make import patients  # noqa: E402

FORMULA = {
    "grad_sign_flipped", "grad_reduction_sum", "grad_averaged_twice", "grad_transposed", "grad_wrong_input",
    "grad_wrong_delta", "grad_missing_activation_derivative", "grad_activation_derivative_wrong",
    "grad_drops_upstream", "grad_bias_wrong", "grad_constant_factor", "grad_not_zeroed",
}  # fmt: skip
UPDATE = {"update_order", "momentum_state_wrong", "optimizer_state_mutated", "optimizer_state_shared",
          "inplace_mutation", "layer_not_updated", "params_not_updated"}  # fmt: skip


def load(path: Path):
    """The patient's module, fresh."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    with contextlib.redirect_stdout(io.StringIO()):
        spec.loader.exec_module(module)
    return module


def leaves(tree, like=None) -> list[np.ndarray]:
    """The arrays of a tree, in `where`'s order: as the tree, or one that it is to be like, is written."""
    from pullback import tree as trees

    like = tree if like is None else like
    if isinstance(like, dict):
        return [leaf for key in like for leaf in leaves(tree[key], like[key])]
    if isinstance(like, (list, tuple)):
        return [leaf for part, other in zip(tree, like) for leaf in leaves(part, other)]
    return trees.leaves(tree)


def copy(tree):
    """A tree of other arrays with the same values; dicts keep their order."""
    from pullback import tree as trees

    if type(tree) is dict:
        return {key: copy(part) for key, part in tree.items()}
    if type(tree) in (list, tuple):
        return type(tree)(map(copy, tree))
    return trees.map(lambda a: np.array(a, copy=True), tree)


def rows(m, t: int):
    """The rows that step `t` is fed."""
    n, b = len(m.X), int(getattr(m, "batch_size", len(m.X)))
    start = t * b % n
    if start + b <= n:
        return m.X[start : start + b], m.y[start : start + b]
    idx = np.arange(start, start + b) % n
    return m.X[idx], m.y[idx]


def train(m, factor: float = 1.0, more: int = 0):
    """Run the loop: final parameters, and the loss reported at each step."""
    params, reported = m.params, []
    with contextlib.redirect_stdout(io.StringIO()):
        for t in range(round(m.n_steps * factor) + more):
            params, value = m.step(params, *rows(m, t))
            reported.append(float(np.mean(value)))
    return params, reported


def quality(m, params, facts, part: str = "") -> float:
    """R2, or balanced accuracy with chance at 0: on the network's own rows, or on those held back."""
    scope = {"m": m, "p": params, "X": getattr(m, "X" + part), "y": getattr(m, "y" + part), "np": np}
    p = np.asarray(eval(facts["pred"], scope))
    y = np.asarray(eval(facts.get("true", "y"), scope))
    if facts["task"] == "regression":
        p, y = p.astype(float).ravel(), y.astype(float).ravel()
        value = 1 - np.nanmean((p - y) ** 2) / np.nanvar(y)
    else:
        p, y = p.ravel(), y.ravel()
        kinds = np.unique(y)
        value = (np.mean([np.mean(p[y == k] == k) for k in kinds]) - 1 / len(kinds)) / (1 - 1 / len(kinds))
    return float(max(value, -1.0)) if np.isfinite(value) else -1.0


def differences(m, params, Xb, yb, size: float = 1e-5) -> list[np.ndarray]:
    """The gradient by central differences, at most 25 entries a leaf (the others NaN)."""
    rng = np.random.default_rng(0)
    params = copy(params)
    out = []
    for leaf in leaves(params):
        g = np.full(leaf.shape, np.nan)
        if np.issubdtype(leaf.dtype, np.floating):
            for i in rng.permutation(leaf.size)[:25]:
                at = np.unravel_index(i, leaf.shape)
                keep, h = leaf[at], size * max(1, abs(leaf[at]))
                leaf[at] = keep + h
                up = float(m.loss(params, Xb.copy(), yb.copy()))
                leaf[at] = keep - h
                down = float(m.loss(params, Xb.copy(), yb.copy()))
                leaf[at] = keep
                g[at] = (up - down) / (2 * h)
        out.append(g)
    return out


def apart(got: np.ndarray, want: np.ndarray) -> float:
    """The relative distance of two gradients where both are known."""
    if np.shape(got) != np.shape(want):
        return float("inf")
    known = np.isfinite(want)
    got, want = np.asarray(got, float)[known], want[known]
    size = np.linalg.norm(want) + np.linalg.norm(got)
    return float(np.linalg.norm(got - want) / size) if size > 1e-9 else 0.0


def wrong_leaves(m, after: int) -> list[int]:
    """Which parameters' gradients differ from differences of two sizes, after a few steps.

    A kink that lies within one of them does not within the other.
    """
    params, _ = train(m, 0, after) if hasattr(m, "step") else (m.params, None)
    Xb, yb = rows(m, after)
    wants = [differences(m, params, Xb, yb, size) for size in (1e-5, 1e-6)]
    got = leaves(m.grad(copy(params), Xb.copy(), yb.copy()), params)
    return [i for i, (a, *both) in enumerate(zip(got, *wants)) if all(apart(a, b) > 1e-3 for b in both)]


def askew(start, moved, want) -> list[int]:
    """Which parameters a first step does not move straight down the gradient, by one rate for all."""
    rates, wrong = [], []
    for i, (a, b, w) in enumerate(zip(start, moved, want)):
        if np.shape(a) != np.shape(b):
            wrong.append(i)
            continue
        known = np.isfinite(w)
        d, g = (np.asarray(b, float) - a)[known], w[known]
        size = np.linalg.norm(d) * np.linalg.norm(g)
        if size < 1e-14 or -(d @ g) / size < 0.9995:
            wrong.append(i)
        else:
            rates.append((i, np.linalg.norm(d) / np.linalg.norm(g)))
    middle = np.median([r for _, r in rates]) if rates else 0
    return sorted(wrong + [i for i, r in rates if abs(r / middle - 1) > 0.02])


def examine(path: str, facts: dict, factor: float) -> dict:
    """What a patient does: its quality, losses, time, wrong gradients, and whether its report is true."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    out: dict = {}
    try:
        m = load(Path(path))
        start, first = copy(m.params), float(m.loss(copy(m.params), m.X.copy(), m.y.copy()))
        out["loss_first"] = first
        if hasattr(m, "step"):
            began = time.process_time()
            params, _ = train(m)
            out["seconds"] = round(time.process_time() - began, 3)
            out["loss_last"] = float(m.loss(params, m.X, m.y))
            out["quality"] = round(quality(m, params, facts), 4)
            if hasattr(m, "X_val"):
                out["quality_val"] = round(quality(m, params, facts, "_val"), 4)
                held = [a for a in (m.X_val, getattr(m, "X_test", None)) if a is not None]
                known = {row.tobytes() for row in np.asarray(m.X, float)}
                out["rows_twice"] = sum(row.tobytes() in known for a in held for row in np.asarray(a, float))
            m2 = load(Path(path))
            Xb, yb = rows(m2, 0)
            if getattr(m, "grad", None) is None:
                want = differences(m2, m2.params, Xb, yb)
                m2 = load(Path(path))
                moved = m2.step(copy(m2.params), Xb.copy(), yb.copy())[0]
                out["implied_wrong"] = askew(leaves(start), leaves(moved, start), want)
                out["n_leaves"] = len(want)
                m2 = load(Path(path))
            told, p1 = [], m2.params
            for t in (0, 1):
                Xb, yb = (np.copy(a) for a in rows(m2, t))
                p0, (p1, said) = copy(p1), m2.step(p1, Xb.copy(), yb.copy())
                true = [
                    m2.loss(copy(p), A.copy(), b.copy())
                    for p in (p0, p1)
                    for A, b in ((Xb, yb), (m2.X, m2.y))
                ]
                told.append(any(abs(float(np.mean(said)) - v) <= 1e-6 * max(1, abs(v)) for v in true))
            out["report_true"] = all(told)
            if factor > 1:
                m3 = load(Path(path))
                params, _ = train(m3, factor)
                out["quality_more"] = round(quality(m3, params, facts), 4)
                out["loss_more"] = float(m3.loss(params, m3.X, m3.y))
        if getattr(m, "grad", None) is not None:
            out["wrong"] = wrong_leaves(load(Path(path)), 2)
            out["n_leaves"] = len(leaves(m.params))
    except Exception as error:
        out["error"] = f"{type(error).__name__}: {error}"[:200]
    for k, v in out.items():
        if isinstance(v, float) and not np.isfinite(v):
            out[k] = str(v)
    return out


def mended(facts: dict) -> dict:
    """What the patient does with its fault alone taken away, its own settings kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mended.py"
        path.write_text(facts["mended"])
        return examine(str(path), facts, 1.0)


def judge(name: str, truth: dict, seen: dict) -> tuple[bool, str]:
    """Whether the patient is what its truth claims, and the evidence."""
    me, fact = seen[name], truth[name]
    if fact["id"] == "healthy":
        return healthy(me, fact)
    twin = seen[fact["twin"]]
    proofs, wants = [], []
    if "error" in me:
        wants.append("raises " + me["error"])
    if me.get("wrong"):
        proofs.append(f"gradient wrong at {me['wrong']} of {me['n_leaves']}")
        if fact["id"] in FORMULA:
            place = "grad" if len(me["wrong"]) == me["n_leaves"] else str(me["wrong"][0])
            if place not in fact["where"] and "step" not in fact["where"]:
                wants.append(f"where should be {place}")
    if me.get("implied_wrong") and not twin.get("implied_wrong") and fact["id"] in FORMULA | UPDATE:
        proofs.append(f"first step off the gradient at {me['implied_wrong']} of {me['n_leaves']}")
    if "quality" in me and "quality" in twin and me["quality"] < twin["quality"] - 0.06:
        proofs.append(f"quality {me['quality']} against {twin['quality']}")
    if "quality" in me and me.get("loss_last", "nan") in ("nan", "inf"):
        proofs.append("loss is not finite")
    if fact["id"] == "loss_reporting_wrong" and not me.get("report_true", True):
        proofs.append("the reported loss is not true")
    if me.get("quality_val", 1) < twin.get("quality_val", 0) - 0.06:
        proofs.append(f"quality on rows held back {me['quality_val']} against {twin['quality_val']}")
    if me.get("rows_twice"):
        proofs.append(f"{me['rows_twice']} rows held back are among the training rows")
    if (
        not proofs
        and fact["id"] in FORMULA | UPDATE | {"dropout_scale_wrong"}
        and isinstance(me.get("loss_last"), float)
    ):
        gap, base = me["loss_last"] / twin["loss_last"], twin["loss_first"]
        if gap > 1.25 or gap < 1 / 1.25 or abs(me["loss_last"] - twin["loss_last"]) > 0.03 * base:
            proofs.append(f"loss {me['loss_last']:.4g} against {twin['loss_last']:.4g}")
    ends = [one.get("loss_last") for one in (me, twin)]
    if (
        fact["id"] in ("softmax_wrong_axis", "double_softmax")
        and all(isinstance(x, float) for x in ends)
        and ends[0] > 2 * ends[1]
    ):
        proofs.append(f"loss {me['loss_last']:.4g} against {twin['loss_last']:.4g}")
    if fact["id"].startswith(("too_", "reg", "loss_w", "labels", "class")) and me.get("wrong"):
        wants.append("its gradient is wrong too")
    if me.get("mended", 1) < twin.get("quality", 0) - 0.15:
        wants.append(f"mended alone it reaches only {me['mended']}")
    return bool(proofs) and not wants, "; ".join(wants + proofs) or f"no worse: {me}"


def healthy(me: dict, fact: dict) -> tuple[bool, str]:
    """Whether a loop called healthy is."""
    bad = []
    if "error" in me:
        bad.append("raises " + me["error"])
    if me.get("wrong"):
        bad.append(f"gradient wrong at {me['wrong']}")
    if "quality" in me:
        if me["quality"] < float(fact.get("least", 0.6)):
            bad.append(f"quality only {me['quality']}")
        if me.get("quality_more", 0) > me["quality"] + 0.06:
            bad.append(f"more steps give {me['quality_more']} after {me['quality']}")
        if not me["report_true"]:
            bad.append("report not true")
        if me["seconds"] > 1.0:
            bad.append(f"{me['seconds']} s")
    return not bad, "; ".join(bad) or f"quality {me.get('quality')}"


def main(only: str = "") -> int:
    """Examine every patient, or those of voices whose name holds `only`; print those that claim wrongly."""
    truth = json.loads((HERE / "truth.json").read_text())
    chosen = {k: v for k, v in truth.items() if only in v["voice"]}
    with ProcessPoolExecutor(2) as pool:
        jobs = {k: pool.submit(examine, str(HERE / v["part"] / k), v, 3.0 if v["id"] == "healthy" else 1.0)
                for k, v in chosen.items()}  # fmt: skip
        alone = {one["file"]: one for one in patients() if one["id"] != "healthy" and one["file"] in chosen}
        again = {k: pool.submit(mended, {**truth[k], "mended": one["mended"]}) for k, one in alone.items()
                 if one["mended"] != (HERE / one["part"] / one["twin"]).read_text()}  # fmt: skip
        seen = {k: job.result() for k, job in jobs.items()}
        for k, job in again.items():
            seen[k]["mended"] = job.result().get("quality", -1)
    table, failed = {}, 0
    for k in sorted(chosen, key=lambda k: (chosen[k]["voice"], chosen[k]["id"])):
        right, why = judge(k, truth, seen)
        failed += not right
        table[k] = {"id": truth[k]["id"], "ok": right, "evidence": why, **seen[k]}
        if not right or only:
            print(
                f"{'ok ' if right else 'BAD'} {truth[k]['voice']} {truth[k]['part']}/{k} {truth[k]['id']}:"
                f" {why}"
                f" [{seen[k].get('quality')} {seen[k].get('quality_more')} {seen[k].get('seconds')} s]"
            )
    print(f"{len(chosen) - failed} of {len(chosen)} are what they claim")
    before = json.loads((HERE / "verified.json").read_text()) if only else {}
    table = {k: v for k, v in before.items() if k in truth} | table
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(table.items()))
    (HERE / "verified.json").write_text("{\n" + lines + "\n}\n")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
