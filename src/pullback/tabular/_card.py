"""A fitted model in words: what it learned from, how good it is on rows it did not see, how it is loaded."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from pullback.tabular import _answers
from pullback.typing import Array

_PACKAGES = ("numpy", "scikit-learn")
_MOST = 40
"""Columns that a card lists one by one."""


def fit_facts(model: Any, columns: list[Array], Y: Array, outside: Any) -> dict[str, Any]:
    """What a card says of a fit, in JSON's terms.

    Parameters
    ----------
    model : estimator
        Its networks trained.
    columns : list of `(n_rows,)` arrays
        Of the training rows.
    Y : `(n_rows, n_outputs)` array
        Their targets, scaled, or classes as columns of 0 and 1.
    outside : ((numbers, plain), targets) or None
        The validation rows as networks take them, the weights in the targets' last column.
    """
    facts = {
        "rows": len(Y),
        "validation_rows": 0 if outside is None else len(outside[1]),
        "columns": [_column(c, n) for c, n in zip(columns, model.columns_.names, strict=True)],
        "target": _target(model, Y),
        "epochs": getattr(model, "n_iter_", 0),
        "best_epoch": getattr(model, "best_epoch_", 0),
        "parameters": sum(_size(network.params) for network in model.networks_),
        "neighbours": any(network.inputs.neighbours is not None for network in model.networks_),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "metrics": {},
    }
    if outside is not None:
        facts["metrics"] = _metrics(model, *outside)
    return facts


def facts_with_more(facts: dict[str, Any], rows: int) -> dict[str, Any]:
    """The facts of a model that `partial_fit` showed so many rows more."""
    before = facts.get("later", {"calls": 0, "rows": 0})
    return {**facts, "later": {"calls": before["calls"] + 1, "rows": before["rows"] + rows}}


def _column(column: Array, name: str) -> dict[str, Any]:
    if column.dtype.kind != "f":
        texts = [str(x) for x in column]
        return {"name": name, "kind": "category", "levels": len(set(texts))}
    known = column[~np.isnan(column)]
    found = {"name": name, "kind": "number", "missing": 1.0 - len(known) / max(1, len(column))}
    if len(known):
        found |= {"low": float(known.min()), "mean": float(known.mean()), "high": float(known.max())}
    return found


def _target(model: Any, Y: Array) -> dict[str, Any]:
    if hasattr(model, "classes_"):
        shares = Y.mean(axis=0)
        return {"shares": {str(c): float(s) for c, s in zip(model.classes_, shares, strict=True)}}
    values = model.target_.inverse(Y)
    return {name: getattr(values, f)(axis=0).tolist() for name, f in
            (("low", "min"), ("mean", "mean"), ("high", "max"), ("deviation", "std"))}  # fmt: skip


def _metrics(model: Any, inputs: tuple[Array, Array], targets: Array) -> dict[str, float]:
    """Over the validation rows, in the target's units, each row counted once."""
    outputs = np.concatenate([network.outputs(*inputs) for network in model.networks_])
    true = np.asarray(targets, np.float64)[:, :-1]
    if hasattr(model, "classes_"):
        p = _answers.classification(outputs)
        right = p[np.arange(len(p)), true.argmax(axis=1)]
        return {
            "accuracy": float(np.mean(p.argmax(axis=1) == true.argmax(axis=1))),
            "share of the commonest class": float(true.mean(axis=0).max()),
            "log loss": float(-np.mean(np.log(np.maximum(right, 1e-15)))),
        }
    true = model.target_.inverse(true)
    said = _answers.regression(outputs, model.target_, model._link, model.quantiles, False)
    spread = float(np.sqrt(np.mean((true - true.mean(axis=0)) ** 2)))
    rmse = float(np.sqrt(np.mean((said - true) ** 2)))
    found = {
        "RMSE": rmse,
        "RMSE of the mean": spread,
        "mean absolute error": float(np.mean(np.abs(said - true))),
    }
    if spread > 0 and len(true) > 1:
        found["R2"] = 1.0 - (rmse / spread) ** 2
    if model.quantiles is not None:
        below = true <= _answers.quantiles(outputs, model.target_, model.quantiles)
        found |= {
            f"share at or below quantile {level:g}": float(share)
            for level, share in zip(model.quantiles, below.mean(axis=0), strict=True)
        }
    return found


def card(model: Any, title: str, description: str) -> str:
    """The Markdown; see `MLPRegressor.card`."""
    facts, kind = getattr(model, "facts_", {}), type(model).__name__
    task = "classification" if hasattr(model, "classes_") else "regression"
    parts = [
        f"---\nlibrary_name: pullback\ntags:\n- tabular-{task}\n- pullback\n---",
        f"# {title or kind}",
        "## Model description",
        description
        or f"A `{kind}` of the library pullback: a neural network for tables that takes raw columns, "
        "with categories and missing values, and scales and encodes them itself.",
        _structure(model, facts),
        "## Intended uses & limitations",
        _limits(model, facts),
        "## Training data",
        *_data(facts),
        "## Evaluation",
        *_evaluation(facts),
        "## Training procedure",
        *_settings(model, facts),
        "## How to get started with the model",
        _loading(kind),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _structure(model: Any, facts: dict[str, Any]) -> str:
    head = model.networks_[0].params["head"]["W"].shape
    widths = " x ".join(str(layer["W"].shape[1]) for layer in model.networks_[0].params["trunk"])
    near = ", with features from the nearest training rows" if facts.get("neighbours") else ""
    count = f" {facts['parameters']:,} parameters." if "parameters" in facts else ""
    return (
        f"{len(model.networks_)} network(s) of {head[0]} member(s), hidden layers {widths or 'none'}, "
        f"activation {_said(model.networks_[0].activation)}{near}.{count}"
    )


def _limits(model: Any, facts: dict[str, Any]) -> str:
    lines = [
        "Predictions are meant for rows like the training rows: far outside the ranges below they level off, "
        "and a category that was never seen counts as none.",
        "What the model learned are associations in its data; they are no causes.",
    ]
    if facts.get("neighbours"):
        lines.append(
            "The file holds the scaled training rows and their targets: do not hand it to anyone who may not "
            "see those. `neighbours=False` trains a model that holds none."
        )
    if facts.get("metrics"):
        lines.append(
            "The validation rows chose the epoch that was kept, so their metrics are a little too good; rows "
            "kept apart from the fit say more."
        )
    return "\n".join(f"- {line}" for line in lines)


def _data(facts: dict[str, Any]) -> list[str]:
    if not facts:
        return ["[not recorded: the model's file is of an earlier version]"]
    target = facts["target"]
    if "shares" in target:
        said = ", ".join(f"{name} {share:.1%}" for name, share in target["shares"].items())
        about = f"Classes: {said}."
    else:
        about = "Target: " + ", ".join(
            f"{k} {_numbers(target[k])}" for k in ("low", "mean", "high", "deviation")
        )
    rows = [
        (c["name"], "category", "", f"{c['levels']} levels")
        if c["kind"] == "category"
        else (c["name"], "number", f"{c['missing']:.1%}", _range(c))
        for c in facts["columns"][:_MOST]
    ]
    more = len(facts["columns"]) - len(rows)
    first = "different training rows" if facts["epochs"] else "rows in the first call of `partial_fit`"
    return [
        f"{facts['rows']:,} {first}, {facts['validation_rows']:,} validation rows, "
        f"{len(facts['columns'])} columns. {about}",
        _later(facts),
        _table(("column", "kind", "missing", "range (mean)"), rows),
        f"... and {more} more columns." if more else "",
    ]


def _later(facts: dict[str, Any]) -> str:
    if "later" not in facts:
        return ""
    calls, rows = facts["later"]["calls"], facts["later"]["rows"]
    parts = f"{calls:,} {'call' if calls == 1 else 'calls'}"
    return (
        f"After those, {rows:,} rows came by `partial_fit`, in {parts}. "
        "What is said of target and columns is that of the rows before."
    )


def _evaluation(facts: dict[str, Any]) -> list[str]:
    if facts and not facts["epochs"]:
        return ["[no validation rows: `partial_fit` holds none back]"]
    if not facts.get("metrics"):
        return ["[no validation rows: too few rows, or validation_fraction=0]"]
    rows = [(name, f"{value:.4g}") for name, value in facts["metrics"].items()]
    return [
        f"On the {facts['validation_rows']:,} validation rows, in the target's own units, by the kept epoch"
        f"{', before `partial_fit` went on' if 'later' in facts else ''}:",
        _table(("metric", "value"), rows),
    ]


def _settings(model: Any, facts: dict[str, Any]) -> list[str]:
    default = type(model)().get_params(deep=False)
    given = {k: v for k, v in model.get_params(deep=False).items() if _said(v) != _said(default[k])}
    rows = [(f"`{name}`", _said(value)) for name, value in {"preset": model.preset, **given}.items()]
    ran = ""
    if facts.get("epochs"):
        ran = f"{facts['epochs']} epochs, the best of which was {facts['best_epoch']}."
    used = ", ".join(f"{name} {v}" for name, v in facts.get("versions", {}).items())
    return [
        "All arguments not named here have their defaults.",
        _table(("argument", "value"), rows),
        ran,
        f"Trained with {used}." if used else "",
    ]


def _loading(kind: str) -> str:
    return (
        "```python\nimport pullback as pb\n\n"
        'model = pb.load_model("model.safetensors")  # needs NumPy alone\n'
        "model.predict(X)  # pandas, polars, NumPy, or a dict of columns\n\n"
        f'pb.{kind}.load("model.safetensors")  # the scikit-learn estimator\n```'
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _said(value: Any) -> str:
    return getattr(value, "__name__", None) or repr(value).strip("'")


def _range(c: dict[str, Any]) -> str:
    return f"{c['low']:.4g} to {c['high']:.4g} ({c['mean']:.4g})" if "low" in c else "no number known"


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{v:.4g}" for v in values)


def _size(params: Any) -> int:
    if isinstance(params, dict):
        return sum(map(_size, params.values()))
    return sum(map(_size, params)) if isinstance(params, list) else int(np.size(params))
