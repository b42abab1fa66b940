"""The person matte of MediaPipe, from the npm package @mediapipe/selfie_segmentation (Apache-2.0).

    pip install numpy tflite
    python tools/convert/selfie.py
"""
import numpy
from common import Tensors, norm, npm_package, write
from tflite_model import convolutions, operators

EPSILON = 1e-3
#: Stage, place in it, and whether the block has squeeze and excitation.
BLOCKS = [(0, 0, True), (1, 0, False), (1, 1, False), *((2, i, True) for i in range(5))]

data = npm_package("@mediapipe/selfie_segmentation", "0.1.1675465747", "7767b33eaa68990ee06c28bbb89f39a13a47ebb07ff0f1fd4947d9e817bb9bf9")["selfie_segmentation.tflite"]
rest = iter(convolutions(data))
tensors: Tensors = {}


def biased(name: str) -> None:
    operator = next(rest)
    tensors[f"{name}.weight"], tensors[f"{name}.bias"] = operator.weight, operator.bias


def normed(conv: str, bn: str) -> None:
    operator = next(rest)
    tensors[f"{conv}.weight"] = operator.weight
    norm(tensors, bn, operator.weight.shape[0], EPSILON, bias=operator.bias)


normed("conv_stem", "bn1")
for stage, i, squeezes in BLOCKS:
    block = f"blocks.{stage}.{i}."
    normed(f"{block}conv_pw", f"{block}bn1")
    normed(f"{block}conv_dw", f"{block}bn2")
    if squeezes:
        biased(f"{block}se.conv_reduce")
        biased(f"{block}se.conv_expand")
    normed(f"{block}conv_pwl", f"{block}bn3")
biased("lraspp.0.conv")
biased("lraspp.2.conv")
for part in ("up3", "up2", "up1"):
    for line in (0, 3, 4, 7, 8):
        biased(f"{part}.{line}.conv")
if next(rest, None):
    raise SystemExit("the model has more convolutions than this converter knows")

# The last layer: a transposed convolution of 2 x 2 at stride 2 is a 1 x 1 convolution to four channels and a shuffle.
last = next(operator for operator in operators(data) if operator.kind == "Convolution2DTransposeBias")
tensors["up1.10.conv.weight"] = last.constants[1].reshape(4, 16, 1, 1)
tensors["up1.10.conv.bias"] = numpy.repeat(last.constants[2], 4)

write(
    "selfie",
    tensors,
    net="selfie",
    source="npm @mediapipe/selfie_segmentation 0.1.1675465747",
    converter="selfie.py",
    licence="Apache-2.0",
    licence_file="Apache-2.0.LICENSE.txt",
)
