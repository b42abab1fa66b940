// Steps of an imported net on the GPU: values halfway between two of them, and their float32 neighbours, go where the reference has them.
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../src/graph/ir/builder.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { openDevice } from '../../src/workers/engine/device.ts';
import { executeGraph } from '../../src/workers/engine/execute.ts';
import { gpu } from './rig.ts';

/** The neighbours of a float32, `by` places away. */
function beside(value: number, by: number): number {
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = value;
  bits[0]! += value === 0 ? 0 : by;
  return float[0];
}

test.each([
  [1 / 127.5, -128, 127],
  [0.0235, -128, 127],
  [0.1, 0, 255],
  [3.7e-5, -32768, 32767],
  [7.25, -8, 7],
])('steps of %f, from %i to %i', async (scale, min, max) => {
  const step = Math.fround(scale);
  const count = Math.min(max - min + 5, 600);
  const first = Math.max(min - 3, -count / 2);
  const values: number[] = [];
  for (let k = first; k < first + count; k++)
    for (const by of [-2, -1, 0, 1, 2]) values.push(beside(Math.fround((k + 0.5) * step), by), beside(k * step, by));
  // What pictures are made of: bytes as (p / 127.5) − 1.
  for (let p = 0; p < 256; p++) values.push(p / 127.5 - 1);
  const builder = new GraphBuilder('ties');
  const input = builder.input([1, values.length], 'x');
  builder.outputs.push(builder.add('q', 'quantize', { scale, min, max }, [input]));
  const graph = builder.graph();
  const data = Float32Array.from(values);
  const expected = runReference(graph, new Map(), data).get('q')!;
  const found = (await executeGraph(await openDevice(await gpu()), graph, new Map(), [data])).get('q')!;
  const differing = [...expected].flatMap((value, i) => (value === found[i] ? [] : [[data[i], value, found[i]]]));
  expect(differing).toEqual([]);
  expect(new Set(expected).size).toBeGreaterThan(5);
});
