"""Reads a TensorFlow Lite model as its operators in order, each with its constants as float32; half precision is widened."""
from dataclasses import dataclass

import numpy
import tflite

TYPES = {tflite.TensorType.FLOAT32: numpy.float32, tflite.TensorType.FLOAT16: numpy.float16, tflite.TensorType.INT32: numpy.int32}
NAMES = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}


@dataclass
class Operator:
    kind: str
    inputs: list[int]
    output: int
    #: Constants by their place among the inputs.
    constants: dict[int, numpy.ndarray]

    @property
    def weight(self) -> numpy.ndarray:
        """OIHW; of a depthwise convolution [C, 1, H, W]."""
        order = (3, 0, 1, 2) if self.kind == "DEPTHWISE_CONV_2D" else (0, 3, 1, 2)
        return numpy.transpose(self.constants[1], order)

    @property
    def bias(self) -> numpy.ndarray:
        return self.constants[2]


def operators(data: bytes) -> list[Operator]:
    model = tflite.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    widened: dict[int, int] = {}

    def constant(index: int) -> numpy.ndarray | None:
        tensor = graph.Tensors(widened.get(index, index))
        buffer = model.Buffers(tensor.Buffer())
        if tensor.Type() not in TYPES or buffer.DataLength() == 0:
            return None
        return numpy.frombuffer(buffer.DataAsNumpy().tobytes(), TYPES[tensor.Type()]).reshape(tensor.ShapeAsNumpy()).astype(numpy.float32)

    found = []
    for i in range(graph.OperatorsLength()):
        operator = graph.Operators(i)
        code = model.OperatorCodes(operator.OpcodeIndex())
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        kind = code.CustomCode().decode() if builtin == tflite.BuiltinOperator.CUSTOM else NAMES[builtin]
        inputs = [int(index) for index in operator.InputsAsNumpy()]
        output = int(operator.Outputs(0))
        if kind == "DEQUANTIZE":
            widened[output] = inputs[0]
            continue
        constants = {place: constant(index) for place, index in enumerate(inputs) if index >= 0}
        found.append(Operator(kind, inputs, output, {place: value for place, value in constants.items() if value is not None}))
    return found


def convolutions(data: bytes) -> list[Operator]:
    """The convolutions in the order in which they run."""
    return [operator for operator in operators(data) if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D")]
