// `convert` of a file of `quantize`: its integers as TFLite in int8 or as ONNX with pairs, read back and run before the file gets its name.
import { readBackIntegers } from '../graph/inspect/read-back-integers.ts';
import { exportQdqOnnx } from '../graph/quant/qdq-onnx.ts';
import { exportInt8Tflite } from '../graph/quant/tflite/write.ts';
import { preparationMetadata } from '../graph/weights/preparation-config.ts';
import { openQuantized } from './quantized.ts';
import { NetError, UsageError } from './verb.ts';

/** The bytes and what reading them back found, a clause. Throws {@link UsageError} or {@link NetError}. */
export function convertQuantized(
  file: string,
  to: string,
  opset: number | undefined,
): { readonly bytes: Uint8Array; readonly found: string } {
  if (to !== 'onnx' && to !== 'tflite')
    throw new UsageError(
      `"${file}" is a quantized net (int8), which --to onnx, tflite and arch write; for --to ${to} give the net that it was made of.`,
    );
  const { net, facts } = openQuantized(file);
  const metadata = preparationMetadata(facts.preprocessing);
  try {
    const bytes = to === 'onnx' ? exportQdqOnnx(net, metadata, opset) : exportInt8Tflite(net, metadata);
    const { mean, most } = readBackIntegers(net, bytes);
    return {
      bytes,
      found: `read back and run, ${mean.toFixed(2)} steps of 8 bits apart on average, ${most.toFixed(1)} at most`,
    };
  } catch (error) {
    throw new NetError(`${facts.name} in integers cannot be written as ${to}: ${(error as Error).message}.`);
  }
}
