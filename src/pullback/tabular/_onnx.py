"""Fitted estimators as ONNX graphs: from raw columns to predictions, neighbours included.

A table of numbers is one input `X` `(n_rows, n_features)`, double. A table with categories has one input a
column, named as the column, `(n_rows, 1)`: double, or text. Missing are NaN and "". Outputs: `prediction`,
or `label` and `probabilities`; of quantiles also `quantiles`. Computed in double, as predictions are.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from pullback import files
from pullback._where import user_level
from pullback.errors import ArgumentError, PullbackError, PullbackWarning
from pullback.tabular import _answers
from pullback.tabular._onnx_graph import ACTIVATIONS, Graph
from pullback.tabular._onnx_neighbours import neighbour_features
from pullback.tabular._regular import EPS
from pullback.typing import Array

TOLERANCE = 1e-4
"""Of the spread of the checked predictions."""


def to_onnx(model: Any, path: str | os.PathLike[str], X: Any = None) -> float | None:
    """Write the model's graph, after a check of it; see `MLPRegressor.to_onnx`."""
    try:
        import onnx
    except ImportError:
        raise ArgumentError("to_onnx needs the package onnx", hint="pip install pullback[onnx]") from None
    for name in {str(network.activation) for network in model.networks_}:
        if name not in ACTIVATIONS:
            raise ArgumentError(
                "an activation of the user's own cannot be written to ONNX",
                expected=f"one of {', '.join(ACTIVATIONS)}",
                hint="save(path), and pullback.load_model(path, activation=) where it is used",
            )
    data = _model(model).SerializeToString()
    onnx.checker.check_model(data)
    worst = _checked(model, data, X)
    files.write_bytes(path, data)
    return worst


def _model(model: Any) -> Any:
    """The graph of a fitted estimator, wrapped up for runtimes."""
    graph = Graph()
    numbers, plain = _columns(graph, model.columns_)
    outputs = [_network(graph, network, numbers, plain) for network in model.networks_]
    out = outputs[0] if len(outputs) == 1 else graph("Concat", *outputs, axis=0)
    if hasattr(model, "classes_"):
        _classes(graph, model, out)
    else:
        _targets(graph, model, out)
    return graph.finished(type(model).__name__)


def _columns(graph: Graph, columns: Any) -> tuple[str, str | None]:
    """Inputs, and what the estimator's columns become: numbers, and flags and categories."""
    whole = all(levels is None for levels in columns.levels)
    if whole:
        table = graph.input("X", "double", len(columns.names))
    numbers, plain = [], []
    for i, (name, levels) in enumerate(zip(columns.names, columns.levels, strict=True)):
        if levels is not None:
            text = graph.input(name, "string", 1)
            plain.append(graph.one_hot(text, levels))
            continue
        column = (
            graph("Gather", table, graph.array(np.array([i])), axis=1)
            if whole
            else graph.input(name, "double", 1)
        )
        missing = graph("IsNaN", column)
        numbers.append(graph("Where", missing, graph.array(np.float64(columns.medians[i])), column))
        if columns.flagged[i]:
            plain.append(graph.cast(missing, "double"))
    if not numbers:
        return graph.no_columns(plain[0]), graph("Concat", *plain, axis=1)
    return graph("Concat", *numbers, axis=1), graph("Concat", *plain, axis=1) if plain else None


def _scaled(graph: Graph, x: str, scaler: Any) -> str:
    z = graph("Div", graph("Sub", x, graph.array(scaler.center)), graph.array(scaler.scale))
    third = graph("Div", z, graph.array(np.float64(3.0)))
    below = graph("Add", graph("Mul", third, third), graph.array(np.float64(1.0)))
    return graph("Div", z, graph("Sqrt", below))


def _inputs(graph: Graph, inputs: Any, numbers: str, plain: str | None) -> str:
    """What `Inputs.__call__` makes of numbers and plain columns, rounded to float32 as there."""
    scaled = _scaled(graph, numbers, inputs.scaler)
    parts = [scaled]
    if inputs.directions is not None:
        parts.append(graph("MatMul", scaled, graph.array(np.float64(inputs.directions))))
    if inputs.neighbours is not None:
        parts.append(_scaled(graph, neighbour_features(graph, inputs.neighbours, scaled), inputs.near_scaler))
    joined = graph("Concat", *parts, *([plain] if plain else []), axis=1)
    return graph.cast(graph.cast(joined, "float"), "double")


def _network(graph: Graph, network: Any, numbers: str, plain: str | None) -> str:
    """Outputs `(members, n_rows, n_outputs)`, as `_network.forward`."""
    params, inputs = network.params, network.inputs
    _refuse_parts(params, {"encoder", "signs", "trunk", "head"})
    h = _embedded(graph, params, inputs, _inputs(graph, inputs, numbers, plain))
    act = ACTIVATIONS[network.activation]
    if "signs" in params:  # (members, n_rows, size), and matrices are applied to each
        h = graph("Mul", h, graph.array(np.float64(params["signs"])))
    for layer in params["trunk"]:
        _refuse_parts(layer, {"W", "b", "gain", "shift"})
        h = graph("MatMul", h, graph.array(np.float64(layer["W"])))
        h = graph("Add", h, graph.array(np.float64(layer["b"])))
        h = act(graph, _layer_norm(graph, h, layer) if "gain" in layer else h)
    h = graph("MatMul", h, graph.array(np.float64(params["head"]["W"])))
    return graph("Add", h, graph.array(np.float64(params["head"]["b"])))


def _layer_norm(graph: Graph, h: str, layer: Any) -> str:
    """As `_regular.layer_norm`; what is normalised by the batch is folded into `W` and `b` after training."""
    last = graph.ints(-1)
    away = graph("Sub", h, graph("ReduceMean", h, last, keepdims=1))
    variance = graph("ReduceMean", graph("Mul", away, away), last, keepdims=1)
    root = graph("Sqrt", graph("Add", variance, graph.array(np.float64(EPS))))
    scaled = graph("Mul", graph("Div", away, root), graph.array(np.float64(layer["gain"])))
    return graph("Add", scaled, graph.array(np.float64(layer["shift"])))


def _refuse_parts(params: Any, known: set[str]) -> None:
    """Refuse a part of a network that no operator is written for, rather than leave it out."""
    if not set(params) <= known:
        more = ", ".join(sorted(set(params) - known))
        raise ArgumentError(
            f"a part of the network cannot be written to ONNX: {more}",
            expected=f"none but {', '.join(sorted(known))}",
            hint="save(path), and pullback.load_model(path) where it is used",
        )


def _embedded(graph: Graph, params: Any, inputs: Any, x: str) -> str:
    if "encoder" not in params:
        return x
    encoder = params["encoder"]
    count, _, width = encoder["W"].shape
    columns = graph("Slice", x, *map(graph.ints, (0, count, 1)))
    columns = graph.unsqueeze(graph("Transpose", columns, perm=[1, 0]), 2)
    start, inverse = (
        graph.array(np.asarray(a, np.float64)[:, None, :]) for a in (inputs.start, inputs.inverse)
    )
    z = graph("Mul", graph("Sub", columns, start), inverse)
    code = graph("Min", graph("Max", z, graph.array(np.float64(0.0))), graph.array(np.float64(1.0)))
    parts = graph("MatMul", code, graph.array(np.float64(encoder["W"])))
    parts = graph("Relu", graph("Add", parts, graph.array(np.float64(encoder["b"]))))
    flat = graph.ints(0, count * width)
    h = graph("Reshape", graph("Transpose", parts, perm=[1, 0, 2]), flat)
    rest = graph("Slice", x, *map(graph.ints, (count, np.iinfo(np.int64).max, 1)))
    return graph("Concat", h, rest, axis=1)


def _classes(graph: Graph, model: Any, out: str) -> None:
    mean = graph("ReduceMean", graph("Softmax", out, axis=2), graph.ints(0), keepdims=0)
    best = graph("ArgMax", mean, axis=1, keepdims=0)
    kind = model.classes_.dtype.kind
    if kind in "UO":
        labels = graph.texts([str(c) for c in model.classes_])
    else:
        labels = graph.array(model.classes_ if kind in "bf" else model.classes_.astype(np.int64))
    graph.output(graph("Gather", labels, best), "label", {"b": "bool", "f": "double"}.get(
        kind, "string" if kind in "UO" else "int64"), 1)  # fmt: skip
    graph.output(mean, "probabilities", "double", 2)


def _targets(graph: Graph, model: Any, out: str) -> None:
    target, levels = model.target_, model.quantiles
    scale, mean = graph.array(np.float64(target.scale)), graph.array(np.float64(target.mean))
    out = graph("Exp", out) if model._link == "exp" else out
    out = graph("ReduceMean", out, graph.ints(0), keepdims=0)
    if levels is None:
        answer = graph("Add", graph("Mul", out, scale), mean)
    else:
        rising, _ = graph.top_k(out, len(levels))
        values = graph("Add", graph("Mul", rising, scale), mean)
        order = graph.array(np.argsort(np.argsort(levels)))
        middle = graph.array(np.array([_answers.nearest_middle(levels)]))
        answer = graph("Gather", values, middle, axis=1)
        graph.output(graph("Gather", values, order, axis=1), "quantiles", "double", 2)
    if model._flat:
        graph.output(graph("Squeeze", answer, graph.ints(1)), "prediction", "double", 1)
    else:
        graph.output(answer, "prediction", "double", 2)


def feeds(model: Any, columns: list[Array]) -> dict[str, Array]:
    """A table's columns as a runtime wants them."""
    from pullback.tabular._encode import _as_numbers, _texts

    facts = model.columns_
    if all(levels is None for levels in facts.levels):
        numbers = [_as_numbers(c, name) for c, name in zip(columns, facts.names, strict=True)]
        return {"X": np.stack(numbers, 1)}
    return {
        name: (_as_numbers(column, name) if levels is None else _texts(column)).reshape(-1, 1)
        for name, levels, column in zip(facts.names, facts.levels, columns, strict=True)
    }


def _checked(model: Any, data: bytes, X: Any) -> float | None:
    """The greatest difference between the graph's predictions and the model's, over the spread of these."""
    try:
        import onnxruntime
    except ImportError:
        warnings.warn(
            "onnxruntime is not installed, so the graph was written without comparing what it predicts; "
            "pip install pullback[onnx]",
            PullbackWarning,
            stacklevel=user_level(),
        )
        return None
    columns = made_up_rows(model) if X is None else model._checked(X, reset=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    numbers, plain = model.columns_.transform(columns)
    outputs = np.concatenate([network.outputs(numbers, plain) for network in model.networks_])
    if hasattr(model, "classes_"):
        found = session.run(["probabilities"], feeds(model, columns))[0]
        expected, spread = _answers.classification(outputs), 1.0
    else:
        found = session.run(["prediction"], feeds(model, columns))[0]
        expected = _answers.regression(outputs, model.target_, model._link, model.quantiles, model._flat)
        spread = float(np.max(model.target_.scale))
    worst = float(np.max(np.abs(found - expected))) / spread
    if not worst <= TOLERANCE:
        raise PullbackError(
            "the ONNX graph predicts otherwise than the model, so it was not written",
            expected=f"differences of {TOLERANCE:g} of the target's spread at most",
            got=f"{worst:.3g}",
            hint="report it, with the versions of onnx and onnxruntime",
        )
    return worst


def made_up_rows(model: Any, n: int = 64) -> list[Array]:
    """Rows about the training rows' quartiles, with missing values, and each category once at least."""
    rng, facts = np.random.default_rng(0), model.columns_
    scaler = model.networks_[0].inputs.scaler
    n = max([n, *(len(levels) + 2 for levels in facts.levels if levels is not None)])
    numbers = iter((scaler.center + scaler.scale * rng.standard_normal((n, len(scaler.center)))).T)
    columns: list[Array] = []
    for levels, flagged in zip(facts.levels, facts.flagged, strict=True):
        if levels is None:
            column = next(numbers).copy()
            column[: 4 if flagged else 1] = np.nan
        else:
            known: list[Any] = [*levels, "never seen", None]
            column = np.array([known[i % len(known)] for i in range(n)], object)
        columns.append(column)
    return columns
