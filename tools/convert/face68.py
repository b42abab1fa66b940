"""The 68 landmarks of face-api.js, from the npm package @vladmandic/face-api (MIT).

    pip install numpy
    python tools/convert/face68.py
"""
import json

import tfjs
from common import MODELS, Tensors, conv_from_hwio, depthwise_from_hwc1, npm_package, write

VERSION = "1.7.15"
MODEL = "face_landmark_68_model"
files = npm_package("@vladmandic/face-api", VERSION, "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031")
manifest = [{**group, "paths": [f"{MODEL}.bin"]} for group in json.loads(files[f"model/{MODEL}-weights_manifest.json"])]
given = tfjs.weights(files, "model", manifest)

tensors: Tensors = {"conv_stem.weight": conv_from_hwio(given["dense0/conv0/filters"]), "conv_stem.bias": given["dense0/conv0/bias"]}
for part in range(4):
    # A separable convolution is two lines of ours; from the second on a third adds the former ones.
    line = 0
    for k in range(1 if part == 0 else 0, 4):
        theirs, ours = f"dense{part}/conv{k}/", f"dense{part}."
        tensors[f"{ours}{line}.conv.weight"] = depthwise_from_hwc1(given[f"{theirs}depthwise_filter"])
        tensors[f"{ours}{line + 1}.conv.weight"] = conv_from_hwio(given[f"{theirs}pointwise_filter"])
        tensors[f"{ours}{line + 1}.conv.bias"] = given[f"{theirs}bias"]
        line += 2 if k == 0 else 3
tensors["head.1.fc.weight"] = given["fc/weights"].T
tensors["head.1.fc.bias"] = given["fc/bias"]

(MODELS / "face68.LICENSE.txt").write_bytes(files["LICENSE"])
write(
    "face68",
    tensors,
    net="face68",
    source=f"npm @vladmandic/face-api {VERSION}, {MODEL}",
    converter="face68.py",
    licence="MIT",
    licence_file="face68.LICENSE.txt",
)
