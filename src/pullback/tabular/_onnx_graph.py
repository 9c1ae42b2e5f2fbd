"""A small writer of ONNX graphs: a call adds a node and gives the name of what comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

OPSET, OPSET_ML, IR = 18, 3, 8
_KINDS = {"double": 11, "float": 1, "int64": 7, "string": 8, "bool": 9}  # TensorProto's numbers


class Graph:
    """Nodes, constants, inputs and outputs, in the order of their making."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._made = 0

    def __call__(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output."""
        from onnx import helper

        name = self._name()
        self.nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name

    def array(self, value: Any) -> str:
        """A constant."""
        from onnx import numpy_helper

        name = self._name()
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def ints(self, *values: int) -> str:
        """A constant vector of int64."""
        return self.array(np.array(values, np.int64))

    def texts(self, values: list[str]) -> str:
        """A constant vector of texts."""
        from onnx import helper

        name = self._name()
        coded = [v.encode() for v in values]
        self.constants.append(helper.make_tensor(name, _KINDS["string"], [len(values)], coded))
        return name

    def input(self, name: str, kind: str, width: int) -> str:
        """An input `(n_rows, width)`."""
        from onnx import helper

        self.inputs.append(helper.make_tensor_value_info(name, _KINDS[kind], ["n_rows", width]))
        return name

    def output(self, value: str, name: str, kind: str, ndim: int) -> None:
        """Make a value an output of this name."""
        from onnx import helper

        self.nodes.append(helper.make_node("Identity", [value], [name]))
        shape = ["n_rows", None][:ndim]
        self.outputs.append(helper.make_tensor_value_info(name, _KINDS[kind], shape))

    def cast(self, x: str, kind: str) -> str:
        """Another type of number."""
        return self("Cast", x, to=_KINDS[kind])

    def unsqueeze(self, x: str, axis: int) -> str:
        """One more axis, of length 1."""
        return self("Unsqueeze", x, self.ints(axis))

    def top_k(self, x: str, k: int) -> tuple[str, str]:
        """The k least along axis 1, rising, and their places."""
        from onnx import helper

        values, places = self._name(), self._name()
        node = helper.make_node("TopK", [x, self.ints(k)], [values, places], axis=1, largest=0, sorted=1)
        self.nodes.append(node)
        return values, places

    def one_hot(self, text: str, levels: list[str]) -> str:
        """Columns of 0 and 1, `(n_rows, n_levels)`; other texts are all zeros."""
        from onnx import helper

        name = self._name()
        node = helper.make_node(
            "OneHotEncoder", [text], [name], domain="ai.onnx.ml", cats_strings=levels, zeros=1
        )
        self.nodes.append(node)
        return self.cast(self("Reshape", name, self.ints(-1, len(levels))), "double")

    def no_columns(self, x: str) -> str:
        """As many rows as x has, and no columns."""
        return self("Slice", x, self.ints(0), self.ints(0), self.ints(1))

    def finished(self, name: str) -> Any:
        """The whole model."""
        from onnx import helper

        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", OPSET_ML)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="pullback")

    def _name(self) -> str:
        self._made += 1
        return f"pullback.{self._made}"


def _softplus(graph: Graph, x: str) -> str:
    """`max(x, 0) + log(1 + e^-|x|)`, in double, which the operator of that name is not everywhere."""
    e = graph("Exp", graph("Neg", graph("Abs", x)))
    return graph("Add", graph("Relu", x), graph("Log", graph("Add", e, graph.array(np.float64(1.0)))))


def _elu(graph: Graph, x: str, alpha: float = 1.0, scale: float = 1.0) -> str:
    zero, one = graph.array(np.float64(0.0)), graph.array(np.float64(1.0))
    low = graph("Sub", graph("Exp", graph("Min", x, zero)), one)
    bent = graph("Where", graph("Greater", x, zero), x, graph("Mul", low, graph.array(np.float64(alpha))))
    return graph("Mul", bent, graph.array(np.float64(scale)))


def _gelu(graph: Graph, x: str) -> str:
    """The error function is computed in float32: runtimes have it in no other precision."""
    root = graph("Mul", x, graph.array(np.float64(np.sqrt(0.5))))
    erf = graph.cast(graph("Erf", graph.cast(root, "float")), "double")
    half = graph("Mul", x, graph.array(np.float64(0.5)))
    return graph("Mul", half, graph("Add", erf, graph.array(np.float64(1.0))))


def _sigmoid(graph: Graph, x: str) -> str:
    return graph("Sigmoid", x)


ACTIVATIONS: dict[str, Callable[[Graph, str], str]] = {
    "relu": lambda graph, x: graph("Relu", x),
    "leaky_relu": lambda graph, x: graph("Max", x, graph("Mul", x, graph.array(np.float64(0.01)))),
    "elu": _elu,
    "selu": lambda graph, x: _elu(graph, x, 1.6732632423543772, 1.0507009873554805),
    "gelu": _gelu,
    "silu": lambda graph, x: graph("Mul", x, _sigmoid(graph, x)),
    "mish": lambda graph, x: graph("Mul", x, graph("Tanh", _softplus(graph, x))),
    "softplus": _softplus,
    "sigmoid": _sigmoid,
    "tanh": lambda graph, x: graph("Tanh", x),
}
