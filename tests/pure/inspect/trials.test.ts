// The unit of a difference: the deviation of an output, which one that is the same everywhere on noise does not show.
import { expect, test } from 'vitest';
import { difference, trialsOf } from '../../../src/graph/inspect/trials.ts';
import { spread } from '../../../src/graph/ir/reference.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';

function net(last: 'sigmoid' | 'relu', factor: number, offset: number) {
  const builder = new GraphBuilder('net');
  builder.input([1, 6, 6, 3]);
  builder.add('line', 'affine', { factor, offset });
  builder.add('end', last, {});
  return trialsOf(builder.graph(), new Map());
}

test('an output that is 0 on noise is measured on a smooth picture too, others by their own deviation', () => {
  const saturated = net('sigmoid', 1, -40);
  expect(saturated.all).toHaveLength(2);
  expect(saturated.units.get('end')).toBe(0.1);
  const plain = net('sigmoid', 3, 0);
  expect(plain.all).toHaveLength(1);
  expect(plain.units.get('end')).toBe(spread(plain.all[0]!.outputs.get('end')!).std);
  const dead = net('relu', 1, -0.999999);
  expect(dead.units.get('end')).toBeGreaterThan(0);
});

test('a difference is in units, and no number stays none', () => {
  expect(difference([1, 2], [1, 2.5], 0.1)).toBeCloseTo(5, 6);
  expect(difference([1], [NaN], 0.1)).toBeNaN();
});
