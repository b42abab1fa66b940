"""Reads the weights of a TensorFlow.js model: shards beside a manifest, whole or quantized to 8 bits."""
import json

import numpy

SIZES = {"float32": numpy.float32, "int32": numpy.int32, "uint8": numpy.uint8, "uint16": numpy.uint16, "bool": numpy.uint8}


def weights(files: dict[str, bytes], folder: str, manifest: list | None = None) -> dict[str, numpy.ndarray]:
    """Tensors by name. `manifest` is the model's own when not given."""
    groups = manifest or json.loads(files[f"{folder}/model.json"])["weightsManifest"]
    tensors = {}
    for group in groups:
        data = b"".join(files[f"{folder}/{path}"] for path in group["paths"])
        offset = 0
        for spec in group["weights"]:
            quantized = spec.get("quantization")
            dtype = SIZES[quantized["dtype"] if quantized else spec["dtype"]]
            count = int(numpy.prod(spec["shape"]))
            values = numpy.frombuffer(data, dtype, count, offset)
            offset += values.nbytes
            if quantized:
                values = values.astype(numpy.float32) * numpy.float32(quantized["scale"]) + numpy.float32(quantized["min"])
            tensors[spec["name"]] = values.reshape(spec["shape"])
        if offset != len(data):
            raise SystemExit(f"{folder}: {len(data)} bytes of weights, of which the manifest names {offset}")
    return tensors
