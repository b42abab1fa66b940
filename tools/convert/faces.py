"""BlazeFace (short range) and the face mesh of MediaPipe, both from the npm package @mediapipe/face_mesh (Apache-2.0).

    pip install numpy tflite
    python tools/convert/faces.py
"""
import json
import re

from common import Tensors, npm_package, write
from tflite_model import Operator, convolutions, operators

VERSION = "0.4.1657299874"
files = npm_package("@mediapipe/face_mesh", VERSION, "c08a7e0742a326285da666cf81d77c8b6f3a181a2ee948cadaf166008e0d3bc7")
facts = dict(
    source=f"npm @mediapipe/face_mesh {VERSION}", converter="faces.py", licence="Apache-2.0", licence_file="Apache-2.0.LICENSE.txt"
)


def asset(name: str) -> bytes:
    """One file of the package's pack, whose loader says where each begins and ends."""
    loader = files["face_mesh_solution_packed_assets_loader.js"].decode()
    for entry in json.loads(re.search(r'"files":\s*(\[.*?\])', loader)[1]):
        if entry["filename"].endswith(f"/{name}"):
            return files["face_mesh_solution_packed_assets.data"][entry["start"] : entry["end"]]
    raise SystemExit(f"the package has no {name}")


def blazeface() -> Tensors:
    heads = [f"head.0.{kind}.{level}.conv_pw" for kind in ("cls", "box") for level in (0, 1)]
    names = ["conv_stem", *(f"blaze.{i}.{conv}" for i in range(16) for conv in ("conv_dw", "conv_pw")), *heads]
    tensors: Tensors = {}
    for name, operator in zip(names, convolutions(asset("face_detection_short_range.tflite")), strict=True):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = operator.weight, operator.bias
    return tensors


def face_mesh() -> Tensors:
    """By data flow: two branches, for points and presence, read the same map."""
    tensors: Tensors = {}
    users: dict[int, list[Operator]] = {}
    for operator in operators(asset("face_landmark.tflite")):
        for index in operator.inputs:
            users.setdefault(index, []).append(operator)

    def following(tensor: int, kind: str) -> list[Operator]:
        return [operator for operator in users.get(tensor, []) if operator.kind == kind]

    def put(name: str, operator: Operator) -> int:
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = operator.weight, operator.bias
        return operator.output

    def activation(name: str, tensor: int) -> int:
        operator = following(tensor, "PRELU")[0]
        tensors[name] = operator.constants[1].reshape(-1)
        return operator.output

    def blaze(name: str, tensor: int, which: int = 0) -> int:
        inner = put(f"{name}.conv_dw", following(tensor, "DEPTHWISE_CONV_2D")[which])
        inner = put(f"{name}.conv_pw", following(inner, "CONV_2D")[0])
        return activation(f"{name}.act.weight", following(inner, "ADD")[0].output)

    def branch(start: int, which: int) -> None:
        before = set(tensors)
        here, line = blaze("branch.0", start, which), 1
        while following(here, "DEPTHWISE_CONV_2D"):
            here, line = blaze(f"branch.{line}", here), line + 1
        while True:
            here = put(f"branch.{line}.conv", following(here, "CONV_2D")[0])
            if not following(here, "PRELU"):
                break
            here = activation(f"branch.{line}.act1.weight", here)
            line += 1
            while following(here, "DEPTHWISE_CONV_2D"):
                here, line = blaze(f"branch.{line}", here), line + 1
        part = "presence" if tensors[f"branch.{line}.conv.weight"].shape[0] == 1 else "mesh"
        for name in set(tensors) - before:
            tensors[part + name.removeprefix("branch")] = tensors.pop(name)

    here = activation("act1.weight", put("conv_stem", following(0, "CONV_2D")[0]))
    for i in range(14):
        here = blaze(f"blaze.{i}", here)
    for which in (0, 1):
        branch(here, which)
    return tensors


write("blazeface", blazeface(), net="blazeface", **facts)
write("face_mesh", face_mesh(), net="face_mesh", **facts)
