#!/usr/bin/env python3
"""Writes test-data/timm-nets.json: names, shapes and costs of the families' nets as PyTorch Image Models builds them.

Run by hand, no part of `npm test`; needs Python 3.10 or newer with `torch` and `timm`:

    python tests/pure/presets/make-fingerprints.py test-data/timm-nets.json

Registered models of the families, and widths that have no registered name but follow from the generators. Per net: the number of
float tensors of the state dict, FNV-1a (32 bit) of its lines `name shape`, joined by line feeds, and for each odd input size in
pixels the multiply-accumulates and output elements of all convolutions.
"""
import json
import re
import sys

import timm
import torch
import timm.models.efficientnet as efficientnet
import timm.models.mobilenetv3 as mobilenetv3

SIZES = [97, 75, 33]
WIDTHS = [0.25, 0.35, 0.6, 0.9, 1.3, 1.75]
FAMILIES = r"(tf_)?(mobilenetv[1-4]_|mnasnet_|semnasnet_|efficientnet_b[0-8]$|efficientnet_lite|efficientnet_blur|mixnet_)"
TENSORFLOW = {"bn_eps": 1e-3, "pad_type": "same"}


def generators():
    for width in WIDTHS:
        text = f"{round(100 * width):03d}"
        v1, v2, v3, v4 = (
            efficientnet._gen_mobilenet_v1,
            efficientnet._gen_mobilenet_v2,
            mobilenetv3._gen_mobilenet_v3,
            mobilenetv3._gen_mobilenet_v4,
        )
        for prefix, options in (("", {}), ("tf_", TENSORFLOW)):
            for name, make in (
                ("mobilenetv1", v1),
                ("mobilenetv2", v2),
                ("mnasnet", efficientnet._gen_mnasnet_b1),
                ("semnasnet", efficientnet._gen_mnasnet_a1),
                ("mobilenetv3_large", v3),
                ("mobilenetv3_small", v3),
                ("mobilenetv3_large_minimal", v3),
                ("mobilenetv3_small_minimal", v3),
                ("mobilenetv4_conv_small", v4),
            ):
                yield f"{prefix}{name}_{text}", make, width, options
        yield f"mobilenetv1_{text}h", v1, width, {"head_conv": True}
        yield f"mnasnet_small_{text}", efficientnet._gen_mnasnet_small, width, {}
        for name in ("conv_medium", "conv_large", "hybrid_medium", "hybrid_large"):
            yield f"mobilenetv4_{name}_{text}", v4, width, {}
        yield f"mobilenetv4_conv_aa_medium_{text}", v4, width, {"aa_layer": "avg"}
        yield f"mobilenetv4_conv_blur_medium_{text}", v4, width, {"aa_layer": "blurpc"}
        yield f"mobilenetv4_conv_aa_large_{text}", v4, width, {"aa_layer": "avg"}


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def fingerprint(model):
    tensors = [(name, list(t.shape)) for name, t in model.state_dict().items() if t.is_floating_point()]
    text = "\n".join(f"{name} {','.join(map(str, shape))}" for name, shape in tensors)
    counts = [0, 0]

    def count(module, _inputs, output):
        counts[0] += output.numel() * module.weight[0].numel()
        counts[1] += output.numel()

    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    costs = {}
    for size in SIZES:
        counts[:] = [0, 0]
        with torch.no_grad():
            model(torch.zeros(1, 3, size, size, device="meta"))
        costs[size] = list(counts)
    return {"tensors": len(tensors), "hash": fnv1a(text), "costs": costs}


nets = {}
with torch.device("meta"):
    for name in timm.list_models():
        if re.match(FAMILIES, name):
            nets[name] = fingerprint(timm.create_model(name).eval())
    for name, make, width, options in generators():
        if name not in nets:
            nets[name] = fingerprint(make(name, width, **options).eval())
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(net, separators=(',', ':'))}" for name, net in nets.items())
with open(sys.argv[1], "w") as file:
    file.write(f'{{"reference": "timm {timm.__version__}", "nets": {{\n{lines}\n}}}}\n')
print(f"{len(nets)} nets")
