"""Runs TFLite files that Bottleneck wrote in LiteRT and prints how far their outputs are from the reference, in standard deviations.

    pip install ai-edge-litert numpy
    python tools/check_tflite.py FOLDER     (NAME.tflite with NAME.in and NAME.out, raw float32, beside it)

`FULL=1 KEEP=FOLDER npx vitest run --project pure tests/pure/formats/tflite-write.test.ts` writes such a folder.
"""

import pathlib
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter

worst = 0.0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tflite")):
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    picture = numpy.fromfile(path.with_suffix(".in"), numpy.float32).reshape(source["shape"])
    interpreter.set_tensor(source["index"], picture)
    interpreter.invoke()
    wanted = numpy.fromfile(path.with_suffix(".out"), numpy.float32)
    found = interpreter.get_tensor(result["index"]).ravel()
    difference = float(numpy.abs(found - wanted).max() / wanted.std(ddof=1))
    worst = max(worst, difference)
    print(f"{path.stem}: {difference:.1e}")
sys.exit(0 if worst < 1e-4 else 1)
