"""Neighbour features as ONNX operators: the nearest training rows, their targets' means, and kriging."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.tabular._neighbours import K
from pullback.tabular._onnx_graph import Graph
from pullback.typing import Array


def neighbour_features(graph: Graph, near: Any, scaled: str) -> str:
    """The features of `Neighbours.transform` of rows `scaled` `(n_rows, n_columns)`."""
    parts: list[str] = []
    targets = graph.array(np.asarray(near.targets, np.float64))
    for weights in near.weights:
        k = min(K, len(near.points))
        distance, index = _nearest(graph, near.points, weights, scaled, k)
        for first in (K // 3, K):
            parts.append(_mean(graph, distance, graph("Gather", targets, index, axis=0), first, k))
        nth = graph("Gather", distance, graph.array(np.array([min(K // 3, k) - 1])), axis=1)
        parts.append(graph("Log", graph("Add", nth, graph.array(np.float64(1e-9)))))
    if near.kernel is not None:
        parts += _kriging(graph, near, scaled, targets)
    return graph("Concat", *parts, axis=1)


def _nearest(graph: Graph, points: Array, weights: Array, scaled: str, k: int) -> tuple[str, str]:
    """Distances to all training rows, and the k nearest of them with their places, `(n_rows, k)`."""
    used = np.flatnonzero(weights)
    points = np.asarray(points, np.float64)[:, used] * weights[used]
    place = graph("Gather", scaled, graph.array(used), axis=1)
    place = graph("Mul", place, graph.array(weights[used]))
    center = points.mean(axis=0)
    place = graph("Sub", place, graph.array(center))
    away = graph.array(points - center)
    product = graph("MatMul", place, graph("Transpose", away, perm=[1, 0]))
    squares = graph.array(((points - center) ** 2).sum(axis=1))
    wide = min(len(points), k + 8)  # a few more by the expanded square, then by the exact one
    far = graph("Sub", squares, graph("Mul", product, graph.array(np.float64(2.0))))
    _, index = graph.top_k(far, wide)
    gap = graph("Sub", graph("Gather", away, index, axis=0), graph.unsqueeze(place, 1))
    exact = graph("Sqrt", graph("ReduceSum", graph("Mul", gap, gap), graph.ints(2), keepdims=0))
    distance, order = graph.top_k(exact, k)
    return distance, graph("GatherElements", index, order, axis=1)


def _mean(graph: Graph, distance: str, targets: str, first: int, k: int) -> str:
    """As `_neighbours._mean`: by inverse distance, `(n, k)` and `(n, k, m)` to `(n, m)`."""
    if first < k:
        distance, targets = (graph("Slice", x, *map(graph.ints, (0, first, 1))) for x in (distance, targets))
    last = graph("Gather", distance, graph.array(np.array([min(first, k) - 1])), axis=1)
    floor = graph("Add", graph("Mul", last, graph.array(np.float64(1e-3))), graph.array(np.float64(1e-12)))
    weight = graph("Reciprocal", graph("Add", distance, floor))
    share = graph("Div", weight, graph("ReduceSum", weight, graph.ints(1), keepdims=1))
    return graph("ReduceSum", graph("Mul", graph.unsqueeze(share, 2), targets), graph.ints(1), keepdims=0)


def _kriging(graph: Graph, near: Any, scaled: str, targets: str) -> list[str]:
    """As `_kriging.krige`: means `(n, m)`, and the square roots of variances `(n, 1)`."""
    kernel, count = near.kernel, near.near
    number = {value: graph.array(np.float64(value)) for value in (0.0, 1.0, 2.0)}
    index = _nearest(graph, near.points, kernel.weights[0], scaled, count)[1]
    points = graph("Gather", graph.array(np.asarray(near.points, np.float64)), index, axis=0)
    away = graph("Sub", points, graph.unsqueeze(scaled, 1))
    K, k = graph.array(kernel.nugget * np.eye(count)), number[0.0]
    for weights, size in zip(kernel.weights, kernel.sizes, strict=True):
        there = graph("Mul", away, graph.array(weights))
        squares = graph("ReduceSum", graph("Mul", there, there), graph.ints(2), keepdims=1)
        product = graph("MatMul", there, graph("Transpose", there, perm=[0, 2, 1]))
        both = graph("Add", squares, graph("Transpose", squares, perm=[0, 2, 1]))
        apart = graph("Sub", both, graph("Mul", product, number[2.0]))
        apart = graph("Mul", graph("Max", apart, number[0.0]), graph.array(1.0 - np.eye(count)))
        K, k = (graph("Add", a, _covariance(graph, r2, size)) for a, r2 in ((K, apart), (k, squares)))
    to_k, to_one = _solved(graph, K, k, count)
    one = graph("ReduceSum", to_one, graph.ints(1), keepdims=1)
    short = graph("Sub", number[1.0], graph("ReduceSum", to_k, graph.ints(1), keepdims=1))
    shares = graph("Add", to_k, graph("Mul", to_one, graph("Div", short, one)))
    targets = graph("Gather", targets, index, axis=0)
    mean = graph("ReduceSum", graph("Mul", shares, targets), graph.ints(1), keepdims=0)
    known = graph("ReduceSum", graph("Mul", shares, k), graph.ints(1), keepdims=0)
    variance = graph("Sub", graph.array(np.float64(kernel.sizes.sum() + kernel.nugget)), known)
    return [mean, graph("Sqrt", graph("Max", variance, number[0.0]))]


def _covariance(graph: Graph, squares: str, size: float) -> str:
    """`size exp(-r)` of squared distances."""
    return graph("Mul", graph("Exp", graph("Neg", graph("Sqrt", squares))), graph.array(np.float64(size)))


def _solved(graph: Graph, K: str, k: str, count: int) -> tuple[str, str]:
    """`K^-1 k` and `K^-1 1`, `(n, count, 1)`, by Gauss and Jordan; K is positive definite, so pivots are."""
    ones = graph("Add", graph("Mul", k, graph.array(np.float64(0.0))), graph.array(np.float64(1.0)))
    M = graph("Concat", K, k, ones, axis=2)
    for i in range(count):
        column = graph("Slice", M, *map(graph.ints, (i, i + 1, 2)))
        row = graph("Slice", M, *map(graph.ints, (i, i + 1, 1)))
        row = graph("Div", row, graph("Slice", row, *map(graph.ints, (i, i + 1, 2))))
        M = graph("Sub", M, graph("Mul", graph("Sub", column, graph.array(np.eye(count)[:, i : i + 1])), row))
    to_k, to_one = (graph("Slice", M, *map(graph.ints, (count + i, count + i + 1, 2))) for i in range(2))
    return to_k, to_one
