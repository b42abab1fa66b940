#!/usr/bin/env python3
"""Writes golden records: what PyTorch Image Models computes for one net at one input size with generated weights.

The project's own tests read such records (test-data/golden); this script is how they were made. It is run by hand and is
no part of `npm test`. It needs Python 3.10 or newer with `torch`, `timm` and `numpy`.

    python tools/golden.py mobilenetv2_100:64 mobilenetv1_025:33:b --out records    # NAME:SIZE[:SALT]
    python tools/golden.py --check test-data/golden/*.json                          # regenerate and compare

NAME is timm's, or
  - an unregistered width of a family with a width rule (`mobilenetv1_050`, `mobilenetv3_large_050`, `semnasnet_035`):
    timm's generator function is called with that width;
  - `NET+evonormb0`, `NET+evonorms0`: every batch norm and its activation replaced;
  - `NET@SIZE`: timm's `img_size=SIZE`, for nets whose parameters depend on the picture's size (EfficientFormerV2).
  - EfficientFormer takes SIZE from the record: timm fixes its bias tables at 7x7, here they follow the picture.

Every tensor is filled by a closed-form generator keyed by salt and name, so a record stores no weights:
  seed = FNV-1a(salt "/" name); u = mulberry32(seed), one draw an element, row-major; by the last part of the name
  running_var 0.9 + 0.2u | running_mean, bias 0.2u - 0.1 | 2+ dimensions, not gamma or ls: (2u - 1) 0.9 sqrt(6 / fan_in)
  | everything else 0.9 + 0.2u. Computed in float64, stored as float32. The picture is 2u - 1 with the name `input`.
"""
import argparse
import copy
import json
import re
import sys
from pathlib import Path

import numpy as np
import timm
import torch
from timm.models import efficientformer, efficientnet, mobilenetv3

# Width rules of families whose other widths timm has no name for: prefix -> generator function.
GENERATORS = {
    "mobilenetv1": efficientnet._gen_mobilenet_v1,
    "mobilenetv2": efficientnet._gen_mobilenet_v2,
    "mnasnet": efficientnet._gen_mnasnet_b1,
    "semnasnet": efficientnet._gen_mnasnet_a1,
    "mnasnet_small": efficientnet._gen_mnasnet_small,
    "mobilenetv3_large": mobilenetv3._gen_mobilenet_v3,
    "mobilenetv3_small": mobilenetv3._gen_mobilenet_v3,
    "mobilenetv4_conv_small": mobilenetv3._gen_mobilenet_v4,
    "mobilenetv4_conv_medium": mobilenetv3._gen_mobilenet_v4,
    "mobilenetv4_conv_large": mobilenetv3._gen_mobilenet_v4,
    "mobilenetv4_hybrid_medium": mobilenetv3._gen_mobilenet_v4,
    "mobilenetv4_hybrid_large": mobilenetv3._gen_mobilenet_v4,
}


def uniform(salt: str, name: str, count: int) -> np.ndarray:
    """`count` draws of mulberry32 in [0, 1), seeded by FNV-1a of `salt/name`; float64."""
    seed = 0x811C9DC5
    for byte in f"{salt}/{name}".encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        a = np.uint32(seed) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        t = (a ^ (a >> np.uint32(15))) * (a | np.uint32(1))
        t = (t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))) ^ t
        return (t ^ (t >> np.uint32(14))).astype(np.float64) / 4294967296


def filled(salt: str, name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The generated value of one tensor of the state dict."""
    u = uniform(salt, name, int(np.prod(shape)))
    last = name.rsplit(".", 1)[-1]
    if last == "running_var":
        value = 0.9 + 0.2 * u
    elif last in ("running_mean", "bias"):
        value = 0.2 * u - 0.1
    elif len(shape) >= 2 and last not in ("gamma", "ls"):
        value = (2 * u - 1) * 0.9 * np.sqrt(6 / np.prod(shape[1:]))
    else:
        value = 0.9 + 0.2 * u
    return torch.from_numpy(value.astype(np.float32).reshape(shape))


def build(name: str, size: int | None = None) -> torch.nn.Module:
    """timm's net of that name, in inference mode, weights not yet filled."""
    base, _, norm = name.partition("+")
    base, _, image = base.partition("@")
    options: dict = {"norm_layer": norm} if norm else {}
    if image and "formerv2" in base:
        options["img_size"] = int(image)
    if timm.is_model(base):
        net = timm.create_model(base, **options)
    else:
        match = re.fullmatch(r"(.+)_(\d{3})", base)
        if not match or match[1] not in GENERATORS:
            sys.exit(f"{base}: neither a timm model nor a width of {', '.join(GENERATORS)}")
        net = GENERATORS[match[1]](base, int(match[2]) / 100, **options)
    if isinstance(net, efficientformer.EfficientFormer) and size:
        resolution = -(-size // 32)
        for module in net.modules():
            if isinstance(module, efficientformer.Attention):
                width = module.proj.out_features
                module.__dict__.update(efficientformer.Attention(width, resolution=resolution).__dict__)
    return net.eval()


def count(net: torch.nn.Module, size: int) -> dict:
    """Multiply-accumulates of convolution and linear layers, and elements that convolutions write (shapes only, no arithmetic)."""
    net = copy.deepcopy(net).to("meta")
    totals = {"size": size, "macs_conv": 0, "macs_linear": 0, "conv_outputs": 0}

    def add(module: torch.nn.Module, _, output: torch.Tensor) -> None:
        if isinstance(module, torch.nn.Conv2d):
            totals["macs_conv"] += output.numel() * module.weight[0].numel()
            totals["conv_outputs"] += output.numel()
        else:
            totals["macs_linear"] += output.numel() * module.in_features

    for module in net.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            module.register_forward_hook(add)
    with torch.inference_mode():
        net(torch.empty(1, 3, size, size, device="meta"))
    return totals


def float_state(net: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {key: value for key, value in net.state_dict().items() if value.is_floating_point()}


def build_filled(name: str, size: int, salt: str) -> torch.nn.Module:
    net = build(name, size)
    for key, value in float_state(net).items():
        value.copy_(filled(salt, key, tuple(value.shape)))
    return net


def picture_of(size: int, salt: str) -> torch.Tensor:
    values = 2 * uniform(salt, "input", 3 * size * size) - 1
    return torch.from_numpy(values.astype(np.float32)).reshape(1, 3, size, size)


def drift(name: str, size: int, salt: str) -> float:
    """How far float32 is from float64, in standard deviations of the logits: beyond 2e-4 the record is noise and no test.

    Generated weights can make a net chaotic: the hybrids of MobileNetV4 grow scores until the softmax picks one key.
    """
    net = build_filled(name, size, salt)
    picture = picture_of(size, salt)
    with torch.inference_mode():
        single = net(picture)[0].double()
        exact = net.double()(picture.double())[0]
    return ((single - exact).abs().max() / exact.std()).item()


def record(name: str, size: int, salt: str) -> dict:
    net = build_filled(name, size, salt)
    state = float_state(net)
    config = net.pretrained_cfg
    at_input = count(net, size)
    native = (config.get("input_size") or (3, 224, 224))[-1]
    at_native = count(build(name if native == size else name.split("@")[0], native), native)

    checkpoints = []

    def checkpoint(after: str):
        def hook(_, __, output: torch.Tensor) -> None:
            value = output.double()
            checkpoints.append({
                "after": after,
                "shape_nchw": list(output.shape),
                "mean": value.mean().item(),
                "std": value.std().item(),
                "first8": output.flatten()[:8].tolist(),
            })
        return hook

    stages = "stages" if hasattr(net, "stages") else "blocks"
    for index, stage in enumerate(getattr(net, stages)):
        stage.register_forward_hook(checkpoint(f"{stages}.{index}"))
    with torch.inference_mode():
        logits = net(picture_of(size, salt))[0]

    return {
        "model": name,
        "reference": f"timm {timm.__version__}",
        "salt": salt,
        "input_size": size,
        "param_count": sum(parameter.numel() for parameter in net.parameters()),
        "at_input": {key: value for key, value in at_input.items() if key != "size"},
        "at_native": at_native,
        "pretrained_cfg": {
            "input_size": list(config["input_size"]) if config.get("input_size") else None,
            "mean": list(config["mean"]) if config.get("mean") else None,
            "std": list(config["std"]) if config.get("std") else None,
            **{key: config.get(key) for key in ("interpolation", "crop_pct", "hf_hub_id", "architecture", "tag")},
        },
        "parameters": [[key, list(value.shape)] for key, value in state.items()],
        "checkpoints": checkpoints,
        "logits": [float(f"{value:.7g}") for value in logits.tolist()],
        "logits_std": logits.std().item(),
    }


def file_name(name: str, size: int, salt: str) -> str:
    stem = re.sub(r"@\d+", "", name).replace("+", "_")
    return f"{stem}_r{size}{'' if salt == 'a' else '_' + salt}.json"


def check(path: Path) -> bool:
    """Regenerates a record; says every field that differs (numbers: by more than 1e-4 of the spread)."""
    old = json.loads(path.read_text())
    new = record(old["model"], old["input_size"], old["salt"])
    faults = [key for key in ("param_count", "at_input", "at_native", "pretrained_cfg", "parameters") if old[key] != new[key]]
    worst = np.abs(np.array(old["logits"]) - np.array(new["logits"])).max() / old["logits_std"]
    for before, after in zip(old["checkpoints"], new["checkpoints"], strict=True):
        if (before["after"], before["shape_nchw"]) != (after["after"], after["shape_nchw"]):
            faults.append(before["after"])
        pairs = zip([before["mean"], before["std"], *before["first8"]], [after["mean"], after["std"], *after["first8"]])
        worst = max(worst, *(abs(x - y) / before["std"] for x, y in pairs))
    worst = max(worst, abs(old["logits_std"] / new["logits_std"] - 1))
    good = not faults and worst < 1e-4
    print(f"{'ok  ' if good else 'DIFF'} {path.name} worst {worst:.1e} {' '.join(faults)}")
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="+", help="NAME:SIZE[:SALT], or files with --check")
    parser.add_argument("--out", type=Path, default=Path("."))
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        sys.exit(0 if all([check(Path(path)) for path in arguments.what]) else 1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for what in arguments.what:
        name, size, salt = (what.split(":") + ["a"])[:3]
        noise = drift(name, int(size), salt)
        if noise > 2e-4:
            print(f"{what}: left out, float32 is {noise:.1e} standard deviations from float64")
            continue
        result = record(name, int(size), salt)
        path = arguments.out / file_name(name, int(size), salt)
        path.write_text(json.dumps(result, separators=(",", ":")))
        print(f"{path} {result['param_count']} parameters, logits std {result['logits_std']:.4g}")


if __name__ == "__main__":
    main()
