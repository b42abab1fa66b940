// Attention as families.ts defines it, term by term in float64: the reference of the attention kernels.
import type { AttentionStepAttrs } from '../../../src/gpu-kernels/families/float.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import type { Step, Value } from '../../../src/gpu-kernels/step.ts';
import type { StepData } from './run-step.ts';

type Matrix = number[][];

export function referenceAttention(step: Step, a: AttentionStepAttrs, data: StepData): Float32Array {
  const operand = (
    o: 0 | 1 | 2,
  ): { at: (n: number, token: number, head: number, d: number) => number; tokens: number } => {
    const { id, shape } = step.inputs[o] as Value;
    const numbers = data.inputs.get(id) as Float32Array;
    const channels = shape.at(-1) as number;
    const tokens = elements(shape) / channels / (shape[0] as number);
    const { offset, headStride } = a.layout[o];
    return {
      tokens,
      at: (n, token, head, d) => numbers[(n * tokens + token) * channels + offset + head * headStride + d] as number,
    };
  };
  const [q, k, v] = [operand(0), operand(1), operand(2)];
  const output: Shape = (step.outputs[0] as Value).shape;
  const channels = output.at(-1) as number;
  const result = new Float32Array(elements(output));
  const { bias, mix1, mix1Bias, mix2, mix2Bias } = data.weights;
  const heads = Array.from({ length: a.heads }, (_, h) => h);
  const keys = Array.from({ length: k.tokens }, (_, j) => j);
  const shared = (h: number): number => Math.floor(h / (a.heads / a.kvHeads));
  const mix = (rows: Matrix, weight: Float32Array, offset: Float32Array): Matrix =>
    heads.map((h) =>
      keys.map((j) =>
        heads.reduce(
          (sum, g) => sum + (weight[h * a.heads + g] as number) * (rows[g]?.[j] as number),
          offset[h] as number,
        ),
      ),
    );
  for (let n = 0; n < (output[0] as number); n++)
    for (let i = 0; i < q.tokens; i++) {
      let rows: Matrix = heads.map((h) =>
        keys.map((j) => {
          let sum = 0;
          for (let d = 0; d < a.keyDim; d++) sum += q.at(n, i, h, d) * k.at(n, j, shared(h), d);
          return sum * a.scale + (bias ? (bias[(h * q.tokens + i) * k.tokens + j] as number) : 0);
        }),
      );
      if (a.talkingHeads) rows = mix(rows, mix1 as Float32Array, mix1Bias as Float32Array);
      rows = rows.map((row) => {
        const top = Math.max(...row);
        const shares = row.map((score) => Math.exp(score - top));
        const total = shares.reduce((x, y) => x + y, 0);
        return shares.map((share) => share / total);
      });
      if (a.talkingHeads) rows = mix(rows, mix2 as Float32Array, mix2Bias as Float32Array);
      for (const h of heads)
        for (let d = 0; d < a.valueDim; d++)
          result[(n * q.tokens + i) * channels + h * a.valueDim + d] = keys.reduce(
            (sum, j) => sum + (rows[h]?.[j] as number) * v.at(n, j, shared(h), d),
            0,
          );
    }
  return result;
}
