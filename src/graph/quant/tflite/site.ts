// What the TFLite form of a step of a quantized net is given: its operands as bytes or floats, and scales.
import type { Shape } from '../../../gpu-kernels/op.ts';
import type { Value } from '../../../gpu-kernels/step.ts';
import type { Int8Scale, TfliteWriter } from '../../formats/tflite/writer.ts';
import type { QuantizedNet } from '../quantize.ts';

/** What the form of a step is given. Values are asked for as bytes or as floats, whichever way they were made. */
export interface Int8Site {
  readonly net: QuantizedNet;
  readonly w: TfliteWriter;
  bytes(value: Pick<Value, 'id' | 'shape'>, shape?: Shape): number;
  floats(value: Pick<Value, 'id' | 'shape'>, shape?: Shape): number;
  steps(id: string): Int8Scale;
  /** A fresh value between operators. */
  between(id: string, shape: Shape, steps?: Int8Scale): number;
}
