// Every derivative against central differences. The references run in float64 here: they make their results as Float32Array, which
// stands for Float64Array while this file runs.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { input } from '../../../src/gpu-kernels/ops/input.ts';
import { opNames, type OpName } from '../../../src/gpu-kernels/ops/index.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/shape.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import { fnv1a, mulberry32 } from '../../../src/graph/random.ts';
import { addGradients } from '../../../src/graph/train/backward.ts';
import { runNodes } from '../../../src/graph/train/run.ts';
import { TrainNodes } from '../../../src/graph/train/train-nodes.ts';
import { addForward } from '../../../src/graph/train/training-form.ts';
import { opCalls, type OpCall } from './op-cases.ts';
import { drawnCall } from './random-shapes.ts';

beforeAll(() => vi.stubGlobal('Float32Array', Float64Array));
afterAll(() => vi.unstubAllGlobals());

type Values = Map<string, Float32Array>;

/** Uniform in [low, low + 2): away from 0 where an op wants positive numbers. */
function random(name: string, shape: Shape, low = -1): Float32Array {
  const next = mulberry32(fnv1a(name));
  return Float32Array.from({ length: elements(shape) }, () => low + 2 * next());
}

function compare(op: OpName, { attrs = {}, inputs }: OpCall, trained: boolean, seed = 0): void {
  const builder = new GraphBuilder(op);
  const ids = inputs.map((shape, i) => builder.input(shape, `in${i}`));
  builder.add('y', op, attrs, ids);
  const graph = builder.graph();
  const g = new TrainNodes();
  addForward(g, graph, () => trained);
  const dy = g.addAs('dy', input, { shape: [...g.shape('y')] }, []);
  const params = graph.facts.get('y')?.params ?? [];
  const names = new Set(params.filter(({ role }) => !role.startsWith('running')).map(({ name }) => name));
  const found = addGradients(g, new Map([['y', dy]]), { parameter: (name) => names.has(name), inputs: new Set(ids) });
  const low = 'of' in attrs && ['log', 'sqrt', 'reciprocal'].includes(attrs.of as string) ? 0.5 : -1;
  const at: Values = new Map([
    ...inputs.map((shape, i): [string, Float32Array] => [`in${i}`, random(`${op} in${i} ${seed}`, shape, low)]),
    ...params.map(({ role, name, shape }): [string, Float32Array] => [
      name,
      random(`${op} ${name}`, shape, role === 'running_var' ? 0.5 : -1),
    ]),
    ['dy', random(`${op} dy`, g.shape('y'))],
  ]);
  const loss = (moved: Values): number =>
    (runNodes(g, moved, ['y']).get('y') as Float32Array).reduce(
      (sum, y, i) => sum + y * (at.get('dy')?.[i] as number),
      0,
    );
  const gradients = new Map([...found.parameters, ...found.inputs]);
  expect([...gradients.keys()].sort()).toEqual([...ids, ...names].sort());
  const values = runNodes(g, at, gradients.values());
  for (const [name, id] of gradients) {
    const own = at.get(name) as Float32Array;
    const gradient = values.get(id) as Float32Array;
    expect(gradient, name).toHaveLength(own.length);
    for (const direction of ['a', 'b']) {
      const along = random(direction, [own.length]);
      const slope = (h: number): number => {
        const moved = (by: number): Values =>
          new Map([...at, [name, own.map((value, i) => value + by * (along[i] as number))]]);
        return (loss(moved(h)) - loss(moved(-h))) / (2 * h);
      };
      const numeric = slope(1e-5);
      const exact = gradient.reduce((sum, value, i) => sum + value * (along[i] as number), 0);
      const bound = 1e-7 * (1 + Math.abs(exact));
      // A slope that hangs on the step is one over a kink: the same call elsewhere.
      if (Math.abs(exact - numeric) > bound && Math.abs(slope(1e-6) - numeric) > 1e-5 * (1 + Math.abs(numeric)))
        return compare(op, { attrs, inputs }, trained, seed + 1000);
      const where = `${op}, ${name}, ${JSON.stringify({ inputs, seed })}: ${exact} against ${numeric}`;
      expect(Math.abs(exact - numeric), where).toBeLessThan(bound);
    }
  }
}

describe.each(opNames.filter((name) => name in opCalls))('%s', (name) => {
  const calls: readonly OpCall[] = opCalls[name as keyof typeof opCalls];
  const both = (call: OpCall, seed?: number): void => {
    compare(name, call, true, seed);
    if (name === 'batch_norm' || name === 'evonorm_b0') compare(name, call, false, seed);
  };
  test('keeps central differences', () => calls.forEach((call) => both(call)));
  test.each(Array.from({ length: process.env['FULL'] === '1' ? 50 : 1 }, (_, seed) => seed + 1))(
    'and on drawn shapes, seed %i',
    (seed) => calls.forEach((call) => both(drawnCall(name, call, seed), seed)),
  );
});

test('every op but the sources and those with tables of their own has calls here', () => {
  expect(opNames.filter((name) => !(name in opCalls))).toEqual(['input', 'requantize', 'rearrange', 'log_mel']);
});

test('rearrange gives each element back what was taken from it', () => {
  const g = new TrainNodes();
  const builder = new GraphBuilder('rearrange');
  builder.add('y', 'rearrange', { shape: [1, 4] }, [builder.input([1, 3], 'in0')]);
  addForward(g, builder.graph(), () => true);
  const dy = g.addAs('dy', input, { shape: [1, 4] }, []);
  const { inputs } = addGradients(g, new Map([['y', dy]]), { parameter: () => false, inputs: new Set(['in0']) });
  const id = inputs.get('in0') as string;
  const given = new Map([
    ['in0', Float32Array.of(1, 2, 3)],
    ['dy', Float32Array.of(1, 10, 100, 1000)],
    ['y.index', Float32Array.of(2, -1, 2, 0)],
  ]);
  expect([...(runNodes(g, given, [id]).get(id) as Float32Array)]).toEqual([1000, 0, 101]);
});
