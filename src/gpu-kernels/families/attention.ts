// `attention`: softmax(q·kᵀ·scale + bias)·v for every head, term by term.
import { elements } from '../op.ts';
import { softmaxInPlace } from '../ops/softmax.ts';
import type { Numbers } from '../step.ts';
import type { FamilyOf } from './family.ts';
import { shapeOf, stored } from './riders.ts';

/**
 * inputs `[q, k, v]`, the same value may stand in several places (bound once).
 * Each operand is tokens `[N, T, C]` or a map (tokens = its pixels). Head h, element d of operand o is channel
 * `layout[o].offset + h·layout[o].headStride + d` (for k and v, h is the key head).
 * Output `[N, Tq, heads·valueDim]` or a map with as many pixels: head h at channel h·valueDim.
 * weights (optional): `bias` `[heads, Tq, Tk]` added to the scores; talking heads: `mix1`/`mix1Bias` `[heads, heads]`/`[heads]` between scores
 * and softmax, `mix2`/`mix2Bias` between softmax and values.
 */
export interface AttentionStepAttrs {
  readonly heads: number;
  /** Key and value heads; head h reads key head ⌊h / (heads / kvHeads)⌋. 1 = multi-query. */
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly scale: number;
  readonly layout: readonly [OperandLayout, OperandLayout, OperandLayout];
  readonly talkingHeads: boolean;
}
export interface OperandLayout {
  readonly offset: number;
  readonly headStride: number;
}

export const attention: FamilyOf<AttentionStepAttrs> = {
  reference(step, data) {
    const a = step.attrs;
    const operand = (o: 0 | 1 | 2) => {
      const [numbers, shape] = [data.inputs[o] as Numbers, shapeOf(step.inputs[o])];
      const channels = shape.at(-1) as number;
      const tokens = elements(shape) / channels / (shape[0] as number);
      const { offset, headStride } = a.layout[o];
      const at = (n: number, token: number, head: number, d: number): number =>
        numbers[(n * tokens + token) * channels + offset + head * headStride + d]!;
      return { tokens, at };
    };
    const [q, k, v] = [operand(0), operand(1), operand(2)];
    const output = shapeOf(step.outputs[0]);
    const channels = output.at(-1) as number;
    const values = new Float64Array(elements(output));
    const { bias, mix1, mix1Bias, mix2, mix2Bias } = data.weights;
    const shared = (h: number): number => Math.floor(h / (a.heads / a.kvHeads));
    const mix = (rows: readonly Float64Array<ArrayBuffer>[], weight: Numbers, offset: Numbers) =>
      rows.map((row, h) =>
        row.map((_, j) => rows.reduce((sum, other, g) => sum + weight[h * a.heads + g]! * other[j]!, offset[h]!)),
      );
    for (let n = 0; n < (output[0] as number); n++)
      for (let i = 0; i < q.tokens; i++) {
        let rows = Array.from({ length: a.heads }, (_, h) =>
          Float64Array.from({ length: k.tokens }, (__, j) => {
            let sum = 0;
            for (let d = 0; d < a.keyDim; d++) sum += q.at(n, i, h, d) * k.at(n, j, shared(h), d);
            return sum * a.scale + (bias ? bias[(h * q.tokens + i) * k.tokens + j]! : 0);
          }),
        );
        if (a.talkingHeads) rows = mix(rows, mix1 as Numbers, mix1Bias as Numbers);
        rows.forEach(softmaxInPlace);
        if (a.talkingHeads) rows = mix(rows, mix2 as Numbers, mix2Bias as Numbers);
        rows.forEach((row, h) => {
          for (let d = 0; d < a.valueDim; d++)
            values[(n * q.tokens + i) * channels + h * a.valueDim + d] = row.reduce(
              (sum, share, j) => sum + share * v.at(n, j, shared(h), d),
              0,
            );
        });
      }
    return stored(step, values, data);
  },
};
