// The Performer's random features against the softmax attention that they approximate (arXiv 2009.14794 §2.3).
import { expect, test } from 'vitest';
import { attention } from '../../../src/gpu-kernels/ops/attention.ts';
import { performerAttention } from '../../../src/gpu-kernels/ops/performer.ts';
import { fnv1a, mulberry32 } from '../../../src/graph/random.ts';
import { evaluate } from './evaluate.ts';

const [tokens, dim] = [24, 8];

/** Standard normal values (Box–Muller), the same every time. */
function normal(name: string, count: number): Float32Array {
  const next = mulberry32(fnv1a(name));
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** Root mean square difference of Performer and softmax, averaged over 8 drawings of `features` random features. */
function error(features: number): number {
  // Channels hold key, query, value; small keys and queries, as after a layer norm and a projection.
  const kqv = normal('kqv', tokens * 3 * dim).map((value, i) => (i % (3 * dim) < 2 * dim ? value * 0.25 : value));
  const shape = [1, tokens, 3 * dim];
  const packed = { qOffset: dim, qHeadStride: dim, kOffset: 0, kHeadStride: dim, vOffset: 2 * dim, vHeadStride: dim };
  const exact = evaluate(attention, { heads: 1, keyDim: dim, scale: 1, packed }, [shape], [kqv], {});
  let squares = 0;
  for (let drawing = 0; drawing < 8; drawing++) {
    const w = normal(`w${drawing}`, features * dim);
    const close = evaluate(performerAttention, { dim, features }, [shape], [kqv], { w });
    close.forEach((value, i) => (squares += (value - (exact[i] as number)) ** 2));
  }
  return Math.sqrt(squares / (8 * exact.length));
}

test('its error falls with the number of random features', () => {
  const errors = [8, 64, 512].map(error) as [number, number, number];
  // A Monte Carlo estimate: 8 times the features, a √8th of the error.
  expect(errors[0] / errors[1]).toBeGreaterThan(2);
  expect(errors[1] / errors[2]).toBeGreaterThan(2);
  expect(errors[2]).toBeLessThan(0.02);
});
