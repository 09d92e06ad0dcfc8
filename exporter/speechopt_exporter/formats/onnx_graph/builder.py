"""A small writer of ONNX graphs: nodes in order, weights as initializers, equal bytes every time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from speechopt_runtime import __version__
from speechopt_runtime.network.int8 import Int8Linear

OPSET = 17
IR_VERSION = 8

Dims = Sequence[int | str]


class Graph:
    """One ONNX graph under construction. Tensors are named by strings.

    Args:
        name: Of the graph.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._quantized: dict[str, tuple[str, str, str]] = {}

    def input(self, name: str, dtype: type[np.generic], dims: Dims) -> str:
        """Declares an input."""
        self._inputs.append(helper.make_tensor_value_info(name, _onnx_type(dtype), dims))
        return name

    def output(self, value: str, name: str, dims: Dims) -> None:
        """Declares an output, float32."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, dims))

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:  # noqa: ANN401
        """Adds a node.

        Returns:
            The name of its output, or a list of names when it has several.
        """
        index = len(self._nodes)
        names = [f"{kind}_{index}" + (f"_{i}" if outputs > 1 else "") for i in range(outputs)]
        node = helper.make_node(kind, list(inputs), names, name=f"{kind}_{index}", **attributes)
        self._nodes.append(node)
        return names if outputs > 1 else names[0]

    def weight(self, name: str, values: Tensor | NDArray[Any]) -> str:
        """Adds an initializer; the same name twice is the same tensor."""
        if name not in self._initializers:
            array = values.detach().numpy() if isinstance(values, Tensor) else values
            self._initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def integers(self, *values: int) -> str:
        """A constant int64 vector."""
        return self.weight("const_" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def scalar(self, value: float) -> str:
        """A constant float32 scalar."""
        return self.weight(f"scalar_{value!r}", np.array(value, dtype=np.float32))

    def linear(self, value: str, layer: nn.Module, name: str) -> str:
        """A linear layer, float or int8: (..., in) to (..., out)."""
        if isinstance(layer, Int8Linear):
            return self.int8_matmul(value, layer.weight, layer.scale, layer.bias, name)
        if not isinstance(layer, nn.Linear):
            raise AssertionError(f"{name} is no linear layer")
        return self.float_matmul(value, layer.weight, layer.bias, name)

    def float_matmul(self, value: str, weight: Tensor, bias: Tensor | None, name: str) -> str:
        """`value` times the transpose of `weight` (out, in), plus a bias."""
        product: str = self.op("MatMul", value, self.weight(f"{name}.weight", weight.detach().T))
        return (
            product if bias is None else self.op("Add", product, self.weight(f"{name}.bias", bias))
        )

    def int8_matmul(
        self, value: str, weight: Tensor, scale: Tensor, bias: Tensor | None, name: str
    ) -> str:
        """The same with int8 weights; `value` is quantized to uint8 once, whoever uses it."""
        if value not in self._quantized:
            quantized = self.op("DynamicQuantizeLinear", value, outputs=3)
            self._quantized[value] = (quantized[0], quantized[1], quantized[2])
        data, data_scale, data_zero = self._quantized[value]
        weights = self.weight(f"{name}.weight", weight.T)
        weight_zero = self.weight("int8_zero", np.zeros((), dtype=np.int8))
        summed = self.op("MatMulInteger", data, weights, data_zero, weight_zero)
        scales = self.op("Mul", data_scale, self.weight(f"{name}.scale", scale))
        result: str = self.op("Mul", self.op("Cast", summed, to=TensorProto.FLOAT), scales)
        return result if bias is None else self.op("Add", result, self.weight(f"{name}.bias", bias))

    def layer_norm(self, value: str, layer: nn.LayerNorm, name: str) -> str:
        """Normalizes the last axis."""
        result: str = self.op(
            "LayerNormalization",
            value,
            self.weight(f"{name}.weight", layer.weight),
            self.weight(f"{name}.bias", layer.bias),
            axis=-1,
            epsilon=layer.eps,
        )
        return result

    def activation(self, value: str, hidden_act: str) -> str:
        """`relu`, or `gelu` by the error function."""
        if hidden_act == "relu":
            return self.op("Relu", value)
        error = self.op("Erf", self.op("Div", value, self.scalar(2.0**0.5)))
        grown = self.op("Mul", value, self.op("Add", error, self.scalar(1.0)))
        return self.op("Mul", grown, self.scalar(0.5))

    def feed_forward(self, value: str, layer: Any, name: str) -> str:  # noqa: ANN401
        """The two linear layers of a transformer block."""
        inner = self.linear(value, layer.intermediate_dense, f"{name}.intermediate_dense")
        inner = self.activation(inner, str(layer.hidden_act))
        return self.linear(inner, layer.output_dense, f"{name}.output_dense")

    def split_heads(self, value: str, heads: int, head_dim: int) -> str:
        """(B, S, C) to (B, H, S, D)."""
        shaped = self.op("Reshape", value, self.integers(0, -1, heads, head_dim))
        return self.op("Transpose", shaped, perm=[0, 2, 1, 3])

    def merge_heads(self, value: str, size: int) -> str:
        """(B, H, S, D) to (B, S, C)."""
        turned = self.op("Transpose", value, perm=[0, 2, 1, 3])
        return self.op("Reshape", turned, self.integers(0, -1, size))

    def serialize(self, metadata: dict[str, str]) -> bytes:
        """The checked graph as the bytes of an ONNX file without external data."""
        graph = helper.make_graph(
            self._nodes,
            self.name,
            self._inputs,
            self._outputs,
            initializer=list(self._initializers.values()),
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="speechopt",
            producer_version=__version__,
            ir_version=IR_VERSION,
        )
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def _onnx_type(dtype: type[np.generic]) -> int:
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
