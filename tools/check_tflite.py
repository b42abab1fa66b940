"""Runs TFLite files that Bottleneck wrote in LiteRT and prints how far their outputs are from the reference, in standard deviations or, of int8
nets (NAME.json says how large a step is), in steps, with the start of the SHA-256 of the answer in int8.

    pip install ai-edge-litert numpy
    python tools/check_tflite.py FOLDER     (NAME.tflite with NAME.in and NAME.out, raw float32, beside it)

`FULL=1 KEEP=FOLDER npx vitest run --project pure tests/pure/formats/tflite-write.test.ts` (or tests/pure/int8/tflite-int8.test.ts) writes such a folder.
"""

import hashlib
import json
import pathlib
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter

failed = False
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tflite")):
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    picture = numpy.fromfile(path.with_suffix(".in"), numpy.float32).reshape(source["shape"])
    interpreter.set_tensor(source["index"], picture)
    interpreter.invoke()
    wanted = numpy.fromfile(path.with_suffix(".out"), numpy.float32)
    found = interpreter.get_tensor(result["index"]).ravel()
    about = path.with_suffix(".json")
    if about.exists():
        step = json.loads(about.read_text())["step"]
        steps = float(numpy.abs(found - wanted).max() / step)
        answer = hashlib.sha256(numpy.round(found / step).astype(numpy.int8).tobytes()).hexdigest()[:16]
        failed = failed or steps >= 3
        print(f"{path.stem}: {steps:.2f} steps, {answer}")
        continue
    difference = float(numpy.abs(found - wanted).max() / wanted.std(ddof=1))
    failed = failed or difference >= 1e-4
    print(f"{path.stem}: {difference:.1e}")
sys.exit(1 if failed else 0)
