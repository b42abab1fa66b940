"""Reads the tensors of a PyTorch file of the old form (one pickle after the other, then the storages) without PyTorch."""
import io
import pickle
from collections import OrderedDict

import numpy

#: Pickled before the state dict: a magic number, the protocol's version and facts of the machine.
PREAMBLE = 3
SIZES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class Storages(pickle.Unpickler):
    """Leaves a tensor as (storage, offset, size); no class but PyTorch's own three is let in."""

    def find_class(self, module: str, name: str):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: (storage, offset, size)
        if module == "torch" and name in SIZES:
            return name
        raise SystemExit(f"the file holds {module}.{name}, which is no tensor")

    def persistent_load(self, identity):
        _, kind, key, _, count, _ = identity
        return kind, key, count


def tensors(data: bytes) -> dict[str, numpy.ndarray]:
    stream = io.BytesIO(data)
    for _ in range(PREAMBLE):
        pickle.Unpickler(stream).load()
    state = Storages(stream).load()
    kinds = {storage[1]: storage[0] for storage, _, _ in state.values()}
    storages = {}
    for key in pickle.Unpickler(stream).load():
        count = int.from_bytes(stream.read(8), "little")
        dtype = numpy.dtype(SIZES[kinds[key]])
        storages[key] = numpy.frombuffer(stream.read(count * dtype.itemsize), dtype)
    return {
        name: storages[key][offset : offset + int(numpy.prod(size))].reshape(size)
        for name, ((_, key, _), offset, size) in state.items()
    }
