#!/usr/bin/env python3
"""Writes test-data/ops/pytorch.json: what PyTorch and PyTorch Image Models compute for small cases of every op.

Run by hand, no part of `npm test`; needs Python 3.10 or newer with `torch` and `timm`:

    python tests/pure/ops/make-cases.py test-data/ops/pytorch.json

Operands are not stored: element i of operand or parameter number s is ((37 i + 101 s) mod 65 - 32) / 16, exact in float32 (variances:
its magnitude + 0.5); `gain` multiplies operands. Operands count from 0, parameters follow in the order listed. Shapes and outputs are in the project's own layout
(channel last); convolution weights are OIHW, linear weights [out, in].
"""
import json
import math
import sys

import torch
import torch.nn.functional as F
from timm.layers import BlurPool2d, EvoNorm2dB0, EvoNorm2dS0, MixedConv2d, MultiQueryAttention2d
from timm.models.efficientformer import Attention
from timm.models.efficientformer_v2 import Attention2d, Attention2dDownsample

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
cases = []


def fill(shape, seed, variance=False):
    count = 1
    for size in shape:
        count *= size
    values = ((37 * torch.arange(count) + 101 * seed) % 65 - 32).double() / 16
    return (values.abs() + 0.5 if variance else values).reshape(shape)


def nchw(x):
    return x.permute(0, 3, 1, 2) if x.dim() == 4 else x.transpose(1, 2) if x.dim() == 3 else x


def nhwc(x):
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x.transpose(1, 2) if x.dim() == 3 else x


def case(op, attrs, inputs, params, compute, gain=1):
    """`compute(xs, p)` gets operands in the project's layout and a dict of parameters; returns the project's layout."""
    xs = [gain * fill(shape, i) for i, shape in enumerate(inputs)]
    p = {}
    for i, (role, shape) in enumerate(params.items()):
        p[role] = fill(shape, len(inputs) + i, role == "running_var")
    y = compute(xs, p)
    values = [float(f"{value:.8g}") for value in y.reshape(-1).tolist()]
    cases.append({"op": op, "attrs": attrs, "inputs": inputs, "gain": gain, "params": params, "shape": list(y.shape), "output": values})


class Fixed(torch.nn.Module):
    """Stands in for a projection: returns the case's own tensor whatever it reads."""

    def __init__(self, tensor):
        super().__init__()
        self.tensor = tensor

    def forward(self, *_):
        return self.tensor


def conv(attrs, shape):
    a = {"stride": [1, 1], "dilation": [1, 1], "padding": 0, "groups": 1, "bias": False, **attrs}
    params = {"weight": [a["out"], shape[3] // a["groups"], *a["kernel"]]}
    if a["bias"]:
        params["bias"] = [a["out"]]

    def compute(xs, p):
        x = nchw(xs[0])
        pads = a["padding"]
        if pads == "same":
            total = [
                max(0, (-(-x.shape[2 + i] // a["stride"][i]) - 1) * a["stride"][i] + (a["kernel"][i] - 1) * a["dilation"][i] + 1 - x.shape[2 + i])
                for i in (0, 1)
            ]
            pads = [total[0] // 2, total[0] - total[0] // 2, total[1] // 2, total[1] - total[1] // 2]
        if isinstance(pads, int):
            pads = [pads] * 4
        x = F.pad(x, [pads[2], pads[3], pads[0], pads[1]])
        return nhwc(F.conv2d(x, p["weight"], p.get("bias"), a["stride"], 0, a["dilation"], a["groups"]))

    case("conv2d", attrs, [shape], params, compute)


conv({"out": 5, "kernel": [3, 3], "padding": 1, "bias": True}, [2, 4, 3, 3])
conv({"out": 4, "kernel": [3, 3], "stride": [2, 2], "padding": "same"}, [1, 6, 5, 3])
conv({"out": 6, "kernel": [1, 1], "bias": True}, [1, 3, 3, 5])
conv({"out": 3, "kernel": [1, 1], "stride": [2, 2]}, [1, 5, 4, 4])
conv({"out": 6, "kernel": [3, 2], "padding": [1, 0, 0, 2], "groups": 2, "stride": [1, 2]}, [1, 4, 5, 4])
conv({"out": 5, "kernel": [3, 3], "padding": 2, "dilation": [2, 2], "groups": 5, "bias": True}, [1, 4, 5, 5])
conv({"out": 3, "kernel": [5, 5], "padding": "same", "stride": [2, 2], "groups": 3}, [2, 5, 4, 3])
conv({"out": 6, "kernel": [3, 3], "padding": 1, "groups": 3}, [1, 3, 3, 3])


def mixed(attrs, shape, pad_type):
    params = {}
    for i, (kernel, before, after) in enumerate(zip(attrs["kernels"], attrs["inSplits"], attrs["outSplits"])):
        params[f"{i}.weight"] = [after, 1 if attrs["depthwise"] else before, kernel, kernel]

    def compute(xs, p):
        module = MixedConv2d(
            sum(attrs["inSplits"]), sum(attrs["outSplits"]), attrs["kernels"], stride=attrs["stride"][0], padding=pad_type,
            dilation=attrs.get("dilation", [1])[0], depthwise=attrs["depthwise"],
        )
        module.load_state_dict(p)
        return nhwc(module(nchw(xs[0])))

    case("mixed_conv2d", attrs, [shape], params, compute)


mixed({"kernels": [3, 5, 7], "inSplits": [3, 2, 2], "outSplits": [3, 2, 2], "stride": [1, 1], "padding": "symmetric", "depthwise": True}, [1, 4, 4, 7], "")
mixed({"kernels": [3, 5], "inSplits": [3, 2], "outSplits": [3, 2], "stride": [2, 2], "padding": "same", "depthwise": True}, [1, 5, 6, 5], "same")
mixed({"kernels": [3, 5], "inSplits": [2, 2], "outSplits": [2, 2], "stride": [1, 1], "dilation": [2, 2], "padding": "symmetric", "depthwise": True}, [1, 4, 5, 4], "")
mixed({"kernels": [1, 1], "inSplits": [3, 2], "outSplits": [4, 3], "stride": [1, 1], "padding": "symmetric", "depthwise": False}, [1, 3, 3, 5], "")

case("linear", {"out": 5}, [[2, 6]], {"weight": [5, 6], "bias": [5]}, lambda xs, p: F.linear(xs[0], p["weight"], p["bias"]))
case("linear", {"out": 4, "bias": False}, [[1, 7, 3]], {"weight": [4, 3]}, lambda xs, p: F.linear(xs[0], p["weight"]))

NORM = {"weight": [6], "bias": [6]}
case("batch_norm", {"eps": 1e-3}, [[1, 2, 3, 6]], {**NORM, "running_mean": [6], "running_var": [6]},
     lambda xs, p: nhwc(F.batch_norm(nchw(xs[0]), p["running_mean"], p["running_var"], p["weight"], p["bias"], eps=1e-3)))
case("layer_norm", {}, [[2, 3, 6]], NORM, lambda xs, p: F.layer_norm(xs[0], [6], p["weight"], p["bias"], 1e-6))
case("layer_norm", {"eps": 1e-5}, [[1, 2, 2, 6]], NORM, lambda xs, p: F.layer_norm(xs[0], [6], p["weight"], p["bias"], 1e-5))
case("group_norm", {"groups": 2}, [[2, 2, 3, 6]], NORM, lambda xs, p: nhwc(F.group_norm(nchw(xs[0]), 2, p["weight"], p["bias"], 1e-5)))
case("group_norm", {"groups": 3, "eps": 0.01}, [[1, 4, 6]], NORM, lambda xs, p: nhwc(F.group_norm(nchw(xs[0]), 3, p["weight"], p["bias"], 0.01)))


def evonorm(module, shape, op, attrs, roles):
    def compute(xs, p):
        module.load_state_dict(p)
        return nhwc(module.eval()(nchw(xs[0])))

    case(op, attrs, [shape], {role: [shape[3]] for role in roles}, compute)


evonorm(EvoNorm2dB0(4), [2, 3, 3, 4], "evonorm_b0", {}, ["weight", "bias", "v", "running_var"])
evonorm(EvoNorm2dB0(4, apply_act=False), [1, 2, 3, 4], "evonorm_b0", {"apply": False}, ["weight", "bias", "running_var"])
evonorm(EvoNorm2dS0(6, groups=3), [2, 2, 3, 6], "evonorm_s0", {"groups": 3}, ["weight", "bias", "v"])
evonorm(EvoNorm2dS0(6, groups=3, apply_act=False), [1, 2, 2, 6], "evonorm_s0", {"groups": 3, "apply": False}, ["weight", "bias"])

for name, function in {
    "relu": F.relu, "relu6": F.relu6, "hswish": F.hardswish, "hsigmoid": F.hardsigmoid, "swish": F.silu, "sigmoid": torch.sigmoid,
    "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "tanh": torch.tanh,
}.items():
    case(name, {}, [[1, 33, 2]], {}, lambda xs, p, function=function: function(xs[0]), gain=4)
case("prelu", {}, [[1, 2, 4, 3]], {"weight": [3]}, lambda xs, p: nhwc(F.prelu(nchw(xs[0]), p["weight"])))

case("add", {}, [[1, 2, 3, 4], [1, 2, 3, 4]], {}, lambda xs, p: xs[0] + xs[1])
case("mul", {}, [[2, 2, 3, 4], [2, 1, 1, 4]], {}, lambda xs, p: xs[0] * xs[1])
case("mul", {}, [[1, 3, 1, 2], [1, 1, 4, 2]], {}, lambda xs, p: xs[0] * xs[1])
case("sub", {}, [[1, 3, 4], [1, 3, 1]], {}, lambda xs, p: xs[0] - xs[1])
case("layer_scale", {}, [[1, 2, 2, 3]], {"gamma": [3]}, lambda xs, p: xs[0] * p["gamma"])
case("scale_const", {"factor": 0.125}, [[1, 3, 4]], {}, lambda xs, p: xs[0] * 0.125)

case("mean", {"axes": [1, 2], "keepDims": True}, [[2, 3, 4, 3]], {}, lambda xs, p: xs[0].mean((1, 2), keepdim=True))
case("mean", {"axes": [1, 2]}, [[2, 3, 4, 3]], {}, lambda xs, p: xs[0].mean((1, 2)))
case("mean", {"axes": [1], "keepDims": True}, [[1, 3, 4, 3]], {}, lambda xs, p: xs[0].mean(1, keepdim=True))
case("mean", {"axes": [2], "keepDims": True}, [[2, 3, 4, 3]], {}, lambda xs, p: xs[0].mean(2, keepdim=True))
case("mean", {"axes": [2]}, [[1, 3, 4, 3]], {}, lambda xs, p: xs[0].mean(2))
case("mean", {"axes": [1]}, [[2, 5, 3]], {}, lambda xs, p: xs[0].mean(1))


def average(attrs, shape, **options):
    case("avg_pool2d", attrs, [shape], {}, lambda xs, p: nhwc(F.avg_pool2d(nchw(xs[0]), **options)))


average({"kernel": [3, 3], "stride": [1, 1], "padding": 1, "countIncludePad": False}, [1, 3, 4, 2], kernel_size=3, stride=1, padding=1, count_include_pad=False)
average({"kernel": [3, 3], "stride": [2, 2], "padding": 1, "ceilMode": True}, [1, 6, 5, 2], kernel_size=3, stride=2, padding=1, ceil_mode=True)
average({"kernel": [3, 3], "stride": [2, 2], "padding": 1, "ceilMode": True, "countIncludePad": False}, [1, 6, 4, 1], kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)
average({"kernel": [2, 2]}, [2, 5, 4, 2], kernel_size=2)
average({"kernel": [1, 1], "stride": [2, 2]}, [1, 5, 4, 2], kernel_size=1, stride=2)
case("max_pool2d", {"kernel": [3, 3], "stride": [2, 2], "padding": 1}, [[1, 5, 6, 2]], {}, lambda xs, p: nhwc(F.max_pool2d(nchw(xs[0]), 3, 2, 1)))
case("max_pool2d", {"kernel": [2, 3], "ceilMode": True}, [[1, 5, 7, 2]], {}, lambda xs, p: nhwc(F.max_pool2d(nchw(xs[0]), (2, 3), ceil_mode=True)))
case("blur_pool", {}, [[1, 5, 6, 2]], {}, lambda xs, p: nhwc(BlurPool2d(2)(nchw(xs[0]))))
case("blur_pool", {"border": "zeros"}, [[1, 5, 6, 2]], {}, lambda xs, p: nhwc(BlurPool2d(2, pad_mode="constant")(nchw(xs[0]))))
case("blur_pool", {"size": 5, "stride": 1}, [[1, 4, 5, 1]], {}, lambda xs, p: nhwc(BlurPool2d(1, filt_size=5, stride=1)(nchw(xs[0]))))


def resize(attrs, shape, **options):
    case("resize", attrs, [shape], {}, lambda xs, p: nhwc(F.interpolate(nchw(xs[0]), **options)))


resize({"scale": 2, "mode": "bilinear"}, [1, 3, 2, 3], scale_factor=2, mode="bilinear")
resize({"size": [5, 3]}, [2, 3, 4, 1], size=(5, 3), mode="bilinear")
resize({"size": [5, 7], "alignCorners": True}, [1, 3, 4, 1], size=(5, 7), mode="bilinear", align_corners=True)
resize({"size": [1, 3], "alignCorners": True}, [1, 3, 4, 1], size=(1, 3), mode="bilinear", align_corners=True)
resize({"size": [5, 3], "mode": "nearest"}, [1, 3, 4, 2], size=(5, 3), mode="nearest")

for kernel, stride, padding, shape in [(3, 2, 1, [1, 5, 4, 2]), (2, 1, 0, [2, 3, 3, 2])]:
    case("unfold", {"kernel": [kernel] * 2, "stride": [stride] * 2, "padding": padding}, [shape], {},
         lambda xs, p: F.unfold(nchw(xs[0]), kernel, stride=stride, padding=padding).transpose(1, 2))

case("reshape", {"to": "tokens"}, [[2, 2, 3, 2]], {}, lambda xs, p: nchw(xs[0]).flatten(2).transpose(1, 2))
case("reshape", {"to": "map", "height": 2, "width": 3}, [[1, 6, 2]], {}, lambda xs, p: nhwc(xs[0].transpose(1, 2).reshape(1, 2, 2, 3)))
case("reshape", {"to": "vector"}, [[2, 1, 1, 3]], {}, lambda xs, p: nchw(xs[0]).flatten(1))
case("concat", {"axis": 3}, [[2, 2, 1, 2], [2, 2, 1, 3]], {}, lambda xs, p: torch.cat(xs, 3))
case("concat", {"axis": 1}, [[2, 1, 3], [2, 3, 3], [2, 2, 3]], {}, lambda xs, p: torch.cat(xs, 1))
case("slice", {"axis": 3, "start": 1, "size": 2}, [[1, 2, 3, 4]], {}, lambda xs, p: xs[0][..., 1:3])
case("slice", {"axis": 1, "size": 3, "step": 2}, [[2, 5, 2, 2]], {}, lambda xs, p: xs[0][:, ::2])
case("select", {"axis": 1, "index": 2}, [[2, 3, 4]], {}, lambda xs, p: xs[0][:, 2])
case("select", {"axis": 2, "index": 0}, [[2, 2, 3, 2]], {}, lambda xs, p: xs[0][:, :, 0])
case("transpose", {"perm": [0, 3, 1, 2]}, [[2, 2, 3, 4]], {}, lambda xs, p: xs[0].permute(0, 3, 1, 2))
case("transpose", {"perm": [0, 2, 1]}, [[2, 3, 4]], {}, lambda xs, p: xs[0].transpose(1, 2))
case("softmax", {}, [[2, 3, 5]], {}, lambda xs, p: xs[0].softmax(-1))
case("prepend_token", {}, [[2, 3, 4]], {"cls_token": [1, 1, 4]}, lambda xs, p: torch.cat([p["cls_token"].expand(2, 1, 4), xs[0]], 1))
case("position_embedding", {"tokens": 3}, [[2, 3, 4]], {"pos_embed": [1, 3, 4]}, lambda xs, p: xs[0] + p["pos_embed"])

# Attention modules of timm; their projections are replaced by the case's own queries, keys and values.


def multi_query(xs, p):
    module = MultiQueryAttention2d(8, num_heads=2, key_dim=4, value_dim=3)
    module.query, module.key, module.value = [Fixed(nchw(x)) for x in xs]
    module.output = torch.nn.Identity()
    return nhwc(module(torch.zeros(2, 8, 3, 2)))


case("attention", {"heads": 2, "kvHeads": 1, "keyDim": 4, "valueDim": 3}, [[2, 3, 2, 8], [2, 2, 1, 4], [2, 2, 1, 3]], {}, multi_query)


def efficientformer(xs, p):
    module = Attention(dim=8, key_dim=2, num_heads=2, attn_ratio=2, resolution=(3, 2))
    module.load_state_dict({**module.state_dict(), **p})
    module.qkv, module.proj = Fixed(xs[0]), torch.nn.Identity()
    module.eval()
    return module(xs[0])


case("attention",
     {"heads": 2, "keyDim": 2, "valueDim": 4, "packed": {"qOffset": 0, "qHeadStride": 8, "kOffset": 2, "kHeadStride": 8, "vOffset": 4, "vHeadStride": 8},
      "bias": {"kind": "relative", "qSize": [3, 2], "kSize": [3, 2]}},
     [[2, 6, 16]], {"attention_biases": [2, 6]}, efficientformer)


def efficientformer_v2(xs, p):
    module = Attention2d(dim=8, key_dim=2, num_heads=2, attn_ratio=2, resolution=(2, 3))
    module.load_state_dict({**module.state_dict(), **p})
    module.q, module.k, module.v = [Fixed(nchw(x)) for x in xs]
    module.v_local, module.act, module.proj = Fixed(0), torch.nn.Identity(), torch.nn.Identity()
    module.eval()
    return nhwc(module(nchw(xs[2])))


TALKING = {f"talking_head{i}.{role}": shape for i in (1, 2) for role, shape in (("weight", [2, 2, 1, 1]), ("bias", [2]))}
case("attention", {"heads": 2, "keyDim": 2, "valueDim": 4, "talkingHeads": True, "bias": {"kind": "relative", "qSize": [2, 3], "kSize": [2, 3]}},
     [[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 8]], {"attention_biases": [2, 6], **TALKING}, efficientformer_v2)


def downsample(xs, p):
    module = Attention2dDownsample(dim=8, key_dim=2, num_heads=2, attn_ratio=2, resolution=(3, 4))
    module.load_state_dict({**module.state_dict(), **p})
    module.q, module.k, module.v = [Fixed(nchw(x)) for x in xs]
    module.v_local, module.act, module.proj = Fixed(0), torch.nn.Identity(), torch.nn.Identity()
    module.eval()
    return nhwc(module(nchw(xs[1])))


case("attention", {"heads": 2, "keyDim": 2, "valueDim": 4, "bias": {"kind": "relative", "qSize": [2, 2], "kSize": [3, 4], "stride": [2, 2]}},
     [[1, 2, 2, 4], [1, 3, 4, 4], [1, 3, 4, 8]], {"attention_biases": [2, 12]}, downsample)


def grouped_query(xs, p):
    def heads(x, n, d):
        return x.reshape(1, -1, n, d).transpose(1, 2)

    q, k, v = heads(xs[0], 4, 2), heads(xs[1], 2, 2).repeat_interleave(2, 1), heads(xs[2], 2, 3).repeat_interleave(2, 1)
    index = torch.tensor([[0, 1, 2, 2], [2, 1, 0, 1], [1, 1, 0, 2]])
    scores = q @ k.transpose(-1, -2) * 0.3 + p["attention_biases"][:, index]
    return (scores.softmax(-1) @ v).transpose(1, 2).reshape(1, -1, 12)


case("attention",
     {"heads": 4, "kvHeads": 2, "keyDim": 2, "valueDim": 3, "scale": 0.3, "bias": {"kind": "table", "entries": 3, "index": [0, 1, 2, 2, 2, 1, 0, 1, 1, 1, 0, 2]}},
     [[1, 3, 8], [1, 4, 4], [1, 4, 6]], {"attention_biases": [4, 3]}, grouped_query)


def packed_vit(xs, p):
    q, k, v = xs[0].reshape(2, 3, 3, 2, 2).permute(2, 0, 3, 1, 4)
    return ((q @ k.transpose(-1, -2) / 2**0.5).softmax(-1) @ v).transpose(1, 2).reshape(2, 3, 4)


case("attention", {"heads": 2, "keyDim": 2, "packed": {"qOffset": 0, "qHeadStride": 2, "kOffset": 4, "kHeadStride": 2, "vOffset": 8, "vHeadStride": 2}},
     [[2, 3, 12]], {}, packed_vit)


def performer(xs, p):
    k, q, v = xs[0].split(4, -1)

    def phi(x):
        return (torch.einsum("btd,md->btm", x, p["w"]) - x.square().sum(-1, keepdim=True) / 2).exp() / 5**0.5

    scores = phi(q) @ phi(k).transpose(-1, -2)
    return scores @ v / (scores.sum(-1, keepdim=True) + 1e-8)


case("performer_attention", {"dim": 4, "features": 5}, [[2, 3, 12]], {"w": [5, 4]}, performer)

case("reshape", {"to": "shape", "shape": [1, 12, 2]}, [[1, 2, 2, 6]], {}, lambda xs, p: xs[0].reshape(1, 12, 2))
case("adaptive_avg_pool2d", {"size": [2, 3]}, [[1, 5, 7, 2]], {}, lambda xs, p: nhwc(F.adaptive_avg_pool2d(nchw(xs[0]), (2, 3))))
case("pixel_shuffle", {"factor": 2}, [[1, 2, 3, 8]], {}, lambda xs, p: nhwc(F.pixel_shuffle(nchw(xs[0]), 2)))
case("pad_channels", {"channels": 5}, [[1, 2, 2, 3]], {}, lambda xs, p: F.pad(xs[0], (0, 2)))
case("gram", {}, [[2, 3, 4]], {}, lambda xs, p: torch.bmm(xs[0], xs[0].transpose(1, 2)))


def log_mel(a):
    """Filters by their definitions, element by element; the transform is torch's."""

    def filters():
        step = math.log(6.4) / 27
        to = {"htk": lambda f: 2595 * math.log10(1 + f / 700), "tf": lambda f: 1127 * math.log(1 + f / 700),
              "slaney": lambda f: f * 3 / 200 if f < 1000 else 15 + math.log(f / 1000) / step}[a["scale"]]
        back = {"htk": lambda m: 700 * (10 ** (m / 2595) - 1), "tf": lambda m: m,
                "slaney": lambda m: m * 200 / 3 if m < 15 else 1000 * math.exp(step * (m - 15))}[a["scale"]]
        low, high = to(a["low"]), to(a["high"])
        edges = [back(low + (high - low) * i / (a["mels"] + 1)) for i in range(a["mels"] + 2)]
        for k in range(a["fft"] // 2 + 1):
            hertz = k * a["rate"] / a["fft"]
            at = to(hertz) if a["scale"] == "tf" else hertz
            row = [max(0, min((at - l) / (m - l), (r - at) / (r - m))) for l, m, r in zip(edges, edges[1:], edges[2:])]
            if a["scale"] == "slaney":
                row = [w * 2 / (r - l) for w, l, r in zip(row, edges, edges[2:])]
            yield [0.0] * a["mels"] if a["scale"] == "tf" and k == 0 else row

    def compute(xs, p):
        x = xs[0][:, 0, :, 0]
        if a["unit"]:
            x = x - x.mean(1, keepdim=True)
            x = x / (x.square().mean(1, keepdim=True) + 1e-7).sqrt()
        frames = x.unfold(1, a["window"], a["hop"]) * torch.hann_window(a["window"])
        energy = torch.fft.rfft(frames, a["fft"]).abs() ** a["power"] @ torch.tensor(list(filters()))
        return (10 * energy.clamp(min=a["floor"]).log10() if a["log"] == "db" else (energy + a["offset"]).log())[..., None]

    return compute


front = {"rate": 16000, "fft": 32, "window": 32, "hop": 16, "mels": 6, "low": 0, "high": 8000, "scale": "slaney",
         "power": 2, "log": "db", "floor": 1e-10, "offset": 1e-6, "unit": True}
yamnet = {**front, "window": 25, "hop": 10, "low": 125, "high": 7500, "scale": "tf", "power": 1, "log": "ln", "offset": 0.001, "unit": False, "mels": 5}
for attrs, samples in ((front, 80), (yamnet, 70), ({**front, "scale": "htk", "unit": False, "mels": 4}, 48)):
    case("log_mel", attrs, [[1, 1, samples, 1]], {}, log_mel(attrs))

with open(sys.argv[1], "w") as file:
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
    file.write('{"source":"PyTorch %s, timm %s",\n"cases":[\n%s\n]}\n' % (torch.__version__.split("+")[0], __import__("timm").__version__, lines))
print(len(cases), "cases")
